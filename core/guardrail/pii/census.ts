/** What a stretch of folded text is made of: enough to know which detectors can find nothing in it. */
export type Census = {
  /** UTF-16 units. */
  units: number;
  digits: number;
  dots: number;
  colons: number;
  /** `@`, `%`, `=` or an opening bracket: what the sign of a mail address begins with. */
  signs: number;
  /** A to Z. */
  capitals: number;
  /** The longest run without a blank, in units. */
  longestRun: number;
};

/** The census of an empty stretch. */
export const emptyCensus = (): Census => ({ units: 0, digits: 0, dots: 0, colons: 0, signs: 0, capitals: 0, longestRun: 0 });

/** What `text` has from `from` to `to` beside stretches that are cut out, in order and without overlap: those count as a blank. */
export function censusOf(
  text: string,
  from = 0,
  to = text.length,
  cutOut: readonly { readonly start: number; readonly end: number }[] = [],
): Census {
  const census = emptyCensus();
  let next = 0;
  let runStart = from;
  for (let index = from; index < to; index++) {
    const stretch = cutOut[next];
    if (stretch !== undefined && index >= stretch.start) {
      next++;
      index = Math.max(index, stretch.end) - 1;
      runStart = index + 1;
      continue;
    }
    const code = text.charCodeAt(index);
    if (code === 32 || code === 0xffff || (code >= 9 && code <= 13)) {
      runStart = index + 1;
      continue;
    }
    census.units++;
    if (index - runStart >= census.longestRun) census.longestRun = index - runStart + 1;
    if (code >= 48 && code <= 57) census.digits++;
    else if (code >= 65 && code <= 90) census.capitals++;
    else if (code === 46) census.dots++;
    else if (code === 58) census.colons++;
    else if (code === 64 || code === 37 || code === 61 || code === 40 || code === 91) census.signs++;
    else if (code === 123 && text.charCodeAt(index + 1) !== 0xffff) census.signs++;
  }
  return census;
}
