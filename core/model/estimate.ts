/**
 * How many tokens a request may cost, before anybody has counted: what a reservation covers. Knows no tokenizer; it errs on the
 * high side of all of them.
 */
import { estimateTokenCount } from "tokenx";
import type { JsonSchema } from "../workflow/definition.ts";
import type { Message } from "./message.ts";

/** The frame around a message and before the answer, generously: chat templates spend three to eight tokens on each. */
const TOKENS_PER_MESSAGE = 8;
const TOKENS_PER_REQUEST = 16;
/** Over tokenx's estimate, which is meant to hit the middle: within about 15 % for prose and code in current tokenizers. */
const MARGIN = 1.3;

/** An upper bound in practice for what the upstream counts as input: messages, their frame and the schema. */
export function estimateTokens(messages: readonly Message[], schema: JsonSchema | null): number {
  const texts = messages.reduce((sum, { content }) => sum + TOKENS_PER_MESSAGE + boundTokens(content ?? ""), TOKENS_PER_REQUEST);
  return texts + (schema === null ? 0 : TOKENS_PER_MESSAGE + boundTokens(JSON.stringify(schema)));
}

/** tokenx's estimate for a text: the middle, not a bound. */
export const expectTokens = (text: string): number => estimateTokenCount(text);

/**
 * The larger of tokenx with a margin and a count by kind of character, which sees what tokenx takes for long words: base64,
 * digests, identifiers, rare scripts.
 */
export const boundTokens = (text: string): number => Math.max(Math.ceil(estimateTokenCount(text) * MARGIN), countByKind(text));

/** A run of one kind: plain words, other ASCII letters and digits, spaces, the rest. */
const RUNS = /[a-z]+|[A-Z]?[a-z]+|[A-Za-z]+|\d+|[ \t]+|[\s\S]/gu;

function countByKind(text: string): number {
  let tokens = 0;
  for (const [run] of text.matchAll(RUNS)) {
    const code = run.codePointAt(0) ?? 0;
    if (code > 0xffff)
      tokens += 4; // outside the BMP a byte-level tokenizer may need every UTF-8 byte
    else if (code >= 0x2e80)
      tokens += 1.5; // Han, kana, Hangul: one to two a character
    else if (code > 0x7f) tokens += 0.75;
    else if (/^[ \t]/.test(run))
      tokens += run.length > 1 ? run.length / 4 : 0; // a single space belongs to the next word
    else if (/^\d/.test(run))
      tokens += run.length / 2; // one to three digits a token
    else if (/^[A-Za-z]/.test(run)) tokens += Math.max(run.length / 4, run.length <= 3 ? 0.75 : 1);
    else tokens += 0.75; // punctuation and line ends, often in pairs
  }
  return Math.ceil(tokens);
}
