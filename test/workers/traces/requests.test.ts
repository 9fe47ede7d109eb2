/** How the HTTP edge's spans leave, and what of a request they tell. */
import { expect, it } from "vitest";
import type { AnsweredRequest } from "../../../core/trace/of-request.ts";
import { DEFAULT_TRACE_SETTINGS } from "../../../core/trace/rule.ts";
import type { Parcel } from "../../../workers/traces/delivery.ts";
import { defineRequestTraces } from "../../../workers/traces/requests.ts";

/** `percent` null: nobody can say what the org's share is. */
function world(percent: number | null = 100) {
  const sent: Parcel[][] = [];
  const waits: (() => void)[] = [];
  const work: Promise<void>[] = [];
  const clock = { now: 0, restMs: 0 };
  const trace = defineRequestTraces({
    delivery: {
      restMs: () => clock.restMs,
      isFailing: () => false,
      send: async (parcels) => void sent.push([...parcels]),
    },
    settings: async () => {
      if (percent === null) throw new Error("away");
      return { ...DEFAULT_TRACE_SETTINGS, percent };
    },
    wait: () => new Promise((resolve) => void waits.push(resolve)),
    waitUntil: (one) => void work.push(one),
    now: () => clock.now,
  });
  const answer = (changes: Partial<AnsweredRequest> = {}, org: string | null = "acme") =>
    trace(
      {
        ...{ traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", parent: null },
        ...{ method: "POST", route: "/v1/runs", status: 202, start: 1_000, end: 1_012 },
        ...changes,
      },
      org,
    );
  const pass = async (wait = 0) => {
    waits[wait]?.();
    await work[wait];
  };
  const spans = () => sent.flat().flatMap((parcel) => parcel.spans.map((text) => JSON.parse(text) as { [name: string]: unknown }));
  return { sent, waits, clock, answer, pass, spans };
}

it("[TRACE-3] those of a second leave in one request an org", async () => {
  const { sent, waits, answer, pass } = world();
  for (const org of ["acme", "acme", "other", null]) answer({}, org);
  expect([sent, waits.length]).toEqual([[], 1]);
  await pass();
  expect(sent.flat().map(({ org, spans }) => [org, spans.length])).toEqual([
    ["acme", 2],
    ["other", 1],
    [null, 1],
  ]);
});

it("[TRACE-3] a request that was cut short while it gathered keeps no later one from sending", async () => {
  const { clock, waits, answer, pass, spans } = world();
  answer();
  clock.now += 5_000;
  answer();
  expect(waits).toHaveLength(2);
  await pass(1);
  expect(spans()).toHaveLength(2);
});

it("[TRACE-3] a collector that is slow costs a bounded number of spans, and one that rests costs none", async () => {
  const { clock, answer, pass, spans } = world();
  for (let n = 0; n < 5_000; n++) answer();
  await pass();
  expect(spans()).toHaveLength(2_000);
  clock.restMs = 1_000;
  answer();
  await pass(1);
  expect(spans()).toHaveLength(2_000);
});

it.each([0, null])("[TRACE-4] an org whose share is %s exports no spans of its requests, but those that failed", async (percent) => {
  const { answer, pass, spans } = world(percent);
  answer();
  answer({ status: 404 });
  answer({ status: 500 });
  await pass();
  expect(spans().map(({ status }) => status)).toEqual([{ code: 2 }]);
});

it("[TELEMETRY-40] a span has the template of its route, the method, the status and the times, and nothing else of the request", async () => {
  const { answer, pass, spans } = world();
  answer({ method: "GET", route: "/v1/runs/{id}", status: 503, parent: "00f067aa0ba902b7" });
  answer({ method: "GET", route: null, status: 404 });
  await pass();
  const value = (text: string) => ({ stringValue: text });
  expect(spans()).toEqual([
    {
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "b7ad6b7169203331",
      parentSpanId: "00f067aa0ba902b7",
      name: "GET /v1/runs/{id}",
      kind: 2,
      startTimeUnixNano: "1000000000",
      endTimeUnixNano: "1012000000",
      attributes: [
        { key: "http.request.method", value: value("GET") },
        { key: "http.route", value: value("/v1/runs/{id}") },
        { key: "http.response.status_code", value: { intValue: "503" } },
        { key: "error.type", value: value("503") },
      ],
      status: { code: 2 },
    },
    expect.objectContaining({ name: "GET" }),
  ]);
});
