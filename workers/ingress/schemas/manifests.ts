/**
 * Bodies that core checks itself (definitions, manifests, chats): here they are described for the OpenAPI document. Nothing is parsed by
 * these shapes: what is accepted is what `core/` accepts, with its own messages.
 */
import { z } from "@hono/zod-openapi";
import { PASSABLE } from "../../../core/chat/official-fields.ts";
import { PERSONAL_DATA_TYPES } from "../../../core/guardrail/finding.ts";
import { isObject, type JsonObject } from "../../../core/json.ts";
import { STRATEGIES } from "../../../core/model/task-route.ts";
import { RECALLED, type RegisteredKind } from "../../../core/tool/manifest.ts";

import { GUARDRAILS, STEP_GUARDRAILS } from "./guardrail-shapes.ts";

type Shape = JsonObject;

const text = (description: string): Shape => ({ type: "string", description });
const TEXT: Shape = { type: "string" };
const WHOLE: Shape = { type: "integer" };
const NUMBER: Shape = { type: "number" };
const YES_OR_NO: Shape = { type: "boolean" };
const listOf = (items: Shape): Shape => ({ type: "array", items });
const mapOf = (additionalProperties: Shape): Shape => ({ type: "object", additionalProperties });
const oneOf = (...values: string[]): Shape => ({ type: "string", enum: values });
const objectOf = (properties: { readonly [name: string]: Shape }, required: readonly string[] = []): Shape => ({
  type: "object",
  properties,
  ...(required.length > 0 ? { required: [...required] } : {}),
});

const CARD: Shape = {
  ...objectOf({ purpose: TEXT, limitations: TEXT, evaluation: TEXT, contact: TEXT, url: TEXT }, ["purpose"]),
  description: "what people should know of it",
};
const RISK_ASSESSMENT: Shape = {
  ...objectOf({ level: oneOf("minimal", "limited", "high"), summary: TEXT, measures: TEXT, assessed_by: TEXT, assessed_on: TEXT }, [
    "level",
    "summary",
    "assessed_by",
    "assessed_on",
  ]),
  description: "who judged its risk, and on which day",
};
const SCHEMA: Shape = { description: "JSON Schema 2020-12", anyOf: [{ type: "object", additionalProperties: true }, { type: "boolean" }] };
const TEMPLATE: Shape = { description: 'any JSON value, in which `{"cel": "…"}` at any depth is an expression' };
const CEL = objectOf({ cel: TEXT }, ["cel"]);
const RETRY = objectOf({ attempts: WHOLE, initial_ms: WHOLE, max_ms: WHOLE, factor: NUMBER });
const WISHES = { complexity: oneOf("simple", "ordinary", "hard"), max_latency_ms: WHOLE, min_quality: NUMBER };
const CHOICE = {
  description: "either `id` or `task`",
  ...objectOf({ id: TEXT, task: TEXT, max_tokens: WHOLE, temperature: NUMBER, fallback: listOf(TEXT), ...WISHES }),
};
const PROMPT = objectOf({ template: TEXT, slots: mapOf(TEMPLATE), types: mapOf(oneOf("text", "number", "boolean", "list", "object")) }, [
  "template",
]);
const ASKING = {
  model: CHOICE,
  prompt: PROMPT,
  output: SCHEMA,
  budget: objectOf({ usd: NUMBER, tokens: WHOLE }),
  guardrails: STEP_GUARDRAILS,
  retry: RETRY,
  timeout_ms: WHOLE,
};
const COMPENSATE = objectOf({ tool: TEXT, input: TEMPLATE, retry: RETRY, timeout_ms: WHOLE }, ["tool"]);

/** A step of one kind: what every step may say, and what this kind says. */
const ERROR_RULES = [objectOf({ value: TEMPLATE, when: CEL }, ["value"]), objectOf({ step: TEXT, when: CEL }, ["step"])];

const step = (kind: string, fields: { readonly [name: string]: Shape }, required: readonly string[]): Shape =>
  objectOf(
    {
      kind: oneOf(kind),
      needs: listOf(TEXT),
      when: CEL,
      on_error: { anyOf: [...ERROR_RULES, { type: "array", items: { anyOf: ERROR_RULES }, minItems: 1, maxItems: 20 }] },
      ...fields,
    },
    ["kind", ...required],
  );

const STEP: Shape = {
  anyOf: [
    step("model", { ...ASKING, cache: oneOf("none", "exact", "semantic"), async: YES_OR_NO }, ["model", "prompt"]),
    step("agent", { ...ASKING, tools: listOf(TEXT), max_iterations: WHOLE }, ["model", "prompt"]),
    step("tool", { tool: TEXT, input: TEMPLATE, async: YES_OR_NO, retry: RETRY, timeout_ms: WHOLE, compensate: COMPENSATE }, ["tool"]),
    step("review", { severity: oneOf("critical", "high", "medium"), proposal: TEMPLATE }, ["proposal"]),
    step("wait", { seconds: TEMPLATE, until: TEMPLATE, signal: TEXT, timeout_ms: WHOLE }, []),
    step("map", { over: TEMPLATE, concurrency: WHOLE, step: { type: "object", description: "a step without `needs` and `when`" } }, [
      "over",
      "step",
    ]),
    step("run", { workflow: TEXT, version: WHOLE, input: TEMPLATE }, ["workflow"]),
    step("transform", { value: TEMPLATE }, ["value"]),
  ],
};

const described = (name: string, description: string, properties: { readonly [name: string]: Shape }, required: readonly string[]) =>
  z
    .custom<JsonObject>(isObject, "has to be an object")
    .openapi(name, { ...(objectOf(properties, required) as object), type: "object", description });

/** `POST /v1/workflows`. */
export const DefinitionBody = described(
  "Definition",
  "A workflow",
  {
    name: TEXT,
    description: TEXT,
    owner: text("the user or group that answers for the workflow"),
    card: CARD,
    risk_assessment: RISK_ASSESSMENT,
    instructions: text("a system message of the developer's, above everything that a user or a tool says"),
    input: SCHEMA,
    output: TEMPLATE,
    limits: objectOf({ usd: NUMBER, tokens: WHOLE, seconds: NUMBER, steps: WHOLE, confirm_over_usd: { type: ["number", "null"] } }),
    tools: { ...listOf(TEXT), description: "names of the tools that may be called; by default none" },
    on_failure: oneOf("compensate", "park"),
    on_budget: objectOf({ value: TEMPLATE }, ["value"]),
    guardrails: GUARDRAILS,
    slo: objectOf({ success: NUMBER, p95_ms: { type: ["number", "null"] } }, ["success"]),
    memory: {
      ...objectOf({ recall: oneOf("off", "auto"), remember: oneOf("off", "summary", "facts"), max_tokens: WHOLE }),
      description: "what its runs recall of their person before the first model call, and remember at their end",
    },
    session: { ...objectOf({ user: TEMPLATE, assistant: TEMPLATE }), description: "what of a run is said in its session" },
    knowledge: { ...listOf(TEXT), description: "collections that `knowledge.search` may search in its runs" },
    steps: { ...mapOf(STEP), description: "by id" },
  },
  ["name", "input", "output", "steps"],
);

/** The fields that only tools of one kind have. */
const TOOL_BINDINGS: { readonly [K in RegisteredKind]: Shape } = {
  workflow: objectOf({ name: text("the workflow whose run a call is, as a child run") }, ["name"]),
  http: objectOf(
    {
      url: text("`{field}` in its path takes a field of the input"),
      method: oneOf("GET", "POST", "PUT", "PATCH", "DELETE"),
      headers: mapOf(TEXT),
      secret: text("name of a secret that is sent as this tool's credential"),
      query: { ...listOf(TEXT), description: "input fields that go into the query whatever the method; the body then has the rest" },
    },
    ["url"],
  ),
  mcp: objectOf(
    {
      url: text("the endpoint of an MCP server (streamable HTTP)"),
      tool: text("the tool's name at that server"),
      secret: text("name of a secret that is sent as this tool's credential"),
    },
    ["url", "tool"],
  ),
  container: objectOf({ language: oneOf("python"), code: text("the program; docs/tools.md says how it gets its input") }, [
    "language",
    "code",
  ]),
  isolate: objectOf(
    {
      code: text("an ES module that imports nothing: `export default async (input, ctx) => output`"),
      secrets: { ...mapOf(TEXT), description: "host of `egress` → name of the secret that is put into requests to it" },
    },
    ["code"],
  ),
};

/** `PUT /v1/tools/{name}`. */
export const ToolBody = described(
  "ToolManifest",
  "A tool",
  {
    description: TEXT,
    effect: oneOf("none", "read", "write"),
    kind: oneOf(...Object.keys(TOOL_BINDINGS)),
    ...TOOL_BINDINGS,
    input: SCHEMA,
    output: SCHEMA,
    timeout_ms: WHOLE,
    idempotency: { anyOf: [oneOf("key", "none"), objectOf({ lookup: text("name of a read tool") }, ["lookup"])] },
    compensate: {
      ...objectOf({ tool: TEXT, input: TEMPLATE }, ["tool"]),
      description: "the call that undoes a call of this tool; expressions can read that call's `input` and `output`",
    },
    scopes: listOf(TEXT),
    approval: oneOf("never", "always", "policy"),
    guarded: listOf(text("JSON Pointer of an input field")),
    personal_data: {
      ...mapOf(listOf(oneOf(...PERSONAL_DATA_TYPES, RECALLED))),
      description:
        "JSON Pointer of an input field → kinds of personal data that are restored in it; with `recalled` also those of earlier runs, with `recalled` alone these alone, of any kind",
    },
    sensitivity: oneOf("public", "internal", "confidential", "restricted"),
    cache_ms: WHOLE,
    max_age_ms: WHOLE,
    rate: objectOf({ per_minute: WHOLE }, ["per_minute"]),
    breaker: objectOf({ failures: WHOLE, window_ms: WHOLE, open_ms: WHOLE, successes: WHOLE }),
    fallback: text("name of a tool with the same output, called when this one fails and did nothing"),
    errors: listOf(objectOf({ error: TEXT, message: TEXT }, ["error", "message"])),
    price: {
      ...objectOf({ per_call_usd: NUMBER, output_pointer: text("JSON Pointer of the output field with what the call cost") }, [
        "per_call_usd",
      ]),
      description: "dollars; without `output_pointer` every call costs `per_call_usd`, with it that is the most a call can cost",
    },
    accepts: oneOf("public", "internal", "confidential", "restricted"),
    egress: listOf(text("host that the tool's own code may call")),
    fresh: YES_OR_NO,
    allow: objectOf({ roles: listOf(TEXT) }, ["roles"]),
  },
  ["effect", "kind", "input", "output"],
);

/** `PUT /v1/models/{provider}/{name}`. */
export const ModelBody = described(
  "ModelManifest",
  "A pinned model",
  {
    base_url: text("only the platform's admins set it"),
    secret: text("name of the secret that holds the upstream's key"),
    upstream_id: TEXT,
    price: {
      ...objectOf({ input: NUMBER, output: NUMBER, cached_input: NUMBER }, ["input", "output"]),
      description: "dollars per million tokens",
    },
    context: { type: "integer", description: "tokens of the input and the answer together" },
    tasks: listOf(TEXT),
    pii: oneOf("never", "redacted", "allowed"),
    latency_ms: NUMBER,
    quality: NUMBER,
    pinned: YES_OR_NO,
    accepts: oneOf("public", "internal", "confidential", "restricted"),
    region: text("where it runs, as in `eu`"),
    retention: { anyOf: [oneOf("none"), WHOLE], description: "how long its provider keeps what it was sent, in days" },
    trains: YES_OR_NO,
    card: CARD,
    risk_assessment: RISK_ASSESSMENT,
    parameters: {
      ...objectOf({
        passes: listOf(oneOf(...PASSABLE)),
        output_limit: oneOf("max_tokens", "max_completion_tokens"),
        temperature: YES_OR_NO,
        json_schema: oneOf("strict", "plain", "none"),
        parallel_tool_calls: YES_OR_NO,
      }),
      description: "parameters that the upstream accepts; `passes`: chat fields that are passed on unchanged",
    },
  },
  ["upstream_id", "price", "context", "tasks", "pii"],
);

/** `PUT /v1/routes/{task}`. */
export const ModelRouteBody = described(
  "ModelRouteManifest",
  "The models of a task",
  { models: listOf(objectOf({ id: TEXT, weight: NUMBER }, ["id"])), strategy: oneOf(...STRATEGIES) },
  ["models", "strategy"],
);

const LIST_OF_OBJECTS = listOf({ type: "object", additionalProperties: true });

/** `POST /v1/chat/completions`. */
export const ChatBody = described(
  "ChatRequest",
  "OpenAI's request. `model` is a model's id, or `task:` and a task; `bulkhead` says what is wished of the route.",
  {
    model: TEXT,
    messages: LIST_OF_OBJECTS,
    stream: YES_OR_NO,
    stream_options: objectOf({ include_usage: YES_OR_NO }),
    max_tokens: WHOLE,
    max_completion_tokens: WHOLE,
    temperature: NUMBER,
    top_p: NUMBER,
    stop: { anyOf: [TEXT, listOf(TEXT)] },
    seed: WHOLE,
    tools: LIST_OF_OBJECTS,
    tool_choice: { anyOf: [TEXT, { type: "object", additionalProperties: true }] },
    response_format: { type: "object", additionalProperties: true },
    parallel_tool_calls: YES_OR_NO,
    reasoning_effort: TEXT,
    presence_penalty: NUMBER,
    frequency_penalty: NUMBER,
    cache_control: { type: "object", additionalProperties: true },
    logit_bias: mapOf(NUMBER),
    metadata: mapOf(TEXT),
    prediction: { type: "object", additionalProperties: true },
    prompt_cache_key: TEXT,
    prompt_cache_retention: TEXT,
    safety_identifier: TEXT,
    service_tier: TEXT,
    store: YES_OR_NO,
    user: TEXT,
    verbosity: oneOf("low", "medium", "high"),
    bulkhead: objectOf({ ...WISHES, cache: oneOf("none", "exact", "semantic") }),
  },
  ["model", "messages"],
);

/** `POST /v1/embeddings`. */
export const EmbeddingBody = described(
  "EmbeddingRequest",
  "OpenAI's request. `model` is a model's id, or `task:embed`.",
  { model: TEXT, input: { anyOf: [TEXT, listOf(TEXT)] }, encoding_format: oneOf("float", "base64"), dimensions: WHOLE, user: TEXT },
  ["model", "input"],
);
