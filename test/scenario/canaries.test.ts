/**
 * Secrets and personal data are planted wherever a client, a tool or a model can put text, and then looked for in every place where text
 * comes out: each route of the document as each kind of caller, what is logged, and what is stored.
 */
import { exports } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import type { Json, JsonObject } from "../../core/json.ts";
import { operationsOf } from "../../scripts/deep/api-fuzz/document.ts";
import { everythingStored } from "../support/canaries/stores.ts";
import { outside } from "../support/platform.ts";
import { ADMIN, call, eventually, makeKey, status } from "../support/scenario/api.ts";
import { openWorld, SHOP, type World } from "../support/scenario/world.ts";

const ORG = "canaries";
const MODEL = "acme/canary-2026-01-01";
type Entry = { fetch(request: Request): Promise<Response> };

/** What nobody may ever see again, whoever asks. Each has a place of its own, so that a find names the leak. */
const SECRETS: ReadonlyMap<string, string> = new Map([
  ["the secret of a tool", "kestrel-tool-4f81c07be2a94d"],
  ["the secret of a model", "kestrel-model-90ac53be7714fd"],
  ["an idempotency key", "kestrel-idem-77b0e2d4c19a38"],
  ["a token in a callback's address", "kestrel-callback-1c55e90fa2b7"],
  ["a token in an unknown query", "kestrel-query-e03b77d1aa4c62"],
  ["a token in an unknown header", "kestrel-header-0f9b2c8d77e1a3"],
  ["a made-up bearer", "bh_kestrel_bearer_a8d1c07be2a94d5511"],
]);

/** Personal data by the place where it came in. */
const PERSONAL: ReadonlyMap<string, string> = new Map([
  ["the input of a run", "ines.inputfield@planted.org"],
  ["a chat's message", "carla.chatline@planted.org"],
  ["a tool's answer", "tomas.toolword@planted.org"],
  ["a model's answer", "mira.modelword@planted.org"],
  ["a signal", "sven.signalled@planted.org"],
  ["the reason of a cancellation", "rhea.reasoned@planted.org"],
  ["the reason of a decision", "dora.decided@planted.org"],
  ["feedback", "finn.feedback@planted.org"],
  ["metadata", "mona.metadata@planted.org"],
  ["an embedded text", "emil.embedded@planted.org"],
  ["a checked text", "chen.checked@planted.org"],
  ["a refused body", "rolf.refused@planted.org"],
  ["a path", "paul.pathname@planted.org"],
  ["a document", "dina.documented@planted.org"],
  ["a document's title", "tilda.titled@planted.org"],
  ["a file", "fritz.filed@planted.org"],
  ["the hidden text of a file", "hilda.hidden@planted.org"],
  ["a card in the input of a run", "4556737586899855"],
]);
const of = (map: ReadonlyMap<string, string>, name: string): string => map.get(name) ?? "";

let world: World;
const logged: string[] = [];
let keys: ReadonlyMap<string, string | null>;
const made = { run: "", waiting: "", cancelled: "", review: "" };

const definition = {
  name: "canary-flow",
  tools: ["canary.look"],
  input: {
    type: "object",
    properties: { note: { type: "string" }, card: { type: "string" } },
    required: ["note"],
    additionalProperties: false,
  },
  steps: {
    look: { kind: "tool", tool: "canary.look", input: { note: { cel: "input.note" } } },
    say: {
      kind: "model",
      needs: ["look"],
      model: { task: "write" },
      prompt: { template: "Sum it up: {{note}}", slots: { note: { cel: "steps.look.output.note" } } },
    },
    wait: { kind: "wait", needs: ["say"], signal: "go", timeout_ms: 600_000 },
    ask: { kind: "review", needs: ["wait"], severity: "high", proposal: { cel: "steps.say.output" } },
  },
  output: { cel: "steps.say.output" },
};

beforeAll(async () => {
  world = await openWorld(ORG);
  world.model = modelAndTool;
  const before = outside.log;
  outside.log = (line) => {
    logged.push(JSON.stringify(line));
    before(line);
  };
  keys = new Map<string, string | null>([
    ["nobody", null],
    ["another caller", await makeKey(ORG, "nosy", ["caller"])],
    ["the org's admin", await makeKey(ORG, "alma", ["caller", "developer", "reviewer", "auditor", "operator", "admin"])],
    ["a reviewer", world.keys.reviewer],
    ["another org", await makeKey("canaries-other", "eve", ["caller", "developer", "reviewer", "auditor", "operator", "admin"])],
    ["the platform's admin", ADMIN],
  ]);
  await furnish();
  await plant();
});

it("[CANARY-1] no route shows a planted secret, nor the personal data of somebody else's run, to any caller", async () => {
  const document = (await call("GET", "/openapi.json", null)).body;
  const reading = operationsOf(document).filter(({ method }) => method === "GET");
  expect(reading.length).toBeGreaterThan(30);
  const found: string[] = [];
  let answered = 0;
  for (const { path } of reading) {
    for (const [caller, key] of keys) {
      for (const filled of pathsOf(path)) {
        const { status: code, text } = await fetchAll(filled, key, caller);
        if (code < 300) answered++;
        for (const [name, canary] of allCanaries()) if (text.includes(canary)) found.push(`GET ${filled} as ${caller} shows ${name}`);
      }
    }
  }
  expect(found).toEqual([]);
  expect(answered).toBeGreaterThan(reading.length);
});

it("[CANARY-2] no log line holds a planted secret or personal data", async () => {
  expect(logged.length).toBeGreaterThan(20);
  const found = [...allCanaries()].flatMap(([name, canary]) =>
    logged.filter((line) => line.includes(canary)).map((line) => `${name}: ${line.slice(0, 200)}`),
  );
  expect(found).toEqual([]);
});

it("[CANARY-3] no store holds a planted secret or personal data in the clear", async () => {
  const stored = await everythingStored();
  expect(stored.some(({ where, text }) => where.startsWith("RUN_ENGINE") && text.includes("canary-flow"))).toBe(true);
  expect(stored.some(({ where, text }) => where.startsWith("KNOWLEDGE_INDEX") && text.includes("canary-document"))).toBe(true);
  const found = [...allCanaries()].flatMap(([name, canary]) =>
    stored.filter(({ text }) => text.includes(canary)).map(({ where }) => `${where} holds ${name}`),
  );
  // The run's own object calls this address when the run ends, so it must know it; nothing else may.
  const known = new Set(["RUN_ENGINE birth holds a token in a callback's address"]);
  expect([...new Set(found)].filter((one) => !known.has(one))).toEqual([]);
});

const allCanaries = (): [string, string][] => [
  ...SECRETS,
  ...PERSONAL,
  ...[...keys, ["the app", world.keys.app] as const]
    .filter((entry): entry is [string, string] => entry[1] !== null)
    .map(([name, key]): [string, string] => [`the key of ${name}`, key]),
];

/** A tool that echoes its credential and a model that echoes its own: the careless outside. */
async function modelAndTool(request: Request): Promise<Response> {
  const credential = request.headers.get("authorization") ?? "";
  if (request.url.includes("/canary/look"))
    return Response.json({ note: `we wrote to ${of(PERSONAL, "a tool's answer")}`, echo: credential });
  if (request.url.includes("/canary/broken"))
    return Response.json(
      { error: "denied", message: `your token ${credential} is wrong, ask ${of(PERSONAL, "a tool's answer")}` },
      { status: 403 },
    );
  if (request.url.includes("embeddings"))
    return Response.json({
      object: "list",
      model: "m",
      data: [{ object: "embedding", index: 0, embedding: [0.1, 0.2] }],
      usage: { prompt_tokens: 1, total_tokens: 1 },
    });
  const content = `Summary by ${of(PERSONAL, "a model's answer")} with ${credential}`;
  return Response.json({
    id: "c",
    object: "chat.completion",
    created: 1,
    model: "m",
    choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
    usage: { prompt_tokens: 9, completion_tokens: 9, total_tokens: 18 },
  });
}

async function furnish(): Promise<void> {
  const developer = world.keys.developer;
  const did = async (method: string, path: string, key: string, body: Json, headers: Record<string, string> = {}) => {
    const answer = await call(method, path, key, body, headers);
    expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
  };
  await did("PUT", "/v1/secrets/of-tool", developer, { value: of(SECRETS, "the secret of a tool"), hosts: ["tools.example"] });
  await did("PUT", "/v1/secrets/of-model", developer, { value: of(SECRETS, "the secret of a model"), hosts: ["models.example"] });
  const object = { type: "object", properties: { note: { type: "string" }, echo: { type: "string" } }, required: ["note"] };
  for (const [name, path] of [
    ["canary.look", "look"],
    ["canary.broken", "broken"],
  ] as const) {
    const http = { url: `https://tools.example/canary/${path}`, method: "POST", secret: "of-tool" };
    const input = { type: "object", properties: { note: { type: "string" } }, required: ["note"] };
    await did("PUT", `/v1/tools/${name}`, developer, {
      description: "Looks a note up.",
      effect: "read",
      kind: "http",
      http,
      input,
      output: object,
    });
  }
  const model = {
    upstream_id: "m",
    base_url: "https://models.example/v1",
    secret: "of-model",
    price: { input: 1, output: 2 },
    context: 9_000,
    tasks: ["chat", "write", "embed"],
    pii: "redacted",
  };
  await did("PUT", `/v1/models/${MODEL}`, ADMIN, model, { "bulkhead-org": ORG });
  await did("PUT", `/v1/orgs/${ORG}`, ADMIN, { callback_hosts: ["shop.test"] }, { "bulkhead-org": ORG });
  await did("POST", "/v1/workflows", developer, definition as unknown as JsonObject);
  await did("PUT", "/v1/knowledge/canaries", developer, {});
  const text = `Write to ${of(PERSONAL, "a document")} about the canary-document.`;
  await did("POST", "/v1/knowledge/canaries/documents", developer, { title: `By ${of(PERSONAL, "a document's title")}`, text });
  const page = `<p>Write to ${of(PERSONAL, "a file")}.</p><p hidden>Or to ${of(PERSONAL, "the hidden text of a file")}.</p>`;
  const file = { name: "page.html", data: Buffer.from(page).toString("base64") };
  await did("POST", "/v1/knowledge/canaries/documents", developer, { title: "t", file });
}

async function plant(): Promise<void> {
  const { app } = world.keys;
  const input = { note: `please write to ${of(PERSONAL, "the input of a run")}`, card: of(PERSONAL, "a card in the input of a run") };
  const start = async (more: JsonObject, headers: Record<string, string> = {}): Promise<string> => {
    const answer = await call("POST", "/v1/runs", app, { workflow: "canary-flow", input, subject: "cust-canary", ...more }, headers);
    expect([200, 201, 202], JSON.stringify(answer.body)).toContain(answer.status);
    return String(answer.body["id"]);
  };
  made.run = await start(
    {
      metadata: { contact: of(PERSONAL, "metadata") },
      callback_url: `${SHOP}/hook?token=${of(SECRETS, "a token in a callback's address")}`,
    },
    {
      "idempotency-key": of(SECRETS, "an idempotency key"),
      "x-unknown": of(SECRETS, "a token in an unknown header"),
      "user-agent": of(SECRETS, "a token in an unknown header"),
    },
  );
  made.cancelled = await start({});
  await eventually(`/v1/runs/${made.run}`, app, status("waiting"));
  const signal = await call("POST", `/v1/runs/${made.run}/signals/go`, app, { from: of(PERSONAL, "a signal") });
  expect(signal.status, JSON.stringify(signal.body)).toBeLessThan(300);
  await call("POST", `/v1/runs/${made.cancelled}/cancel`, app, { reason: `asked by ${of(PERSONAL, "the reason of a cancellation")}` });
  const waiting = await eventually(`/v1/reviews?status=pending`, world.keys.reviewer, ({ data }) =>
    (data as JsonObject[]).some((one) => one["run"] === made.run),
  );
  made.review = String((waiting["data"] as JsonObject[]).find((one) => one["run"] === made.run)?.["id"]);
  const decision = { action: "approve", reason: `told by ${of(PERSONAL, "the reason of a decision")}` };
  expect((await call("POST", `/v1/reviews/${made.review}/decision`, world.keys.reviewer, decision)).status).toBeLessThan(300);
  await eventually(`/v1/runs/${made.run}`, app, status("completed"));
  await call("POST", `/v1/runs/${made.run}/feedback`, app, { score: 1, comment: `from ${of(PERSONAL, "feedback")}` });
  const chat = { model: MODEL, messages: [{ role: "user", content: `I am ${of(PERSONAL, "a chat's message")}` }], user: "cust-canary" };
  expect((await call("POST", "/v1/chat/completions", app, chat)).status).toBe(200);
  await call("POST", "/v1/embeddings", app, { model: MODEL, input: of(PERSONAL, "an embedded text") });
  await call("POST", "/v1/guardrails/check", app, { texts: [of(PERSONAL, "a checked text")], channel: "user" });
  await call("POST", "/v1/tools/canary.look/test", world.keys.developer, { input: { note: of(PERSONAL, "the input of a run") } });
  await call("POST", "/v1/tools/canary.broken/test", world.keys.developer, { input: { note: of(PERSONAL, "the input of a run") } });
  await call("POST", "/v1/runs", app, {
    workflow: "canary-flow",
    input: { note: 1, mail: of(PERSONAL, "a refused body") },
    oops: of(PERSONAL, "a refused body"),
  });
  await call("GET", `/v1/runs?token=${of(SECRETS, "a token in an unknown query")}`, app);
  await call("GET", `/v1/workflows/${of(PERSONAL, "a path")}`, app);
  await call("GET", `/v1/runs/${of(PERSONAL, "a path")}/events`, app);
  await call("GET", "/v1/runs", of(SECRETS, "a made-up bearer"));
}

/** The route with the ids of what was made; several where several fit. */
function pathsOf(path: string): string[] {
  const ids = path.startsWith("/v1/runs")
    ? [made.run, made.cancelled]
    : path.startsWith("/v1/reviews")
      ? [made.review]
      : path.startsWith("/v1/models")
        ? ["canary-2026-01-01"]
        : path.startsWith("/v1/tools")
          ? ["canary.look"]
          : ["canary-flow"];
  return ids.map((id) =>
    path
      .replace("{provider}", "acme")
      .replace("{step}", "say")
      .replace("{v}", "1")
      .replace("{org}", ORG)
      .replace(/\{[a-z_]+\}/g, id),
  );
}

/** Status, headers and text of an answer; an event stream is read until it ends or is silent. */
async function fetchAll(path: string, key: string | null, caller: string): Promise<{ status: number; text: string }> {
  const headers = new Headers(key === null ? {} : { authorization: `Bearer ${key}` });
  if (caller === "the platform's admin") headers.set("bulkhead-org", ORG);
  const answer = await (exports as unknown as { default: Entry }).default.fetch(
    new Request(`https://bulkhead.test${path}`, { headers, redirect: "manual" }),
  );
  return { status: answer.status, text: [...answer.headers.values(), await answer.text()].join("\n") };
}
