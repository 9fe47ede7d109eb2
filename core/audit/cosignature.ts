/**
 * What a log says to its witnesses, and what they answer (c2sp.org/tlog-witness, c2sp.org/tlog-cosignature): a witness that saw the log only
 * grow signs its checkpoint, with the time. Only lines that a witness's own key signed are taken.
 */
import { fromBase64, toBase64 } from "./base64.ts";
import { noteBody } from "./checkpoint.ts";
import type { Sha256 } from "./tree.ts";

/** A witness as its verifier key names it. */
export type WitnessKey = { readonly name: string; readonly id: Uint8Array; readonly publicKey: Uint8Array };

/** c2sp.org/signed-note, "Signature types": 0x04 is a cosignature with its time, by Ed25519. */
const COSIGNATURE = 4;
const VKEY = /^([\x21-\x2a\x2c-\x7e]{1,200})\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/;

/** null: this is no verifier key of a witness, or its id is not that of its key. */
export function readWitnessKey(text: string, sha256: Sha256): WitnessKey | null {
  const [, name, id, encoded] = VKEY.exec(text) ?? [];
  const bytes = fromBase64(encoded ?? "");
  if (name === undefined || bytes === null || bytes.length !== 33 || bytes[0] !== COSIGNATURE) return null;
  const digest = sha256(Uint8Array.from([...asciiBytes(`${name}\n`), ...bytes])).slice(0, 4);
  return hex(digest) === id ? { name, id: digest, publicKey: bytes.slice(1) } : null;
}

/** The body of `add-checkpoint`. `proof`: RFC 6962 section 2.1.2 from `old` to the checkpoint's size; empty when `old` is 0. */
export const addCheckpointBody = (old: number, proof: readonly Uint8Array[], note: string): string =>
  [`old ${old}\n`, ...proof.map((hash) => `${toBase64(hash)}\n`), "\n", note].join("");

/** The size that a witness cosigned last, in its answer with the status 409; null: it names none. */
export function readSize(text: string): number | null {
  const [, size] = /^(0|[1-9]\d{0,15})\n$/.exec(text) ?? [];
  return size === undefined || !Number.isSafeInteger(Number(size)) ? null : Number(size);
}

/** The lines of an answer that this witness's key signed for this note, each with its line end. Others are passed over. */
export function cosignaturesIn(
  answer: string,
  note: string,
  key: WitnessKey,
  verify: (publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array) => boolean,
): string[] {
  const text = noteBody(note);
  return answer.split("\n").flatMap((line) => {
    const [dash, name, body, ...more] = line.split(" ");
    const bytes = fromBase64(body ?? "");
    if (dash !== "\u2014" || name !== key.name || more.length > 0 || bytes?.length !== 76) return [];
    if (!key.id.every((byte, index) => byte === bytes[index])) return [];
    const time = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(4);
    const signed = asciiBytes(`cosignature/v1\ntime ${time}\n${text}`);
    return verify(key.publicKey, signed, bytes.slice(12)) ? [`${line}\n`] : [];
  });
}

const asciiBytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
