/** Cuts findings out of a text and puts something else in. */
export type Stretch = { readonly start: number; readonly end: number };

/** `stretches` in order and without overlap; `put(index)` is what takes the place of the index-th. */
export function replaceStretches(text: string, stretches: readonly Stretch[], put: (index: number) => string): string {
  if (stretches.length === 0) return text;
  const parts: string[] = [];
  let from = 0;
  stretches.forEach(({ start, end }, index) => {
    parts.push(text.slice(from, start), put(index));
    from = end;
  });
  parts.push(text.slice(from));
  return parts.join("");
}
