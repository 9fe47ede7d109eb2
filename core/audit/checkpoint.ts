/**
 * A checkpoint: what a log commits to at one moment, as a C2SP signed note (c2sp.org/signed-note, c2sp.org/tlog-checkpoint).
 *
 * The signed text is three lines: origin, number of entries, root hash in base64. Below an empty line stands a line for each
 * signature: a dash, the key's name, and in base64 the first four bytes of the key's digest with the signature behind them.
 */
import { fromBase64, toBase64 } from "./base64.ts";
import type { Sha256 } from "./tree.ts";

/** A statement of the log: this many entries have this root (C2SP tlog-checkpoint). */
export type Checkpoint = {
  /** Names the log: a host and the org, without a scheme. */
  readonly origin: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
};

/** c2sp.org/signed-note, "Signature types": 0x01 is Ed25519 over the text. */
const ED25519 = 1;
/** No spaces and no plus, as signed notes ask of key names; no other characters than ASCII, so that bytes and characters agree. */
const NAME = /^[\x21-\x2a\x2c-\x7e]+$/;
const TEXT = /^([\x21-\x2a\x2c-\x7e]+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\n$/;

/** The text of a checkpoint that is signed: origin, size, root in base64, each with a line end. Throws for an origin that cannot be a key's name. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  if (!NAME.test(origin)) throw new TypeError("an origin is ASCII without spaces and plus signs");
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** c2sp.org/signed-note: the first four bytes of SHA-256(name || 0x0A || type || public key). */
export function noteKeyId(name: string, publicKey: Uint8Array, sha256: Sha256): Uint8Array {
  return sha256(Uint8Array.from([...asciiBytes(name), 0x0a, ED25519, ...publicKey])).slice(0, 4);
}

/** The whole note. `publicKey`: the 32 bytes of the Ed25519 key; `sign` takes the text's bytes. */
export function signCheckpoint(
  checkpoint: Checkpoint,
  key: { readonly name: string; readonly publicKey: Uint8Array; readonly sign: (bytes: Uint8Array) => Uint8Array },
  sha256: Sha256,
): string {
  if (!NAME.test(key.name)) throw new TypeError("a key's name is ASCII without spaces and plus signs");
  const text = checkpointText(checkpoint);
  const signature = Uint8Array.from([...noteKeyId(key.name, key.publicKey, sha256), ...key.sign(asciiBytes(text))]);
  return `${text}\n\u2014 ${key.name} ${toBase64(signature)}\n`;
}

/** The signed text of a note: everything before its last empty line. Empty where there is none. */
export function noteBody(note: string): string {
  const end = note.lastIndexOf("\n\n");
  return end < 0 ? "" : note.slice(0, end + 1);
}

/** What a signed text says; null when it is no checkpoint. Whoever trusts it has checked a signature. */
export function readCheckpointBody(text: string): Checkpoint | null {
  const [, origin, size, encodedRoot] = TEXT.exec(text) ?? [];
  const root = fromBase64(encodedRoot ?? "");
  if (origin === undefined || root === null || !Number.isSafeInteger(Number(size))) return null;
  return { origin, size: Number(size), root };
}

/** c2sp.org/signed-note, "Verifier keys": by this text a log is known to whoever verifies it. */
export function verifierKey(name: string, publicKey: Uint8Array, sha256: Sha256): string {
  const keyId = [...noteKeyId(name, publicKey, sha256)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${name}+${keyId}+${toBase64(Uint8Array.from([ED25519, ...publicKey]))}`;
}

/** The checkpoint when this key signed it, else null. Signatures of other keys are passed over, as signed notes demand. */
export function openCheckpoint(
  note: string,
  key: { readonly name: string; readonly publicKey: Uint8Array; readonly verify: (bytes: Uint8Array, signature: Uint8Array) => boolean },
  sha256: Sha256,
): Checkpoint | null {
  const text = noteBody(note);
  const checkpoint = readCheckpointBody(text);
  if (checkpoint === null || !note.endsWith("\n")) return null;
  const keyId = noteKeyId(key.name, key.publicKey, sha256);
  const signatures = note
    .slice(text.length + 1, -1)
    .split("\n")
    .map((line) => line.split(" "));
  if (signatures.some(([dash, name, body, ...more]) => dash !== "\u2014" || !name || !body || more.length > 0)) return null;
  const mine = signatures
    .filter(([, name]) => name === key.name)
    .map(([, , body]) => fromBase64(body ?? ""))
    .filter((bytes): bytes is Uint8Array => bytes?.length === 68 && keyId.every((byte, index) => byte === bytes[index]));
  const signed = mine.length > 0 && mine.every((bytes) => key.verify(asciiBytes(text), bytes.slice(4)));
  return signed ? checkpoint : null;
}

const asciiBytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
