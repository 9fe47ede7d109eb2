/**
 * What a request costs, by the size of what its client chooses: each route with such a size is asked at its largest and at half of it.
 * The cost grows as the input does, and nothing outside the guardrails takes an isolate longer than 200 ms of CPU.
 */
import { timingSafeEqual } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { often } from "../../support/depth.ts";
import { ADMIN_KEY, makeWorld, TOOL, WORKFLOW, type World } from "../../support/ingress-fakes.ts";

/** The Workers runtime has it; Node's Web Crypto does not. */
const safe = (one: ArrayBuffer, other: ArrayBuffer): boolean => timingSafeEqual(new Uint8Array(one), new Uint8Array(other));
if (!("timingSafeEqual" in crypto.subtle)) Object.defineProperty(crypto.subtle, "timingSafeEqual", { value: safe });

const BODY_BYTES = 1_048_576;
/** CPU of one request, in ms; twice that where the machine is shared with other tests. */
const BOUND_MS = 200;
/** Twice the input takes twice the time; three times and a bit is noise, four times is a square. */
const FACTOR = 3;
const NOISE_MS = 25;
const TRIES = 8;

/** `most`: the largest n that is asked for; a body that would be over 1 MiB is made smaller. */
type Case = { readonly method: string; readonly path: string; readonly body: (n: number) => unknown; readonly most: number };

const text = (piece: string, length: number): string => piece.repeat(Math.max(1, Math.floor(length / piece.length)));
const list = <T>(length: number, of: (index: number) => T): T[] => Array.from({ length: Math.max(1, Math.floor(length)) }, (_, n) => of(n));
const fields = (count: number, of: (index: number) => unknown) => Object.fromEntries(list(count, (n) => [`k${n}`, of(n)]));
const steps = (count: number, of: (index: number) => unknown) => Object.fromEntries(list(count, (n) => [`s${n}`, of(n)]));
const say = (needs: readonly string[] = [], value: unknown = 1) => ({ kind: "transform", needs, value });
const nested = (depth: number): unknown => list(depth, () => 0).reduce<unknown>((inner) => [inner], 1);

const workflow = (over: object): object => ({ ...WORKFLOW, name: "big", steps: { say: say() }, output: 1, ...over });
const post = (path: string, body: Case["body"], most = BODY_BYTES): Case => ({ method: "POST", path, body, most });
const put = (path: string, body: Case["body"]): Case => ({ method: "PUT", path, body, most: BODY_BYTES });
const define = (over: (n: number) => object, most = 260_000): Case => post("/v1/workflows", (n) => workflow(over(n)), most);
const schema = (input: (n: number) => object): Case => define((n) => ({ input: input(n) }), 64_000);
const start = (over: (n: number) => object): Case => post("/v1/runs", (n) => ({ workflow: "open", input: {}, ...over(n) }));

const CASES: { readonly [name: string]: Case } = {
  "a chain of steps": define((n) => ({ steps: steps(n, (i) => say(i === 0 ? [] : [`s${i - 1}`])) }), 500),
  // `n` edges: half of them is half of the body.
  "steps that need all before": define(
    (n) => ({ steps: steps(Math.sqrt(2 * n), (i) => say(i === 0 ? [] : list(i, (j) => `s${j}`))) }),
    39_000,
  ),
  "steps in one circle": define((n) => ({ steps: steps(n, (i) => say([`s${(i + 1) % Math.floor(n)}`])) }), 500),
  "edges to nowhere": define((n) => ({ steps: steps(n, (i) => say([`gone_${i}`])) }), 500),
  "one step with many edges": define((n) => ({ steps: { say: say(list(n, (i) => `s${i}`)) } }), 30_000),
  "many expressions": define((n) => ({ output: list(n / 24, (i) => ({ cel: `input.a${i % 50}` })) }), 200_000),
  "expressions over many steps": define(
    (n) => ({
      steps: steps(400, (i) => say(i === 0 ? [] : [`s${i - 1}`])),
      output: list(n / 28, (i) => ({ cel: `steps.s${i % 400}.output` })),
    }),
    180_000,
  ),
  "a long sum": define((n) => ({ output: { cel: list(n / 2, () => "1").join("+") } })),
  "parentheses without end": define((n) => ({ output: { cel: text("(", n) } })),
  "a long path": define((n) => ({ output: { cel: `input${text(".a", n)}` } })),
  "fields that do not exist": define((n) => fields(n / 10, () => 1)),
  "a map of many values": define(
    (n) => ({
      steps: {
        say: {
          kind: "map",
          over: { cel: "input.list" },
          step: say(
            [],
            list(n / 16, () => ({ cel: "item" })),
          ),
        },
      },
    }),
    200_000,
  ),
  "a schema of many properties": schema((n) => ({ type: "object", properties: fields(n / 26, () => ({ type: "string" })) })),
  "a schema of many names": schema((n) => ({ type: "object", required: list(n / 10, (i) => `k${i}`) })),
  "a schema of many values": schema((n) => ({ enum: list(n / 16, (i) => ({ a: i })) })),
  "a schema of many choices": schema((n) => ({ anyOf: list(n / 20, () => ({ type: "string" })) })),
  "a schema of references": schema((n) => ({ $defs: fields(n / 40, (i) => ({ $ref: `#/$defs/k${i + 1}` })), $ref: "#/$defs/k0" })),
  "unknown fields of a start": start((n) => fields(n / 14, (i) => i)),
  "metadata of many fields": start((n) => ({ metadata: fields(n / 14, (i) => i) })),
  "a long callback address": start((n) => ({ callback_url: `https://a.example.com/${text("%41", n)}` })),
  "a long list of numbers": start((n) => ({ input: { list: list(n / 3, () => 1) } })),
  "deep lists": start((n) => ({ input: { list: list(n / 130, () => nested(55)) } })),
  "a manifest of many properties": put("/v1/tools/orders.big", (n) => ({ ...TOOL, input: { properties: fields(n / 26, () => ({})) } })),
  "a manifest of many headers": put("/v1/tools/orders.big", (n) => ({
    ...TOOL,
    http: { ...TOOL.http, headers: fields(n / 14, () => "a") },
  })),
  "a model of many tasks": put("/v1/models/acme/big-1", (n) => ({ tasks: list(n / 9, (i) => `t${i}`) })),
  "a route of many models": put("/v1/routes/classify", (n) => ({ models: list(n / 12, (i) => `a/b${i}`) })),
  "hosts of an org": put("/v1/orgs/acme", (n) => ({ egress: list(n / 22, (i) => `h${i}.example.com`) })),
  "addresses of a key": post("/v1/api-keys", (n) => ({ user: "x", roles: ["caller"], allow_from: list(n / 16, () => "10.0.0.0/24") })),
  "a long name": post("/v1/runs", (n) => ({ workflow: text("a-", n), input: {} })),
  "messages of a chat": post("/v1/chat/completions", (n) => ({
    model: "task:chat",
    messages: list(n / 34, () => ({ role: "user", content: "a" })),
  })),
  "texts to embed": post("/v1/embeddings", (n) => ({ model: "task:embed", input: list(n / 4, () => "a") })),
};

/** What the guardrails read: linear, and more than 200 ms for the longest texts (docs/guardrails.md says how quick they are). */
const TEXTS: { readonly [name: string]: string } = {
  words: "the quick brown fox jumps over the lazy dog. ",
  "one letter": "a",
  "letters that fold to many": "\uFDFA",
  "stacked accents": "a\u0301\u0302\u0303",
  "spelled with figures": "1gn0r3 ",
  "spaced out": "i g n o r e ",
  "encoded twice over": "%41",
  entities: "&#64;",
  braces: "{{",
  orders: "ignore all previous ",
};
const TEXT_LENGTH = often(40_000, 100_000);
const READ: { readonly [name: string]: Case } = Object.fromEntries([
  ...Object.entries(TEXTS).map(([name, piece]): [string, Case] => [
    `a text: ${name}`,
    post("/v1/guardrails/check", (n) => ({ channel: "user", texts: [text(piece, n)] }), TEXT_LENGTH),
  ]),
  ["an input of many fields", { ...start((n) => ({ input: fields(n / 14, (i) => i) })), most: 200_000 }],
  ["a signal of many fields", post("/v1/runs/RUN/signals/go", (n) => ({ data: fields(n / 14, (i) => i) }), 200_000)],
]);

let world: World;
let run: string;
beforeAll(async () => {
  world = makeWorld({ perMinute: 1_000_000 });
  const made = [
    await world.send("POST", "/v1/workflows", { key: ADMIN_KEY, body: { ...WORKFLOW, name: "open", input: { type: "object" } } }),
    await world.send("PUT", "/v1/tools/orders.get", { key: ADMIN_KEY, body: TOOL }),
  ];
  expect(made.map(({ status }) => status)).toEqual([201, 200]);
  const started = await world.send("POST", "/v1/runs", { key: ADMIN_KEY, body: { workflow: "open", input: { text: "a" } } });
  run = ((await started.json()) as { id: string }).id;
});

/** Milliseconds of CPU of this thread: what else the process does (compiling, collecting garbage) is another's. */
async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

async function ask({ method, path, body }: Case, n: number): Promise<void> {
  const answer = await world.send(method, path.replace("RUN", run), { key: ADMIN_KEY, body: JSON.stringify(body(n)) });
  await answer.arrayBuffer();
  expect(answer.status, "a client's size is no error of ours").toBeLessThan(500);
}

/** Null when it is as it should be, else the least of all tries: a busy machine adds to a time and takes nothing off. */
async function flawOf(cost: (n: number) => Promise<number>, most: number, boundMs: number): Promise<string | null> {
  await cost(most / 16);
  let flaw: string | null = null;
  let [half, whole] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let tried = 0; tried < TRIES; tried++) {
    [half, whole] = [Math.min(half, await cost(most / 2)), Math.min(whole, await cost(most))];
    const isSteep = whole > FACTOR * half + NOISE_MS;
    if (!isSteep && whole <= boundMs) return null;
    flaw = `${half.toFixed(0)} ms for half of it, ${whole.toFixed(0)} ms for the whole`;
  }
  return flaw;
}

function largest({ body, most }: Case): number {
  for (let n = most; ; ) {
    const bytes = Buffer.byteLength(JSON.stringify(body(n)));
    if (bytes <= BODY_BYTES) return n;
    n *= Math.min(0.99, BODY_BYTES / bytes);
  }
}

describe("a request at its largest", () => {
  it.each(Object.entries(CASES))("[LOAD-6] %s: grows as it does, and stays within 200 ms", async (_name, one) => {
    expect(await flawOf((n) => cpuOf(() => ask(one, n)), largest(one), 2 * BOUND_MS)).toBeNull();
  });

  it.each(Object.entries(READ))("[LOAD-6] %s: grows as it does", async (_name, one) => {
    expect(await flawOf((n) => cpuOf(() => ask(one, n)), largest(one), Number.POSITIVE_INFINITY)).toBeNull();
  });

  it("tells a square from a line, and what is over its bound", async () => {
    expect(await flawOf(async (n) => n, 100, 200)).toBeNull();
    expect(await flawOf(async (n) => n * n, 100, 1e9)).toContain("10000 ms for the whole");
    expect(await flawOf(async (n) => n, 300, 200)).toContain("300 ms for the whole");
  });
});
