/**
 * A run that slept is woken: from the moment its object comes into memory to the arrival of its next call. The build with the meter is
 * used, since only it tells that moment.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { CALLS_BEFORE_WAITING, WAITING } from "../definitions.ts";
import { type CountedPlatform, startCounted } from "../engines/counted.ts";
import { summarise } from "../report/statistics.ts";
import type { ToolServer } from "../servers/start-tool-server.ts";
import type { Part } from "./part.ts";

/** What `definitions.ts` lets the call after the waiting say. */
const AFTER_WAITING = -1;

export const wake: Part = async ({ quick, tools, tell }) => {
  tell("starting the platform");
  const ours = await startCounted(tools.url);
  try {
    const woken: number[] = [];
    const asleep: number[] = [];
    const awake: number[] = [];
    const events: number[] = [];
    for (let round = 0; round <= (quick ? 5 : 15); round++) {
      tell(`waking, round ${round}`);
      const evicted = await wakeOne(ours, tools, true);
      const warm = await wakeOne(ours, tools, false);
      if (round === 0) continue; // the first of all pays for what the isolate makes once
      woken.push(evicted.sinceConstructed);
      asleep.push(evicted.sinceDecision);
      awake.push(warm.sinceDecision);
      events.push(evicted.events);
    }
    return [
      {
        part: "wake",
        id: "wake.evicted",
        what: `an evicted run with ${Math.min(...events)} journal events: from coming into memory to its next call`,
        unit: "ms",
        target: { at: "most", value: 20 },
        value: summarise(woken),
        sides: [
          { name: "from the decision's POST", unit: "ms", value: summarise(asleep) },
          { name: "the same, the run in memory", unit: "ms", value: summarise(awake) },
        ],
        note: "a decision's way leads through the ingress and the review queue; the moment is known to the millisecond",
      },
    ];
  } finally {
    await ours.stop();
  }
};

type Woken = { readonly sinceConstructed: number; readonly sinceDecision: number; readonly events: number };

async function wakeOne(ours: CountedPlatform, tools: ToolServer, evicted: boolean): Promise<Woken> {
  const { app, reviewer } = ours.people;
  const { id } = await app.runs.start({ workflow: WAITING, input: { value: 0 } });
  const review = await waitingFor(ours, id);
  const events = await ours.lastSeq(id);
  if (events < CALLS_BEFORE_WAITING * 5) throw new Error(`the run has ${events} journal events only`);
  await sleep(1_500); // its records have left, so that it would sleep
  await tools.arrivals();
  if (evicted) await ours.evict("RunEngine", id);
  const from = performance.timeOrigin + performance.now();
  await reviewer.reviews.decide(review, { action: "approve", reason: "a measurement" });
  for (let tries = 0; tries < 200; tries++) {
    const arrival = (await tools.arrivals()).find(({ value }) => value === AFTER_WAITING);
    if (arrival !== undefined) {
      const constructedAt = (await ours.countsNow()).constructedAt["RunEngine"] ?? 0;
      if (evicted !== constructedAt >= Math.floor(from)) throw new Error(`the run ${evicted ? "was" : "was not"} in memory`);
      return { sinceConstructed: arrival.at - constructedAt, sinceDecision: arrival.at - from, events };
    }
    await sleep(25);
  }
  throw new Error("the run was not woken");
}

async function waitingFor(ours: CountedPlatform, id: string): Promise<string> {
  for (let tries = 0; tries < 600; tries++) {
    const { status, waiting_for } = await ours.people.app.runs.get(id);
    if (status === "waiting" && waiting_for?.id !== undefined) return waiting_for.id;
    await sleep(50);
  }
  throw new Error("the run does not come to its review");
}
