/**
 * What one identifier of a state is: how long, of what letters and digits, with which check, and when it counts. Each country's file
 * lists its own; national-id.ts finds them.
 */

/** A list that is not empty. */
type Some<T> = readonly [T, ...T[]];

/** The form of one identifier, as its country defines it. */
export type IdentifierForm = {
  /** The `detector` of its findings: country and name (`gb_nino`). */
  readonly name: string;
  /** Letters and digits, separators left out. */
  readonly lengths: Some<number>;
  /** Anchored; over the identifier without separators, in capitals. */
  readonly compact: RegExp;
  /** The check, where the identifier has one: of a text that `compact` takes. */
  readonly isValid?: (compact: string) => boolean;
  /** Source of an expression: words that announce it, in lower case, `_` read as a blank. */
  readonly naming: string;
  /**
   * Shapes (9 a digit, A a capital, a a small letter) that count without such words, since form and check together are rarely met by
   * chance. Empty: a valid check alone is no find.
   */
  readonly alone: readonly string[];
  readonly hits: Some<string>;
  readonly misses: Some<string>;
};

/** Each separator of a shape in every other writing: a blank, a hyphen, a dot, none. */
export const spaced = (shape: string): readonly string[] => [" ", "-", ".", ""].map((separator) => shape.replaceAll(" ", separator));
