/**
 * A run's evidence as data: a list of parts, each JSON by itself, and before them a signed list of their digests. Knows how that is
 * written so that one changed byte of it is found wherever it stands; free of where the parts come from and of how they are shown.
 *
 * The text has no line ends, is ASCII, and holds no `<` and no `|` but those that separate its parts: a browser reads exactly these
 * characters out of a page, so that a change of a byte is a change of a character.
 */
import { canonicalJson } from "../canonical-json.ts";
import { isObject, type Json } from "../json.ts";

/** `name`: `run`, `definition` (or its `outline`, for whom the definition is not), `keys`, `persons`, `checkpoint`, `event/{seq}`, `entry/{seq}`, `proof/{seq}`, `text/{digest}`. */
export type EvidencePart = { readonly name: string; readonly value: Json };

/** What the list of contents says besides the digests. PERSISTED: files that people keep. */
export type EvidenceHead = {
  readonly v: 1;
  readonly type: "bulkhead.run-evidence";
  readonly run: string;
  readonly org: string;
  /** The host whose `/.well-known/jwks.json` has the keys. */
  readonly host: string;
  /** RFC 3339. */
  readonly exported_at: string;
  readonly status: string;
  /** False: the run went on, or entries of it were not on record yet. */
  readonly complete: boolean;
  readonly left_out: {
    /** Events after those in the file: how many, and the SHA-256 of their canonical JSON, a line each. null: none. */
    readonly events: { readonly count: number; readonly sha256: string } | null;
    /** Entries after those in the file: how many, and the SHA-256 of their hashes, a line each. null: none. */
    readonly entries: { readonly count: number; readonly sha256: string } | null;
    /** Digests of texts that entries name and that are not in the file. `kept`: they are stored, and were too many for it. */
    readonly texts: readonly { readonly sha256: string; readonly kept: boolean }[];
  };
};
/** The list of contents, as it is signed. */
export type EvidenceManifest = EvidenceHead & { readonly parts: readonly { readonly name: string; readonly sha256: string }[] };

/** Ed25519 over the SHA-256 of `signedText`. */
export type EvidenceSignature = { readonly key_id: string; readonly signature: string };

/** What separates the parts. */
export const SEPARATOR = "|";

/** Canonical JSON as the data has it. */
const evidenceJson = (value: Json): string =>
  canonicalJson(value).replace(/[^\x20-\x7e]|[<|]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** What the signature covers: no entry of an audit chain begins like that, so neither can stand for the other. */
export const signedText = (manifestText: string): string => `bulkhead run evidence\n${manifestText}`;

/** The data of a file, but for its signature, which `sign` gives: it takes the 32 bytes of the digest of `signedText`. */
export function evidenceData(
  head: EvidenceHead,
  parts: readonly EvidencePart[],
  sha256Hex: (text: string) => string,
  sign: (text: string) => EvidenceSignature,
): string {
  const texts = parts.map(({ value }) => evidenceJson(value));
  const listed = parts.map(({ name }, index) => ({ name, sha256: sha256Hex(texts[index] ?? "") }));
  const manifest = evidenceJson({ ...head, parts: listed } as unknown as Json);
  return [manifest, evidenceJson({ ...sign(signedText(manifest)) }), ...texts].join(SEPARATOR);
}

/** null: it is none. */
export function readManifest(text: string): EvidenceManifest | null {
  const value = parseJson(text);
  if (!isObject(value) || value["v"] !== 1 || value["type"] !== "bulkhead.run-evidence") return null;
  const { parts, left_out: left, run, org, host, exported_at: at, status, complete } = value;
  const isText = [run, org, host, at, status].every((field) => typeof field === "string");
  if (!isText || typeof complete !== "boolean" || !Array.isArray(parts) || !isObject(left) || !Array.isArray(left["texts"])) return null;
  const isListed = (part: Json): boolean => isObject(part) && typeof part["name"] === "string" && typeof part["sha256"] === "string";
  const isLeft = (one: Json | undefined): boolean => one === null || (isObject(one) && typeof one["count"] === "number");
  const isGone = (one: Json): boolean => isObject(one) && typeof one["sha256"] === "string" && typeof one["kept"] === "boolean";
  if (!parts.every(isListed) || !isLeft(left["events"]) || !isLeft(left["entries"]) || !left["texts"].every(isGone)) return null;
  return value as unknown as EvidenceManifest;
}

/** undefined: the text is no JSON. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
