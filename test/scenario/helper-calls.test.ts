/**
 * Helper calls over the composed platform: wherever it asks a model of its own accord, the policies, the class of the text, what the model accepts and
 * its `pii` decide as for any other call, and no personal data leaves. One table of the places, one of what bars a model.
 */
import { beforeAll, describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../core/json.ts";
import { outside } from "../support/platform.ts";
import { ADMIN, call, eventually, makeKey, status } from "../support/scenario/api.ts";

type House = { readonly org: string; readonly ada: string; readonly app: string; readonly rita: string };
/**
 * Where a model is asked. `make`: brings it about with a text that has the marker in it, and resolves once nobody is asked any more. `class`: of the text.
 * `personal`: absent where no personal data can get there.
 */
type Place = {
  readonly helper: "mod" | "judge" | "emb";
  readonly class: "internal" | "confidential" | "restricted";
  readonly personal?: false;
  readonly make: (house: House, text: string, isBarred: boolean) => Promise<unknown>;
};

const ENDED = status("completed", "failed", "cancelled", "dead_lettered");
const PERSONAL = "ada.lovelace@example.com";
const WRITER = { id: "acme/writer-1", upstream: "writer" };
const HELPERS = { mod: "moderate", judge: "judge", emb: "embed" } as const;

/** What each helper model was sent. */
let sent: { readonly model: string; readonly body: string }[] = [];
let wordOfWriter = "";
let wordOfTool = "";
const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
const said = (content: string): Response =>
  Response.json({ choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }], usage });

beforeAll(() => {
  outside.fetch = (async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(input, init);
    if (request.url.startsWith("https://tool.test")) return Response.json({ text: wordOfTool });
    const body = (await request.json()) as JsonObject;
    const model = String(body["model"]);
    if (model === WRITER.upstream) return said(wordOfWriter);
    sent.push({ model, body: JSON.stringify(body) });
    if (model !== "emb") return said("{}");
    const data = [body["input"]].flat().map((_, index) => ({ object: "embedding", index, embedding: [0.6, 0.8, 0, 0] }));
    return Response.json({ object: "list", data, usage, model });
  }) as typeof fetch;
});

const must = async (...given: Parameters<typeof call>): Promise<JsonObject> => {
  const { status: code, body } = await call(...given);
  expect(code, `${given[0]} ${given[1]}: ${JSON.stringify(body)}`).toBeLessThan(300);
  return body;
};

let made = 0;
const INPUT = {
  type: "object",
  properties: {
    secret: { type: "string", sensitivity: "restricted" },
    own: { type: "string", sensitivity: "confidential" },
    text: { type: "string" },
  },
};
const prompt = (field: string) => ({ template: "Reply: {{text}}", slots: { text: { cel: `input.${field}` } } });
const reply = (field: string, more: JsonObject = {}): JsonObject => ({
  ...{ kind: "model", model: { id: WRITER.id }, prompt: prompt(field) },
  ...more,
});

async function run({ ada, app }: House, input: JsonObject, definition: JsonObject, until = ENDED): Promise<JsonObject> {
  const name = `helped-${++made}`;
  await must("POST", "/v1/workflows", ada, { name, input: INPUT, output: null, ...definition } as Json);
  const { status: code, body } = await call("POST", "/v1/runs", app, { workflow: name, input });
  expect(code, JSON.stringify(body)).toBe(202);
  return eventually(`/v1/runs/${body["id"]}`, app, until);
}

const search = (collection: string, field: string): JsonObject => ({
  ...{ tools: ["knowledge.search"], knowledge: [collection], output: { cel: "steps.found.output" } },
  steps: { found: { kind: "tool", tool: "knowledge.search", input: { collection, query: { cel: `input.${field}` } } } },
});
/** A search that may not ask its model goes by words, and says so. */
const goesByWords = (found: unknown, isBarred: boolean): void =>
  expect(found).toMatchObject({ mode: isBarred ? "keyword" : "hybrid", degraded: isBarred });

const PLACES: { readonly [what: string]: Place } = {
  "a run's input is moderated": {
    ...{ helper: "mod", class: "restricted" },
    make: (house, secret) => run(house, { secret }, { steps: { done: { kind: "transform", value: 1 } } }),
  },
  "a signal is moderated": {
    ...{ helper: "mod", class: "internal" },
    async make(house, text) {
      const steps = { word: { kind: "wait", signal: "word", timeout_ms: 600_000 } };
      const { id } = await run(house, {}, { steps }, status("waiting"));
      await must("POST", `/v1/runs/${id}/signals/word`, house.app, { text });
    },
  },
  "a run's answer is moderated": {
    ...{ helper: "mod", class: "restricted" },
    async make(house, text) {
      wordOfWriter = text;
      const tone = { want: "like a pirate", action: "flag" };
      const guardrails = { output: { tone } };
      await run(house, { secret: "say it" }, { steps: { reply: reply("secret", { guardrails }) } });
    },
  },
  "a run's answer is judged by what its steps found": {
    ...{ helper: "judge", class: "restricted" },
    async make(house, text) {
      [wordOfTool, wordOfWriter] = [`The parcel ${text} comes late on Friday.`, "The parcel does not come late on Friday."];
      const guardrails = { output: { grounded_in: { steps: ["look"], min: 0.7, action: "flag" } } };
      const steps = { look: { kind: "tool", tool: "files.read", input: {} }, reply: reply("text", { needs: ["look"], guardrails }) };
      await run(house, { text: "When?" }, { tools: ["files.read"], steps });
    },
  },
  "a decision about a review is suggested": {
    ...{ helper: "judge", class: "restricted" },
    async make(house, secret) {
      const steps = { ask: { kind: "review", proposal: { a: { cel: "input.secret" } } } };
      const { id } = await run(house, { secret }, { steps }, status("waiting"));
      const { data } = await must("GET", "/v1/reviews?status=pending", house.rita);
      const review = (data as JsonObject[]).find((one) => one["run"] === id);
      await eventually(`/v1/reviews/${review?.["id"]}`, house.rita, ({ suggestion }) =>
        ["ready", "failed"].includes(String((suggestion as JsonObject | undefined)?.["status"])),
      );
    },
  },
  "a chat is moderated": {
    ...{ helper: "mod", class: "internal" },
    make({ app }, content) {
      wordOfWriter = "Yes.";
      return must("POST", "/v1/chat/completions", app, { model: WRITER.id, messages: [{ role: "user", content }] });
    },
  },
  "a text is checked": {
    ...{ helper: "mod", class: "internal" },
    make: ({ ada }, text) => must("POST", "/v1/guardrails/check", ada, { texts: [text], channel: "user" }),
  },
  // What is restricted is never looked for.
  "a run's question is looked for among those that are near": {
    ...{ helper: "emb", class: "confidential" },
    make: (house, own) => run(house, { own }, { steps: { reply: reply("own", { cache: "semantic" }) } }),
  },
  "a chat's question is looked for among those that are near": {
    ...{ helper: "emb", class: "internal", personal: false },
    make: ({ app }, content) =>
      must("POST", "/v1/chat/completions", app, {
        ...{ model: WRITER.id, bulkhead: { cache: "semantic" } },
        messages: [{ role: "user", content }],
      }),
  },
  "a document is embedded": {
    ...{ helper: "emb", class: "restricted" },
    async make({ ada }, text, isBarred) {
      const { findings } = await must("POST", "/v1/knowledge/files/documents", ada, { title: "t", text });
      expect((findings as JsonObject[]).some(({ type }) => type === "embedding")).toBe(isBarred);
    },
  },
  "a collection is searched": {
    ...{ helper: "emb", class: "restricted" },
    make: async ({ app }, query, isBarred) => goesByWords(await must("POST", "/v1/knowledge/files/search", app, { query }), isBarred),
  },
  "a run searches a collection of the class": {
    ...{ helper: "emb", class: "restricted" },
    make: async (house, text, isBarred) => goesByWords((await run(house, { text }, search("files", "text")))["output"], isBarred),
  },
  "a run searches any collection with words of the class": {
    ...{ helper: "emb", class: "restricted" },
    make: async (house, secret, isBarred) => goesByWords((await run(house, { secret }, search("notes", "secret")))["output"], isBarred),
  },
};

/** What bars the helper models. `lets`: places whose texts they may have all the same. */
type Bar = {
  readonly model?: JsonObject;
  readonly org?: JsonObject;
  readonly policy?: string;
  readonly lets: (place: Place, isPersonal: boolean) => boolean;
};
const IDS = JSON.stringify(Object.keys(HELPERS).map((helper) => `acme/${helper}-1`));
const BARS: { readonly [what: string]: Bar } = {
  nothing: { lets: () => true },
  "`pii: never`": { model: { pii: "never" }, lets: (_place, isPersonal) => !isPersonal },
  "what the org requires of the class": {
    ...{ model: { retention: 30 }, org: { models: { confidential: { retention: "none" } } } },
    lets: (place) => place.class === "internal",
  },
  "what the org requires of every call": { model: { region: "us" }, org: { models: { public: { region: ["eu"] } } }, lets: () => false },
  "what it accepts": { model: { accepts: "internal" }, lets: (place) => place.class === "internal" },
  "the org's policy": {
    policy: `@id("no-helpers") forbid(principal, action == Action::"model.call", resource) when { ${IDS}.contains(resource.name) };`,
    lets: () => false,
  },
};

async function openHouse(org: string, { model = {}, org: settings = {}, policy }: Bar): Promise<House> {
  const ada = await makeKey(org, "ada", ["admin", "developer"]);
  const ben = await makeKey(org, "ben", ["admin", "developer"]);
  const house = { org, ada, app: await makeKey(org, "app", ["caller"]), rita: await makeKey(org, "rita", ["reviewer"]) };
  const entry = {
    base_url: "https://llm.test/v1",
    price: { input: 1, output: 1 },
    context: 32_000,
    tasks: [],
    pii: "redacted",
    pinned: true,
  };
  const put = (id: string, upstream_id: string, more: JsonObject) =>
    must("PUT", `/v1/models/${id}`, ADMIN, { ...entry, upstream_id, ...more }, { "bulkhead-org": org });
  await put(WRITER.id, WRITER.upstream, { retention: "none", region: "eu" });
  for (const [name, task] of Object.entries(HELPERS)) await put(`acme/${name}-1`, name, { tasks: [task] });
  // The collections are older than what bars their model.
  for (const [name, sensitivity] of Object.entries({ files: "restricted", notes: "internal" })) {
    await must("PUT", `/v1/knowledge/${name}`, ada, { sensitivity, embedding: "acme/emb-1" });
    await must("POST", `/v1/knowledge/${name}/documents`, ada, { title: "Terms", text: "The parcel comes on Friday." });
  }
  const tool = { description: "", kind: "http", http: { url: "https://tool.test/" }, input: {}, output: {}, effect: "read" };
  await must("PUT", "/v1/tools/files.read", ada, { ...tool, sensitivity: "restricted" });
  const topics = { deny: ["politics"], action: "flag" };
  await must("PUT", `/v1/orgs/${org}`, ada, { assisted_review: "at_once", guardrails: { input: { topics } }, ...settings } as Json);
  for (const [name, task] of Object.entries(HELPERS)) await put(`acme/${name}-1`, name, { tasks: [task], ...model });
  if (policy === undefined) return house;
  const { version } = await must("POST", "/v1/policies", ada, { cedar: policy });
  const { id } = await must("POST", `/v1/policies/${version}/activate`, ada, { reason: "no helpers" });
  await must("POST", `/v1/policies/activations/${id}/approve`, ben, {});
  return house;
}

describe.each(Object.entries(BARS))("a helper model that is barred by %s", (what, bar) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(`helped-${Object.keys(BARS).indexOf(what)}`, bar);
  });

  it.each(Object.entries(PLACES))("[FLOW-13] gets only what it may have where %s", async (_what, place) => {
    for (const isPersonal of place.personal === false ? [false] : [false, true]) {
      sent = [];
      const marker = `wombat${++made}`;
      const isAsked = bar.lets(place, isPersonal);
      await place.make(house, `${marker} asks about a late parcel${isPersonal ? ` and writes from ${PERSONAL}` : ""}.`, !isAsked);
      const got = sent.filter(({ body }) => body.includes(marker));
      expect(
        got.some(({ model }) => model === place.helper),
        isPersonal ? "a text with personal data" : "a text without",
      ).toBe(isAsked);
      expect(JSON.stringify(sent)).not.toContain(PERSONAL);
    }
  });
});
