/**
 * All detectors over one segment of folded text: blank out placeholders, detect, resolve overlaps, and look again at what is left,
 * until nothing is found. Knows nothing of where segments come from (scan.ts).
 */
import type { Finding } from "../finding.ts";
import { findPlaceholders } from "../placeholder.ts";
import { type Census, censusOf } from "./census.ts";
import { FILLER, LONGEST_FINDING, type Memo } from "./detector.ts";
import { DETECTORS, isLoose, rankOf, STAGES } from "./detectors.ts";

const NOTHING: readonly Finding[] = [];
/** Most detectors take no longer stretch; mail addresses and secrets do. */
const LONGEST_BOUNDED = 170;
/** What the others see behind the last place where a finding may begin: the longest of them, and what may stand beside it and be cut out first. */
const VIEW_UNITS = 244;
/** How far detectors look back from where a finding begins; farther only for words, and where something in between is cut out (wordsBefore). */
const NEAR_UNITS = 104;
/** Cutting one thing out may bare another beside it; three looks are enough for what people write. */
const LOOKS = 3;

/** Of each stage, the places of its detectors in the list of all. */
const PLACES = STAGES.map((stage) => stage.map((detector) => DETECTORS.indexOf(detector)));

/** Detectors to ask: a bit for each, by its place in the list (detectors.ts). */
export type Asked = number;

/** Those that may find something in a segment of this make-up: none in most. */
export function askedOf(census: Census): Asked {
  let asked = 0;
  for (let place = 0; place < DETECTORS.length; place++) if (DETECTORS[place]?.mayFind(census) === true) asked |= 1 << place;
  return asked;
}

/**
 * What is found in `text.slice(from, to)`, in order and without overlap, with offsets of `text`; what stands around it is only
 * looked at. `known` was found before `from`: it is blanked out when its like is, so that what stands there names what follows as it
 * would in one search over both. `asked`: for the segment's make-up, of those that `named` has: whose words are seen. `decided`: nothing that begins at it or behind is given on, so that detectors see of it only
 * what may touch what is.
 */
export function searchSegment(
  text: string,
  from: number,
  to: number,
  field: string,
  asked: Asked,
  named: Asked,
  known: readonly Finding[],
  memo: Memo,
  decided = to,
): readonly Finding[] {
  const view = decided + VIEW_UNITS;
  const whole = blankPlaceholders(text);
  let rest = whole;
  /** What bounded detectors see of it. */
  let near = rest.length > view ? rest.slice(0, view) : rest;
  /** What is blanked out before a detector looks again: not before, since most texts hold nothing else. */
  let hidden: readonly Finding[] = NOTHING;
  let asking = asked & named;
  // Whatever begins before `decided` ends before `reach`, or has there what its detector asks for (a long run, the sign of a mail address).
  const reach = Math.min(to, decided + LONGEST_BOUNDED);
  let found: Finding[] = [];
  for (let look = 0; look < LOOKS && asking !== 0; look++) {
    const before = found;
    for (const [stage, places] of PLACES.entries()) {
      const fresh: Finding[] = [];
      for (const place of places) {
        const detector = DETECTORS[place];
        if (detector === undefined || (asking & (1 << place)) === 0) continue;
        if (hidden.length > 0) {
          rest = blank(rest, hidden);
          hidden = NOTHING;
          near = rest.length > view ? rest.slice(0, view) : rest;
        }
        const seen = detector.longest > LONGEST_BOUNDED ? rest : near;
        for (const one of detector.find(seen, from, field, memo)) if (one.start < to) fresh.push(one.end > to ? { ...one, end: to } : one);
      }
      if (fresh.length > 0) found = withoutOverlap([...found, ...fresh]);
      const old = look > 0 || known.length === 0 ? NOTHING : stage === 0 ? known.filter(({ type }) => !isLoose(type)) : known;
      if (fresh.length > 0 || old.length > 0) hidden = old.length === 0 ? found : [...old, ...found];
    }
    // The second look is also the first one without what was found right before `from`.
    if (found === before && (look > 0 || (known.at(-1)?.end ?? Number.NEGATIVE_INFINITY) <= from - NEAR_UNITS)) break;
    asking = askedOf(censusOf(whole, from, reach, found)) & named;
  }
  return found;
}

/** Overlapping findings become one that covers them all, so that no rest of the loser stays behind. In order of place. */
export function withoutOverlap(findings: readonly Finding[]): Finding[] {
  const inOrder = [...findings].sort((a, b) => a.start - b.start || b.end - a.end);
  const kept: Finding[] = [];
  for (const next of inOrder) {
    const last = kept.at(-1);
    if (last === undefined || next.start >= last.end) kept.push(next);
    // A chain of them would have no end: what goes beyond the bound becomes a finding of its own, and nothing stays behind either.
    else if (next.end - last.start > LONGEST_FINDING) kept.push({ ...next, start: last.end });
    else kept[kept.length - 1] = { ...stronger(last, next), start: last.start, end: Math.max(last.end, next.end) };
  }
  return kept;
}

/** A number whose words name it and whose check holds is no card beside them. */
const SURE = 0.99;

/** What holds the other names it: a part of an identity number may pass for a card. Else the higher rank; of one rank, the longer. */
function stronger(a: Finding, b: Finding): Finding {
  const [from, to] = [Math.min(a.start, b.start), Math.max(a.end, b.end)];
  const whole = [a, b].filter(({ start, end, type }) => start === from && end === to && type === "NATIONAL_ID");
  const [named] = whole;
  if (named !== undefined && (a.start !== b.start || a.end !== b.end || named.score > SURE)) return named;
  const rankA = rankOf(a.type);
  const rankB = rankOf(b.type);
  if (rankA !== rankB) return rankA < rankB ? a : b;
  return b.end - b.start > a.end - a.start ? b : a;
}

/** The text with every placeholder blanked out, at the same length. */
export const blankPlaceholders = (text: string): string => blank(text, findPlaceholders(text));

/** The stretches filled with what no detector takes, between the braces that a placeholder will put there: same length, same offsets. */
export function blank(text: string, stretches: readonly { readonly start: number; readonly end: number }[]): string {
  if (stretches.length === 0) return text;
  const parts: string[] = [];
  let from = 0;
  for (const { start, end } of stretches) {
    parts.push(text.slice(from, start), filled(end - start));
    from = end;
  }
  parts.push(text.slice(from));
  return parts.join("");
}

function filled(units: number): string {
  if (units < 2) return "{";
  if (units > LONGEST_FINDING) return `{${FILLER.repeat(units - 2)}}`;
  FILLED[units] ??= `{${FILLER.repeat(units - 2)}}`;
  return FILLED[units];
}
/** By their units. */
const FILLED: string[] = [];
