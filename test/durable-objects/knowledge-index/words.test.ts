/** Postings that are remembered: asked for once, forgotten with their partition, and never more than fit. */
import { expect, it } from "vitest";
import { Words } from "../../../durable-objects/knowledge-index/words.ts";

/** A full-text index in which a term `n5` is in the first five chunks. */
function makeWords() {
  const asked: string[] = [];
  const sql = {
    exec: (query: string, term: string) => {
      const chunks = Number(/n(\d+)$/.exec(term ?? "")?.[1] ?? 0);
      if (query.startsWith("SELECT")) asked.push(term);
      return { toArray: () => (chunks === 0 ? [] : [{ places: JSON.stringify(Array.from({ length: chunks }, (_, at) => at)) }]) };
    },
  } as unknown as SqlStorage;
  const words = new Words(sql);
  const isRemembered = (term: string, part: number): boolean => {
    const before = asked.length;
    words.postings(term, part, (chunk) => chunk);
    return asked.length === before;
  };
  return { words, isRemembered };
}

it("[KNOW-41] postings are read once for each partition until what it serves changes", () => {
  const { words, isRemembered } = makeWords();
  expect([isRemembered("n5", 1), isRemembered("n5", 2), isRemembered("none", 1)]).toEqual([false, false, false]);
  expect([isRemembered("n5", 1), isRemembered("n5", 2), isRemembered("none", 1)]).toEqual([true, true, true]);
  expect(words.postings("n5", 1, () => undefined).chunks).toEqual(Uint32Array.of(0, 1, 2, 3, 4));
  words.forget(1);
  words.forget(3);
  expect([isRemembered("n5", 1), isRemembered("n5", 2)]).toEqual([false, true]);
  words.clear();
  expect([isRemembered("n5", 1), isRemembered("n5", 2)]).toEqual([false, false]);
});

it("[KNOW-41] a million of chunks and terms is remembered, then all is read again", () => {
  const { words, isRemembered } = makeWords();
  const half = "n499999"; // with its term itself half a million
  for (const part of [1, 2]) isRemembered(half, part);
  expect([isRemembered(half, 1), isRemembered(half, 2)]).toEqual([true, true]);
  words.forget(1);
  isRemembered("n499998", 1);
  expect(isRemembered("n5", 3)).toBe(false); // one short of a million: it is remembered beside the others
  expect([isRemembered(half, 2), isRemembered("n5", 3)]).toEqual([true, true]);
  expect([isRemembered("n6", 3), isRemembered(half, 2), isRemembered("n5", 3)]).toEqual([false, false, false]);
});

it("[KNOW-41] exactly a million is the most", () => {
  const { isRemembered } = makeWords();
  for (const part of [1, 2]) isRemembered("n499999", part);
  isRemembered("n5", 3);
  expect(isRemembered("n499999", 1)).toBe(false);
});
