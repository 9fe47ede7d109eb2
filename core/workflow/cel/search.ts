/**
 * Where one text stands in another, in time linear in both. The engine's own search is quadratic for long repetitive texts, so that
 * it is used for short parts only.
 */
import type { Meter } from "./meter.ts";

/** UTF-16 units of a part for which the engine's own search is fast enough. */
const SHORT_PART = 8;

/** Places of `part` in `whole`, in order and not overlapping, at most `limit`. An empty part is nowhere. */
export function placesOf(whole: string, part: string, limit: number, meter: Meter): number[] {
  if (part === "" || part.length > whole.length) return [];
  const places: number[] = [];
  if (part.length <= SHORT_PART) {
    meter.spend(whole.length / 64);
    for (let at = whole.indexOf(part); at >= 0 && places.length < limit; at = whole.indexOf(part, at + part.length)) places.push(at);
  } else matchesOf(whole, part, meter, (at) => places.push(at) < limit);
  meter.spend(places.length / 4);
  return places;
}

/** The last place of `part` in `whole`, or -1. An empty part is at the end. */
export function lastPlaceOf(whole: string, part: string, meter: Meter): number {
  if (part.length <= SHORT_PART) {
    meter.spend(whole.length / 64);
    return whole.lastIndexOf(part);
  }
  const reversed = (text: string): string => {
    const units = new Array<string>(text.length);
    for (let at = 0; at < text.length; at++) units[at] = text[text.length - 1 - at] ?? "";
    return units.join("");
  };
  meter.spend((whole.length + part.length) / 8);
  let place = -1;
  matchesOf(reversed(whole), reversed(part), meter, (at) => {
    place = whole.length - at - part.length;
    return false;
  });
  return place;
}

/** Knuth, Morris and Pratt. `found` answers whether to go on. */
function matchesOf(whole: string, part: string, meter: Meter, found: (at: number) => boolean): void {
  meter.spend((whole.length + part.length) / 16);
  const back = new Int32Array(part.length);
  for (let at = 1, same = 0; at < part.length; at++) {
    while (same > 0 && part.charCodeAt(at) !== part.charCodeAt(same)) same = back[same - 1] ?? 0;
    if (part.charCodeAt(at) === part.charCodeAt(same)) same += 1;
    back[at] = same;
  }
  for (let at = 0, same = 0; at < whole.length; at++) {
    while (same > 0 && whole.charCodeAt(at) !== part.charCodeAt(same)) same = back[same - 1] ?? 0;
    if (whole.charCodeAt(at) === part.charCodeAt(same)) same += 1;
    if (same < part.length) continue;
    if (!found(at + 1 - part.length)) return;
    same = 0;
  }
}
