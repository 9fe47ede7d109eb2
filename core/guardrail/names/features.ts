/**
 * What the sequence model sees of every word: the word, its shape, its ends, its neighbours, the lists and the clusters that have it, and
 * how the sentence is cased, known names that cover it; each a hash. A fixed number of features per word, so linear in the number of words.
 */
import { BEYOND, branchOf, type Clusters, leafOf, twigOf, UNPLACED } from "./clusters.ts";
import { hashOf, mix } from "./hash.ts";
import { knownAt } from "./known.ts";
import type { Token } from "./tokens.ts";
import { LISTS, listsOf, type WordList } from "./word-list.ts";

/** What is known of words apart from the text. */
export type Lexicon = { readonly list: WordList; readonly known: WordList; readonly clusters: Clusters };

/** One word as the features see it. */
type Seen = {
  readonly word: number;
  readonly exact: number;
  readonly shape: number;
  readonly lists: number;
  readonly leaf: number;
  readonly branch: number;
  readonly twig: number;
  readonly text: string;
  readonly lower: string;
};

const NONE: Seen = {
  word: 1,
  exact: 1,
  shape: 1,
  lists: 0,
  leaf: BEYOND,
  branch: branchOf(BEYOND),
  twig: twigOf(BEYOND),
  text: "",
  lower: "",
};
/** Maximum units of a word that are looked at: longer ones are no names. */
const LONGEST_WORD = 40;
const MOST_TRIGRAMS = 12;

/** How the letters of a sentence are cased; a capital says little where all or none are. */
type Casing = 1 | 2 | 3 | 4;

/** Hides a word's own letters, the lists or the clusters from the features: what training does at random, so that the rest is learned too. */
export type Hide = { readonly [What in "word" | "lists" | "clusters"]: (index: number) => boolean };

/** Calls `take` with every feature of every word. A feature is a hash of 32 bits. */
export function eachFeature(tokens: readonly Token[], lexicon: Lexicon, take: (index: number, feature: number) => void, hide?: Hide): void {
  const seen = tokens.map(({ text }, index) => see(text, lexicon, hide?.lists(index) === true, hide?.clusters(index) === true));
  const casing = casingOf(seen);
  const known = knownAt(
    seen.map(({ lower }) => lower),
    lexicon.known,
  );
  if (hide !== undefined) for (let index = 0; index < known.length; index++) if (hide.lists(index)) known[index] = 0;
  for (let index = 0; index < seen.length; index++) {
    const here = seen[index] ?? NONE;
    const [before, after] = [seen[index - 1] ?? NONE, seen[index + 1] ?? NONE];
    const [farBefore, farAfter] = [seen[index - 2] ?? NONE, seen[index + 2] ?? NONE];
    const first = index === 0 || /^[.!?:\n]$/.test(before.text) ? 1 : 0;
    const add = (kind: number, value: number): void => take(index, mix(kind, value));
    const shape = mix(here.shape, casing);
    add(0, first);
    add(1, shape);
    add(2, mix(shape, first));
    add(3, mix(before.shape, here.shape));
    add(4, mix(here.shape, after.shape));
    add(5, mix(mix(before.shape, here.shape), after.shape));
    add(6, before.word);
    add(7, after.word);
    add(8, farBefore.word);
    add(9, farAfter.word);
    add(10, mix(before.word, here.shape));
    add(11, mix(here.shape, after.word));
    add(12, mix(farBefore.word, before.word));
    add(13, mix(after.word, farAfter.word));
    add(14, mix(here.lists, here.shape));
    add(15, mix(before.lists, here.lists));
    add(16, mix(here.lists, after.lists));
    add(17, mix(mix(before.lists, here.lists), mix(after.lists, here.shape)));
    add(18, mix(mix(before.word, here.lists), casing));
    add(19, mix(after.word, here.lists));
    add(20, mix(mix(farBefore.shape, before.shape), mix(here.shape, after.shape)));
    for (let bit = 1; bit <= 128; bit <<= 1) if ((here.lists & bit) !== 0) add(21, mix(bit, casing));
    const [knownBefore, knownHere, knownAfter] = [known[index - 1] ?? 0, known[index] ?? 0, known[index + 1] ?? 0];
    if (knownHere !== 0) {
      // A surname or a first name is one also where it is a place or an organisation.
      const person = here.lists & (LISTS.first | LISTS.last);
      add(22, mix(mix(knownHere, here.shape), person));
      add(23, mix(knownHere & 7, here.lists));
      add(24, mix(mix(knownHere, casing), person));
      add(27, mix(knownHere, before.word));
    }
    if (knownBefore !== 0) add(25, mix(knownBefore, here.shape));
    if (knownAfter !== 0) add(26, mix(knownAfter, here.shape));
    eachOfClusters(here, before, after, farBefore, farAfter, shape, add);
    if (hide?.word(index) === true) continue;
    add(30, here.word);
    add(31, here.exact);
    add(32, mix(before.word, here.word));
    add(33, mix(here.word, after.word));
    add(34, mix(here.word, here.lists));
    const { lower } = here;
    const length = Math.min(lower.length, LONGEST_WORD);
    if (length < 2) continue;
    for (let size = 1; size <= 4 && size < length; size++) {
      add(40 + size, mix(hashOf(lower, 0, size), here.shape));
      add(50 + size, mix(hashOf(lower, lower.length - size), here.shape));
    }
    for (let at = 1; at + 3 < length && at <= MOST_TRIGRAMS; at++) add(60, hashOf(lower, at, at + 3));
  }
}

/** Features of the clusters of a word and of two on each side. */
function eachOfClusters(
  here: Seen,
  before: Seen,
  after: Seen,
  farBefore: Seen,
  farAfter: Seen,
  shape: number,
  add: (kind: number, value: number) => void,
): void {
  add(70, farBefore.branch);
  add(71, before.branch);
  add(72, here.branch);
  add(73, after.branch);
  add(74, farAfter.branch);
  add(75, farBefore.twig);
  add(76, before.twig);
  add(77, here.twig);
  add(78, after.twig);
  add(79, farAfter.twig);
  add(80, here.leaf);
  add(81, mix(before.branch, here.branch));
  add(82, mix(here.branch, after.branch));
  add(83, mix(here.branch, shape));
  add(84, mix(here.twig, here.shape));
}

function see(text: string, { list, clusters }: Lexicon, hideLists: boolean, hideClusters: boolean): Seen {
  const cut = text.length > LONGEST_WORD ? text.slice(0, LONGEST_WORD) : text;
  const lower = cut.toLowerCase().replace(" ", "");
  const word = /^\d+$/.test(lower) ? hashOf("0".repeat(lower.length)) : hashOf(lower);
  const leaf = hideClusters ? UNPLACED : leafOf(clusters, lower);
  return {
    word,
    exact: hashOf(cut),
    shape: hashOf(shapeOf(cut)),
    lists: hideLists ? 0 : listsOf(list, lower),
    leaf,
    branch: branchOf(leaf),
    twig: twigOf(leaf),
    text: cut,
    lower,
  };
}

/** `Mc-Donald` is `Xx-Xx`: what a word looks like, runs of one kind once; the length of short words and of figures counts. */
function shapeOf(text: string): string {
  if (/^(?:https?:|www\.)/.test(text)) return "url";
  if (text.length > 1 && text.startsWith("@")) return "handle";
  let shape = "";
  let last = "";
  for (const character of text) {
    const kind = kindOf(character);
    if (kind !== last) shape += kind;
    last = kind;
    if (shape.length > 8) break;
  }
  if (/^[X0]$/.test(shape)) return `${shape}${Math.min(text.length, 6)}`;
  return shape;
}

/** X a capital, x another letter, 0 a figure, else the sign itself. */
function kindOf(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 128) {
    if (code >= 97 && code <= 122) return "x";
    if (code >= 65 && code <= 90) return "X";
    return code >= 48 && code <= 57 ? "0" : character;
  }
  return /\p{Lu}/u.test(character) ? "X" : /[\p{L}\p{M}]/u.test(character) ? "x" : /\p{N}/u.test(character) ? "0" : character;
}

function casingOf(seen: readonly Seen[]): Casing {
  let [upper, title, lower] = [0, 0, 0];
  for (const { text, lists } of seen) {
    if (text.length < 2 || !/^\p{L}/u.test(text)) continue;
    if (text === text.toUpperCase()) upper++;
    else if (text[0] !== text[0]?.toLowerCase()) title += (lists & LISTS.common) === 0 ? 1 : 2;
    else lower++;
  }
  if (upper > title + lower) return 3;
  if (title > 2 * lower) return 4;
  return title + upper === 0 ? 2 : 1;
}
