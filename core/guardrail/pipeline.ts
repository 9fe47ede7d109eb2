/** The pipeline on its own, for one text outside any run: what POST /v1/guardrails/check answers. */
import { type Channel, type Finding, PERSONAL_DATA_TYPES, type PlaceholderType, type Verdict } from "./finding.ts";
import { type InspectedText, type InspectText, inspectAnswer, inspectInTurns, inspectText } from "./inspect-text.ts";
import { formatPlaceholder } from "./placeholder.ts";
import { replaceStretches } from "./replace.ts";
import type { Action } from "./rules/action.ts";
import { sameValueKey } from "./same-value.ts";
import { FOREIGN_PLACEHOLDER, mostSevere, TYPED_PLACEHOLDER, VERDICT_OF, verdictOfPersonalData } from "./verdict.ts";

/** The result of a check: verdict, findings and the redacted text. */
export type Inspection = {
  /** `redact`: only personal data, replaced. `flag`: suspicious, goes on. `block`: must not reach a model. `review` is kept for content categories. */
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  /** The text with `{{TYPE_n}}`, numbered within it, the same value the same number. */
  readonly redacted: string;
};

const inspectionFor = (channel: Channel): InspectText => (channel === "model_output" ? inspectAnswer : inspectText);

/** Inspects and redacts one text as if it came over `channel`. Linear in its length. The numbers of placeholders are the text's own. `names`: as of `InspectText`. */
export const inspect = (text: string, channel: Channel, names = false): Inspection =>
  told(text, channel, inspectionFor(channel)(text, channel, "", names), "block");

/** The same, in turns: `pause` is awaited where a text is long. `onInstruction`: what is done about an instruction. */
export const inspectLong = async (
  text: string,
  channel: Channel,
  pause: () => Promise<void>,
  names = false,
  onInstruction: Action = "block",
): Promise<Inspection> => told(text, channel, await inspectInTurns(inspectionFor(channel), text, channel, "", pause, names), onInstruction);

function told(
  text: string,
  channel: Channel,
  { personal, injection: found, placeholders, verdict: foundVerdict }: InspectedText,
  onInstruction: Action,
): Inspection {
  const injection = onInstruction === "off" ? [] : found;
  const verdict = onInstruction === "off" ? "pass" : foundVerdict === "block" ? VERDICT_OF[onInstruction] : foundVerdict;
  const typed = placeholders.map(
    ({ start, end }): Finding => ({
      type: "LITERAL",
      start,
      end,
      score: 1,
      detector: channel === "user" ? TYPED_PLACEHOLDER : FOREIGN_PLACEHOLDER,
    }),
  );
  const replaced = [...personal, ...(channel === "user" ? typed : [])].sort((a, b) => a.start - b.start);
  const number = numbering(channel === "user" ? [] : placeholders.map((site) => site.text));
  const redacted = replaceStretches(text, replaced, (index) => {
    const { type, start, end } = replaced[index] ?? { type: "LITERAL" as const, start: 0, end: 0 };
    return isPlaceholderType(type) ? number(type, text.slice(start, end)) : "";
  });
  const findings = [...personal, ...typed, ...injection].sort((a, b) => a.start - b.start || a.end - b.end);
  return { verdict: mostSevere([verdict, ...[...personal, ...typed].map(verdictOfPersonalData)]), findings, redacted };
}

/** Whether findings of this type are replaced by a placeholder; instructions are not. */
export const isPlaceholderType = (type: string): type is PlaceholderType =>
  type === "LITERAL" || (PERSONAL_DATA_TYPES as readonly string[]).includes(type);

/** Placeholders within one text. A name that the text already has is not given a second meaning. */
function numbering(taken: readonly string[]): (type: PlaceholderType, value: string) => string {
  /** By what is written, and by the value that it is. */
  const bySpelling = new Map<string, string>();
  const names = new Map<string, string>();
  const used = new Set(taken);
  const last = new Map<PlaceholderType, number>();
  const nameOf = (type: PlaceholderType, value: string): string => {
    const key = `${type}:${sameValueKey(type, value)}`;
    const known = names.get(key);
    if (known !== undefined) return known;
    let name: string;
    let next = last.get(type) ?? 0;
    do name = formatPlaceholder(type, ++next);
    while (used.has(name));
    last.set(type, next);
    names.set(key, name);
    return name;
  };
  return (type, value) => {
    const spelling = `${type}:${value}`;
    const known = bySpelling.get(spelling);
    if (known !== undefined) return known;
    const name = nameOf(type, value);
    bySpelling.set(spelling, name);
    return name;
  };
}
