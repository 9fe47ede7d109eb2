/** Work that the kill switch halts and resumes piece by piece, and runs as such work. */
import type { PushedWork } from "../../core/keeping/work.ts";
import type { Direction } from "../../core/kill-switch/push.ts";
import type { StopScope, Stops } from "../../core/kill-switch/stops.ts";
import type { RunStatus } from "../../core/run/outside/view.ts";

type Page = { readonly data: readonly { readonly id: string }[]; readonly next_cursor: string | null };

/** One kind of work that can be halted and resumed. */
export type Pausable = {
  /** The pieces in the scope that have to be told, from an index. Pages by id, so that a piece which leaves the list moves no page. */
  readonly page: (scope: StopScope, direction: Direction, limit: number, cursor: string | null) => Promise<Page>;
  /** Pieces that move, from the index. Their open calls are counted elsewhere (core/kill-switch/in-flight.ts). */
  readonly countMoving: (scope: StopScope) => Promise<number>;
  /** Both are idempotent. A piece ignores an epoch older than it knows, and stays halted while another switch stops it. */
  readonly halt: (id: string, stops: Stops) => Promise<void>;
  readonly resume: (id: string, stops: Stops) => Promise<void>;
};

/** All of it: a kind of work that core/keeping says is pushed does not compile until it is here. */
export type Pausables = { readonly [W in PushedWork]: Pausable };

/** How runs are found and reached. */
export type RunPushPorts = {
  /** From the index of runs. */
  readonly runsInScope: (scope: StopScope, statuses: readonly RunStatus[], limit: number, cursor: string | null) => Promise<Page>;
  readonly countRunsInScope: (scope: StopScope, statuses: readonly RunStatus[]) => Promise<number>;
  /** The run looks at its next step boundary. */
  readonly haltRun: (run: string, stops: Stops) => Promise<void>;
  /** The run goes on, unless another switch still stops it. */
  readonly resumeRun: (run: string, stops: Stops) => Promise<void>;
};

const MOVING: readonly RunStatus[] = ["running", "compensating"];
const CONCERNED: { readonly [D in Direction]: readonly RunStatus[] } = {
  halt: ["queued", "running", "compensating"],
  resume: ["paused"],
};

/** Runs as work that can be halted and resumed. */
export const pausableRuns = (ports: RunPushPorts): Pausable => ({
  page: (scope, direction, limit, cursor) => ports.runsInScope(scope, CONCERNED[direction], limit, cursor),
  // What calls which tool or model, the index does not know: other runs of the org move on, and the calls themselves are counted.
  countMoving: async (scope) =>
    scope.drill !== true && (scope.kind === "tool" || scope.kind === "model") ? 0 : ports.countRunsInScope(scope, MOVING),
  halt: (id, stops) => ports.haltRun(id, stops),
  resume: (id, stops) => ports.resumeRun(id, stops),
});
