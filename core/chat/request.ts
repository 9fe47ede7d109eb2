/**
 * A request for a chat completion, as OpenAI's clients send it → what this platform does with it, or all that is wrong with it.
 * Total for any JSON. What cannot be governed (images, sound, several choices) is refused by name, never dropped in silence.
 */
import type { FieldError } from "../errors/problem.ts";
import type { Json, JsonObject } from "../json.ts";
import { err, ok, type Result } from "../result.ts";
import type { CacheUse, ModelWishes } from "../workflow/definition.ts";
import { Errors, Form } from "../workflow/form.ts";
import { MODEL_ID, TASK_NAME } from "../workflow/names.ts";
import { type ResponseFormat, readFormat } from "./format.ts";
import { type ChatMessage, readMessages } from "./messages.ts";
import { type OfficialFields, readOfficialFields } from "./official-fields.ts";
import { type ChatTool, readToolChoice, readTools, type ToolChoice } from "./tools.ts";

/** docs/contract.md, "Workflows": always sent. */
const DEFAULT_MAX_TOKENS = 2_048;
const MOST_TOKENS = 10_000_000;
const MOST_STOPS = 4;
const COMPLEXITIES = ["simple", "ordinary", "hard"] as const;
const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh"] as const;

/** Which models may answer: one, or those of a task. Neither: the name has no form that a model has. */
export type ModelWish = { readonly model: string | null; readonly task: string | null };

/** What the caller asks of the route: the additive field `bulkhead`. */
export type ChatWishes = {
  readonly model: ModelWishes;
  readonly cache: CacheUse;
};

/** A valid chat request. Texts are as the caller sent them, before the guardrails. */
export type ChatRequest = {
  readonly wish: ModelWish;
  readonly messages: readonly ChatMessage[];
  /** Most tokens of the answer, and the name that the caller has for it: models that reason take the newer one only. */
  readonly limit: { readonly tokens: number; readonly field: "max_tokens" | "max_completion_tokens"; readonly isDefault: boolean };
  /** null: nobody asked for one, and none is sent. */
  readonly temperature: number | null;
  readonly tools: readonly ChatTool[];
  readonly toolChoice: ToolChoice | null;
  readonly format: ResponseFormat;
  readonly stop: readonly string[];
  /** Numbers and words that go to the model as they came; absent ones are absent. */
  readonly settings: JsonObject;
  /** Fields of the format that a model may or may not take. */
  readonly official: OfficialFields;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly wishes: ChatWishes;
};

/** The request, or everything that is wrong with it. Total for any JSON object; linear in its size. */
export function readChatRequest(raw: JsonObject): Result<ChatRequest, readonly FieldError[]> {
  const errors = new Errors();
  const form = new Form(withoutNulls(raw), "", errors, "the request");
  const offered = readTools(form);
  const { tools, choice } = readToolChoice(form, offered);
  const ignored = new Set<string>();
  const request: ChatRequest = {
    wish: readWish(form),
    messages: readMessages(form, ignored),
    limit: readLimit(form),
    temperature: form.numberOrNull("temperature", { min: 0, max: 2 }),
    tools,
    toolChoice: choice,
    format: readFormat(form),
    stop: readStop(form),
    settings: readSettings(form, tools.length > 0),
    official: { passable: readOfficialFields(form, ignored), ignored: [...ignored] },
    stream: form.boolean("stream", false),
    includeUsage: readIncludeUsage(form),
    wishes: readWishes(form),
  };
  refuseUngoverned(form);
  form.close();
  return errors.list.length > 0 ? err(errors.list) : ok(request);
}

/** A client's `null` says "nothing" as much as an absent field does. */
export const withoutNulls = (raw: JsonObject): JsonObject => Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== null));

/** `{provider}/{name}`, or `task:{name}`. */
export function readWish(form: Form): ModelWish {
  const name = form.text("model", { min: 1, max: 256 });
  if (name.startsWith("task:")) return { model: null, task: TASK_NAME.test(name.slice(5)) ? name.slice(5) : null };
  return { model: MODEL_ID.test(name) ? name : null, task: null };
}

function readLimit(form: Form): ChatRequest["limit"] {
  const rule = { min: 1, max: MOST_TOKENS, whole: true };
  const older = form.numberOrNull("max_tokens", rule);
  const newer = form.numberOrNull("max_completion_tokens", rule);
  if (older !== null && newer !== null && older !== newer) form.refuse("max_tokens", "`max_tokens` and `max_completion_tokens` differ");
  const field = older === null && newer !== null ? "max_completion_tokens" : "max_tokens";
  return { tokens: newer ?? older ?? DEFAULT_MAX_TOKENS, field, isDefault: (newer ?? older) === null };
}

function readStop(form: Form): readonly string[] {
  const value = form.json("stop");
  if (value === undefined) return [];
  const list = Array.isArray(value) ? value : [value];
  const fits = list.length <= MOST_STOPS && list.every((item) => typeof item === "string" && item.length > 0 && item.length <= 256);
  if (!fits) form.refuse("stop", `\`stop\` is a text of 1 to 256 characters, or a list of at most ${MOST_STOPS}`);
  return fits ? (list as string[]) : [];
}

function readSettings(form: Form, hasTools: boolean): JsonObject {
  const settings: JsonObject = {};
  const put = (name: string, value: Json): void => {
    if (value !== null) settings[name] = value;
  };
  put("top_p", form.numberOrNull("top_p", { min: 0, max: 1 }));
  put("seed", form.numberOrNull("seed", { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER, whole: true }));
  put("presence_penalty", form.numberOrNull("presence_penalty", { min: -2, max: 2 }));
  put("frequency_penalty", form.numberOrNull("frequency_penalty", { min: -2, max: 2 }));
  if (form.json("reasoning_effort") !== undefined) put("reasoning_effort", form.choice("reasoning_effort", EFFORTS, "medium"));
  if (form.json("parallel_tool_calls") !== undefined) {
    const parallel = form.boolean("parallel_tool_calls", true);
    if (hasTools) put("parallel_tool_calls", parallel);
  }
  return settings;
}

function readIncludeUsage(form: Form): boolean {
  const options = form.form("stream_options");
  if (options === null) return false;
  if (form.json("stream") !== true) form.refuse("stream_options", "`stream_options` goes with `stream: true`");
  const wanted = options.boolean("include_usage", false);
  // OpenAI pads its chunks against an observer of lengths; ours are what the guard lets through.
  options.boolean("include_obfuscation", false);
  options.close();
  return wanted;
}

function readWishes(form: Form): ChatWishes {
  const wishes = form.form("bulkhead");
  if (wishes === null) return { model: {}, cache: "none" };
  const latency = wishes.numberOrNull("max_latency_ms", { min: 1, max: 3_600_000 });
  const quality = wishes.numberOrNull("min_quality", { min: 0, max: 1_000 });
  const model: ModelWishes = {
    ...((wishes.json("complexity") ?? null) === null ? {} : { complexity: wishes.choice("complexity", COMPLEXITIES) }),
    ...(latency === null ? {} : { max_latency_ms: latency }),
    ...(quality === null ? {} : { min_quality: quality }),
  };
  const cache = wishes.choice("cache", ["none", "exact", "semantic"] as const, "none");
  wishes.close();
  return { model, cache };
}

/** Fields that ask for what is not given: only their harmless values are taken. */
function refuseUngoverned(form: Form): void {
  const only = (name: string, harmless: (value: Json) => boolean, why: string): void => {
    const value = form.json(name);
    if (value !== undefined && !harmless(value)) form.refuse(name, `\`${name}\` ${why}`);
  };
  only("n", (value) => value === 1, "can only be 1");
  only("logprobs", (value) => value === false, "cannot be had: an answer is guarded text");
  only("top_logprobs", (value) => value === 0, "cannot be had: an answer is guarded text");
  only("modalities", (value) => Array.isArray(value) && value.length === 1 && value[0] === "text", 'can only be `["text"]`');
}
