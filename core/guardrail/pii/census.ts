/** What a stretch of folded text is made of: enough to know which detectors can find nothing in it. */
export type Census = {
  /** UTF-16 units. */
  units: number;
  digits: number;
  dots: number;
  colons: number;
  /** `@`, `%`, `=` or an opening bracket: what the sign of a mail address begins with. */
  signs: number;
  /** The longest run without a blank, in units. */
  longestRun: number;
};

/** The census of an empty stretch. */
export const emptyCensus = (): Census => ({ units: 0, digits: 0, dots: 0, colons: 0, signs: 0, longestRun: 0 });

/** What is left of a text in which stretches are blanked out (segment.ts): those count as a blank. */
export function censusOf(blanked: string): Census {
  const census = emptyCensus();
  let runStart = 0;
  for (let index = 0; index < blanked.length; index++) {
    const code = blanked.charCodeAt(index);
    if (code === 32 || code === 0xffff || (code >= 9 && code <= 13)) {
      runStart = index + 1;
      continue;
    }
    census.units++;
    census.longestRun = Math.max(census.longestRun, index + 1 - runStart);
    if (code >= 48 && code <= 57) census.digits++;
    else if (code === 46) census.dots++;
    else if (code === 58) census.colons++;
    else if (code === 64 || code === 37 || code === 61 || code === 40 || code === 91) census.signs++;
    else if (code === 123 && blanked.charCodeAt(index + 1) !== 0xffff) census.signs++;
  }
  return census;
}
