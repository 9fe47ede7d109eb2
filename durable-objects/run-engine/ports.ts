/** Everything a run needs from outside. An expected failure is data; what throws is tried again by the alarm. */
import type { SoFar } from "../../core/access/circumstances.ts";
import type { Speaker } from "../../core/access/person.ts";
import type { RecordsMessage } from "../../core/audit/record.ts";
import type { LeaseAnswer, LeaseRequest } from "../../core/budget/lease.ts";
import type { Json } from "../../core/json.ts";
import type { Stops } from "../../core/kill-switch/stops.ts";
import type { Label } from "../../core/label/label.ts";
import type { Labels } from "../../core/label/labels.ts";
import type { Snippet } from "../../core/memory/snippets.ts";
import type { ReviewRequest } from "../../core/review/case.ts";
import type { LookupAnswer, ModelCall, ModelOutcome, ToolCall, ToolOutcome } from "../../core/run/calls/call.ts";
import type { SlowCallMessage } from "../../core/run/calls/slow-call.ts";
import type { Birth, Parent, RunStart } from "../../core/run/machine/birth.ts";
import type { Happening } from "../../core/run/machine/happening.ts";
import type { Child, ChildHold } from "../../core/run/machine/state.ts";
import type { ToKeep } from "../../core/run/outside/kept.ts";
import type { Said, SessionContent } from "../../core/session/session.ts";
import type { Log } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import type { ToolEffect } from "../../core/tool/manifest.ts";
import type { AuthorityAnswer, AuthorityQuestion } from "../../core/workflow/authority.ts";
import type { SealingPort } from "../kit/sealing-port.ts";
import type { KeepTexts } from "./content.ts";
import type { ValueStore } from "./kept-values.ts";
import type { Resends } from "./leaving.ts";
import type { TracesPort } from "./leaving-trace.ts";

/** What a child run is born with, but for its definition, which the store has. */
export type ChildStart = {
  readonly child: Child;
  readonly parent: Parent;
  /** Of the activity in the parent: one trace for both. */
  readonly parentSpanId: string;
  readonly from: Birth;
  readonly input: Json;
  /** Of the input. Absent: the parent noted none. */
  readonly labels?: Labels;
  readonly budget: Birth["budget"];
};

/** What a child run tells its parent when it has ended. */
export type ChildEnd = Omit<Extract<Happening, { kind: "child.ended" }>, "kind" | "activity">;

/** What became of a run that undid its steps. */
export type Undone = Pick<Extract<Happening, { kind: "child.undone" }>, "failed" | "left">;

/** The place of a run in a session of its subject. */
export type SessionPlace = Pick<Birth, "org" | "subject"> & { readonly session: string; readonly run: string };

/** A run's session. What goes in and out has the run's own placeholders. Each verb may be repeated; throws when it cannot be reached. */
export type SessionPort = {
  /** null: the run waits for its turn, and is told (`yourTurn`) when it has come. */
  readonly enter: (place: SessionPlace) => Promise<{ readonly owner: string; readonly content: SessionContent } | null>;
  readonly stepAside: (place: SessionPlace) => Promise<void>;
  /** `owner`: as `enter` told it; null: the run never had its turn, and says nothing. */
  readonly leave: (place: SessionPlace, owner: string | null, said: readonly Said[]) => Promise<void>;
};

/** What is remembered of a run's person. Snippets have the run's own placeholders. Each verb may be repeated; throws when memory is out of reach. */
export type MemoryPort = {
  readonly recall: (of: MemoryOf, query: string) => Promise<{ readonly snippets: readonly Snippet[]; readonly label: Label }>;
  readonly keep: (of: MemoryOf, what: readonly ToKeep[]) => Promise<{ readonly ids: readonly string[]; readonly refused: number }>;
};
/** For which run. */
export type MemoryOf = Pick<Birth, "org" | "user" | "roles" | "subject" | "traceId"> & {
  readonly run: string;
  readonly workflow: string;
  readonly starter?: Speaker;
};

/** The ports of a run. */
export type RunEnginePorts = {
  readonly now: () => EpochMs;
  /** At most two seconds old; throws when nobody can say. */
  readonly stops: () => Promise<Stops>;
  readonly authorize: (question: AuthorityQuestion, killEpoch: number) => Promise<AuthorityAnswer>;
  /** The org's ledger; throws when it is out of reach: nothing is spent then. */
  readonly lease: (org: string, request: LeaseRequest) => Promise<LeaseAnswer>;
  readonly callTool: (call: ToolCall) => Promise<ToolOutcome>;
  /** Asks the read tool that a write names what became of this call. */
  readonly lookUp: (call: ToolCall, tool: string, roles: Birth["roles"], soFar: SoFar) => Promise<LookupAnswer>;
  readonly callModel: (call: ModelCall) => Promise<ModelOutcome>;
  /** Opening the same key twice is one case. */
  readonly openReview: (org: string, request: ReviewRequest) => Promise<{ readonly id: string; readonly until: EpochMs | null }>;
  /** `ids`: the cases that the run no longer waits for; null: it is over, and waits for none. */
  readonly withdrawReviews: (org: string, run: string, ids: readonly string[] | null) => Promise<void>;
  /** What the tools do, by name; unknown ones are left out. */
  readonly toolEffects: (org: string, names: readonly string[]) => Promise<{ readonly [tool: string]: ToolEffect }>;
  /** Starts the run that continues this one; the same start twice is one run. Personal data of the old run resolves in the new one. */
  readonly continueRun: (from: string, start: RunStart) => Promise<void>;
  /** The output of a step of another run, whatever its size; throws when it cannot be had now. */
  readonly outputOf: (run: string, step: string) => Promise<Json>;
  /** Sends the finished run to the callback, once. */
  readonly callBack: (callback: {
    readonly org: string;
    readonly url: string;
    readonly id: string;
    readonly body: Json;
  }) => Promise<"delivered" | "retry" | "gone">;
  /** Tells the queue of slow calls; its consumer comes back for the call itself. */
  readonly queueCall: (message: SlowCallMessage) => Promise<void>;
  /** Bears a child run; the same child twice is one run. */
  readonly startChild: (child: ChildStart) => Promise<void>;
  /** False: nobody was born there. */
  readonly cancelRun: (run: string, by: string, reason: string) => Promise<boolean>;
  /** Tells a child run that its parent was paused by a person (`on`), or goes on. False: nobody was born there. */
  readonly holdRun: (run: string, hold: ChildHold) => Promise<boolean>;
  /** Has a completed child run undo its steps; asked again, it tells how far it is. A run that is nowhere has not undone them. */
  readonly undoRun: (run: string) => Promise<Undone | "under way">;
  /** Tells the parent how its child ended; answers when it knows. */
  readonly tellParent: (parent: Parent, end: ChildEnd, org: string) => Promise<void>;
  readonly session: SessionPort;
  readonly memory: MemoryPort;
  /** Where values lie that are too large for a row. */
  readonly values: ValueStore;
  /** Where the keys come from under which a run seals what it keeps. */
  readonly sealing: SealingPort;
  /** Where the texts lie that audit entries name by digest. */
  readonly keepTexts: KeepTexts;
  readonly send: (message: RecordsMessage) => Promise<void>;
  readonly resends: Resends;
  /** null: no collector takes traces. */
  readonly traces: TracesPort | null;
  readonly log: Log;
};
