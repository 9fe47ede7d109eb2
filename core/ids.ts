/**
 * Ids: a prefix and a ULID (48 bits of time, 80 bits of chance, Crockford's base 32), so that they sort by time.
 *
 * A run's id is *sealed*: its last 32 bits are a keyed digest of the rest and of its org. An id that this deployment did not
 * make for this org is recognised without touching storage, so that looking up a made-up id creates no object.
 */
import type { EpochMs } from "./time.ts";

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A run's sealed id, `run_` and 26 characters. Only parsing and minting make one. */
export type RunId = Branded<"run">;

/** The first part of an id, which says what it names (docs/contract.md, "Names"). PERSISTED. */
export type IdPrefix =
  | "run"
  | "rev"
  | "evt"
  | "key"
  | "dl"
  | "req"
  | "kill"
  | "rec"
  | "cred"
  | "sec"
  | "sig"
  | "fb"
  | "ovr"
  | "act"
  | "imp"
  | "era"
  | "exp"
  | "job"
  | "drill"
  | "ntc"
  | "inc"
  | "col"
  | "doc"
  | "mem"
  | "con"
  | "wit";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford's base 32: no I, L, O, U
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** `random`: ten bytes. */
export function mintId<P extends IdPrefix>(prefix: P, at: EpochMs, random: Uint8Array): `${P}_${string}` {
  return `${prefix}_${ulid(at, random)}`;
}

/** True when `id` has the prefix and the form of an id; says nothing of whether it exists. */
export function hasIdForm(prefix: IdPrefix, id: string): boolean {
  return id.startsWith(`${prefix}_`) && ULID.test(id.slice(prefix.length + 1));
}

/** A keyed digest of a text, at least four bytes (HMAC-SHA-256 in the rooms). */
export type Seal = (text: string) => Uint8Array;

/** `random`: six bytes; the last four of the ten are the seal. */
export function mintSealedRunId(org: string, at: EpochMs, random: Uint8Array, seal: Seal): RunId {
  const bytes = new Uint8Array(10);
  bytes.set(random.subarray(0, 6));
  const head = ulid(at, bytes).slice(0, 19); // 48 + 47 bits: whole characters that the seal cannot change
  bytes.set(seal(`${org}/${head}`).subarray(0, 4), 6);
  return `run_${ulid(at, bytes)}` as RunId;
}

/** The run's id when this deployment minted it for this org, else null. */
export function parseSealedRunId(org: string, id: string, seal: Seal): RunId | null {
  if (!hasIdForm("run", id)) return null;
  const text = id.slice(4);
  const expected = seal(`${org}/${text.slice(0, 19)}`).subarray(0, 4);
  const actual = decodeTail(text);
  return actual.every((byte, index) => byte === expected[index]) ? (id as RunId) : null;
}

/** The instant in a ULID. */
export function idTime(id: string): EpochMs {
  const text = id.slice(id.indexOf("_") + 1);
  return [...text.slice(0, 10)].reduce((sum, character) => sum * 32 + ALPHABET.indexOf(character), 0);
}

/** The least id of this instant: every id that was minted before it sorts before it. */
export const leastId = <P extends IdPrefix>(prefix: P, at: EpochMs): `${P}_${string}` => mintId(prefix, at, new Uint8Array(10));

/** The same ULID under another prefix: what belongs to exactly one run (its dead letter) is found through the run. */
export const withPrefix = <P extends IdPrefix>(prefix: P, id: string): `${P}_${string}` => `${prefix}_${id.slice(id.indexOf("_") + 1)}`;

function ulid(at: EpochMs, random: Uint8Array): string {
  let time = "";
  for (let rest = at, index = 0; index < 10; index++) {
    time = ALPHABET[rest % 32] + time;
    rest = Math.floor(rest / 32);
  }
  return time + encodeChance(random);
}

function encodeChance(bytes: Uint8Array): string {
  let text = "";
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes.subarray(0, 10)) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(buffer >> bits) & 31];
    }
    buffer &= (1 << bits) - 1;
  }
  return text;
}

/** The last four bytes of the chance part. */
function decodeTail(text: string): Uint8Array {
  const bytes = new Uint8Array(10);
  let buffer = 0;
  let bits = 0;
  let index = 0;
  for (const character of text.slice(10)) {
    buffer = (buffer << 5) | ALPHABET.indexOf(character);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[index++] = (buffer >> bits) & 255;
      buffer &= (1 << bits) - 1;
    }
  }
  return bytes.subarray(6);
}
