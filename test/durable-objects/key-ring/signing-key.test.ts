/** What is read as a signing key: an Ed25519 private key whose halves belong together, and nothing else. */
import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { readSigningKey } from "../../../durable-objects/key-ring/signing-key.ts";

const jwkOf = ({ privateKey }: { privateKey: { export(as: { format: "jwk" }): object } }) =>
  privateKey.export({ format: "jwk" }) as Record<string, unknown>;
const good = jwkOf(generateKeyPairSync("ed25519"));
const read = (value: unknown) => readSigningKey("audit", "AUDIT_SIGNING_KEY", typeof value === "string" ? value : JSON.stringify(value));

describe("[KEY-8] a secret that is no Ed25519 private key is refused by name and not repeated", () => {
  it("reads one that is", () => expect(read(good).publicJwk).toMatchObject({ kty: "OKP", crv: "Ed25519", x: good["x"] }));

  it.each<[string, unknown]>([
    ["a key for agreement, of the same form", jwkOf(generateKeyPairSync("x25519"))],
    ["a longer curve, of the same form", jwkOf(generateKeyPairSync("ed448"))],
    ["a key of an elliptic curve", jwkOf(generateKeyPairSync("ec", { namedCurve: "P-256" }))],
    ["the public half", { ...good, d: undefined }],
    ["the private half", { ...good, x: undefined }],
    ["halves of two keys", { ...good, x: jwkOf(generateKeyPairSync("ed25519"))["x"] }],
    ["another kind of key", { ...good, kty: "RSA" }],
    ["another curve's name", { ...good, crv: "X25519" }],
    ["a number as a half", { ...good, d: 50_000_001 }],
    ["a list", []],
    ["no JSON", "{"],
  ])("%s", (_, value) => {
    const secret = typeof value === "object" ? String((value as { d?: unknown }).d ?? "nothing") : "nothing";
    expect(() => read(value)).toThrow("secret `AUDIT_SIGNING_KEY` is not an Ed25519 private key");
    expect(() => read(value)).not.toThrow(secret);
  });
});
