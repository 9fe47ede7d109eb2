/** The object of one instance, over a scripted container: one call, whatever comes between, and its end. */
import { describe, expect, it } from "vitest";
import type { LogLine } from "../../../core/telemetry/log-line.ts";
import type { ContainerPort } from "../../../durable-objects/tool-sandbox/instance.ts";
import { defineToolSandbox } from "../../../durable-objects/tool-sandbox/tool-sandbox.ts";

const CALL = { code: "pass", input: null, files: [], wallMs: 200 };
const DONE = JSON.stringify({ v: 1, end: "told", told: '{"end":"returned","output":1}', stdout: "", stderr: "", files: [] });
const ID = "sandbox-1";

type Script = {
  /** What the runner answers; a lease is 204 unless it says otherwise. */
  readonly answer?: (path: string) => Promise<Response>;
  readonly port?: Partial<ContainerPort>;
  /** false: there is no container engine. */
  readonly hasEngine?: boolean;
  readonly released?: () => Promise<void>;
};

function world({ answer = async () => new Response(DONE), port = {}, hasEngine = true, released = async () => undefined }: Script = {}) {
  const clock = { at: 1_000 };
  const seen: string[] = [];
  const lines: LogLine[] = [];
  const container = {
    running: false,
    start: () => {
      container.running = true;
      seen.push("start");
    },
    monitor: () => new Promise<void>(() => undefined),
    destroy: async () => {
      container.running = false;
      seen.push("destroy");
    },
    interceptAllOutboundHttp: async () => void seen.push("http"),
    interceptOutboundHttps: async (host: string) => void seen.push(`https ${host}`),
    getTcpPort: () => ({
      fetch: (async (url: string, init: RequestInit) => {
        const { pathname } = new URL(url);
        seen.push(pathname);
        clock.at += 10;
        const cut = new Promise<never>((_resolve, reject) => init.signal?.addEventListener("abort", () => reject(new Error("aborted"))));
        return Promise.race([pathname === "/lease" ? new Response(null, { status: 204 }) : answer(pathname), cut]);
      }) as unknown as Fetcher["fetch"],
    }),
    ...port,
  };
  const Sandbox = defineToolSandbox(() => ({
    now: () => clock.at,
    log: (line) => void lines.push(line),
    released: async (id) => {
      seen.push(`released ${id}`);
      await released();
    },
  }));
  const egress: object[] = [];
  const ctx = {
    id: { toString: () => ID },
    exports: { Egress: ({ props }: { props: object }) => void egress.push(props) },
    ...(hasEngine ? { container } : {}),
  };
  const sandbox = new Sandbox(ctx as unknown as DurableObjectState, {} as Cloudflare.Env);
  return { sandbox, seen, lines, egress, container };
}
/** What follows an answer of itself. */
const afterwards = () => new Promise((resolve) => setTimeout(resolve, 5));

describe("[BOX-52] an instance serves one call", () => {
  it("answers it with the time that its start took, and is destroyed and reported gone once", async () => {
    const { sandbox, seen } = world();
    const outcome = await sandbox.run(CALL, 1_000, null);
    expect(outcome).toMatchObject({ reached: "answered", startMs: 10, answer: { end: { kind: "ok", output: { value: 1 } } } });
    await afterwards();
    await sandbox.discard();
    expect(seen).toEqual(["start", "/lease", "/run", "destroy", `released ${ID}`]);
  });

  it("refuses a second, and neither warms up nor renews for it", async () => {
    const { sandbox, seen } = world();
    await sandbox.run(CALL, 1_000, null);
    await afterwards();
    const before = seen.length;
    expect(await sandbox.run(CALL, 1_000, null)).toEqual({ reached: "no", why: "not_started" });
    expect([await sandbox.warm(), await sandbox.renew()]).toEqual([false, false]);
    expect(seen).toHaveLength(before);
  });

  it("refuses one beside the one that it serves", async () => {
    const { sandbox } = world({ answer: () => new Promise(() => undefined) });
    const first = sandbox.run({ ...CALL, wallMs: 60_000 }, 1_000, null);
    expect(await sandbox.run(CALL, 1_000, null)).toEqual({ reached: "no", why: "not_started" });
    await afterwards();
    await sandbox.discard();
    expect(await first).toEqual({ reached: "unknown", why: "cut_short" });
  });
});

describe("[BOX-53] an instance that waits for its call", () => {
  it("starts ahead, lives on while it is renewed, and is not started twice", async () => {
    const { sandbox, seen } = world();
    expect([await sandbox.renew(), await sandbox.warm(), await sandbox.renew()]).toEqual([false, true, true]);
    await sandbox.run(CALL, 1_000, null);
    expect(seen.slice(0, 5)).toEqual(["start", "/lease", "/lease", "/lease", "/run"]);
  });

  it("is gone where it does not start, with its reason in the log", async () => {
    const { sandbox, seen, lines } = world({
      port: {
        start: () => {
          throw new Error("no engine");
        },
      },
    });
    expect(await sandbox.warm()).toBe(false);
    expect([seen, lines.map(({ event, error }) => [event, error])]).toEqual([[`released ${ID}`], [["sandbox.not_started", "no_engine"]]]);
    expect(await sandbox.run(CALL, 1_000, null)).toEqual({ reached: "no", why: "not_started" });
  });

  it("has no longer to start than its call has patience", async () => {
    const { sandbox, seen } = world({ port: { getTcpPort: undefined as never } });
    const startedAt = performance.now();
    expect(await sandbox.run(CALL, 0, null)).toEqual({ reached: "no", why: "not_started" });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(seen).not.toContain("/run");
  });

  it("is none where there is no engine", async () => {
    const { sandbox, seen, lines } = world({ hasEngine: false });
    expect([await sandbox.renew(), await sandbox.run(CALL, 1_000, null)]).toEqual([false, { reached: "no", why: "not_started" }]);
    expect([seen, lines]).toEqual([[], []]);
    expect(await sandbox.warm()).toBe(false);
    expect(lines.map(({ error }) => error)).toEqual(["no_engine"]);
  });
});

describe("[BOX-54] the end of an instance", () => {
  it("cuts a call short that has not left yet, certainly without its code having run", async () => {
    const { sandbox, seen } = world({ port: { interceptAllOutboundHttp: () => sandbox.discard() } });
    expect(await sandbox.run(CALL, 1_000, { hosts: [] })).toEqual({ reached: "no", why: "cut_short" });
    expect(seen).not.toContain("/run");
  });

  it("that the engine refuses is logged, and that nobody hears of is no failure", async () => {
    const { sandbox, lines, seen } = world({
      port: { running: true, destroy: async () => Promise.reject(new TypeError("gone")) },
      released: () => Promise.reject(new Error("the pool is away")),
    });
    await sandbox.discard();
    await sandbox.discard();
    expect(seen).toEqual([`released ${ID}`]);
    expect(lines.map(({ event }) => event)).toEqual(["sandbox.not_destroyed", "sandbox.not_destroyed"]);
  });
});

describe("[BOX-55] the network of an instance", () => {
  it("is none without a grant", async () => {
    const { sandbox, seen, egress } = world();
    await sandbox.run(CALL, 1_000, null);
    expect([egress, seen.filter((one) => one.startsWith("http"))]).toEqual([[], []]);
  });

  it("ends at the egress with its grant, https by host without port", async () => {
    const { sandbox, seen, egress } = world();
    const hosts = ["api.example.com", "api.example.com:8443"];
    expect(await sandbox.run(CALL, 1_000, { hosts })).toMatchObject({ reached: "answered" });
    expect(egress).toEqual([{ hosts }]);
    expect(seen).toEqual(expect.arrayContaining(["http", "https api.example.com"]));
    expect(seen.filter((one) => one === "https api.example.com")).toHaveLength(2);
  });

  it("without the runtime's authority has no https, and the code runs", async () => {
    const { sandbox } = world({ port: { interceptOutboundHttps: () => Promise.reject(new Error("no authority")) } });
    expect(await sandbox.run(CALL, 1_000, { hosts: ["api.example.com"] })).toMatchObject({ reached: "answered" });
  });

  it("that cannot be set up keeps the code from running", async () => {
    const { sandbox, seen, lines } = world({ port: { interceptAllOutboundHttp: () => Promise.reject(new TypeError("none")) } });
    expect(await sandbox.run(CALL, 1_000, { hosts: [] })).toEqual({ reached: "no", why: "not_started" });
    expect([seen.includes("/run"), lines.map(({ event }) => event)]).toEqual([false, ["sandbox.not_started"]]);
  });
});
