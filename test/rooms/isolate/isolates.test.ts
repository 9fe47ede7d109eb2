/** A tool's code in its isolate, and what hostile code tries: the network, the platform's bindings, other calls, other orgs, memory, time. */
import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { openGate } from "../../../workers/egress/gate.ts";
import type { EgressGrant, EgressPorts } from "../../../workers/egress/ports.ts";
import { defineIsolates } from "../../../workers/isolate/isolates.ts";
import type { IsolateJob } from "../../../workers/isolate/ports.ts";
import { DeadlineError, startDeadline } from "../../../workers/kit/deadline.ts";

if (env.LOADER === undefined) throw new Error("the test runtime has no Worker Loader");
const isolates = defineIsolates({ loader: env.LOADER });
const still = new AbortController().signal;

/** What the outside saw. */
const sent: string[] = [];
const PORTS: EgressPorts = {
  orgHosts: async () => null,
  secret: async () => null,
  resolve: null,
  refused: async () => undefined,
  fetch: (async (url: string, init: RequestInit) => {
    sent.push(`${init.method} ${url}`);
    return new Response("from outside", { headers: { "x-a": "b" } });
  }) as typeof fetch,
  now: () => 0,
  ownHosts: [],
  allowPrivateHosts: false,
};
const GRANT: EgressGrant = {
  v: 1,
  org: "acme",
  tool: "t",
  run: "run_1",
  activity: "a",
  traceId: "0".repeat(32),
  call: "1",
  hosts: ["api.example.com"],
  secrets: {},
  until: 1,
};

/** The status and the JSON of the answer, or how the call ended. */
async function run(code: string, input: Json = {}, more: Partial<IsolateJob> = {}, ms = 5_000): Promise<Json> {
  const gate = openGate(PORTS, GRANT);
  const deadline = startDeadline(ms, still);
  const job = { org: "acme", run: "run_1", code, fresh: true, input, ctx: { org: "acme" }, timeoutMs: ms, outputBytes: 1_000_000, ...more };
  try {
    const answer = await isolates.run(job, gate, deadline);
    if (answer.kind === "not_started") return `not_started: ${answer.message}`;
    if (answer.kind !== "answered") return answer.kind;
    if (!answer.body.ok) return [answer.status, answer.body.reason];
    return [answer.status, answer.body.text === "" ? null : JSON.parse(answer.body.text)];
  } catch (error) {
    return error instanceof DeadlineError ? error.reason : "thrown";
  } finally {
    gate.close();
    deadline.end();
  }
}
/** `body`: of an async function with `input` and `ctx`. */
const tool = (body: string): string => `export default async (input, ctx) => { ${body} }`;
const value = async (body: string, input: Json = {}, more: Partial<IsolateJob> = {}) => {
  const answer = await run(tool(body), input, more);
  return Array.isArray(answer) && answer[0] === 200 ? answer[1] : answer;
};

describe("[ISO-1] a tool's code gets frozen copies of its input and context, and its output is JSON", () => {
  it("gives what the code returns", async () => {
    expect(await run(tool("return { sum: input.a + input.b, org: ctx.org };"), { a: 1, b: 2 })).toEqual([200, { sum: 3, org: "acme" }]);
  });
  it.each([["input.a = 2"], ["input.deep.list.push(2)"], ["input.deep.more = 1"], ["ctx.org = 'other'"], ["delete input.a"]])(
    "`%s` throws",
    async (change) => {
      expect(await run(tool(`${change}; return 1;`), { a: 1, deep: { list: [1] } })).toMatchObject([500, { message: expect.any(String) }]);
    },
  );
  it.each([
    ["undefined", "return undefined", null],
    ["a date", "return new Date(0)", "1970-01-01T00:00:00.000Z"],
    ["a big number", "return 9007199254740993n", 9007199254740992],
    ["a hole in an object", "return { a: 1, b: undefined }", { a: 1 }],
  ] as const)("takes %s", async (_, body, expected) => expect(await value(body)).toEqual(expected));
  it.each([
    ["NaN", "return { a: [NaN] }"],
    ["Infinity", "return -1/0"],
    ["a function", "return { f: () => 1 }"],
    ["a symbol", "return [Symbol('x')]"],
    ["a circle", "const a = {}; a.a = a; return a"],
    ["a number that `toJSON` makes", "return { toJSON: () => NaN }"],
    ["a promise that fails", "return Promise.reject(new Error('no'))"],
  ])("refuses %s", async (_, body) => expect(await run(tool(body))).toMatchObject([500, { message: expect.any(String) }]));
  it("an own `__proto__` stays a field like any other, there and back", async () => {
    const input = JSON.parse('{"__proto__": {"admin": true}}') as Json;
    expect(await value("return [Object.keys(input), input.admin ?? null, ({}).admin ?? null];", input)).toEqual([
      ["__proto__"],
      null,
      null,
    ]);
    const back = (await run(tool(`return JSON.parse('{"__proto__": {"admin": true}}');`))) as [number, object];
    expect([Object.keys(back[1]), Object.getPrototypeOf(back[1]) === Object.prototype]).toEqual([["__proto__"], true]);
  });
});

describe("[ISO-2] code reaches no binding, no module, no network and no log of the platform", () => {
  it("has no cache, no process and no binding", async () => {
    const names =
      "['caches', 'process', 'Buffer', 'require', 'env', 'exports', 'LOADER', 'DB', 'WebAssembly'].map((n) => typeof globalThis[n])";
    expect(await value(`return ${names};`)).toEqual([...new Array(8).fill("undefined"), "object"]);
  });
  it.each(["eval('1')", "new Function('return 1')()", "(async () => {}).constructor('return 1')()", "setTimeout('1', 0)"])(
    "runs no code from a string: %s",
    async (attempt) => expect(await run(tool(`return ${attempt};`))).toMatchObject([500, {}]),
  );
  it("compiles no WebAssembly", async () => {
    expect(await run(tool("await WebAssembly.compile(new Uint8Array([0,97,115,109,1,0,0,0]));"))).toMatchObject([500, {}]);
  });
  it("has modules of the runtime that hold nothing, where a check of its text were passed by", async () => {
    const attempt = `const w = await import("cloudflare:workers"); return [Object.keys(w.env), Object.keys(w.exports)];`;
    expect(await value(attempt)).toEqual([[], ["default"]]);
    expect(await value(`return String(await import("node:fs").catch((e) => "none"));`)).toBe("none");
    expect(await value(`return String(await import("node:net").catch((e) => "none"));`)).toBe("none");
    expect(await value(`return String(await import("data:text/javascript,1").catch((e) => "none"));`)).toBe("none");
    const dial = `const { connect } = await import("cloudflare:sockets"); const s = connect("api.example.com:443"); await s.opened; return "open";`;
    expect(await run(tool(dial))).toMatchObject([500, {}]);
  });
  it("sends through its gate alone", async () => {
    sent.length = 0;
    const fetched = await value(
      "const r = await fetch('https://api.example.com/v1', { method: 'POST', body: 'x' }); return [r.status, r.headers.get('x-a'), await r.text()];",
    );
    expect([fetched, sent]).toEqual([[200, "b", "from outside"], ["POST https://api.example.com/v1"]]);
    expect(await run(tool("await fetch('https://evil.example.org/');"))).toEqual([
      500,
      { message: "the request was refused: not_listed (list the host in the tool's `egress`)" },
    ]);
  });
  it.each([
    ["the fetch behind its fetch", "return await ServiceWorkerGlobalScope.prototype.fetch.call(globalThis, 'https://api.example.com/')"],
    [
      "a socket",
      "const w = new WebSocket('wss://api.example.com/'); await new Promise((_, no) => w.addEventListener('error', () => no(new Error('no'))))",
    ],
    [
      "an event source",
      "const e = new EventSource('https://api.example.com/'); await new Promise((_, no) => { e.onerror = () => no(new Error('no')); })",
    ],
  ])("reaches nothing through %s", async (_, attempt) => {
    sent.length = 0;
    expect(await run(tool(attempt))).toMatchObject([500, {}]);
    expect(sent).toEqual([]);
  });
  it("is told by the runtime that it has no network, whatever its fetch is", async () => {
    const behind = "await ServiceWorkerGlobalScope.prototype.fetch.call(globalThis, 'https://api.example.com/')";
    expect(await run(tool(behind))).toEqual([500, { message: expect.stringContaining("not permitted to access the internet") }]);
  });
  it("a flood of requests ends at the gate", async () => {
    sent.length = 0;
    const flood =
      "const all = await Promise.allSettled(Array.from({ length: 300 }, (_, i) => fetch('https://api.example.com/' + i).then((r) => r.text())));";
    expect(await value(`${flood} return all.filter((one) => one.status === 'fulfilled').length;`)).toBe(50);
    expect(sent).toHaveLength(50);
  });
  it("prints nothing", async () => {
    expect(await value("return [console.log('4111'), console.error('4111'), console.anything === undefined];")).toEqual([null, null, true]);
  });
});

describe("[ISO-3] calls of one isolate share no built-in object that one of them changed", () => {
  const shared = { fresh: false };
  it("pollution by a hostile input reaches no later call", async () => {
    const merge = `
      const merge = (to, from) => { for (const k in from) if (typeof from[k] === "object") merge(to[k] ??= {}, from[k]); else to[k] = from[k]; return to; };
      export default async (input) => { let failed = null; try { merge({}, input); } catch (e) { failed = e.name; } return [failed, ({}).admin ?? null]; }`;
    const hostile = JSON.parse('{"constructor": {"prototype": {"admin": true}}, "__proto__": {"admin": true}}') as Json;
    expect(await run(merge, hostile, shared)).toEqual([200, ["TypeError", null]]);
    expect(await run(merge, {}, shared)).toEqual([200, [null, null]]);
  });
  it.each([
    "Object.prototype.x = 1",
    "Array.prototype.map = () => 1",
    "Promise.prototype.then = () => 1",
    "JSON.stringify = () => '1'",
    "Object.defineProperty(String.prototype, 'x', { value: 1 })",
    "Object.getPrototypeOf(async () => {}).x = 1",
    "Object.getPrototypeOf([][Symbol.iterator]()).next = () => 1",
    "Object.prototype.toString = () => 1",
    "console.log = 1",
  ])("`%s` throws", async (change) => expect(await run(tool(`${change}; return 1;`))).toMatchObject([500, {}]));
  it("ordinary code that names its errors and overrides methods works", async () => {
    const ordinary = `
      class Mine extends Error { constructor(m) { super(m); this.name = "Mine"; } }
      function Old() { this.toString = () => "old"; } Old.prototype.constructor = Old;
      const map = { toString: "a", constructor: "b" }; const o = {}; o.constructor = 1; o.valueOf = 2; o.name = 3;
      export default async () => [new Mine("x").name, String(new Old()), map.toString, o.constructor, o.valueOf, [3, 1, 2].sort(), await Promise.all([1])];`;
    expect(await run(ordinary)).toEqual([200, ["Mine", "old", "a", 1, 2, [1, 2, 3], [1]]]);
  });
});

describe("[ISO-4] an isolate belongs to one org and one content, or to one call", () => {
  const count = "let n = 0; export default async () => ++n; // counts its calls";
  it("a fresh one remembers nothing", async () => {
    expect([await run(count), await run(count)]).toEqual([
      [200, 1],
      [200, 1],
    ]);
  });
  it("a shared one is shared within an org, and with no other", async () => {
    const of = (org: string, code = count) => run(code, {}, { org, fresh: false });
    expect([await of("one"), await of("one"), await of("two"), await of("one", `${count} changed`)]).toEqual([
      [200, 1],
      [200, 2],
      [200, 1],
      [200, 1],
    ]);
  });
  it("one call's gate serves no other call", async () => {
    sent.length = 0;
    const keeping = `
      let kept; export default async (input) => {
        if (input.first) { kept = fetch; setTimeout(() => kept("https://api.example.com/late").catch(() => {}), 20); return "kept"; }
        return "second"; }`;
    expect(await run(keeping, { first: true }, { org: "keeper", fresh: false })).toEqual([200, "kept"]);
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(await run(keeping, {}, { org: "keeper", fresh: false })).toEqual([200, "second"]);
    expect(sent).toEqual([]);
  });
});

describe("[ISO-5] the output of code is bounded, and so is its time", () => {
  it("100 MB of output are refused", async () => {
    expect(await run(tool("return 'x'.repeat(100_000_000);"))).toEqual([413, null]);
  });
  it("an endless answer of code that takes the entry's place is cut at the limit", async () => {
    const endless = `
      import { WorkerEntrypoint } from "cloudflare:workers";
      import Entry from "./entry.isolate.js";
      export default async () => { Entry.prototype.call = async () => new Response(new ReadableStream({
        pull(c) { c.enqueue(new Uint8Array(65536)); } })); return 1; }`;
    expect(await run(endless, {}, { org: "endless", fresh: false })).toEqual([200, 1]);
    expect(await run(endless, {}, { org: "endless", fresh: false })).toEqual([200, "too_large"]);
  });
  it.each([
    ["a promise that never settles, and a timer", "setInterval(() => {}, 10); await new Promise(() => {});", "timeout"],
    ["a thenable that never settles, and a timer", "setInterval(() => {}, 10); return { then() {} };", "timeout"],
    ["a promise that nothing can settle", "await new Promise(() => {});", "broken"],
  ])("%s ends", async (_, body, end) => expect(await run(tool(body), {}, {}, 300)).toBe(end));
  it("a stack that overflows is an exception of the code", async () => {
    expect(await run(tool("const f = () => f() + 1; return f();"))).toEqual([500, { message: "Maximum call stack size exceeded" }]);
  });
  it("more calls of a run than the platform allows wait, and a crowd is refused", async () => {
    const slow = tool("await scheduler.wait(40); return 1;");
    const ends = await Promise.all(
      Array.from({ length: 120 }, () => run(slow, {}, { run: "run_crowd", org: "crowd", fresh: false }, 10_000)),
    );
    expect(ends.filter((end) => end === "crowded")).toHaveLength(10);
    expect(ends.filter((end) => Array.isArray(end) && end[0] === 200)).toHaveLength(110);
    expect(isolates.waiting().get("crowd")).toBeUndefined();
  });
  it("counts what waits, and who gives up waiting frees the place", async () => {
    const slow = tool("await scheduler.wait(200); return 1;");
    const all = Array.from({ length: 12 }, (_, at) =>
      run(slow, {}, { run: "run_queue", org: "queue", fresh: false }, at < 10 ? 5_000 : 50),
    );
    expect(isolates.waiting().get("queue")).toBe(2);
    const ends = await Promise.all(all);
    expect(ends.slice(10)).toEqual(["timeout", "timeout"]);
    expect(await run(slow, {}, { run: "run_queue", org: "queue", fresh: false })).toEqual([200, 1]);
  });
});

describe("[ISO-6] whatever code throws becomes a few short texts", () => {
  it.each([
    [
      "a refusal of its own",
      "throw { error: 'unknown_order', message: 'no such order', field: '/id', more: 1 }",
      [422, { error: "unknown_order", message: "no such order", field: "/id" }],
    ],
    [
      "an error with a word",
      "throw Object.assign(new Error('no such order'), { error: 'unknown_order' })",
      [422, { error: "unknown_order", message: "no such order" }],
    ],
    ["an exception", "throw new Error('boom')", [500, { message: "boom" }]],
    ["a text", "throw 'boom'", [500, { message: "boom" }]],
    ["nothing", "throw undefined", [500, {}]],
    ["a getter that throws", "throw { get message() { throw new Error('again'); } }", [500, {}]],
    ["a proxy that throws", "throw new Proxy({}, { get() { throw 1; } })", [500, {}]],
    [
      "a getter that answers otherwise each time",
      "let n = 0; throw { get message() { return n++ ? {} : 'once'; } }",
      [500, { message: "once" }],
    ],
    ["a message without end", "throw new Error('x'.repeat(1e7))", [500, { message: "x".repeat(1_024) }]],
    ["a thenable", "throw { then(f) { f(1); }, message: 'then' }", [500, { message: "then" }]],
  ] as const)("%s", async (_, body, expected) => expect(await run(tool(body))).toEqual(expected));
  it.each([
    ["throws at its start", "throw new Error('at the start'); export default () => 1;", /^not_started: Error: at the start/],
    ["does not parse", "export default () => {", /^not_started: SyntaxError/],
  ])("code that %s is said not to start", async (_, code, expected) => expect(await run(code)).toMatch(expected));
  it("a default export that is no function is said so", async () => {
    expect(await run("export default 5;")).toEqual([500, { message: "the default export is no function" }]);
  });
});
