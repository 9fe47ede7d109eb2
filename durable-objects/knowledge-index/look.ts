/** One search in one shard: the best chunks by words and by vector among the partitions that the caller may read, and nothing of the others. */
import { Best } from "../../core/knowledge/best.ts";
import { type Postings, type Statistics, scoresOf } from "../../core/knowledge/bm25.ts";
import type { Place } from "../../core/knowledge/rank.ts";
import { mayRead, type Reader, rightsOf } from "../../core/knowledge/rights.ts";
import type { Filter, Hit, SearchAnswer, SearchRequest } from "../../core/knowledge/search.ts";
import type { Columns } from "./columns.ts";
import type { KeptRevision, Revisions } from "./revisions.ts";
import type { Words } from "./words.ts";

/** A shard as a search sees it. */
export type Shard = {
  readonly sql: SqlStorage;
  readonly words: Words;
  readonly revisions: Revisions;
  readonly columns: Columns;
  readonly served: ReadonlyMap<number, KeptRevision>;
};

/** `given`: statistics of all shards; null: this shard is the only one. */
export function look(shard: Shard, request: SearchRequest, given: Statistics | null, at: number): SearchAnswer {
  const parts = readableParts(shard, request.reader);
  const postings = postingsFor(shard, parts, request);
  const statistics = given ?? statisticsOf(shard, parts, postings);
  const placeOf = fitting(shard, request.filter, at);
  const words = byWords(shard, request, postings, statistics, placeOf);
  const near = byVector(shard, parts, request, placeOf);
  const keyword = new Map(words.map(({ one, score }) => [one, score]));
  const vector = new Map(near.map(({ one, score }) => [one, score]));
  const slots = [...new Set([...keyword.keys(), ...vector.keys()])];
  return { statistics, hits: hitsOf(shard, slots, keyword, vector) };
}

/** The statistics of a query alone. */
export function count(shard: Shard, request: SearchRequest): Statistics {
  const parts = readableParts(shard, request.reader);
  return statisticsOf(shard, parts, postingsFor(shard, parts, request));
}

/** The partitions that the reader may read. */
export const readableParts = ({ revisions }: Pick<Shard, "revisions">, reader: Reader): number[] =>
  revisions.parts().flatMap(({ id, rights }) => (mayRead(rightsOf(rights), reader) ? [id] : []));

/** Of each term, from each partition. */
const postingsFor = ({ words, columns }: Shard, parts: readonly number[], { terms }: SearchRequest): Postings[][] =>
  terms.map(({ term }) => parts.map((part) => words.postings(term, part, (chunk) => columns.slotOf(chunk))));

const statisticsOf = ({ columns }: Shard, parts: readonly number[], postings: readonly (readonly Postings[])[]): Statistics => ({
  ...columns.sums(parts),
  frequencies: postings.map((ofTerm) => ofTerm.reduce((sum, { chunks }) => sum + chunks.length, 0)),
});

type PlaceOf = (slot: number) => Place | null;

function byWords({ columns }: Shard, request: SearchRequest, postings: Postings[][], statistics: Statistics, placeOf: PlaceOf) {
  const best = new Best<number>(request.take, placeOf);
  const scores = scoresOf(request.terms, postings, (slot) => columns.lengthAt(slot), statistics, columns.size);
  for (const slot of scores.found) best.offer(slot, scores.of(slot));
  return best.sorted();
}

function byVector({ columns, served }: Shard, parts: readonly number[], { vector, space, take }: SearchRequest, placeOf: PlaceOf) {
  const best = new Best<number>(take, placeOf);
  if (vector === null) return best.sorted();
  // Chunks of one revision follow each other.
  let [revision, isOfSpace] = [-1, false];
  columns.near(vector, parts, (slot, column, likeness) => {
    if (column.revision !== revision) [revision, isOfSpace] = [column.revision, served.get(column.revision)?.space === space];
    if (!isOfSpace) return;
    const score = likeness();
    if (score > 0) best.offer(slot, score);
  });
  return best.sorted();
}

/** Where a chunk lies, if its revision is still in force and has the facts that are asked for. */
function fitting({ columns, served }: Shard, filter: Filter, at: number): PlaceOf {
  const asked = Object.entries(filter);
  return (slot) => {
    const column = columns.at(slot);
    const revision = column === null ? undefined : served.get(column.revision);
    if (column === null || revision === undefined || (revision.expiresAt !== null && revision.expiresAt <= at)) return null;
    const fits = asked.every(
      ([name, values]) => Object.hasOwn(revision.metadata, name) && values.some((value) => value === revision.metadata[name]),
    );
    return fits ? { document: revision.document, index: column.number } : null;
  };
}

type Row = { id: number; starts: number; ends: number; section: string; text: string };

function hitsOf(
  { sql, columns, served }: Shard,
  slots: readonly number[],
  keyword: ReadonlyMap<number, number>,
  vector: ReadonlyMap<number, number>,
): Hit[] {
  const ids = slots.flatMap((slot) => columns.at(slot)?.id ?? []);
  const rows = sql.exec<Row>(
    "SELECT id, starts, ends, section, text FROM chunk WHERE id IN (SELECT value FROM json_each(?))",
    JSON.stringify(ids),
  );
  const byId = new Map(rows.toArray().map((row) => [row.id, row]));
  return slots.flatMap((slot) => {
    const column = columns.at(slot);
    const revision = column === null ? undefined : served.get(column.revision);
    const row = column === null ? undefined : byId.get(column.id);
    if (column === null || revision === undefined || row === undefined) return [];
    return [
      {
        document: revision.document,
        revision: revision.revision,
        title: revision.title,
        source: revision.source,
        hash: revision.hash,
        index: column.number,
        start: row.starts,
        end: row.ends,
        section: JSON.parse(row.section) as string[],
        text: row.text,
        keyword: keyword.get(slot) ?? null,
        vector: vector.get(slot) ?? null,
        embedding: columns.vectorAt(slot),
      },
    ];
  });
}
