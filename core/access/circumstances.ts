/**
 * The circumstances of a call as the policies see them: the `context` of policies/schema.cedarschema. The same for every action that an
 * org's own policies may decide, so that one policy can be about several of them. Pure.
 */
import { type DataClass, higherClass, type Label } from "../label/label.ts";
import { type MicroUsd, toUsd } from "../money.ts";
import type { EpochMs } from "../time.ts";

/** Whose word a value is, and how confidential it is. */
export type Standing = Pick<Label, "trust" | "class">;

/** What happened in a run before a call, and what the call's arguments derive from. */
export type SoFar = {
  /** Of everything that the arguments derive from. For arguments that a model chose: everything that the model has seen. */
  readonly args: Standing;
  /** Of everything that the run has seen: its input, answers of tools and models, signals, outputs of child runs. */
  readonly seen: Standing;
  /** Names of the tools that were called, by this run, by the runs above it before it began, and by its child runs. Sorted. */
  readonly toolsCalled: readonly string[];
  /** Number of calls of writing tools among them. A call that is sent again counts once. */
  readonly writes: number;
  /** What the run and its child runs have spent on calls. */
  readonly spent: MicroUsd;
  /** The step of the agent whose model chose the call; "": no model chose it. */
  readonly agent: string;
  /** The data that the run handles are its user's own. */
  readonly own: boolean;
};

/** Nothing happened yet, and the caller's own word is all there is: a call outside a run. */
export const NOTHING_YET: SoFar = {
  args: { trust: "trusted", class: "internal" },
  seen: { trust: "trusted", class: "internal" },
  toolsCalled: [],
  writes: 0,
  spent: 0,
  agent: "",
  own: true,
};

/** The same of a call whose text has at least this class. */
export const atLeast = (soFar: SoFar, of: DataClass): SoFar => ({
  ...soFar,
  args: { ...soFar.args, class: higherClass(soFar.args.class, of) },
  seen: { ...soFar.seen, class: higherClass(soFar.seen.class, of) },
});

/** PERSISTED: with each decision, in journals and in the audit log. Fields may be added, never renamed. */
export type Circumstances = {
  readonly workflow: string;
  /** The run's subject is its user: it handles the caller's own data. */
  readonly own: boolean;
  /** The step of the agent that makes the call; "": none. */
  readonly agent: string;
  /** Who fixed what is called and its arguments: the definition's developer beforehand, a model, or whoever sent the request. */
  readonly chosen_by: "definition" | "model" | "caller";
  readonly trust: Label["trust"];
  readonly class: DataClass;
  readonly seen_class: DataClass;
  readonly seen_untrusted: boolean;
  readonly tools_called: readonly string[];
  readonly writes: number;
  readonly spent_usd: number;
  /** 0 to 100 (risk.ts). */
  readonly risk: number;
  /** UTC, 0 to 23. */
  readonly hour: number;
  /** UTC, 1 (Monday) to 7 (Sunday), as in ISO 8601. */
  readonly weekday: number;
  /** The host that the call goes to; "": it goes to none. */
  readonly destination: string;
  /** Of the kill switch. */
  readonly epoch: number;
  /** A value that somebody untrusted wrote reaches a field that the tool guards. */
  readonly guarded_reached: boolean;
  /** The call undoes another one. */
  readonly compensation: boolean;
  /** An instruction was found in the answer of one of the run's tools. */
  readonly seen_instruction: boolean;
  /** A model chose the arguments after it had seen untrusted text, and they go to a host that is not the org's own. */
  readonly way_out: boolean;
};

/** Where, when and under which epoch of the kill switch a call is decided. */
export type Moment = { readonly at: EpochMs; readonly epoch: number; readonly workflow: string; readonly destination: string };

/** The circumstances that follow from what happened so far. Those of tools alone are false. */
export function circumstancesOf(
  soFar: SoFar,
  { at, epoch, workflow, destination }: Moment,
  chosenBy: Circumstances["chosen_by"],
): Omit<Circumstances, "risk"> {
  const date = new Date(at);
  return {
    workflow,
    agent: soFar.agent,
    own: soFar.own,
    chosen_by: chosenBy,
    trust: soFar.args.trust,
    class: soFar.args.class,
    seen_class: soFar.seen.class,
    seen_untrusted: soFar.seen.trust === "untrusted",
    tools_called: soFar.toolsCalled,
    writes: soFar.writes,
    spent_usd: toUsd(soFar.spent),
    hour: date.getUTCHours(),
    weekday: date.getUTCDay() || 7,
    destination,
    epoch,
    guarded_reached: false,
    compensation: false,
    seen_instruction: false,
    way_out: false,
  };
}
