/** What a call of a model came to: its cost, whether that is unknown, and which flags it sets on the run. */
import type { Json } from "../../json.ts";
import { mayLackItsEnd } from "../../model/finish.ts";
import { costOf } from "../../model-call/cost.ts";
import { toUsd } from "../../money.ts";
import type { Spent } from "../machine/event.ts";
import type { Activity } from "../machine/state.ts";
import type { Turn } from "../machine/turn.ts";
import type { RunFlag } from "../outside/view.ts";
import type { ModelOutcome } from "./call.ts";
import { alertAtThresholds } from "./lease.ts";

/** Emits the outcome of a call, and an alert for each threshold that its cost crosses. `interruptions`: it was cut short, for the so-manieth time. */
export function noteModelCall(
  turn: Turn,
  activity: Activity,
  outcome: ModelOutcome,
  spent: Spent,
  untold: boolean,
  interruptions: number | null = null,
): void {
  const { result, durationMs, upstream, cached } = outcome;
  const moderated = sumOf([outcome.moderated?.spent, outcome.opinions?.spent]);
  const flags = flagsOf(activity, outcome);
  const before = turn.state.usage;
  turn.emit(
    "model.called",
    {
      activity: activity.id,
      attempt: activity.attempt,
      model: activity.candidates[activity.candidate]?.id ?? "",
      ok: result.ok,
      answer_sha256: answerDigest(turn, result),
      spent,
      held: untold ? { micro_usd: activity.reserved.microUsd, tokens: activity.reserved.tokens } : null,
      ...(moderated === undefined ? {} : { moderated }),
      duration_ms: durationMs,
      ...("failure" in result ? { failure: result.failure } : {}),
      ...("invalid" in result ? { correction: result.invalid } : {}),
      ...(interruptions === null ? {} : { interrupted: true, interruptions }),
      ...(cached === undefined ? {} : { cached }),
      ...(upstream["breaker"] === "open" ? { unasked: true } : {}),
      ...(flags.length === 0 ? {} : { flags }),
      upstream,
      total_usd: toUsd(turn.state.usage.microUsd + spent.micro_usd + (moderated?.micro_usd ?? 0)),
    },
    activity.step,
  );
  alertAtThresholds(turn, before);
}

/** What asking models about the answer cost; undefined: none was asked. */
const sumOf = (asked: readonly (Spent | undefined)[]): Spent | undefined =>
  asked.reduce((sum, one) =>
    sum === undefined || one === undefined
      ? (sum ?? one)
      : { tokens_in: sum.tokens_in + one.tokens_in, tokens_out: sum.tokens_out + one.tokens_out, micro_usd: sum.micro_usd + one.micro_usd },
  );

/** Of what the model said, redacted: its output, its words and the calls that it asks for, or a text that is refused. null: it said nothing. */
function answerDigest(turn: Turn, result: ModelOutcome["result"]): string | null {
  if ("output" in result) return turn.content.add(result.output);
  if ("asks" in result) return turn.content.add(JSON.parse(JSON.stringify(result.asks)) as Json);
  return "invalid" in result ? turn.content.add(result.invalid.answer) : null;
}

/** Flags of an answer that another model than the first choice gave, that was kept past its time, or that was cut at its length. */
function flagsOf(activity: Activity, { result, cached, upstream, flags = [] }: ModelOutcome): readonly RunFlag[] {
  if (activity.purpose === "summary") return []; // the cheapest model is the first choice for it
  if (cached === "stale") return ["degraded", "stale", ...flags];
  const isCut = "output" in result && (mayLackItsEnd(upstream["finish_reason"]) || flags.includes("truncated"));
  return [...(result.ok && activity.candidate > 0 ? (["degraded"] as const) : []), ...(isCut ? (["truncated"] as const) : [])];
}

/** What the call used, at the price of the model that was asked. */
export function spentOn(activity: Activity, usage: NonNullable<ModelOutcome["usage"]>): Spent {
  const model = activity.candidates[activity.candidate];
  const micro_usd = model === undefined ? 0 : costOf(model, usage).microUsd;
  return { tokens_in: usage.input, tokens_out: usage.output, micro_usd };
}
