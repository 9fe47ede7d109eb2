/**
 * Verifies an audit chain from the outside: `npm run audit:verify -- FILE|URL`. Needs the entries and the public keys and nothing of
 * the platform: it stands on core/audit, RFC 8785 and the SHA-256 and Ed25519 of Node.
 */
import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { type ChainHead, type ChainProblem, ChainVerifier, type Origin, type VerifyTools } from "../core/audit/chain.ts";
import { isObject, type Json, type JsonObject } from "../core/json.ts";

const USAGE = `usage: npm run audit:verify -- FILE|URL [options]

  FILE              entries as JSON ({"data": […]} or a list) or as JSON lines
  URL               …/v1/audit/entries, or the address of a deployment: pages through all of them
  --keys FILE|URL   the public keys (a JWK set); by default those of the URL's origin, or "keys" in the FILE
  --token TOKEN     bearer token of an auditor; by default the variable BULKHEAD_TOKEN
  --org ORG         the org to look at, for the platform admin
  --head SEQ:HASH   an entry you noted before: it must be in the chain (shows entries cut off at the end)
  --after SEQ:HASH  the entries start after this one, instead of at number 1
  --slice           the entries start anywhere; what came before them is not looked at
`;

const PAGE = 200;
const SHOWN_PROBLEMS = 20;
const TIMEOUT_MS = 30_000;

type Options = {
  readonly source: string;
  readonly keys: string | undefined;
  readonly token: string | undefined;
  readonly org: string | undefined;
  readonly head: ChainHead | null;
  readonly origin: Origin;
};

/** What is written where: `say` is the verdict, `progress` is replaced by the next one. */
export type Output = { readonly say: (line: string) => void; readonly progress: (line: string) => void };

/** Something that is asked for wrongly or cannot be read: told in one line, without a stack. */
class Refused extends Error {}

/** The exit code: 0 when everything holds, 1 when anything does not or cannot be told. */
export async function auditVerify(args: readonly string[], output: Output): Promise<0 | 1> {
  try {
    return await verifySource(readOptions(args), output);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    output.say(error.message);
    return 1;
  }
}

async function verifySource(options: Options, output: Output): Promise<0 | 1> {
  const { pages, keys } = isUrl(options.source) ? await fromUrl(options) : await fromFile(options);
  const signers = new Map<string, number>();
  const verifier = new ChainVerifier(toolsOf(keys, signers), options.origin);
  const problems: ChainProblem[] = [];
  let noted = options.head === null;
  for await (const page of pages) {
    for (const entry of page) {
      for (const problem of verifier.take(entry)) problems.push(problem);
      noted ||= isObject(entry) && entry["seq"] === options.head?.seq && entry["hash"] === options.head?.hash;
    }
    output.progress(`${count(verifier.checked)} entries checked, ${count(problems.length)} problems`);
  }
  output.progress("");
  if (!noted) {
    const message = "the entry you noted (`--head`) is not in this chain";
    problems.push({ seq: options.head?.seq ?? null, code: "head_missing", message });
  }
  return tellVerdict(verifier, problems, signers, options, output);
}

function tellVerdict(
  verifier: ChainVerifier,
  problems: readonly ChainProblem[],
  signers: ReadonlyMap<string, number>,
  options: Options,
  output: Output,
): 0 | 1 {
  const { checked, head } = verifier;
  if (problems.length > 0) {
    output.say(`BROKEN: ${count(problems.length)} problems in ${count(checked)} entries`);
    for (const { seq, code, message } of problems.slice(0, SHOWN_PROBLEMS)) output.say(`  seq ${seq ?? "?"}: ${code}: ${message}`);
    if (problems.length > SHOWN_PROBLEMS) output.say(`  … and ${count(problems.length - SHOWN_PROBLEMS)} more`);
    return 1;
  }
  if (head === null || checked === 0) {
    output.say("NOTHING TO VERIFY: there are no entries");
    return 1;
  }
  output.say(`VERIFIED: ${count(checked)} entries are valid, up to seq ${head.seq}: every hash, link and signature`);
  output.say(`  head ${head.seq}:${head.hash}`);
  for (const [kid, times] of signers) output.say(`  key ${kid} signed ${count(times)}`);
  if (options.head === null)
    output.say("  Entries cut off at the end cannot be seen from the entries alone: note the head, and give it as --head the next time.");
  return 0;
}

function readOptions(args: readonly string[]): Options {
  const flag = { type: "string" } as const;
  const parsed = (() => {
    try {
      return parseArgs({
        args: [...args],
        allowPositionals: true,
        options: { keys: flag, token: flag, org: flag, head: flag, after: flag, slice: { type: "boolean" } },
      });
    } catch (error) {
      throw new Refused(`${error instanceof Error ? error.message : "these options are not known"}\n\n${USAGE}`);
    }
  })();
  const { values, positionals } = parsed;
  const [source, ...more] = positionals;
  if (source === undefined || more.length > 0) throw new Refused(USAGE);
  if (values.slice && values.after !== undefined) throw new Refused(`give --after or --slice, not both\n\n${USAGE}`);
  return {
    source,
    keys: values.keys,
    token: values.token ?? process.env["BULKHEAD_TOKEN"],
    org: values.org,
    head: values.head === undefined ? null : readHead("--head", values.head),
    origin: values.after === undefined ? (values.slice ? "anywhere" : "genesis") : readHead("--after", values.after),
  };
}

function readHead(option: string, text: string): ChainHead {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq === undefined || hash === undefined) throw new Refused(`${option} takes a number and a hash: SEQ:HASH`);
  return { seq: Number(seq), hash };
}

type Source = { readonly pages: Iterable<readonly Json[]> | AsyncIterable<readonly Json[]>; readonly keys: readonly Json[] };

async function fromFile({ source, keys }: Options): Promise<Source> {
  const content = parseEntries(await readText(source), source);
  if (keys !== undefined) return { pages: inPages(content.entries), keys: await readKeys(keys) };
  if (content.keys === null) throw new Refused("the file has no keys in it: give the public keys with --keys");
  return { pages: inPages(content.entries), keys: content.keys };
}

async function fromUrl(options: Options): Promise<Source> {
  const url = new URL(options.source);
  if (url.pathname === "/") url.pathname = "/v1/audit/entries";
  const keys = await readKeys(options.keys ?? new URL("/.well-known/jwks.json", url).href);
  return { pages: pagesOf(url, options), keys };
}

/** Follows `after` until a page is empty. A page that does not lead further ends it: the verifier has said what is wrong by then. */
async function* pagesOf(url: URL, { token, org, origin }: Options): AsyncGenerator<readonly Json[]> {
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(org === undefined ? {} : { "bulkhead-org": org }),
  };
  let after = Number(url.searchParams.get("after") ?? (typeof origin === "string" ? 0 : origin.seq));
  for (;;) {
    url.searchParams.set("after", String(after));
    url.searchParams.set("limit", String(PAGE));
    const body = parseJson(await fetchText(url, headers), url.href);
    const page = isObject(body) ? body["data"] : undefined;
    if (!Array.isArray(page)) throw new Refused(`${url.href} does not answer with a list of entries`);
    if (page.length === 0) return;
    yield page;
    const last = Math.max(...page.map((entry) => (isObject(entry) ? Number(entry["seq"]) : 0)));
    if (!(last > after)) throw new Refused(`${url.href} does not lead on to further entries`);
    after = last;
  }
}

/** A list, `{"data": […]}` or `{"entries": […]}`, with `keys` or `jwks` beside it or without, or one entry on each line. */
function parseEntries(text: string, name: string): { entries: readonly Json[]; keys: readonly Json[] | null } {
  const whole = parseWhole(text);
  if (Array.isArray(whole)) return { entries: whole, keys: null };
  if (isObject(whole) && whole["event_id"] === undefined) {
    const entries = whole["data"] ?? whole["entries"];
    if (!Array.isArray(entries)) throw new Refused(`${name} holds no list of entries`);
    return { entries, keys: keysIn(whole) };
  }
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return { entries: lines.map((line, index) => parseJson(line, `${name}, line ${index + 1},`)), keys: null };
}

function parseWhole(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function parseJson(text: string, name: string): Json {
  const value = parseWhole(text);
  if (value === undefined) throw new Refused(`${name} is not JSON`);
  return value;
}

function keysIn(value: JsonObject): readonly Json[] | null {
  const set = value["jwks"] ?? value;
  return isObject(set) && Array.isArray(set["keys"]) ? set["keys"] : null;
}

async function readKeys(source: string): Promise<readonly Json[]> {
  const body = parseJson(isUrl(source) ? await fetchText(new URL(source), {}) : await readText(source), source);
  const keys = isObject(body) ? keysIn(body) : null;
  if (keys === null) throw new Refused(`${source} is not a JWK set`);
  return keys;
}

/** Keys of another purpose sign no entry: a key that signs credentials must not be able to write history. */
function toolsOf(keys: readonly Json[], signers: Map<string, number>): VerifyTools {
  const known = new Map<string, KeyObject>();
  for (const key of keys) {
    if (!isObject(key) || key["kty"] !== "OKP" || key["crv"] !== "Ed25519" || (key["purpose"] ?? "audit") !== "audit") continue;
    if (typeof key["kid"] !== "string" || typeof key["x"] !== "string") continue;
    try {
      known.set(key["kid"], createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: key["x"] }, format: "jwk" }));
    } catch {
      throw new Refused(`the key ${key["kid"]} cannot be read`);
    }
  }
  return {
    sha256Hex: (text) => createHash("sha256").update(text).digest("hex"),
    verify: (keyId, hash, signature) => {
      const key = known.get(keyId);
      if (key === undefined) return null;
      signers.set(keyId, (signers.get(keyId) ?? 0) + 1);
      return verify(null, hash, key, signature);
    },
  };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch {
    throw new Refused(`${path} cannot be read`);
  }
}

/** A redirect is not followed: it would carry the token to somebody else. */
async function fetchText(url: URL, headers: Record<string, string>): Promise<string> {
  const answer = await fetch(url, { headers, redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(() => null);
  if (answer === null) throw new Refused(`${url.href} does not answer`);
  if (!answer.ok) throw new Refused(`${url.href} answers with status ${answer.status}`);
  return answer.text();
}

function* inPages(entries: readonly Json[]): Generator<readonly Json[]> {
  for (let start = 0; start < entries.length; start += PAGE) yield entries.slice(start, start + PAGE);
}

const isUrl = (text: string): boolean => /^https?:\/\//.test(text);
const count = (value: number): string => value.toLocaleString("en");

if (import.meta.main) {
  const progress = process.stderr.isTTY ? (line: string) => process.stderr.write(`\r\x1b[K${line}`) : () => {};
  process.exitCode = await auditVerify(process.argv.slice(2), { say: (line) => process.stdout.write(`${line}\n`), progress });
}
