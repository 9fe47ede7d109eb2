/** The short way of spans to the collector, with a clock of its own: what is gathered, and what whoever hands spans over learns. */
import { expect, it } from "vitest";
import type { TracesPort } from "../../../durable-objects/run-engine/leaving-trace.ts";
import { defineCourier } from "../../../workers/traces/courier.ts";
import type { Parcel } from "../../../workers/traces/delivery.ts";

/** `answer`: what becomes of each request, in turn. Timers run by `pass`, and only those of objects that live. */
function world(answer: (parcels: readonly Parcel[]) => "left" | "later" | "never" = () => "left") {
  let [now, rests] = [1_000_000, 0];
  let timers: { readonly at: number; readonly ring: () => void }[] = [];
  const requests: string[][] = [];
  const handOver: TracesPort["handOver"] = defineCourier({
    now: () => now,
    wait: (ms) => new Promise((ring) => timers.push({ at: now + ms, ring })),
    delivery: {
      restMs: () => rests,
      isFailing: () => rests > 0,
      send: async (parcels) => {
        requests.push(parcels.flatMap(({ spans }) => spans));
        const outcome = answer(parcels);
        if (outcome === "never") return new Promise(() => {});
        for (const { left, later } of parcels) await (outcome === "left" ? left() : later(1_000));
      },
    },
  });
  return {
    requests,
    handOver,
    rest: (ms: number) => {
      rests = ms;
    },
    /** The objects that wait now end: their timers never ring. */
    die: () => {
      timers = [];
    },
    pass: async (ms: number) => {
      now += ms;
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { ring } of due) ring();
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    },
  };
}

it("[OTLP-19] what runs hand over within a moment leaves in one request, and each sees that its spans have left", async () => {
  const { handOver, pass, requests } = world();
  const one = handOver("acme", ["1", "2"]);
  await pass(120);
  const two = handOver("globex", ["3"]);
  expect([one?.outcome, two?.outcome]).toEqual(["under way", "under way"]);
  await pass(100);
  expect(requests).toEqual([["1", "2", "3"]]);
  expect([one?.outcome, two?.outcome]).toEqual(["left", "left"]);
  handOver("acme", ["4"]);
  await pass(250);
  expect(requests).toEqual([["1", "2", "3"], ["4"]]);
});

it("[OTLP-19] a collector that takes nothing is not asked on the short way, and who asked it sees that", async () => {
  const { handOver, pass, rest } = world(() => "later");
  const one = handOver("acme", ["1"]);
  await pass(250);
  expect(one?.outcome).toBe("later");
  rest(5_000);
  expect(handOver("acme", ["2"])).toBeNull();
});

it("[OTLP-19] when the object that gathers ends, the next one sends for all, but nothing that its run may have given up", async () => {
  const { handOver, pass, die, requests } = world();
  const one = handOver("acme", ["1"]);
  die();
  await pass(1_000);
  const two = handOver("acme", ["2"]);
  await pass(250);
  expect(requests).toEqual([["1", "2"]]);
  expect([one?.outcome, two?.outcome]).toEqual(["left", "left"]);
  const three = handOver("acme", ["3"]);
  die();
  await pass(60_000);
  handOver("acme", ["4"]);
  await pass(250);
  expect(requests.at(-1)).toEqual(["4"]);
  expect(three?.outcome).toBe("under way");
});

it("[OTLP-19] what waits has an end: a collector that is slow costs no memory", async () => {
  const { handOver, pass } = world(() => "never");
  const large = "x".repeat(1_000_000);
  const taken = Array.from({ length: 12 }, () => handOver("acme", [large])).filter((handed) => handed !== null);
  expect([taken.length > 7, taken.length < 10]).toEqual([true, true]);
  await pass(250);
  expect(handOver("acme", [large])).not.toBeNull();
});
