/** Finds words wherever they stand in a text, all of them in one walk; many words, of three units at least. */
import { step, type Tree, treeOf } from "./tree.ts";

/** Where a word may begin: by its first three units, the node that they lead to. `begins` has a 1 where the low bits of three units are those of a word's. */
type Beginnings = {
  readonly begins: Uint8Array;
  readonly mask: number;
  readonly pairs: Int32Array;
  readonly thirds: Uint16Array;
  readonly nodes: Uint16Array;
};
/** Of a unit: as many as tell small letters apart. */
const LOW_BITS = 5;
/** The low bits of a unit, and those of three. */
const LOW = (1 << LOW_BITS) - 1;
const LOW_OF_THREE = (1 << (3 * LOW_BITS)) - 1;

/** Bits of the hash of four units' low bits: few words leave most of its places free, and it stays near. */
const FOUR_BITS = 17;
const hashOfFour = (low: number): number => Math.imul(low, 0x9e3779b1) >>> (32 - FOUR_BITS);

/** Has a bit where the low bits of four units are hashed to with which a word goes on; a word of three goes on with any. */
function beginningsOfFour(words: readonly string[]): Uint8Array {
  const bits = new Uint8Array((1 << FOUR_BITS) >> 3);
  const put = (low: number): void => {
    const place = hashOfFour(low);
    bits[place >> 3] = (bits[place >> 3] ?? 0) | (1 << (place & 7));
  };
  for (const word of words) {
    let low = 0;
    for (let index = 0; index < 4; index++) low = (low << LOW_BITS) | (word.charCodeAt(index) & LOW);
    if (word.length > 3) put(low);
    else for (let fourth = 0; fourth <= LOW; fourth++) put((low & ~LOW) | fourth);
  }
  return bits;
}

/** Has a 1 where the low bits of three units, one behind the other, are those that a word begins with; a shorter word begins with any behind it. */
function beginningsIn(words: readonly string[]): Uint8Array {
  const begins = new Uint8Array(LOW_OF_THREE + 1);
  for (const word of words) {
    let first = 0;
    let free = 0;
    for (let index = 0; index < 3; index++) {
      first = (first << LOW_BITS) | (word.charCodeAt(index) & LOW);
      if (index >= word.length) free = (free << LOW_BITS) | LOW;
    }
    begins.fill(1, first, first + free + 1);
  }
  return begins;
}
/** Places for each beginning: most places are free, and few units begin a word. */
const ROOM = 8;
/** Several beginnings share the place: they are told apart by a walk from the root. */
const SEVERAL = 0xffff;

const placeOf = (first: number, second: number, third: number): number => Math.imul(first, 961) + Math.imul(second, 31) + third;
const pairOf = (first: number, second: number): number => (first << 16) | second;

function beginningsOf(words: readonly string[], tree: Tree): Beginnings {
  const size = 1 << (32 - Math.clz32(new Set(words.map((word) => word.slice(0, 3))).size * ROOM));
  const [pairs, thirds, nodes] = [new Int32Array(size), new Uint16Array(size), new Uint16Array(size)];
  for (const word of words) {
    const [first, second, third] = [word.charCodeAt(0), word.charCodeAt(1), word.charCodeAt(2)];
    const place = placeOf(first, second, third) & (size - 1);
    const node = step(tree, step(tree, step(tree, 0, first), second), third);
    nodes[place] = nodes[place] === 0 || nodes[place] === node ? node : SEVERAL;
    pairs[place] = pairOf(first, second);
    thirds[place] = third;
  }
  return { begins: beginningsIn(words), mask: size - 1, pairs, thirds, nodes };
}

/** The node that three units lead to; 0: no word begins with them. */
function nodeOf({ mask, pairs, thirds, nodes }: Beginnings, tree: Tree, first: number, second: number, third: number): number {
  const place = placeOf(first, second, third) & mask;
  const node = nodes[place] ?? 0;
  if (node === 0) return 0;
  if (node === SEVERAL) return stepOrNone(tree, stepOrNone(tree, step(tree, 0, first), second), third);
  return pairs[place] === pairOf(first, second) && thirds[place] === third ? node : 0;
}

/** The root is no node that a unit leads to. */
const stepOrNone = (tree: Tree, node: number, code: number): number => (node === 0 ? 0 : step(tree, node, code));

/** A word's first units are looked up in a tree, which is small enough to stay near; what is left of long words is compared. */
const UNITS_IN_TREE = 6;

type Words = {
  readonly tree: Tree;
  /** By a node: the word that ends there, or -1. */
  readonly wordAt: Int32Array;
  /** By a node: the longer words that lead to it. */
  readonly longerAt: readonly (readonly Longer[] | undefined)[];
  readonly beginnings: Beginnings;
};
/** What follows the units in the tree. */
type Longer = { readonly rest: string; readonly word: number };

function wordsByNode(words: readonly string[], unitsInTree: number): Words {
  const tree = treeOf(words.map((word) => word.slice(0, unitsInTree)));
  const wordAt = new Int32Array(tree.count).fill(-1);
  const longerAt: Longer[][] = new Array(tree.count);
  words.forEach((word, index) => {
    const node = tree.ends[index] ?? 0;
    if (word.length <= unitsInTree) wordAt[node] = index;
    else {
      longerAt[node] ??= [];
      longerAt[node].push({ rest: word.slice(unitsInTree), word: index });
    }
  });
  return { tree, wordAt, longerAt, beginnings: beginningsOf(words, tree) };
}

/** Is told every word that is found, and where it begins. */
export type SeeWord = (word: number, at: number) => void;

/** Finds words wherever they stand in a text. Linear: from each unit, at most the longest word is walked along. */
export function searchFor(words: readonly string[]): (text: string, see: SeeWord) => void {
  const { tree, wordAt, longerAt, beginnings } = wordsByNode(words, UNITS_IN_TREE);
  const { begins } = beginnings;
  const fours = beginningsOfFour(words);
  const walk = (text: string, from: number, beginning: number, see: SeeWord): void => {
    let node = beginning;
    for (let next = from + 3; node !== 0; next++) {
      const word = wordAt[node] ?? -1;
      if (word >= 0) see(word, from);
      if (next >= text.length) return;
      if (next === from + UNITS_IN_TREE) {
        for (const { rest, word } of longerAt[node] ?? NO_WORDS) if (text.startsWith(rest, next)) see(word, from);
        return;
      }
      node = step(tree, node, text.charCodeAt(next));
    }
  };
  return (text, see) => {
    let low = ((text.charCodeAt(0) & LOW) << LOW_BITS) | (text.charCodeAt(1) & LOW);
    for (let at = 2; at < text.length; at++) {
      const third = text.charCodeAt(at);
      low = ((low << LOW_BITS) | (third & LOW)) & LOW_OF_THREE;
      if (begins[low] !== 1) continue;
      // Half of what begins as a word goes on as none.
      if (at + 1 < text.length) {
        const place = hashOfFour((low << LOW_BITS) | (text.charCodeAt(at + 1) & LOW));
        if (((fours[place >> 3] ?? 0) & (1 << (place & 7))) === 0) continue;
      }
      const node = nodeOf(beginnings, tree, text.charCodeAt(at - 2), text.charCodeAt(at - 1), third);
      if (node !== 0) walk(text, at - 2, node, see);
    }
  };
}

const NO_WORDS: readonly Longer[] = [];

/** The same in the units of a text that count (`counts` has a 1 for them). Linear: at most as many walks lead over one unit as the longest word has. */
export function searchAmong(words: readonly string[], counts: Uint8Array): (text: string, see: SeeWord) => void {
  const { tree, wordAt, beginnings } = wordsByNode(words, Number.POSITIVE_INFINITY);
  const { begins } = beginnings;
  return (text, see) => {
    let low = 0;
    /** Where the last three units that count are. */
    let [placeOfFirst, placeOfSecond, placeOfThird] = [-1, -1, -1];
    for (let at = 0; at < text.length; at++) {
      const third = text.charCodeAt(at);
      if (counts[third] !== 1) continue;
      low = ((low << LOW_BITS) | (third & LOW)) & LOW_OF_THREE;
      placeOfFirst = placeOfSecond;
      placeOfSecond = placeOfThird;
      placeOfThird = at;
      if (begins[low] !== 1 || placeOfFirst < 0) continue;
      let node = nodeOf(beginnings, tree, text.charCodeAt(placeOfFirst), text.charCodeAt(placeOfSecond), third);
      for (let next = at + 1; node !== 0; next++) {
        const word = wordAt[node] ?? -1;
        if (word >= 0) see(word, placeOfFirst);
        while (next < text.length && counts[text.charCodeAt(next)] !== 1) next++;
        if (next >= text.length) break;
        node = step(tree, node, text.charCodeAt(next));
      }
    }
  };
}
