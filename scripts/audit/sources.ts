/** Where a verifier gets entries, keys and checkpoints from: files, folders of segments, or a deployment's address. Stands alone. */
import { createReadStream } from "node:fs";
import { open, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createGunzip, gunzipSync } from "node:zlib";
import { type Fields, isFields, parsed, type Value } from "./json.ts";

/** Something that is asked for wrongly or cannot be read: told in one line, without a stack. */
export class Refused extends Error {}

/** Entries in pages, the keys that come with them, and the checkpoints. */
export type Source = {
  readonly pages: AsyncIterable<readonly Value[]>;
  /** null: none came along. */
  readonly keys: readonly Value[] | null;
  readonly notes: readonly string[];
};

/** How a deployment is asked. */
export type Caller = { readonly token: string | undefined; readonly org: string | undefined };

const PAGE = 200;
const TIMEOUT_MS = 30_000;

export const isUrl = (text: string): boolean => /^https?:\/\//.test(text);

/** A list, `{"data": […]}` or `{"entries": […]}` with keys beside it or without, one entry on each line, also gzipped, or a folder of such files. */
export async function fromFile(path: string): Promise<Source> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) {
    const names = (await readdir(path)).filter((name) => /\.jsonl(\.gz)?$/.test(name)).sort();
    // What `audit:fsck --save` wrote has the pages of D1 alone in lines; the rest of its entries lies in segments below.
    if ((await readdir(path)).includes("standing.json"))
      throw new Refused(`${path} is what \`audit:fsck --save\` wrote: compare it with \`npm run audit:fsck -- ${path}\``);
    if (names.length === 0) throw new Refused(`${path} has no segments (*.jsonl or *.jsonl.gz)`);
    return { pages: linesOf(names.map((name) => join(path, name))), keys: null, notes: [] };
  }
  if (await isLines(path)) return { pages: linesOf([path]), keys: null, notes: [] };
  const whole = parsed((await readBytes(path)).toString());
  if (whole === undefined) throw new Refused(`${path} is not JSON`);
  const entries = Array.isArray(whole) ? whole : isFields(whole) ? (whole["data"] ?? whole["entries"]) : undefined;
  if (!Array.isArray(entries)) throw new Refused(`${path} holds no list of entries`);
  const note = isFields(whole) ? whole["checkpoint"] : undefined;
  return { pages: inPages(entries), keys: isFields(whole) ? keysIn(whole) : null, notes: typeof note === "string" ? [note] : [] };
}

/** The bytes of a file, unpacked when it is gzip. */
async function readBytes(path: string): Promise<Buffer> {
  const bytes = await readFile(path).catch(() => {
    throw new Refused(`${path} cannot be read`);
  });
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
}

/** The text of a file. */
export const readText = async (path: string): Promise<string> => (await readBytes(path)).toString();

/** True when its first line is an entry by itself, or it is gzip. */
async function isLines(path: string): Promise<boolean> {
  const file = await open(path).catch(() => {
    throw new Refused(`${path} cannot be read`);
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(1_000_000), 0, 1_000_000, 0);
    if (buffer[0] === 0x1f && buffer[1] === 0x8b) return true;
    const [first = ""] = buffer.subarray(0, bytesRead).toString().trimStart().split("\n");
    const entry = parsed(first);
    return isFields(entry) && entry["event_id"] !== undefined;
  } finally {
    await file.close();
  }
}

async function* linesOf(paths: readonly string[]): AsyncGenerator<readonly Value[]> {
  for (const path of paths) {
    const file = createReadStream(path);
    const gzip = await readStart(path);
    const lines = createInterface({ input: gzip ? file.pipe(createGunzip()) : file, crlfDelay: Number.POSITIVE_INFINITY });
    let page: Value[] = [];
    let number = 0;
    for await (const line of lines) {
      number++;
      if (line.trim() === "") continue;
      const entry = parsed(line);
      if (entry === undefined) throw new Refused(`${path}, line ${number}, is not JSON`);
      page.push(entry);
      if (page.length < PAGE) continue;
      yield page;
      page = [];
    }
    if (page.length > 0) yield page;
  }
}

async function readStart(path: string): Promise<boolean> {
  const file = await open(path);
  const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
  await file.close();
  return buffer[0] === 0x1f && buffer[1] === 0x8b;
}

async function* inPages(entries: readonly Value[]): AsyncGenerator<readonly Value[]> {
  for (let start = 0; start < entries.length; start += PAGE) yield entries.slice(start, start + PAGE);
}

/**
 * A deployment: its checkpoint first, then its entries, so that the checkpoint covers none that are not read. `after`: the number after which
 * the entries start; above 0 no checkpoint is asked for, since a part of a log has no tree.
 */
export async function fromUrl(source: string, caller: Caller, after: number): Promise<Source> {
  const url = new URL(source);
  if (url.pathname === "/") url.pathname = "/v1/audit/entries";
  const headers = {
    ...(caller.token === undefined ? {} : { authorization: `Bearer ${caller.token}` }),
    ...(caller.org === undefined ? {} : { "bulkhead-org": caller.org }),
  };
  const isWhole = after === 0 && [...url.searchParams.keys()].length === 0;
  const keys = await readKeys(new URL("/.well-known/jwks.json", url).href).catch(() => null);
  const note = isWhole ? await fetchText(new URL("/v1/audit/checkpoint", url), headers, 404) : null;
  return { pages: pagesOf(url, headers, after), keys, notes: note === null ? [] : [note] };
}

/** Follows `after` until a page is empty. */
async function* pagesOf(url: URL, headers: Record<string, string>, start: number): AsyncGenerator<readonly Value[]> {
  let after = Number(url.searchParams.get("after") ?? start);
  for (;;) {
    url.searchParams.set("after", String(after));
    url.searchParams.set("limit", String(PAGE));
    const body = parsed((await fetchText(url, headers)) ?? "");
    if (body === undefined) throw new Refused(`${url.href} is not JSON`);
    const page = isFields(body) ? body["data"] : undefined;
    if (!Array.isArray(page)) throw new Refused(`${url.href} does not answer with a list of entries`);
    if (page.length === 0) return;
    yield page;
    const last = Math.max(...page.map((entry: Value) => (isFields(entry) ? Number(entry["seq"]) : 0)));
    if (!(last > after)) throw new Refused(`${url.href} does not lead on to further entries`);
    after = last;
  }
}

/** A JWK set, from a file or an address. */
export async function readKeys(source: string): Promise<readonly Value[]> {
  const body = parsed(isUrl(source) ? ((await fetchText(new URL(source), {})) ?? "") : await readText(source));
  if (body === undefined) throw new Refused(`${source} is not JSON`);
  const keys = isFields(body) ? keysIn(body) : null;
  if (keys === null) throw new Refused(`${source} is not a JWK set`);
  return keys;
}

function keysIn(value: Fields): readonly Value[] | null {
  const set = value["jwks"] ?? value;
  return isFields(set) && Array.isArray(set["keys"]) ? set["keys"] : null;
}

/** A redirect is not followed: it would carry the token to somebody else. null: the answer has the status `absent`. */
async function fetchText(url: URL, headers: Record<string, string>, absent?: number): Promise<string | null> {
  const answer = await fetch(url, { headers, redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(() => null);
  if (answer === null) throw new Refused(`${url.href} does not answer`);
  if (answer.status === absent) return null;
  if (!answer.ok) throw new Refused(refusedBy(url.href, answer.status));
  return answer.text();
}

/** What a status other than 2xx means for who asks for an audit log, in a line: which key is needed where the key is at fault. */
export function refusedBy(address: string, status: number): string {
  const said = `${address} answers with status ${status}`;
  if (status === 401)
    return `${said}: the key is missing, wrong, expired or revoked. Give a key of the org with --token, or in the variable BULKHEAD_TOKEN`;
  if (status === 403)
    return `${said}: this key may not read the audit log. That takes the role auditor or admin (or the platform admin's key, which names the org with --org)`;
  return said;
}
