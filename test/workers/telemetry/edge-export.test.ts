/** How the HTTP edge's spans leave. */
import { expect, it } from "vitest";
import { edgeProcessor, SAMPLED_OUT } from "../../../workers/telemetry/edge-export.ts";

function world() {
  const exported: unknown[][] = [];
  const waits: (() => void)[] = [];
  let now = 0;
  const processor = edgeProcessor(
    {
      export: (spans, done) => {
        exported.push(spans);
        done({ code: 0 });
      },
    },
    () => new Promise<void>((resolve) => void waits.push(resolve)),
    () => now,
  );
  const end = (name: string, traceFlags = 1, traceId = "", attributes = {}) =>
    processor.onEnd({
      ...{ name, kind: 1, attributes, events: [], links: [], status: { code: 0 } },
      spanContext: () => ({ traceFlags, traceId }),
    });
  const pass = (ms: number) => {
    now += ms;
  };
  return { processor, exported, waits, end, pass };
}

it("[TRACE-3] those of a second leave in one request, without the ones that are not sampled", async () => {
  const { processor, exported, waits, end } = world();
  end("a");
  const first = processor.forceFlush();
  end("b");
  end("c", 0);
  await processor.forceFlush();
  expect([exported, waits.length]).toEqual([[], 1]);
  waits[0]?.();
  await first;
  expect(exported.map((spans) => spans.length)).toEqual([2]);
  await processor.forceFlush();
  expect(exported).toHaveLength(1);
});

it("[TRACE-3] a request that was cut short while it gathered keeps no later one from sending", async () => {
  const { processor, exported, waits, end, pass } = world();
  end("a");
  void processor.forceFlush();
  end("b");
  pass(5_000);
  const second = processor.forceFlush();
  waits[1]?.();
  await second;
  expect(exported.map((spans) => spans.length)).toEqual([2]);
});

it("[TRACE-3] a collector that is slow costs a bounded number of spans", async () => {
  const { processor, exported, waits, end } = world();
  for (let n = 0; n < 5_000; n++) end("a");
  const first = processor.forceFlush();
  waits[0]?.();
  await first;
  expect(exported.map((spans) => spans.length)).toEqual([2_000]);
});

it("[TRACE-4] what an org samples out is held, and leaves only beside the trace of a run that is kept, whichever ends first", async () => {
  const { processor, exported, waits, end } = world();
  const [kept, gone, late] = ["a", "b", "c"].map((letter) => letter.repeat(32)) as [string, string, string];
  const textOf = (traceId: string) => `{"traceId":"${traceId}","spanId":"1111111111111111"}`;
  const out = { [SAMPLED_OUT]: true, "http.route": "/v1/runs" };
  end("POST", 1, kept, out);
  end("POST", 1, gone, out);
  await processor.forceFlush();
  expect([exported, waits]).toEqual([[], []]);
  const leaving = processor.keepWith([textOf(kept), textOf(late), "no span"]);
  waits[0]?.();
  await leaving;
  expect(exported).toEqual([[expect.objectContaining({ attributes: { "http.route": "/v1/runs" } })]]);
  end("POST", 1, late, out); // its run had ended before
  const flushed = processor.forceFlush();
  waits[1]?.();
  await flushed;
  expect(exported.map((spans) => spans.length)).toEqual([1, 1]);
});

it("[TRACE-4] what is held is bounded: the newest are", async () => {
  const { processor, exported, waits, end } = world();
  const idOf = (n: number) => n.toString(16).padStart(32, "0");
  for (let n = 0; n < 5_000; n++) end("POST", 1, idOf(n), { [SAMPLED_OUT]: true });
  const keep = async (n: number) => {
    const before = waits.length;
    const leaving = processor.keepWith([`{"traceId":"${idOf(n)}"}`]);
    waits[before]?.();
    await leaving;
  };
  await keep(0);
  await keep(4_999);
  expect(exported.map((spans) => spans.length)).toEqual([1]);
});
