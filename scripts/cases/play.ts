/** Plays a case against a platform over HTTP, and says what came back in the shape that the case's paths look into. */
import { at, type Case } from "./case.ts";
import type { Upstream } from "./upstream.ts";

export type Api = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<{ readonly status: number; readonly data: unknown; readonly text: string; readonly headers: Headers }>;

export const apiOf =
  (base: string, key: string): Api =>
  async (method, path, body, headers = {}) => {
    const response = await fetch(base + path, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, data: parsed(text), text, headers: response.headers };
  };

/** The two models that cases name, and the ones that a case's request names beside them. */
export async function registerModels(api: Api, named: readonly string[]): Promise<void> {
  const price = { input: 2, output: 10, cached_input: 0.2 };
  const usual = ["a", "b"].map((name) => ({ id: `acme/${name}-2026-01-01`, upstream_id: name, tasks: ["write", "embed"] }));
  const others = named.map((id) => ({ id, upstream_id: id.split("/").slice(1).join("/"), tasks: ["chat"] }));
  for (const { id, ...entry } of [...usual, ...others]) {
    await api("PUT", `/v1/models/${id}`, { ...entry, price, context: 128_000, pii: "redacted" });
  }
  await api("PUT", "/v1/routes/write", { models: usual.map(({ id }) => ({ id })), strategy: "fallback" });
}

/** `number`: makes the names that a case registers its own. */
export async function play(given: Case, number: number, api: Api, upstream: Upstream): Promise<unknown> {
  upstream.follow(given.upstream ?? []);
  if (given.kind === "guard") return guard(given, api);
  if (given.kind === "run") return run(given, number, api, upstream);
  const answers = [];
  for (let time = 0; time < (given.times ?? 1); time++) {
    const { status, data, text, headers } = await api(
      "POST",
      given.kind === "embed" ? "/v1/embeddings" : "/v1/chat/completions",
      given.request,
    );
    answers.push({
      status,
      data,
      raw: text,
      cost: headers.get("bulkhead-cost-usd"),
      model: headers.get("bulkhead-model"),
      retry_after: headers.get("retry-after"),
      ...(data === undefined ? { stream: streamOf(text) } : {}),
    });
  }
  const ids = answers.map(({ data }) => at(data, "choices.0.message.tool_calls.0.id"));
  return {
    ...answers.at(-1),
    first: answers[0],
    calls: upstream.seen().length,
    sent: upstream.seen()[0],
    ids_differ: new Set(ids).size === ids.length,
  };
}

async function guard(given: Case, api: Api): Promise<unknown> {
  const { data } = await api("POST", "/v1/guardrails/check", { texts: given.texts, channel: given.channel ?? "user" });
  type Checked = { readonly verdict: string; readonly findings: readonly { readonly type: string }[]; readonly redacted: string };
  const results = (at(data, "results") ?? []) as readonly Checked[];
  const types = results.map(({ findings }) => [...new Set(findings.map(({ type }) => type))].join());
  return {
    verdicts: results.map(({ verdict }) => verdict),
    types,
    redacted: results.map(({ redacted }) => redacted),
    blocked: results.filter(({ verdict }) => verdict === "block").length,
    missed: types.filter((type) => type === "").length,
    found: types.filter((type) => type !== "").length,
  };
}

async function run(given: Case, number: number, api: Api, upstream: Upstream): Promise<unknown> {
  const limits = { usd: 1, tokens: 100_000, seconds: 60, steps: 50 };
  const name = `case-${Date.now().toString(36)}-${number}`;
  const definition = { name, input: { type: "object" }, output: { cel: "steps.a.output" }, limits, ...given.workflow };
  const registered = await api("POST", "/v1/workflows", definition);
  const { status, data, text } = await api(
    "POST",
    "/v1/runs",
    { workflow: at(registered.data, "name"), input: given.input ?? {} },
    { prefer: "wait=25" },
  );
  return { http: status, run: data, raw: text, calls: upstream.seen().length };
}

type StreamRead = { text: string; finish: string | null; done: boolean; calls: unknown[]; error?: unknown };

function streamOf(body: string): StreamRead {
  const read: StreamRead = { text: "", finish: null, done: body.includes("data: [DONE]"), calls: [] };
  for (const [, json] of body.matchAll(/^data: (\{.*\})$/gm)) {
    const event = parsed(json ?? "");
    if (at(event, "error") !== undefined) read.error = at(event, "error");
    read.text += (at(event, "choices.0.delta.content") as string | null | undefined) ?? "";
    read.calls.push(...((at(event, "choices.0.delta.tool_calls") as unknown[] | undefined) ?? []));
    read.finish = (at(event, "choices.0.finish_reason") as string | null | undefined) ?? read.finish;
  }
  return read;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
