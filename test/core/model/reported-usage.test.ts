/** What upstreams say that a call used, in the dialects of their servers. */
import { expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { laterUsage, type ReportedUsage, readUsage } from "../../../core/model/reported-usage.ts";
import { formatUsage } from "../../../core/model/stream/frame.ts";
import { plusUsage } from "../../../core/model-call/usage.ts";

const WINDOW = 1_000;
const used = (input: number, output: number, cachedInput = 0, reasoning?: number) => ({
  kind: "reported",
  tokens: { input, output, cachedInput, ...(reasoning === undefined ? {} : { reasoning }) },
});
const odd = (...counts: Parameters<typeof used>) => ({ ...used(...counts), isOdd: true });
const partial = (input: number | null, output: number | null, total: number | null = null, cachedInput = 0) => ({
  kind: "partial",
  ...{ input, output, total, cachedInput },
});
const base = { prompt_tokens: 100, completion_tokens: 10 };

it.each<[string, Json, unknown]>([
  ["the parts alone", base, used(100, 10)],
  ["a total that is the sum", { ...base, total_tokens: 110 }, used(100, 10)],
  ["a total below the sum", { ...base, total_tokens: 90 }, used(100, 10)],
  ["a total that says more than the parts", { ...base, total_tokens: 610 }, used(100, 510)],
  [
    "reasoning beside the answer, in the total",
    { ...base, total_tokens: 610, completion_tokens_details: { reasoning_tokens: 500 } },
    used(100, 510, 0, 500),
  ],
  [
    "reasoning beside the answer, without a total",
    { ...base, completion_tokens_details: { reasoning_tokens: 500 } },
    used(100, 510, 0, 500),
  ],
  ["reasoning beside the answer and not in the total", { ...base, total_tokens: 110, reasoning_tokens: 500 }, used(100, 510, 0, 500)],
  ["reasoning within the answer", { ...base, total_tokens: 110, completion_tokens_details: { reasoning_tokens: 4 } }, used(100, 10, 0, 4)],
  ["no answer's count and a total", { prompt_tokens: 100, total_tokens: 130 }, used(100, 30)],
  ["a total that no window holds", { ...base, total_tokens: 5_000 }, odd(100, 10)],
  ["a total that is no number", { ...base, total_tokens: "many" }, odd(100, 10)],
  ["a total that came as text", { ...base, total_tokens: "610" }, used(100, 510)],
  ["a total that is null", { ...base, total_tokens: null, completion_tokens_details: null, prompt_tokens_details: null }, used(100, 10)],
  ["cached tokens as OpenAI tells them", { ...base, prompt_tokens_details: { cached_tokens: 60 } }, used(100, 10, 60)],
  ["cached tokens as DeepSeek tells them", { ...base, prompt_cache_hit_tokens: 60, prompt_cache_miss_tokens: 40 }, used(100, 10, 60)],
  ["cached tokens beside the counts", { ...base, cached_tokens: 60 }, used(100, 10, 60)],
  [
    "a default of 0 beside the real count",
    { ...base, prompt_tokens_details: { cached_tokens: 0 }, prompt_cache_hit_tokens: 60 },
    used(100, 10, 60),
  ],
  [
    "the names of the responses format",
    { input_tokens: 100, output_tokens: 10, input_tokens_details: { cached_tokens: 60 }, output_tokens_details: { reasoning_tokens: 4 } },
    used(100, 10, 60, 4),
  ],
  [
    "the names of the messages format, where cached tokens are told beside the others",
    { input_tokens: 30, output_tokens: 10, cache_read_input_tokens: 60, cache_creation_input_tokens: 10 },
    used(100, 10, 60),
  ],
  ["cached tokens within the prompt under another name", { ...base, cache_read_input_tokens: 60 }, used(100, 10, 60)],
  [
    "more cached than read: told beside the others",
    { ...base, total_tokens: 110, prompt_tokens_details: { cached_tokens: 600 } },
    odd(700, 10, 600),
  ],
  ["the same, in the total as well", { ...base, total_tokens: 760, prompt_tokens_details: { cached_tokens: 600 } }, odd(700, 60, 600)],
  ["more cached than any window holds beside the rest", { ...base, prompt_cache_hit_tokens: 950 }, odd(100, 10)],
  ["cached tokens that came as text", { ...base, cached_tokens: "60" }, used(100, 10, 60)],
  ["cached tokens that are no count", { ...base, cached_tokens: -60 }, odd(100, 10)],
  ["reasoning that is no count", { ...base, completion_tokens_details: { reasoning_tokens: -1 } }, odd(100, 10)],
  ["reasoning beyond what is left of the window", { ...base, completion_tokens: 600, reasoning_tokens: 700 }, used(100, 1_000, 0, 700)],
  ["counts that came as text", { prompt_tokens: "100", completion_tokens: "10" }, used(100, 10)],
  ["a fraction, rounded up", { prompt_tokens: 99.5, completion_tokens: 10 }, used(100, 10)],
  ["no prompt's count and a total", { completion_tokens: 500, total_tokens: 600 }, used(100, 500)],
  ["a negative prompt's count and a total", { prompt_tokens: -1, completion_tokens: 500, total_tokens: 600 }, odd(100, 500)],
  ["an answer's count that cannot be true and a total", { prompt_tokens: 100, completion_tokens: 9e9, total_tokens: 130 }, odd(100, 30)],
  ["a total alone", { total_tokens: 600 }, partial(null, null, 600)],
  ["an answer alone", { completion_tokens: 500 }, partial(null, 500)],
  ["reasoning alone", { prompt_tokens: 100, reasoning_tokens: 70 }, used(100, 70, 0, 70)],
  ["a prompt alone", { prompt_tokens: 100, cached_tokens: 60 }, partial(100, null, null, 60)],
  ["an empty prompt", { prompt_tokens: 0, completion_tokens: 5 }, partial(null, 5)],
  ["words for numbers", { prompt_tokens: "many", completion_tokens: "few" }, partial(null, null)],
  ["other words alone", { queue_time: 0.2 }, { kind: "absent" }],
  ["nothing", null, { kind: "absent" }],
])("[MODEL-3] usage is read: %s", (_, usage, expected) => expect(readUsage(usage, WINDOW)).toEqual(expected));

it("[MODEL-3] an odd detail never makes a call cheaper than what can be read of its counts", () => {
  const strange: readonly Json[] = [null, -1, 1.5, "60", "x", 101, 601, 5_000, 9e12, true, [], {}];
  const places = [
    (value: Json): Json => ({ prompt_tokens_details: { cached_tokens: value } }),
    (value: Json): Json => ({ prompt_cache_hit_tokens: value }),
    (value: Json): Json => ({ completion_tokens_details: { reasoning_tokens: value } }),
    (value: Json): Json => ({ total_tokens: value }),
    (value: Json): Json => ({ completion_tokens_details: value, prompt_tokens_details: value }),
  ];
  for (const value of strange) {
    for (const place of places) {
      const read = readUsage({ prompt_tokens: 100, completion_tokens: 500, ...(place(value) as object) }, WINDOW);
      if (read.kind !== "reported") throw new Error(`not read beside ${JSON.stringify(place(value))}`);
      expect(read.tokens.input - read.tokens.cachedInput + (read.tokens.cachedInput > 0 ? 100 : 0)).toBeGreaterThanOrEqual(100);
      expect(read.tokens.output).toBeGreaterThanOrEqual(500);
      expect(read.tokens.input + read.tokens.output).toBeLessThanOrEqual(2 * WINDOW);
    }
  }
});

it("[MODEL-3] of a stream that counts with several pieces the last full count stands, and less takes nothing back", () => {
  const say = (...pieces: Json[]): ReportedUsage => pieces.map((piece) => readUsage(piece, WINDOW)).reduce(laterUsage, { kind: "absent" });
  expect(say(base, null, { prompt_tokens: 100, completion_tokens: 20 }, {})).toEqual(used(100, 20));
  expect(say({ prompt_tokens: 100 }, { completion_tokens: 20 }, { completion_tokens: 30 })).toEqual(partial(100, 30));
  expect(say(base, { prompt_tokens: 100, completion_tokens: 9e9 })).toEqual(partial(100, 10));
  expect(say({ total_tokens: 40 }, { total_tokens: 60, prompt_tokens: 0 })).toEqual(partial(null, null, 60));
  expect(say({ total_tokens: 40 }, base)).toEqual(used(100, 10));
});

it("[MODEL-3] reasoning is passed on in the usage's details, summed over the attempts", () => {
  const [plain, thinking] = [
    { input: 1, output: 2, cachedInput: 0 },
    { input: 1, output: 8, cachedInput: 0, reasoning: 5 },
  ];
  expect(formatUsage(plain)).not.toHaveProperty("completion_tokens_details");
  expect(formatUsage(plusUsage(plain, thinking))).toEqual({
    prompt_tokens: 2,
    completion_tokens: 10,
    total_tokens: 12,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 5 },
  });
});
