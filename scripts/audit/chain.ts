/**
 * The chain of entries as an auditor checks it: hashes, links, signatures, gaps, order. Stands alone; written from the contract and not
 * from the platform's code, so that a mistake there is not repeated here.
 */
import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { canonical, type Fields, isFields, type Value } from "./json.ts";

/** One fault. `seq`: the entry it was found at; null when it has no number. */
export type Fault = { readonly seq: number | null; readonly code: keyof typeof FAULTS };

/** What each fault means. */
export const FAULTS = {
  malformed: "this is not an audit entry",
  hash_mismatch: "the content does not give the hash",
  link_broken: "prev_hash is not the hash of the entry before",
  signature_invalid: "the signature does not fit the hash and the key",
  unknown_key: "no published audit key has this key_id",
  key_not_introduced: "no entry under the key before introduces this key_id; if you know whose it is, give it with --trust-key",
  key_retired: "this key was replaced by an entry before",
  gap: "entries are missing before this one",
  duplicate: "this number was there already",
  out_of_order: "this number comes after a higher one",
  event_repeated: "this event_id was there already",
  head_missing: "the entry you noted (`--head`) is not in this chain",
} as const;

/** What an entry says of those before the first that is kept: their retention was over. */
export type Pruning = {
  /** The entry that says so. */
  readonly seq: number;
  readonly lastSeq: number;
  readonly years: number;
  /** Roots of the complete subtrees of what is not kept, largest first. */
  readonly subtrees: readonly Buffer[];
};

/** An entry's number and hash. */
export type Head = { readonly seq: number; readonly hash: string };

const NOTHING = "0".repeat(64);
const HASH = /^[0-9a-f]{64}$/;
const SIGNATURE = /^[A-Za-z0-9_-]{85}[AQgw]$/;

/** Ed25519 keys of a JWK set by `kid`, those of one purpose. A key without a purpose counts as one that signs entries. */
export function keysFor(
  purpose: "audit" | "checkpoint",
  set: readonly Value[],
): Map<string, { readonly key: KeyObject; readonly raw: Buffer }> {
  const keys = new Map<string, { readonly key: KeyObject; readonly raw: Buffer }>();
  for (const jwk of set) {
    if (!isFields(jwk) || jwk["kty"] !== "OKP" || jwk["crv"] !== "Ed25519" || (jwk["purpose"] ?? "audit") !== purpose) continue;
    const { kid, x } = jwk;
    if (typeof kid !== "string" || typeof x !== "string") continue;
    const raw = Buffer.from(x, "base64url");
    if (raw.length !== 32) throw new TypeError(`the key ${kid} cannot be read`);
    keys.set(kid, { key: createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" }), raw });
  }
  return keys;
}

/** Checks entries one after the other. */
export class Chain {
  readonly #keys: ReadonlyMap<string, { readonly key: KeyObject; readonly raw: Uint8Array }>;
  readonly #events = new Set<string>();
  readonly #seqs = new Set<number>();
  readonly #retired = new Set<string>();
  readonly #strange = new Set<string>();
  /** Keys that need no introduction: the auditor knows whose they are. */
  readonly #trusted: ReadonlySet<string>;
  /** The key in force; null before the first entry, whose key is taken as given. */
  #keyId: string | null = null;
  /** How many entries each key signed. */
  readonly signers = new Map<string, number>();
  /** Keys of checkpoints, each from the entry on that names it. */
  readonly checkpointKeys: { readonly from: number; readonly kid: string }[] = [];
  #head: Head | null;
  #checked = 0;
  /** The last entry that is not kept, as the first one that is kept names it; null: none is missing at the beginning. */
  #before: Head | null = null;
  #pruning: Pruning | null = null;

  /** `start`: the entry that the first one follows; null: it may follow any. Without keys signatures are not looked at. */
  constructor(
    keys: ReadonlyMap<string, { readonly key: KeyObject; readonly raw: Uint8Array }>,
    start: Head | null | "first",
    trusted: readonly string[] = [],
  ) {
    this.#keys = keys;
    this.#trusted = new Set(trusted);
    this.#head = start === "first" ? { seq: 0, hash: NOTHING } : start;
  }

  get checked(): number {
    return this.#checked;
  }

  /** The last entry; null before the first. */
  get head(): Head | null {
    return this.#head === null || this.#head.seq === 0 ? null : this.#head;
  }

  /** True when entries are missing before the first. */
  get beginsLater(): boolean {
    return this.#before !== null;
  }

  /** What accounts for the entries before the first; null: nothing does (yet). */
  get pruning(): Pruning | null {
    return this.#pruning;
  }

  /** The fault of a list that begins later than the chain, when no entry of it accounts for that. */
  unaccounted(): Fault[] {
    return this.#before === null || this.#pruning !== null ? [] : [{ seq: this.#before.seq + 1, code: "gap" }];
  }

  /** The faults of the next entry. `withSignature`: false leaves the signature to the checkpoint above it. */
  take(value: Value, withSignature = true): Fault[] {
    this.#checked++;
    if (!isFields(value)) return [{ seq: null, code: "malformed" }];
    const { seq, event_id: event, prev_hash: before, hash, key_id: keyId, signature } = value;
    const isEntry =
      typeof seq === "number" && Number.isSafeInteger(seq) && seq > 0 && [event, keyId, signature].every((it) => typeof it === "string");
    if (!isEntry || typeof before !== "string" || typeof hash !== "string" || !HASH.test(before) || !HASH.test(hash))
      return [{ seq: typeof seq === "number" ? seq : null, code: "malformed" }];
    const codes: Fault["code"][] = [];
    if (hashOf(value) !== hash) codes.push("hash_mismatch");
    if (withSignature) codes.push(...this.#signature(String(keyId), hash, String(signature)));
    codes.push(...this.#keyOf(value, String(keyId), codes.length === 0));
    codes.push(...this.#place(seq, String(event), before, hash));
    if (codes.length === 0 && value["event_type"] === "retention.applied") this.#account(seq, value["data"] ?? null);
    return codes.map((code) => ({ seq, code }));
  }

  #signature(keyId: string, hash: string, signature: string): Fault["code"][] {
    const known = this.#keys.get(keyId);
    if (known === undefined) return ["unknown_key"];
    this.signers.set(keyId, (this.signers.get(keyId) ?? 0) + 1);
    const holds = SIGNATURE.test(signature) && verify(null, Buffer.from(hash, "hex"), known.key, Buffer.from(signature, "base64url"));
    return holds ? [] : ["signature_invalid"];
  }

  /** The key in force signs, until an entry that it signed names the next one. A strange key is told at its first entry only. */
  #keyOf(entry: Fields, keyId: string, holds: boolean): Fault["code"][] {
    this.#keyId ??= keyId;
    if (keyId !== this.#keyId && this.#trusted.has(keyId) && !this.#retired.has(keyId)) this.#follow(this.#keyId, keyId);
    if (keyId !== this.#keyId) {
      if (!holds || this.#strange.has(keyId)) return [];
      this.#strange.add(keyId);
      return [this.#retired.has(keyId) ? "key_retired" : "key_not_introduced"];
    }
    const data = entry["data"];
    if (!holds || entry["event_type"] !== "audit.key_rotated" || !isFields(data)) return [];
    const { retired_key_id: retired, key_id: next, checkpoint_key_id: checkpoints } = data;
    if (typeof checkpoints === "string") this.checkpointKeys.push({ from: Number(entry["seq"]), kid: checkpoints });
    if (retired !== keyId || typeof next !== "string" || next === keyId) return [];
    const known = this.#keys.get(next);
    // The entry names the key by its thumbprint (RFC 7638): a key set cannot put another one in its place.
    if (known !== undefined && thumbprint(known.raw) !== next) return ["key_not_introduced"];
    this.#follow(keyId, next);
    return [];
  }

  #follow(retired: string, next: string): void {
    this.#retired.add(retired);
    this.#retired.delete(next);
    this.#strange.delete(retired);
    this.#strange.delete(next);
    this.#keyId = next;
  }

  /** Takes the word of an entry for those that are not kept: it has to name the last of them as the first kept one does. */
  #account(seq: number, data: Value): void {
    const before = this.#before;
    if (before === null || !isFields(data) || data["class"] !== "audit") return;
    const { last_seq: lastSeq, last_hash: lastHash, after_years: years, subtrees } = data;
    if (lastSeq !== before.seq || lastHash !== before.hash || typeof years !== "number" || !Array.isArray(subtrees)) return;
    const roots = subtrees.map((root) => Buffer.from(String(root), "base64"));
    if (roots.some((root) => root.length !== 32)) return;
    this.#pruning = { seq, lastSeq: before.seq, years, subtrees: roots };
  }

  #place(seq: number, event: string, before: string, hash: string): Fault["code"][] {
    const codes: Fault["code"][] = [];
    if (this.#events.has(event)) codes.push("event_repeated");
    this.#events.add(event);
    const head = this.#head;
    if (head !== null && seq <= head.seq) return [...codes, this.#seqs.has(seq) ? "duplicate" : "out_of_order"];
    if (head?.seq === 0 && seq > 1) this.#before = { seq: seq - 1, hash: before };
    else if (head !== null && seq > head.seq + 1) codes.push("gap");
    else if (head !== null ? before !== head.hash : seq === 1 && before !== NOTHING) codes.push("link_broken");
    this.#seqs.add(seq);
    this.#head = { seq, hash };
    return codes;
  }
}

/** RFC 7638, with the members that RFC 8037 names. */
const thumbprint = (raw: Uint8Array): string =>
  createHash("sha256")
    .update(`{"crv":"Ed25519","kty":"OKP","x":"${Buffer.from(raw).toString("base64url")}"}`)
    .digest("base64url");

/** null when the content has no canonical form: then no hash fits it. */
function hashOf(entry: Fields): string | null {
  const { hash: _hash, key_id: _keyId, signature: _signature, ...body } = entry;
  try {
    return createHash("sha256").update(canonical(body)).digest("hex");
  } catch {
    return null;
  }
}
