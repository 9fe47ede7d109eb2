/**
 * Which of a call's candidates the money left can pay for. Near a limit a cheaper one is taken, and the journal says so; where no
 * candidate can be paid the run, or the step with a budget of its own, is at its end.
 */

import { type Amount, fits, minus, plus, smaller } from "../../budget/amount.ts";
import { own } from "../../json.ts";
import type { ModelCandidate } from "../../model/entry.ts";
import { worstCase } from "../../model-call/cost.ts";
import { isNear } from "../../model-call/nearness.ts";
import { fromUsd } from "../../money.ts";
import type { AgentStep, ModelStep } from "../../workflow/definition.ts";
import { isChildUnderWay } from "../machine/activity-kinds.ts";
import type { Activity, RunState } from "../machine/state.ts";
import type { Turn } from "../machine/turn.ts";
import { nodeDefinition } from "../steps/node.ts";

/** The model to use, with the worst case of the call, or what does not allow one: no window is large enough, or a budget is used up. */
export type Affordable =
  /** `instead`: the model that would have answered, and why it does not. */
  | {
      readonly ok: true;
      readonly model: ModelCandidate;
      readonly worst: Amount;
      readonly mayBeCheaper: boolean;
      readonly instead: { readonly id: string; readonly why: string } | null;
    }
  | { readonly ok: false; readonly why: "window" | "run" | "step" };

/** The candidate that a call may use, from the one in use on. `input`: tokens of the request; `maxTokens`: of the answer. */
export function affordable(turn: Turn, activity: Activity, input: number, maxTokens: number): Affordable {
  const { state } = turn;
  const fitting = activity.candidates.filter((model, position) => position >= activity.candidate && input + maxTokens <= model.context);
  const priced = fitting.map((model) => ({ model, worst: worstCase(model, input, maxTokens, state.overrun) }));
  const [first] = priced;
  if (first === undefined) return { ok: false, why: "window" };
  const run = leftOfRun(turn);
  const step = leftOfStep(turn, activity);
  const covered = (worst: Amount): boolean => fits(worst, run) && (step === null || fits(worst, step));
  const isPressed = activity.isThrifty === true || isNear(fullest(turn));
  const cheaper = priced.filter(({ worst }) => worst.microUsd < first.worst.microUsd).sort((a, b) => a.worst.microUsd - b.worst.microUsd);
  if (covered(first.worst) && (!isPressed || cheaper.length === 0))
    return { ok: true, ...first, mayBeCheaper: cheaper.length > 0, instead: null };
  const chosen = cheaper.find(({ worst }) => covered(worst)) ?? (covered(first.worst) ? first : undefined);
  if (chosen === undefined) return { ok: false, why: fits(first.worst, run) ? "step" : "run" };
  const mayBeCheaper = cheaper.length > 0 && chosen !== cheaper[0];
  if (chosen === first) return { ok: true, ...first, mayBeCheaper, instead: null };
  const why = covered(first.worst) ? "a budget is nearly used up" : "the money left does not cover it";
  return { ok: true, ...chosen, mayBeCheaper, instead: { id: first.model.id, why } };
}

/** Which cap a call of this worst case does not fit under: the run's, or the budget of its step. null: it fits. */
export function unaffordable(turn: Turn, activity: Activity, worst: Amount): "run" | "step" | null {
  if (!fits(worst, leftOfRun(turn))) return "run";
  const step = leftOfStep(turn, activity);
  return step === null || fits(worst, step) ? null : "step";
}

/** Children under way give back what they do not spend: what the run cannot pay for now, it perhaps can when one of them has ended. */
export const mayGetBack = ({ activities }: RunState): boolean => Object.values(activities).some(isChildUnderWay);

/**
 * A child run does not begin yet. Calls of the steps beside it go first: their worst case is known, and a child gets its share of what is
 * left then. The items of a map are too many to wait for. Where nothing is left, it waits for what a child under way gives back.
 */
export function isBeforeItsTurn(within: Within, { id }: Pick<Activity, "id">): boolean {
  const goesFirst = ({ id: other, node, step, kind, phase, purpose, facts }: Activity): boolean =>
    other !== id &&
    node === step &&
    (kind === "model" || kind === "tool") &&
    purpose !== "compensation" &&
    (phase === "deciding" || (phase === "ready" && facts?.child === undefined));
  return lacksAll(within) || Object.values(within.state.activities).some(goesFirst);
}

/** Nothing is left for a child run, and one under way may give some back. */
const lacksAll = (within: Within): boolean => {
  const { microUsd, tokens } = leftOfRun(within);
  return (microUsd <= 0 || tokens <= 0) && mayGetBack(within.state);
};

/** It lacks the money that a child run holds: a call that is ready and did not leave, or a `run` step that comes after such calls. */
export const isShort = (within: Within, one: Activity): boolean =>
  within.state.lease.asking === null &&
  mayGetBack(within.state) &&
  (one.phase === "ready" || (one.kind === "run" && one.phase === "deciding" && isBeforeItsTurn(within, one)));

/** What the run, and the step where it has a budget of its own, may still spend beside the calls under way. */
export function leftFor(within: Within, activity: Activity): Amount {
  const [run, step] = [leftOfRun(within), leftOfStep(within, activity)];
  return step === null ? run : smaller(run, step);
}

type Within = Pick<Turn, "state" | "birth">;

const used = ({ usage, reserved }: RunState): Amount =>
  plus({ microUsd: usage.microUsd, tokens: usage.tokensIn + usage.tokensOut }, reserved);

const leftOfRun = ({ state, birth }: Within): Amount => minus({ microUsd: birth.budget.usd, tokens: birth.budget.tokens }, used(state));

/** null: the step has no budget of its own. */
function leftOfStep({ state, birth }: Within, activity: Activity): Amount | null {
  const { budget } = nodeDefinition(birth.definition, activity.node) as Pick<ModelStep | AgentStep, "budget">;
  if (budget === undefined) return null;
  const ownState = own(state.steps, activity.step);
  const spent = ownState?.usage ?? null;
  const underWay = Object.values(state.activities).filter(({ kind, step }) => kind !== "run" && step === activity.step);
  const taken = underWay.reduce((sum, { reserved }) => plus(sum, reserved), {
    microUsd: (spent?.microUsd ?? 0) + (ownState?.held?.microUsd ?? 0),
    tokens: (spent === null ? 0 : spent.tokensIn + spent.tokensOut) + (ownState?.held?.tokens ?? 0),
  });
  const cap = {
    microUsd: budget.usd === null ? Number.POSITIVE_INFINITY : fromUsd(budget.usd),
    tokens: budget.tokens ?? Number.POSITIVE_INFINITY,
  };
  return minus(cap, taken);
}

/** How full the fullest cap is, 0 to 1: the run's own, or one of the org's as the ledger last reported. */
function fullest({ state, birth }: Turn): number {
  const { microUsd, tokens } = used(state);
  return Math.max(microUsd / Math.max(1, birth.budget.usd), tokens / Math.max(1, birth.budget.tokens), state.lease.pressure);
}
