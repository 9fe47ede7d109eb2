/**
 * An org whose apps use the clients that apps really use: OpenAI's package and the AI SDK, with the platform's own handler as their
 * `fetch`. Its models stand behind one scripted upstream, which counts what it bills.
 */
import { exports } from "cloudflare:workers";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import OpenAI, { type ClientOptions } from "openai";
import { expect } from "vitest";
import type { JsonObject } from "../../../core/json.ts";
import type { LogLine } from "../../../core/telemetry/log-line.ts";
import { outside } from "../platform.ts";
import { ADMIN, call, eventually, makeKey } from "../scenario/api.ts";
import type { Counted } from "./wire.ts";

export const BIG = "acme/big-2026-01-01";
export const SMALL = "acme/small-2026-01-01";
export const VECTORS = "acme/vectors-2026-01-01";
export const REHEARSAL = "bulkhead/rehearsal-1.0.0";
const BASE = "https://bulkhead.test/v1";

/** Dollars per million tokens. */
const PRICES: Readonly<Record<string, { readonly input: number; readonly output: number }>> = {
  [BIG]: { input: 10, output: 20 },
  [SMALL]: { input: 1, output: 2 },
  [VECTORS]: { input: 0.5, output: 0 },
};

/** A request as the upstream got it. */
export type Asked = { readonly url: string; readonly body: JsonObject; readonly text: string; readonly signal: AbortSignal };

type Entry = { fetch(request: Request): Promise<Response> };
type Script = (asked: Asked, call: number) => Response | Promise<Response>;

/** Every request of a client, as the platform answers it: `Retry-After` as it stands, so that clients wait as told. */
export const platformFetch = (async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> =>
  (exports as unknown as { default: Entry }).default.fetch(new Request(input, init))) as typeof fetch;

export type Apps = Awaited<ReturnType<typeof openApps>>;

/** `models: false`: only the rehearsal answers. */
export async function openApps(org: string, { models = true }: { readonly models?: boolean } = {}) {
  const app = await makeKey(org, "app", ["caller"]);
  const auditor = await makeKey(org, "anna", ["auditor"]);
  const admin = (method: string, path: string, body?: JsonObject) => call(method, path, ADMIN, body, { "bulkhead-org": org });
  const register = async (id: string, entry: JsonObject): Promise<void> => {
    const whole = { base_url: `http://${org}.test/v1`, upstream_id: id.slice(5), context: 8_000, pii: "redacted", ...entry };
    const put = await admin("PUT", `/v1/models/${id}`, whole);
    expect(put.status, JSON.stringify(put.body)).toBe(200);
  };
  for (const [id, price] of models ? Object.entries(PRICES) : []) {
    await register(id, { price, tasks: id === VECTORS ? ["embed"] : ["write"] });
  }
  const world = {
    org,
    app,
    auditor,
    admin,
    /** A model of one test, behind an upstream of its own: what it does to that one's health concerns no other. */
    async model(name: string, more: JsonObject = {}): Promise<string> {
      const id = `acme/${name}-2026-01-01`;
      await register(id, { base_url: `http://${name}.${org}.test/v1`, price: { input: 1, output: 2 }, tasks: [name], ...more });
      return id;
    },
    /** What the platform logged. */
    log: [] as LogLine[],
    /** What the org's upstreams were asked, in order, since the last `script`. */
    asked: [] as Asked[],
    /** How the upstream answers from now on. */
    script(script: Script): void {
      world.asked = [];
      outside.fetch = (async (input: RequestInfo | URL, init?: RequestInit) => {
        const request = new Request(input, init);
        // Runs and notices of other test files may still send: they share the runtime, and are nobody's model here.
        if (!isOf(org, request.url)) return new Response("no upstream of this org", { status: 501 });
        const text = await request.text();
        const asked = { url: request.url, text, body: JSON.parse(text) as JsonObject, signal: init?.signal ?? request.signal };
        world.asked.push(asked);
        return script(asked, world.asked.length - 1);
      }) as typeof fetch;
    },
    /** Without retries, unless a test is about them. */
    openai: (options: ClientOptions = {}) =>
      new OpenAI({ apiKey: app, baseURL: BASE, fetch: platformFetch, maxRetries: 0, dangerouslyAllowBrowser: true, ...options }),
    sdk: (key = app) =>
      createOpenAICompatible({
        name: "bulkhead",
        apiKey: key,
        baseURL: BASE,
        fetch: platformFetch,
        includeUsage: true,
        supportsStructuredOutputs: true,
      }),
    /** One line of `GET /v1/budgets`. */
    async budget(scope = "org"): Promise<JsonObject | undefined> {
      const { body } = await admin("GET", "/v1/budgets");
      return (body["data"] as JsonObject[]).find((line) => line["scope"] === scope);
    },
    /** The audit entries of one call, once its outcome is among them. */
    async entries(run: string, until = "model.called"): Promise<JsonObject[]> {
      const { data } = await eventually(`/v1/audit/entries?run=${run}`, auditor, ({ data }) =>
        (data as JsonObject[]).some((entry) => entry["event_type"] === until),
      );
      return data as JsonObject[];
    },
  };
  // Refusals are what these tests are about: only what is thrown is printed.
  outside.log = (line) => {
    world.log.push(line);
    if (line.level === "error" && line.event !== "request.answered") console.log(JSON.stringify(line));
  };
  world.script(() => new Response("nobody scripted this call", { status: 501 }));
  return world;
}

/** Whether an address belongs to an upstream of the org: `{org}.test` itself, or a host under it. */
function isOf(org: string, url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === `${org}.test` || hostname.endsWith(`.${org}.test`);
}

/** What an upstream bills for a call, in dollars: an independent account of what the platform says. */
export function billed(model: string, { prompt_tokens, completion_tokens }: Counted): number {
  const { input, output } = PRICES[model] ?? { input: 0, output: 0 };
  return (prompt_tokens * input + completion_tokens * output) / 1_000_000;
}
