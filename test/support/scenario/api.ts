/** Calls the composed platform over its HTTP handler, and waits for what comes later. */
import { exports } from "cloudflare:workers";
import { expect } from "vitest";
import type { Json, JsonObject } from "../../../core/json.ts";
import { checkDeclared, isDeclaredJson } from "../declared-answers.ts";
import { PATIENCE_MS } from "../patience.ts";

export const ADMIN = "test-admin-key-of-enough-length";

type Answer = { readonly status: number; readonly headers: Headers; readonly body: JsonObject };
type Entry = { fetch(request: Request): Promise<Response> };

/** As a client calls: a platform that says that it is overloaded, as a busy machine's does, is asked again when it says. `key`: a bearer; null: nobody. */
export async function call(
  method: string,
  path: string,
  key: string | null,
  body?: Json,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await callOnce(method, path, key, body, headers);
    if (answer.status !== 503 || answer.body["code"] !== "overloaded" || Date.now() > deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, Number(answer.headers.get("retry-after")) * 1000));
  }
}

async function callOnce(
  method: string,
  path: string,
  key: string | null,
  body: Json | undefined,
  headers: Record<string, string>,
): Promise<Answer> {
  const init: RequestInit = {
    method,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  const response = await (exports as unknown as { default: Entry }).default.fetch(new Request(`https://bulkhead.test${path}`, init));
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") ?? false;
  if (isDeclaredJson(response)) checkDeclared(method, path, response.status, JSON.parse(text));
  return { status: response.status, headers: response.headers, body: isJson ? (JSON.parse(text) as JsonObject) : { text } };
}

/** Calls until the answer satisfies `until`; fails with the last answer. */
export async function eventually(path: string, key: string, until: (body: JsonObject) => boolean): Promise<JsonObject> {
  const deadline = Date.now() + PATIENCE_MS;
  let last: JsonObject = {};
  while (Date.now() < deadline) {
    last = (await call("GET", path, key)).body;
    if (until(last)) return last;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${path} did not become what was expected: ${JSON.stringify(last).slice(0, 2000)}`);
}

export const status =
  (...wanted: string[]) =>
  (run: JsonObject): boolean =>
    wanted.includes(String(run["status"]));

/** A key of an org, made by the platform admin. */
export async function makeKey(org: string, user: string, roles: string[], more: JsonObject = {}): Promise<string> {
  const made = await call("POST", "/v1/api-keys", ADMIN, { org, user, roles, ...more }, { "bulkhead-org": org });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return String(made.body["key"]);
}
