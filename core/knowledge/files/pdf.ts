/**
 * The text of a PDF from the pieces that a reader of PDF files finds on its pages: lines, paragraphs, and headings by their size. Pure. Also
 * looks at a file before it is read: pdf.js inflates whatever a file holds.
 */
import { Blocks } from "./blocks.ts";
import type { Visible } from "./html.ts";
import type { Inflate } from "./zip.ts";

/**
 * Letters on a page as it is shown, where they stand from the left and from the bottom, how high and how wide they are, in points, and how they are
 * turned against the reader, in degrees counterclockwise. PERSISTED nowhere: it comes from an isolate.
 */
export type PdfPiece = readonly [text: string, x: number, y: number, height: number, width?: number, turn?: number];
/** A page with its size. */
export type PdfPage = { readonly width: number; readonly height: number; readonly pieces: readonly PdfPiece[] };

/** Nobody reads letters that are lower, in points. */
const SMALLEST = 1.5;
/** A heading is this much higher than most letters. */
const HEADING = 1.18;
/** A line that is farther from the one before, in heights of its letters, begins a paragraph. */
const PARAGRAPH = 1.7;
const LONGEST_HEADING = 120;
/** Letters that are turned by so many degrees more or less are on other lines. */
const OTHER_TURN = 3;
/** A distance between letters that is a blank, in heights. */
const BLANK = 0.15;
/** Letters of at most this part of the height of those beside them, and so much higher or lower, are raised or lowered. */
const SHIFTED_HEIGHT = 0.85;
const SHIFTED_BY = 0.12;
/** Raised and lowered letters stand so near to what they belong to, in heights of the larger: farther ones are of another line. */
const TOUCHING = 1;
/** The same letters drawn again within so many points are drawn bold. */
const BOLD_WITHIN = 1;

/** The visible text of pages in their order. */
export function textOfPages(pages: readonly PdfPage[]): Visible {
  const usual = usualHeight(pages);
  const levels = headingHeights(pages, usual);
  const blocks = new Blocks();
  let dropped = 0;
  for (const { width, height, pieces } of pages) {
    blocks.begin();
    let line: Line | null = null;
    let last: PdfPiece | null = null;
    let before: { across: number; height: number; level: number; turn: number } | null = null;
    const write = (): void => {
      const text = line === null ? "" : line.parts.map((part) => part.text).join("");
      if (line === null || text.trim() === "") return;
      const { across, height: letters, turn } = line;
      const level = text.trim().length <= LONGEST_HEADING ? levels.indexOf(rounded(letters)) + 1 : 0;
      const gap = before === null ? 0 : Math.abs(before.across - across);
      const isNew: boolean =
        before === null ||
        before.level !== level ||
        isOtherTurn(before.turn, turn) ||
        gap > PARAGRAPH * Math.max(letters, before.height) ||
        across > before.across + letters;
      if (level > 0 && isNew) blocks.begin(`${"#".repeat(Math.min(3, level))} `);
      else if (isNew) blocks.begin();
      else blocks.newline();
      let left = 0;
      const item = /^\s*[•◦▪‣·–-]\s+(?=\S)/u.exec(text);
      if (item !== null) {
        blocks.begin("- ");
        left = item[0].length;
      }
      for (const part of line.parts) {
        if (part.shift !== null) blocks.shift(part.shift);
        blocks.text(part.text.slice(left));
        if (part.shift !== null) blocks.level();
        left = Math.max(0, left - part.text.length);
      }
      before = { across, height: letters, level, turn };
    };
    for (const piece of pieces) {
      const [text, x, y, letters, wide = text.length * letters * 0.5, turn = 0] = piece;
      const isSeen = letters >= SMALLEST && x > -letters && y > -letters && x < width && y < height + letters;
      if (!isSeen) {
        dropped += text.trim().length;
        continue;
      }
      if (last !== null && isDrawnAgain(last, piece, wide)) continue;
      last = piece;
      const angle = (turn * Math.PI) / 180;
      const along = turn === 0 ? x : x * Math.cos(angle) + y * Math.sin(angle);
      const across = turn === 0 ? y : y * Math.cos(angle) - x * Math.sin(angle);
      const isSame: boolean =
        line !== null &&
        !isOtherTurn(line.turn, turn) &&
        Math.abs(line.across - across) < Math.max(line.height, letters) / 2 &&
        (text.trim() === "" || !isShifted(line, across, letters) || isTouching(line, along, letters));
      if (line === null || !isSame) {
        write();
        line = { across, height: letters, end: along + wide, edge: along + wide, turn, parts: [{ text, shift: null }] };
      } else {
        join(line, text, along, across, letters);
        line.end = along + wide;
        if (text.trim() !== "") line.edge = line.end;
      }
    }
    write();
  }
  return { text: unhyphenated(blocks.toString()).toWellFormed(), dropped, doubtful: 0 };
}

const isOtherTurn = (one: number, other: number): boolean => Math.abs(((one - other + 540) % 360) - 180) > OTHER_TURN;

type Line = {
  across: number;
  height: number;
  end: number;
  /** Where its letters end, without blanks. */
  edge: number;
  readonly turn: number;
  parts: { readonly text: string; readonly shift: "up" | "down" | null }[];
};

/** Whether the one is raised or lowered beside the other. */
const isShifted = (line: Line, across: number, letters: number): boolean =>
  Math.min(line.height, letters) <= Math.max(line.height, letters) * SHIFTED_HEIGHT &&
  Math.abs(across - line.across) >= Math.max(line.height, letters) * SHIFTED_BY;

const isTouching = (line: Line, along: number, letters: number): boolean =>
  Math.abs(along - line.edge) <= TOUCHING * Math.max(line.height, letters);

/** Whether a piece is the one before it, drawn a second time to be bold: two digits that are alike stand farther apart. */
const isDrawnAgain = (last: PdfPiece, [text, x, y, height]: PdfPiece, wide: number): boolean =>
  text.trim() !== "" &&
  text === last[0] &&
  height === last[3] &&
  Math.abs(x - last[1]) <= Math.min(BOLD_WITHIN, wide / 3) &&
  Math.abs(y - last[2]) <= Math.min(BOLD_WITHIN, height / 3);

/** Further letters of a line: apart by a blank where there is a distance, raised or lowered where they are smaller and beside its height. */
function join(line: Line, text: string, along: number, across: number, letters: number): void {
  const last = line.parts.at(-1)?.text ?? "";
  const isApart = along > line.end + Math.max(letters, line.height) * BLANK || along < line.end - letters;
  if (isApart && !/\s$/.test(last) && !/^\s/.test(text)) line.parts.push({ text: " ", shift: null });
  const by = across - line.across;
  const isSmaller = letters <= line.height * SHIFTED_HEIGHT;
  if (line.height <= letters * SHIFTED_HEIGHT) {
    // What came first is small beside this: the mark of a note, before its text.
    if (-by >= letters * SHIFTED_BY) line.parts = line.parts.map((part) => ({ ...part, shift: part.text.trim() === "" ? null : "up" }));
    line.across = across;
  }
  const shift = isSmaller && Math.abs(by) >= line.height * SHIFTED_BY && text.trim() !== "" ? (by > 0 ? "up" : "down") : null;
  line.parts.push({ text, shift });
  line.height = Math.max(line.height, letters);
}

/** `delive-⏎ry` is one word. */
const unhyphenated = (text: string): string => text.replace(/(\p{Ll})-\n(?=\p{Ll})/gu, "$1");

const rounded = (height: number): number => Math.round(height * 2) / 2;

function lettersByHeight(pages: readonly PdfPage[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { pieces } of pages)
    for (const [text, , , height] of pieces)
      if (height >= SMALLEST) counts.set(rounded(height), (counts.get(rounded(height)) ?? 0) + text.trim().length);
  return counts;
}

const usualHeight = (pages: readonly PdfPage[]): number =>
  [...lettersByHeight(pages)].reduce((most, one) => (one[1] > most[1] ? one : most), [0, 0])[0];

/** Heights of headings, highest first. */
const headingHeights = (pages: readonly PdfPage[], usual: number): number[] =>
  [...lettersByHeight(pages).keys()].filter((height) => height > usual * HEADING).sort((a, b) => b - a);

/** Bytes of one stream, and of all streams of a file, once they are inflated. */
const MOST_STREAM_BYTES = 48 * 1_048_576;
const MOST_FILE_BYTES = 192 * 1_048_576;
/** Streams within streams. */
const DEEPEST = 2;
/**
 * Operators of one stream, and of a whole file. A page of a book has some thousand, a map a hundred thousand. pdf.js reads a million of the cheapest
 * in a second, of those that show letters a fifth (2026-11-30, Node on two cores).
 */
export const MOST_STREAM_OPERATORS = 250_000;
/** See `MOST_STREAM_OPERATORS`. The isolate holds what it does to the same number, however often a page or a form is drawn. */
export const MOST_OPERATORS = 2_000_000;
/** Operators of one page with all forms that it draws: as long as one page is read, a local platform does nothing else. */
export const MOST_PAGE_OPERATORS = 500_000;

/** Why a file is not handed to pdf.js; null: it is. */
export type PdfFlaw = "too_large" | "too_much_work" | null;

/** Whether a stream of the file, or all together, inflate to more than anybody writes, or tell a reader to do more. */
export function flawOfPdf(bytes: Uint8Array, inflate: Inflate): PdfFlaw {
  let left = MOST_FILE_BYTES;
  let operators = 0;
  const isTooMuch = (stream: Uint8Array): boolean => {
    const own = operatorsIn(stream, MOST_STREAM_OPERATORS);
    operators += own;
    return own > MOST_STREAM_OPERATORS || operators > MOST_OPERATORS;
  };
  const look = (packed: Uint8Array, depth: number): PdfFlaw => {
    // RFC 1950: what is compressed by deflate begins so.
    if ((packed[0] ?? 0) % 16 !== 8 || (((packed[0] ?? 0) << 8) | (packed[1] ?? 0)) % 31 !== 0) return null;
    const found = inflate(packed, "framed", Math.min(left, MOST_STREAM_BYTES));
    if (found === "too_large") return "too_large";
    if (found === "broken") return null;
    left -= found.length;
    if (isTooMuch(found)) return "too_much_work";
    return depth < DEEPEST ? look(found, depth + 1) : null;
  };
  for (let at = find(bytes, 0), next = 0; at >= 0; at = next) {
    next = find(bytes, at);
    if (bytes[at] === 13) at++;
    if (bytes[at] === 10) at++;
    const flaw = look(bytes.subarray(at), 1);
    if (flaw !== null) return flaw;
    // One that is not packed lies in the file as it is.
    if (isTooMuch(bytes.subarray(at, next < 0 ? bytes.length : Math.max(at, next)))) return "too_much_work";
  }
  return null;
}

/** The operators of content streams (ISO 32000-1, annex A). */
const OPERATORS: ReadonlySet<string> = new Set(
  (
    "b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EI EMC ET EX f F f* G g gs h i ID j J K k l m M MP n q Q re RG rg ri s S SC sc SCN scn sh " +
    "T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' \""
  ).split(" "),
);
/** The same by their bytes: at most three of them. */
const OPERATOR_CODES: ReadonlySet<number> = new Set(
  [...OPERATORS].map((name) => [...name].reduce((code, letter) => code * 256 + letter.charCodeAt(0), 0)),
);
/** Blanks and delimiters: what stands around an operator (ISO 32000-1, section 7.2.2). */
const PARTING: ReadonlySet<number> = new Set([0, 9, 10, 12, 13, 32, 40, 41, 47, 60, 62, 91, 93, 123, 125, 37]);
const IS_PARTING = Uint8Array.from({ length: 256 }, (_, byte) => (PARTING.has(byte) ? 1 : 0));

/**
 * Words of the bytes that are operators, counted until there are more than `most`. Of bytes that are no content stream few are: in a random picture one of
 * thirty thousand.
 */
function operatorsIn(bytes: Uint8Array, most: number): number {
  let count = 0;
  let start = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (IS_PARTING[bytes[at] as number] === 0) continue;
    const length = at - start;
    if (length > 0 && length <= 3) {
      let code = 0;
      for (let letter = start; letter < at; letter++) code = code * 256 + (bytes[letter] as number);
      if (OPERATOR_CODES.has(code) && ++count > most) return count;
    }
    start = at + 1;
  }
  return count;
}

const STREAM = Uint8Array.from("stream", (letter) => letter.charCodeAt(0));

/** Behind the next `stream`; -1: there is none. */
function find(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0x73, from); at >= 0; at = bytes.indexOf(0x73, at + 1))
    if (STREAM.every((byte, n) => bytes[at + n] === byte)) return at + STREAM.length;
  return -1;
}
