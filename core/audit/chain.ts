/**
 * Checks a list of entries: recomputes every hash, every link and every signature, and says where and why not. Works on
 * a whole chain, on a slice, and on a chain that comes in pages: the fold carries what it needs from one page to the next.
 *
 * What it cannot see: entries missing at the end. Only a signed checkpoint, or a head that somebody noted, shows those.
 */
import { isObject, type Json, type JsonObject } from "../json.ts";
import { fromBase64Url } from "./base64.ts";
import { GENESIS_HASH, hashedText, hexBytes, type Sha256Hex } from "./entry.ts";
import { rotationIn } from "./key-rotation.ts";

const CHAIN_PROBLEMS = {
  malformed: "this is not an audit entry",
  hash_mismatch: "the content does not give the hash",
  link_broken: "prev_hash is not the hash of the entry before",
  signature_invalid: "the signature does not fit the hash and the key",
  unknown_key: "no published audit key has this key_id",
  key_not_introduced: "no entry under the key before introduces this key_id",
  key_retired: "this key was replaced by an entry before",
  gap: "entries are missing before this one",
  duplicate: "this number was there already",
  out_of_order: "this number comes after a higher one",
  event_repeated: "this event_id was there already",
} as const;

/** One fault of a chain. `seq`: the entry it was found at; null when it concerns the whole chain. */
export type ChainProblem = { readonly seq: number | null; readonly code: string; readonly message: string };

/** The cryptography that verification needs; core/ has none of its own. */
export type VerifyTools = {
  readonly sha256Hex: Sha256Hex;
  /** Ed25519 over the 32 bytes of the hash; null when no audit key has this id. */
  readonly verify: (keyId: string, hash: Uint8Array, signature: Uint8Array) => boolean | null;
};

/** The last entry seen: the place from which the next page, or a later slice, goes on. `keyId`: the key that signs after it. */
export type ChainHead = { readonly seq: number; readonly hash: string; readonly keyId?: string };

/** Result of a verification. `checked`: entries looked at. */
export type Verdict = {
  readonly ok: boolean;
  readonly checked: number;
  readonly problems: readonly ChainProblem[];
  readonly head: ChainHead | null;
};

/**
 * `from`: the entry after which the list starts. `"genesis"` demands that it starts with seq 1; `"anywhere"` takes the first
 * entry's own `prev_hash` as given.
 */
export type Origin = "genesis" | "anywhere" | ChainHead;

/** Verifies entries in order, from `from`. Reads each entry once; lists every problem it finds. */
export function verifyChain(entries: Iterable<Json>, tools: VerifyTools, from: Origin = "genesis"): Verdict {
  const verifier = new ChainVerifier(tools, from);
  const problems: ChainProblem[] = [];
  for (const entry of entries) problems.push(...verifier.take(entry));
  return { ok: problems.length === 0, checked: verifier.checked, problems, head: verifier.head };
}

/** The fold behind `verifyChain`, for callers that page. */
export class ChainVerifier {
  readonly #tools: VerifyTools;
  readonly #events = new Set<string>();
  readonly #seqs = new Set<number>();
  readonly #retired = new Set<string>();
  readonly #strange = new Set<string>();
  #head: ChainHead | null;
  /** The key that signs here. The first one seen is taken as given: it is for the caller to know whose it is. */
  #keyId: string | null;
  #checked = 0;

  constructor(tools: VerifyTools, from: Origin = "genesis") {
    this.#tools = tools;
    this.#head = from === "genesis" ? { seq: 0, hash: GENESIS_HASH } : from === "anywhere" ? null : from;
    this.#keyId = typeof from === "string" ? null : (from.keyId ?? null);
  }

  get checked(): number {
    return this.#checked;
  }

  /** null before the first entry of a list that starts anywhere. */
  get head(): ChainHead | null {
    return this.#head?.seq === 0 ? null : this.#head;
  }

  /** The key that signs the next entry; null before the first. */
  get keyId(): string | null {
    return this.#keyId;
  }

  /** The problems of the next entry; none when it holds. */
  take(value: Json): ChainProblem[] {
    this.#checked++;
    const entry = readEntry(value);
    if (entry === null) return [problem(isObject(value) && typeof value["seq"] === "number" ? value["seq"] : null, "malformed")];
    const content = this.#contentOf(entry);
    return [...content, ...this.#keyOf(entry, content.length === 0), ...this.#placeOf(entry)].map((code) => problem(entry.seq, code));
  }

  /** A strange key is told once, at its first entry. Only what holds, and is signed by the key in force, introduces another. */
  #keyOf({ keyId, whole }: ReadEntry, holds: boolean): ProblemCode[] {
    this.#keyId ??= keyId;
    if (keyId !== this.#keyId) {
      if (!holds || this.#strange.has(keyId)) return [];
      this.#strange.add(keyId);
      return [this.#retired.has(keyId) ? "key_retired" : "key_not_introduced"];
    }
    const rotation = holds ? rotationIn(whole) : null;
    if (rotation === null || rotation.retired !== keyId || rotation.current === keyId) return [];
    this.#retired.add(keyId);
    this.#retired.delete(rotation.current);
    this.#strange.delete(keyId); // it is told anew if it comes again
    this.#strange.delete(rotation.current);
    this.#keyId = rotation.current;
    return [];
  }

  #contentOf(entry: ReadEntry): ProblemCode[] {
    const codes: ProblemCode[] = [];
    if (textHash(entry.whole, this.#tools.sha256Hex) !== entry.hash) codes.push("hash_mismatch");
    const signature = fromBase64Url(entry.signature);
    const verified = signature?.length === 64 ? this.#tools.verify(entry.keyId, hexBytes(entry.hash), signature) : false;
    if (verified === null) codes.push("unknown_key");
    else if (!verified) codes.push("signature_invalid");
    return codes;
  }

  #placeOf(entry: ReadEntry): ProblemCode[] {
    const codes: ProblemCode[] = [];
    if (this.#events.has(entry.eventId)) codes.push("event_repeated");
    this.#events.add(entry.eventId);
    const head = this.#head;
    if (head !== null && entry.seq <= head.seq) return [...codes, this.#seqs.has(entry.seq) ? "duplicate" : "out_of_order"];
    if (head !== null && entry.seq > head.seq + 1) codes.push("gap");
    else if (entry.prevHash !== (head?.hash ?? (entry.seq === 1 ? GENESIS_HASH : entry.prevHash))) codes.push("link_broken");
    this.#seqs.add(entry.seq);
    this.#head = { seq: entry.seq, hash: entry.hash };
    return codes;
  }
}

type ProblemCode = keyof typeof CHAIN_PROBLEMS;

const problem = (seq: number | null, code: ProblemCode): ChainProblem => ({ seq, code, message: CHAIN_PROBLEMS[code] });

type ReadEntry = {
  readonly whole: JsonObject;
  readonly seq: number;
  readonly eventId: string;
  readonly prevHash: string;
  readonly hash: string;
  readonly keyId: string;
  readonly signature: string;
};

const HASH = /^[0-9a-f]{64}$/;

function readEntry(value: Json): ReadEntry | null {
  if (!isObject(value)) return null;
  const { seq, event_id: eventId, prev_hash: prevHash, hash, key_id: keyId, signature } = value;
  if (typeof seq !== "number" || !Number.isSafeInteger(seq) || seq < 1) return null;
  if (typeof eventId !== "string" || typeof keyId !== "string" || typeof signature !== "string") return null;
  if (typeof prevHash !== "string" || !HASH.test(prevHash) || typeof hash !== "string" || !HASH.test(hash)) return null;
  return { whole: value, seq, eventId, prevHash, hash, keyId, signature };
}

/** null when the content has no canonical form (a lone surrogate that somebody put there): then no hash fits it. */
function textHash(entry: JsonObject, sha256Hex: Sha256Hex): string | null {
  try {
    return sha256Hex(hashedText(entry));
  } catch {
    return null;
  }
}
