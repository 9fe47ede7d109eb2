/** The runs of a drill: started like any run, asked what they did, and ended. Their workflow is the platform's and calls its rehearsal model. */
import type { DrilledRun } from "../../core/kill-switch/drill.ts";
import { DRILL_WORKFLOW, type Stops } from "../../core/kill-switch/stops.ts";
import { DRILL_MODEL } from "../../core/model/defaults.ts";
import type { RunStart } from "../../core/run/machine/birth.ts";
import type { EventView } from "../../core/run/outside/view.ts";
import type { EpochMs } from "../../core/time.ts";
import { checkDefinition } from "../../core/workflow/check.ts";
import type { Definition } from "../../core/workflow/definition.ts";

/** A run asks its model and rests for a second, this often: longer than a drill lasts. */
const ROUNDS = 60;
const BUDGET = { usd: 100_000, tokens: 60_000 } as const;
const EVENTS_READ = 20;

/** What the runs of a drill need. */
export type DrillRunPorts = {
  readonly runs: (id: string) => {
    start(start: RunStart, stops: Stops, waitMs: number): Promise<unknown>;
    events(after: number): Promise<{ readonly events: readonly EventView[] } | null>;
    cancel(by: string, reason: string): Promise<unknown>;
  };
  readonly stops: () => Promise<Stops>;
  readonly mintRunId: (org: string, at: EpochMs) => Promise<string>;
  readonly now: () => EpochMs;
};

/** What the `KillSwitch` object asks of its drill's runs. */
export type DrillRuns = {
  /** As many ids as asked for: a drill knows its runs before they begin. */
  readonly mint: (org: string, count: number) => Promise<string[]>;
  /** The same run twice is one. */
  readonly start: (run: string, org: string, user: string) => Promise<void>;
  /** null: there is no such run. */
  readonly told: (run: string) => Promise<DrilledRun | null>;
  readonly end: (run: string) => Promise<void>;
};

/** The runs over their objects. */
export function defineDrillRuns(ports: DrillRunPorts): DrillRuns {
  let definition: Definition | null = null;
  return {
    async mint(org, count) {
      const ids: string[] = [];
      for (let index = 0; index < count; index++) ids.push(await ports.mintRunId(org, ports.now()));
      return ids;
    },
    async start(id, org, user) {
      definition ??= drillDefinition();
      const start: RunStart = {
        ...{ id, org, user, roles: ["caller"], subject: user, definition, version: 1, digest: "drill" },
        ...{ input: {}, inputFindings: [], metadata: {}, budget: BUDGET, deadlineAt: null, toolEffects: {} },
        ...{ traceId: traceOf(id), parentSpanId: null, redrive: null, parent: null, callbackUrl: null },
      };
      await ports.runs(id).start(start, await ports.stops(), 0);
    },
    async told(id) {
      let told: DrilledRun = { pausedAt: null, lastCallAt: null };
      for (let after = 0, page = 0; page < EVENTS_READ; page++) {
        const read = await ports.runs(id).events(after);
        if (read === null) return null;
        for (const event of read.events) told = withEvent(told, event);
        const last = read.events.at(-1)?.seq;
        if (last === undefined) return told;
        after = last;
      }
      return told;
    },
    async end(id) {
      await ports.runs(id).cancel("drill", "the drill is over");
    },
  };
}

function withEvent(told: DrilledRun, { type, at, step }: EventView): DrilledRun {
  const moment = Date.parse(at);
  if (type === "run.paused") return { ...told, pausedAt: told.pausedAt ?? moment };
  // A step of a drill begins in the turn that sends its call.
  return type === "step.started" && step?.startsWith("ask") === true ? { ...told, lastCallAt: moment } : told;
}

function drillDefinition(): Definition {
  const steps: { [id: string]: object } = {};
  for (let round = 0; round < ROUNDS; round++) {
    steps[`ask${round}`] = {
      kind: "model",
      needs: round === 0 ? [] : [`rest${round - 1}`],
      model: { id: DRILL_MODEL.id, max_tokens: 16 },
      prompt: { template: "This is a drill.", slots: {} },
    };
    steps[`rest${round}`] = { kind: "wait", needs: [`ask${round}`], seconds: 1 };
  }
  const raw = { name: "drill", input: {}, output: {}, steps: JSON.parse(JSON.stringify(steps)), limits: { steps: 2 * ROUNDS } };
  const checked = checkDefinition(raw, { tools: new Set() });
  if (!checked.ok) throw new TypeError(`the drill's own workflow is invalid: ${checked.error[0]?.path} ${checked.error[0]?.message}`);
  return { ...checked.value, name: DRILL_WORKFLOW };
}

/** 32 hex digits out of the run's own id. */
const traceOf = (run: string): string =>
  Array.from(run, (letter) => letter.charCodeAt(0).toString(16).padStart(2, "0"))
    .join("")
    .slice(-32);
