/** What a disguise gives: another reading of a text, and where in the text it comes from. */

/** One other reading. `start`, `end`: the stretch of the text as it came that it is read from, in UTF-16 units. */
export type Disguised = { readonly text: string; readonly start: number; readonly end: number; readonly kind: string };

/** Several stretches of one text that hide words in one way are one reading, so that no number of them makes more readings. Null when there is none. */
export function joined(
  stretches: readonly { readonly text: string; readonly start: number; readonly end: number }[],
  kind: string,
): Disguised | null {
  const [first] = stretches;
  const last = stretches.at(-1);
  if (first === undefined || last === undefined) return null;
  return { text: stretches.map(({ text }) => text).join("\n"), start: first.start, end: last.end, kind };
}
