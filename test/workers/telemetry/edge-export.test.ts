/** How the HTTP edge's spans leave. */
import { expect, it } from "vitest";
import { edgeProcessor } from "../../../workers/telemetry/edge-export.ts";

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
  const end = (name: string, traceFlags = 1) =>
    processor.onEnd({ name, kind: 1, attributes: {}, events: [], links: [], status: { code: 0 }, spanContext: () => ({ traceFlags }) });
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
