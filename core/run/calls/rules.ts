/**
 * A model's answer under the guardrails of its run (core/guardrail/rules), before it becomes an output: redacted or cut, asked for again,
 * held for a person, or refused. The inputs of an agent's calls of tools must not hold the instructions either. What it says beside them
 * becomes no output and is not judged by these rules.
 */
import { type Action, strictest, withoutPerson } from "../../guardrail/rules/action.ts";
import type { Unsupported } from "../../guardrail/rules/grounded.ts";
import { judgeCalls, judgeOutput } from "../../guardrail/rules/judge.ts";
import { type OutputRules, PLATFORM_GUARDRAILS, type Rules } from "../../guardrail/rules/merge.ts";
import { isObject, type Json, own } from "../../json.ts";
import { shownAnswer } from "../../model-call/corrections.ts";
import { flawsOfValue } from "../../model-call/flaws.ts";
import { PLATFORM_RULES } from "../../workflow/prompt.ts";
import { mentionsOf } from "../../workflow/step-kinds.ts";
import type { Birth, RunContext } from "../machine/birth.ts";
import type { Activity, RunState } from "../machine/state.ts";
import type { Turn } from "../machine/turn.ts";
import { classOfOutputs } from "../steps/labels.ts";
import { nodeDefinition, stepOfNode } from "../steps/node.ts";
import { leftFor } from "./afford.ts";
import type { ModelCall, ModelOutcome } from "./call.ts";
import { groundsOf, withPlaces } from "./grounds.ts";

/** The rules of the run beside those of its outputs. A run from before rules has the platform's. */
export const rulesIn = ({ guardrails }: Pick<Birth, "guardrails">): Rules => guardrails?.rules ?? PLATFORM_GUARDRAILS;

/** The rules for the answer of a step, or of each item of a `map`. */
export const outputRulesOf = (birth: Pick<Birth, "guardrails">, node: string): OutputRules =>
  own(birth.guardrails?.steps ?? {}, stepOfNode(node)) ?? rulesIn(birth).output;

/** What is done about an instruction, as the gateways are told. The platform's own is not mentioned: calls are as they were before rules. */
export const toldAction = (action: Action): { readonly injection?: Action } => (action === "block" ? {} : { injection: action });

/** The rules for an answer about which a model may be asked; none of them: absent. A summary becomes no output. */
export function toldModerated(context: RunContext, state: RunState, activity: Activity): Pick<ModelCall, "moderated"> {
  const { birth } = context;
  const { content, topics, tone, grounded_in } = outputRulesOf(birth, activity.node);
  const asksNobody = Object.keys(content).length === 0 && topics.length === 0 && tone.length === 0 && grounded_in.length === 0;
  if (activity.purpose === "summary" || asksNobody) return {};
  const grounds = grounded_in.map((rule) => ({ rule, sources: groundsOf({ birth, state }, activity.node, rule.steps) }));
  const steps = grounded_in.flatMap((rule) => rule.steps);
  const grounded = grounds.length === 0 ? {} : { grounds: { rules: grounds, class: classOfOutputs(context, state, steps) } };
  return { moderated: { rules: { content, topics, tone }, ...grounded, left: leftFor({ birth, state }, activity) } };
}

/** The answer as the run takes it. `review`: a person decides first. */
export type Ruled = { readonly outcome: ModelOutcome; readonly review: boolean; readonly unsupported?: readonly Unsupported[] };

/** Judges what came back: an answer that becomes an output, or calls that go out. */
export function underRules(turn: Turn, activity: Activity, outcome: ModelOutcome): Ruled {
  const { result } = outcome;
  if ("asks" in result) return { outcome: callsUnderRules(turn, activity, outcome, result.asks), review: false };
  if (!("output" in result) || activity.purpose === "summary") return { outcome, review: false };
  const { definition } = turn.birth;
  const secrets = secretsOf(turn);
  const rules = outputRulesOf(turn.birth, activity.node);
  const { prompted } = mentionsOf(nodeDefinition(definition, activity.node));
  const schema = prompted?.output ?? null;
  const placed =
    rules.grounded_in.length === 0
      ? result.output
      : withPlaces(turn, result.output, (value) => schema === null || flawsOfValue(schema, value).length === 0);
  const judged = judgeOutput(placed, rules, {
    secrets,
    sourcesOf: (steps) => groundsOf(turn, activity.node, steps),
    moderation: outcome.moderated?.moderation ?? null,
    opinions: outcome.opinions?.moderation ?? null,
  });
  const findings = [...outcome.findings, ...judged.findings];
  const action = strictest([judged.action, result.review === true ? "review" : "off"]);
  if (judged.action === "off")
    return {
      outcome: placed === result.output ? outcome : { ...outcome, result: { ...result, output: placed } },
      review: result.review === true,
    };
  if (action === "block") {
    const rules = [...new Set(judged.findings.filter((one) => one.action === "block").map(({ rule }) => `\`${rule}\``))].join(", ");
    return { outcome: { ...outcome, findings, result: blocked(`the answer breaks ${rules}`) }, review: false };
  }
  if (action === "retry") return { outcome: { ...outcome, findings, result: askedAgain(judged.value, judged.flaws) }, review: false };
  const flaws = schema === null || judged.value === placed ? [] : flawsOfValue(schema, judged.value);
  // What was cut or taken out may be what the schema asks for: then the model has to leave it out itself.
  if (flaws.length > 0 && flawsOfValue(schema ?? true, result.output).length === 0)
    return { outcome: { ...outcome, findings, result: askedAgain(judged.value, flaws) }, review: false };
  const noted = judged.unsupported === undefined ? {} : { unsupported: judged.unsupported };
  const flags = judged.isTruncated ? { flags: ["truncated" as const] } : {};
  return {
    outcome: { ...outcome, ...flags, findings, result: { ...result, output: judged.value } },
    review: action === "review",
    ...noted,
  };
}

type Asks = Extract<ModelOutcome["result"], { asks: unknown }>["asks"];

/** Nobody is asked about a call that nobody has made: `review` acts as `block`. */
function callsUnderRules(turn: Turn, activity: Activity, outcome: ModelOutcome, asks: Asks): ModelOutcome {
  const inputs = asks.calls.map(({ input }) => input);
  const judged = judgeCalls(inputs, outputRulesOf(turn.birth, activity.node), secretsOf(turn));
  const action = withoutPerson(judged.action);
  if (action === "off") return outcome;
  const findings = [...outcome.findings, ...judged.findings.map((one) => ({ ...one, action }))];
  if (action === "block") return { ...outcome, findings, result: blocked("the input of a call breaks `output.prompt_leak`") };
  if (action === "retry") {
    const shown = { calls: asks.calls.map(({ name, input }) => ({ name, input })) };
    return { ...outcome, findings, result: askedAgain(shown, judged.flaws) };
  }
  const calls = asks.calls.map((call, index) => {
    const input = judged.inputs[index];
    return isObject(input) ? { ...call, input } : call;
  });
  return { ...outcome, findings, result: { ok: true, asks: { ...asks, calls } } };
}

/** What no answer and no call may repeat. */
export const secretsOf = ({ birth }: Turn): readonly string[] => [birth.definition.instructions, PLATFORM_RULES];

const blocked = (message: string): ModelOutcome["result"] => ({
  ok: false,
  failure: { class: "safety", code: "content_blocked", message, retryAfterMs: null },
});

const askedAgain = (value: Json, errors: readonly string[]): ModelOutcome["result"] => {
  const said = typeof value === "string" ? value : JSON.stringify(value);
  return { ok: false, invalid: { answer: shownAnswer(said), errors, rules: true } };
};
