/** What a run of ten model calls of 8 s and ten tool calls of 1 s costs on Cloudflare's price list, counted while it happens. */
import { setTimeout as sleep } from "node:timers/promises";
import { PLATFORM_PRICES } from "../../core/costs/platform-prices.ts";
import type { RunView } from "../../sdk/client.ts";
import { difference } from "../counted/counts.ts";
import { SLOW_MS, TWENTY } from "../definitions.ts";
import { type CountedPlatform, startCounted } from "../engines/counted.ts";
import { type PricedUse, priced, totalUsd } from "../prices.ts";
import type { Figure, Unit } from "../report/figure.ts";
import { median, summarise } from "../report/statistics.ts";
import type { Part } from "./part.ts";

/** Side by side, so that three repetitions take as long as one; what they use is counted together and divided. */
const SIDE_BY_SIDE = 5;
const STEPS = 20;
/** A run's records leave this long after its last turn at most. */
const FLUSH_SECONDS = 0.2;

export const cost: Part = async ({ quick, tools, tell }) => {
  tell("starting the platform with its meter");
  const platform = await startCounted(tools.url);
  try {
    await used(platform, 1, tell); // the org's own first rows, and everything that is fetched once
    const measured: (readonly PricedUse[])[] = [];
    for (let round = 1; round <= (quick ? 1 : 3); round++) measured.push(await used(platform, SIDE_BY_SIDE, tell));
    return [figureOf(measured), rowsOf(measured)];
  } finally {
    await platform.stop();
  }
};

async function used(platform: CountedPlatform, runs: number, tell: (what: string) => void): Promise<readonly PricedUse[]> {
  const before = await platform.counts();
  const cpuBefore = platform.cpuMs();
  const { app } = platform.people;
  // One after another by a second: runs of a real day do not share their moments.
  const started: RunView[] = [];
  for (let index = 0; index < runs; index++) {
    started.push(await app.runs.start({ workflow: TWENTY, input: { value: 0 } }));
    await sleep(1_000);
  }
  tell(`${runs} runs of 20 steps: ${(10 * (SLOW_MS.model + SLOW_MS.tool)) / 1000} s`);
  const ended = await Promise.all(started.map((run) => untilItsEnd(platform, run.id)));
  const counts = difference(await platform.counts(), before);
  // The polls of this very measurement are no part of a run.
  const polls = ended.reduce((sum, { polls }) => sum + polls, 0);
  const seconds = ended.reduce((sum, { run }) => sum + (Date.parse(run.ended_at ?? "") - Date.parse(run.created_at)) / 1000, 0);
  const mine = withoutPolls(counts, polls);
  const uses = priced(mine, platform.cpuMs() - cpuBefore, seconds + runs * FLUSH_SECONDS);
  return uses.map(({ what, amount, usd }) => ({ what, amount: amount / runs, usd: usd / runs }));
}

async function untilItsEnd(platform: CountedPlatform, id: string): Promise<{ run: RunView; polls: number }> {
  await sleep(10 * (SLOW_MS.model + SLOW_MS.tool));
  for (let polls = 1; ; polls++) {
    const run = await platform.people.app.runs.get(id);
    if (run.status === "completed") return { run, polls };
    if (run.ended_at !== null) throw new Error(`a run of 20 steps ended ${run.status}`);
    await sleep(1_000);
  }
}

/** A poll is one request of the Worker and one of the run's object. */
function withoutPolls(counts: ReturnType<typeof difference>, polls: number): ReturnType<typeof difference> {
  const engine = counts.objects["RunEngine"];
  if (engine === undefined) throw new Error("no run was counted");
  return {
    ...counts,
    http: { requests: counts.http.requests - polls },
    objects: { ...counts.objects, RunEngine: { ...engine, requests: engine.requests - polls } },
  };
}

function figureOf(measured: readonly (readonly PricedUse[])[]): Figure {
  const whats = (measured[0] ?? []).map(({ what }) => what).filter((what) => measured.some((uses) => amountOf(uses, what) > 0));
  return {
    part: "cost",
    id: "cost.twenty",
    what: "a run of 20 steps: 10 model calls of 8 s, 10 tool calls of 1 s",
    unit: "USD",
    target: { at: "most", value: 0.001 },
    value: summarise(measured.map(totalUsd)),
    sides: whats.map((what) => ({
      name: `${what} (${median(measured.map((uses) => amountOf(uses, what))).toFixed(1)} ${PLATFORM_PRICES[what].unit})`,
      unit: "USD" satisfies Unit,
      value: summarise(measured.map((uses) => uses.find((use) => use.what === what)?.usd ?? 0)),
    })),
    note: `beyond what the plan includes; prices: ${[...new Set(whats.map((what) => PLATFORM_PRICES[what].source))].join(", ")}`,
  };
}

/** The rows of the whole run, its start and end included, when each call takes so long that its records leave by themselves. */
function rowsOf(measured: readonly (readonly PricedUse[])[]): Figure {
  return {
    part: "cost",
    id: "cost.rows",
    what: "rows written for a step of that run, all its records included",
    unit: "rows",
    target: { at: "most", value: 10 },
    value: summarise(measured.map((uses) => amountOf(uses, "rowWritten") / STEPS)),
    sides: [],
    note: "the rows of the whole run over its 20 steps",
  };
}

const amountOf = (uses: readonly PricedUse[], what: PricedUse["what"]): number => uses.find((use) => use.what === what)?.amount ?? 0;
