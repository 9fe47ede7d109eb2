/** What a file is, by its first bytes and not by its name or its declared type. Pure. */

/** Kinds of files that are read, and how each is named on the wire. */
export const MEDIA = {
  text: "text/plain",
  html: "text/html",
  pdf: "application/pdf",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
} as const;

/** Files that are none of these; `zip` is looked into. */
export type Sniffed = keyof typeof MEDIA | "zip" | { readonly other: string };

const SIGNATURES: readonly (readonly [string, string])[] = [
  ["d0cf11e0a1b11ae1", "an old or encrypted Office file"],
  ["89504e470d0a1a0a", "a picture"],
  ["ffd8ff", "a picture"],
  ["47494638", "a picture"],
  ["52494646", "a sound, a film or a picture"],
  ["1f8b", "a gzip archive"],
  ["377abcaf271c", "a 7z archive"],
  ["526172211a07", "a RAR archive"],
  ["7f454c46", "a program"],
  ["4d5a", "a program"],
  ["7b5c727466", "an RTF file"],
  ["25215053", "a PostScript file"],
];
/** PDF 32000-1, annex H.3.4.1: the header is within the first 1,024 bytes. */
const HEADER_BYTES = 1_024;

/** What the bytes are. What is none of the known binary formats is taken for text, and is looked at as such. */
export function sniff(bytes: Uint8Array): Sniffed {
  const head = bytes.subarray(0, HEADER_BYTES);
  const latin = Array.from(head, (byte) => String.fromCharCode(byte)).join("");
  const hex = Array.from(head.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (hex.startsWith("504b0304")) return "zip";
  const other = SIGNATURES.find(([start]) => hex.startsWith(start))?.[1];
  if (other !== undefined) return { other };
  if (latin.includes("%PDF-")) return "pdf";
  return looksLikeHtml(latin.replaceAll("\0", "")) ? "html" : "text";
}

/** Begins with a tag of HTML, after a comment or a declaration. */
const looksLikeHtml = (head: string): boolean =>
  /^(?:\u00ef\u00bb\u00bf|\u00ff\u00fe|\u00fe\u00ff)?\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--[^>]{0,800}-->\s*)?(?:<!doctype\s+html|<(?:html|head|body|title|meta|div|section|article|main|h[1-6]|p|table|ul|ol)(?:\s[^<]{0,500})?>)/i.test(
    head,
  );

/** A text in an encoding by its WHATWG label; null: the bytes are none, or there is no such encoding. */
export type Decode = (bytes: Uint8Array, label: string) => string | null;

/** The text that bytes are: UTF-8, UTF-16 with its mark, or what a page of HTML declares; null: none of them. */
export function decoded(bytes: Uint8Array, isHtml: boolean, decode: Decode): string | null {
  const text = decode(bytes, byMark(bytes));
  if (text !== null || byMark(bytes) !== "utf-8" || !isHtml) return text;
  const head = Array.from(bytes.subarray(0, 2 * HEADER_BYTES), (byte) => String.fromCharCode(byte)).join("");
  const label = (/<meta[^>]{0,200}charset\s{0,5}=\s{0,5}["']?\s{0,5}([A-Za-z0-9_-]{1,40})/i.exec(head) ??
    // XHTML says it in its first line; a page's own `meta` goes first, as in browsers.
    /^\s{0,20}<\?xml\b[^>]{0,200}?\sencoding\s{0,5}=\s{0,5}["']([A-Za-z0-9._:-]{1,40})["']/.exec(head))?.[1];
  return label === undefined ? null : decode(bytes, label);
}

/** The encoding that a byte order mark tells; UTF-8 without one. */
export const byMark = ([first, second]: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" =>
  first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
