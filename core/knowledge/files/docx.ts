/**
 * A Word document (ECMA-376, WordprocessingML) as Markdown: its paragraphs, headings, lists and tables. Comments, deleted and hidden text,
 * headers, footers and properties are dropped. Pure, linear.
 */
import { Blocks, rowOf } from "./blocks.ts";
import type { Visible } from "./html.ts";
import { attributesOf, tokensOf, unescaped } from "./markup.ts";
import { byMark, type Decode } from "./sniff.ts";
import { type Inflate, readEntry, type ZipEntry } from "./zip.ts";

/** Bytes of the document's XML, and of its styles. */
const MOST_BYTES = 48 * 1_048_576;
const MOST_STYLE_BYTES = 4 * 1_048_576;
/** Elements within each other: what people write has some thirty. */
const DEEPEST = 500;
/** In half points: nobody reads less than 1.5 points. */
const SMALLEST = 3;

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
  const styles = entries.has("word/styles.xml") ? xmlOf(bytes, entries.get("word/styles.xml"), MOST_STYLE_BYTES, unpack) : "";
  return read(main, stylesOf(typeof styles === "string" ? styles : ""));
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

type Style = { readonly heading: number | null; readonly isHidden: boolean };

/** Headings and hidden text by the id of their style. */
function stylesOf(xml: string): ReadonlyMap<string, Style> {
  const styles = new Map<string, Style>();
  let id = "";
  const change = (more: Partial<Style>): void => {
    styles.set(id, { heading: null, isHidden: false, ...styles.get(id), ...more });
  };
  for (const token of tokensOf(xml, "xml")) {
    if (token.kind !== "open") continue;
    const found = attributesOf(token.attributes);
    if (token.name === "w:style") id = found.get("w:styleid") ?? "";
    else if (token.name === "w:name") {
      const level = /^heading (\d)$/i.exec(found.get("w:val") ?? "")?.[1];
      if (level !== undefined) change({ heading: Number(level) });
      else if (/^title$/i.test(found.get("w:val") ?? "")) change({ heading: 1 });
    } else if (token.name === "w:outlineLvl" && Number(found.get("w:val")) < 9) change({ heading: Number(found.get("w:val")) + 1 });
    else if (isHiding(token.name, found)) change({ isHidden: true });
  }
  return styles;
}

/** Run properties that hide: `vanish`, white letters, letters too small to be read. */
function isHiding(name: string, found: ReadonlyMap<string, string>): boolean {
  const value = found.get("w:val") ?? "";
  if (name === "w:vanish" || name === "w:webHidden" || name === "w:specVanish") return !/^(?:0|false|off)$/i.test(value);
  if (name === "w:color") return /^f[5-9a-f]f[5-9a-f]f[5-9a-f]$/i.test(value);
  return name === "w:sz" && Number(value) <= SMALLEST;
}

/** What is in these is no text of the document: deleted, moved away, a field's code, or the properties of something. */
const DROPPED: ReadonlySet<string> = new Set([
  "w:del",
  "w:moveFrom",
  "w:delText",
  "w:instrText",
  "w:delInstrText",
  "mc:Fallback",
  "w:txbxContent",
]);

function read(xml: string, styles: ReadonlyMap<string, Style>): Visible | Unreadable {
  const blocks = new Blocks();
  const stack: string[] = [];
  let gone = 0;
  let dropped = 0;
  let isRunHidden = false;
  let isParagraphHidden = false;
  let cells: string[] | null = null;
  let tables = 0;

  const close = (name: string): void => {
    if (DROPPED.has(name)) gone--;
    if (name === "w:r") isRunHidden = false;
    else if (name === "w:p") {
      isParagraphHidden = false;
      if (tables === 0) blocks.begin();
      else blocks.text(" ");
    } else if (name === "w:tc" && tables === 1) cells?.push(blocks.take());
    else if (name === "w:tr" && tables === 1) {
      if (cells?.some((cell) => cell !== "")) blocks.line(rowOf(cells));
      cells = null;
    } else if (name === "w:tbl") tables--;
  };

  for (const token of tokensOf(xml, "xml")) {
    if (token.kind === "text") {
      if (stack.at(-1) !== "w:t") continue;
      const text = unescaped(token.text);
      if (gone > 0 || isRunHidden || isParagraphHidden) dropped += text.length;
      else blocks.text(text);
    } else if (token.kind === "close") {
      if (stack.at(-1) !== token.name) return { unreadable: "the document's XML is damaged" };
      stack.pop();
      close(token.name);
    } else if (token.kind === "open") {
      const { name } = token;
      const inRun = stack.at(-1) === "w:rPr" && stack.at(-2) === "w:r";
      if (inRun || name === "w:pStyle" || name === "w:rStyle" || name === "w:numPr" || name === "w:outlineLvl") {
        const found = attributesOf(token.attributes);
        const style = styles.get(found.get("w:val") ?? "");
        if (inRun && (isHiding(name, found) || (name === "w:rStyle" && style?.isHidden === true))) isRunHidden = true;
        if (name === "w:pStyle" && style?.isHidden === true) isParagraphHidden = true;
        if (tables === 0 && stack.at(-1) === "w:pPr") {
          if (name === "w:pStyle" && style?.heading != null) blocks.begin(`${"#".repeat(Math.min(6, style.heading))} `);
          if (name === "w:outlineLvl" && Number(found.get("w:val")) < 6) blocks.begin(`${"#".repeat(Number(found.get("w:val")) + 1)} `);
          if (name === "w:numPr") blocks.begin("- ");
        }
      }
      if (gone === 0 && !isRunHidden && (name === "w:tab" || name === "w:br" || name === "w:cr") && stack.at(-1) === "w:r")
        if (name === "w:tab" || tables > 0) blocks.text(" ");
        else blocks.newline();
      if (name === "w:tbl") {
        if (tables === 0) blocks.begin();
        tables++;
      }
      if (name === "w:tr" && tables === 1) cells = [];
      if (token.isEmpty) continue;
      if (stack.length >= DEEPEST) return { unreadable: `the document's XML is nested more than ${DEEPEST} levels deep` };
      stack.push(name);
      if (DROPPED.has(name)) gone++;
    }
  }
  if (stack.length > 0) return { unreadable: "the document's XML is cut short" };
  return { text: blocks.toString(), dropped, doubtful: 0 };
}
