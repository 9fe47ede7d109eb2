import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { generateKeyPairSync } from "node:crypto";
import { calculateJwkThumbprint } from "jose";
import { afterEach, describe, expect, it } from "vitest";
import type { KeyRing } from "../../../durable-objects/key-ring/key-ring.ts";
import { FAR } from "../../support/far.ts";
import { keyRingWorld } from "../../support/worlds/key-ring.ts";

const fresh = () => env.KEY_RING.getByName(crypto.randomUUID());
const secretJwk = () => {
  const { kty, crv, x, d } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  return { text: JSON.stringify({ kty, crv, x, d }), x: String(x), d: String(d) };
};
const VAULT_SECRET = Buffer.alloc(32, 7).toString("base64url");

/** A rejection that crosses RPC counts as unhandled in the test runtime: it is caught inside the object. */
const failure = (stub: DurableObjectStub<KeyRing>, ask: (ring: KeyRing) => Promise<unknown>): Promise<string> =>
  runInDurableObject(stub, (ring) =>
    ask(ring).then(
      () => "it answered",
      (error: Error) => error.message,
    ),
  );

afterEach(() => {
  keyRingWorld.secrets = {};
  keyRingWorld.allowPrivateHosts = true;
  keyRingWorld.now = () => FAR;
});

describe("keys that are made here", () => {
  it("[KEY-1] are made once and kept through eviction and crash", async () => {
    const ring = fresh();
    const all = async (stub: DurableObjectStub<KeyRing>) => [
      await stub.idKey(),
      await stub.auditKey(),
      await stub.credentialKey(),
      await stub.vaultKey(),
    ];
    const made = await all(ring);
    await evictDurableObject(ring);
    expect(await all(ring)).toEqual(made);
    const name = ring.name ?? "";
    await abortAllDurableObjects();
    expect(await all(env.KEY_RING.getByName(name))).toEqual(made);
  });

  it("[KEY-1] are the same for everybody who asks at the same time", async () => {
    const ring = fresh();
    const keys = await Promise.all(Array.from({ length: 10 }, () => ring.auditKey()));
    expect(new Set(keys.map((key) => key.kid)).size).toBe(1);
    expect((await ring.publicKeys()).map(({ purpose }) => purpose).toSorted()).toEqual(["audit", "checkpoint", "credential"]);
  });

  it("differ between purposes and between deployments", async () => {
    const [one, two] = [fresh(), fresh()];
    const texts = await Promise.all([one.idKey(), one.vaultKey(), two.idKey(), two.vaultKey()]);
    expect(new Set(texts.map((bytes) => Buffer.from(bytes).toString("hex"))).size).toBe(4);
    expect(texts.map((bytes) => bytes.length)).toEqual([32, 32, 32, 32]);
    const kids = [await one.auditKey(), await one.credentialKey(), await two.auditKey()].map((key) => key.kid);
    expect(new Set(kids).size).toBe(3);
  });
});

describe("[KEY-2] where private hosts are not allowed, no key is made", () => {
  const table: [string, (ring: KeyRing) => Promise<unknown>][] = [
    ["AUDIT_KEY", (ring) => ring.auditKey()],
    ["CREDENTIAL_KEY", (ring) => ring.credentialKey()],
    ["VAULT_KEY", (ring) => ring.vaultKey()],
    ["AUDIT_KEY", (ring) => ring.publicKeys()],
  ];
  it.each(table)("%s", async (secret, ask) => {
    keyRingWorld.allowPrivateHosts = false;
    const ring = fresh();
    expect(await failure(ring, ask)).toBe(`secret \`${secret}\` is not set, and keys are made only with \`ALLOW_PRIVATE_HOSTS=1\``);
    const rows = await runInDurableObject(ring, (_ring, ctx) => [
      ...ctx.storage.sql.exec("SELECT kid FROM signing_keys").toArray(),
      ...ctx.storage.sql.exec("SELECT purpose FROM symmetric_keys").toArray(),
    ]);
    expect(rows).toEqual([]);
  });

  it("and one that was made before is not used either; the id key needs no secret", async () => {
    const ring = fresh();
    await ring.auditKey();
    await ring.vaultKey();
    keyRingWorld.allowPrivateHosts = false;
    expect(await failure(ring, (keys) => keys.auditKey())).toContain("`AUDIT_KEY` is not set");
    expect(await failure(ring, (keys) => keys.vaultKey())).toContain("`VAULT_KEY` is not set");
    expect((await ring.idKey()).length).toBe(32);
  });
});

describe("secrets", () => {
  it("[KEY-3] come first, and their private halves are not stored", async () => {
    const [audit, credential] = [secretJwk(), secretJwk()];
    keyRingWorld.secrets = { AUDIT_KEY: audit.text, CREDENTIAL_KEY: credential.text, VAULT_KEY: VAULT_SECRET };
    keyRingWorld.allowPrivateHosts = false;
    const ring = fresh();
    expect((await ring.auditKey()).privateJwk.d).toBe(audit.d);
    expect((await ring.credentialKey()).privateJwk.d).toBe(credential.d);
    expect([...(await ring.vaultKey())]).toEqual(Array(32).fill(7));
    const stored = await runInDurableObject(ring, (_ring, ctx) =>
      JSON.stringify([
        ctx.storage.sql.exec("SELECT * FROM signing_keys").toArray(),
        ctx.storage.sql.exec("SELECT * FROM symmetric_keys").toArray(),
      ]),
    );
    expect(stored).toContain(audit.x);
    for (const secret of [audit.d, credential.d, VAULT_SECRET]) expect(stored).not.toContain(secret);
  });

  it("[KEY-4] a key that is replaced stays published, signs no more, and loses its private half", async () => {
    const ring = fresh();
    const made = await ring.auditKey();
    const [first, second] = [secretJwk(), secretJwk()];
    for (const secret of [first, second]) {
      keyRingWorld.secrets = { AUDIT_KEY: secret.text };
      expect((await ring.auditKey()).privateJwk.x).toBe(secret.x);
    }
    const published = await ring.publicKeys();
    expect(published.filter((key) => key.purpose === "audit").map((key) => key.x)).toEqual(
      expect.arrayContaining([made.publicJwk.x, first.x, second.x]),
    );
    const kept = await runInDurableObject(ring, (_ring, ctx) =>
      ctx.storage.sql.exec("SELECT kid FROM signing_keys WHERE purpose = 'audit' AND private_jwk IS NOT NULL").toArray(),
    );
    expect(kept).toEqual([]);
    keyRingWorld.secrets = { AUDIT_KEY: first.text };
    expect((await ring.auditKey()).privateJwk.x).toBe(first.x);
    const ofEntries = (keys: readonly { readonly purpose: string }[]) => keys.filter(({ purpose }) => purpose === "audit").length;
    expect(ofEntries(await ring.publicKeys())).toBe(ofEntries(published));
  });

  it("[KEY-13] a replaced audit key signs its own retirement until every log has it: as a secret, or where it was made here", async () => {
    const ring = fresh();
    const made = await ring.auditKey();
    expect(await ring.rotation()).toBeNull();
    const [one, two] = [secretJwk(), secretJwk()];
    keyRingWorld.secrets = { AUDIT_KEY: one.text };
    const { kid } = await ring.auditKey();
    expect(await ring.rotation()).toMatchObject({ kid, retired: made.kid, reached: null, replaced: { entries: { kid: made.kid } } });
    await ring.rotationReached(kid, "acme");
    expect((await ring.rotation())?.reached).toBe("acme");
    await ring.rotationReached(kid, null);
    expect(await ring.rotation()).toBeNull();
    const kept = () =>
      runInDurableObject(ring, (_ring, ctx) =>
        ctx.storage.sql.exec("SELECT kid FROM signing_keys WHERE purpose = 'audit' AND private_jwk IS NOT NULL").toArray(),
      );
    expect(await kept()).toEqual([]);
    keyRingWorld.secrets = { AUDIT_KEY: two.text, AUDIT_KEY_PREVIOUS: one.text };
    expect((await ring.rotation())?.replaced.entries.privateJwk.d).toBe(one.d);
    expect(await kept()).toEqual([]);
    keyRingWorld.secrets = { AUDIT_KEY: two.text };
    expect(await ring.rotation()).toBeNull();
    keyRingWorld.secrets = { AUDIT_KEY: two.text, AUDIT_KEY_PREVIOUS: secretJwk().text };
    expect(await failure(ring, (keys) => keys.rotation())).toBe("secret `AUDIT_KEY_PREVIOUS` is not the key that `AUDIT_KEY` replaced");
  });

  it("[KEY-9] the key of checkpoints follows from that of entries, is another one, and is replaced and published with it", async () => {
    const ring = fresh();
    const [first, second] = [secretJwk(), secretJwk()];
    keyRingWorld.secrets = { AUDIT_KEY: first.text };
    const one = await ring.checkpointKey();
    expect(one.privateJwk.x).not.toBe(first.x);
    expect(await fresh().checkpointKey()).toEqual(one);
    keyRingWorld.secrets = { AUDIT_KEY: second.text };
    const two = await ring.checkpointKey();
    expect(two.kid).not.toBe(one.kid);
    const published = (await ring.publicKeys()).filter(({ purpose }) => purpose === "checkpoint").map(({ kid }) => kid);
    expect(published.toSorted()).toEqual([one.kid, two.kid].toSorted());
  });

  it("[KEY-5] public keys are public halves with RFC 7638 thumbprints as ids", async () => {
    const published = await fresh().publicKeys();
    expect(published.map((key) => key.purpose).sort()).toEqual(["audit", "checkpoint", "credential"]);
    for (const key of published) {
      expect(Object.keys(key).sort()).toEqual(["alg", "crv", "kid", "kty", "purpose", "use", "x"]);
      expect(key.kid).toBe(await calculateJwkThumbprint({ ...key }, "sha256"));
    }
  });

  it("[KEY-6] another VAULT_KEY than the one the data lies under is an error, and so is its absence", async () => {
    const ring = fresh();
    keyRingWorld.secrets = { VAULT_KEY: VAULT_SECRET };
    await ring.vaultKey();
    keyRingWorld.secrets = { VAULT_KEY: Buffer.alloc(32, 8).toString("base64url") };
    expect(await failure(ring, (keys) => keys.vaultKey())).toContain("is not the key that the stored data lies under");
    keyRingWorld.secrets = {};
    expect(await failure(ring, (keys) => keys.vaultKey())).toContain("is gone");
    keyRingWorld.secrets = { VAULT_KEY: VAULT_SECRET };
    expect((await ring.vaultKey()).length).toBe(32);
  });

  it("[KEY-7] one key for two purposes is refused", async () => {
    const { text } = secretJwk();
    keyRingWorld.secrets = { AUDIT_KEY: text, CREDENTIAL_KEY: text };
    const ring = fresh();
    await ring.auditKey();
    expect(await failure(ring, (keys) => keys.credentialKey())).toContain("are the same key");
  });

  const good = secretJwk();
  const broken: [string, string][] = [
    ["no JSON", "nonsense"],
    ["null", "null"],
    ["a public key", JSON.stringify({ kty: "OKP", crv: "Ed25519", x: good.x })],
    ["another curve", JSON.stringify({ kty: "OKP", crv: "X25519", x: good.x, d: good.d })],
    ["halves of two keys", JSON.stringify({ kty: "OKP", crv: "Ed25519", x: secretJwk().x, d: good.d })],
    ["a short key", JSON.stringify({ kty: "OKP", crv: "Ed25519", x: good.x, d: good.d.slice(0, 20) })],
    ["nothing", ""],
  ];
  it.each(broken)("[KEY-8] %s is refused as a signing key, and not repeated in the error", async (_name, text) => {
    keyRingWorld.secrets = { AUDIT_KEY: text };
    expect(await failure(fresh(), (keys) => keys.auditKey())).toBe(
      "secret `AUDIT_KEY` is not an Ed25519 private key as a JWK (kty OKP, crv Ed25519, x, d)",
    );
  });

  it.each(["", "short", `${VAULT_SECRET}=`, Buffer.alloc(33).toString("base64url"), Buffer.alloc(32, 255).toString("base64")])(
    "[KEY-8] %j is refused as VAULT_KEY",
    async (text) => {
      keyRingWorld.secrets = { VAULT_KEY: text };
      expect(await failure(fresh(), (keys) => keys.vaultKey())).toBe("secret `VAULT_KEY` is not 32 bytes in base64url");
    },
  );
});
