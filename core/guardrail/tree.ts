/** Many words as one tree of their UTF-16 units, in flat tables: whoever walks along it finds all words that begin at a place, and makes no text of any. */

/** `keys` and `nodes` are an open table of branches: a node and a unit lead to the next node. Node 0 is the root. */
export type Tree = {
  readonly keys: Int32Array;
  readonly nodes: Int32Array;
  /** The node at which each word ends, in the order of the words. */
  readonly ends: Int32Array;
  /** Every node is below it. */
  readonly count: number;
};

/** Nodes that a key has room for. */
const MOST_NODES = 1 << 16;

/** The tree of words. Throws where they have too many beginnings together, which is an error of whoever wrote them. */
export function treeOf(words: readonly string[]): Tree {
  const units = words.reduce((sum, { length }) => sum + length, 0);
  const size = 1 << (34 - Math.clz32(Math.max(1, units)));
  const keys = new Int32Array(size);
  const nodes = new Int32Array(size);
  let count = 1;
  const ends = Int32Array.from(words, (word) => {
    let node = 0;
    for (let at = 0; at < word.length; at++) {
      const place = placeOf(keys, node, word.charCodeAt(at));
      if (nodes[place] === 0) {
        keys[place] = keyOf(node, word.charCodeAt(at));
        nodes[place] = count++;
      }
      node = nodes[place] ?? 0;
    }
    return node;
  });
  if (count > MOST_NODES) throw new Error(`${count} nodes of words: a tree holds ${MOST_NODES}`);
  return { ...compact(keys, nodes, count), ends, count };
}

/** Places for each node: a small table stays near, a full one is walked along. */
const ROOM = 8;

/** The same branches in a table of the size that they need. */
function compact(keys: Int32Array, nodes: Int32Array, count: number): { readonly keys: Int32Array; readonly nodes: Int32Array } {
  const size = 1 << (32 - Math.clz32(count * ROOM));
  if (size >= keys.length) return { keys, nodes };
  const [fewerKeys, fewerNodes] = [new Int32Array(size), new Int32Array(size)];
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] ?? 0;
    if (key === 0) continue;
    const place = placeOf(fewerKeys, key >>> 16, key & 0xffff);
    fewerKeys[place] = key;
    fewerNodes[place] = nodes[at] ?? 0;
  }
  return { keys: fewerKeys, nodes: fewerNodes };
}

/** The node that a unit leads to; 0: no word goes on so. */
export const step = ({ keys, nodes }: Tree, node: number, code: number): number => nodes[placeOf(keys, node, code)] ?? 0;

const keyOf = (node: number, code: number): number => (node << 16) | code;

/** Where a branch is in the table, or where it would be. A branch leads to a node above 0, so that a free place answers 0. */
function placeOf(keys: Int32Array, node: number, code: number): number {
  const mask = keys.length - 1;
  const key = keyOf(node, code);
  let at = (Math.imul(key, 0x9e3779b1) >>> 7) & mask;
  while (keys[at] !== 0 && keys[at] !== key) at = (at + 1) & mask;
  return at;
}
