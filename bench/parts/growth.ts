/** A step costs the same at the end of a long run as at its beginning, and leaves as much behind. */
import { CHAINS, toolChain, transformChain } from "../definitions.ts";
import { type BenchPlatform, startPlatformRuntime } from "../engines/platform.ts";
import { closedLoop } from "../load/closed-loop.ts";
import { platformContender } from "../load/contenders.ts";
import type { Figure } from "../report/figure.ts";
import { percentile, ratios, summarise } from "../report/statistics.ts";
import type { Arrival } from "../servers/start-tool-server.ts";
import type { Part, PartTools } from "./part.ts";

/** Steps at each end that are compared. */
const ENDS = 50;
const SHORT = CHAINS.tool[2];
const LONG = CHAINS.tool[3];

export const growth: Part = async (given) => {
  const { quick, tools, platform, tell } = given;
  tell("starting the platform");
  const ours = await startPlatformRuntime({ bundle: await platform(), toolUrl: tools.url });
  try {
    await chainOfCalls(ours, given, SHORT); // warm
    const first: number[] = [];
    const last: number[] = [];
    const bytes: { readonly short: number[]; readonly long: number[] } = { short: [], long: [] };
    for (let round = 1; round <= (quick ? 3 : 5); round++) {
      tell(`a run of ${LONG} tool steps, ${round}`);
      const long = await chainOfCalls(ours, given, LONG);
      first.push(spanOf(long.arrivals.slice(0, ENDS)));
      last.push(spanOf(long.arrivals.slice(-ENDS)));
      bytes.long.push(long.bytes / LONG);
      bytes.short.push((await chainOfCalls(ours, given, SHORT)).bytes / SHORT);
    }
    return [
      {
        part: "growth",
        id: "growth.tool",
        what: `a run of ${LONG} tool steps: the last ${ENDS} over the first ${ENDS}`,
        unit: "×",
        target: { at: "most", value: 1.2 },
        value: ratios(last, first),
        sides: [
          { name: "first", unit: "ms", value: summarise(first) },
          { name: "last", unit: "ms", value: summarise(last) },
        ],
        note: "from the arrivals of the calls at the tool",
      },
      {
        part: "growth",
        id: "growth.bytes",
        what: `journal a step: in a run of ${LONG} over one of ${SHORT}`,
        unit: "×",
        target: { at: "most", value: 1.2 },
        value: ratios(bytes.long, bytes.short),
        sides: [
          { name: `${SHORT} steps`, unit: "bytes", value: summarise(bytes.short) },
          { name: `${LONG} steps`, unit: "bytes", value: summarise(bytes.long) },
        ],
        note: "the journal as stored, the definition that a run carries not counted",
      },
      await transforms(ours, quick, tell),
    ];
  } finally {
    await ours.stop();
  }
};

async function chainOfCalls(
  ours: BenchPlatform,
  { tools }: PartTools,
  length: number,
): Promise<{ arrivals: readonly Arrival[]; bytes: number }> {
  await tools.arrivals();
  const run = await ours.people.app.runs.start({ workflow: toolChain(length), input: { value: 0 } }, { wait: 30 });
  if (run.status !== "completed" || run.output !== length) throw new Error(`the run of ${length} tool steps ended ${run.status}`);
  const arrivals = await tools.arrivals();
  if (arrivals.length !== length) throw new Error(`${arrivals.length} calls came of ${length} steps`);
  return { arrivals, bytes: await ours.journalBytes(run.id) };
}

const spanOf = (arrivals: readonly Arrival[]): number => (arrivals.at(-1)?.at ?? 0) - (arrivals[0]?.at ?? 0);

/** Steps without an outside effect share their commits; here the whole run is timed, at two lengths. */
async function transforms(ours: BenchPlatform, quick: boolean, tell: (what: string) => void): Promise<Figure> {
  const [, , short, long] = CHAINS.transform;
  const sides: { readonly length: number; readonly perStep: number[] }[] = [short, long].map((length) => ({ length, perStep: [] }));
  tell(`runs of ${short} and ${long} transform steps`);
  for (let round = 0; round < (quick ? 3 : 5); round++) {
    for (const { length, perStep } of sides) {
      const { run, close } = platformContender(ours.url, ours.appKey, transformChain(length), length);
      const { latencies } = await closedLoop(run, 1, 10);
      perStep.push(percentile(latencies, 0.5) / length);
      close();
    }
  }
  const [few, many] = sides.map(({ perStep }) => perStep) as [number[], number[]];
  return {
    part: "growth",
    id: "growth.transform",
    what: `a transform step in a run of ${long} over one in a run of ${short}`,
    unit: "×",
    target: { at: "most", value: 1.2 },
    value: ratios(many, few),
    sides: sides.map(({ length, perStep }) => ({ name: `${length} steps`, unit: "ms", value: summarise(perStep) })),
    note: "the whole run over its steps, so that the fixed part of a run weighs on the shorter one",
  };
}
