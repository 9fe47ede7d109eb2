/** What `npm start` proves at its end, with nothing but public keys and what anybody may read: the chain holds, and no personal data lies about. */
import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type ChainProblem, ChainVerifier } from "../../core/audit/chain.ts";
import type { AuditEntry } from "../../core/audit/entry.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { Client } from "../../sdk/client.ts";

export type ChainReport = { readonly entries: readonly AuditEntry[]; readonly problems: readonly ChainProblem[] };

/** The org's whole chain, page by page, checked from its first entry with the published keys. */
async function readChain(client: Client): Promise<ChainReport> {
  const keys = new Map((await client.audit.jwks()).keys.map((jwk) => [String(jwk["kid"]), publicKey(jwk)]));
  const verifier = new ChainVerifier({
    sha256Hex: (text) => createHash("sha256").update(text).digest("hex"),
    verify: (keyId, hash, signature) => {
      const key = keys.get(keyId);
      return key === undefined ? null : verify(null, hash, key, signature);
    },
  });
  const entries: AuditEntry[] = [];
  const problems: ChainProblem[] = [];
  for (;;) {
    const page = await client.audit.entries({ after: entries.at(-1)?.seq ?? 0, limit: 200 });
    for (const entry of page.data) problems.push(...verifier.take(entry as unknown as Json));
    entries.push(...page.data);
    if (page.data.length === 0) return { entries, problems };
  }
}

/** The chain once it has this run's end: entries travel through a queue, and lists may lag by some seconds (docs/contract.md, "Conventions"). */
export async function readChainWithEnd(client: Client, run: string, patienceMs = 20_000): Promise<ChainReport> {
  for (const until = Date.now() + patienceMs; ; await sleep(250)) {
    const of = await client.audit.entries({ run, limit: 200 });
    if (of.data.some(({ event_type }) => RUN_ENDS.has(event_type)) || Date.now() > until) return readChain(client);
  }
}

const RUN_ENDS = new Set(["run.completed", "run.failed", "run.cancelled", "run.dead_lettered"]);

function publicKey(jwk: JsonObject): KeyObject {
  return createPublicKey({ key: jwk as never, format: "jwk" });
}

export type Needle = { readonly what: string; readonly text: string };

/**
 * Mail addresses and card numbers in a text, each in the forms in which it could lie about. Deliberately not the platform's own
 * detectors: what these overlooked, this must not overlook too.
 */
export function personalDataIn(text: string): Needle[] {
  const mails = [...text.matchAll(/[\w.+-]+@[\w-]+(\.[\w-]+)+/g)].map((match) => ({ what: "mail address", text: match[0] }));
  const cards = [...text.matchAll(/\d(?:[ -]?\d){12,18}/g)].flatMap((match) => {
    const digits = match[0].replaceAll(/\D/g, "");
    const grouped = digits.replaceAll(/(\d{4})(?=\d)/g, "$1 ");
    return [...new Set([match[0], digits, grouped, grouped.replaceAll(" ", "-")])].map((form) => ({ what: "card number", text: form }));
  });
  return [...mails, ...cards];
}

export const findIn = (text: string, needles: readonly Needle[]): Needle[] =>
  needles.filter((needle) => text.toLowerCase().includes(needle.text.toLowerCase()));

/** Files under a folder that hold one of the texts as bytes, in UTF-8 or in the UTF-16 that JavaScript engines store. */
export function filesWith(folder: string, needles: readonly Needle[]): { readonly file: string; readonly what: string }[] {
  const forms = needles.flatMap(({ what, text }) => [
    { what, bytes: Buffer.from(text, "utf8") },
    { what, bytes: Buffer.from(text, "utf16le") },
  ]);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => {
      const file = join(entry.parentPath, entry.name);
      return [...holds(file, forms)].map((what) => ({ file, what }));
    });
}

/** null: the file is gone, as journals of databases are when a connection closes. */
function openIfThere(file: string): number | null {
  try {
    return openSync(file, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** Reads in pieces that overlap by more than the longest form. */
function holds(file: string, forms: readonly { what: string; bytes: Buffer }[]): Set<string> {
  const found = new Set<string>();
  const overlap = Math.max(0, ...forms.map(({ bytes }) => bytes.length));
  const buffer = Buffer.alloc(1 << 20);
  const handle = openIfThere(file);
  if (handle === null) return found;
  try {
    for (let at = 0, kept = 0; ; ) {
      const read = readSync(handle, buffer, kept, buffer.length - kept, at);
      if (read === 0) return found;
      at += read;
      const piece = buffer.subarray(0, kept + read);
      for (const { what, bytes } of forms) if (piece.includes(bytes)) found.add(what);
      kept = Math.min(overlap, piece.length);
      piece.copy(buffer, 0, piece.length - kept);
    }
  } finally {
    closeSync(handle);
  }
}
