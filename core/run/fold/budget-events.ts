/** The fold of the run's dealings with the org's ledger. */
import { plus } from "../../budget/amount.ts";
import { amount } from "../machine/event.ts";
import { changeActivity } from "./change.ts";
import type { Handlers } from "./handlers.ts";

type Types = "budget.asked" | "budget.leased" | "budget.refused" | "budget.alert";

/** What each event of the budget changes. */
export const BUDGET_EVENTS: Handlers<Types> = {
  "budget.asked": (state, event) => {
    const { n, activity, may_be_cheaper: mayBeCheaper } = event.data;
    const spent = amount(event.data.spent);
    const held = amount(event.data.held);
    const asking = { n, spent, held, need: amount(event.data.need), want: amount(event.data.want), activity, mayBeCheaper };
    return { ...state, lease: { ...state.lease, n, told: { spent, held }, asking } };
  },
  "budget.leased": (state, event) => {
    const { lease } = state;
    const { asking } = lease;
    if (asking === null) return state;
    const ceiling = plus(plus(asking.spent, asking.held), amount(event.data.lease));
    return { ...state, lease: { ...lease, ceiling, until: event.data.until, pressure: event.data.pressure, asking: null } };
  },
  // What was leased before the refusal stays leased.
  "budget.refused": (state) => {
    const { activity } = state.lease.asking ?? { activity: null };
    const settled = { ...state, lease: { ...state.lease, asking: null } };
    return activity === null ? settled : changeActivity(settled, activity, (old) => ({ ...old, isThrifty: true }));
  },
  "budget.alert": (state) => state,
};
