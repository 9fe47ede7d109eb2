/**
 * The text of a PDF from the pieces that a reader of PDF files finds on its pages: lines, paragraphs, and headings by their size. Pure. Also
 * looks at a file before it is read: pdf.js inflates whatever a file holds.
 */
import { Blocks } from "./blocks.ts";
import type { Visible } from "./html.ts";
import type { Inflate } from "./zip.ts";

/** Letters on a page, where they stand from the left and from the bottom, and how high they are; in points. PERSISTED nowhere: it comes from an isolate. */
export type PdfPiece = readonly [text: string, x: number, y: number, height: number];
/** A page with its size. */
export type PdfPage = { readonly width: number; readonly height: number; readonly pieces: readonly PdfPiece[] };

/** Nobody reads letters that are lower, in points. */
const SMALLEST = 1.5;
/** A heading is this much higher than most letters. */
const HEADING = 1.18;
/** A line that is farther from the one before, in heights of its letters, begins a paragraph. */
const PARAGRAPH = 1.7;
const LONGEST_HEADING = 120;

/** The visible text of pages in their order. */
export function textOfPages(pages: readonly PdfPage[]): Visible {
  const usual = usualHeight(pages);
  const levels = headingHeights(pages, usual);
  const blocks = new Blocks();
  let dropped = 0;
  for (const { width, height, pieces } of pages) {
    blocks.begin();
    let line: { y: number; height: number; end: number; text: string } | null = null;
    let before: { y: number; height: number; level: number } | null = null;
    const write = (): void => {
      if (line === null || line.text.trim() === "") return;
      const { y, height: letters } = line;
      const level = line.text.trim().length <= LONGEST_HEADING ? levels.indexOf(rounded(letters)) + 1 : 0;
      const gap = before === null ? 0 : Math.abs(before.y - y);
      const isNew: boolean =
        before === null || before.level !== level || gap > PARAGRAPH * Math.max(letters, before.height) || y > before.y + letters;
      if (level > 0 && isNew) blocks.begin(`${"#".repeat(Math.min(3, level))} `);
      else if (isNew) blocks.begin();
      else blocks.newline();
      const item = /^\s*[•◦▪‣·–-]\s+(?=\S)/u.exec(line.text);
      if (item === null) blocks.text(line.text.trim());
      else {
        blocks.begin("- ");
        blocks.text(line.text.slice(item[0].length).trim());
      }
      before = { y, height: letters, level };
    };
    for (const [text, x, y, letters] of pieces) {
      const isSeen = letters >= SMALLEST && x > -letters && y > -letters && x < width && y < height + letters;
      if (!isSeen) {
        dropped += text.trim().length;
        continue;
      }
      if (line !== null && Math.abs(line.y - y) < Math.max(line.height, letters) / 2) {
        const needsBlank = x > line.end + letters * 0.15 && !line.text.endsWith(" ") && !text.startsWith(" ");
        line.text += needsBlank ? ` ${text}` : text;
        line.end = x + text.length * letters * 0.5;
        line.height = Math.max(line.height, letters);
      } else {
        write();
        line = { y, height: letters, end: x + text.length * letters * 0.5, text };
      }
    }
    write();
  }
  return { text: unhyphenated(blocks.toString()).toWellFormed(), dropped, doubtful: 0 };
}

/** `delive-⏎ry` is one word. */
const unhyphenated = (text: string): string => text.replace(/(\p{Ll})-\n(?=\p{Ll})/gu, "$1");

const rounded = (height: number): number => Math.round(height * 2) / 2;

function lettersByHeight(pages: readonly PdfPage[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { pieces } of pages)
    for (const [text, , , height] of pieces) counts.set(rounded(height), (counts.get(rounded(height)) ?? 0) + text.trim().length);
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

/** Whether a stream of the file, or all together, inflate to more than anybody writes. */
export function isPdfBomb(bytes: Uint8Array, inflate: Inflate): boolean {
  let left = MOST_FILE_BYTES;
  const look = (packed: Uint8Array, depth: number): boolean => {
    // RFC 1950: what is compressed by deflate begins so.
    if ((packed[0] ?? 0) % 16 !== 8 || (((packed[0] ?? 0) << 8) | (packed[1] ?? 0)) % 31 !== 0) return false;
    const found = inflate(packed, "framed", Math.min(left, MOST_STREAM_BYTES));
    if (found === "too_large") return true;
    if (found === "broken") return false;
    left -= found.length;
    return depth < DEEPEST && look(found, depth + 1);
  };
  for (let at = find(bytes, 0); at >= 0; at = find(bytes, at)) {
    if (bytes[at] === 13) at++;
    if (bytes[at] === 10) at++;
    if (look(bytes.subarray(at), 1)) return true;
  }
  return false;
}

const STREAM = Uint8Array.from("stream", (letter) => letter.charCodeAt(0));

/** Behind the next `stream`; -1: there is none. */
function find(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0x73, from); at >= 0; at = bytes.indexOf(0x73, at + 1))
    if (STREAM.every((byte, n) => bytes[at + n] === byte)) return at + STREAM.length;
  return -1;
}
