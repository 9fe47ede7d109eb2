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
  const work = cutting(text, size);
  for (let step = work.next(); ; step = work.next()) if (step.done) return step.value;
}

/** The same, in turns: `pause` is awaited after so much text, for others to be served meanwhile. */
export async function chunksInTurns(text: string, size: ChunkSize, pause: () => Promise<void>): Promise<Chunk[]> {
  const work = cutting(text, size);
  let units = 0;
  for (let step = work.next(); ; step = work.next()) {
    if (step.done) return step.value;
    units += step.value;
    if (units < TURN_UNITS) continue;
    await pause();
    units = 0;
  }
}

/** UTF-16 units that are read in one turn: some ten milliseconds. */
const TURN_UNITS = 65_536;

/** Work in small steps; each gives about how many UTF-16 units it read. */
type Steps<Of> = Generator<number, Of>;

function* cutting(text: string, size: ChunkSize): Steps<Chunk[]> {
  const chunks: Chunk[] = [];
  for (const { path, units } of yield* sectionsOf(text, size.tokens * LONGEST_SENTENCE_CHUNKS))
    for (const [start, end] of yield* packed(units, size)) chunks.push({ start, end, section: path });
  return chunks;
}

/** Units until a chunk is full; the next one begins with the end of it. A chunk rather ends with a block than in the middle of one. */
function* packed(units: readonly Unit[], { tokens: most, overlap }: ChunkSize): Steps<(readonly [number, number])[]> {
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
    yield (last - first) * UNITS_OF_A_SENTENCE;
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

/** What a sentence costs beside its length, in UTF-16 units. */
const UNITS_OF_A_SENTENCE = 8;

function* sectionsOf(text: string, longest: number): Steps<Section[]> {
  const sections: Section[] = [];
  const headings: { readonly level: number; readonly title: string }[] = [];
  let current: Section = { path: [], units: [] };
  let block = 0;
  let paragraph: { start: number; end: number } | null = null;
  let isCode = false;

  const take = function* (start: number, end: number, of: number): Steps<void> {
    for (const [from, to] of bounded(text, start, end, longest)) {
      current.units.push({ start: from, end: to, tokens: roughTokens(text, from, to), block: of });
      yield to - from + UNITS_OF_A_SENTENCE;
    }
  };
  const close = function* (): Steps<void> {
    if (paragraph === null) return;
    block++;
    const { start: first, end: last } = paragraph;
    for (const step of sentences(text, first, last)) {
      if (typeof step === "number") yield step;
      else yield* take(step[0], step[1], block);
    }
    paragraph = null;
  };
  const open = function* (level: number, title: string, start: number, end: number): Steps<void> {
    yield* close();
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
      if (!isCode) yield* close();
      isCode = !isCode;
      block++;
      current.units.push({ start: at, end, tokens: roughTokens(text, at, end), block: isCode ? block : block - 1 });
      if (!isCode) block++;
    } else if (isCode) {
      if (line.trim() !== "") yield* take(at, end, block);
    } else if (heading !== null) yield* open(heading[1]?.length ?? 1, heading[2] ?? "", at, at + line.length);
    else if (line.trim() === "") yield* close();
    else if (before !== null && isFirstLine(paragraph, before) && UNDERLINE.test(line)) {
      // A heading is underlined: its line was taken for a paragraph.
      const title = text.slice(before.start, before.end);
      paragraph = null;
      yield* open(line.trim().startsWith("=") ? 1 : 2, title, before.start, at + line.length);
    } else if (ITEM.test(line) || ROW.test(line)) {
      yield* close();
      paragraph = { start: at, end };
      if (ROW.test(line)) {
        yield* take(at, end, block + 1);
        paragraph = null;
      }
    } else paragraph = { start: startOf(paragraph) ?? at, end };
    before = line.trim() === "" ? null : { start: at, end };
    yield line.length + UNITS_OF_A_SENTENCE;
    if (newline < 0) break;
    at = newline + 1;
  }
  yield* close();
  if (current.units.length > 0) sections.push(current);
  return sections;
}

type Lines = { readonly start: number };
const startOf = (paragraph: Lines | null): number | null => paragraph?.start ?? null;
const isFirstLine = (paragraph: Lines | null, line: Lines): boolean => paragraph?.start === line.start;

/** Where a sentence may end: full stops and the like with what closes behind them, before a blank; ideographic ones anywhere. Bounded in what it walks without a step. */
function* ends(text: string, start: number, end: number): Generator<number | { readonly stop: number }> {
  let walked = start;
  for (let at = start; at < end; ) {
    if (at - walked >= TURN_UNITS) {
      yield at - walked;
      walked = at;
    }
    const code = text.charCodeAt(at);
    const isWide = WIDE_STOPS.has(code);
    if (!isWide && !STOPS.has(code)) {
      at++;
      continue;
    }
    const [stops, closing] = isWide ? [WIDE_STOPS, WIDE_CLOSING] : [STOPS, CLOSING];
    while (at < end && stops.has(text.charCodeAt(at))) at++;
    while (at < end && closing.has(text.charCodeAt(at))) at++;
    if (isWide || (at < end && BLANK.test(text.charAt(at)))) yield { stop: at };
  }
}
const codesOf = (units: string): ReadonlySet<number> => new Set(Array.from(units, (unit) => unit.charCodeAt(0)));
const STOPS = codesOf(".!?\u2026");
const CLOSING = codesOf("\"'\u201d\u2019\u00bb)]");
const WIDE_STOPS = codesOf("\u3002\uff01\uff1f");
const WIDE_CLOSING = codesOf("\u300d\u300f\u201d");
const BLANK = /\s/;
/** What has a full stop and ends no sentence. */
const ABBREVIATION =
  /(?:^|[\s(])(?:e\.g|i\.e|cf|vs|etc|approx|fig|no|nr|dr|mr|mrs|ms|prof|st|jr|sr|inc|ltd|co|p|pp|vol|art|sec|al|z\.b|d\.h|u\.a|usw|bzw|ca|abs|\p{Lu})\.$/iu;

/** The sentences of a paragraph, without the blanks between them; numbers are steps of the search. A line break alone ends none. */
function* sentences(text: string, start: number, end: number): Generator<number | readonly [number, number]> {
  let from = start;
  for (const step of ends(text, start, end)) {
    if (typeof step === "number") {
      yield step;
      continue;
    }
    const { stop } = step;
    if (stop >= end || goesOn(text, from, stop, end)) continue;
    yield [from, stop];
    from = stop;
    while (from < end && BLANK.test(text[from] ?? "")) from++;
  }
  let last = end;
  while (last > from && BLANK.test(text[last - 1] ?? "")) last--;
  if (last > from) yield [from, last];
}

/** A full stop after an abbreviation, or before a small letter, ends no sentence. */
function goesOn(text: string, from: number, stop: number, end: number): boolean {
  if (ABBREVIATION.test(text.slice(Math.max(from, stop - 12), stop))) return true;
  let next = stop;
  while (next < end && /\s/.test(text[next] ?? "")) next++;
  return text[stop - 1] === "." && /^\p{Ll}/u.test(text.slice(next, next + 2));
}

/** The stretch itself, or its parts between words where it is longer than a sentence can be. */
function* bounded(text: string, start: number, end: number, longest: number): Generator<readonly [number, number]> {
  const most = longest * 4;
  let from = start;
  while (end - from > most || roughTokens(text, from, Math.min(end, from + most)) > longest) {
    let to = Math.min(end, from + most);
    while (roughTokens(text, from, to) > longest) to = from + Math.max(1, Math.floor((to - from) / 2));
    const blank = text.lastIndexOf(" ", to);
    if (blank > from + (to - from) / 2) to = blank;
    const unit = text.charCodeAt(to);
    if (unit >= 0xdc00 && unit <= 0xdfff && to > from + 1) to--;
    yield [from, to];
    from = to;
    while (from < end && text[from] === " ") from++;
  }
  if (from < end) yield [from, end];
}
