/** What each category has of our own words. `[a|b]` is one of several, `{x}` a filler (fillers.ts). None comes from a labelled set, and none says how something is done. */
export type Harmful = {
  /** A verb and what it is done to. */
  readonly deeds: readonly string[];
  readonly sentences: readonly string[];
  readonly things: readonly string[];
};
