/** Recalled memories as compact snippets for a prompt, within its share of tokens. Pure. */
import { cutTo } from "../guardrail/rules/sentences.ts";
import { expectTokens } from "../model/estimate.ts";
import type { MemorySource, MemoryTier } from "./memory.ts";

/** A memory that is recalled before the first model call. */
export type Snippet = {
  readonly id: string;
  readonly tier: MemoryTier;
  readonly text: string;
  readonly source: MemorySource;
  readonly score: number;
  /** RFC 3339. */
  readonly created_at: string;
  /** Its text was cut to fit. */
  readonly shortened?: true;
};

/** What goes into the prompt, and what does not for want of room. */
export type Fitted = { readonly kept: readonly Snippet[]; readonly left_out: readonly string[]; readonly tokens: number };

/** Characters below which a snippet is left out rather than cut. */
const LEAST = 40;

const lineOf = ({ tier, text, created_at: at }: Snippet): string =>
  `- ${at.slice(0, 10)}, ${tier === "semantic" ? "fact" : "event"}: ${text.replaceAll("\n", " ")}`;

/** As the model reads them. */
export const snippetText = (snippets: readonly Snippet[]): string => snippets.map(lineOf).join("\n");

/** The best first, as many as fit; the first that does not is cut at a sentence. */
export function fitted(snippets: readonly Snippet[], maxTokens: number): Fitted {
  const kept: Snippet[] = [];
  let tokens = 0;
  for (const [index, snippet] of snippets.entries()) {
    const needed = expectTokens(`${lineOf(snippet)}\n`);
    if (tokens + needed <= maxTokens) {
      kept.push(snippet);
      tokens += needed;
      continue;
    }
    const room = Math.floor((snippet.text.length * (maxTokens - tokens)) / needed) - LEAST;
    const cut = room < LEAST ? "" : cutTo(snippet.text, room);
    const short = { ...snippet, text: cut, shortened: true as const };
    const size = cut === "" ? 0 : expectTokens(`${lineOf(short)}\n`);
    const fits = cut !== "" && tokens + size <= maxTokens;
    if (fits) kept.push(short);
    return { kept, left_out: snippets.slice(fits ? index + 1 : index).map(({ id }) => id), tokens: tokens + (fits ? size : 0) };
  }
  return { kept, left_out: [], tokens };
}
