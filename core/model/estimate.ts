/**
 * How many tokens a request may cost, before anybody has counted: what a reservation covers. Knows no tokenizer; it errs on the
 * high side of all of them.
 */
import { estimateTokenCount } from "tokenx";
import type { JsonSchema } from "../workflow/definition.ts";
import type { Message, ModelTool } from "./message.ts";

/** The frame around a message and before the answer, generously: chat templates spend three to eight tokens on each. */
const TOKENS_PER_MESSAGE = 8;
const TOKENS_PER_REQUEST = 16;
/** Over tokenx's estimate, which is meant to hit the middle: within about 15 % for prose and code in current tokenizers. */
const MARGIN = 1.3;

/** An upper bound in practice for what the upstream counts as input: messages, their frame, the schema and the tools. */
export function estimateTokens(messages: readonly Message[], schema: JsonSchema | null, tools: readonly ModelTool[] = []): number {
  const texts = messages.reduce((sum, message) => sum + TOKENS_PER_MESSAGE + boundMessage(message), TOKENS_PER_REQUEST);
  const form = schema === null ? 0 : TOKENS_PER_MESSAGE + boundTokens(JSON.stringify(schema));
  return texts + form + tools.reduce((sum, tool) => sum + TOKENS_PER_MESSAGE + boundTokens(JSON.stringify(tool)), 0);
}

function boundMessage(message: Message): number {
  const calls = message.role === "assistant" ? (message.toolCalls ?? []) : [];
  const beside = message.role === "assistant" && message.opaque !== undefined ? boundTokens(JSON.stringify(message.opaque)) : 0;
  return (
    beside +
    boundTokens(message.content ?? "") +
    calls.reduce((sum, call) => sum + TOKENS_PER_MESSAGE + boundTokens(JSON.stringify(call)), 0)
  );
}

/** tokenx's estimate for a text: the middle, not a bound. */
export const expectTokens = (text: string): number => estimateTokenCount(text);

/**
 * The larger of tokenx with a margin and a count by kind of character, which sees what tokenx takes for long words: base64,
 * digests, identifiers, rare scripts. `expected`: tokenx's estimate, where somebody has it already.
 */
export const boundTokens = (text: string, expected = estimateTokenCount(text)): number =>
  Math.max(Math.ceil(expected * MARGIN), countByKind(text));

/** A block of letters and digits, spaces, or one character of anything else. */
const RUNS = /[A-Za-z0-9]+|[ \t]+|[\s\S]/gu;
/** `word`, `Word`, `camelCase`: what tokenizers have whole entries for. */
const WORDS = /^[A-Z]?[a-z]{1,}(?:[A-Z][a-z]{2,})*$/;

function countByKind(text: string): number {
  let tokens = 0;
  for (const [run] of text.matchAll(RUNS)) {
    if (/^[A-Za-z0-9]/.test(run)) tokens += ofBlock(run);
    else if (/^[ \t]/.test(run))
      tokens += run.length > 1 ? run.length / 4 : 0; // a single space belongs to the next word
    else tokens += ofCharacter(run.codePointAt(0) ?? 0);
  }
  return Math.ceil(tokens);
}

/** Tokens of a block, by what tokenizers of 100,000 and more entries make of its like. */
function ofBlock(block: string): number {
  if (/^\d+$/.test(block)) return block.length; // some tokenizers take digits one by one, others in threes
  if (!WORDS.test(block)) return block.length / 1.2; // base64, digests, identifiers
  const parts = block.match(/[A-Z]?[a-z]+/g) ?? [];
  return parts.reduce(
    (sum, part) => sum + (/[aeiouy]/.test(part) ? Math.max(1, part.length / (part.length > 12 ? 3 : 4)) : part.length / 1.5),
    0,
  );
}

/** Tokens of one character that is no ASCII letter or digit: the rarer the script, the nearer to its UTF-8 bytes. */
function ofCharacter(code: number): number {
  if (code > 0xffff) return 4;
  if (code >= 0x2e80) return 1.6; // Han, kana, Hangul
  if (code >= 0x2000 && code <= 0x206f) return 1; // punctuation
  if (code >= 0x1200) return 3; // Ethiopic, Khmer, Mongolian …
  if (code >= 0x0530) return 1.4; // Hebrew, Arabic, the Indic scripts, Thai
  return code > 0x7f ? 0.9 : 0.75; // Latin with marks, Greek, Cyrillic; ASCII punctuation and line ends, often in pairs
}
