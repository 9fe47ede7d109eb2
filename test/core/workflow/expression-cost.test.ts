/** No expression keeps its isolate: however long an input is, the time stays bounded, whether there is a value or a clear error. */
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { evaluate } from "../../../core/workflow/expression.ts";
import { cpuMs } from "../../support/cpu-time.ts";
import { often } from "../../support/depth.ts";

/** The longest that an evaluation may take, in ms of CPU. */
const LONGEST_MS = 200;

/** The CPU time of the quickest of three evaluations: the first one may be the compiler's. */
const timed = (cel: string, input: Json): { ms: number; told: string } => {
  const first = timedOnce(cel, input);
  if (first.ms < LONGEST_MS / 2) return first;
  return [first, timedOnce(cel, input), timedOnce(cel, input)].reduce((best, other) => (other.ms < best.ms ? other : best));
};

const timedOnce = (cel: string, input: Json): { ms: number; told: string } => {
  const start = cpuMs();
  const result = evaluate({ cel }, { input, steps: {}, run: { id: "r", org: "o", user: "u", subject: "s" } });
  return { ms: cpuMs() - start, told: result.ok ? "" : result.error.message };
};

const TEXTS: readonly (readonly [cel: string, of: (n: number) => { part: string; text?: string; other?: string }])[] = [
  ...["contains", "indexOf", "lastIndexOf", "split", "startsWith", "endsWith"].flatMap((name) => [
    [`input.text.${name}(input.part)`, (n: number) => ({ part: `b${"a".repeat(n / 2)}` })] as const,
    [`input.text.${name}(input.part)`, (n: number) => ({ part: `${"a".repeat(n / 2)}b` })] as const,
    [`input.text.${name}(input.part)`, (n: number) => ({ part: `${"a".repeat(n / 4)}b${"a".repeat(n / 4)}` })] as const,
    [`input.items.map(x, input.text.${name}(input.part)).size()`, () => ({ part: "aaaaaaab" })] as const,
    [`input.items.map(x, input.text.${name}(input.part)).size()`, () => ({ part: "baaaaaaa" })] as const,
  ]),
  ["input.text.replace(input.part, 'b')", (n) => ({ part: `b${"a".repeat(n / 2)}` })],
  ["input.text.replace(input.part, '')", () => ({ part: "a" })],
  ["input.text.replace('', '-')", () => ({ part: "" })],
  ["input.items.map(x, input.text == input.other).size()", (n) => ({ part: "", text: `${"a".repeat(n)}b`, other: `${"a".repeat(n)}c` })],
  ["input.items.map(x, input.text < input.other).size()", (n) => ({ part: "", text: `${"a".repeat(n)}b`, other: `${"a".repeat(n)}c` })],
  ["input.items.map(x, input.text in [input.other]).size()", (n) => ({ part: "", text: `${"a".repeat(n)}b`, other: `${"a".repeat(n)}c` })],
  ...["trim()", "lowerAscii()", "upperAscii()", "size()", "substring(1)", "chunks(5000)"].map(
    (call) => [`input.items.map(x, input.text.${call}).size()`, (n: number) => ({ part: "", text: "aB. ".repeat(n / 4) })] as const,
  ),
];

describe("[CEL-3] an expression over long texts ends soon, however long they are", () => {
  const items = Array.from({ length: 1_000 }, (_, index) => index);
  it.each(TEXTS)("%s", (cel, of) => {
    for (const n of [1_000_000, ...often<number[]>([], [250_000, 500_000])]) {
      const { ms, told } = timed(cel, { text: "a".repeat(n), items, ...of(n) });
      expect(ms).toBeLessThan(LONGEST_MS);
      if (told !== "") expect(told).toMatch(/too many steps|too long|too large|more than 1000 pieces/);
    }
  });
});

describe("[CEL-3] an expression over long lists and maps ends soon, however long they are", () => {
  it.each([
    "input.list.map(x, x).size()",
    "input.list.map(x, {'a': x}).size()",
    "input.list.map(x, input.list + [x]).size()",
    "input.list.map(x, x in input.list).size()",
    "input.list.map(x, size(input.map)).size()",
    "input.list.filter(x, input.map == input.other).size()",
    "input.list.map(x, input.list.map(y, y)).size()",
    "input.list.map(x, string(x)).join(',')",
    "input.list.map(x, timestamp(x) + duration('1h')).size()",
    "input.list.map(x, timestamp(x).getHours('Europe/Berlin')).size()",
    "input.patterns.filter(x, x.matches('^a*a*b')).size()",
  ])("%s", (cel) => {
    for (const n of [120_000, ...often<number[]>([], [30_000, 60_000])]) {
      const list = Array.from({ length: n }, (_, index) => index);
      const map = Object.fromEntries(list.map((key) => [`k${key}`, key]));
      const { ["k1"]: _first, ...other } = map;
      const { ms, told } = timed(cel, { list, map, other, patterns: list.map(() => "a".repeat(200)) });
      expect(ms).toBeLessThan(LONGEST_MS);
      if (told !== "") expect(told).toMatch(/too many steps|too large/);
    }
  });

  it("still takes what people write: 30,000 items, and a search through a text of 1 MB", () => {
    const list = Array.from({ length: 30_000 }, (_, index) => index);
    expect(timed("input.list.map(x, x + 1).size() == 30000", { list }).told).toBe("");
    expect(timed("input.text.contains('the invoice of January')", { text: "lorem ipsum ".repeat(80_000) }).told).toBe("");
  });
});
