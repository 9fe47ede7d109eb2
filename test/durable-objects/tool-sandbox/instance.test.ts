/** One instance over a scripted container: when it counts as started, and how far its call came. */
import { describe, expect, it } from "vitest";
import { SANDBOX_BYTES } from "../../../core/sandbox/call.ts";
import { type ContainerPort, callRunner, renewLease, startInstance } from "../../../durable-objects/tool-sandbox/instance.ts";

const CALL = { code: "pass", input: null, files: [], wallMs: 200 };
const DONE = JSON.stringify({ v: 1, end: "told", told: '{"end":"returned","output":1}', stdout: "", stderr: "", files: [] });
const never = new AbortController().signal;

function container(answer: (path: string) => Promise<Response>, more: Partial<ContainerPort> = {}) {
  const asked: string[] = [];
  const started: object[] = [];
  const port: ContainerPort = {
    running: false,
    start: (options) => void started.push(options),
    monitor: () => new Promise(() => undefined),
    destroy: async () => undefined,
    interceptAllOutboundHttp: async () => undefined,
    interceptOutboundHttps: async () => undefined,
    getTcpPort: () => ({
      fetch: (async (url: string, init: RequestInit) => {
        const { pathname } = new URL(url);
        asked.push(pathname);
        const cut = new Promise<never>((_resolve, reject) => init.signal?.addEventListener("abort", () => reject(new Error("aborted"))));
        return Promise.race([answer(pathname), cut]);
      }) as unknown as Fetcher["fetch"],
    }),
    ...more,
  };
  return { port, asked, started };
}
const refuses = () => Promise.reject(new Error("connection refused"));
const lease = async () => new Response(null, { status: 204 });

describe("a start", () => {
  it("[BOX-50] is over when the runner listens, and never gives internet", async () => {
    let refusals = 2;
    const { port, started, asked } = container(async () => (refusals-- > 0 ? refuses() : lease()));
    expect(await startInstance(port, 5_000, Date.now)).toBeNull();
    expect([started, asked.length]).toEqual([[{ enableInternet: false }], 3]);
  });

  it("[BOX-50] fails when the runner does not listen in time, when the instance ends, and when there is no engine", async () => {
    expect(await startInstance(container(refuses).port, 60, Date.now)).toBe("silent");
    expect(await startInstance(container(refuses, { monitor: async () => undefined }).port, 60_000, Date.now)).toBe("ended");
    const broken = () => {
      throw new Error("no engine");
    };
    expect(await startInstance(container(lease, { start: broken }).port, 60_000, Date.now)).toBe("no_engine");
  });

  it("[BOX-50] asks nobody when its time is over, and waits for a slow runner as long as it has", async () => {
    const late = container(lease);
    expect([await startInstance(late.port, 0, () => 1_000), late.asked]).toEqual(["silent", []]);
    const slow = () => new Promise<Response>((resolve) => setTimeout(() => resolve(new Response(null, { status: 204 })), 30));
    expect(await renewLease(container(slow).port, 5_000)).toBe(true);
  });

  it("[BOX-50] is not made twice", async () => {
    const { port, started } = container(lease, { running: true });
    expect([await startInstance(port, 1_000, Date.now), started.length]).toEqual([null, 0]);
    expect(await renewLease(container(async () => new Response(null, { status: 404 })).port, 100)).toBe(false);
  });
});

describe("a call", () => {
  it("[BOX-51] is answered by the runner's answer alone", async () => {
    expect(await callRunner(container(async () => new Response(DONE)).port, CALL, never)).toMatchObject({
      reached: "answered",
      answer: { end: { kind: "ok", output: { value: 1 } } },
    });
  });

  it.each<[string, () => Promise<Response>, string, string]>([
    ["a refusal", async () => new Response("{}", { status: 400 }), "no", "refused"],
    ["a status that the runner never gives", async () => new Response("{}", { status: 500 }), "unknown", "refused"],
    ["a connection that breaks", refuses, "unknown", "cut_short"],
    ["an answer that is none", async () => new Response("hello"), "unknown", "unreadable"],
    ["an answer without end", async () => new Response("x".repeat(SANDBOX_BYTES.answer + 1)), "unknown", "unreadable"],
  ])("[BOX-51] with %s came as far as that says", async (_what, answer, reached, why) => {
    expect(await callRunner(container(answer).port, CALL, never)).toEqual({ reached, why });
  });

  it("[BOX-51] is read whole up to its bound, wherever its bytes are cut", async () => {
    const done = (stdout: string) => DONE.replace('"stdout":""', `"stdout":"${stdout}"`);
    const most = done("x".repeat(SANDBOX_BYTES.answer - DONE.length));
    expect(new TextEncoder().encode(most)).toHaveLength(SANDBOX_BYTES.answer);
    expect(await callRunner(container(async () => new Response(most)).port, CALL, never)).toMatchObject({ reached: "answered" });
    const bytes = new TextEncoder().encode(done("é€"));
    const chopped = new ReadableStream({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const outcome = await callRunner(container(async () => new Response(chopped)).port, CALL, never);
    expect(outcome).toMatchObject({ reached: "answered", answer: { stdout: "é€" } });
  });

  it("[BOX-51] that nobody waits for any more ends at once; one without an answer ends after its time", async () => {
    const over = new AbortController();
    setTimeout(() => over.abort(), 20);
    const silent = container(() => new Promise(() => undefined)).port;
    expect(await callRunner(silent, { ...CALL, wallMs: 60_000 }, over.signal)).toEqual({ reached: "unknown", why: "cut_short" });
    expect(await callRunner(silent, { ...CALL, wallMs: 1 }, never)).toEqual({ reached: "unknown", why: "too_late" });
  });
});
