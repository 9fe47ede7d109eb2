/**
 * A text read once, in whatever pieces it comes: cut into segments, each searched for personal data. One way for whole texts and
 * for streams, which is why they agree byte for byte: where a segment ends depends on the units from its beginning to a fixed number
 * of units after its end, never on how they arrived, and a segment's findings on its units and those before it.
 *
 * Segments end
 * - at a quiet cut (boundary.ts), which no finding can lie across;
 * - where a private key or a token begins, and where it ends (open-ended.ts): it is a segment and a finding of its own;
 * - where `WINDOW_UNITS` have no quiet cut (tables of figures, scripts without blanks): not after more than `WINDOW_UNITS -
 *   LONGEST_FINDING` units and not inside a finding. A finding that begins before that cut ends inside the window, since none is
 *   longer than `LONGEST_FINDING`, so it is among those seen and the cut is not inside it. Every such cut moves on by at least one
 *   unit, and two of them by at least `LONGEST_FINDING`: linear time.
 *
 * So at most `WINDOW_UNITS` units of folded text wait (a key or token: all of it), and at the end none.
 */

import type { Finding } from "../finding.ts";
import { fold } from "../fold.ts";
import { findPlaceholders } from "../placeholder.ts";
import { openBoundary } from "./boundary.ts";
import { FARTHEST_UNITS, finding, isWordUnit, LONGEST_FINDING, type Memo } from "./detector.ts";
import { keyBegin, keyEnds, OPEN_ENDED, openToken, readToken, type Token, tokenBegins, tokenGoesOn } from "./open-ended.ts";
import { askedOf, searchSegment } from "./segment.ts";
import { openWindow } from "./window.ts";
import { openWords } from "./words.ts";

/** A character that folds to several units is not parted: what a forced cut may have to give way. */
const SLACK_UNITS = 8;
/** Folded units that may wait for a quiet cut. */
export const WINDOW_UNITS = 2 * (LONGEST_FINDING + SLACK_UNITS);
/** Where such a window is cut at the latest. */
const LAST_CUT = LONGEST_FINDING + SLACK_UNITS;
/** What the detectors see before a segment: all that they look back at. */
const LEFT_UNITS = FARTHEST_UNITS + 56;
/** What they see behind a segment that ends where a key or token begins: all that they look ahead at, less than the shortest of either. */
const RIGHT_UNITS = 8;
const NOTHING: readonly Finding[] = [];
/** How far back from a forced cut a place between words is looked for. */
const WORD_UNITS = 64;

const HYPHEN = 45;
const CAPITAL_J = 74;

/** A stretch of the text that is decided, with the personal data in it. */
export type Segment = {
  /** Position of its first unit in the text as it came, and of the first one behind it. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** In order, without overlap; positions in the text as it came. */
  readonly findings: readonly Finding[];
};
/** Receives decided segments, in order and without gaps. */
export type TakeSegment = (segment: Segment) => void;

/** A text on its way through the detectors. */
export type Scan = {
  /** Gives every segment that is decided. */
  push(text: string, take: TakeSegment): void;
  /** Gives the rest. */
  end(take: TakeSegment): void;
};

type OpenEnded = { readonly kind: "private_key" } | { readonly kind: "secret_form"; readonly token: Token };

/** `field`: the key of the JSON field that holds the text, or nothing. */
export function openScan(field = ""): Scan {
  const context = fold(field).text;
  const window = openWindow();
  const boundary = openBoundary();
  const words = openWords(context);
  const memo: Memo = new Map();
  /** What was found in the last `LEFT_UNITS` of folded text, in order. */
  let known: Finding[] = [];
  /** Where the segment begins: in folded text, and in the text as it came. */
  let start = 0;
  let origin = 0;
  /** The next unit of folded text to read. */
  let at = 0;
  let dashes = 0;
  let candidate: Token | null = null;
  let inside: OpenEnded | null = null;
  /** The beginning of a key or token that is no longer in the window, and where the rest begins. */
  let held: string[] = [];
  let heldTo = 0;

  const originOf = (cut: number): number => (cut <= start ? origin : Math.max(origin, window.endOf(cut - 1)));

  const restart = (cut: number): void => {
    origin = originOf(cut);
    start = cut;
    boundary.restart(cut);
    dashes = 0;
    candidate = null;
  };

  /** Findings up to `until`, counted from the segment's beginning, with a view of what stands before and of `right` units behind. */
  const search = (until: number, right: number, decided = until): readonly Finding[] => {
    const asked = askedOf(boundary.census);
    if (asked === 0) return NOTHING;
    const { folded, foldedBase } = window;
    const before = Math.max(foldedBase, start - LEFT_UNITS);
    const named = words.seen(folded, foldedBase, before, until + right);
    if ((asked & named) === 0) return NOTHING;
    const seen = folded.slice(before - foldedBase, until + right - foldedBase);
    if (known.length > 0) known = known.filter(({ end }) => end > before);
    const there = known.length === 0 ? NOTHING : known.map((one) => moved(one, Math.max(0, one.start - before), one.end - before));
    const found = searchSegment(seen, start - before, until - before, context, asked, named, there, memo, decided - before);
    return found.length === 0 ? NOTHING : found.map((one) => moved(one, one.start + before - start, one.end + before - start));
  };

  /** `findings` count from the segment's beginning, in folded units. */
  const give = (findings: readonly Finding[], cut: number, take: TakeSegment): void => {
    const end = originOf(cut);
    const text = window.original(origin, end);
    if (findings.length === 0) return take({ start: origin, end, text, findings });
    for (const one of findings) known.push(moved(one, start + one.start, start + one.end));
    let free = origin;
    const placed = findings.map((one): Finding => {
      // Two findings may share a character that folds to several units: the first has it.
      const begin = Math.max(free, window.startOf(start + one.start));
      free = Math.max(begin, window.endOf(start + one.end - 1));
      return moved(one, begin, free);
    });
    take({ start: origin, end, text, findings: placed.filter((one) => one.end > one.start) });
  };

  const close = (cut: number, right: number, take: TakeSegment): void => {
    if (cut <= start) return;
    give(search(cut, right), cut, take);
    restart(cut);
  };

  const closeForced = (take: TakeSegment): void => {
    const findings = search(start + WINDOW_UNITS, 0, start + LAST_CUT);
    const from = start - window.foldedBase;
    const text = window.folded.slice(from, from + WINDOW_UNITS);
    const barriers = [...findings, ...findPlaceholders(text)];
    const cut = forcedCut(text, barriers, (index) => window.startOf(start + index) >= window.endOf(start + index - 1));
    give(
      findings.filter((one) => one.end <= cut),
      start + cut,
      take,
    );
    at = start + cut;
    restart(at);
  };

  const enter = (open: OpenEnded, begin: number, take: TakeSegment): void => {
    close(begin, RIGHT_UNITS, take);
    inside = open;
    heldTo = origin;
  };

  const leave = (cut: number, take: TakeSegment): void => {
    if (inside === null) return;
    const end = Math.max(heldTo, originOf(cut));
    const text = held.join("") + window.original(heldTo, end);
    const found = finding("SECRET", origin, end, OPEN_ENDED[inside.kind].score, inside.kind);
    take({ start: origin, end, text, findings: [found] });
    held = [];
    inside = null;
    known.push({ ...found, start, end: cut });
    restart(cut);
  };

  /** One unit of a key or token; false: it is the first one behind it. */
  const readInside = (open: OpenEnded, code: number, take: TakeSegment): boolean => {
    if (open.kind === "secret_form") {
      if (tokenGoesOn(open.token, code)) return true;
      leave(at, take);
      return false;
    }
    dashes = code === HYPHEN ? dashes + 1 : 0;
    const { folded, foldedBase } = window;
    if (dashes >= 5 && keyEnds(folded, Math.max(0, start - foldedBase), at + 1 - foldedBase)) leave(at + 1, take);
    return true;
  };

  /** Whether a key or token is certain with the unit at `at`. */
  const opens = (code: number): { readonly open: OpenEnded; readonly begin: number } | null => {
    if (code === HYPHEN) {
      dashes++;
      const begin = dashes < 5 ? -1 : keyBegin(window.folded, start - window.foldedBase, at + 1 - window.foldedBase);
      if (begin >= 0) return { open: { kind: "private_key" }, begin: begin + window.foldedBase };
    } else dashes = 0;
    if (candidate !== null) {
      const read = readToken(candidate, code);
      if (read === "token") return { open: { kind: "secret_form", token: candidate }, begin: candidate.start };
      if (read === "none") candidate = null;
    } else if (code === CAPITAL_J && tokenBegins(window.folded, at - window.foldedBase, start - window.foldedBase)) {
      candidate = openToken(at - 2);
    }
    return null;
  };

  const read = (take: TakeSegment): void => {
    const { folded, foldedBase, foldedEnd } = window;
    while (at < foldedEnd) {
      const code = folded.charCodeAt(at - foldedBase);
      if (inside !== null) {
        if (readInside(inside, code, take)) at++;
        continue;
      }
      if (boundary.isQuiet(code, at)) close(at, 0, take);
      boundary.see(code, at);
      const found = code === HYPHEN || code === CAPITAL_J || candidate !== null ? opens(code) : null;
      if (found === null && code !== HYPHEN) dashes = 0;
      at++;
      if (found !== null) enter(found.open, found.begin, take);
      else if (at - start >= WINDOW_UNITS) closeForced(take);
    }
  };

  const forget = (): void => {
    if (inside === null) return window.forget(Math.max(window.foldedBase, start - LEFT_UNITS), origin);
    const to = Math.max(heldTo, originOf(at));
    held.push(window.original(heldTo, to));
    heldTo = to;
    window.forget(Math.max(window.foldedBase, at - LEFT_UNITS), to);
  };

  return {
    push(text, take) {
      window.push(text, false);
      read(take);
      forget();
    },
    end(take) {
      window.push("", true);
      read(take);
      if (inside === null) close(at, 0, take);
      else leave(at, take);
      // What cannot be seen may stand at the very end.
      const rest = window.original(origin, window.originEnd);
      if (rest !== "") take({ start: origin, end: window.originEnd, text: rest, findings: [] });
    },
  };
}

/** A detector's finding at another place. */
const moved = ({ type, score, detector }: Finding, start: number, end: number): Finding => ({ type, start, end, score, detector });

/** Where a window without a quiet cut is cut: see above. `isWhole`: no character lies across. All count from the window's beginning. */
function forcedCut(
  text: string,
  barriers: readonly { readonly start: number; readonly end: number }[],
  isWhole: (index: number) => boolean,
): number {
  let word = LAST_CUT;
  while (word > LAST_CUT - WORD_UNITS && isWordUnit(text.charCodeAt(word - 1))) word--;
  let cut = word > LAST_CUT - WORD_UNITS ? word : LAST_CUT;
  for (;;) {
    const inside = barriers.find(({ start, end }) => start < cut && cut < end);
    if (inside !== undefined) cut = inside.start;
    else if (!isWhole(cut)) cut--;
    else return cut;
  }
}
