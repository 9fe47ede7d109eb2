/**
 * How far an answer rests on what a run has found, sentence by sentence: each is compared with the chunks that it cites, or with everything where it
 * cites nothing; what two documents say differently is not taken from one of them. Where a model was asked (task `judge`), its word decides about
 * sentences of which the rules are not sure; numbers and names have to agree whatever it says. Pure, bounded.
 */
import { isObject, type Json } from "../../json.ts";
import { type Moderation, opinionOn } from "../moderate/opinion.ts";
import { type Claim, claimsOf } from "./claims.ts";
import { contradictionOf, type Entailment, type Evidence, entailmentOf, evidenceOf, type Lack, placesFor } from "./entail.ts";
import { type Citation, chunkOf, type Heard, isChunkName, type Passage, passagesIn, readPassage } from "./sources.ts";
import { keysOf, type Row, rowsOf, SOMETHING } from "./tokens.ts";

export type { Citation } from "./sources.ts";

/** What an answer may rest on. `known`: chunks that searches of the run found, by name: only these can be cited. `queries`: what was searched for. */
export type Sources = {
  readonly passages: readonly Passage[];
  readonly known: ReadonlyMap<string, Citation>;
  readonly queries: readonly string[];
};

/** The sources in what steps gave. `heard`: chunks' texts, and what the run was asked beside its queries. */
export const sourcesOf = (
  values: readonly Json[],
  known: ReadonlyMap<string, Citation> = new Map(),
  queries: readonly string[] = [],
  heard: Omit<Heard, "known"> = {},
): Sources => ({
  passages: passagesIn(values, { ...heard, known, asked: [...queries, ...(heard.asked ?? [])] }),
  known,
  queries,
});

/** A sentence of an answer, judged. `lack`: why it is not supported; null: it is. `isUnsure`: a model may be asked about it. */
export type Judged = Claim & {
  readonly score: number;
  readonly lack: Lack | null;
  readonly isUnsure: boolean;
  /** Indexes of the passages that it is compared with; null: all of them. */
  readonly among: readonly number[] | null;
  /** The chunk that carries it best. */
  readonly carriedBy: Citation | null;
  /** Who decided: the rules, the model, or the model's silence. */
  readonly by: "rules" | "judge" | "silence";
};

/** Sentences of one answer that are judged; of further ones nothing is known, and so they are not supported. */
const MOST_CLAIMS = 400;
/** From this score on the rules are sure that a sentence without a contradiction is supported. */
const SURE = 0.9;
/** What a model may see otherwise: rules of grammar err, and words have synonyms. */
const ARGUABLE: ReadonlySet<Lack> = new Set(["negation", "relation", "words"]);
/** Share of its words that a passage of another document has to hold, so that it speaks of the same and can say otherwise. */
const SAME_MATTER = 0.8;

/** The passages of sources, read once for all rules that share them. */
export type Ground = {
  readonly evidence: Evidence;
  readonly byName: ReadonlyMap<string, number>;
  /** What was searched for. */
  readonly asked: readonly Row[];
};

/** Reads the sources. */
export function groundOf({ passages: given, queries }: Sources): Ground {
  const passages = given.map(readPassage);
  const byName = new Map(passages.flatMap(({ cite }, index) => (cite === null ? [] : [[cite.chunk, index] as const])));
  const asked = queries.slice(0, MOST_QUERIES).flatMap((query) => rowsOf(query.slice(0, QUERY_UNITS)));
  return { evidence: evidenceOf(passages), byName, asked };
}

/** Queries of a run that are looked at, and UTF-16 units of each. */
const MOST_QUERIES = 8;
const QUERY_UNITS = 1_000;

/** Judges every sentence that claims something. `opinions`: of a model; null: nobody asked one. `isClosed`: its silence counts against a sentence. */
export function judgeClaims(
  answer: Json,
  { evidence, byName, asked }: Ground,
  min: number,
  rule = 0,
  opinions: Moderation | null = null,
  isClosed = false,
): Judged[] {
  return claimsOf(answer)
    .filter(({ rows }) => rows.length > 0)
    .map((claim, index) => {
      if (index >= MOST_CLAIMS) return { ...claim, score: 0, lack: "words", isUnsure: false, among: null, carriedBy: null, by: "rules" };
      const judged = byRules(claim, evidence, byName, min, asked);
      if (!judged.isUnsure || opinions === null) return judged;
      const opinion = opinionOn(opinions, { kind: "grounded", rule, sentence: index });
      if (opinion === null) return judged;
      if (opinion === "failed") return isClosed ? { ...judged, lack: judged.lack ?? "words", by: "silence" } : judged;
      return { ...judged, lack: opinion.broken ? (judged.lack ?? "words") : null, by: "judge" };
    });
}

function byRules(claim: Claim, evidence: Evidence, byName: ReadonlyMap<string, number>, min: number, asked: readonly Row[]): Judged {
  const cited = claim.cites.map((name) => byName.get(name) ?? null);
  const among = claim.cites.length === 0 ? null : cited.filter((index) => index !== null);
  const found = claim.rows.map((row) => entailmentOf(row, evidence, among === null ? null : new Set(among)));
  const score = Math.min(...found.map((one) => one.score));
  const best = found.find(({ passage }) => passage !== null)?.passage ?? null;
  const carriedBy = best === null ? null : (evidence.passages[best]?.cite ?? null);
  const lack =
    lackOf(claim, found, cited.includes(null), score < min) ??
    (isDisputed(claim, evidence, found) || isAnsweredOtherwise(claim, evidence, found, asked) ? "conflict" : null);
  const isUnsure = lack === null ? score < SURE : ARGUABLE.has(lack);
  return { ...claim, score: lack === null || lack === "words" ? score : 0, lack, isUnsure, among, carriedBy, by: "rules" };
}

function lackOf(claim: Claim, found: readonly Entailment[], isInvented: boolean, isLow: boolean): Lack | null {
  if (isInvented && claim.cites.length > 0) return "citation";
  return found.find(({ lack }) => lack !== null)?.lack ?? (isLow ? "words" : null);
}

/** A passage of another document speaks of the same and says otherwise. */
function isDisputed({ rows }: Claim, evidence: Evidence, found: readonly Entailment[]): boolean {
  return rows.some((row, at) => {
    const own = found[at]?.passage ?? null;
    const document = own === null ? null : (evidence.passages[own]?.cite?.document ?? null);
    if (document === null) return false;
    const around = evidence.passages[own ?? 0]?.around ?? new Set<string>();
    const asked = new Set<number>();
    return placesFor(row, evidence, null).some(({ passage: index, row: place }) => {
      const passage = evidence.passages[index];
      if (asked.has(index) || passage?.cite == null || passage.cite.document === document) return false;
      const keys = passage.rowKeys[place];
      const missing = row.tokens.filter((token) => !keysOf(token).some((key) => keys?.has(key) === true || passage.around.has(key)));
      const names = missing.filter(({ isName }) => isName).length;
      if (row.tokens.length === 0 || names > 1 || missing.length - names > row.tokens.length * (1 - SAME_MATTER)) return false;
      // What the titles name differently are different things.
      if (missing.some((token) => keysOf(token).some((key) => around.has(key)))) return false;
      asked.add(index);
      return contradictionOf(row, evidence, index) !== null;
    });
  });
}

/** Share of a query's words that a sentence has to hold, with its title, so that it answers the query. */
const ANSWERS = 0.7;

/**
 * A sentence of another document answers what was searched for with another number of the same unit: whoever wants a lie to be believed repeats the
 * question, and words the lie so that it contradicts nothing.
 */
function isAnsweredOtherwise({ rows }: Claim, evidence: Evidence, found: readonly Entailment[], asked: readonly Row[]): boolean {
  return rows.some((row, at) => {
    const own = evidence.passages[found[at]?.passage ?? -1];
    const document = own?.cite?.document;
    const counted = row.quantities.filter(({ unit, isSoft }) => !isSoft && unit !== null && unit !== SOMETHING);
    if (document === undefined || counted.length === 0) return false;
    // A query that names nothing asks in general, and terms have many numbers for many cases.
    return asked.some(
      (query) =>
        query.tokens.some(({ isName }) => isName) &&
        placesFor(query, evidence, null).some(({ passage: index, row: place }) => {
          const passage = evidence.passages[index];
          const other = passage?.rows[place];
          if (other === undefined || passage?.cite == null || passage.cite.document === document) return false;
          const holds = (token: Row["tokens"][number]): boolean =>
            keysOf(token).some((key) => passage.rowKeys[place]?.has(key) === true || passage.around.has(key));
          // Names, and what the cited document's title names, are what it is about.
          const names = [...query.tokens, ...row.tokens].filter(
            (token) => token.isName || keysOf(token).some((key) => own?.around.has(key)),
          );
          const held = query.tokens.filter(holds).length;
          if (held < query.tokens.length * ANSWERS || !names.every(holds)) return false;
          return counted.some((mine) => {
            const same = other.quantities.filter(({ unit, isSoft }) => unit === mine.unit && !isSoft);
            return same.length > 0 && same.every(({ value }) => value !== mine.value);
          });
        }),
    );
  });
}

/**
 * Where the chunks stand that an answer names, in the order in which it names them; where it names none, those that carry its sentences. A name that no
 * search of the run found is left out.
 */
export function citationsOf(answer: Json, sources: Sources, min: number): Citation[] {
  const found = new Map<string, Citation>();
  const add = (cite: Citation | null | undefined): void => {
    if (cite !== null && cite !== undefined && !found.has(cite.chunk)) found.set(cite.chunk, cite);
  };
  const claims = claimsOf(answer);
  for (const { cites } of claims) for (const name of cites) add(sources.known.get(name));
  for (const name of namesIn(answer)) add(sources.known.get(name));
  if (found.size > 0) return [...found.values()].slice(0, MOST_CITATIONS);
  for (const { lack, carriedBy } of judgeClaims(answer, groundOf(sources), min)) if (lack === null) add(carriedBy);
  return [...found.values()].slice(0, MOST_CITATIONS);
}

/** Citations of one answer that are kept. */
const MOST_CITATIONS = 100;

/** Strings of the answer that are nothing but a chunk's name. */
function namesIn(value: Json): string[] {
  if (typeof value === "string") return isChunkName(value.trim()) ? [value.trim()] : [];
  if (Array.isArray(value)) return value.flatMap(namesIn);
  return isObject(value) ? Object.values(value).flatMap(namesIn) : [];
}

/** Fields of a citation that the platform fills in, whatever a model wrote there. */
const RESOLVED = ["document", "revision", "start", "end", "title", "source"] as const;

/**
 * The answer with its citations resolved: an object that names a known chunk says of its place what is true. Fields that it lacks are added, unless
 * `fits` refuses the result; then only those that it has are put right.
 */
export function resolved(answer: Json, known: ReadonlyMap<string, Citation>, fits: (value: Json) => boolean): Json {
  const full = withPlaces(answer, known, true);
  if (full === answer || fits(full)) return full;
  const right = withPlaces(answer, known, false);
  return fits(right) ? right : answer;
}

function withPlaces(value: Json, known: ReadonlyMap<string, Citation>, adds: boolean): Json {
  if (Array.isArray(value)) {
    const items = value.map((item) => withPlaces(item, known, adds));
    return items.every((item, at) => item === value[at]) ? value : items;
  }
  if (!isObject(value)) return value;
  const cite = typeof value["chunk"] === "string" ? known.get(value["chunk"]) : undefined;
  const entries = Object.entries(value).map(([key, item]) => [key, withPlaces(item, known, adds)] as const);
  if (cite === undefined) return entries.every(([key, item]) => item === value[key]) ? value : Object.fromEntries(entries);
  const places = RESOLVED.flatMap((field): [string, Json][] => {
    const meant = cite[field];
    const isNeeded = field !== "title" && field !== "source";
    return meant !== undefined && (Object.hasOwn(value, field) || (adds && isNeeded)) ? [[field, meant]] : [];
  });
  return Object.fromEntries([...entries, ...places]);
}

/** What searches say that they looked for. */
export const queriesIn = (searches: readonly Json[]): readonly string[] =>
  searches.flatMap((search) => (isObject(search) && typeof search["query"] === "string" ? [search["query"]] : []));

/** What a search found, without what it was asked. */
export const resultsIn = (search: Json): readonly Json[] =>
  isObject(search) && Array.isArray(search["results"]) ? search["results"].filter((result) => chunkOf(result) !== null) : [];

/** The chunks in what searches gave, by name. */
export const chunksIn = (searches: readonly Json[]): ReadonlyMap<string, Citation> =>
  new Map(
    searches.flatMap(resultsIn).flatMap((result) => {
      const cite = chunkOf(result);
      return cite === null ? [] : [[cite.chunk, cite] as const];
    }),
  );

/** The texts of these chunks, by name. */
export const textsIn = (searches: readonly Json[]): ReadonlyMap<string, string> =>
  new Map(
    searches.flatMap(resultsIn).flatMap((result) => {
      const cite = chunkOf(result);
      return cite === null || !isObject(result) ? [] : [[cite.chunk, String(result["text"])] as const];
    }),
  );
