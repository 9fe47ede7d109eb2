/** A request is one trace: what is answered, logged, and exported where the edge is traced. */
import { Hono } from "hono";
import { expect, it } from "vitest";
import { traceRequest } from "../../../workers/ingress/middleware/trace.ts";

type Ports = Parameters<typeof traceRequest>[0];
const EDGE = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };

async function answered(edgeSpan: Ports["edgeSpan"], traceparent?: string) {
  const lines: { readonly [name: string]: unknown }[] = [];
  const ports = {
    now: () => 1,
    random: (bytes: number) => new Uint8Array(bytes).fill(7),
    log: (line: object) => void lines.push({ ...line }),
    edgeSpan,
  };
  const app = new Hono();
  app.use("*", traceRequest(ports as Ports) as never);
  let above: string | null | undefined;
  app.get("/", (context) => {
    above = (context.get("trace" as never) as { parentSpanId: string | null }).parentSpanId;
    return context.text("ok");
  });
  const answer = await app.request("/", traceparent === undefined ? {} : { headers: { traceparent } });
  return { said: answer.headers.get("traceresponse"), line: lines[0], above };
}

it("[TRACE-1] is the edge's span where the edge is traced, and one of its own where it is not", async () => {
  const traced = await answered(() => EDGE);
  expect(traced.said).toBe(`00-${EDGE.traceId}-${EDGE.spanId}-01`);
  expect(traced.line).toMatchObject({ trace_id: EDGE.traceId, span_id: EDGE.spanId });
  const own = `00-${"07".repeat(16)}-${"07".repeat(8)}-01`;
  expect((await answered(() => null)).said).toBe(own);
  expect((await answered(undefined)).said).toBe(own);
  const parent = "4bf92f3577b34da6a3ce929d0e0e4736";
  expect((await answered(undefined, `00-${parent}-00f067aa0ba902b7-01`)).said).toBe(`00-${parent}-${"07".repeat(8)}-01`);
});

it("[TRACE-1] only a caller's span stands above what a request starts: the edge's own may be dropped", async () => {
  expect((await answered(() => EDGE)).above).toBeNull();
  expect((await answered(() => EDGE, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")).above).toBe("00f067aa0ba902b7");
});

it("[TRACE-4] a request whose org samples its trace out says so of its edge's span, also where nobody can say what the org's share is", async () => {
  const sampledOut = async (percent: number | null, org: string | null, edge: typeof EDGE | null = EDGE) => {
    let said = 0;
    const ports = {
      ...{ now: () => 1, random: (bytes: number) => new Uint8Array(bytes).fill(7), log: () => undefined, edgeSpan: () => edge },
      sampleOutEdge: () => void said++,
      tracePercent: async () => {
        if (percent === null) throw new Error("scripted");
        return percent;
      },
    };
    const app = new Hono();
    app.use("*", traceRequest(ports as never) as never);
    app.get("/", (context) => {
      if (org !== null) context.set("principal" as never, { org, credential: "key_1" } as never);
      return context.text("ok");
    });
    expect((await app.request("/")).status).toBe(200);
    return said;
  };
  expect(await sampledOut(0, "acme")).toBe(1);
  expect(await sampledOut(null, "acme")).toBe(1);
  expect(await sampledOut(100, "acme")).toBe(0);
  expect(await sampledOut(0, null)).toBe(0);
  expect(await sampledOut(0, "acme", null)).toBe(0);
});
