/** What the model of the benchmarks says: some 200 characters without anything that a guard would find, and the same in twenty pieces. */

export const ANSWER =
  "Thank you for your message. Your order has left our warehouse and is on its way to you. It usually takes three to five working " +
  "days until a parcel arrives. If it has not come by then, please write to us again.";

const PIECES = 20;

/** About as long as three tokens each; cut where the count falls, in the middle of words, too. */
export const ANSWER_PIECES: readonly string[] = Array.from({ length: PIECES }, (_, index) =>
  ANSWER.slice(Math.round((index * ANSWER.length) / PIECES), Math.round(((index + 1) * ANSWER.length) / PIECES)),
);
