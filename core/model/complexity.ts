/**
 * How hard a question looks, by its text alone: for a step that does not say `complexity`. A guess by plain signs that are the same in most
 * languages, in linear time; it never overrides an order that somebody chose (core/model/order.ts).
 */
import type { ModelWishes } from "../workflow/definition.ts";
import type { Message } from "./message.ts";

/** What was found in the text. PERSISTED: in the event `model.routed`. */
export type ComplexitySign = "length" | "questions" | "constraints" | "code" | "maths" | "languages";

/** How hard a step is, and who says so. PERSISTED: in the event `model.routed`. */
export type Complexity = {
  readonly is: NonNullable<ModelWishes["complexity"]>;
  /** The definition (or the chat's caller), or the text by its signs. */
  readonly by: "definition" | "text";
  readonly signs: readonly ComplexitySign[];
};

/** Characters that are looked at; a longer text has every point that length gives. */
const LOOKED_AT = 40_000;

/** Points: none is `simple`, from `HARD` on it is `hard`. */
const HARD = 3;

/** Letters of writing systems that common languages do not share. */
const SCRIPTS = [
  /\p{sc=Latin}{3}/u,
  /\p{sc=Cyrillic}{3}/u,
  /\p{sc=Arabic}{3}/u,
  /\p{sc=Han}{2}/u,
  /\p{sc=Hangul}{2}/u,
  /\p{sc=Devanagari}{2}/u,
];

/** How often it occurs, up to `most`. */
function count(text: string, pattern: RegExp, most: number): number {
  let found = 0;
  for (const _ of text.matchAll(pattern)) if (++found === most) break;
  return found;
}

/** More of a thing, more points: one from `one` on, two from `two` on. */
const points = (of: number, one: number, two: number): number => (of >= two ? 2 : of >= one ? 1 : 0);

/** The texts of a call, from everybody but the platform. */
export function estimateComplexity(messages: readonly Pick<Message, "content">[]): Complexity {
  const whole = messages.map(({ content }) => content ?? "").join("\n");
  const text = whole.slice(0, LOOKED_AT);
  const found: readonly (readonly [ComplexitySign, number])[] = [
    ["length", points(whole.length, 4_000, 16_000)],
    ["questions", points(count(text, /[?？؟]/g, 5), 2, 5)],
    ["constraints", points(count(text, /^[ \t]{0,8}(?:[-*•]|\d{1,3}[.)])[ \t]/gm, 8), 3, 8)],
    ["code", /```|=>|\b(?:def|function|class|SELECT|import)\b[^\n]{1,80}[({;*]|[;{}][ \t]*$/m.test(text) ? 2 : 0],
    ["maths", /[∑∫√∂≤≥≠π]|\\(?:frac|sum|int|sqrt)\b|\d ?[*^×÷] ?\d|\d ?[+=] ?\d[^\n]{0,40}=/.test(text) ? 1 : 0],
    ["languages", SCRIPTS.filter((script) => script.test(text)).length > 1 ? 1 : 0],
  ];
  const sum = found.reduce((sofar, [, more]) => sofar + more, 0);
  return {
    is: sum === 0 ? "simple" : sum >= HARD ? "hard" : "ordinary",
    by: "text",
    signs: found.flatMap(([sign, more]) => (more > 0 ? [sign] : [])),
  };
}

/** What the definition says, else what its text looks like; null: the call names a model, and nothing is chosen by it. */
export const complexityOf = (
  { complexity }: ModelWishes,
  task: string | null,
  messages: readonly Pick<Message, "content">[],
): Complexity | null =>
  task === null ? null : complexity === undefined ? estimateComplexity(messages) : { is: complexity, by: "definition", signs: [] };
