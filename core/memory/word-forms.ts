/**
 * How much of a question's word a memory has: the whole of it, or a form of it. Forms are told by the letters that two words share, in whatever
 * language: `geliefert` and `Lieferung`, `больницах` and `больница`. Of meaning it knows nothing. Pure, linear.
 */
import { termsOf } from "../knowledge/terms.ts";

/** Letters of a part; the first one starts before the word. */
const PART = 4;
/** The least parts, and the least share of the shorter word's, that two words have in common when one is a form of the other. */
const LEAST_PARTS = 2;
const LEAST_SHARED = 0.5;
/** Shorter words have no forms: they are the same or they are not. */
const SHORTEST = 4;
/** What a form counts beside the word itself. */
const AS_FORM = 0.8;

/** Words that are in nearly every sentence, of the languages beside English (core/knowledge/terms.ts has those). Folded as terms are. */
const COMMON: ReadonlySet<string> = new Set(
  // German
  (
    "der die das den dem des ein eine einen einem einer eines und oder ist sind war wird werden hat haben ich sie er es wir ihr mir mich dir dich uns euch ihnen ihn ihm was wie wann wo wer wen wem " +
    "welch welche welcher welches welchen im am an auf aus bei mit von vom zu zum zur fur uber nach nicht auch noch schon als wenn dass immer gibt gab soll sollen kann konnen man viel viele " +
    // Spanish, Portuguese, Italian, French
    "el la los las un una uno unos unas de del al y o que en es son fue por para con se su sus lo le les te mi cual cuales cuando donde como quien hay ha " +
    "os as um uma do da dos das no na nos nas ao e ou foi ser com seu sua qual quais quando onde quem houve ha devem " +
    "il gli i un' di dello della dei degli delle nel nella si che sono stato stata per con non ci ne quale quali come dove chi " +
    "le les une des du au aux et est sont ete ce cette dans sur pour avec ne pas je tu vous nous quel quelle quels quelles quand ou qui faut y a eu " +
    // Russian, Turkish, Hindi, Chinese
    "и в во на с со у к по за из от до о об что как когда где кто был была было были есть не ли мы вы он она они я мне мой это ее какой какая какие каких " +
    "ve bir bu da de mi mı mu ne zaman hangi kac icin ile var yok o " +
    "है हैं था थी थे का की के को से में पर और कौन सी सा क्या कब कहां कितने किन " +
    "的 了 吗 是 在 有 什 么 时 候 怎 样 和 我 你"
  )
    .split(" ")
    .flatMap(termsOf),
);

/** German participles begin with a syllable that their other forms do not have: `geliefert`, `Lieferung`. */
const PARTICIPLE = /^ge(?=.{3,}(?:t|en)$)/u;

/** The parts of a word: `köpek` → ` köp`, `köpe`, `öpek`. */
function partsOf(word: string): ReadonlySet<string> {
  const whole = ` ${word.replace(PARTICIPLE, "")}`;
  return new Set(Array.from({ length: Math.max(0, whole.length - PART + 1) }, (_, at) => whole.slice(at, at + PART)));
}

/** A question, ready to be compared with many texts. */
export type Sought = {
  readonly words: readonly string[];
  /** The words of the question that have a part; and how many parts each has. */
  readonly byPart: ReadonlyMap<string, readonly string[]>;
  readonly parts: ReadonlyMap<string, number>;
  /** Words of texts that were looked at, with what of the question they are forms of: texts repeat their words. */
  readonly seen: Map<string, readonly (readonly [string, number])[]>;
};

/** Words of texts that are remembered. */
const MOST_SEEN = 20_000;

/** `terms`: those of a question (core/knowledge/terms.ts). What tells nothing is left out. */
export function sought(terms: readonly string[]): Sought {
  const words = [...new Set(terms)].filter((word) => !COMMON.has(word));
  const byPart = new Map<string, string[]>();
  const parts = new Map<string, number>();
  for (const word of words) {
    const own: ReadonlySet<string> = word.length < SHORTEST ? new Set() : partsOf(word);
    parts.set(word, own.size);
    for (const part of own) byPart.set(part, [...(byPart.get(part) ?? []), word]);
  }
  return { words, byPart, parts, seen: new Map() };
}

/** Of each of the question's words that the text has in some form, how much: 1 the word itself. */
export function shareOf(asked: Sought, text: string): ReadonlyMap<string, number> {
  const terms = new Set(termsOf(text));
  const found = new Map<string, number>();
  for (const term of terms) for (const [word, share] of formsOf(asked, term)) found.set(word, Math.max(found.get(word) ?? 0, share));
  for (const word of asked.words) if (terms.has(word)) found.set(word, 1);
  return found;
}

/** The question's words that a word of a text is a form of. */
function formsOf({ byPart, parts, seen }: Sought, term: string): readonly (readonly [string, number])[] {
  const known = seen.get(term);
  if (known !== undefined) return known;
  const own: ReadonlySet<string> = term.length < SHORTEST ? new Set() : partsOf(term);
  const shared = new Map<string, number>();
  for (const part of own) for (const word of byPart.get(part) ?? []) shared.set(word, (shared.get(word) ?? 0) + 1);
  const forms = [...shared].flatMap(([word, count]): (readonly [string, number])[] => {
    const share = count / Math.min(own.size, parts.get(word) ?? 1);
    return count >= LEAST_PARTS && share >= LEAST_SHARED ? [[word, AS_FORM * share]] : [];
  });
  if (seen.size < MOST_SEEN) seen.set(term, forms);
  return forms;
}
