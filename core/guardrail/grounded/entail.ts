/**
 * Whether a sentence says only what passages say: lexical entailment by rules, without a model. Numbers, names, denials and who does what to whom have
 * to agree with the passages' sentence that comes nearest; of the other words so many have to stand there as the caller asks. Deterministic, pure, and
 * bounded: a sentence is compared with a bounded number of rows, found by its rarest words.
 */

import { matchOf } from "./match.ts";
import { isReversed } from "./relation.ts";
import type { ReadPassage } from "./sources.ts";
import { keysOf, type Row, SOMETHING, type Token } from "./tokens.ts";

/** Why a sentence is not supported. `citation`: it cites what was not found. `conflict`: another passage says otherwise. `words`: too little of it stands there. */
export type Lack = "number" | "name" | "negation" | "relation" | "citation" | "conflict" | "words";

/** How far a sentence rests on passages. `score`: 0 to 1; `lack`: what makes it fail whatever the score is; `passage`: index of the one that carries it best. */
export type Entailment = {
  readonly score: number;
  readonly lack: Exclude<Lack, "words" | "citation" | "conflict"> | null;
  readonly passage: number | null;
};

/** Passages that can be searched. */
export type Evidence = { readonly passages: readonly ReadPassage[]; readonly byKey: ReadonlyMap<string, readonly Place[]> };
/** A row of a passage, both by index. */
export type Place = { readonly passage: number; readonly row: number };

/** Rows that one part of a sentence is compared with, and its words by which they are found. */
const MOST_ROWS = 32;
/** The rows of them whose words also match inside longer words. */
const MOST_FINE = 4;
const MOST_KEYS = 12;
/** Rows that are remembered for one word; one that occurs in more tells little. */
const MOST_PLACES = 400;

/** What a word counts that stands in the nearest sentence, in its neighbours or its headings, or elsewhere in the same passage. */
const NEAR = 0.9;
const ELSEWHERE = 0.55;
/** What a name counts, beside 1 for another word. */
const NAME_WEIGHT = 1.5;
/** Part of the score that the weakest part of the sentence decides. */
const WEAKEST = 0.5;
/** Words of a part that is judged by itself. */
const PART_WORDS = 1;
/** Share of a sentence's words that a row has to hold before the two are compared word by word. */
const COMPARABLE = 0.34;

/** Makes passages searchable. */
export function evidenceOf(passages: readonly ReadPassage[]): Evidence {
  const byKey = new Map<string, Place[]>();
  for (const [passage, { rowKeys, rows }] of passages.entries())
    for (const [row, keys] of rowKeys.entries()) {
      const numbers = rows[row]?.quantities.flatMap(numberKeys) ?? [];
      for (const key of [...keys, ...numbers]) {
        const places = byKey.get(key);
        if (places === undefined) byKey.set(key, [{ passage, row }]);
        else if (places.length < MOST_PLACES) places.push({ passage, row });
      }
    }
  return { passages, byKey };
}

/** What a number is found by: as it is written, and as so much of its unit. */
const numberKeys = ({ written, unit, value }: Compared): readonly string[] =>
  unit === null || unit === SOMETHING ? [`n${written}`] : [`n${written}`, `n${value} ${unit}`];

/** `row`: the sentence. `among`: indexes of the passages that count; null: all of them. */
export function entailmentOf(row: Row, evidence: Evidence, among: ReadonlySet<number> | null): Entailment {
  // `No.` alone: what it denies stands in no passage.
  if (row.tokens.length === 0 && row.quantities.length === 0) return { score: row.denials.length === 0 ? 1 : 0, lack: null, passage: null };
  const places = placesFor(row, evidence, among);
  const compared = compare(row, places, evidence);
  if (compared === null) return { score: 0, lack: missing(row, evidence, among), passage: null };
  const { score, whole, used } = compared;
  const lack = missing(row, evidence, among) ?? disagreement(row, used, evidence, places);
  return { score: lack === null ? score : 0, lack, passage: whole.place.passage };
}

/** What one passage says otherwise about the matter of a sentence; null: nothing. That it does not say something is no contradiction. */
export function contradictionOf(row: Row, evidence: Evidence, passage: number): Entailment["lack"] {
  const places = placesFor(row, evidence, new Set([passage]));
  const compared = compare(row, places, evidence);
  return compared === null ? null : disagreement(row, compared.used, evidence, places);
}

/** The rows that a sentence and its parts are nearest to, and how near. null: none shares a word with it. */
function compare(
  row: Row,
  places: readonly Place[],
  evidence: Evidence,
): { readonly score: number; readonly whole: Best; readonly used: readonly Compare[] } | null {
  const whole = bestFor(row, () => true, places, evidence);
  if (whole === null) return null;
  const groups = partsOf(row);
  const parts = groups.map((part) => bestFor(row, (one) => part.has(one), places, evidence) ?? whole);
  const total = Math.max(whole.score, parts.length === 0 ? 0 : weighted(parts));
  const weakest = parts.length === 0 ? whole.score : Math.min(whole.score, ...parts.map(({ score }) => score));
  const used = [
    { row, best: whole, isWhole: true },
    ...parts.map((best, index) => ({ row: partOf(row, groups[index] ?? new Set()), best, isWhole: false })),
  ];
  return { score: (1 - WEAKEST) * total + WEAKEST * weakest, whole, used };
}

type Best = { readonly place: Place; readonly score: number; readonly weight: number };

const weighted = (parts: readonly Best[]): number => {
  const weight = parts.reduce((sum, part) => sum + part.weight, 0);
  return weight === 0 ? 1 : parts.reduce((sum, part) => sum + part.score * part.weight, 0) / weight;
};

/** The rows that share the sentence's rarest words, best first; at most `MOST_ROWS`. */
export function placesFor(row: Row, { byKey }: Evidence, among: ReadonlySet<number> | null): readonly Place[] {
  const keys = [...new Set([...row.tokens.flatMap(keysOf), ...row.quantities.flatMap(numberKeys)])];
  const lists = keys
    .flatMap((key) => {
      const places = byKey.get(key)?.filter(({ passage }) => among === null || among.has(passage)) ?? [];
      return places.length === 0 ? [] : [places];
    })
    .sort((a, b) => a.length - b.length)
    .slice(0, MOST_KEYS);
  const shared = new Map<string, { readonly place: Place; count: number }>();
  for (const list of lists)
    for (const place of list) {
      const key = `${place.passage}/${place.row}`;
      const known = shared.get(key);
      // A rare word counts for more than one that stands everywhere.
      const worth = 1 / Math.sqrt(list.length);
      if (known === undefined) shared.set(key, { place, count: worth });
      else known.count += worth;
    }
  return [...shared.values()]
    .sort((a, b) => b.count - a.count || a.place.passage - b.place.passage || a.place.row - b.place.row)
    .slice(0, MOST_ROWS)
    .map(({ place }) => place);
}

/** The parts of a sentence that are judged by themselves; none: it has one part. */
function partsOf(row: Row): ReadonlySet<number>[] {
  const groups: Set<number>[] = [];
  for (let part = 0; part < row.parts; part++) {
    const count = row.tokens.filter((token) => token.part === part).length + row.quantities.filter((one) => one.part === part).length;
    const last = groups.at(-1);
    // A part of one word belongs to the one before it.
    if (count < PART_WORDS && last !== undefined) last.add(part);
    else groups.push(new Set([part]));
  }
  return groups.length < 2 ? [] : groups;
}

function bestFor(row: Row, isIn: (part: number) => boolean, places: readonly Place[], { passages }: Evidence): Best | null {
  const tokens = row.tokens.filter(({ part }) => isIn(part));
  const quantities = row.quantities.filter(({ part }) => isIn(part));
  const weight = tokens.reduce((sum, { isName }) => sum + (isName ? NAME_WEIGHT : 1), 0) + quantities.length;
  const scoreOf = (place: Place, isFine: boolean): number => {
    const passage = passages[place.passage];
    const { rows, rowKeys } = passage ?? { rows: [], rowKeys: [] };
    const [here, previous, next] = [rowKeys[place.row], rowKeys[place.row - 1], rowKeys[place.row + 1]];
    if (passage === undefined || here === undefined) return 0;
    let gained = 0;
    for (const token of tokens)
      gained += (token.isName ? NAME_WEIGHT : 1) * creditOf(token, here, [previous, next, passage.around], passage.keys, isFine);
    for (const quantity of quantities) {
      const holds = (at: number): boolean => rows[at]?.quantities.some((one) => agrees(quantity, one)) === true;
      gained += holds(place.row) ? 1 : holds(place.row - 1) || holds(place.row + 1) ? NEAR : 0;
    }
    return weight === 0 ? 1 : gained / weight;
  };
  const coarse = places.map((place) => ({ place, score: scoreOf(place, false), weight })).sort((a, b) => b.score - a.score);
  const fine = coarse.slice(0, MOST_FINE).map((one) => (one.score < 1 ? { ...one, score: scoreOf(one.place, true) } : one));
  return fine.sort((a, b) => b.score - a.score)[0] ?? null;
}

function creditOf(
  token: Token,
  here: ReadonlySet<string>,
  near: readonly (ReadonlySet<string> | undefined)[],
  passage: ReadonlySet<string>,
  isFine: boolean,
): number {
  const keys = keysOf(token);
  const isHeldBy = (set: ReadonlySet<string> | undefined): boolean => set !== undefined && keys.some((key) => set.has(key));
  if (isHeldBy(here)) return 1;
  if (near.some(isHeldBy)) return NEAR;
  if (isHeldBy(passage)) return ELSEWHERE;
  if (!isFine || token.stem.length < COMPOUND) return 0;
  for (const key of here) if (isCompound(token.stem, key)) return ELSEWHERE;
  return 0;
}

/** Letters of the shorter of two words of which one is put together with the other. */
const COMPOUND = 5;

/** `Rückgabefrist` and `Frist`, `prepaid` and `paid`. */
const isCompound = (a: string, b: string): boolean => {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return (
    short.length >= COMPOUND &&
    long.length - short.length >= 2 &&
    !short.startsWith("#") &&
    (long.startsWith(short) || long.endsWith(short))
  );
};

type Compared = Pick<Row["quantities"][number], "value" | "written" | "unit">;

/** Equal numbers of what can be equal; `two weeks` is `14 days`. */
const agrees = (a: Compared, b: Compared): boolean =>
  a.unit === null || b.unit === null || (a.unit === SOMETHING && b.unit === SOMETHING)
    ? a.written === b.written
    : a.unit === b.unit && Math.abs(a.value - b.value) < 1e-9;

/** A number or a name that no passage holds. */
function missing(row: Row, { passages, byKey }: Evidence, among: ReadonlySet<number> | null): "number" | "name" | null {
  const isHeld = (quantity: Compared): boolean =>
    numberKeys(quantity).some((key) =>
      byKey
        .get(key)
        ?.some(
          ({ passage, row: at }) =>
            (among === null || among.has(passage)) && passages[passage]?.rows[at]?.quantities.some((one) => agrees(quantity, one)) === true,
        ),
    );
  if (row.quantities.some((quantity) => !quantity.isSoft && !isHeld(quantity))) return "number";
  for (const token of row.tokens) {
    if (!token.isName) continue;
    const keys = keysOf(token);
    if (!passages.some((passage, index) => (among === null || among.has(index)) && keys.some((key) => passage.keys.has(key))))
      return "name";
  }
  return null;
}

/** A sentence or a part of it, with the row that it is nearest to. */
type Compare = { readonly row: Row; readonly best: Best; readonly isWhole: boolean };

/** The words of some parts of a sentence. */
function partOf(row: Row, parts: ReadonlySet<number>): Row {
  const tokens = row.tokens.filter(({ part }) => parts.has(part));
  const denials = row.denials.flatMap((index) => {
    const token = index === null ? undefined : row.tokens[index];
    const at = token === undefined ? -1 : tokens.indexOf(token);
    return at < 0 ? [] : [at];
  });
  return { ...row, tokens, denials, quantities: row.quantities.filter(({ part }) => parts.has(part)) };
}

/** What the nearest rows say otherwise. */
function disagreement(
  row: Row,
  used: readonly Compare[],
  { passages }: Evidence,
  places: readonly Place[],
): "number" | "name" | "negation" | "relation" | null {
  const rowOf = ({ place }: Best): Row | undefined => passages[place.passage]?.rows[place.row];
  const rows = [...new Set(used.map(({ best }) => rowOf(best)))].filter((one) => one !== undefined);
  for (const quantity of row.quantities) {
    // Around the sentence, where a sentence that says the same stands; the number may stand in another one by chance.
    const near = used.flatMap(({ best: { place } }) => {
      const all = passages[place.passage]?.rows ?? [];
      return [place.row - 1, place.row, place.row + 1].flatMap((at) => all[at]?.quantities ?? []);
    });
    if (near.some((one) => agrees(quantity, one))) {
      if (rows.some((one) => isOfAnother(row, quantity, one))) return "number";
      const bounds = near.filter((one) => agrees(quantity, one)).map(({ bound }) => bound);
      if (quantity.bound !== null && !bounds.includes(quantity.bound) && bounds.some((bound) => bound !== null)) return "negation";
      continue;
    }
    if (quantity.isSoft) continue;
    const rivals = rows.flatMap(({ quantities }) => quantities.filter(({ unit }) => unit === quantity.unit));
    if (rivals.length > 0) return "number";
  }
  for (const { row: mine, best, isWhole } of used) {
    const theirs = rowOf(best);
    // A sentence of several parts is judged by them: each may stand in another row.
    if (theirs === undefined || (isWhole && used.length > 1) || sharedBy(mine, theirs) < COMPARABLE) continue;
    if (denies(mine, theirs) && !others(mine, passages, places).some((one) => !denies(mine, one))) return "negation";
  }
  const comparable = rows.filter((one) => sharedBy(row, one) >= COMPARABLE);
  if (comparable.some((one) => isReplaced(row, one))) return "name";
  return comparable.some((one) => isReversed(row, one)) ? "relation" : null;
}

/** Rows that hold nearly all of the sentence's words. */
const others = (row: Row, passages: readonly ReadPassage[], places: readonly Place[]): readonly Row[] =>
  places.flatMap(({ passage, row: at }) => {
    const one = passages[passage]?.rows[at];
    return one !== undefined && sharedBy(row, one) >= SAME ? [one] : [];
  });
const SAME = 0.85;

/** Share of the sentence's words that the row holds. */
function sharedBy(row: Row, other: Row): number {
  const keys = new Set(other.tokens.flatMap(keysOf));
  const held = row.tokens.filter((token) => keysOf(token).some((key) => keys.has(key))).length;
  return row.tokens.length === 0 ? 0 : held / row.tokens.length;
}

/**
 * The row denies what the sentence says, or says what it denies. Denials are counted on both sides: the sentence's, the row's where it holds the denied
 * word or (where the sentence denies, too) stands in the same part, and words of opposite meaning. An odd number is a contradiction.
 */
function denies(row: Row, other: Row): boolean {
  const nearest = nearestPart(row, other);
  const matches = row.tokens.flatMap((token) => {
    const match = matchOf(token, other, nearest);
    return match === null ? [] : [match];
  });
  const held = new Set(matches.map(({ token }) => token));
  const parts = new Set(matches.map(({ token }) => token.part));
  const theirs = other.denials.filter((index) => {
    const head = index === null ? undefined : other.tokens[index];
    return head !== undefined && (held.has(head) || (row.denials.length > 0 && parts.has(head.part)));
  });
  const opposites = matches.filter(({ isOpposite }) => isOpposite).length;
  // A negative word of the row may say what the sentence denies in another word: `is excluded` for `is not part of it`.
  const isNegative = (token: Token): boolean => parts.has(token.part) && !held.has(token) && token.concepts.some((one) => one.denies);
  const words = row.denials.length > 0 && theirs.length === 0 && opposites === 0 && other.tokens.some(isNegative) ? 1 : 0;
  if ((row.denials.length + theirs.length + opposites + words) % 2 === 1) return true;
  return row.tokens.some(
    (token, at) => isOppositeThere(token, row.tokens[at + 1], other) || isOppositeThere(token, row.tokens[at - 1], other),
  );
}

/** The part of the row that holds most of the sentence's words; null: it has but one. */
function nearestPart(row: Row, other: Row): number | null {
  if (other.parts < 2) return null;
  const keys = new Set(row.tokens.flatMap(keysOf));
  const counts = new Map<number, number>();
  for (const token of other.tokens)
    if (keysOf(token).some((key) => keys.has(key))) counts.set(token.part, (counts.get(token.part) ?? 0) + 1);
  return [...counts].sort(([a, one], [b, two]) => two - one || a - b)[0]?.[0] ?? null;
}

/** `open on Tuesday` of `open from 10 to 18 and closed on Tuesday`: what stands beside the word stands there beside its opposite. */
function isOppositeThere(token: Token, beside: Token | undefined, other: Row): boolean {
  if (beside === undefined || beside.part !== token.part || token.concepts.length === 0) return false;
  const [mine, neighbour] = [matchOf(token, other), matchOf(beside, other)];
  if (mine === null || mine.isOpposite || neighbour === null || mine.token.part >= neighbour.token.part) return false;
  return other.tokens.some(
    (one) => one.part === neighbour.token.part && one.concepts.some((a) => token.concepts.some((b) => a.id === b.id && a.sign !== b.sign)),
  );
}

/** The number stands in a part of the row that is about something else: `the desk 110 kg` of `the desk 60 kg, the chair 110 kg`. */
function isOfAnother(row: Row, quantity: Row["quantities"][number], other: Row): boolean {
  const equal = other.quantities.find((one) => agrees(quantity, one));
  const rival = other.quantities.find((one) => one.unit === quantity.unit && one.part !== equal?.part && !agrees(quantity, one));
  if (equal === undefined || rival === undefined) return false;
  const keysIn = (part: number): ReadonlySet<string> => new Set(other.tokens.filter((token) => token.part === part).flatMap(keysOf));
  const [here, there] = [keysIn(equal.part), keysIn(rival.part)];
  const holds = (keys: ReadonlySet<string>, token: Token): boolean => keysOf(token).some((key) => keys.has(key));
  const mine = row.tokens.filter(({ part }) => part === quantity.part);
  return (
    mine.some((token) => holds(there, token) && !holds(here, token)) && !mine.some((token) => holds(here, token) && !holds(there, token))
  );
}

/** One word stands in the place of another, between words that both rows have: `by Hermes within` for `by DHL within`. */
function isReplaced(row: Row, other: Row): boolean {
  const places = new Map<string, number>();
  for (const [at, token] of other.tokens.entries()) for (const key of keysOf(token)) if (!places.has(key)) places.set(key, at);
  const placeOf = (at: number): number | null => {
    if (at < 0) return -1;
    const token = row.tokens[at];
    return token === undefined
      ? other.tokens.length
      : (keysOf(token)
          .map((key) => places.get(key))
          .find((place) => place !== undefined) ?? null);
  };
  for (const [at, token] of row.tokens.entries()) {
    if (!token.isCapital || placeOf(at) !== null || token.concepts.length > 0) continue;
    const [left, right] = [placeOf(at - 1), placeOf(at + 1)];
    if (left === null || right === null || right - left !== 2) continue;
    const instead = other.tokens[left + 1];
    if (instead === undefined || !instead.isCapital || instead.concepts.length > 0 || isCompound(instead.stem, token.stem)) continue;
    if (row.tokens.every((one) => !keysOf(one).some((key) => keysOf(instead).includes(key)))) return true;
  }
  return false;
}
