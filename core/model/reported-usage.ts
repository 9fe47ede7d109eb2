/**
 * What an upstream says that a call used, in the dialects that servers of OpenAI's format speak, read with distrust: tokens are
 * counted too high rather than too low. A detail that cannot be true is left aside, and what else can be read counts. Pure; knows no
 * price.
 */
import { isObject, type Json, type JsonObject } from "../json.ts";
import type { TokenUsage } from "./message.ts";

/** What could be read where the number of tokens read or written is missing or cannot be true; null: could not be read. */
export type PartialUsage = {
  readonly input: number | null;
  readonly output: number | null;
  /** Read and written together. */
  readonly total: number | null;
  readonly cachedInput: number;
};

/**
 * `reported`: read and written are told; `isOdd`: something beside them cannot be true and was left aside. `partial`: one of the two is
 * missing or cannot be true. `absent`: nothing was said.
 */
export type ReportedUsage =
  | { readonly kind: "reported"; readonly tokens: TokenUsage; readonly isOdd?: true }
  | ({ readonly kind: "partial" } & PartialUsage)
  | { readonly kind: "absent" };

/** A count that was told; `count` null: nobody told it, or it cannot be true (`isOdd`). */
type Told = { readonly count: number | null; readonly isOdd: boolean };

/** `ceiling`: more tokens than this, in or out, cannot have been used (the model's window). */
export function readUsage(usage: Json | undefined, ceiling: number): ReportedUsage {
  if (!isObject(usage)) return { kind: "absent" };
  const read = inputIn(usage, ceiling);
  const written = highest([usage["completion_tokens"] ?? usage["output_tokens"]], ceiling);
  const total = highest([usage["total_tokens"]], 2 * ceiling);
  const cached = highest(cachedIn(usage), ceiling);
  const thought = highest(reasoningIn(usage), ceiling);
  const all = [read, written, total, cached, thought];
  if (all.every(({ count, isOdd }) => count === null && !isOdd)) return { kind: "absent" };
  const input = read.count ?? difference(total.count, written.count);
  const parts = input === null ? null : inputWith(input, cached.count ?? 0, ceiling);
  // What the total says beyond the parts was written, too: the tokens of reasoning that some servers tell beside the others.
  const rest = parts === null ? null : difference(total.count, parts.input);
  const isBeyond = rest !== null && rest > ceiling;
  const output = withThought(rest === null || isBeyond ? written.count : Math.max(written.count ?? 0, rest), thought.count, ceiling);
  if (parts === null || output === null)
    return {
      kind: "partial",
      input: parts?.input ?? null,
      output,
      total: total.count !== null && total.count <= ceiling ? total.count : null,
      cachedInput: parts?.cachedInput ?? 0,
    };
  const tokens = { input: parts.input, output, cachedInput: parts.cachedInput };
  const isOdd = isBeyond || parts.isOdd || all.some((one) => one.isOdd);
  return {
    kind: "reported",
    tokens: { ...tokens, ...(thought.count === null ? {} : { reasoning: thought.count }) },
    ...(isOdd ? { isOdd } : {}),
  };
}

/** What several pieces of a stream say together. The last one that tells both counts stands; one that tells less takes nothing back. */
export function laterUsage(before: ReportedUsage, told: ReportedUsage): ReportedUsage {
  if (told.kind === "absent") return before;
  if (told.kind === "reported" || before.kind === "absent") return told;
  const known = before.kind === "reported" ? { ...before.tokens, total: null } : before;
  return {
    kind: "partial",
    input: larger(known.input, told.input),
    output: larger(known.output, told.output),
    total: larger(known.total, told.total),
    cachedInput: Math.max(known.cachedInput, told.cachedInput),
  };
}

/**
 * The tokens read, with those from the cache among them. More cached than read: the server tells them beside the others. Where no window
 * holds that, the cache is left aside.
 */
function inputWith(input: number, cached: number, ceiling: number): { input: number; cachedInput: number; isOdd: boolean } {
  if (cached <= input) return { input, cachedInput: cached, isOdd: false };
  return input + cached <= ceiling ? { input: input + cached, cachedInput: cached, isOdd: true } : { input, cachedInput: 0, isOdd: true };
}

/** Tokens of reasoning that the answer cannot hold were written beside it. */
function withThought(output: number | null, thought: number | null, ceiling: number): number | null {
  if (thought === null || (output !== null && thought <= output)) return output;
  return Math.min(ceiling, (output ?? 0) + thought);
}

/** Every request has a prompt; a server that says none was read counts something else. */
function inputIn(usage: JsonObject, ceiling: number): Told {
  const { prompt_tokens: prompt } = usage;
  const told = prompt === undefined || prompt === null ? ownInput(usage, ceiling) : highest([prompt], ceiling);
  return told.count === 0 ? { count: null, isOdd: true } : told;
}

/** `input_tokens`: Anthropic's servers tell the cached tokens beside it, others (with details) within it. */
function ownInput(usage: JsonObject, ceiling: number): Told {
  const own = highest([usage["input_tokens"]], ceiling);
  if (own.count === null || isObject(usage["input_tokens_details"])) return own;
  const beside = [usage["cache_read_input_tokens"], usage["cache_creation_input_tokens"]].map((count) => highest([count], ceiling));
  const count = beside.reduce((sum, one) => sum + (one.count ?? 0), own.count);
  return { count: count <= ceiling ? count : own.count, isOdd: count > ceiling || beside.some(({ isOdd }) => isOdd) };
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

/** The highest of the counts that are told and can be true. */
function highest(values: readonly (Json | undefined)[], ceiling: number): Told {
  const told = values.filter((value) => value !== undefined && value !== null);
  const counts = told.map((value) => countOf(value, ceiling));
  const believed = counts.filter((count) => count !== null);
  return { count: believed.length === 0 ? null : Math.max(...believed), isOdd: believed.length < counts.length };
}

/** A number of tokens, also where it came as text; null: no such number. */
function countOf(value: Json, ceiling: number): number | null {
  const number = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && number >= 0 && number <= ceiling ? Math.ceil(number) : null;
}

/** How far the first count is above the second; null: not at all, or nobody knows. */
const difference = (a: number | null, b: number | null): number | null => (a !== null && b !== null && a > b ? a - b : null);
const larger = (a: number | null, b: number | null): number | null => (a === null || b === null ? (a ?? b) : Math.max(a, b));

const inside = (details: Json | undefined, name: string): Json | undefined =>
  isObject(details ?? null) ? (details as JsonObject)[name] : undefined;
