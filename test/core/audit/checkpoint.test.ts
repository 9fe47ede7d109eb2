import { createHash, verify } from "node:crypto";
import { expect, it } from "vitest";
import { type Checkpoint, noteKeyId, openCheckpoint, signCheckpoint } from "../../../core/audit/checkpoint.ts";
import { testKey } from "../../support/audit-chain.ts";

const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha256").update(bytes).digest());
const keyOf = (seed: number, name = "bulkhead.example/acme") => {
  const key = testKey(seed);
  return {
    name,
    publicKey: new Uint8Array(Buffer.from(key.jwk.x, "base64url")),
    sign: key.sign,
    verify: (bytes: Uint8Array, signature: Uint8Array) => verify(null, bytes, key.publicKey, signature),
  };
};
const checkpoint: Checkpoint = { origin: "bulkhead.example/acme", size: 42, root: sha256(Uint8Array.of(1)) };
const key = keyOf(1);
const note = signCheckpoint(checkpoint, key, sha256);

it("[AUD-15] is written as C2SP signed notes are", () => {
  const root = Buffer.from(checkpoint.root).toString("base64");
  const lines = note.split("\n");
  expect(lines.slice(0, 4)).toEqual(["bulkhead.example/acme", "42", root, ""]);
  expect(lines[4]).toMatch(/^\u2014 bulkhead\.example\/acme [A-Za-z0-9+/]+=*$/);
  expect(lines.slice(5)).toEqual([""]);
  const signature = Buffer.from(lines[4]?.split(" ")[2] ?? "", "base64");
  expect(signature.length).toBe(68);
  expect([...signature.subarray(0, 4)]).toEqual([...noteKeyId(key.name, key.publicKey, sha256)]);
  expect(key.verify(Buffer.from(`bulkhead.example/acme\n42\n${root}\n`), signature.subarray(4))).toBe(true);
});

it("has the key id of the published example", () => {
  // The verifier key PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW of golang.org/x/mod/sumdb/note.
  const encoded = Buffer.from("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "base64");
  expect(Buffer.from(noteKeyId("PeterNeumann", new Uint8Array(encoded.subarray(1)), sha256)).toString("hex")).toBe("c74f20a3");
});

it("[AUD-15] opens for the key that signed it, also beside signatures of others", () => {
  expect(openCheckpoint(note, key, sha256)).toEqual(checkpoint);
  const witness = signCheckpoint(checkpoint, keyOf(2, "witness.example"), sha256).split("\n\n")[1];
  expect(openCheckpoint(note + witness, key, sha256)).toEqual(checkpoint);
  expect(openCheckpoint(note + witness, keyOf(2, "witness.example"), sha256)).toEqual(checkpoint);
});

const refused: [string, string][] = [
  ["another size", note.replace("\n42\n", "\n43\n")],
  ["a size with a zero before it", note.replace("\n42\n", "\n042\n")],
  ["another origin", note.replace("bulkhead.example/acme\n", "bulkhead.example/other\n")],
  ["no signature", note.slice(0, note.indexOf("\n\n") + 2)],
  ["another key's signature", signCheckpoint(checkpoint, keyOf(2), sha256)],
  ["another name's signature", signCheckpoint(checkpoint, keyOf(1, "other.example"), sha256)],
  ["no last line end", note.slice(0, -1)],
  ["a line more", note.replace("\n\n", "\nmore\n\n")],
  ["an empty line more", `${note}\n`],
  ["a line that is no signature", `${note}x\n`],
  ["nothing", ""],
];
it.each(refused)("[AUD-15] does not open with %s", (_name, text) => expect(openCheckpoint(text, key, sha256)).toBeNull());

it("does not open when any one of its characters was changed", () => {
  for (let index = 0; index < note.length; index++) {
    const changed = note.slice(0, index) + String.fromCharCode(note.charCodeAt(index) ^ 1) + note.slice(index + 1);
    expect(openCheckpoint(changed, key, sha256)).toBeNull();
  }
});

it.each(["", "a b", "a+b", "a\nb", "ä"])("the name %j is a bug", (name) => {
  expect(() => signCheckpoint({ ...checkpoint, origin: name }, key, sha256)).toThrow(TypeError);
  expect(() => signCheckpoint(checkpoint, keyOf(1, name), sha256)).toThrow(TypeError);
});
