/**
 * How long a tool's code takes to start: in an isolate that nobody used before, in one that is there, and beside both a new context of
 * `node:vm` in this process, which bounds nothing. What the way to the runtime costs by itself is taken off.
 */
import { createContext, Script } from "node:vm";
import { startRuntime } from "../engines/runtime.ts";
import { closedLoop } from "../load/closed-loop.ts";
import { emptyContender } from "../load/contenders.ts";
import type { Figure } from "../report/figure.ts";
import { median, summarise } from "../report/statistics.ts";
import { containers } from "./containers.ts";
import type { Part } from "./part.ts";
import { interleave, valuesOf } from "./rounds.ts";
import { FLOORS_CONFIG } from "./transform.ts";

/** Milliseconds. */
const COLD = { at: "most", value: 20 } as const;

export const sandbox: Part = async ({ quick, floors, tell }) => {
  tell("starting the room of isolates");
  const runtime = await startRuntime({ name: "floors", config: FLOORS_CONFIG, bundle: await floors() });
  const [cold, warm, bare, empty] = ["isolate", "isolate-again", "isolate-bare", "empty"].map((path) =>
    emptyContender(path, `${runtime.url}/${path}`),
  );
  if (cold === undefined || warm === undefined || bare === undefined || empty === undefined) throw new Error("a side is missing");
  const sides = [cold, warm, bare, empty];
  try {
    for (const { run } of sides) await closedLoop(run, 1, 20);
    tell("one caller");
    const rounds = await interleave([...sides, vmContender], { concurrency: 1, rounds: quick ? 3 : 7, runs: quick ? 30 : 100 });
    const way = median(valuesOf(rounds, empty.name, "p50"));
    const side = (name: string, values: readonly number[]) => ({ name, unit: "ms" as const, value: summarise(values) });
    const without = (values: readonly number[]): number[] => values.map((value) => Math.max(0, value - way));
    const figure: Figure = {
      part: "sandbox",
      id: "sandbox.isolate.cold",
      what: "a call in a new isolate: p50, without the way to the runtime",
      unit: "ms",
      value: summarise(without(valuesOf(rounds, cold.name, "p50"))),
      target: COLD,
      sides: [
        side("p95", without(valuesOf(rounds, cold.name, "p95"))),
        side("Worker Loader alone", without(valuesOf(rounds, bare.name, "p50"))),
        side("isolate that is there", without(valuesOf(rounds, warm.name, "p50"))),
        side("node:vm, a new context", valuesOf(rounds, vmContender.name, "p50")),
        side("the way", [way]),
      ],
    };
    return [figure, ...(await containers(quick, tell))];
  } finally {
    for (const { close } of sides) close();
    await runtime.stop();
  }
};

/** The same code as the isolate's, without a promise: a context, and its value. */
const vmContender = {
  name: "node:vm",
  refusals: () => 0,
  close: () => undefined,
  run: async (): Promise<undefined> => {
    const context = createContext({ input: '{"value":1}' });
    const script = new Script("const { value } = JSON.parse(input); JSON.stringify({ value: value + 1 });");
    if (script.runInContext(context) !== '{"value":2}') throw new Error("node:vm answered wrongly");
  },
};
