/** The run engine as the ingress sees it, in memory: runs are born, cancelled, paused and redriven by the rules that doors rely on. No step runs. */
import type { Holder } from "../../core/access/person.ts";
import type { Role } from "../../core/access/principal.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import type { Json } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { RunStart } from "../../core/run/machine/birth.ts";
import type { RunSignal } from "../../core/run/machine/signal.ts";
import type { EventView, RunReplay, RunView } from "../../core/run/outside/view.ts";
import { toRfc3339 } from "../../core/time.ts";
import type { Redriven } from "../../workers/use-cases/redrive-from.ts";
import { isFinal, newRun } from "./ingress-rules.ts";

/** The runs that a world has, by id. */
export type FakeRuns = Map<string, { view: RunView; start: RunStart; events: EventView[] }>;

/** What the engine shares with the world around it. */
export type EngineFakePorts = {
  readonly runs: FakeRuns;
  readonly signals: { run: string; signal: RunSignal }[];
  readonly now: () => number;
  /** Lets time pass: whoever waits for news waits it out. */
  readonly advance: (ms: number) => void;
  /** Throws where the test makes this port fail. */
  readonly reach: (port: string) => void;
  /** Notes a write. */
  readonly keep: (what: string) => void;
  readonly onStart: (view: RunView) => void;
};

/** The engine over the given ports. */
export const makeEngineFake = ({ runs, signals, now, advance, reach, keep, onStart }: EngineFakePorts) => ({
  async start(start: RunStart) {
    reach("runs.start");
    const known = runs.get(start.id);
    if (known !== undefined) return known.view;
    keep(`run ${start.id}`);
    const view = newRun(start, now());
    onStart(view);
    runs.set(start.id, { view, start, events: [{ seq: 1, type: "run.created", at: view.created_at, data: {} }] });
    return view;
  },
  async view(id: string) {
    reach("runs.get");
    return runs.get(id)?.view ?? null;
  },
  async news(id: string, after: number, waitMs: number) {
    const run = runs.get(id);
    if (run === undefined) return null;
    const hasMore = run.events.some((event) => event.seq > after);
    if (!hasMore) advance(waitMs);
    return { hasMore, status: run.view.status };
  },
  async events(id: string, after: number) {
    reach("runs.events");
    const run = runs.get(id);
    if (run === undefined) return null;
    const events = run.events.filter((event) => event.seq > after).slice(0, 2);
    const isAll = (events.at(-1)?.seq ?? after) >= run.events.length;
    return { events, done: isFinal(run.view.status) && isAll, status: run.view.status };
  },
  async cancel(id: string, _by: string, reason: string): Promise<Result<RunView, Refusal>> {
    const run = runs.get(id);
    if (run === undefined || isFinal(run.view.status)) return err(refuse("conflict", "the run has ended"));
    keep(`cancel ${reason}`);
    run.view.status = "cancelled";
    return ok(run.view);
  },
  async pause(id: string, by: string, reason: string, _outranks: boolean): Promise<Result<RunView, Refusal>> {
    const run = runs.get(id);
    if (run === undefined || isFinal(run.view.status)) return err(refuse("conflict", "the run has ended"));
    keep(`pause ${reason}`);
    run.view.status = "paused";
    run.view.paused = { by, reason, at: toRfc3339(now()) };
    return ok(run.view);
  },
  async resume(id: string, _by: string, pausedBy: string): Promise<Result<RunView, Refusal>> {
    const run = runs.get(id);
    if (run?.view.paused?.by !== pausedBy) return err(refuse("conflict", "nobody has paused this run"));
    keep("resume");
    run.view.status = "running";
    delete run.view.paused;
    return ok(run.view);
  },
  spans: async (id: string): Promise<Json | null> => (runs.has(id) ? { resourceSpans: [] } : null),
  async redrive(id: string, by: Holder, newId: string, roles: readonly Role[], _how?: Redriven): Promise<Result<RunView, Refusal>> {
    const run = runs.get(id);
    if (run?.view.dead_letter?.status !== "open") return err(refuse("conflict", "the dead letter is closed"));
    keep(`redrive ${newId}`);
    run.view.dead_letter.status = "redriven";
    const view = { ...newRun({ ...run.start, id: newId, user: by.user }, now()), redrive_of: id };
    runs.set(newId, { view, start: { ...run.start, roles }, events: [] });
    return ok(view);
  },
  async discard(id: string, _by: string, reason: string): Promise<Result<RunView, Refusal>> {
    const run = runs.get(id);
    if (run?.view.dead_letter?.status !== "open") return err(refuse("conflict", "the dead letter is closed"));
    keep(`discard ${reason}`);
    run.view.dead_letter.status = "discarded";
    return ok(run.view);
  },
  async signal(id: string, signal: RunSignal): Promise<Result<RunView, Refusal>> {
    const run = runs.get(id);
    if (run === undefined || isFinal(run.view.status)) return err(refuse("conflict", "the run has ended"));
    keep(`signal ${signal.name}`);
    signals.push({ run: id, signal });
    return ok(run.view);
  },
  async replay(id: string): Promise<RunReplay | null> {
    const run = runs.get(id);
    return run === undefined ? null : { identical: true, divergedAt: null, run: run.view };
  },
  async awaitBirth(id: string) {
    return runs.get(id)?.view ?? null;
  },
});
