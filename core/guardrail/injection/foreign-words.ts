/**
 * Which words of a text are written in Greek, Cyrillic or Armenian, and which only borrow letters from there: "привет" is Russian, "pаssword" with a
 * Cyrillic "а" is a disguise. Pure, and linear in the text.
 */

/** Letters of the scripts that have twins of Latin letters. */
export const MAY_BE_FOREIGN = /[\u0370-\u058f\u1f00-\u1fff]/;
const WORD = /[\p{L}\p{M}\p{N}\u200b-\u200f\u2060]+/gu;
const LATIN = /\p{Script=Latin}/u;
/** Letters that nobody takes for a Latin one: a word with one of them was written in its own script. */
const OWN =
  /[\u0431\u0433\u0434\u0436\u0437\u0438\u0439\u043b\u043f\u0444\u0446-\u044f\u0411\u0413\u0414\u0416-\u0419\u041b\u041f\u0424\u0426-\u042f\u0394\u0398\u039b\u039e\u03a0\u03a3\u03a6\u03a8\u03a9\u03ac-\u03af\u03b2-\u03b4\u03b6\u03b8\u03bb\u03bc\u03be\u03c0\u03c2\u03c3\u03c6\u03c8\u03cc-\u03ce\u0531-\u0586]/;

type Place = { readonly start: number; readonly end: number; readonly kind: "mixed" | "own" | "twins" };

/** Whether the character at an offset belongs to a word of another script. To be asked with rising offsets. */
export function foreignWords(text: string): (at: number) => boolean {
  const places: Place[] = [];
  const count = { mixed: 0, own: 0, twins: 0 };
  for (const { 0: word, index } of text.matchAll(WORD)) {
    if (!MAY_BE_FOREIGN.test(word)) continue;
    const kind = LATIN.test(word) ? "mixed" : OWN.test(word) ? "own" : "twins";
    count[kind] += 1;
    places.push({ start: index, end: index + word.length, kind });
  }
  const isDisguised = count.mixed > count.own;
  // Words of twins alone belong to the language around them, if there is one.
  const kept = isDisguised ? [] : places.filter(({ kind }) => kind === "own" || (kind === "twins" && count.own > 0));
  let next = 0;
  return (at) => {
    while (next < kept.length && (kept[next]?.end ?? 0) <= at) next++;
    return at >= (kept[next]?.start ?? Number.POSITIVE_INFINITY);
  };
}
