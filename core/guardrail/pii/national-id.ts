/**
 * Numbers that a state gives a person: identity, social insurance, tax, health. Each country's file has its own (identifiers/); here they
 * are found. A text is read as chains of groups of letters and digits; every run of groups that is as long as an identifier is looked up
 * by its shape, which may be enough (`alone`), or by the words before it. A bare row of digits with a weak check is no find.
 */
import type { Finding } from "../finding.ts";
import { finderOf } from "../needs.ts";
import { type Detector, FARTHEST_UNITS, FILLER, finding, isAsciiLetter, isDigit, isWordUnit, keyWordsBefore } from "./detector.ts";
import { liesInAccount } from "./iban.ts";
import { AU } from "./identifiers/au.ts";
import { BR } from "./identifiers/br.ts";
import { CA } from "./identifiers/ca.ts";
import { DE } from "./identifiers/de.ts";
import { ES } from "./identifiers/es.ts";
import { EUROPE } from "./identifiers/europe.ts";
import type { IdentifierForm } from "./identifiers/form.ts";
import { FR } from "./identifiers/fr.ts";
import { GB } from "./identifiers/gb.ts";
import { IN } from "./identifiers/in.ts";
import { IT } from "./identifiers/it.ts";
import { NL } from "./identifiers/nl.ts";
import { PL } from "./identifiers/pl.ts";
import { US } from "./identifiers/us.ts";
import { WORLD } from "./identifiers/world.ts";
import { isNamedBy, isThing } from "./named.ts";

/** All of them, those with the surest form first: of two that fit one stretch the first names it. */
export const IDENTIFIERS: readonly IdentifierForm[] = [
  ...[...US, ...GB, ...DE, ...FR, ...ES, ...IT, ...NL, ...PL, ...BR, ...IN, ...CA, ...AU],
  ...[...EUROPE, ...WORLD],
];

/** Letters and digits of the longest and the shortest. */
const LONGEST_COMPACT = Math.max(...IDENTIFIERS.flatMap(({ lengths }) => lengths));
const SHORTEST_COMPACT = Math.min(...IDENTIFIERS.flatMap(({ lengths }) => lengths));
/** ` - `: what people put between two groups. */
const MOST_SEPARATORS = 3;
const IS_SEPARATOR = Uint8Array.from({ length: 256 }, (_, code) => (" .-/\u00b7".includes(String.fromCharCode(code)) ? 1 : 0));
/** Words have more letters, the letters of an identifier do not stand in longer groups. */
const LONGEST_WORD = 6;
/** `2 55 08 14 168 025 38` has seven. */
const MOST_GROUPS = 8;
/** A permanent account number of India has four digits, all others but a code (below) have more. */
const FEWEST_DIGITS = 4;
/** Of identity cards of which letters and digits are drawn alike: one group without vowels, in capitals, that may have any number of digits. */
const CODE = /^[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ\d]{8}\d?$/;
/** `sozialversicherungsnummer der versicherten person: ` */
const NAMING_UNITS = 56;

const CODE_UNITS = 9;

const FILLER_CODE = FILLER.charCodeAt(0);

/** By a unit of ASCII: the one that stands for its kind in a shape. */
const SHAPES = Uint8Array.from({ length: 128 }, (_, code) =>
  isDigit(code) ? 57 : code >= 65 && code <= 90 ? 65 : code >= 97 && code <= 122 ? 97 : code,
);
const BY_SHAPE = new Map<string, IdentifierForm[]>();
/** Hashes of all shapes: hardly any other run of groups has one of them. */
const SHAPE_HASHES = new Set<number>();
/** Whether an identifier has so many letters and digits. */
const IS_LENGTH = new Uint8Array(LONGEST_COMPACT + 1);
for (const form of IDENTIFIERS) {
  for (const shape of form.alone) BY_SHAPE.set(shape, [...(BY_SHAPE.get(shape) ?? []), form]);
  for (const length of form.lengths) IS_LENGTH[length] = 1;
}
/** Words may be joined: by a hyphen in a key, by nothing in German and where a key has capitals between (`taxFileNumber`). */
const SOURCES = IDENTIFIERS.map(({ naming }) => naming.replace(/(?<!\[) (?![?\]-])|-\?(?! \?)/g, "[ -]?"));
const NAMINGS = SOURCES.map((naming) => new RegExp(naming, "gu"));
/** Most words before a number name none of them: one walk over the words tells which may be named. */
const FINDER = finderOf(SOURCES);
/** By the letters and digits of a shape, those of its first group, and all of its units, mixed: whether it may count without words. Few runs of groups do. */
const MAY_STAND_ALONE = new Uint8Array(1 << 10);
const shapeKey = (compact: number, first: number, units: number): number =>
  Math.imul((compact << 12) | (Math.min(first, 63) << 6) | Math.min(units, 63), 0x9e3779b1) >>> 22;
for (const shape of BY_SHAPE.keys()) {
  SHAPE_HASHES.add(hashOfShape(shape, 0, shape.length));
  const [first = ""] = shape.split(/[^9Aa]/);
  MAY_STAND_ALONE[shapeKey(shape.replace(/[^9Aa]/g, "").length, first.length, shape.length)] = 1;
}

/** All identifiers of states as one detector; the `detector` of a finding names country and kind. */
export const nationalIds: Detector = {
  type: "NATIONAL_ID",
  names: IDENTIFIERS.map(({ name }) => name) as [string, ...string[]],
  stage: "first",
  longest: LONGEST_COMPACT + (MOST_GROUPS - 1) * MOST_SEPARATORS,
  mayFind: ({ digits, units, capitals }) => (digits >= FEWEST_DIGITS && units >= SHORTEST_COMPACT) || digits + capitals >= CODE_UNITS,
  find: findNationalIds,
  samples: {
    hits: IDENTIFIERS.flatMap(({ hits }) => hits) as [string, ...string[]],
    misses: IDENTIFIERS.flatMap(({ misses }) => misses) as [string, ...string[]],
  },
};

/** `offset`: letters and digits of its chain before it. */
type Group = { readonly start: number; readonly end: number; readonly digits: number; readonly offset: number };

function findNationalIds(text: string, from: number, context: string): Finding[] {
  const found: Finding[] = [];
  const chains = chainsIn(text, from);
  if (chains.length === 0) return found;
  const mayBeNamed = openNamings(text, chains[0]?.[0]?.start ?? 0, chains.at(-1)?.at(-1)?.end ?? 0, context);
  for (const groups of chains) {
    let unnamed: boolean | null = null;
    const isUnnamed = (): boolean => {
      unnamed ??= !mayBeNamed(groups[0]?.start ?? 0, groups.at(-1)?.start ?? 0);
      return unnamed;
    };
    for (let first = 0; first < groups.length; ) {
      const hit = identifierAt(text, groups, first, context, isUnnamed);
      if (hit === null) first++;
      else {
        const start = groups[first]?.start ?? 0;
        found.push(finding("NATIONAL_ID", start, groups[hit.last]?.end ?? start, hit.score, hit.name));
        first = hit.last + 1;
      }
    }
  }
  return found;
}

/** The letters and digits of some groups without separators, in capitals. */
function compactOf(text: string, groups: readonly Group[], first: number, last: number): string {
  let compact = "";
  for (let index = first; index <= last; index++) compact += text.slice(groups[index]?.start, groups[index]?.end);
  return compact.toUpperCase();
}

/** Groups of letters and digits with at most three separators between two; those without enough digits are left out. */
function chainsIn(text: string, from: number): Group[][] {
  const chains: Group[][] = [];
  let chain: Group[] = [];
  let digitsSoFar = 0;
  let hasCode = false;
  const flush = (): void => {
    if (digitsSoFar >= FEWEST_DIGITS || hasCode) chains.push(chain);
    if (chain.length > 0) chain = [];
    digitsSoFar = 0;
    hasCode = false;
  };
  // A run that began before `from` is none of ours.
  let at = from;
  while (at > 0 && at < text.length && isAlphanumeric(text.charCodeAt(at)) && isAlphanumeric(text.charCodeAt(at - 1))) at++;
  for (; at < text.length; at++) {
    if (!isAlphanumeric(text.charCodeAt(at))) continue;
    const start = at;
    let digits = 0;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (isDigit(code)) digits++;
      else if (!isAsciiLetter(code)) break;
    }
    const previous = chain.at(-1);
    if (previous !== undefined && !isGap(text, previous.end, start)) flush();
    const isTooLong = at - start > (digits === 0 && !isCode(text, start, at) ? LONGEST_WORD : LONGEST_COMPACT);
    if (isTooLong || isLatin(text.charCodeAt(start - 1)) || isLatin(text.charCodeAt(at))) flush();
    else {
      if (digits < FEWEST_DIGITS && isCode(text, start, at)) hasCode = true;
      chain.push({
        start,
        end: at,
        digits,
        offset: previous === undefined || chain.length === 0 ? 0 : previous.offset + previous.end - previous.start,
      });
      digitsSoFar += digits;
    }
  }
  flush();
  return chains;
}

const isCode = (text: string, start: number, end: number): boolean =>
  (end - start === CODE_UNITS || end - start === CODE_UNITS + 1) && CODE.test(text.slice(start, end));

const isAlphanumeric = (code: number): boolean => isDigit(code) || isAsciiLetter(code);
/** A letter beyond ASCII of the same script makes a word of what it touches; those of other scripts do not part words by blanks. */
const isLatin = (code: number): boolean => code >= 0xc0 && isWordUnit(code);

function isGap(text: string, from: number, to: number): boolean {
  if (to - from > MOST_SEPARATORS) return false;
  for (let index = from; index < to; index++) if (IS_SEPARATOR[text.charCodeAt(index)] !== 1) return false;
  return true;
}

type Hit = { readonly last: number; readonly name: string; readonly score: number };

/**
 * Tells whether words that may name an identifier stand before any group of a chain, from its first to its last. All chains lie from `begin` to `end`, and
 * are asked about in order.
 */
function openNamings(text: string, begin: number, end: number, context: string): (first: number, last: number) => boolean {
  // What was cut out counts less than it is long: words farther away come near (wordsBefore).
  const isCutOut = text.slice(Math.max(0, begin - FARTHEST_UNITS), end).includes(FILLER);
  const units = isCutOut ? FARTHEST_UNITS : NAMING_UNITS;
  const from = Math.max(0, begin - units);
  let places: readonly number[] | null = null;
  let next = 0;
  return (first, last) => {
    if (context !== "" && first < FARTHEST_UNITS) return true;
    places ??= placesOfNaming(text.slice(from, end));
    while (next < places.length && (places[next] ?? 0) + from < first - units) next++;
    return next < places.length && (places[next] ?? 0) + from < last;
  };
}

function placesOfNaming(text: string): readonly number[] {
  const plain = text.toLowerCase().replaceAll("_", " ");
  // Where a small letter has more units than its capital, any place may be one.
  return plain.length === text.length ? FINDER.placesOfWords(plain) : Array.from({ length: text.length }, (_, at) => at);
}

/** The longest identifier that begins with group `first`. `isUnnamed`: only those that need no certain words may be named. */
function identifierAt(text: string, groups: readonly Group[], first: number, context: string, isUnnamed: () => boolean): Hit | null {
  const begin = groups[first];
  if (begin === undefined || isJoinedBefore(text, groups[first - 1], begin) || liesInAccount(text, begin.start)) return null;
  let words: string | null = null;
  const before = (): string => {
    words ??= keyWordsBefore(text, begin.start, context, NAMING_UNITS);
    return words;
  };
  let named: readonly number[] | null = null;
  const most = Math.min(groups.length, first + MOST_GROUPS);
  let hit: Hit | null = null;
  let digits = 0;
  for (let last = first; last < most; last++) {
    const group = groups[last];
    if (group === undefined) break;
    const length = group.offset + group.end - group.start - begin.offset;
    if (length > LONGEST_COMPACT || (last > first && !mayJoin(text, groups[last - 1], group))) break;
    digits += group.digits;
    const isEnough = digits >= FEWEST_DIGITS || (first === last && isCode(text, begin.start, group.end));
    if (!isEnough || IS_LENGTH[length] !== 1 || isJoinedBehind(text, group.end)) continue;
    named ??= isUnnamed() ? FINDER.mayMatch("") : hasLetters(text, begin.start, context) ? FINDER.mayMatch(before()) : NONE;
    const form = named.length === 0 ? undefined : namedForm(named, length, () => compactOf(text, groups, first, last), before);
    if (form !== undefined) hit = { last, name: form.name, score: 0.995 };
    else if (MAY_STAND_ALONE[shapeKey(length, begin.end - begin.start, group.end - begin.start)] === 1) {
      const isShape = SHAPE_HASHES.has(hashOfShape(text, begin.start, group.end));
      const forms = isShape ? BY_SHAPE.get(shapeOf(text, begin.start, group.end)) : undefined;
      const capitals = forms === undefined ? "" : compactOf(text, groups, first, last);
      const sure = forms?.find((one) => isOf(one, capitals));
      if (sure !== undefined && !isThing(before())) hit = { last, name: sure.name, score: 0.9 };
    }
  }
  return hit;
}

const NONE: readonly number[] = [];

/** The first form that the words name and that so many letters and digits have. `named`: places among all forms. */
function namedForm(named: readonly number[], length: number, compact: () => string, before: () => string): IdentifierForm | undefined {
  for (const index of named) {
    const [form, naming] = [IDENTIFIERS[index], NAMINGS[index]];
    if (form === undefined || naming === undefined || !form.lengths.includes(length)) continue;
    if (isOf(form, compact()) && isNamedBy(before(), naming)) return form;
  }
  return undefined;
}

const isOf = ({ compact, isValid }: IdentifierForm, text: string): boolean =>
  compact.test(text) && (isValid === undefined || isValid(text));

/** Without a letter before it nothing is named. */
function hasLetters(text: string, start: number, context: string): boolean {
  if (context !== "" && start < NAMING_UNITS) return true;
  for (let index = start - 1; index >= 0 && index >= start - NAMING_UNITS; index--) {
    const code = text.charCodeAt(index);
    if (isAsciiLetter(code) || (code >= 128 && code !== FILLER_CODE)) return true;
  }
  return false;
}

/** Part of a longer number, an amount, or a phone number. */
function isJoinedBefore(text: string, previous: Group | undefined, { start }: Group): boolean {
  if (start === 0) return false;
  const before = text.charCodeAt(start - 1);
  // A sign of money, or the plus of a phone number.
  if (before === 43 || before === 36 || before === 0x20ac || before === 0xa3) return true;
  return previous !== undefined && previous.digits > 0 && previous.end === start - 1 && before !== 32;
}

function isJoinedBehind(text: string, end: number): boolean {
  if (end >= text.length) return false;
  const behind = text.charCodeAt(end);
  // A per cent sign; or a hyphen, a dot, a stroke before more.
  return behind === 37 || (((behind >= 45 && behind <= 47) || behind === 0xb7) && isAlphanumeric(text.charCodeAt(end + 1)));
}

/** Words do not stand together in an identifier; two groups of up to three capitals do (boundary.ts relies on it). */
function mayJoin(text: string, previous: Group | undefined, group: Group): boolean {
  if (previous === undefined || previous.digits > 0 || isDigit(text.charCodeAt(group.start))) return true;
  if (group.start - previous.end !== 1) return false;
  return previous.end - previous.start <= 3 && /^[A-Z]+[ .\-/][A-Z]/.test(text.slice(previous.start, group.start + 1));
}

/** Digits, capitals and small letters stand for all of their kind. */
function unitOfShape(code: number): number {
  if (code < 128) return SHAPES[code] ?? 0;
  return code === 0xb7 ? 46 : code;
}

function shapeOf(text: string, start: number, end: number): string {
  let shape = "";
  for (let index = start; index < end; index++) shape += String.fromCharCode(unitOfShape(text.charCodeAt(index)));
  return shape;
}

/** Of the shape of a stretch; that of a shape is its own. */
function hashOfShape(text: string, start: number, end: number): number {
  let hash = 0;
  for (let index = start; index < end; index++) hash = (Math.imul(hash, 31) + unitOfShape(text.charCodeAt(index))) | 0;
  return hash;
}
