/** A request is one trace: what is answered, logged, and exported. */
import { Hono } from "hono";
import { expect, it } from "vitest";
import type { AnsweredRequest } from "../../../core/trace/of-request.ts";
import { traceRequest } from "../../../workers/ingress/middleware/trace.ts";

type Ports = Parameters<typeof traceRequest>[0];
const OWN = { traceId: "07".repeat(16), spanId: "07".repeat(8) };

async function answered(traceparent?: string) {
  const lines: { readonly [name: string]: unknown }[] = [];
  const exported: AnsweredRequest[] = [];
  const ports = {
    now: () => 1,
    random: (bytes: number) => new Uint8Array(bytes).fill(7),
    log: (line: object) => void lines.push({ ...line }),
    traceAnswered: (request: AnsweredRequest) => void exported.push(request),
  };
  const app = new Hono();
  app.use("*", traceRequest(ports as Ports) as never);
  let above: string | null | undefined;
  app.get("/", (context) => {
    above = (context.get("trace" as never) as { parentSpanId: string | null }).parentSpanId;
    return context.text("ok");
  });
  const answer = await app.request("/", traceparent === undefined ? {} : { headers: { traceparent } });
  return { said: answer.headers.get("traceresponse"), line: lines[0], exported: exported[0], above };
}

it("[TRACE-1] is answered, logged and exported under the same ids", async () => {
  const own = await answered();
  expect(own.said).toBe(`00-${OWN.traceId}-${OWN.spanId}-01`);
  expect(own.line).toMatchObject({ trace_id: OWN.traceId, span_id: OWN.spanId });
  expect(own.exported).toMatchObject({ ...OWN, parent: null, method: "GET", status: 200 });
});

it("[TRACE-1] goes on with the caller's trace, whose span alone stands above what a request starts", async () => {
  const caller = "4bf92f3577b34da6a3ce929d0e0e4736";
  const { said, exported, above } = await answered(`00-${caller}-00f067aa0ba902b7-01`);
  expect(said).toBe(`00-${caller}-${OWN.spanId}-01`);
  expect(exported).toMatchObject({ traceId: caller, spanId: OWN.spanId, parent: "00f067aa0ba902b7" });
  expect(above).toBe("00f067aa0ba902b7");
  expect((await answered()).above).toBeNull();
});
