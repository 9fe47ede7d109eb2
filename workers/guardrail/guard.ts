/**
 * The guardrails over whole values: finds personal data and instructions, has the vault keep what must come back, and puts
 * placeholders in its place. Holds no state; asks the vault only when there is something to keep or to look up. An exception means
 * that nothing was admitted.
 */
import { type FindingSummary, isInstruction, type PlaceholderType, type Speaker, type Verdict } from "../../core/guardrail/finding.ts";
import { type InspectText, inspectAnswer, inspectText } from "../../core/guardrail/inspect-text.ts";
import { type InspectedPart, inspectValue } from "../../core/guardrail/inspect-value.ts";
import { rewriteTexts } from "../../core/guardrail/json-texts.ts";
import { inspect } from "../../core/guardrail/pipeline.ts";
import { fillPlaceholders } from "../../core/guardrail/placeholder.ts";
import { replaceStretches } from "../../core/guardrail/replace.ts";
import type { Action } from "../../core/guardrail/rules/action.ts";
import { FOREIGN_PLACEHOLDER, mostSevere, TYPED_PLACEHOLDER } from "../../core/guardrail/verdict.ts";
import type { Json } from "../../core/json.ts";
import { turn } from "../../kit/turn.ts";
import { fillValue, storedNumber } from "./fill.ts";
import type { Admitted, Guard, GuardContext, VaultPort } from "./ports.ts";
import { type Place, type PlaceholderDetector, summarise } from "./summary.ts";

/** What stands where an instruction was withheld from a tool's answer. */
export const WITHHELD = "[withheld: an instruction was found in this text]";

/** What the guard needs from outside. */
export type GuardPorts = {
  readonly vault: VaultPort;
  /** For what clients send, which repeats itself: an inspection that remembers (memo.ts). */
  readonly inspect?: InspectText;
  /** Lets others be served before a long value is read on. */
  readonly pause?: () => Promise<void>;
};

/** The guardrails over one vault. */
export function defineGuard(ports: GuardPorts): Guard {
  return {
    admit: (context, speaker, origin, value, names = false, injection = "block") =>
      admit(ports, context, speaker, origin, value, names, injection),
    scrub,
    open: async (context, value, types, recalled = "no") => {
      const filled = await fillValue(ports.vault, context, value, (type) => types.includes(type), recalled);
      return { value: filled.value, opened: filled.types };
    },
    reveal: async (context, value) => (await fillValue(ports.vault, context, value, () => true)).value,
  };
}

async function admit(
  { vault, inspect: remembered = inspectText, pause = turn }: GuardPorts,
  context: GuardContext,
  ...[speaker, origin, value, withNames = false, injection = "block"]: AdmitArguments
): Promise<Admitted> {
  const isAnswer = speaker === "model_output" && origin === "model";
  const inspected = await inspectValue(
    value,
    speaker,
    origin === "input" ? remembered : isAnswer ? inspectAnswer : inspectText,
    pause,
    withNames,
  );
  if (!inspected.ok) return blocked([{ type: "injection", detector: `bounds.${inspected.error}`, count: 1, score: 1, pointer: "" }]);
  const { verdict: found } = inspected.value;
  const parts = injection === "off" ? inspected.value.parts.map(withoutInjection) : inspected.value.parts;
  const isHit = found === "block" && injection !== "off";
  const ruled = (findings: readonly FindingSummary[]): readonly FindingSummary[] => ruledFindings(findings, speaker, injection, isHit);
  const isWithheld = isHit && (injection === "redact" || injection === "retry" || (injection === "block" && speaker === "tool_output"));
  const isHeld = (part: InspectedPart): boolean => isWithheld && part.inspected.verdict === "block";
  // A refused value goes nowhere: nothing of it is kept, its findings say where by places whose keys are redacted for good.
  if (isHit && injection === "block" && speaker !== "tool_output")
    return {
      ...blocked(ruled(summarise(placesOf(parts, scrubbedPointers(value, parts)), detectorOf(speaker, new Set())))),
      action: "block",
    };
  const cuts = parts.map((part) => (isHeld(part) ? [] : cutsOf(part, speaker)));
  const [names, foreign] = [await assign(vault, context, origin, cuts), await foreignPlaceholders(vault, context, speaker, parts)];
  const rewritten = rewriteTexts(value, rewriter(parts, cuts, names, isHeld));
  const findings = ruled(summarise(placesOf(parts, rewritten.pointers), detectorOf(speaker, foreign)));
  const isFlagged = findings.some((finding) => finding.detector === FOREIGN_PLACEHOLDER);
  const verdicts: Verdict[] = [verdictUnder(found, injection), isFlagged ? "flag" : "pass", names.length > 0 ? "redact" : "pass"];
  const admitted = { value: rewritten.value, verdict: mostSevere(verdicts), findings };
  if (!isHit) return admitted;
  if (injection !== "review") return { ...admitted, action: injection };
  const isRefused = (part: InspectedPart): boolean => part.inspected.verdict === "block";
  return { ...admitted, action: injection, withheld: rewriteTexts(value, rewriter(parts, cuts, names, isRefused)).value };
}

/** What stands in the place of each text: a marker, its placeholders, or the text itself. `names`: of all cuts, in order. */
function rewriter(
  parts: readonly InspectedPart[],
  cuts: readonly (readonly Cut[])[],
  names: readonly string[],
  isHeld: (part: InspectedPart) => boolean,
): (index: number) => Json {
  let next = 0;
  return (index) => {
    const part = parts[index];
    const own = cuts[index] ?? [];
    if (part === undefined) throw new Error("the two walks over a value disagree");
    if (isHeld(part)) {
      next += own.length;
      return WITHHELD;
    }
    if (part.number !== undefined) return own.length > 0 ? (names[next++] ?? WITHHELD) : part.number;
    return replaceStretches(part.text, own, () => names[next++] ?? WITHHELD);
  };
}

/** The verdict of instructions alone, under the rule about them. */
function verdictUnder(found: Verdict, injection: Action): Verdict {
  if (injection === "off") return "pass";
  if (found !== "block") return found;
  return injection === "flag" || injection === "review" || injection === "block" ? injection : "redact";
}

const withoutInjection = (part: InspectedPart): InspectedPart => ({
  ...part,
  inspected: { ...part.inspected, injection: [], verdict: "pass" },
});

const PARTS: { readonly [S in Speaker]?: "input" | "tools" | "output" } = { user: "input", tool_output: "tools", model_output: "output" };

/** Instructions with the rule that they break; one that is only suspicious is flagged. */
function ruledFindings(
  findings: readonly FindingSummary[],
  speaker: Speaker,
  injection: Action,
  isHit: boolean,
): readonly FindingSummary[] {
  const part = PARTS[speaker];
  if (part === undefined) return findings;
  return findings.map((finding) =>
    isInstruction(finding) ? { ...finding, rule: `${part}.injection` as const, action: isHit ? injection : ("flag" as const) } : finding,
  );
}

type AdmitArguments = Parameters<Guard["admit"]> extends [GuardContext, ...infer Rest] ? Rest : never;
/** What a client sends: a placeholder in it is a text that somebody typed. */
const isSent = (speaker: Speaker): boolean => speaker !== "tool_output" && speaker !== "model_output";
type Cut = { readonly start: number; readonly end: number; readonly type: PlaceholderType; readonly value: string };

const blocked = (findings: readonly FindingSummary[]): Admitted => ({ value: null, verdict: "block", findings });

/** What the vault is to keep of one text, in order. A number goes as a whole, and is remembered as a number. */
function cutsOf({ text, number, inspected }: InspectedPart, speaker: Speaker): readonly Cut[] {
  const personal = inspected.personal.map(({ start, end, type }) => ({
    start,
    end,
    type: type as PlaceholderType,
    value: text.slice(start, end),
  }));
  const [first] = personal;
  if (number !== undefined)
    return first === undefined ? [] : [{ ...first, start: 0, end: text.length, value: storedNumber(String(number)) }];
  const typed = isSent(speaker) ? inspected.placeholders : [];
  const literals = typed.map(({ start, end, text: value }): Cut => ({ start, end, type: "LITERAL", value }));
  return [...personal, ...literals].sort((a, b) => a.start - b.start);
}

async function assign(
  vault: VaultPort,
  { org, run, subject }: GuardContext,
  origin: AdmitArguments[1],
  cuts: readonly (readonly Cut[])[],
): Promise<readonly string[]> {
  const values = cuts.flat().map(({ type, value }) => ({ type, value }));
  if (values.length === 0) return [];
  const names = await vault.assign(org, { run, subject, origin, values });
  if (names.length !== values.length) throw new Error("the vault did not answer for every value");
  return names;
}

/** Placeholders in what a tool or a model said that this run did not make. */
async function foreignPlaceholders(
  vault: VaultPort,
  { org, run }: GuardContext,
  speaker: Speaker,
  parts: readonly InspectedPart[],
): Promise<ReadonlySet<string>> {
  if (isSent(speaker)) return new Set();
  const named = [...new Set(parts.flatMap((part) => part.inspected.placeholders.map((site) => site.text)))];
  if (named.length === 0) return new Set();
  const values = await vault.open(org, { run, placeholders: named, inputOnly: false });
  return new Set(named.filter((_, index) => (values[index] ?? null) === null));
}

const detectorOf =
  (speaker: Speaker, foreign: ReadonlySet<string>): PlaceholderDetector =>
  (placeholder) =>
    isSent(speaker) ? TYPED_PLACEHOLDER : foreign.has(placeholder) ? FOREIGN_PLACEHOLDER : null;

const placesOf = (parts: readonly InspectedPart[], pointers: readonly string[]): Place[] =>
  parts.map((part, index) => ({ part, pointer: pointers[index] ?? "" }));

/** Pointers into a value that is thrown away: its keys without personal data, and nothing of a key that was an instruction. */
function scrubbedPointers(value: Json, parts: readonly InspectedPart[]): readonly string[] {
  return rewriteTexts(value, (index) => {
    const part = parts[index];
    if (part?.kind !== "key") return null;
    return part.inspected.verdict === "block" ? WITHHELD : scrubbed(part.text);
  }).pointers;
}

/** `[EMAIL_1]` is legible like a placeholder, but never resolves. */
const scrubbed = (text: string): string => disarmed(inspect(text, "user").redacted);
const disarmed = (text: string): string => fillPlaceholders(text, (placeholder) => `[${placeholder.slice(2, -2)}]`);

function scrub(text: string, names = false): ReturnType<Guard["scrub"]> {
  const { verdict, findings, redacted } = inspect(text, "user", names);
  const counted = new Map<string, FindingSummary>();
  for (const { type, detector, score } of findings) {
    const known = counted.get(`${type} ${detector}`);
    counted.set(`${type} ${detector}`, {
      type,
      detector,
      pointer: "",
      count: (known?.count ?? 0) + 1,
      score: Math.max(score, known?.score ?? 0),
    });
  }
  return { text: disarmed(redacted), verdict, findings: [...counted.values()] };
}
