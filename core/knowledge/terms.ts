/**
 * A text as the terms it is found by: folded words without the commonest of English, by their stems (Porter). The stemmer and the list
 * were chosen by `npm run eval:retrieval` (docs/knowledge.md has the figures). Pure, linear.
 */
import { stemmer } from "stemmer";
import { foldedWord, withoutElision, wordsOf } from "../guardrail/rules/words.ts";

/** Words that are in nearly every text and tell nothing of what it is about. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    "a an the this that these those it its i me my we us is are was were be been being am do does did done have has had having can could will would " +
    "shall should may might must of to in on at by for from with about into onto through as and or but if then than so such our you your he she they " +
    "them their no not nor only also very too just there here what which who whom whose when where why how all any both each few more most other some " +
    "same own again further once during before after above below between under over out up down off while because until against"
  ).split(" "),
);

/** Longer rows of letters are cut: no word that anybody asks for is this long. In UTF-16 units. */
const LONGEST_TERM = 40;

/**
 * The version of what `termsOf` answers. PERSISTED: indexes hold terms and vectors of terms; those of another version are made again from the stored
 * text. MUST be raised with every change that gives a text other terms, in the words that `termsOf` reads too (core/guardrail/rules/words.ts).
 */
export const WORD_FORMS = 2;

/**
 * The terms of a text in order, repeated as often as they occur. A word behind an elided one is a term beside the two together: `l'eau` is found by
 * `eau`. PERSISTED: indexes hold them, with `WORD_FORMS`.
 */
export function termsOf(text: string): string[] {
  const terms: string[] = [];
  for (const { text: word, start, end } of wordsOf(text)) {
    if (STOP_WORDS.has(word)) continue;
    terms.push(termOf(word));
    const written = text.slice(start, end);
    const rest = withoutElision(written);
    if (rest !== written) terms.push(termOf(foldedWord(rest)));
  }
  return terms;
}

const termOf = (word: string): string => (word.length > LONGEST_TERM ? word.slice(0, LONGEST_TERM) : stemmed(word));

const MOST_STEMS = 20_000;
const stems = new Map<string, string>();

/** Words repeat themselves: their stems are remembered. */
function stemmed(word: string): string {
  const known = stems.get(word);
  if (known !== undefined) return known;
  const stem = stemmer(word);
  if (stems.size >= MOST_STEMS) stems.clear();
  stems.set(word, stem);
  return stem;
}

/** What is searched for: each term once, with how often it was asked for. At most `MOST_QUERY_TERMS`; further ones are ignored. */
export type QueryTerm = { readonly term: string; readonly weight: number };

/** Terms of one query. */
const MOST_QUERY_TERMS = 64;

/** The terms of a query. */
export function queryTermsOf(query: string): QueryTerm[] {
  const counts = new Map<string, number>();
  for (const term of termsOf(query)) {
    const known = counts.get(term);
    if (known === undefined && counts.size >= MOST_QUERY_TERMS) continue;
    counts.set(term, (known ?? 0) + 1);
  }
  return [...counts].map(([term, weight]) => ({ term, weight }));
}
