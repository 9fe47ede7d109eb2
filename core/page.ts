/** One page of a list, and what is asked for to get it. */

/** Which page of a list is asked for. */
export type PageRequest = {
  /** Maximum lines of the page. */
  readonly limit: number;
  /** `next_cursor` of the page before; null: the first page. */
  readonly cursor: string | null;
};

/** One page of a list. */
export type Page<T> = {
  readonly data: readonly T[];
  /** null: this page is the last. */
  readonly next_cursor: string | null;
};
