/** What a kind of plain order is (plain-orders.ts), and the words that its expressions share. */
import type { Channel } from "../finding.ts";
import type { Family } from "./pattern.ts";

/**
 * Orders of one kind in several languages, for normalised text. `sources`: regular expressions with bounded gaps, each with a word that all its matches hold
 * (needs.ts). `probe`: a text that must be found, in the tests and in the version of the guardrails.
 */
export type PlainOrder = {
  readonly family: Family;
  readonly channels: readonly Channel[];
  readonly probe: string;
  readonly sources: readonly string[];
};

/** Where somebody is told something: at the begin of a sentence or of a part of one. "How do I dump …" and "he forgot …" tell nobody. */
export const AT =
  "(?<=^ ?|[.!?\u00bf\u00a1:;,\\n>\"'\\u3002\\u0964(*-] ?|\\b(?:please|and|then|now|just|so|also|can you|could you|would you|you must|you should|you to|bitte|und|jetzt|y|por favor|ahora|et|maintenant|e|poi|per favore|ora|agora|ve|lutfen) |(?:и|а|пожалуиста|теперь) )";
