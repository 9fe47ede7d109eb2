/** The table of activity kinds: what the machine asks about a kind of work under way. A kind without an entry does not compile. */
import type { Activity } from "./state.ts";

/** The kinds of work that can be under way for a node. */
export type ActivityKind = Activity["kind"];

/** What the machine asks about a kind of activity. */
export type ActivityRules = {
  /**
   * Which activity a waiting run names when several wait: the lowest number. People come first, since a client can do something about
   * them; a model or a tool waits only when a person is asked about its call.
   */
  readonly urgency: number;
  /** The effect that carries it out once it may go (`calling`). null: nothing leaves for it. */
  readonly call: "model.call" | "tool.call" | "child.start" | null;
};

/** The rules of each kind. */
export const ACTIVITY_KINDS: { readonly [K in ActivityKind]: ActivityRules } = {
  model: { urgency: 0, call: "model.call" },
  review: { urgency: 1, call: null },
  tool: { urgency: 2, call: "tool.call" },
  wait: { urgency: 3, call: null },
  run: { urgency: 4, call: "child.start" },
};

/** It is a child run that has been started: the child has its own clock, and nothing is to be done here until it ends. */
export const isChildUnderWay = ({ kind, phase }: Activity): boolean => phase === "calling" && ACTIVITY_KINDS[kind].call === "child.start";

/** Something is done for it without waiting for a person, a signal or a time. A child run under way does not count: it has its own clock. */
export function isBusy(activity: Activity): boolean {
  if (activity.phase === "approving") return activity.review?.id === null;
  return activity.phase !== "waiting" && !isChildUnderWay(activity);
}
