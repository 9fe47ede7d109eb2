/** A map with many items: each turn of it costs the same, the last like the first; so does folding its journal, also one that was undone. */
import { expect, it } from "vitest";
import { evolve, initialState } from "../../../core/run/fold/evolve.ts";
import type { EventData, EventType, RunEvent } from "../../../core/run/machine/event.ts";
import type { ItemStep, MapStep } from "../../../core/workflow/definition.ts";
import { define, tool, transform, undoneBy } from "../../support/run/definition.ts";
import { Drive, T0 } from "../../support/run/drive.ts";

const ITEMS = 32_000;
const LIMITS = { usd: 1, tokens: 1_000, seconds: 100_000, steps: 100_000, confirm_over_usd: null };

function mapOf(step: ItemStep): Drive {
  const each: MapStep = { needs: [], when: null, on_error: null, kind: "map", over: { cel: "input" }, concurrency: 4, step };
  const run = new Drive(define({ each }, { limits: LIMITS }), {}, { input: Array.from({ length: ITEMS }, (_, index) => index) });
  run.quiet = true;
  return run;
}

/** Microseconds of processor time of this thread: how busy the machine is does not count. */
const timed = (work: () => void): number => {
  const began = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(began);
  return user + system;
};
/** Processor time is counted in steps of milliseconds, which many short pieces of work even out. */
const sum = (times: readonly number[]): number =>
  Math.max(
    1,
    times.reduce((total, time) => total + time, 0),
  );

/** How much slower the last quarter of some equal pieces of work is than the first. With lists that are copied for each item: more than six times. */
function slowdown(times: readonly number[]): number {
  const quarter = Math.floor(times.length / 4);
  return sum(times.slice(-quarter)) / sum(times.slice(1, quarter + 1));
}
const AS_FAST = 4;

it("[RUN-211] runs in time that grows with the number of its items", () => {
  const run = mapOf(transform({ cel: "item" })).start();
  const turns: number[] = [];
  for (let seq = -1; seq !== run.state.seq; ) {
    seq = run.state.seq;
    turns.push(timed(() => run.offer({ kind: "tick" })));
  }
  expect(run.state.status).toBe("completed");
  expect(run.state.steps["each"]?.output).toHaveLength(ITEMS);
  expect(slowdown(turns.slice(0, -2))).toBeLessThan(AS_FAST); // the last two have the result in them
});

/** The journal of a map of writes that were all undone, as the machine would have written it but for what nothing here depends on. */
function* undoneMap(): Generator<RunEvent> {
  let seq = 0;
  const event = <T extends EventType>(type: T, data: EventData[T]): RunEvent =>
    ({ seq: ++seq, type, at: T0, step: "each", data }) as RunEvent;
  const ids = Array.from({ length: ITEMS }, (_, index) => `each/${index}`);
  yield event("step.started", { kind: "map", input: ids });
  for (const index of ids.keys()) {
    yield event("item.started", { index, kind: "tool" });
    yield event("item.completed", { index, output: { id: index } });
  }
  yield event("step.completed", { output: null });
  const steps = ids.toReversed();
  yield event("run.compensating", { steps });
  for (const undoes of steps) {
    const activity = `${undoes}/compensate`;
    yield event("step.compensating", { activity, undoes, tool: "stock.release", input: {} });
    yield event("step.compensated", { activity, undoes });
  }
}

it("[RUN-211] is folded in time that grows with the number of its items, while they are done and while they are undone", () => {
  const { machinery } = mapOf(tool("stock.reserve", { compensate: undoneBy("stock.release") }));
  const events = [...undoneMap()];
  let state = initialState(machinery);
  const times: number[] = [];
  for (let start = 0; start < events.length; start += 400) {
    const some = events.slice(start, start + 400);
    times.push(
      timed(() => {
        for (const event of some) state = evolve(machinery, state, event);
      }),
    );
  }
  expect(state.steps["each"]).toMatchObject({ status: "compensated" });
  expect([state.done.length, state.undoing?.length]).toEqual([ITEMS, 0]);
  const half = times.length / 2;
  expect(slowdown(times.slice(0, half))).toBeLessThan(AS_FAST);
  expect(1 / slowdown(times.slice(half))).toBeLessThan(AS_FAST); // what is still to be undone gets shorter
});
