/**
 * Checks a run's evidence: that no character of it was changed, that it was signed, and that its parts say the same of the run. Says
 * where and why not. The page that shows evidence and the tests use it; `npm run audit:verify` has a check of its own, which shares none
 * of this code.
 */
import { fromBase64, fromBase64Url } from "../audit/base64.ts";
import { openCheckpoint } from "../audit/checkpoint.ts";
import { contentDigest, DIGESTS } from "../audit/content.ts";
import { GENESIS_HASH, hashedText, hexBytes } from "../audit/entry.ts";
import { leafHash, type Sha256, verifyInclusion } from "../audit/tree.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { type EvidenceManifest, parseJson, readManifest, SEPARATOR, signedText } from "./document.ts";

/** The cryptography that checking needs. */
export type CheckTools = {
  readonly sha256: Sha256;
  readonly sha256Hex: (text: string) => string;
  /** Ed25519 (RFC 8032). */
  readonly verify: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => Promise<boolean>;
  readonly verifyNow: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;
};

/** Something that does not hold. `where`: a part, in words. */
export type EvidenceFinding = { readonly where: string; readonly what: string };

/** The parts of a file, as far as they can be read. */
export type EvidenceContent = {
  readonly manifest: EvidenceManifest;
  readonly run: JsonObject;
  readonly definition: Json;
  /** The steps' ids, kinds and needs, in a file without the definition. */
  readonly outline: Json;
  /** Public keys that sign entries, by `kid`, 32 bytes. */
  readonly keys: ReadonlyMap<string, Uint8Array>;
  /** Those that sign checkpoints. */
  readonly noteKeys: ReadonlyMap<string, Uint8Array>;
  readonly events: readonly JsonObject[];
  readonly entries: readonly JsonObject[];
  readonly texts: ReadonlyMap<string, Json>;
  readonly proofs: ReadonlyMap<number, JsonObject>;
  readonly checkpoint: JsonObject | null;
  /** Who is behind pseudonyms, as the platform said when it made the file. */
  readonly persons: ReadonlyMap<string, string>;
};

/** `checks`: what was looked at and holds, with how many of them. `content` null: it cannot be read. */
export type EvidenceVerdict = {
  readonly ok: boolean;
  readonly findings: readonly EvidenceFinding[];
  readonly checks: readonly { readonly what: string; readonly count: number }[];
  readonly content: EvidenceContent | null;
};

/** `text`: the data of a file, all of it and nothing else. */
export async function checkEvidence(text: string, tools: CheckTools): Promise<EvidenceVerdict> {
  const findings: EvidenceFinding[] = [];
  const checks: { what: string; count: number }[] = [];
  const [manifestText = "", signatureText = "", ...parts] = text.split(SEPARATOR);
  const manifest = readManifest(manifestText);
  if (manifest === null)
    return { ok: false, findings: [{ where: "the list of contents", what: "it cannot be read" }], checks, content: null };

  const damaged = new Set<number>();
  let at = manifestText.length + signatureText.length + 2;
  for (const [index, { name, sha256 }] of manifest.parts.entries()) {
    const part = parts[index];
    const place = `${nameInWords(name)} (characters ${at} to ${at + (part?.length ?? 0)} of the data)`;
    at += (part?.length ?? 0) + 1;
    if (part !== undefined && tools.sha256Hex(part) === sha256) continue;
    damaged.add(index);
    findings.push({
      where: place,
      what: part === undefined ? "it is missing" : "it was changed: it does not give the digest in the list of contents",
    });
  }
  if (parts.length > manifest.parts.length)
    findings.push({ where: "the end of the data", what: "there is more than the list of contents names" });
  checks.push({ what: "parts are as the list of contents has them", count: manifest.parts.length - damaged.size });

  const content = readContent(manifest, parts, damaged);
  if (!(await isSigned(manifestText, signatureText, content.keys, tools)))
    findings.push({ where: "the list of contents", what: "it was changed, or its signature or its key was: the signature does not fit" });
  else checks.push({ what: "signature of the list of contents fits", count: 1 });

  if (findings.length === 0) {
    const find = (where: string, what: string): void => void findings.push({ where, what });
    checks.push({ what: "entries have their hash, link and signature", count: await checkEntries(content, tools, find) });
    checks.push({ what: "digests of prompts, answers, inputs and outputs fit", count: checkTexts(content, tools, find) });
    checks.push({
      what: "events of the journal are there, in order, and as the entries tell them",
      count: checkJournal(content, tools, find),
    });
    checks.push({ what: "entries are proved to be in the log that its checkpoint commits to", count: checkProofs(content, tools, find) });
  }
  return { ok: findings.length === 0, findings, checks: checks.filter(({ count }) => count > 0), content };
}

type Find = (where: string, what: string) => void;

/** The name of a part as people say it. */
function nameInWords(name: string): string {
  const [kind, id = ""] = name.split("/");
  const words: { readonly [kind: string]: string } = {
    event: `event ${id}`,
    entry: `audit entry ${id}`,
    proof: `the proof of entry ${id}`,
    text: `the text ${id.slice(0, 12)}…`,
  };
  return words[kind ?? ""] ?? `the ${name}`;
}

function readContent(manifest: EvidenceManifest, parts: readonly string[], damaged: ReadonlySet<number>): EvidenceContent {
  const values = manifest.parts.flatMap(({ name }, index) => {
    const value = damaged.has(index) ? undefined : parseJson(parts[index] ?? "");
    return value === undefined ? [] : [[name, value] as const];
  });
  const named = new Map(values);
  const listOf = (kind: string): (readonly [string, Json])[] =>
    values.flatMap(([name, value]) => (name.startsWith(`${kind}/`) ? [[name.slice(kind.length + 1), value] as const] : []));
  const objectsOf = (kind: string): JsonObject[] => listOf(kind).flatMap(([, value]) => (isObject(value) ? [value] : []));
  const run = named.get("run") ?? null;
  const checkpoint = named.get("checkpoint") ?? null;
  const keys = named.get("keys") ?? null;
  const persons = named.get("persons") ?? null;
  const listed = Array.isArray(keys) ? keys : [];
  return {
    manifest,
    run: isObject(run) ? run : {},
    definition: named.get("definition") ?? null,
    outline: named.get("outline") ?? null,
    keys: new Map(listed.flatMap((key) => readKey(key, "audit"))),
    noteKeys: new Map(listed.flatMap((key) => readKey(key, "checkpoint"))),
    events: objectsOf("event"),
    entries: objectsOf("entry"),
    texts: new Map(listOf("text")),
    proofs: new Map(objectsOf("proof").map((proof) => [Number(proof["seq"]), proof])),
    checkpoint: isObject(checkpoint) ? checkpoint : null,
    persons: new Map(Object.entries(isObject(persons) ? persons : {}).map(([pseudonym, name]) => [pseudonym, String(name)])),
  };
}

function readKey(key: Json, purpose: "audit" | "checkpoint"): (readonly [string, Uint8Array])[] {
  if (!isObject(key) || key["kty"] !== "OKP" || key["crv"] !== "Ed25519" || (key["purpose"] ?? "audit") !== purpose) return [];
  const { kid, x } = key;
  const bytes = typeof x === "string" ? fromBase64Url(x) : null;
  return typeof kid === "string" && bytes?.length === 32 ? [[kid, bytes]] : [];
}

async function isSigned(manifest: string, text: string, keys: EvidenceContent["keys"], tools: CheckTools): Promise<boolean> {
  const signature = parseJson(text);
  if (!isObject(signature) || Object.keys(signature).length !== 2) return false;
  return verified(signature["key_id"], tools.sha256Hex(signedText(manifest)), signature["signature"], keys, tools);
}

async function verified(
  keyId: Json | undefined,
  hash: string,
  signature: Json | undefined,
  keys: EvidenceContent["keys"],
  tools: CheckTools,
) {
  const key = typeof keyId === "string" ? keys.get(keyId) : undefined;
  const bytes = typeof signature === "string" ? fromBase64Url(signature) : null;
  return key !== undefined && bytes?.length === 64 && (await tools.verify(key, hexBytes(hash), bytes));
}

async function checkEntries({ entries, keys, manifest }: EvidenceContent, tools: CheckTools, find: Find): Promise<number> {
  let before: JsonObject | null = null;
  for (const entry of entries) {
    const where = `audit entry ${String(entry["seq"])}`;
    const hash = String(entry["hash"]);
    if (hashOf(entry, tools) !== hash) find(where, "its content does not give its hash");
    else if (!(await verified(entry["key_id"], hash, entry["signature"], keys, tools))) find(where, "its signature does not fit");
    const seq = Number(entry["seq"]);
    const last = before === null ? null : Number(before["seq"]);
    if (last !== null && seq <= last) find(where, "it stands in the wrong order");
    const expected = seq === 1 ? GENESIS_HASH : last === seq - 1 ? String(before?.["hash"]) : entry["prev_hash"];
    if (entry["prev_hash"] !== expected) find(where, "it does not follow the entry before it");
    if (runOf(entry) !== manifest.run) find(where, "it is of another run");
    before = entry;
  }
  return entries.length;
}

function hashOf(entry: JsonObject, tools: CheckTools): string | null {
  try {
    return tools.sha256Hex(hashedText(entry));
  } catch {
    return null;
  }
}

function runOf({ resource, data }: JsonObject): string | null {
  const [kind, id] = String(resource).split("/");
  if (kind === "run") return id ?? null;
  return isObject(data) && typeof data["run"] === "string" ? data["run"] : null;
}

function checkTexts({ entries, texts, manifest }: EvidenceContent, tools: CheckTools, find: Find): number {
  for (const [digest, value] of texts)
    if (contentDigest(value, tools.sha256Hex) !== digest)
      find(`the text ${digest.slice(0, 12)}…`, "it does not give the digest that it is named by");
  const absent = new Set(manifest.left_out.texts.map(({ sha256 }) => sha256));
  let count = 0;
  for (const { seq, data } of entries)
    for (const name of DIGESTS) {
      const digest = isObject(data) ? data[name] : undefined;
      if (typeof digest !== "string") continue;
      count++;
      if (!texts.has(digest) && !absent.has(digest))
        find(`audit entry ${String(seq)}`, `the text that its \`${name}\` names is not in the file`);
    }
  return count;
}

function checkJournal(content: EvidenceContent, tools: CheckTools, find: Find): number {
  const { events, entries, definition, run, manifest } = content;
  for (const [index, event] of events.entries())
    if (event["seq"] !== index + 1) find(`event ${String(event["seq"])}`, "events are missing before it, or it stands in the wrong order");
  const told = new Set<number>();
  for (const { seq, data, timestamp } of entries) {
    const number = isObject(data) ? data["seq"] : undefined;
    const event = typeof number === "number" ? events[number - 1] : undefined;
    if (!isObject(data) || typeof number !== "number" || event === undefined) continue;
    told.add(number);
    const where = `event ${number}`;
    if (event["at"] !== timestamp) find(where, `entry ${String(seq)} has another time for it`);
    for (const name of DIGESTS) {
      const own = isObject(event["data"])
        ? (event["data"][name] ?? (name === "input_sha256" ? event["data"]["input_digest"] : undefined))
        : undefined;
      if (own !== undefined && data[name] !== undefined && own !== data[name])
        find(where, `its \`${name}\` is not that of entry ${String(seq)}`);
    }
  }
  for (const event of events) {
    const data = isObject(event["data"]) ? event["data"] : {};
    const where = `event ${String(event["seq"])}`;
    const isBound = DIGESTS.some((name) => name in data);
    if (isBound && manifest.complete && manifest.left_out.entries === null && !told.has(Number(event["seq"])))
      find(where, "no entry tells of it");
    const of = event["type"] === "run.created" ? "input" : event["type"] === "run.completed" ? "output" : null;
    if (of !== null && typeof data[`${of}_sha256`] === "string") {
      if (contentDigest(data[of] ?? null, tools.sha256Hex) !== data[`${of}_sha256`]) find(where, `its ${of} does not give its digest`);
      const shown = run[of] ?? null;
      if (!holdsReference(shown) && contentDigest(shown, tools.sha256Hex) !== data[`${of}_sha256`])
        find("the run", `its ${of} is not that of its journal`);
    }
    if (event["type"] === "run.created" && definition !== null && contentDigest(definition, tools.sha256Hex) !== data["digest"])
      find("the definition", "it is not the one that the run started with");
  }
  return events.length;
}

/** A large view shows outputs as references. */
const holdsReference = (value: Json): boolean =>
  Array.isArray(value) ? value.some(holdsReference) : isObject(value) && ("$ref" in value || Object.values(value).some(holdsReference));

function checkProofs({ checkpoint, proofs, entries, noteKeys }: EvidenceContent, tools: CheckTools, find: Find): number {
  if (checkpoint === null) return 0;
  const note = String(checkpoint["note"]);
  const [name = ""] = note.split("\n"); // a log's own key is named by its origin
  const opened = [...noteKeys.values()]
    .map((publicKey) =>
      openCheckpoint(note, { name, publicKey, verify: (bytes, signature) => tools.verifyNow(publicKey, bytes, signature) }, tools.sha256),
    )
    .find((one) => one !== null);
  if (!opened) {
    find("the checkpoint", "no key of the file signed it");
    return 0;
  }
  let count = 0;
  for (const { seq, hash } of entries) {
    const proof = proofs.get(Number(seq));
    if (proof === undefined) continue;
    const path = (Array.isArray(proof["proof"]) ? proof["proof"] : []).map((one) => fromBase64(String(one)));
    const leaf = leafHash(hexBytes(String(hash)), tools.sha256);
    const isIn =
      path.every((one) => one !== null) &&
      verifyInclusion(leaf, Number(seq) - 1, opened.size, path as Uint8Array[], opened.root, tools.sha256);
    if (!isIn) find(`the proof of entry ${String(seq)}`, "it does not lead to the root of the checkpoint");
    else count++;
  }
  return count;
}
