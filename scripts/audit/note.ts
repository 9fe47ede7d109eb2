/**
 * Signed notes (c2sp.org/signed-note), the checkpoints in them (c2sp.org/tlog-checkpoint) and the cosignatures of witnesses
 * (c2sp.org/tlog-cosignature). Stands alone.
 */
import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";

/** What a key signs notes as: the log itself, or a witness that saw it grow (`cosignature/v1`). */
export type KeyKind = "log" | "witness";

/** A verifier key. */
export type NoteKey = {
  readonly kind: KeyKind;
  readonly name: string;
  readonly id: string;
  readonly raw: Uint8Array;
  readonly key: KeyObject;
};

/** A checkpoint, and the note it stands in. */
export type Checkpoint = {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
  readonly text: string;
  readonly note: string;
};

const TYPES = { log: 1, witness: 4 } as const;
const NAME = /^[^\s+\p{Cc}]+$/u;

/** SHA-256(name || 0x0A || type || public key), the first four bytes, hex. */
const keyId = (name: string, type: number, raw: Uint8Array): string =>
  createHash("sha256").update(`${name}\n`).update(Buffer.of(type)).update(raw).digest("hex").slice(0, 8);

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** A key from its 32 bytes. */
export function noteKey(kind: KeyKind, name: string, raw: Uint8Array): NoteKey {
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(raw).toString("base64url") }, format: "jwk" });
  return { kind, name, id: keyId(name, TYPES[kind], raw), raw, key };
}

/** `name+id+key` as signed-note writes verifier keys. */
export const vkeyOf = ({ kind, name, id, raw }: NoteKey): string =>
  `${name}+${id}+${Buffer.concat([Buffer.of(TYPES[kind]), raw]).toString("base64")}`;

/** null: this is no verifier key of an Ed25519 log or witness. */
export function readVkey(text: string): NoteKey | null {
  const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/.exec(text) ?? [];
  const bytes = Buffer.from(encoded ?? "", "base64");
  const kind = bytes[0] === TYPES.log ? "log" : bytes[0] === TYPES.witness ? "witness" : null;
  if (name === undefined || kind === null || bytes.length !== 33 || !NAME.test(name)) return null;
  const key = noteKey(kind, name, bytes.subarray(1));
  return key.id === id ? key : null;
}

/** null: this is no signed checkpoint. Nothing in it is believed before a signature was checked. */
export function readNote(note: string): Checkpoint | null {
  const end = note.lastIndexOf("\n\n");
  const text = note.slice(0, end + 1);
  const [, origin, size, root] = /^([^\s+]+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\n(?:[^\n]+\n)*$/.exec(text) ?? [];
  const lines = note.slice(end + 2);
  if (end < 0 || origin === undefined || !/^(?:\u2014 [^\s+]+ [A-Za-z0-9+/]+={0,2}\n)+$/.test(lines)) return null;
  return { origin, size: Number(size), root: Buffer.from(root ?? "", "base64"), text, note };
}

/** The signatures of one key: `valid` when there is one and all of them hold, `absent` when there is none. `at`: a witness's time, in seconds. */
export function signatureOf(
  { note, text }: Checkpoint,
  key: NoteKey,
): { readonly result: "valid" | "invalid" | "absent"; readonly at: number | null } {
  let at: number | null = null;
  let result: "valid" | "invalid" | "absent" = "absent";
  for (const line of note.slice(text.length + 1).split("\n")) {
    const [, name, encoded] = line.split(" ");
    const bytes = Buffer.from(encoded ?? "", "base64");
    if (name !== key.name || hex(bytes.subarray(0, 4)) !== key.id) continue;
    const time = key.kind === "witness" && bytes.length === 76 ? Number(bytes.readBigUInt64BE(4)) : null;
    const signed = time === null ? text : `cosignature/v1\ntime ${time}\n${text}`;
    const signature = bytes.subarray(key.kind === "witness" ? 12 : 4);
    const holds = signature.length === 64 && (key.kind === "log" || time !== null) && verify(null, Buffer.from(signed), key.key, signature);
    if (!holds) return { result: "invalid", at: null };
    [result, at] = ["valid", time];
  }
  return { result, at };
}
