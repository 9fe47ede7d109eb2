/** What upstreams say that a call used, in the dialects of their servers. */
import { expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { readUsage } from "../../../core/model/reported-usage.ts";
import { formatUsage } from "../../../core/model/stream/frame.ts";
import { plusUsage } from "../../../core/model-call/usage.ts";

const WINDOW = 1_000;
const used = (input: number, output: number, cachedInput = 0, reasoning?: number) => ({
  kind: "reported",
  tokens: { input, output, cachedInput, ...(reasoning === undefined ? {} : { reasoning }) },
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
  ["a total that no window holds", { ...base, total_tokens: 5_000 }, { kind: "implausible" }],
  ["a total that is no number", { ...base, total_tokens: "610" }, used(100, 10)],
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
  ["more cached than read", { ...base, prompt_cache_hit_tokens: 101 }, { kind: "implausible" }],
  ["cached tokens that are no count", { ...base, cached_tokens: "60" }, { kind: "implausible" }],
  ["reasoning that is no count", { ...base, completion_tokens_details: { reasoning_tokens: -1 } }, { kind: "implausible" }],
  ["half of it", { prompt_tokens: 100 }, { kind: "absent" }],
  ["nothing", null, { kind: "absent" }],
])("[MODEL-3] usage is read: %s", (_, usage, expected) => expect(readUsage(usage, WINDOW)).toEqual(expected));

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
