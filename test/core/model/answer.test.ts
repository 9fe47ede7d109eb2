import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { readChatAnswer } from "../../../core/model/answer.ts";
import { boundTokens, estimateTokens, expectTokens } from "../../../core/model/estimate.ts";
import { readJsonText } from "../../../core/model/json-text.ts";
import { MAX_DEPTH, parseUntrusted, withoutSecrets } from "../../../core/untrusted-json.ts";

const count = fc.oneof(fc.integer({ min: -5, max: 60 }), fc.double(), fc.constant("7"));
const json = fc.jsonValue({ maxDepth: 5 }) as fc.Arbitrary<Json>;
const almostAnswer = fc.record(
  {
    choices: fc.oneof(
      json,
      fc.array(
        fc.record(
          {
            message: fc.oneof(
              fc.record(
                {
                  content: json,
                  refusal: json,
                  tool_calls: fc.oneof(json, fc.array(fc.oneof(json, fc.record({ id: json, function: json })))),
                },
                { requiredKeys: [] },
              ),
            ),
            finish_reason: json,
          },
          { requiredKeys: [] },
        ),
      ),
    ),
    usage: fc.oneof(
      json,
      fc.record({
        prompt_tokens: count,
        completion_tokens: count,
        prompt_tokens_details: fc.oneof(json, fc.record({ cached_tokens: count })),
      }),
    ),
    system_fingerprint: json,
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Json>;

describe("an upstream's answer", () => {
  it("[MODEL-3] is read without a throw, and never with a count that cannot be", () => {
    fc.assert(
      fc.property(
        fc.oneof({ arbitrary: json, weight: 1 }, { arbitrary: almostAnswer, weight: 5 }),
        fc.integer({ min: 1, max: 50 }),
        (body, ceiling) => {
          const read = readChatAnswer(body, ceiling);
          if (read.ok)
            expect(read.value.calls.every(({ id, name }) => [id, name].every((text) => text === null || typeof text === "string"))).toBe(
              true,
            );
          if (!read.ok || read.value.usage.kind !== "reported") return;
          const { input, output, cachedInput } = read.value.usage.tokens;
          for (const count of [input, output, cachedInput]) {
            expect(Number.isSafeInteger(count) && count >= 0 && count <= ceiling).toBe(true);
          }
          expect(input).toBeGreaterThan(0);
          expect(cachedInput).toBeLessThanOrEqual(input);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("any JSON comes through a fence as it is", () => {
    fc.assert(
      fc.property(json, fc.constantFrom("```json\n", "```\n", "Here:\n```JSON\n"), (value, open) => {
        const text = JSON.stringify(value);
        fc.pre(!text.includes("```") && parseUntrusted(text).ok);
        expect(readJsonText(`${open}${text}\n\`\`\``)).toEqual({ ok: true, value: JSON.parse(text) });
        expect(readJsonText(` ${text}\n`)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
  });

  it("any text is read without a throw", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[`{}[\]",:a\n]{0,40}$/)), (text) => void readJsonText(text)),
      { numRuns: 300 },
    );
  });
});

describe("JSON of others", () => {
  const tower = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
  it("has a depth", () => {
    expect(parseUntrusted(tower(MAX_DEPTH)).ok).toBe(true);
    expect(parseUntrusted(tower(MAX_DEPTH + 1))).toEqual({ ok: false, error: { why: "too_deep" } });
    expect(parseUntrusted("[".repeat(1_000_000))).toEqual({ ok: false, error: { why: "too_deep" } });
    expect(parseUntrusted(JSON.stringify("[".repeat(1_000))).ok).toBe(true);
    expect(parseUntrusted('"\\""').ok).toBe(true);
  });

  it("is Unicode", () => {
    expect(parseUntrusted('{"a":["\\ud83d"]}')).toEqual({ ok: false, error: { why: "malformed" } });
    expect(parseUntrusted('{"\\ud83d":1}')).toEqual({ ok: false, error: { why: "malformed" } });
    expect(parseUntrusted('"\\ud83d\\ude00"').ok).toBe(true);
  });

  it("[MODEL-14] is Unicode, with U+FFFD for half a surrogate pair, where it is an answer", () => {
    const given = '{"\\ud83d":["a \\ud83d b","\\ud83d\\ude00","\\ude00\\ud83d"]}';
    expect(parseUntrusted(given, "replaced")).toEqual({ ok: true, value: { "\ufffd": ["a \ufffd b", "😀", "\ufffd\ufffd"] } });
    expect(parseUntrusted('"\\ud83d', "replaced")).toEqual({ ok: false, error: { why: "malformed" } });
    expect(readJsonText('{"a":"\\ud83d"}')).toEqual({ ok: true, value: { a: "\ufffd" } });
  });

  it("keeps a key called __proto__ as a key", () => {
    const read = parseUntrusted('{"__proto__": {"admin": true}, "key-of-mine": "key-of-mine"}');
    const { value } = withoutSecrets(read.ok ? read.value : null, ["key-of-mine"]);
    expect(Object.keys(value as object)).toEqual(["__proto__", "[secret withheld]"]);
    expect((value as { admin?: boolean }).admin).toBeUndefined();
  });
});

describe("estimates", () => {
  /** Tokens that cl100k_base and o200k_base make of a text: the larger of the two counts. */
  const COUNTED: readonly (readonly [string, number])[] = [
    ["The quick brown fox jumps over the lazy dog.", 10],
    ["dGhpcyBpcyBhIHZlcnkgbG9uZyBiYXNlNjQgc3RyaW5nIHRoYXQgdG9rZW5pemVycyBzcGxpdCBiYWRseQ==", 65],
    ["0af7651916cd43dd8448eb211c80319c", 16],
    ["XJ9QZ7KPLMWTYVRB4CHDNGFSE82", 20],
    ["私はガラスを食べられます。それは私を傷つけません。", 28],
    ["我能吞下玻璃而不伤身体。", 17],
    ["나는 유리를 먹을 수 있어요. 그래도 아프지 않아요", 25],
    ["Служба поддержки отвечает на жалобы в течение нескольких рабочих дней.", 34],
    ["मैं काँच खा सकता हूँ और मुझे उससे कोई चोट नहीं पहुंचती", 56],
    ["እኔ ጠርሙስ መብላት እችላለሁ", 44],
    ["Der Kundendienst beantwortet Reklamationen üblicherweise innerhalb weniger Werktage.", 23],
    ["🙂🙃🫠", 8],
    ['{"order_id":"A-1001","total":49.5,"items":[{"sku":"mug-blue","quantity":2}]}', 29],
  ];
  it.each(COUNTED)("[MODEL-5] is not below what was counted: %s", (text, counted) => {
    expect(boundTokens(text)).toBeGreaterThanOrEqual(counted);
    expect(boundTokens(text)).toBeLessThanOrEqual(counted * 2);
  });

  it("[MODEL-5] is never below tokenx, and grows with every message and with the schema", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 5 }), fc.string(), (texts, more) => {
        const messages = texts.map((content) => ({ role: "user", content }) as const);
        const sum = texts.reduce((total, text) => total + expectTokens(text), 0);
        expect(estimateTokens(messages, null)).toBeGreaterThanOrEqual(sum);
        expect(estimateTokens([...messages, { role: "user", content: more }], null)).toBeGreaterThan(estimateTokens(messages, null));
        expect(estimateTokens(messages, { type: "object" })).toBeGreaterThan(estimateTokens(messages, null));
      }),
    );
  });

  it("[MODEL-5] covers the tools that a model is told of, and what it asked of them", () => {
    const words = "another word ".repeat(200);
    const none = estimateTokens([], null);
    const tool = { name: "kb.search", description: words, input: { type: "object" } };
    expect(estimateTokens([], null, [tool])).toBeGreaterThan(none + boundTokens(words));
    expect(estimateTokens([], null, [tool, tool])).toBeGreaterThan(none + 2 * boundTokens(words));
    const asks = { role: "assistant", content: null, toolCalls: [{ id: "a", name: "kb.search", input: { query: words } }] } as const;
    expect(estimateTokens([asks], null)).toBeGreaterThan(none + boundTokens(words));
    expect(estimateTokens([{ role: "tool", toolCallId: "a", content: words }], null)).toBeGreaterThan(none + boundTokens(words));
  });
});
