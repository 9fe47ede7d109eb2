/**
 * A file as the text that is indexed: by its content, never by its name or declared type. What is hidden in it is dropped and counted, so
 * that nothing is found and cited that a reader of the file does not see. Pure but for what it is given.
 */
import { type Err, err, ok, type Result } from "../../result.ts";
import { isDocx, textOfDocx } from "./docx.ts";
import { textOfHtml, type Visible } from "./html.ts";
import { flawOfPdf, MOST_OPERATORS, MOST_STREAM_OPERATORS, type PdfFlaw, type PdfPage, textOfPages } from "./pdf.ts";
import { type Decode, decoded, MEDIA, sniff } from "./sniff.ts";
import { type Inflate, zipEntries } from "./zip.ts";

/** Bytes of a file. */
export const MOST_FILE_BYTES = 10 * 1_048_576;
/** UTF-16 units of the text of one document. */
export const MOST_TEXT_UNITS = 4_000_000;

/** A file's text, how many letters of it are hidden and were dropped, and how many are kept that may be hidden. */
export type FileText = { readonly media: string; readonly text: string; readonly hidden: number; readonly doubtful: number };
/** Why a file is not taken: `message` is written for who sent it. */
export type FileFlaw = { readonly media: string; readonly message: string };

/** What reading files needs. `pages`: the pieces of a PDF's pages; a sentence: why there are none. */
export type FileReaders = {
  readonly inflate: Inflate;
  readonly decode: Decode;
  readonly pages: (bytes: Uint8Array) => Promise<readonly PdfPage[] | string>;
};

/** A file's text, or why it is not taken. Never throws on what a file holds. */
export async function readFile(bytes: Uint8Array, readers: FileReaders): Promise<Result<FileText, FileFlaw>> {
  const kind = sniff(bytes);
  if (typeof kind === "object")
    return flaw("application/octet-stream", `the file is ${kind.other}: send text, Markdown, HTML, PDF or DOCX`);
  if (kind === "zip") return readArchive(bytes, readers);
  if (kind === "pdf") return readPdf(bytes, readers);
  const media = MEDIA[kind];
  const text = decoded(bytes, kind === "html", readers.decode);
  if (text === null) return flaw(media, "the file is no text in UTF-8, nor in UTF-16 with its mark, nor what it says to be encoded in");
  return bounded(media, kind === "html" ? textOfHtml(text) : { text, dropped: 0, doubtful: 0 });
}

function readArchive(bytes: Uint8Array, readers: FileReaders): Result<FileText, FileFlaw> {
  const entries = zipEntries(bytes);
  if (entries === null) return flaw("application/zip", "the archive is damaged, cut short, or has too many files");
  if (!isDocx(entries))
    return flaw("application/zip", "the file is an archive and no Word document: send text, Markdown, HTML, PDF or DOCX");
  const read = textOfDocx(bytes, entries, readers);
  return "unreadable" in read ? flaw(MEDIA.docx, read.unreadable) : bounded(MEDIA.docx, read);
}

const PDF_FLAWS: { readonly [F in NonNullable<PdfFlaw>]: string } = {
  too_large: "a part of the PDF is larger than is read once it is unpacked",
  too_much_work: `the PDF draws more than is read: ${MOST_STREAM_OPERATORS} operators a part, ${MOST_OPERATORS} in all; send it in parts, or as text`,
};

async function readPdf(bytes: Uint8Array, { inflate, pages }: FileReaders): Promise<Result<FileText, FileFlaw>> {
  const reason = flawOfPdf(bytes, inflate);
  if (reason !== null) return flaw(MEDIA.pdf, PDF_FLAWS[reason]);
  const found = await pages(bytes);
  if (typeof found === "string") return flaw(MEDIA.pdf, found);
  const read = textOfPages(found);
  if (!/[\p{L}\p{N}]/u.test(read.text)) return flaw(MEDIA.pdf, "the PDF has no text: its pages are pictures");
  return bounded(MEDIA.pdf, read);
}

function bounded(media: string, { text, dropped, doubtful }: Visible): Result<FileText, FileFlaw> {
  if (text.length <= MOST_TEXT_UNITS) return ok({ media, text, hidden: dropped, doubtful });
  return flaw(media, `the file has a text of ${text.length} characters, and one document may have ${MOST_TEXT_UNITS}: send it in parts`);
}

const flaw = (media: string, message: string): Err<FileFlaw> => err({ media, message });
