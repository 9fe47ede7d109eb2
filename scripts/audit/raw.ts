/**
 * What each store has of a log, as it lies there: from a running platform (`/v1/audit/raw`), or from a folder with the same. Stands alone.
 *
 * A folder has `standing.json`, `pages.jsonl`, `segments.jsonl` and `jwks.json` as the routes answer them (a row a line), and the objects of the
 * bucket under their keys without the org: `sealed/…`, `open/…`. `--save FOLDER` writes one.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isFields, parsed, type Value } from "./json.ts";
import { Refused, refusedBy } from "./sources.ts";

/** A page of entries, as D1 has it. */
export type RawPage = { readonly first_seq: number; readonly last_seq: number; readonly run: string | null; readonly entries: string };
/** A segment, as D1 knows of it. */
export type RawSegment = {
  readonly first_seq: number;
  readonly last_seq: number;
  readonly last_hash: string;
  readonly trimmed: boolean;
  readonly pruned: boolean;
};
/** Where the log's object stands, and what R2 has as the newest checkpoint. Hashes in hex, roots in base64. */
export type RawStanding = {
  readonly head: { readonly seq: number; readonly hash: string; readonly integrated_seq: number } | null;
  readonly tree: { readonly size: number; readonly root: string } | null;
  readonly checkpoint: string | null;
  readonly published: string | null;
};

/** The stores of one log. */
export type RawLog = {
  readonly standing: () => Promise<RawStanding>;
  readonly pages: () => AsyncIterable<RawPage>;
  readonly segments: () => AsyncIterable<RawSegment>;
  /** null: the bucket has no such object. */
  readonly object: (key: string) => Promise<Buffer | null>;
  readonly keys: () => Promise<readonly Value[]>;
};

const TIMEOUT_MS = 60_000;
/** An overloaded platform is asked again, so many times. */
const TRIES = 6;

/** A running platform. Redirects are not followed: they would carry the token to somebody else. */
export function rawFromUrl(source: string, caller: { readonly token: string | undefined; readonly org: string | undefined }): RawLog {
  const headers = {
    ...(caller.token === undefined ? {} : { authorization: `Bearer ${caller.token}` }),
    ...(caller.org === undefined ? {} : { "bulkhead-org": caller.org }),
  };
  async function fetched(path: string, absent?: number): Promise<Buffer | null> {
    const url = new URL(path, source);
    for (let left = TRIES; ; left--) {
      const answer = await fetch(url, { headers, redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(() => null);
      if (answer?.status === absent && absent !== undefined) return null;
      if (answer?.ok) return Buffer.from(await answer.arrayBuffer());
      const mayAskAgain = left > 1 && (answer === null || answer.status === 429 || answer.status === 503);
      if (!mayAskAgain) throw new Refused(answer === null ? `${url.href} does not answer` : refusedBy(url.href, answer.status));
      const seconds = Number(answer?.headers.get("retry-after") ?? 1);
      await new Promise((resolve) => setTimeout(resolve, Math.min(Math.max(seconds, 1), 60) * 1_000));
    }
  }
  const json = async (path: string): Promise<Value> => parsed((await fetched(path))?.toString() ?? "") ?? null;
  async function* rows(path: string): AsyncGenerator<Value> {
    for (let after = 0; ; ) {
      const body = await json(`${path}?after=${after}`);
      const data = isFields(body) ? body["data"] : undefined;
      if (!Array.isArray(data)) throw new Refused(`${source}${path} does not answer with a list`);
      if (data.length === 0) return;
      yield* data;
      const last: Value = data.at(-1);
      const next = isFields(last) ? Number(last["first_seq"]) : Number.NaN;
      if (!(next > after)) return;
      after = next;
    }
  }
  return {
    standing: async () => (await json("/v1/audit/raw")) as unknown as RawStanding,
    pages: () => rows("/v1/audit/raw/pages") as unknown as AsyncIterable<RawPage>,
    segments: () => rows("/v1/audit/raw/segments") as unknown as AsyncIterable<RawSegment>,
    object: (key) => fetched(`/v1/audit/raw/object?key=${encodeURIComponent(key)}`, 404),
    keys: async () => keysOf(await json("/.well-known/jwks.json")),
  };
}

/** A folder. */
export function rawFromFolder(folder: string): RawLog {
  const read = (name: string): Promise<Buffer | null> => readFile(join(folder, name)).catch(() => null);
  const needed = async (name: string): Promise<string> => {
    const bytes = await read(name);
    if (bytes === null) throw new Refused(`${join(folder, name)} cannot be read`);
    return bytes.toString();
  };
  async function* rows(name: string): AsyncGenerator<Value> {
    for (const [index, line] of (await needed(name)).split("\n").entries()) {
      if (line === "") continue;
      const row = parsed(line);
      if (row === undefined) throw new Refused(`${join(folder, name)}, line ${index + 1}, is not JSON`);
      yield row;
    }
  }
  return {
    standing: async () => (parsed(await needed("standing.json")) ?? {}) as unknown as RawStanding,
    pages: () => rows("pages.jsonl") as unknown as AsyncIterable<RawPage>,
    segments: () => rows("segments.jsonl") as unknown as AsyncIterable<RawSegment>,
    object: (key) => read(key),
    keys: async () => keysOf(parsed(await needed("jwks.json")) ?? null),
  };
}

function keysOf(value: Value): readonly Value[] {
  if (isFields(value) && Array.isArray(value["keys"])) return value["keys"];
  throw new Refused("there is no JWK set");
}

/** The same stores, and what is read of them goes into a folder. */
export function saving(log: RawLog, folder: string): RawLog {
  const write = async (name: string, text: string | Buffer): Promise<void> => {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  };
  async function* kept<Row>(name: string, rows: AsyncIterable<Row>): AsyncGenerator<Row> {
    const lines: string[] = [];
    for await (const row of rows) {
      lines.push(`${JSON.stringify(row)}\n`);
      yield row;
    }
    await write(name, lines.join(""));
  }
  return {
    async standing() {
      const standing = await log.standing();
      await write("standing.json", JSON.stringify(standing));
      return standing;
    },
    pages: () => kept("pages.jsonl", log.pages()),
    segments: () => kept("segments.jsonl", log.segments()),
    async object(key) {
      const bytes = await log.object(key);
      if (bytes !== null) await write(key, bytes);
      return bytes;
    },
    async keys() {
      const keys = await log.keys();
      await write("jwks.json", JSON.stringify({ keys }));
      return keys;
    },
  };
}
