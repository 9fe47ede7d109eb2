/** One search in one shard: the best chunks by words and by vector among the partitions that the caller may read, and nothing of the others. */
import { countChunks, type Postings, type Statistics, scoresOf } from "../../core/knowledge/bm25.ts";
import { byScore } from "../../core/knowledge/rank.ts";
import { mayRead, type Reader, rightsOf } from "../../core/knowledge/rights.ts";
import type { Filter, Hit, SearchAnswer, SearchRequest } from "../../core/knowledge/search.ts";
import { type Columns, likeness, normOf } from "./columns.ts";
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

type Scored = { readonly id: number; readonly document: string; readonly index: number; readonly score: number };

/** `given`: statistics of all shards; null: this shard is the only one. */
export function look(shard: Shard, request: SearchRequest, given: Statistics | null, at: number): SearchAnswer {
  const parts = readableParts(shard, request.reader);
  const postings = request.terms.map(({ term }) => shard.words.places(term, parts));
  const statistics = given ?? statisticsOf(shard, parts, postings);
  const lengthOf = (chunk: number): number => shard.columns.byId.get(chunk)?.length ?? 0;
  const fits = fitting(shard, request.filter, at);
  const words = best(shard, scoresOf(request.terms, postings, lengthOf, statistics), fits, request.take);
  const near = request.vector === null ? [] : best(shard, nearOf(shard, new Set(parts), request), fits, request.take);
  const keyword = new Map(words.map(({ id, score }) => [id, score]));
  const vector = new Map(near.map(({ id, score }) => [id, score]));
  const ids = [...new Set([...keyword.keys(), ...vector.keys()])];
  return { statistics, hits: ids.flatMap((id) => hitOf(shard, id, keyword.get(id) ?? null, vector.get(id) ?? null)) };
}

/** The statistics of a query alone. */
export function count(shard: Shard, request: SearchRequest): Statistics {
  const parts = readableParts(shard, request.reader);
  return statisticsOf(
    shard,
    parts,
    request.terms.map(({ term }) => shard.words.places(term, parts)),
  );
}

/** The partitions that the reader may read. */
export const readableParts = ({ revisions }: Pick<Shard, "revisions">, reader: Reader): number[] =>
  revisions.parts().flatMap(({ id, rights }) => (mayRead(rightsOf(rights), reader) ? [id] : []));

const statisticsOf = ({ columns }: Shard, parts: readonly number[], postings: readonly Postings[]): Statistics => ({
  ...columns.sums(parts),
  frequencies: postings.map(countChunks),
});

function nearOf({ columns, served }: Shard, parts: ReadonlySet<number>, { vector, space }: SearchRequest): Map<number, number> {
  const found = new Map<number, number>();
  if (vector === null) return found;
  const norm = normOf(vector);
  for (const [id, column] of columns.byId) {
    if (!parts.has(column.part) || served.get(column.revision)?.space !== space) continue;
    const score = likeness(vector, norm, column);
    if (score !== null && score > 0) found.set(id, score);
  }
  return found;
}

function best(
  { columns, served }: Shard,
  scores: ReadonlyMap<number, number>,
  fits: (revision: number) => boolean,
  most: number,
): Scored[] {
  const all: Scored[] = [];
  for (const [id, score] of scores) {
    const column = columns.byId.get(id);
    const revision = column === undefined ? undefined : served.get(column.revision);
    if (column === undefined || revision === undefined || !fits(column.revision)) continue;
    all.push({ id, document: revision.document, index: column.number, score });
  }
  return all.sort(byScore).slice(0, most);
}

/** Whether a revision is still in force and has the facts that are asked for. */
function fitting({ served }: Shard, filter: Filter, at: number): (revision: number) => boolean {
  const asked = Object.entries(filter);
  return (id) => {
    const revision = served.get(id);
    if (revision === undefined || (revision.expiresAt !== null && revision.expiresAt <= at)) return false;
    return asked.every(
      ([name, values]) => Object.hasOwn(revision.metadata, name) && values.some((value) => value === revision.metadata[name]),
    );
  };
}

type Row = { starts: number; ends: number; section: string; text: string };

function hitOf({ sql, columns, served }: Shard, id: number, keyword: number | null, vector: number | null): Hit[] {
  const column = columns.byId.get(id);
  const revision = column === undefined ? undefined : served.get(column.revision);
  const [row] = sql.exec<Row>("SELECT starts, ends, section, text FROM chunk WHERE id = ?", id).toArray();
  if (column === undefined || revision === undefined || row === undefined) return [];
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
      keyword,
      vector,
      embedding: column.vector,
    },
  ];
}
