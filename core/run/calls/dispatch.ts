/** The last decisions before a call leaves: whether it is stopped, and whether the money covers it. Then the intent is emitted. */

import type { PromptContent } from "../../audit/content.ts";
import type { Amount } from "../../budget/amount.ts";
import { type Json, own } from "../../json.ts";
import { estimateTokens } from "../../model/estimate.ts";
import { fromUsd, toUsd } from "../../money.ts";
import type { ToolFacts } from "../../tool/manifest.ts";
import { failWork } from "../agent/agent.ts";
import type { ActivityKind } from "../machine/activity-kinds.ts";
import { priced } from "../machine/event.ts";
import { holdIfStopped } from "../machine/pause.ts";
import type { Activity } from "../machine/state.ts";
import { stopAtCap } from "../machine/stop.ts";
import type { Turn } from "../machine/turn.ts";
import { callChild } from "../steps/child.ts";
import { rulesOf } from "../steps/kinds.ts";
import { nodeDefinition } from "../steps/node.ts";
import { askPerson } from "../steps/question.ts";
import { compensated } from "../steps/undo.ts";
import { affordable, isBeforeItsTurn, mayGetBack, unaffordable } from "./afford.ts";
import { isLeased } from "./lease.ts";
import { activityKey, modelRequest, type Request, toolTimeoutMs } from "./request.ts";
import { worstOfTool } from "./tool-cost.ts";

/** Milliseconds after its timeout at which a queued call without an answer counts as lost: the queue may be slow. */
const QUEUE_GRACE_MS = 60_000;

/**
 * Sends the call of an activity, or holds it, or ends it for lack of money. `repeated`: the same attempt again, after an interruption on
 * our side. `interruptions`: how many the activity has had.
 */
export function dispatch(turn: Turn, activityId: string, repeated = false, interruptions?: number): void {
  const activity = own(turn.state.activities, activityId);
  if (!activity) return;
  const counted = interruptions === undefined || interruptions === 0 ? activity : { ...activity, interruptions };
  SEND[activity.kind]?.(turn, counted, repeated || activity.isRepeated === true);
}

/** How the call of each kind of activity is sent. null: it is sent in another way (a child run), or nothing leaves for it. */
const SEND: { readonly [K in ActivityKind]: ((turn: Turn, activity: Activity, repeated: boolean) => void) | null } = {
  tool: sendTool,
  model: sendModel,
  run: null,
  review: null,
  wait: null,
};

function sendTool(turn: Turn, activity: Activity, repeated: boolean): void {
  const { facts, tool } = activity;
  if (facts === null || tool === null) throw new TypeError("a tool call without its facts");
  const { org, definition } = turn.birth;
  if (holdIfStopped(turn, { org, workflow: definition.name, tool })) return;
  if (facts.child !== undefined) return sendChild(turn, activity, facts.child);
  const worst = worstOfTool(activity);
  // A call that is made again keeps what is reserved for it. Undoing is never refused for lack of money.
  if (worst.microUsd > 0 && !repeated && activity.purpose !== "compensation" && !mayPay(turn, activity, worst)) return;
  turn.emit(
    "tool.called",
    {
      activity: activity.id,
      attempt: repeated ? activity.attempt : activity.attempt + 1,
      tool,
      version: facts.version,
      effect: facts.effect,
      key: activityKey(turn.birth, activity),
      input_digest: turn.content.add(activity.input),
      ...(worst.microUsd > 0 ? { reserved: priced(worst) } : {}),
      ...(activity.insteadOf === undefined ? {} : { instead_of: activity.insteadOf.tool }),
      ...again(activity, repeated),
      ...lostAt(turn, activity, toolTimeoutMs(turn.machinery, activity)),
    },
    activity.step,
  );
}

/** The tool is a workflow: its call is a child run. One that would undo something has no call whose answer proves it. */
function sendChild(turn: Turn, activity: Activity, child: NonNullable<ToolFacts["child"]>): void {
  if (activity.purpose !== "compensation") return isBeforeItsTurn(turn, activity) ? undefined : callChild(turn, activity, child);
  compensated(turn, activity, { code: "invalid_request", message: `\`${activity.tool}\` is a workflow and cannot undo a call` });
}

/** True when the money for the call is reserved; where it is not, what follows is decided: a question, the ledger's answer, or the end. */
function mayPay(turn: Turn, activity: Activity, worst: Amount): boolean {
  const lack = unaffordable(turn, activity, worst);
  if (lack === "run") stopWithoutMoney(turn, activity, "tool");
  else if (lack === "step")
    failWork(turn, activity, { code: "budget_exceeded", message: "the step's own `budget` does not cover the next tool call" });
  else return !isToConfirm(turn, activity, worst) && isLeased(turn, activity, worst, false);
  return false;
}

/** Asks a person once before the run costs more than `limits.confirm_over_usd`. */
function isToConfirm(turn: Turn, activity: Activity, worst: Amount): boolean {
  const { birth, state } = turn;
  const confirmOver = birth.definition.limits.confirm_over_usd;
  const total = state.usage.microUsd + state.reserved.microUsd + worst.microUsd;
  if (confirmOver === null || state.isConfirmed || total <= fromUsd(confirmOver)) return false;
  const proposal = { spent_usd: toUsd(state.usage.microUsd), next_call_usd: toUsd(worst.microUsd), confirm_over_usd: confirmOver };
  askPerson(turn, activity.id, "budget", "medium", proposal);
  return true;
}

/** Money is reserved before it is spent: worst case first (the whole input at its estimate, and every token of the answer). */
function sendModel(turn: Turn, activity: Activity, repeated: boolean): void {
  const { birth, state } = turn;
  const request = modelRequest(turn.machinery, state, activity);
  const input = estimateTokens(request.messages, request.schema?.schema ?? null, request.tools);
  const choice = affordable(turn, activity, input, request.maxTokens);
  if (!choice.ok) return giveUp(turn, activity, choice.why);
  const { model, instead } = choice;
  if (holdIfStopped(turn, { org: birth.org, workflow: birth.definition.name, model: model.id })) return;
  if (isToConfirm(turn, activity, choice.worst)) return;
  if (!isLeased(turn, activity, choice.worst, choice.mayBeCheaper)) return;
  if (instead !== null) {
    turn.emit("model.routed", { activity: activity.id, candidates: activity.candidates, rejected: [instead] }, activity.step);
  }
  const fresh = activity.attempt === 0 || (activity.candidate === 0 && activity.corrections.length === 0 && !repeated);
  turn.emit(
    "model.calling",
    {
      activity: activity.id,
      attempt: fresh ? activity.attempt + 1 : activity.attempt,
      model: model.id,
      prompt_sha256: turn.content.addPrompt(promptOf(request)),
      reserved: priced(choice.worst),
      ...again(activity, repeated),
      ...lostAt(turn, activity, request.timeoutMs),
    },
    activity.step,
  );
}

const again = ({ interruptions }: Activity, repeated: boolean) =>
  repeated ? ({ repeated: true, ...(interruptions === undefined ? {} : { interruptions }) } as const) : {};

/** What the model is asked, as its digest covers it: as JSON gives it back. */
const promptOf = ({ messages, schema, tools }: Request): PromptContent =>
  JSON.parse(JSON.stringify({ messages, schema, tools })) as PromptContent & Json;

/** The call stays ready while child runs hold a part of the money. */
function stopWithoutMoney(turn: Turn, activity: Activity, call: "tool" | "model"): void {
  if (!mayGetBack(turn.state)) stopAtCap(turn, "budget_exceeded", `the budget left does not cover the next ${call} call`, activity.step);
}

/** A cap of the run ends it with what there is; a step's own budget is that step's failure. */
function giveUp(turn: Turn, activity: Activity, why: "window" | "run" | "step"): void {
  if (why === "run") return stopWithoutMoney(turn, activity, "model");
  if (why === "window") {
    return failWork(turn, activity, {
      code: "limit_reached",
      message: "the prompt and its answer do not fit into any model's context window",
    });
  }
  failWork(turn, activity, { code: "budget_exceeded", message: "the step's own `budget` does not cover the next model call" });
}

/** Set for calls that a queue consumer makes: those of an `async` step, and of tools in containers. */
function lostAt(turn: Turn, activity: Activity, timeoutMs: number): { readonly lost_at?: number } {
  const definition = nodeDefinition(turn.birth.definition, activity.node);
  const isAsked = activity.purpose === "node" && rulesOf(definition).calls(definition)?.isQueued === true;
  return isAsked || activity.facts?.queued === true ? { lost_at: turn.at + timeoutMs + QUEUE_GRACE_MS } : {};
}
