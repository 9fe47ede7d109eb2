/** A document's text in portions between sentences, for what looks at each sentence by itself: no portion takes long. */

/** UTF-16 units of a portion at most: some fifty milliseconds of the dearest look. */
const PORTION_UNITS = 65_536;
/** How far back from there the end of a line or sentence is looked for. */
const LOOK_BACK = 4_096;
const SENTENCE_END = /[.!?\u3002]\s*$/;

/** The portions in order; together they are the text. No character is parted. */
export function* portionsOf(text: string): Generator<string> {
  let from = 0;
  while (text.length - from > PORTION_UNITS) {
    const to = endOf(text, from + PORTION_UNITS);
    yield text.slice(from, to);
    from = to;
  }
  yield text.slice(from);
}

function endOf(text: string, at: number): number {
  const first = at - LOOK_BACK;
  const line = text.lastIndexOf("\n", at - 1);
  if (line >= first) return line + 1;
  for (let blank = text.lastIndexOf(" ", at - 1); blank >= first; blank = text.lastIndexOf(" ", blank - 1))
    if (SENTENCE_END.test(text.slice(blank - 1, blank + 1))) return blank + 1;
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at;
}
