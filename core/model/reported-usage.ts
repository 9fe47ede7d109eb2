/**
 * What an upstream says that a call used, in the dialects that servers of OpenAI's format speak, read with distrust: tokens are
 * counted too high rather than too low. Pure; knows no price.
 */
import { isObject, type Json, type JsonObject } from "../json.ts";
import type { TokenUsage } from "./message.ts";

/** `absent`: nothing was said. `implausible`: what was said cannot be true. */
export type ReportedUsage = { readonly kind: "reported"; readonly tokens: TokenUsage } | { readonly kind: "absent" | "implausible" };

/** `ceiling`: more tokens than this, in or out, cannot have been used (the model's window). */
export function readUsage(usage: Json | undefined, ceiling: number): ReportedUsage {
  if (!isObject(usage)) return { kind: "absent" };
  const read = told(usage["prompt_tokens"]) ?? ownInput(usage);
  const total = told(usage["total_tokens"]);
  const rest = isNumber(total) && isNumber(read) && total > read ? total - read : null;
  const written = told(usage["completion_tokens"]) ?? told(usage["output_tokens"]) ?? rest;
  if (read === null || written === null) return { kind: "absent" };
  const cached = highest(cachedIn(usage));
  const thought = highest(reasoningIn(usage));
  if (![read, written, cached ?? 0, thought ?? 0].every((count) => isCount(count, ceiling))) return { kind: "implausible" };
  const [input, parts] = [Number(read), Number(written)];
  // What the total says beyond the parts was written, too: the tokens of reasoning that some servers tell beside the others.
  const summed = isNumber(total) ? Math.max(parts, total - input) : parts;
  const output = Number(thought ?? 0) > summed ? summed + Number(thought) : summed;
  const cachedInput = Number(cached ?? 0);
  // Every request has a prompt; a server that says none was read counts something else.
  if (input === 0 || cachedInput > input || !isCount(output, ceiling)) return { kind: "implausible" };
  return { kind: "reported", tokens: { input, output, cachedInput, ...(thought === null ? {} : { reasoning: Number(thought) }) } };
}

/** `input_tokens`: Anthropic's servers tell the cached tokens beside it, others (with details) within it. */
function ownInput(usage: JsonObject): Json {
  const own = told(usage["input_tokens"]);
  const beside = [usage["cache_read_input_tokens"], usage["cache_creation_input_tokens"]].map((count) => told(count) ?? 0);
  if (!isNumber(own) || isObject(usage["input_tokens_details"]) || !beside.every(isNumber)) return own;
  return beside.reduce((sum, count) => sum + count, own);
}

/** The places where servers tell how much of the prompt came from their cache. */
const cachedIn = (usage: JsonObject): (Json | undefined)[] => [
  inside(usage["prompt_tokens_details"], "cached_tokens"),
  inside(usage["input_tokens_details"], "cached_tokens"),
  usage["prompt_cache_hit_tokens"],
  usage["cached_tokens"],
  usage["cache_read_input_tokens"],
];

/** The places where servers tell how much of the answer was reasoning. */
const reasoningIn = (usage: JsonObject): (Json | undefined)[] => [
  inside(usage["completion_tokens_details"], "reasoning_tokens"),
  inside(usage["output_tokens_details"], "reasoning_tokens"),
  usage["reasoning_tokens"],
];

/** The highest of the counts that are told; what is no number stands as it is, for the check to refuse; null: none is told. */
function highest(counts: readonly (Json | undefined)[]): Json {
  const said = counts.flatMap((count) => (told(count) === null ? [] : [told(count)]));
  const strange = said.find((count) => !isNumber(count));
  return strange ?? said.reduce((most, count) => (most === null || Number(count) > Number(most) ? count : most), null);
}

const inside = (details: Json | undefined, name: string): Json | undefined =>
  isObject(details ?? null) ? (details as JsonObject)[name] : undefined;
const told = (value: Json | undefined): Json => value ?? null;
const isNumber = (value: Json): value is number => typeof value === "number" && Number.isFinite(value);
const isCount = (value: Json, ceiling: number): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= ceiling;
