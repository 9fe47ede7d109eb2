/**
 * A document in pieces that are found and cited: they follow its structure (headings, lists, tables, paragraphs, code), never split a
 * sentence, and know their section. Offsets are UTF-16 units of the document's text. Pure, linear.
 */

/** A piece of a document. `section`: the headings above it, outermost first. */
export type Chunk = { readonly start: number; readonly end: number; readonly section: readonly string[] };

/** In tokens, as `roughTokens` counts them: the most of a chunk, and how much of the end of one is repeated at the beginning of the next. */
export type ChunkSize = { readonly tokens: number; readonly overlap: number };

/** The size where a collection names none. */
export const DEFAULT_CHUNK: ChunkSize = { tokens: 300, overlap: 40 };

/** A unit that is never split. `block`: units of one paragraph, list item, table or code block have the same number. */
type Unit = { readonly start: number; readonly end: number; readonly tokens: number; readonly block: number };
type Section = { readonly path: readonly string[]; readonly units: Unit[] };

/** A sentence of more than so many chunks is cut between words: it is no sentence. */
const LONGEST_SENTENCE_CHUNKS = 4;
/** Further headings above a chunk are left out; and so are characters of a heading. */
const MOST_SECTIONS = 6;
const HEADING_CHARS = 120;

const HEADING = /^ {0,3}(#{1,6})[ \t]+(.+?)[ \t#]*$/;
const UNDERLINE = /^ {0,3}(=+|-{3,})[ \t]*$/;
const ITEM = /^[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+\S/;
const ROW = /^[ \t]*\|/;
const FENCE = /^ {0,3}(?:```|~~~)/;

/** A rough count: four characters of an alphabet are a token, and one of a script without blanks. */
export function roughTokens(text: string, start = 0, end = text.length): number {
  let quarters = 0;
  for (let at = start; at < end; at++) quarters += text.charCodeAt(at) >= 0x2e80 ? 4 : 1;
  return Math.ceil(quarters / 4);
}

/** The chunks of a document in order. An empty text has none. */
export function chunksOf(text: string, size: ChunkSize): Chunk[] {
  return sectionsOf(text, size.tokens * LONGEST_SENTENCE_CHUNKS).flatMap(({ path, units }) =>
    packed(units, size).map(([start, end]) => ({ start, end, section: path })),
  );
}

/** Units until a chunk is full; the next one begins with the end of it. A chunk rather ends with a block than in the middle of one. */
function packed(units: readonly Unit[], { tokens: most, overlap }: ChunkSize): (readonly [number, number])[] {
  const chunks: (readonly [number, number])[] = [];
  let first = 0;
  while (first < units.length) {
    let tokens = 0;
    let last = first;
    for (; last < units.length; last++) {
      const next = units[last]?.tokens ?? 0;
      if (last > first && tokens + next > most) break;
      tokens += next;
    }
    if (last < units.length) last = endOfBlock(units, first, last, most);
    chunks.push([units[first]?.start ?? 0, units[last - 1]?.end ?? 0]);
    if (last >= units.length) break;
    first = startOfNext(units, first, last, overlap);
  }
  return chunks;
}

/** Where the last whole block ends, if that leaves at least half a chunk; else `last`. */
function endOfBlock(units: readonly Unit[], first: number, last: number, most: number): number {
  let end = last;
  while (end > first && units[end - 1]?.block === units[end]?.block) end--;
  let tokens = 0;
  for (let at = first; at < end; at++) tokens += units[at]?.tokens ?? 0;
  return tokens * 2 >= most ? end : last;
}

/** The units at the end that fit into the overlap are repeated, but never a whole chunk. */
function startOfNext(units: readonly Unit[], first: number, last: number, overlap: number): number {
  let start = last;
  let tokens = 0;
  while (start - 1 > first) {
    tokens += units[start - 1]?.tokens ?? 0;
    if (tokens > overlap) break;
    start--;
  }
  return start;
}

function sectionsOf(text: string, longest: number): Section[] {
  const sections: Section[] = [];
  const headings: { readonly level: number; readonly title: string }[] = [];
  let current: Section = { path: [], units: [] };
  let block = 0;
  let paragraph: { start: number; end: number } | null = null;
  let isCode = false;

  const close = (): void => {
    if (paragraph === null) return;
    block++;
    for (const [start, end] of sentences(text, paragraph.start, paragraph.end))
      for (const [from, to] of bounded(text, start, end, longest))
        current.units.push({ start: from, end: to, tokens: roughTokens(text, from, to), block });
    paragraph = null;
  };
  const open = (level: number, title: string, start: number, end: number): void => {
    close();
    while ((headings.at(-1)?.level ?? 0) >= level) headings.pop();
    headings.push({ level, title: title.trim().slice(0, HEADING_CHARS) });
    // Headings in a row belong to what follows them.
    const isBare = current.units.at(-1)?.block === -1;
    const units: Unit[] = isBare ? current.units : [];
    if (!isBare && current.units.length > 0) sections.push(current);
    units.push({ start, end, tokens: roughTokens(text, start, end), block: -1 });
    current = { path: headings.slice(-MOST_SECTIONS).map((heading) => heading.title), units };
  };

  let at = 0;
  let before: { start: number; end: number } | null = null;
  while (at <= text.length) {
    const newline = text.indexOf("\n", at);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(at, text[end - 1] === "\r" ? end - 1 : end);
    const heading = isCode ? null : HEADING.exec(line.length > 1_000 ? "" : line);
    if (FENCE.test(line)) {
      if (!isCode) close();
      isCode = !isCode;
      block++;
      current.units.push({ start: at, end, tokens: roughTokens(text, at, end), block: isCode ? block : block - 1 });
      if (!isCode) block++;
    } else if (isCode) {
      if (line.trim() !== "")
        for (const [from, to] of bounded(text, at, end, longest))
          current.units.push({ start: from, end: to, tokens: roughTokens(text, from, to), block });
    } else if (heading !== null) open(heading[1]?.length ?? 1, heading[2] ?? "", at, at + line.length);
    else if (line.trim() === "") close();
    else if (before !== null && isFirstLine(paragraph, before) && UNDERLINE.test(line)) {
      // A heading is underlined: its line was taken for a paragraph.
      const title = text.slice(before.start, before.end);
      paragraph = null;
      open(line.trim().startsWith("=") ? 1 : 2, title, before.start, at + line.length);
    } else if (ITEM.test(line) || ROW.test(line)) {
      close();
      paragraph = { start: at, end };
      if (ROW.test(line)) {
        for (const [from, to] of bounded(text, at, end, longest))
          current.units.push({ start: from, end: to, tokens: roughTokens(text, from, to), block: block + 1 });
        paragraph = null;
      }
    } else paragraph = { start: startOf(paragraph) ?? at, end };
    before = line.trim() === "" ? null : { start: at, end };
    if (newline < 0) break;
    at = newline + 1;
  }
  close();
  if (current.units.length > 0) sections.push(current);
  return sections;
}

type Lines = { readonly start: number };
const startOf = (paragraph: Lines | null): number | null => paragraph?.start ?? null;
const isFirstLine = (paragraph: Lines | null, line: Lines): boolean => paragraph?.start === line.start;

const END = /(?<![.!?…])[.!?…]+["'”’»)\]]*(?=\s)|[。！？]+[」』”]*/gu;
/** What has a full stop and ends no sentence. */
const ABBREVIATION =
  /(?:^|[\s(])(?:e\.g|i\.e|cf|vs|etc|approx|fig|no|nr|dr|mr|mrs|ms|prof|st|jr|sr|inc|ltd|co|p|pp|vol|art|sec|al|z\.b|d\.h|u\.a|usw|bzw|ca|abs|\p{Lu})\.$/iu;

/** The sentences of a paragraph, without the blanks between them. A line break alone ends none. */
function sentences(text: string, start: number, end: number): (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  let from = start;
  // The paragraph alone: a search that ran on to the end of the text would be made again for each paragraph.
  for (const match of text.slice(start, end).matchAll(END)) {
    const stop = start + match.index + match[0].length;
    if (stop >= end || goesOn(text, from, stop, end)) continue;
    found.push([from, stop]);
    from = stop;
    while (from < end && /\s/.test(text[from] ?? "")) from++;
  }
  let last = end;
  while (last > from && /\s/.test(text[last - 1] ?? "")) last--;
  if (last > from) found.push([from, last]);
  return found;
}

/** A full stop after an abbreviation, or before a small letter, ends no sentence. */
function goesOn(text: string, from: number, stop: number, end: number): boolean {
  if (ABBREVIATION.test(text.slice(Math.max(from, stop - 12), stop))) return true;
  let next = stop;
  while (next < end && /\s/.test(text[next] ?? "")) next++;
  return text[stop - 1] === "." && /^\p{Ll}/u.test(text.slice(next, next + 2));
}

/** The stretch itself, or its parts between words where it is longer than a sentence can be. */
function bounded(text: string, start: number, end: number, longest: number): (readonly [number, number])[] {
  const most = longest * 4;
  const parts: (readonly [number, number])[] = [];
  let from = start;
  while (end - from > most || roughTokens(text, from, Math.min(end, from + most)) > longest) {
    let to = Math.min(end, from + most);
    while (roughTokens(text, from, to) > longest) to = from + Math.max(1, Math.floor((to - from) / 2));
    const blank = text.lastIndexOf(" ", to);
    if (blank > from + (to - from) / 2) to = blank;
    const unit = text.charCodeAt(to);
    if (unit >= 0xdc00 && unit <= 0xdfff && to > from + 1) to--;
    parts.push([from, to]);
    from = to;
    while (from < end && text[from] === " ") from++;
  }
  if (from < end) parts.push([from, end]);
  return parts;
}
