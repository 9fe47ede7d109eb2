/** Rows written for one more step, counted in the objects and D1 together, with the step's audit. */

import { type Counts, difference, rowsWritten } from "../counted/counts.ts";
import { CHAINS, modelChain, toolChain, transformChain } from "../definitions.ts";
import { type CountedPlatform, startCounted } from "../engines/counted.ts";
import type { Figure, Target } from "../report/figure.ts";
import { summarise } from "../report/statistics.ts";
import type { Part } from "./part.ts";

const RUNS = 3;

export const rows: Part = async ({ quick, tools, tell }) => {
  tell("starting the platform with its meter");
  const platform = await startCounted(tools.url);
  try {
    const repeats = quick ? 1 : RUNS;
    await used(platform, transformChain(CHAINS.transform[0])); // the org's own first rows
    const figures: Figure[] = [];
    for (const [kind, name, [short, long], target] of [
      ["transform", transformChain, [CHAINS.transform[0], CHAINS.transform[1]], { at: "most", value: 3 }],
      ["tool", toolChain, [CHAINS.tool[0], CHAINS.tool[1]], { at: "most", value: 10 }],
      ["model", modelChain, [CHAINS.model[0], CHAINS.model[1]], { at: "most", value: 10 }],
    ] as const) {
      const each: { readonly all: number[]; readonly by: Map<string, number[]> } = { all: [], by: new Map() };
      for (let repeat = 1; repeat <= repeats; repeat++) {
        tell(`${kind} steps, ${repeat} of ${repeats}`);
        const few = await used(platform, name(short));
        const many = await used(platform, name(long));
        const steps = long - short;
        each.all.push((rowsWritten(many) - rowsWritten(few)) / steps);
        for (const [where, count] of places(many)) {
          each.by.set(where, [...(each.by.get(where) ?? []), (count - (places(few).get(where) ?? 0)) / steps]);
        }
      }
      figures.push(figure(kind, each.all, each.by, target));
    }
    return figures;
  } finally {
    await tools.arrivals();
    await platform.stop();
  }
};

async function used(platform: CountedPlatform, workflow: string): Promise<Counts> {
  const before = await platform.counts();
  const run = await platform.people.app.runs.start({ workflow, input: { value: 0 } }, { wait: 30 });
  if (run.status !== "completed") throw new Error(`${workflow} ended ${run.status}`);
  return difference(await platform.counts(), before);
}

const places = (counts: Counts): Map<string, number> =>
  new Map([
    ...Object.entries(counts.objects).map(([name, { rowsWritten }]): [string, number] => [name, rowsWritten]),
    ["D1", counts.d1.rowsWritten],
  ]);

function figure(kind: string, all: readonly number[], by: ReadonlyMap<string, readonly number[]>, target: Target): Figure {
  return {
    part: "rows",
    id: `rows.${kind}`,
    what: `rows written for one more ${kind} step, with its audit`,
    unit: "rows",
    target,
    value: summarise(all),
    sides: [...by]
      .filter(([, values]) => values.some((value) => value !== 0))
      .map(([name, values]) => ({ name, unit: "rows", value: summarise(values) })),
    note: "counted by SQLite's cursors (index entries count as rows) and D1's meta; an alarm that is set or deleted counts as a row",
  };
}
