/** What a stretch of folded text is made of: enough to know which detectors can find nothing in it. */
export type Census = {
  /** UTF-16 units. */
  units: number;
  digits: number;
  dots: number;
  colons: number;
  /** `@`, `%` or an opening bracket: what the sign of a mail address begins with. */
  signs: number;
  /** The longest run without a blank, in units. */
  longestRun: number;
};

export const emptyCensus = (): Census => ({ units: 0, digits: 0, dots: 0, colons: 0, signs: 0, longestRun: 0 });
