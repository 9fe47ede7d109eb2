/**
 * A scan that finds names beside the other personal data: wraps one of the other kinds (pii/scan.ts), gathers its segments into pieces
 * of whole sentences (units.ts), and gives each piece with its names. What another detector found stays that detector's. Its segments
 * depend on the text alone, as those of the scan inside do.
 */
import type { Finding } from "../finding.ts";
import type { Scan, Segment, TakeSegment } from "../pii/scan.ts";
import { findNames } from "./find-names.ts";
import type { KnownPeople } from "./named-again.ts";
import { endsPiece, LOOKBACK_UNITS, PIECE_UNITS } from "./units.ts";

/** `field`: the key of the JSON field that holds the text, or nothing. */
export function withNames(scan: Scan, field = ""): Scan {
  let parts: string[] = [];
  let findings: Finding[] = [];
  let units = 0;
  let start = 0;
  let tail = "";
  const people: KnownPeople = new Set();

  const give = (isLast: boolean, take: TakeSegment): void => {
    if (units === 0) return;
    const text = parts.join("");
    const taken = findings.map((one) => ({ start: one.start - start, end: one.end - start }));
    const isFirst = start === 0;
    const names = findNames(text, taken, isFirst ? field : "", isFirst && isLast, people);
    const all = [...findings, ...names.map((one) => ({ ...one, start: one.start + start, end: one.end + start }))];
    take({ start, end: start + units, text, findings: all.sort((a, b) => a.start - b.start) });
    start += units;
    units = 0;
    parts = [];
    findings = [];
  };

  const gather = (segment: Segment, take: TakeSegment): void => {
    const seen = tail + segment.text;
    const shift = tail.length;
    let from = 0;
    let next = 0;
    for (let at = 0; at < segment.text.length; at++) {
      units++;
      const one = segment.findings[next];
      // No cut within personal data of another kind.
      if (one !== undefined && segment.start + at >= one.start) {
        if (segment.start + at + 1 < one.end) continue;
        findings.push(one);
        next++;
      }
      if (segment.text.charCodeAt(at) > 32 && units < PIECE_UNITS) continue;
      if (!endsPiece(seen.slice(Math.max(0, shift + at + 1 - LOOKBACK_UNITS), shift + at + 1), units)) continue;
      parts.push(segment.text.slice(from, at + 1));
      from = at + 1;
      give(false, take);
    }
    if (from < segment.text.length) parts.push(segment.text.slice(from));
    tail = seen.slice(-LOOKBACK_UNITS);
  };

  return {
    push: (text, take) => scan.push(text, (segment) => gather(segment, take)),
    end(take) {
      scan.end((segment) => gather(segment, take));
      give(true, take);
    },
  };
}
