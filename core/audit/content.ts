/**
 * What a call or a run said, bound to its audit entry: the entry has the digest, and the redacted text lies beside the audit log
 * (docs/audit.md, "What an entry binds"). Knows what is hashed and how texts are written down; free of where they lie.
 */
import { canonicalJson } from "../canonical-json.ts";
import { isObject, type Json, type JsonObject, own, wellFormed } from "../json.ts";
import type { Sha256Hex } from "./entry.ts";

/** The text that a digest covers: RFC 8785 canonical JSON. A lone surrogate, which has no canonical form, counts as U+FFFD. */
function contentText(value: Json): string {
  try {
    return canonicalJson(value);
  } catch {
    return canonicalJson(wellFormed(value));
  }
}

/** SHA-256 of the canonical JSON of a value, lower-case hex. */
export const contentDigest = (value: Json, sha256: Sha256Hex): string => sha256(contentText(value));

/**
 * The digests that an entry of each type MUST have in its `data`: lower-case hex, or null where the call brought nothing or the run ended
 * without an output. An entry of an earlier version has none.
 */
export const BOUND: { readonly [eventType: string]: readonly string[] } = {
  "run.created": ["input_sha256"],
  "run.completed": ["output_sha256"],
  "run.failed": ["output_sha256"],
  "run.cancelled": ["output_sha256"],
  "run.dead_lettered": ["output_sha256"],
  "child.called": ["input_sha256"],
  "child.ended": ["output_sha256"],
  "model.calling": ["prompt_sha256"],
  "model.called": ["answer_sha256"],
  "tool.called": ["input_sha256"],
  "tool.answered": ["output_sha256"],
  "tool.looking_up": ["write_input_sha256"],
  "tool.looked_up": ["output_sha256"],
};

/** The names in `data` that are digests of content. */
export const DIGESTS = ["input_sha256", "output_sha256", "prompt_sha256", "answer_sha256", "write_input_sha256"] as const;

/** Fields that `BOUND` asks of an entry and that it lacks, or has in no form of a digest. */
export function unboundFields({ event_type: type, data }: { readonly event_type: string; readonly data: Json }): string[] {
  const found = isObject(data) ? data : {};
  const isDigest = (value: Json | undefined): boolean => value === null || (typeof value === "string" && /^[0-9a-f]{64}$/.test(value));
  return (own(BOUND, type) ?? []).filter((name) => !isDigest(found[name]));
}

/** What a model is asked. `schema` and `tools`: null and empty where the call has none. PERSISTED: digests cover this shape. */
export type PromptContent = { readonly messages: readonly Json[]; readonly schema: Json; readonly tools: readonly Json[] };

/**
 * Texts on their way to where they are kept, each once. PERSISTED: a line of a file of texts is JSON: `{"sha256", "value"}`, or
 * `{"sha256", "prompt": {"messages": [digest …], "schema", "tools": [digest …]}}`, whose parts are lines of their own, since a
 * conversation says again most of what it said before.
 */
export class ContentTexts {
  readonly #sha256: Sha256Hex;
  readonly #lines = new Map<string, string>();

  constructor(sha256: Sha256Hex) {
    this.#sha256 = sha256;
  }

  /** The lines by digest, in the order in which they came. */
  get lines(): ReadonlyMap<string, string> {
    return this.#lines;
  }

  /** Adds a value; answers its digest. */
  add(value: Json): string {
    const text = contentText(value);
    const sha256 = this.#sha256(text);
    this.#lines.set(sha256, `{"sha256":"${sha256}","value":${text}}`);
    return sha256;
  }

  /** Adds what a model is asked; answers the digest of the whole. */
  addPrompt({ messages, schema, tools }: PromptContent): string {
    const parts = { messages: messages.map((one) => this.add(one)), schema, tools: tools.map((one) => this.add(one)) };
    const sha256 = contentDigest({ messages: [...messages], schema, tools: [...tools] }, this.#sha256);
    this.#lines.set(sha256, `{"prompt":${contentText(parts)},"sha256":"${sha256}"}`);
    return sha256;
  }
}

/** The texts of files of lines by their digest. A line that is damaged, or a prompt one of whose parts is missing, is left out. */
export function readContent(files: Iterable<string>, sha256: Sha256Hex): Map<string, Json> {
  const values = new Map<string, Json>();
  const prompts: JsonObject[] = [];
  for (const file of files)
    for (const line of file.split("\n")) {
      const kept = line === "" ? null : parse(line);
      if (!isObject(kept) || typeof kept["sha256"] !== "string") continue;
      if ("value" in kept) values.set(kept["sha256"], kept["value"] ?? null);
      else if (isObject(kept["prompt"] ?? null)) prompts.push(kept);
    }
  for (const [digest, value] of values) if (contentDigest(value, sha256) !== digest) values.delete(digest);
  for (const { sha256: digest, prompt } of prompts) {
    const whole = isObject(prompt ?? null) ? wholePrompt(prompt as JsonObject, values) : null;
    if (typeof digest === "string" && whole !== null && contentDigest(whole, sha256) === digest) values.set(digest, whole);
  }
  return values;
}

function wholePrompt({ messages, schema, tools }: JsonObject, values: ReadonlyMap<string, Json>): Json | null {
  if (!Array.isArray(messages) || !Array.isArray(tools)) return null;
  const parts = [...messages, ...tools].map((one) => (typeof one === "string" ? values.get(one) : undefined));
  if (parts.some((part) => part === undefined)) return null;
  return { messages: parts.slice(0, messages.length) as Json[], schema: schema ?? null, tools: parts.slice(messages.length) as Json[] };
}

function parse(line: string): Json {
  try {
    return JSON.parse(line) as Json;
  } catch {
    return null;
  }
}
