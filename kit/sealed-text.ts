/**
 * Text that is sealed under the key of a run: what a run keeps once it has read something of class `restricted`
 * (docs/decisions/2026-11-30-restricted-runs-are-sealed.md). The run's key derives from the key of the person that the run is about, so it is gone with
 * it. The text says whose key opens it, and nothing else. Knows neither vault nor journal.
 *
 * PERSISTED: `sealed:1:{org}:{run}:{person}:{key id}:{base64}`, on one line. No JSON text begins like that, so a text that is not sealed is told from one that is.
 */
import { createHash, createHmac } from "node:crypto";
import { sealBytes, unsealBytes } from "./aes-gcm.ts";

/** Which run's key opens a text. `person`: SHA-256 of the subject, in hex. `keyId` tells the key from a later one of the same person. */
export type SealedBy = { readonly org: string; readonly run: string; readonly person: string; readonly keyId: string };

/** The key of one run, opened. */
export type RunKey = SealedBy & { readonly encryption: Uint8Array; readonly naming: Uint8Array };

const FORM = /^sealed:1:([a-z0-9-]+):([^:\s]+):([0-9a-f]{64}):([0-9a-f]{16}):/;

/** The key of a run from the 32 bytes that the vault gives for it. */
export function runKey(by: SealedBy, bytes: Uint8Array): RunKey {
  const derive = (purpose: string): Uint8Array =>
    new Uint8Array(createHmac("sha256", bytes).update(`bulkhead run ${purpose}\u0001`).digest());
  return { ...by, encryption: derive("texts"), naming: derive("names") };
}

/** Seals a text for its place among what the run keeps. Two seals of the same text differ. */
export function sealText(key: RunKey, place: string, text: string): string {
  const sealed = sealBytes(key.encryption, boundTo(key.run, place), Buffer.from(text));
  return `sealed:1:${key.org}:${key.run}:${key.person}:${key.keyId}:${Buffer.from(sealed).toString("base64")}`;
}

/** Whose key opens the text; null: it is not sealed. Throws when it is sealed in a form that this code does not know. */
export function sealedBy(text: string): SealedBy | null {
  if (!text.startsWith("sealed:")) return null;
  const [, org, run, person, keyId] = FORM.exec(text) ?? [];
  if (org === undefined || run === undefined || person === undefined || keyId === undefined)
    throw new SealBroken("a sealed text of a run has an unknown form");
  return { org, run, person, keyId };
}

/** Opens a sealed text. Throws when it is damaged, or was sealed under another key or for another place. */
export function openText(key: RunKey, place: string, text: string): string {
  const opened = unsealBytes(key.encryption, boundTo(key.run, place), Buffer.from(text.slice(text.lastIndexOf(":") + 1), "base64"));
  if (typeof opened === "string") throw new SealBroken("a sealed text of a run does not open under its key");
  return Buffer.from(opened).toString("utf8");
}

/** What stands for a digest in names that lie beside sealed texts: without the key nobody can tell whether a guess is right. */
export const sealedName = (key: RunKey, digest: string): string => createHmac("sha256", key.naming).update(digest).digest("hex");

/** PERSISTED: the place of texts that audit entries name by digest, under their name in R2. */
export const placeOfTexts = (name: string): string => `audit texts ${name}`;

/** The person of a subject, where their name may not stay. PERSISTED: in names of keys, in rows and in sealed texts. */
export const personOf = (subject: string): string => createHash("sha256").update(subject).digest("hex");

/** The text is damaged, or its key is not the one that it was sealed under: no retry helps, and nothing is made up in its place. */
export class SealBroken extends Error {
  override readonly name = "SealBroken";
  readonly code = "seal_broken";
}

/** The key is destroyed: the run's person is erased. */
export class SealGone extends Error {
  override readonly name = "SealGone";
  readonly code = "seal_gone";
  constructor() {
    super("the key of the run's person is destroyed: what the run kept does not open any more");
  }
}

const boundTo = (run: string, place: string): string => `${run} ${place}`;
