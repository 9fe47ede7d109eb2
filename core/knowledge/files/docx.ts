/**
 * A Word document (ECMA-376, WordprocessingML) as Markdown: its paragraphs, headings, lists, tables, notes, text boxes and equations, and
 * then its headers and footers, once each. Comments, deleted and hidden text are dropped and counted. Pure, linear.
 */
import { Blocks, rowOf } from "./blocks.ts";
import { DocxNumbers } from "./docx-numbers.ts";
import { type DocxStyle, type Ground, groundOf, isOn, isTiny, isWhite, type Letters, shiftOf, stylesOf, UNSAID } from "./docx-styles.ts";
import type { Visible } from "./html.ts";
import { countedAs, itemPrefix } from "./list-label.ts";
import { attributesOf, tokensOf, unescaped } from "./markup.ts";
import { byMark, type Decode } from "./sniff.ts";
import { shownIn, symbolOf } from "./symbols.ts";
import { type Cell, fillBudget, TableRows } from "./table.ts";
import { type Inflate, readEntry, type ZipEntry } from "./zip.ts";

/** Bytes of the document's XML, and of each other part that is read. */
const MOST_BYTES = 48 * 1_048_576;
const MOST_PART_BYTES = 4 * 1_048_576;
/** Headers and footers that are read: three of each kind for a section. */
const MOST_MARGINS = 24;
/** Elements within each other: what people write has some thirty. */
const DEEPEST = 500;
/** Text boxes within text boxes; deeper ones are written where they stand. */
const DEEPEST_BOX = 3;
/** A longer text of a cell that goes on below is not repeated there. */
const LONGEST_REPEATED = 120;

/** What reading a document needs. */
type Unpack = { readonly inflate: Inflate; readonly decode: Decode };

/** Why a file is not read. */
export type Unreadable = { readonly unreadable: string };

const MAIN = "word/document.xml";

/** Whether an archive is a Word document. */
export const isDocx = (entries: ReadonlyMap<string, ZipEntry>): boolean => entries.has(MAIN);

/** The visible text of a Word document, or why it is not read. */
export function textOfDocx(bytes: Uint8Array, entries: ReadonlyMap<string, ZipEntry>, unpack: Unpack): Visible | Unreadable {
  const main = xmlOf(bytes, entries.get(MAIN), MOST_BYTES, unpack);
  if (typeof main !== "string") return main;
  const part = (name: string): string => {
    const xml = entries.has(name) ? xmlOf(bytes, entries.get(name), MOST_PART_BYTES, unpack) : "";
    return typeof xml === "string" ? xml : "";
  };
  const styles = stylesOf(part("word/styles.xml"));
  const numbers = new DocxNumbers(part("word/numbering.xml"));
  const notesOf = (name: string): ReadonlyMap<string, Visible> => {
    const notes = new Map<string, Visible>();
    const read = new DocxReader(styles, numbers, NO_NOTES, notes).read(part(name));
    return read === null ? notes : new Map();
  };
  const notes: Notes = { footnotes: notesOf("word/footnotes.xml"), endnotes: notesOf("word/endnotes.xml") };
  const reader = new DocxReader(styles, numbers, notes, null);
  const flaw = reader.read(main);
  if (flaw !== null) return { unreadable: flaw };
  const margins = [...entries.keys()].filter((name) => /^word\/(?:header|footer)\d{0,4}\.xml$/.test(name)).sort();
  const known = new Set<string>();
  for (const name of margins.slice(0, MOST_MARGINS)) {
    const margin = new DocxReader(styles, numbers, NO_NOTES, null);
    if (margin.read(part(name)) === null) reader.append(margin.visible(), known);
  }
  const comments = new DocxReader(styles, numbers, NO_NOTES, null);
  comments.read(part("word/comments.xml"));
  reader.drop(lettersIn(comments.visible().text));
  return reader.visible();
}

function xmlOf(bytes: Uint8Array, entry: ZipEntry | undefined, most: number, { inflate, decode }: Unpack): string | Unreadable {
  if (entry === undefined) return { unreadable: "the archive has no text of a Word document" };
  if (entry.isEncrypted) return { unreadable: "the file is encrypted" };
  const found = readEntry(bytes, entry, most, inflate);
  if (found === "too_large") return { unreadable: `the text of the document is larger than ${most / 1_048_576} MiB once it is unpacked` };
  if (found === "broken") return { unreadable: "the archive is damaged or cut short" };
  const text = decode(found, byMark(found));
  if (text === null) return { unreadable: "the document's XML is damaged" };
  // A Word document declares nothing of its own: entities are a way to make a small file large.
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) return { unreadable: "the document declares XML entities" };
  return text;
}

/** A paragraph in a list that it does not name. */
const UNNAMED = "?";

/** What is in these is no text of the document: deleted, moved away, a field's code, or a second form of what stands before it. */
const DROPPED: ReadonlySet<string> = new Set(["w:del", "w:moveFrom", "w:delText", "w:instrText", "w:delInstrText", "mc:Fallback"]);

/** What properties were before a change, which is on record in the document. */
const FORMER = /^w:(?:[prt]|tc|tr|tbl|sect)PrChange$/;

type Notes = { readonly footnotes: ReadonlyMap<string, Visible>; readonly endnotes: ReadonlyMap<string, Visible> };
const NO_NOTES: Notes = { footnotes: new Map(), endnotes: new Map() };

type Paragraph = {
  style: DocxStyle | null;
  numId: string | null;
  level: number | null;
  outline: number | null;
  ground: Ground;
  /** Its mark is deleted: it goes on in the next paragraph, which says what both are (ECMA-376, 17.13.5.15). */
  isMarkGone: boolean;
};
type Run = { -readonly [P in keyof Letters]: Letters[P] } & { style: DocxStyle | null; font: string };
type OpenCell = { columns: number; merge: "restart" | "continue" | null; ground: Ground; isGone: boolean };

const newParagraph = (): Paragraph => ({ style: null, numId: null, level: null, outline: null, ground: null, isMarkGone: false });
const newRun = (): Run => ({ ...UNSAID, style: null, font: "" });

/** A stretch of text of its own: the document, a note, a text box, how a word is read aloud (`isReading`). */
type Frame = {
  readonly isReading: boolean;
  readonly blocks: Blocks;
  paragraph: Paragraph;
  run: Run;
  tables: number;
  rows: TableRows | null;
  cells: Cell[] | null;
  cell: OpenCell | null;
  column: number;
  /** The open row is deleted. */
  isRowGone: boolean;
  /** The paragraph before goes on in the next. */
  isJoined: boolean;
  /** Texts of cells that go on in the rows below, by their column. */
  readonly merged: Map<number, string>;
  /** What is placed behind the paragraph. */
  pending: { readonly prefix: string; readonly text: string }[];
};

const frameOf = (): Frame => ({
  isReading: false,
  blocks: new Blocks(),
  paragraph: newParagraph(),
  run: newRun(),
  tables: 0,
  rows: null,
  cells: null,
  cell: null,
  column: 0,
  isRowGone: false,
  isJoined: false,
  merged: new Map(),
  pending: [],
});

/** Reads one part of a document. */
class DocxReader {
  readonly #styles: ReadonlyMap<string, DocxStyle>;
  readonly #numbers: DocxNumbers;
  readonly #notes: Notes;
  /** Where the notes of this part go, by their id; null: it is no part of notes. */
  readonly #into: Map<string, Visible> | null;
  readonly #frames: Frame[] = [frameOf()];
  readonly #stack: string[] = [];
  readonly #budget = fillBudget();
  #noteId: string | null = null;
  readonly #counts = { footnotes: 0, endnotes: 0 };
  readonly #used = new Set<string>();
  /** Open words with a reading beside them (ruby): the run that they stand in, and the reading, which the file has first. */
  readonly #rubies: { readonly run: Run; reading: string }[] = [];
  readonly #boxes: { readonly isFramed: boolean; readonly isHidden: boolean }[] = [];
  /** Elements around whose text is dropped, and of them those that repeat another. */
  #gone = 0;
  #again = 0;
  /** How deep the elements lie that say within themselves that they are deleted: rows and cells. */
  readonly #goneAt: number[] = [];
  /** Elements around, which tell what properties were before a change. */
  #former = 0;
  #dropped = 0;
  #doubtful = 0;

  constructor(styles: ReadonlyMap<string, DocxStyle>, numbers: DocxNumbers, notes: Notes, into: Map<string, Visible> | null) {
    this.#styles = styles;
    this.#numbers = numbers;
    this.#notes = notes;
    this.#into = into;
  }

  get #frame(): Frame {
    return this.#frames.at(-1) as Frame;
  }

  /** null: the part is read; a sentence: why it cannot be. */
  read(xml: string): string | null {
    for (const token of tokensOf(xml, "xml")) {
      if (token.kind === "text") this.#text(token.text);
      else if (token.kind === "close") {
        if (this.#stack.at(-1) !== token.name) return "the document's XML is damaged";
        this.#stack.pop();
        this.#ends(token.name);
      } else if (token.kind === "open") {
        this.#begins(token.name, token.attributes);
        if (token.isEmpty) {
          if (token.name === "w:p" && this.#frame.isJoined) this.#ends("w:p");
          continue;
        }
        if (this.#stack.length >= DEEPEST) return `the document's XML is nested more than ${DEEPEST} levels deep`;
        this.#stack.push(token.name);
        this.#enters(token.name);
      }
    }
    if (this.#stack.length > 0) return "the document's XML is cut short";
    for (const [kind, notes] of Object.entries(this.#notes))
      for (const [id, note] of notes) if (!this.#used.has(`${kind} ${id}`)) this.#dropped += lettersIn(note.text);
    return null;
  }

  /** What was read. */
  visible(): Visible {
    return { text: this.#frame.blocks.toString(), dropped: this.#dropped, doubtful: this.#doubtful };
  }

  /** Adds another part behind, unless its text is known. */
  append({ text, dropped, doubtful }: Visible, known: Set<string>): void {
    this.#dropped += dropped;
    if (text === "" || known.has(text)) return;
    known.add(text);
    this.#doubtful += doubtful;
    this.#frame.blocks.line(text);
  }

  /** Letters that are left out. */
  drop(letters: number): void {
    this.#dropped += letters;
  }

  #text(written: string): void {
    const element = this.#stack.at(-1);
    if (element !== "w:t" && element !== "m:t" && element !== "w:delText") return;
    const text = unescaped(written);
    const sight = this.#sight();
    if (sight === "unseen" || element === "w:delText") {
      if (this.#again === 0) this.#dropped += lettersIn(text);
      return;
    }
    if (sight === "doubtful") this.#doubtful += lettersIn(text);
    this.#write(shownIn(this.#frame.run.font, text));
  }

  /** Writes letters of the open run as they stand there: raised, struck. */
  #write(text: string): void {
    const { blocks, run, paragraph } = this.#frame;
    const shift = run.shift ?? run.style?.shift ?? paragraph.style?.shift ?? "none";
    const isStruck = run.isStruck ?? run.style?.isStruck ?? paragraph.style?.isStruck ?? false;
    if (isStruck) blocks.strike();
    if (shift !== "none") blocks.shift(shift);
    blocks.text(text);
    if (shift !== "none") blocks.level();
    if (isStruck) blocks.unstrike();
  }

  #sight(): "seen" | "unseen" | "doubtful" {
    if (this.#gone > 0) return "unseen";
    const { run, paragraph, cell, tables } = this.#frame;
    const styles = [run.style, paragraph.style];
    const of = (own: boolean | null, name: "isVanished" | "isWhite" | "isTiny"): boolean =>
      own ?? styles.find((style) => style?.[name] != null)?.[name] ?? false;
    if (of(run.isVanished, "isVanished") || of(run.isTiny, "isTiny")) return "unseen";
    if (!of(run.isWhite, "isWhite")) return "seen";
    const ground = run.ground ?? paragraph.ground ?? paragraph.style?.ground ?? cell?.ground ?? null;
    if (ground !== null) return ground === "dark" ? "seen" : "unseen";
    // A table's style, or the colour of a box, may be dark.
    return tables > 0 || this.#frames.filter(({ isReading }) => !isReading).length > 1 ? "doubtful" : "unseen";
  }

  #begins(name: string, written: string): void {
    const parent = this.#stack.at(-1);
    const frame = this.#frame;
    const { blocks, run, paragraph, cell } = frame;
    const value = (): string => attributesOf(written).get("w:val") ?? "";
    if (this.#former > 0) return;
    if (parent === "w:rPr") {
      const within = this.#stack.at(-2);
      if (within === "w:r" || within === "m:r") this.#changeRun(run, name, written);
      else if (within === "w:pPr" && (name === "w:del" || name === "w:moveFrom")) paragraph.isMarkGone = true;
    } else if ((parent === "w:trPr" && name === "w:del") || (parent === "w:tcPr" && name === "w:cellDel")) {
      this.#goneAt.push(this.#stack.length - 1);
      this.#gone++;
      if (frame.tables === 1 && parent === "w:trPr") frame.isRowGone = true;
      else if (frame.tables === 1 && cell !== null) cell.isGone = true;
    } else if (parent === "w:pPr") {
      if (name === "w:pStyle") paragraph.style = this.#styles.get(value()) ?? null;
      else if (name === "w:outlineLvl") paragraph.outline = Number(value());
      else if (name === "w:shd") paragraph.ground = groundOf(attributesOf(written));
    } else if (parent === "w:numPr") {
      if (name === "w:numId") paragraph.numId = value();
      else if (name === "w:ilvl") paragraph.level = Number(value());
    } else if (parent === "w:tcPr" && cell !== null && frame.tables === 1) {
      if (name === "w:gridSpan") cell.columns = columnsOf(value());
      else if (name === "w:vMerge") cell.merge = value() === "restart" ? "restart" : "continue";
      else if (name === "w:shd") cell.ground = groundOf(attributesOf(written));
    } else if (parent === "w:trPr" && name === "w:gridBefore" && frame.tables === 1) {
      frame.column = columnsOf(value());
      frame.cells?.push({ text: "", columns: frame.column, rows: 1 });
    } else if (parent === "w:r" && this.#sight() !== "unseen") this.#inRun(name, written);
    if (name === "w:footnote" || name === "w:endnote") this.#noteId = attributesOf(written).get("w:id") ?? "";
    if (name === "w:numPr" && parent === "w:pPr") paragraph.numId ??= UNNAMED;
    if (name === "m:chr" && this.#gone === 0) blocks.text(unescaped(attributesOf(written).get("m:val") ?? ""));
  }

  #changeRun(run: Run, name: string, written: string): void {
    const found = attributesOf(written);
    const value = found.get("w:val") ?? "";
    if (name === "w:rStyle") run.style = this.#styles.get(value) ?? null;
    else if (name === "w:vanish" || name === "w:specVanish") run.isVanished = isOn(value);
    else if (name === "w:color") run.isWhite = isWhite(value);
    else if (name === "w:sz") run.isTiny = isTiny(value);
    else if (name === "w:strike" || name === "w:dstrike") run.isStruck = isOn(value);
    else if (name === "w:vertAlign" || name === "w:position") run.shift = shiftOf(name, value) ?? run.shift;
    else if (name === "w:shd") run.ground = groundOf(found);
    else if (name === "w:highlight") run.ground = value === "none" || value === "white" ? null : "dark";
    else if (name === "w:rFonts") run.font = found.get("w:ascii") ?? found.get("w:hansi") ?? "";
  }

  /** What a run has beside letters. */
  #inRun(name: string, written: string): void {
    const { blocks, tables } = this.#frame;
    if (name === "w:tab" || name === "w:ptab") blocks.text(" ");
    else if (name === "w:br" || name === "w:cr") {
      if (tables > 0) blocks.text(" ");
      else blocks.newline();
    } else if (name === "w:noBreakHyphen") this.#write("-");
    else if (name === "w:softHyphen") blocks.text("\u00ad");
    else if (name === "w:drawing" || name === "w:pict" || name === "w:object" || name === "mc:AlternateContent") blocks.gap();
    else if (name === "w:sym") {
      const found = attributesOf(written);
      this.#write(symbolOf(found.get("w:font") ?? "", Number.parseInt(found.get("w:char") ?? "", 16) || 0));
    } else if (name === "w:footnoteReference") this.#refer("footnotes", written);
    else if (name === "w:endnoteReference") this.#refer("endnotes", written);
  }

  /** The mark of a note, as a reader sees it; the note comes behind the paragraph. */
  #refer(kind: "footnotes" | "endnotes", written: string): void {
    const id = attributesOf(written).get("w:id") ?? "";
    const note = this.#notes[kind].get(id);
    const number = ++this.#counts[kind];
    const mark = `[^${kind === "footnotes" ? number : countedAs("lower_roman", number)}]`;
    this.#frame.blocks.text(mark);
    if (note === undefined || this.#used.has(`${kind} ${id}`)) return;
    this.#used.add(`${kind} ${id}`);
    this.#dropped += note.dropped;
    this.#doubtful += note.doubtful;
    if (note.text !== "") this.#frame.pending.push({ prefix: `${mark}: `, text: note.text });
  }

  /** Behind what opened and is not empty. */
  #enters(name: string): void {
    const frame = this.#frame;
    const { blocks } = frame;
    if (DROPPED.has(name)) this.#gone++;
    if (name === "mc:Fallback") this.#again++;
    if (FORMER.test(name)) this.#former++;
    if (name === "w:p") frame.paragraph = newParagraph();
    else if (name === "w:r" || name === "m:r") frame.run = newRun();
    else if (name === "w:tbl") {
      frame.isJoined = false;
      if (frame.tables++ === 0) {
        blocks.begin();
        frame.rows = new TableRows(this.#budget);
        frame.merged.clear();
      }
    } else if (name === "w:tr" && frame.tables === 1) {
      frame.cells = [];
      frame.column = 0;
      frame.isRowGone = false;
    } else if (name === "w:tc" && frame.tables === 1) frame.cell = { columns: 1, merge: null, ground: null, isGone: false };
    else if (name === "w:txbxContent") {
      const isHidden = this.#sight() === "unseen";
      const isFramed = this.#frames.length <= DEEPEST_BOX;
      this.#boxes.push({ isFramed, isHidden });
      if (isHidden) this.#gone++;
      if (isFramed) this.#frames.push(frameOf());
      else blocks.text(" ");
    } else if ((name === "w:footnote" || name === "w:endnote") && this.#into !== null) this.#frames.push(frameOf());
    else if (name === "w:ruby") this.#rubies.push({ run: frame.run, reading: "" });
    else if (name === "w:rt" && this.#stack.at(-2) === "w:ruby") {
      const { paragraph, cell, tables } = frame;
      this.#frames.push({ ...frameOf(), isReading: true, paragraph, cell, tables });
    } else if (this.#gone === 0) {
      if (name === "m:num" || name === "m:deg") blocks.text("(");
      else if (name === "m:den") blocks.text("/(");
      else if (name === "m:rad") blocks.text("√");
      else if (name === "m:d" || (name === "m:e" && this.#stack.at(-2) === "m:rad")) blocks.text("(");
      else if (name === "m:sup") blocks.shift("up");
      else if (name === "m:sub") blocks.shift("down");
    }
  }

  #ends(name: string): void {
    const frame = this.#frame;
    const { blocks, tables } = frame;
    if (name === "w:r" || name === "m:r") frame.run = newRun();
    else if (name === "w:pPr") {
      if (this.#former === 0) this.#place();
    } else if (name === "w:p") {
      frame.isJoined = frame.paragraph.isMarkGone;
      frame.paragraph = newParagraph();
      if (frame.isJoined) {
        // What was parted by the mark stands together.
      } else if (tables === 0) this.#flush();
      else blocks.text(" ");
    } else if (name === "w:tc" && tables === 1) this.#endCell();
    else if (name === "w:tr" && tables === 1) {
      const texts = frame.cells === null || frame.isRowGone ? null : frame.rows?.row(frame.cells);
      if (texts != null) blocks.line(rowOf(texts));
      frame.cells = null;
    } else if (name === "w:tbl") {
      frame.tables--;
      if (frame.tables === 0) this.#flush();
    } else if (name === "w:txbxContent") {
      this.#endBox();
    } else if ((name === "w:footnote" || name === "w:endnote") && this.#into !== null && this.#frames.length > 1) {
      this.#flush();
      this.#into.set(this.#noteId ?? "", { text: blocks.toString(), dropped: this.#dropped, doubtful: this.#doubtful });
      this.#dropped = 0;
      this.#doubtful = 0;
      this.#frames.pop();
    } else if (name === "w:rt" && this.#stack.at(-1) === "w:ruby") {
      const ruby = this.#rubies.at(-1);
      if (ruby !== undefined) ruby.reading += blocks.take();
      this.#frames.pop();
    } else if (name === "w:ruby") {
      const ruby = this.#rubies.pop();
      frame.run = ruby?.run ?? newRun();
      if (ruby !== undefined && ruby.reading !== "") blocks.text(`(${ruby.reading})`);
    } else if (this.#gone === 0) {
      if (name === "m:num" || name === "m:den" || name === "m:deg" || name === "m:d") blocks.text(")");
      else if (name === "m:e" && this.#stack.at(-1) === "m:rad") blocks.text(")");
      else if (name === "m:e" && /^m:(?:mr|eqArr)$/.test(this.#stack.at(-1) ?? "")) blocks.text(" ");
      else if (name === "m:sup" || name === "m:sub") blocks.level();
    }
    if (DROPPED.has(name)) this.#gone--;
    if (name === "mc:Fallback") this.#again--;
    if (FORMER.test(name)) this.#former--;
    while (this.#goneAt.at(-1) === this.#stack.length + 1) {
      this.#goneAt.pop();
      this.#gone--;
    }
  }

  /** A paragraph's properties are known: its heading, or its place in a list. */
  #place(): void {
    const { paragraph, blocks, tables } = this.#frame;
    if (this.#gone > 0 || paragraph.isMarkGone) return;
    const { style, outline } = paragraph;
    const heading = outline === null ? (style?.heading ?? null) : outline < 9 ? Math.min(6, outline + 1) : null;
    const own = paragraph.numId === UNNAMED ? null : paragraph.numId;
    const numId = own ?? style?.numId ?? null;
    const level = paragraph.level ?? style?.level ?? (numId === null ? 0 : this.#numbers.levelOf(numId, style?.id ?? ""));
    const label = numId === null ? (paragraph.numId === UNNAMED ? "" : null) : this.#numbers.next(numId, level);
    const shown = label === null || label === "" ? "" : `${label} `;
    const prefix = heading !== null ? `${"#".repeat(Math.min(6, heading))} ${shown}` : label !== null ? itemPrefix(label, level) : null;
    // A number would stand in the midst of a cell's paragraph.
    if (tables > 0) blocks.text(this.#frame.isJoined ? "" : shown);
    else if (prefix !== null && this.#frame.isJoined) blocks.named(prefix);
    else if (prefix !== null) blocks.begin(prefix);
  }

  /** The paragraph ends, and what hangs on it follows. */
  #flush(): void {
    const { blocks, pending } = this.#frame;
    blocks.begin();
    for (const { prefix, text } of pending)
      if (prefix === "") blocks.line(text);
      else {
        blocks.begin(prefix);
        blocks.text(text);
        blocks.begin();
      }
    this.#frame.pending = [];
  }

  #endCell(): void {
    const frame = this.#frame;
    const { cell, cells, merged } = frame;
    const text = frame.blocks.take();
    frame.isJoined = false;
    if (cell === null || cells === null) return;
    if (cell.isGone) {
      frame.cell = null;
      return;
    }
    const column = frame.column;
    const above = cell.merge === "continue" ? (merged.get(column) ?? "") : null;
    if (cell.merge === "restart") merged.set(column, text.length <= LONGEST_REPEATED ? text : "");
    else if (cell.merge === null) merged.delete(column);
    frame.column += cell.columns;
    cells.push({ text: text === "" ? (above ?? "") : text, columns: cell.columns, rows: 1 });
    frame.cell = null;
  }

  #endBox(): void {
    const box = this.#boxes.pop();
    if (box?.isHidden === true) this.#gone--;
    if (box?.isFramed !== true) return this.#frame.blocks.text(" ");
    this.#flush();
    const text = this.#frame.blocks.toString();
    this.#frames.pop();
    if (text === "") return;
    const outer = this.#frame;
    if (outer.tables > 0) outer.blocks.text(` ${text.replaceAll("\n", " ")} `);
    else outer.pending.push({ prefix: "", text });
  }
}

const columnsOf = (value: string): number => Math.min(200, Math.max(1, Math.trunc(Number(value)) || 1));
const lettersIn = (text: string): number => text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
