/**
 * The rules that hold for a run or a chat: the platform's, then the org's, then the definition's, then a step's. The strictest wins: a later
 * one adds, and replaces only a rule that the org lists in `may_weaken`. Pure and total.
 */
import { type Action, strictest } from "./action.ts";
import {
  CONTENT_CATEGORIES,
  type ConfidenceRule,
  type ContentRule,
  type FormatRule,
  type GroundedRule,
  type GuardrailSettings,
  type HandOverSettings,
  type LengthRule,
  type OnFailure,
  type OrgGuardrails,
  type OutputSettings,
  type PhrasesRule,
  PRIORITIES,
  type Priority,
  type RuleName,
  type StepGuardrails,
  type ToneRule,
  type TopicsRule,
} from "./settings.ts";

/** The rules for what comes in. Rules of which several can hold at once are lists: each of them is judged. */
export type InputRules = {
  readonly injection: Action;
  readonly content: ContentRule;
  readonly topics: readonly TopicsRule[];
  readonly names: boolean;
  readonly max_chars: number | null;
  /** Absent: `open`. */
  readonly on_failure?: "closed";
};
/** The rules for what tools answer. */
export type ToolsRules = { readonly injection: Action; readonly names: boolean };
/** The rules for an answer that becomes an output. */
export type OutputRules = {
  readonly injection: Action;
  readonly prompt_leak: Action;
  readonly content: ContentRule;
  readonly topics: readonly TopicsRule[];
  readonly max_chars: readonly LengthRule[];
  readonly format: readonly FormatRule[];
  readonly tone: readonly ToneRule[];
  readonly forbid: readonly PhrasesRule[];
  readonly require: readonly PhrasesRule[];
  readonly grounded_in: readonly GroundedRule[];
  /** Absent: `open`. */
  readonly on_failure?: "closed";
};
/** When a person takes over. Of several rules about confidence each holds. `failures`, `to`: null where nobody says so. */
export type HandOverRules = {
  readonly asked: Priority;
  readonly confidence_below: readonly ConfidenceRule[];
  readonly failures: number | null;
  readonly negative_tone: Priority;
  readonly high_stakes: Priority;
  readonly guardrail: Priority;
  readonly to: string | null;
};
/** All rules that hold. PERSISTED: in births. `hand_over`: absent where nobody asks for it. */
export type Rules = {
  readonly input: InputRules;
  readonly tools: ToolsRules;
  readonly output: OutputRules;
  readonly hand_over?: HandOverRules;
};

const NO_HAND_OVER: HandOverRules = {
  asked: "off",
  confidence_below: [],
  failures: null,
  negative_tone: "off",
  high_stakes: "off",
  guardrail: "off",
  to: null,
};

/** What holds where nobody asks for anything. */
export const PLATFORM_GUARDRAILS: Rules = {
  input: { injection: "block", content: {}, topics: [], names: false, max_chars: null },
  tools: { injection: "block", names: false },
  output: {
    injection: "block",
    prompt_leak: "off",
    content: {},
    topics: [],
    max_chars: [],
    format: [],
    tone: [],
    forbid: [],
    require: [],
    grounded_in: [],
  },
};

/**
 * The rules of a run, which it keeps for its life. `steps`: of the steps that ask for more than the rest, by id. PERSISTED: in births; a new
 * version is a new `v`.
 */
export type RunRules = { readonly v: 1; readonly rules: Rules; readonly steps: { readonly [step: string]: OutputRules } };

/** Whether an answer has to be whole before anything of it may be sent: all rules but the refusal of instructions need that. */
export const holdsBack = ({ injection, prompt_leak: leak, content, on_failure: _onFailure, ...lists }: OutputRules): boolean =>
  injection === "redact" ||
  injection === "retry" ||
  leak !== "off" ||
  Object.keys(content).length > 0 ||
  Object.values(lists).some((rules) => rules.length > 0);

/** The rules of an org's chats. */
export const rulesOfOrg = (org: OrgGuardrails | null): Rules =>
  org === null ? PLATFORM_GUARDRAILS : merged(PLATFORM_GUARDRAILS, org, org.may_weaken);

/** The rules of a run of a definition. `steps`: `guardrails` of its steps, by id. */
export function rulesOfRun(
  org: OrgGuardrails | null,
  definition: GuardrailSettings | null,
  steps: readonly (readonly [string, StepGuardrails])[],
): RunRules {
  const mayWeaken = org?.may_weaken ?? [];
  const rules = definition === null ? rulesOfOrg(org) : merged(rulesOfOrg(org), definition, mayWeaken);
  const own = steps.map(([id, { output }]) => [id, mergedOutput(rules.output, output, mayWeaken)] as const);
  return { v: 1, rules, steps: Object.fromEntries(own) };
}

/** `over` on top of `base`. */
export function merged(base: Rules, over: GuardrailSettings, mayWeaken: readonly RuleName[]): Rules {
  const { input = {}, tools = {}, output = {} } = over;
  const may = (rule: RuleName): boolean => mayWeaken.includes(rule);
  return {
    input: {
      injection: action(base.input.injection, input.injection, may("input.injection")),
      content: content(base.input.content, input.content, may("input.content")),
      topics: list(base.input.topics, input.topics, may("input.topics")),
      names: flag(base.input.names, input.names, may("input.names")),
      max_chars: least(base.input.max_chars, input.max_chars, may("input.max_chars")),
      ...onFailure(base.input.on_failure, input.on_failure, may("input.on_failure")),
    },
    tools: {
      injection: action(base.tools.injection, tools.injection, may("tools.injection")),
      names: flag(base.tools.names, tools.names, may("tools.names")),
    },
    output: mergedOutput(base.output, output, mayWeaken),
    ...mergedHandOver(base.hand_over, over.hand_over, may),
  };
}

/** Who takes over is nothing stricter or weaker: the later says it. */
function mergedHandOver(
  base: HandOverRules | undefined,
  over: HandOverSettings | undefined,
  may: (rule: RuleName) => boolean,
): { readonly hand_over?: HandOverRules } {
  if (over === undefined) return base === undefined ? {} : { hand_over: base };
  const before = base ?? NO_HAND_OVER;
  const { confidence_below: unsure } = over;
  const kept = may("hand_over.confidence_below") && unsure !== undefined ? [] : before.confidence_below;
  const hand_over: HandOverRules = {
    asked: sooner(before.asked, over.asked, may("hand_over.asked")),
    confidence_below: unsure === undefined ? kept : [...kept, unsure],
    failures: least(before.failures, over.failures, may("hand_over.failures")),
    negative_tone: sooner(before.negative_tone, over.negative_tone, may("hand_over.negative_tone")),
    high_stakes: sooner(before.high_stakes, over.high_stakes, may("hand_over.high_stakes")),
    guardrail: sooner(before.guardrail, over.guardrail, may("hand_over.guardrail")),
    to: over.to ?? before.to,
  };
  return { hand_over };
}

/** The more urgent of two. */
const sooner = (base: Priority, over: Priority | undefined, mayWeaken: boolean): Priority =>
  over === undefined || (!mayWeaken && PRIORITIES.indexOf(over) < PRIORITIES.indexOf(base)) ? base : over;

function mergedOutput(base: OutputRules, over: OutputSettings, mayWeaken: readonly RuleName[]): OutputRules {
  const may = (rule: RuleName): boolean => mayWeaken.includes(rule);
  return {
    injection: action(base.injection, over.injection, may("output.injection")),
    prompt_leak: action(base.prompt_leak, over.prompt_leak, may("output.prompt_leak")),
    content: content(base.content, over.content, may("output.content")),
    topics: list(base.topics, over.topics, may("output.topics")),
    max_chars: list(base.max_chars, over.max_chars, may("output.max_chars")),
    format: list(base.format, over.format, may("output.format")),
    tone: list(base.tone, over.tone, may("output.tone")),
    forbid: list(base.forbid, over.forbid, may("output.forbid")),
    require: list(base.require, over.require, may("output.require")),
    grounded_in: list(base.grounded_in, over.grounded_in, may("output.grounded_in")),
    ...onFailure(base.on_failure, over.on_failure, may("output.on_failure")),
  };
}

const action = (base: Action, over: Action | undefined, mayWeaken: boolean): Action =>
  over === undefined ? base : mayWeaken ? over : strictest([base, over]);

const flag = (base: boolean, over: boolean | undefined, mayWeaken: boolean): boolean =>
  over === undefined ? base : mayWeaken ? over : base || over;

const least = (base: number | null, over: number | undefined, mayWeaken: boolean): number | null =>
  over === undefined ? base : base === null || mayWeaken ? over : Math.min(base, over);

function onFailure(base: "closed" | undefined, over: OnFailure | undefined, mayWeaken: boolean): { readonly on_failure?: "closed" } {
  const meant = over === undefined || (over === "open" && !mayWeaken) ? base : over;
  return meant === "closed" ? { on_failure: meant } : {};
}

function content(base: ContentRule, over: ContentRule | undefined, mayWeaken: boolean): ContentRule {
  const entries = CONTENT_CATEGORIES.flatMap((category) => {
    const meant = action(base[category] ?? "off", over?.[category], mayWeaken);
    return meant === "off" ? [] : [[category, meant] as const];
  });
  return Object.fromEntries(entries);
}

/** Two rules of one name are two rules: each is judged, so neither can weaken the other. */
function list<R extends { readonly action: Action }>(base: readonly R[], over: R | undefined, mayWeaken: boolean): readonly R[] {
  if (over === undefined) return base;
  const added = over.action === "off" ? [] : [over];
  return mayWeaken ? added : [...base, ...added];
}
