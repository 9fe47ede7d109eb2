/** Callbacks: where they go, how they are signed, and what each answer means. */
import { createHmac } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { callbackKey, toCallbackSecret } from "../../../core/callback/sign.ts";
import type { LogLine } from "../../../core/telemetry/log-line.ts";
import { CALLBACK_TIMEOUT_MS, defineCallbacks } from "../../../workers/callbacks/callbacks.ts";
import type { CallbackPorts } from "../../../workers/callbacks/ports.ts";

const SECRETS = [1, 2].map((fill) => toCallbackSecret(new Uint8Array(32).fill(fill)));
const NOW = Date.UTC(2026, 9, 1, 12);
const RUN = { id: "run_1", status: "completed", output: { text: "für {{EMAIL_1}}" } };
const CALLBACK = { org: "acme", url: "https://hooks.example.com/in?x=1", id: "msg_1", body: RUN };

function makeWorld(over: Partial<CallbackPorts> = {}) {
  const sent: Request[] = [];
  const lines: LogLine[] = [];
  const world = { answer: async (_request: Request): Promise<Response> => new Response(null, { status: 204 }) };
  const callbacks = defineCallbacks({
    settings: async () => ({ callback_hosts: ["hooks.example.com"] }),
    secrets: async () => SECRETS,
    fetch: (async (input: RequestInfo, init?: RequestInit) => {
      const request = new Request(input, init);
      sent.push(request);
      return world.answer(request);
    }) as typeof fetch,
    now: () => NOW,
    allowPrivateHosts: false,
    log: (line) => lines.push(line),
    ...over,
  });
  return Object.assign(world, { callbacks, sent, lines });
}

describe("a callback", () => {
  it("[CALLBACK-1] is a POST of the run that its receiver can verify with either secret", async () => {
    const world = makeWorld();
    expect(await world.callbacks.deliver(CALLBACK)).toBe("delivered");
    const [request] = world.sent;
    if (request === undefined) throw new Error("nothing was sent");
    const body = await request.text();
    expect([request.method, request.url, request.redirect]).toEqual(["POST", CALLBACK.url, "manual"]);
    expect(JSON.parse(body)).toEqual(RUN);
    expect(request.headers.get("content-type")).toBe("application/json");
    const [id, timestamp] = [request.headers.get("webhook-id"), request.headers.get("webhook-timestamp")];
    expect([id, timestamp]).toEqual(["msg_1", String(NOW / 1000)]);
    const expected = SECRETS.map((secret) => {
      const hmac = createHmac("sha256", callbackKey(secret) ?? new Uint8Array());
      return `v1,${hmac.update(`${id}.${timestamp}.${body}`).digest("base64")}`;
    });
    expect(request.headers.get("webhook-signature")).toBe(expected.join(" "));
    expect(request.headers.has("authorization")).toBe(false);
  });

  it.each([
    [200, "delivered"],
    [204, "delivered"],
    [299, "delivered"],
    [301, "retry"],
    [307, "retry"],
    [400, "retry"],
    [404, "retry"],
    [410, "gone"],
    [429, "retry"],
    [500, "retry"],
    [503, "retry"],
  ] as const)("[CALLBACK-6] answered with %i is %s", async (status, result) => {
    const world = makeWorld();
    world.answer = async () => new Response(status === 204 ? null : "x", { status, headers: { location: "https://evil.example/" } });
    expect(await world.callbacks.deliver(CALLBACK)).toBe(result);
    expect(world.sent).toHaveLength(1);
    expect(world.lines).toHaveLength(result === "delivered" ? 0 : 1);
  });

  it.each([
    "https://evil.example/in",
    "https://hooks.example.com.evil.example/in",
    "https://hooks.example.com@evil.example/in",
    "https://user:secret@hooks.example.com/in",
    "http://hooks.example.com/in",
    "https://127.0.0.1/in",
    "file:///etc/passwd",
    "nonsense",
  ])("[CALLBACK-5] to %s is gone, and nothing is sent", async (url) => {
    const world = makeWorld({ settings: async () => ({ callback_hosts: ["hooks.example.com", "127.0.0.1", "localhost"] }) });
    expect(await world.callbacks.deliver({ ...CALLBACK, url })).toBe("gone");
    expect(world.sent).toEqual([]);
  });

  it("[CALLBACK-5] asks the org's list at every attempt, and a private host only where they are allowed", async () => {
    const hosts = ["localhost:9000"];
    const settings = async () => ({ callback_hosts: [...hosts] });
    const local = { ...CALLBACK, url: "http://localhost:9000/in" };
    expect(await makeWorld({ settings }).callbacks.deliver(local)).toBe("gone");
    const world = makeWorld({ settings, allowPrivateHosts: true });
    expect(await world.callbacks.deliver(local)).toBe("delivered");
    expect(await world.callbacks.deliver({ ...local, url: "http://localhost:9001/in" })).toBe("gone");
    hosts.pop();
    expect(await world.callbacks.deliver(local)).toBe("gone");
    expect(world.sent).toHaveLength(1);
  });

  it("[CALLBACK-2] never leaves unsigned", async () => {
    const without = makeWorld({ secrets: async () => [] });
    expect(await without.callbacks.deliver(CALLBACK)).toBe("gone");
    for (const secrets of [async () => ["whsec_broken"], async () => Promise.reject(new Error("does not open"))]) {
      const broken = makeWorld({ secrets });
      expect(await broken.callbacks.deliver(CALLBACK)).toBe("retry");
      expect(broken.sent).toEqual([]);
    }
    expect(without.sent).toEqual([]);
  });

  it("[CALLBACK-7] waits ten seconds for an answer, whatever hangs, and reads nothing of it", async () => {
    vi.useFakeTimers();
    try {
      const world = makeWorld();
      world.answer = () => new Promise(() => undefined);
      const outcome = world.callbacks.deliver(CALLBACK);
      await vi.advanceTimersByTimeAsync(CALLBACK_TIMEOUT_MS);
      expect(await outcome).toBe("retry");
      expect(world.sent[0]?.signal.aborted).toBe(true);
    } finally {
      vi.useRealTimers();
    }
    let pulled = 0;
    const long = makeWorld();
    const cancelled = Promise.withResolvers<void>();
    long.answer = async () =>
      new Response(
        new ReadableStream({
          pull: (controller) => {
            pulled += 1;
            if (pulled > 100) controller.close();
            else controller.enqueue(new Uint8Array(65_536));
          },
          cancel: () => cancelled.resolve(),
        }),
      );
    expect(await long.callbacks.deliver(CALLBACK)).toBe("delivered");
    expect(pulled).toBeLessThan(5);
    await cancelled.promise;
  });

  it("a broken connection is tried again; the log names no path, query or payload", async () => {
    const world = makeWorld();
    world.answer = async () => {
      throw new TypeError(`connect ECONNREFUSED ${CALLBACK.url}`);
    };
    expect(await world.callbacks.deliver(CALLBACK)).toBe("retry");
    expect(world.lines).toEqual([
      { level: "warn", event: "callback.not_delivered", org: "acme", message_id: "msg_1", result: "retry", why: "TypeError" },
    ]);
  });
});
