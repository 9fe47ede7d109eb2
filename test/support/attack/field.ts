/**
 * The field on which test/scenario/attack plays: an org with its people, tools that tell what reached them, and a model that obeys whoever
 * spoke last. An attempt says what an attacker does and what must not happen; that its refusal is on record, with the layer that refused,
 * is looked up for all of them in one way.
 */
import { expect } from "vitest";
import type { Layer } from "../../../core/audit/layer.ts";
import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import { PATIENCE_MS } from "../patience.ts";
import { outside } from "../platform.ts";
import { ADMIN, call, eventually, makeKey, status } from "../scenario/api.ts";

export const TOOLS = "https://tools.field.example";
export const MODEL = "acme/obeys-2026-01-01";
const UPSTREAM = "https://llm.field.example";

/** What the model says in one turn: words, or calls of tools. */
export type Said = string | readonly { readonly tool: string; readonly input: Json | { readonly raw: string } }[];
/** Where the refusal is looked up: the entries of a run, or those of a resource. */
export type Place = { readonly run: string } | { readonly resource: string; readonly org?: string };
/** `play` does it and looks at what came of it, from outside. It answers where the refusal is on record. */
export type Attempt = { readonly title: string; readonly layer: Layer; readonly play: () => Promise<Place> };

const PEOPLE = {
  app: ["caller"],
  eve: ["caller"],
  dora: ["developer"],
  rita: ["reviewer"],
  rob: ["reviewer"],
  otto: ["operator"],
  anna: ["auditor"],
  ada: ["admin"],
  bob: ["admin"],
} as const;
type Keys = { readonly [P in keyof typeof PEOPLE]: string };

export type Field = Awaited<ReturnType<typeof openField>>;

const ENDED = status("completed", "failed", "dead_lettered", "cancelled", "paused");
/** Nothing moves it but a person. A parent that waits for its child still moves. */
const isStill = (run: JsonObject): boolean =>
  ENDED(run) || (run["status"] === "waiting" && isObject(run["waiting_for"]) && run["waiting_for"]["kind"] === "review");

/** Opens an org of its own. The outside is scripted until the next test file scripts another. */
export async function openField(org: string) {
  const keys: Record<string, string> = {};
  for (const [user, roles] of Object.entries(PEOPLE)) keys[user] = await makeKey(org, user, [...roles]);
  const who = keys as Keys;
  /** What left the platform: each prompt and each tool call. */
  const seen: { readonly url: string; readonly headers: Headers; readonly body: string }[] = [];
  const turns = new Map<string, readonly Said[]>();
  const answers = new Map<string, (request: Request) => Response | Promise<Response>>();

  outside.fetch = (async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(input, init);
    const body = await request.clone().text();
    seen.push({ url: request.url, headers: request.headers, body });
    if (request.url.startsWith(UPSTREAM)) return said(body, turns);
    return (await answers.get(new URL(request.url).pathname)?.(request)) ?? Response.json({ ok: true });
  }) as typeof fetch;

  const must = async (method: string, path: string, key: string, body: Json, code = 200): Promise<JsonObject> => {
    const answer = await call(method, path, key, body, key === ADMIN ? { "bulkhead-org": org } : {});
    expect(answer.status, `${path}: ${JSON.stringify(answer.body)}`).toBe(code);
    return answer.body;
  };
  await must("PUT", `/v1/models/${MODEL}`, ADMIN, {
    ...{ base_url: `${UPSTREAM}/v1`, upstream_id: "obeys", price: { input: 1, output: 1 }, context: 64_000 },
    ...{ tasks: ["work"], pii: "redacted" },
  });

  const field = {
    org,
    who,
    seen,
    answers,
    must,
    /** A tool behind `TOOLS`, under its own name as the path. */
    tool: (name: string, more: JsonObject = {}) =>
      must("PUT", `/v1/tools/${name}`, who.dora, {
        ...{ description: "", effect: "read", kind: "http" },
        ...("kind" in more ? {} : { http: { url: `${TOOLS}/${name}` } }),
        ...{ input: { type: "object" }, output: true },
        ...more,
      }),
    flow: (name: string, steps: JsonObject, more: JsonObject = {}) =>
      must("POST", "/v1/workflows", who.dora, { name, input: { type: "object" }, output: null, steps, ...more }, 201),
    /** A workflow of one agent, which says these turns. */
    agent: (name: string, says: readonly Said[], tools: readonly string[], more: JsonObject = {}, step: JsonObject = {}) => {
      turns.set(name, says);
      const prompt = { template: `attack ${name}: {{text}}`, slots: { text: { cel: "input.text" } } };
      const desk = { kind: "agent", model: { id: MODEL }, tools: [...tools], prompt, max_iterations: 4, ...step };
      return field.flow(name, { desk } as unknown as JsonObject, { tools: [...tools], ...more });
    },
    /** A step of kind `model` that says these words. */
    says: (name: string, words: string, slots: JsonObject = {}): JsonObject => {
      turns.set(name, [words]);
      const named = Object.keys(slots).map((slot) => `{{${slot}}}`);
      return { kind: "model", model: { id: MODEL }, prompt: { template: `attack ${name}: ${named.join(" ")}`, slots } };
    },
    start: async (workflow: string, input: JsonObject = { text: "go" }, key = who.app, more: JsonObject = {}): Promise<string> =>
      String((await must("POST", "/v1/runs", key, { workflow, input, ...more }, 202))["id"]),
    /** The run, once nothing of it moves by itself. */
    still: (run: string): Promise<JsonObject> => eventually(`/v1/runs/${run}`, who.otto, isStill),
    run: async (workflow: string, input: JsonObject = { text: "go" }, more: JsonObject = {}) => {
      const id = await field.start(workflow, input, who.app, more);
      return { id, run: await field.still(id) };
    },
    /** The review that the run waits for. */
    review: async (run: string): Promise<string> => {
      const waiting = await eventually(`/v1/runs/${run}`, who.otto, status("waiting"));
      return String((waiting["waiting_for"] as JsonObject)["id"]);
    },
    reached: (path: string) => seen.filter(({ url }) => url.startsWith(path.startsWith("https:") ? path : `${TOOLS}/${path}`)),
  };
  return field;
}

/** The turn is the one that comes after what the model said already, so that attempts may run side by side. */
function said(body: string, turns: ReadonlyMap<string, readonly Said[]>): Response {
  const name = /attack ([a-z0-9-]+):/.exec(body)?.[1] ?? "";
  const messages = (JSON.parse(body) as { messages: { role: string }[] }).messages;
  const at = messages.filter(({ role }) => role === "assistant").length;
  const turn = turns.get(name)?.[at] ?? "done";
  const calls = typeof turn === "string" ? [] : turn;
  const tool_calls = calls.map(({ tool, input }, index) => {
    const raw = isObject(input) && typeof input["raw"] === "string" ? input["raw"] : JSON.stringify(input);
    return { id: `call_${at}_${index}`, type: "function", function: { name: tool, arguments: raw } };
  });
  const message = { role: "assistant", ...(typeof turn === "string" ? { content: turn } : { content: null, tool_calls }) };
  const usage = { prompt_tokens: 50, completion_tokens: 10, total_tokens: 60 };
  return Response.json({ choices: [{ index: 0, message, finish_reason: typeof turn === "string" ? "stop" : "tool_calls" }], usage });
}

/** Fails unless the attempt was refused by its layer, on record. */
export async function refused(field: Pick<Field, "org" | "who">, { layer, play }: Attempt): Promise<void> {
  const place = await play();
  const org = "org" in place ? (place.org ?? field.org) : field.org;
  const read = async (query: string): Promise<JsonObject[]> => {
    const entries: JsonObject[] = [];
    for (let after = 0, more = true; more; ) {
      const { body } = await call("GET", `/v1/audit/entries?${query}limit=200&after=${after}`, ADMIN, undefined, { "bulkhead-org": org });
      const page = (body["data"] ?? []) as JsonObject[];
      entries.push(...page);
      more = page.length === 200;
      after = Number(page.at(-1)?.["seq"] ?? after);
    }
    return entries;
  };
  const dataOf = ({ data }: JsonObject): JsonObject => (isObject(data) ? data : {});
  /** Of the run and its child runs: a refusal is on record where it happened. */
  const ofRun = async (run: string): Promise<JsonObject[]> => {
    const entries = await read(`run=${run}&`);
    const children = entries.filter(({ action }) => action === "run.start_child").map((entry) => String(dataOf(entry)["child"]));
    return [...entries, ...(await Promise.all(children.map(ofRun))).flat()];
  };
  const layersOf = async (): Promise<string[]> => {
    const entries = "run" in place ? await ofRun(place.run) : (await read("")).filter(({ resource }) => resource === place.resource);
    return entries.map((entry) => String(dataOf(entry)["layer"] ?? "none"));
  };
  const deadline = Date.now() + PATIENCE_MS;
  let layers = await layersOf();
  while (!layers.includes(layer) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 150));
    layers = await layersOf();
  }
  expect(layers, `the layers on record for ${JSON.stringify(place)}`).toContain(layer);
}
