/**
 * What a decision takes when an org has a hundred policies of its own beside the shipped ones, about a question that is new each time.
 *
 * A Worker's clock stands still while it computes, and the way to it varies by more than a decision takes: neither inside nor outside of workerd can
 * a single decision be timed. So decisions are timed one by one in this process, which runs the same room on the same engine (V8, the same
 * WebAssembly): the 99th percentile is that of decisions. Those in which the scheduler took the processor away are left out, since they time the
 * machine. That the two agree is measured as well: in workerd requests make 50 and 200 decisions, and what the further ones take is the mean of one
 * there, without the way.
 */

import { startRuntime } from "../engines/runtime.ts";
import { loadLikeWrangler } from "../engines/worker-modules.ts";
import { closedLoop } from "../load/closed-loop.ts";
import { emptyContender } from "../load/contenders.ts";
import { median, percentile, summarise } from "../report/statistics.ts";
import type { Part } from "./part.ts";
import { FLOORS_CONFIG } from "./transform.ts";

/** Milliseconds. A decision about a tool's call asks about the call, its host, and whether a person is needed. */
const P99 = { at: "most", value: 0.5 } as const;
/** Decisions of a request in workerd. */
const FEW = 50;
const MANY = 200;

export const policy: Part = async ({ quick, floors, tell }) => {
  tell("loading the room of decisions");
  loadLikeWrangler();
  const { decide } = await import("../floors/decisions.ts");
  const rounds = quick ? 3 : 7;
  const decisions = quick ? 2_000 : 10_000;
  if (!decide(1_000)) throw new Error("a decision was not `allow`");
  tell("starting it in workerd, too");
  const runtime = await startRuntime({ name: "floors", config: FLOORS_CONFIG, bundle: await floors() });
  const [few, many] = [FEW, MANY].map((count) => emptyContender(`decide/${count}`, `${runtime.url}/decide/${count}`));
  if (few === undefined || many === undefined) throw new Error("a side is missing");
  try {
    for (const { run } of [few, many]) await closedLoop(run, 1, 20);
    const measured = { p99: [] as number[], p50: [] as number[], mean: [] as number[], workerd: [] as number[] };
    let cut = 0;
    for (let round = 0; round < rounds; round++) {
      tell(`round ${round + 1} of ${rounds}`);
      const times = timed(() => decide(1), decisions);
      cut += decisions - times.length;
      measured.p99.push(percentile(times, 0.99));
      measured.p50.push(percentile(times, 0.5));
      measured.mean.push(times.reduce((sum, ms) => sum + ms, 0) / times.length);
      const requests = quick ? 20 : 60;
      const [fewer, more] = [await closedLoop(few.run, 1, requests), await closedLoop(many.run, 1, requests)];
      measured.workerd.push((median(more.latencies) - median(fewer.latencies)) / (MANY - FEW));
    }
    const side = (name: string, values: readonly number[]) => ({ name, unit: "ms" as const, value: summarise(values) });
    return [
      {
        part: "policy",
        id: "policy.p99",
        what: "a decision over 100 policies of the org: p99 of single decisions",
        unit: "ms",
        value: summarise(measured.p99),
        target: P99,
        sides: [
          side("p50", measured.p50),
          side("mean", measured.mean),
          side(`mean in workerd (${MANY} decisions less ${FEW})`, measured.workerd),
        ],
        note: `${cut} of ${rounds * decisions} decisions were interrupted by the scheduler and are left out`,
      },
    ];
  } finally {
    for (const { close } of [few, many]) close();
    await runtime.stop();
  }
};

/** Milliseconds of each of so many calls, without those during which the scheduler switched (getrusage(2), `ru_nvcsw` and `ru_nivcsw`). */
function timed(work: () => unknown, times: number): readonly number[] {
  const switches = (): number => {
    const { involuntaryContextSwitches, voluntaryContextSwitches } = process.resourceUsage();
    return involuntaryContextSwitches + voluntaryContextSwitches;
  };
  const kept: number[] = [];
  for (let time = 0; time < times; time++) {
    const before = switches();
    const at = performance.now();
    work();
    const ms = performance.now() - at;
    if (switches() === before) kept.push(ms);
  }
  return kept;
}
