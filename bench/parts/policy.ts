/**
 * What a decision takes when an org has a hundred policies of its own beside the shipped ones, in workerd, about a question that is new
 * each time. A Worker's clock stands still while it computes, so the time is that of a request from outside, without the way.
 */
import { startRuntime } from "../engines/runtime.ts";
import { closedLoop } from "../load/closed-loop.ts";
import { emptyContender } from "../load/contenders.ts";
import { percentile, summarise } from "../report/statistics.ts";
import type { Part } from "./part.ts";
import { FLOORS_CONFIG } from "./transform.ts";

/** Milliseconds. A decision about a tool's call asks about the call, its host, and whether a person is needed. */
const P99 = { at: "most", value: 0.5 } as const;
/** Decisions of a request, for the mean. */
const MANY = 50;

export const policy: Part = async ({ quick, floors, tell }) => {
  tell("starting the room of decisions");
  const runtime = await startRuntime({ name: "floors", config: FLOORS_CONFIG, bundle: await floors() });
  const [way, one, many] = ["empty", "decide/1", `decide/${MANY}`].map((path) => emptyContender(path, `${runtime.url}/${path}`));
  if (way === undefined || one === undefined || many === undefined) throw new Error("a side is missing");
  try {
    for (const { run } of [way, one, many]) await closedLoop(run, 1, 50);
    const rounds = quick ? 3 : 7;
    const runs = quick ? 200 : 1_000;
    const p99: number[] = [];
    const mean: number[] = [];
    const ways: number[] = [];
    for (let round = 0; round < rounds; round++) {
      tell(`round ${round + 1} of ${rounds}`);
      const bare = (await closedLoop(way.run, 1, runs)).latencies;
      const single = (await closedLoop(one.run, 1, runs)).latencies;
      const batch = (await closedLoop(many.run, 1, runs / 10)).latencies;
      p99.push(Math.max(0, percentile(single, 0.99) - percentile(bare, 0.99)));
      mean.push(Math.max(0, (percentile(batch, 0.5) - percentile(bare, 0.5)) / MANY));
      ways.push(percentile(bare, 0.99));
    }
    const side = (name: string, values: readonly number[]) => ({ name, unit: "ms" as const, value: summarise(values) });
    return [
      {
        part: "policy",
        id: "policy.p99",
        what: "a decision over 100 policies of the org: p99 of a request, without p99 of the way",
        unit: "ms",
        value: summarise(p99),
        target: P99,
        sides: [side(`p50 of ${MANY} decisions, each`, mean), side("the way, p99", ways)],
      },
    ];
  } finally {
    for (const { close } of [way, one, many]) close();
    await runtime.stop();
  }
};
