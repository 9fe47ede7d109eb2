/**
 * Reads the files that documents are uploaded as. PDF files are read by pdf.js in a V8 isolate of its own, through the Worker Loader: without
 * bindings, without a network, with bounded CPU and its own memory, so that a hostile file ends that isolate and nothing else.
 */
import { createHash } from "node:crypto";
import { MOST_OPERATORS, MOST_PAGE_OPERATORS, type PdfPage } from "../../core/knowledge/files/pdf.ts";
import { type FileFlaw, type FileText, MOST_TEXT_UNITS, readFile } from "../../core/knowledge/files/read-file.ts";
import type { Result } from "../../core/result.ts";
// The library as the text that the isolate is made of: nothing of it runs in this Worker.
import * as library from "../../node_modules/unpdf/dist/pdfjs.mjs";
import { readBody } from "../kit/body.ts";
import { startDeadline } from "../kit/deadline.ts";
import entry from "./pdf.isolate.js";
import { decode, inflate } from "./unpack.ts";

/** wrangler.toml says that it is text; its own types say that it is a module. */
const pdfjs = (library as unknown as { readonly default: string }).default;

/** Pages of one PDF. */
const MOST_PAGES = 2_000;
/** CPU milliseconds for one file, and its whole time. The local runtime enforces only the latter. */
const CPU_MS = 15_000;
const TIMEOUT_MS = 25_000;
/** Bytes of an isolate's answer: each piece of text comes with three numbers. */
const ANSWER_BYTES = 64 * 1_048_576;
const COMPATIBILITY_DATE = "2026-09-25";

const NOT_WITHIN_BOUNDS = "the PDF could not be read within its bounds of time and memory";

/** What this room needs from outside. `loader` null: the deployment has no Worker Loader, and reads no PDF. */
export type DocumentsPorts = { readonly loader: WorkerLoader | null };

/** Reads a file as the text that is indexed. */
export type ReadDocument = (org: string, bytes: Uint8Array) => Promise<Result<FileText, FileFlaw>>;

type Most = { readonly pages: number; readonly units: number; readonly operators: number; readonly ofPage: number };
type Reader = { read(bytes: Uint8Array, most: Most): Promise<Response> };

/** Fits the room to its ports. */
export function defineDocuments({ loader }: DocumentsPorts): ReadDocument {
  const pages = async (org: string, bytes: Uint8Array): Promise<readonly PdfPage[] | string> => {
    if (loader === null) return "this deployment reads no PDF files: it has no Worker Loader";
    const deadline = startDeadline(TIMEOUT_MS, new AbortController().signal);
    try {
      const reader = readerFor(loader, org);
      const response = await deadline.within(
        reader.read(bytes, { pages: MOST_PAGES, units: MOST_TEXT_UNITS, operators: MOST_OPERATORS, ofPage: MOST_PAGE_OPERATORS }),
      );
      const body = await readBody(response, ANSWER_BYTES, deadline);
      if (!body.ok) return NOT_WITHIN_BOUNDS;
      const found = JSON.parse(body.text) as readonly PdfPage[] | { readonly message: string };
      return "message" in found ? found.message : found;
    } catch {
      return NOT_WITHIN_BOUNDS;
    } finally {
      deadline.end();
    }
  };
  return (org, bytes) => readFile(bytes, { inflate, decode, pages: (file) => pages(org, file) });
}

/** Files of one org share an isolate, and no other org's are in it. */
function readerFor(loader: WorkerLoader, org: string): Reader {
  const id = createHash("sha256")
    .update(JSON.stringify(["pdf", FRAME, org]))
    .digest("hex");
  const stub = loader.get(id, () => ({
    compatibilityDate: COMPATIBILITY_DATE,
    compatibilityFlags: [],
    mainModule: "pdf.isolate.js",
    modules: { "pdf.isolate.js": entry, "pdfjs.mjs": { js: pdfjs } },
    env: {},
    globalOutbound: null,
    limits: { cpuMs: CPU_MS, subRequests: 1 },
  }));
  return stub.getEntrypoint() as unknown as Reader;
}

const FRAME = createHash("sha256").update(entry).update(String(pdfjs.length)).digest("hex");
