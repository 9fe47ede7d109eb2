/**
 * What traces and metrics cost: the same runs on the platform with a collector and without one, at the same time, so that what else the machine does
 * falls on both. With one, each run is exported, each request has a span of its own, and `/metrics` is read now and then; the sums behind `/metrics`
 * are kept on both sides. A round ends when both engines rest, so that the export belongs to its runs. The collector is in another process than the
 * runtime, and not counted.
 */
import { CHAINS, toolChain, transformChain } from "../definitions.ts";
import { startPlatformRuntime, VARIABLES } from "../engines/platform.ts";
import { settle } from "../engines/settle.ts";
import { closedLoop } from "../load/closed-loop.ts";
import { platformContender } from "../load/contenders.ts";
import type { Figure } from "../report/figure.ts";
import { ratios, summarise } from "../report/statistics.ts";
import { startCollector } from "../servers/collector.ts";
import type { Part } from "./part.ts";

/** Of each of the two. */
const CALLERS = 16;
/** A run of the measuring is one of a busy platform: Prometheus asks every 15 s, as `docs/metrics.md` has it. */
const RUNS_PER_SCRAPE = 500;
const REST_MS = { quick: 6_000, full: 14_000 };
/** Of the CPU of a run without. */
const MOST = { at: "most", value: 1.05 } as const;

export const traces: Part = async ({ quick, tools, platform, tell }) => {
  tell("starting the platform twice, and a collector");
  const collector = await startCollector();
  const bundle = await platform();
  const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  const on = await startPlatformRuntime({ bundle, toolUrl: tools.url, name: "bulkhead-traced", variables });
  const off = await startPlatformRuntime({ bundle, toolUrl: tools.url });
  const restMs = quick ? REST_MS.quick : REST_MS.full;
  const rounds = quick ? 4 : 8;
  const runs = quick ? 250 : 1_000;
  const scrape = async (): Promise<void> => {
    const answer = await fetch(`${on.url}/metrics`, { headers: { authorization: `Bearer ${VARIABLES.ADMIN_API_KEY}` } });
    if (!answer.ok) throw new Error(`/metrics answered ${answer.status}`);
    await answer.arrayBuffer();
  };
  const figures: Figure[] = [];
  let made = 0;
  try {
    for (const [what, chain, length] of [
      ["transform", transformChain(CHAINS.transform[0]), CHAINS.transform[0]],
      ["tool", toolChain(CHAINS.tool[0]), CHAINS.tool[0]],
    ] as const) {
      const traced = platformContender(on.url, on.appKey, chain, length);
      const plain = platformContender(off.url, off.appKey, chain, length);
      tell(`warming up (${what})`);
      await Promise.all([traced, plain].map(({ run }) => closedLoop(run, CALLERS, runs)));
      await Promise.all([settle(on, restMs), settle(off, restMs)]);
      const spent: { readonly on: number[]; readonly off: number[] } = { on: [], off: [] };
      const before = collector.roots();
      const scraped = async (): Promise<undefined> => {
        made += 1;
        if (made % RUNS_PER_SCRAPE === 1) await scrape();
        return void (await traced.run());
      };
      for (let round = 1; round <= rounds; round++) {
        tell(`${what}, round ${round} of ${rounds}`);
        const from = { on: on.cpuMs(), off: off.cpuMs() };
        await Promise.all([closedLoop(scraped, CALLERS, runs), closedLoop(plain.run, CALLERS, runs)]);
        await Promise.all([settle(on, restMs), settle(off, restMs)]);
        spent.on.push((on.cpuMs() - from.on) / runs);
        spent.off.push((off.cpuMs() - from.off) / runs);
      }
      for (const { close } of [traced, plain]) close();
      const exported = collector.roots() - before;
      const twice = [...collector.spans.values()].filter((times) => times > 1).length;
      if (exported !== rounds * runs) throw new Error(`${rounds * runs} runs were made and ${exported} were exported`);
      if (twice > 0) throw new Error(`${twice} spans came more than once`);
      figures.push({
        part: "traces",
        id: `traces.${what}`,
        what: `5 ${what} steps: CPU a run with traces and metrics, over the same without`,
        unit: "×",
        value: ratios(spent.on, spent.off),
        target: MOST,
        sides: [
          { name: "with", unit: "ms CPU", value: summarise(spent.on) },
          { name: "without", unit: "ms CPU", value: summarise(spent.off) },
        ],
        note: `${exported} runs exported in ${collector.requests()} requests, each span once`,
      });
    }
    return figures;
  } finally {
    await on.stop();
    await off.stop();
    await collector.stop();
  }
};
