import { env } from "cloudflare:workers";
import { createHash, createPublicKey, verify } from "node:crypto";
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify, SignJWT } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import type { CallContext } from "../../../core/run/calls/call.ts";
import { type CredentialBroker, defineCredentialBroker } from "../../../workers/credential-broker/credential-broker.ts";
import type { CredentialBrokerPorts, KeyRingPort } from "../../../workers/credential-broker/ports.ts";
import { FAR } from "../../support/far.ts";

const ISSUER = "https://bulkhead.example";
let now = FAR;
let epoch = 3;
let fetched: string[] = [];
const used = new Set<string>();
let broker: CredentialBroker;
let ring: KeyRingPort;

const counted = (stub: KeyRingPort): KeyRingPort => ({
  idKey: () => note("id", stub.idKey()),
  auditKey: () => note("audit", stub.auditKey()),
  checkpointKey: () => note("checkpoint", stub.checkpointKey()),
  rotation: () => note("rotation", stub.rotation()),
  credentialKey: () => note("credential", stub.credentialKey()),
  vaultKey: () => note("vault", stub.vaultKey()),
  publicKeys: () => note("public", stub.publicKeys()),
});
const note = <T>(purpose: string, answer: T): T => {
  fetched.push(purpose);
  return answer;
};

const brokerWith = (more: Partial<CredentialBrokerPorts> = {}) =>
  defineCredentialBroker({
    now: () => now,
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    keyRing: () => counted(ring),
    issuer: () => ISSUER,
    killEpoch: async () => epoch,
    firstUse: async (org, jti) => !used.has(`${org} ${jti}`) && used.add(`${org} ${jti}`).size > 0,
    ...more,
  });

beforeEach(() => {
  [now, epoch, fetched] = [FAR, 3, []];
  used.clear();
  ring = env.KEY_RING.getByName(crypto.randomUUID());
  broker = brokerWith();
});

const publicOf = ({ d: _secret, ...half }: object & { readonly d?: unknown }): object => half;

const context: CallContext = {
  org: "acme",
  run: "run_1",
  user: "alice",
  subject: "carol",
  workflow: "support-refund",
  version: 1,
  activity: "refund",
  key: "run_1/refund",
  traceId: "t",
  spanId: "s",
  killEpoch: 3,
};
const request = { context, tool: "orders.get", effect: "read", scopes: ["read:orders", "read:stock"] } as const;

describe("a credential for a tool", () => {
  it("[CRED-1] has the claims of the contract and can be checked with the published keys", async () => {
    const token = await broker.toolCredential(request);
    const keySet = createLocalJWKSet((await broker.jwks()) as unknown as JSONWebKeySet);
    const { payload, protectedHeader } = await jwtVerify(token, keySet, {
      currentDate: new Date(now),
      audience: "orders.get",
      issuer: ISSUER,
    });
    const at = Math.floor(FAR / 1000);
    expect(payload).toEqual({
      iss: ISSUER,
      aud: "orders.get",
      sub: "run_1",
      act: "alice",
      org: "acme",
      scope: "read:orders:org:acme read:stock:org:acme",
      jti: expect.stringMatching(/^cred_[0-9A-HJKMNP-TV-Z]{26}$/),
      iat: at,
      exp: at + 60,
      epoch: 3,
    });
    expect(protectedHeader.alg).toBe("EdDSA");
  });

  it("[CRED-2] lives ten seconds when the tool writes, and is never made twice", async () => {
    const tokens = await Promise.all([1, 2].map(() => broker.toolCredential({ ...request, effect: "write" })));
    const [one, two] = tokens.map((token) => decodeJwt(token));
    expect((one?.exp ?? 0) - (one?.iat ?? 0)).toBe(10);
    expect(one?.jti).not.toBe(two?.jti);
  });

  it("a scope that would become two is refused", async () => {
    await expect(broker.toolCredential({ ...request, scopes: ["read:orders write:all"] })).rejects.toThrow("scope");
    expect(decodeJwt(await broker.toolCredential({ ...request, scopes: [] }))["scope"]).toBe("");
  });
});

describe("[CRED-3] introspection", () => {
  it("says what an active credential is", async () => {
    const token = await broker.toolCredential(request);
    expect(await broker.introspect(token, "acme")).toMatchObject({
      active: true,
      sub: "run_1",
      aud: "orders.get",
      org: "acme",
      act: "alice",
      epoch: 3,
    });
  });

  type Change = { issuer?: string; typ?: string; epoch?: unknown };
  const signedBy = async (purpose: "audit" | "credential", change: Change = {}) => {
    const { kid, privateJwk } = purpose === "audit" ? await ring.auditKey() : await ring.credentialKey();
    const at = Math.floor(now / 1000);
    return new SignJWT({ act: "alice", org: "acme", scope: "", epoch: change.epoch ?? 3 })
      .setProtectedHeader({ alg: "EdDSA", kid, typ: change.typ ?? "tool-credential+jwt" })
      .setIssuer(change.issuer ?? ISSUER)
      .setAudience("orders.get")
      .setSubject("run_1")
      .setJti("cred_1")
      .setIssuedAt(at)
      .setExpirationTime(at + 60)
      .sign(await crypto.subtle.importKey("jwk", { ...privateJwk }, "Ed25519", false, ["sign"]));
  };
  it("takes what the credential key signed: the table below changes one thing each", async () => {
    expect(await broker.introspect(await signedBy("credential"), "acme")).toMatchObject({ active: true });
  });

  const flip = (token: string, part: number): string =>
    token
      .split(".")
      .map((text, index) => (index === part ? (text.startsWith("A") ? "B" : "A") + text.slice(1) : text))
      .join(".");
  const inactive: [string, () => Promise<string> | string][] = [
    ["nothing", () => ""],
    ["nonsense", () => "a.b.c"],
    ["a changed header", async () => flip(await broker.toolCredential(request), 0)],
    ["changed claims", async () => flip(await broker.toolCredential(request), 1)],
    ["a changed signature", async () => flip(await broker.toolCredential(request), 2)],
    ["no signature", async () => `${(await broker.toolCredential(request)).split(".").slice(0, 2).join(".")}.`],
    ["the audit key's signature", () => signedBy("audit")],
    ["another issuer", () => signedBy("credential", { issuer: "https://else.example" })],
    ["another kind of token", () => signedBy("credential", { typ: "at+jwt" })],
    ["an epoch that is no number", () => signedBy("credential", { epoch: "9" })],
    [
      "a credential past its time",
      async () => {
        const token = await broker.toolCredential(request);
        now += 61_000;
        return token;
      },
    ],
    [
      "a credential from before the last throw of the kill switch",
      async () => {
        const token = await broker.toolCredential(request);
        epoch = 4;
        return token;
      },
    ],
    [
      "another deployment's credential",
      () => {
        ring = env.KEY_RING.getByName(crypto.randomUUID());
        const foreign = brokerWith();
        return foreign.toolCredential(request);
      },
    ],
  ];
  it.each(inactive)("answers inactive, and nothing else, for %s", async (_name, token) => {
    await broker.jwks(); // the keys of this deployment, whatever the ring of the case becomes
    expect(await broker.introspect(await token(), "acme")).toEqual({ active: false });
  });

  it("[TOOLC-12] is active once: who shows it again replays it, and another org uses nothing up", async () => {
    const token = await broker.toolCredential(request);
    expect(await broker.introspect(token, "globex")).toEqual({ active: false });
    expect(await broker.introspect(token, "acme")).toMatchObject({ active: true });
    expect(await broker.introspect(token, "acme")).toEqual({ active: false });
    expect(await broker.introspect(token, null)).toEqual({ active: false });
    expect(await broker.introspect(await broker.toolCredential(request), null)).toMatchObject({ active: true });
  });

  it("[TOOLC-12] does not answer when earlier uses are not known", async () => {
    const blind = brokerWith({ firstUse: () => Promise.reject(new Error("out of reach")) });
    await expect(blind.introspect(await blind.toolCredential(request), "acme")).rejects.toThrow("out of reach");
  });

  it("[TOOLC-13] a key is replaced with overlap: credentials of the old one stay active until they end, new ones are signed by the new one", async () => {
    const [oldKey, newKey] = [await ring.credentialKey(), await env.KEY_RING.getByName(crypto.randomUUID()).credentialKey()];
    const published = await ring.publicKeys();
    const newPublic = {
      ...published.find((key) => key.kid === oldKey.kid),
      ...publicOf(newKey.privateJwk),
      kid: newKey.kid,
    } as (typeof published)[number];
    const before = await broker.toolCredential(request);
    // The next deployment: the ring signs with the new key and still publishes the old one.
    const after = brokerWith({
      keyRing: () => ({ ...counted(ring), credentialKey: async () => newKey, publicKeys: async () => [...published, newPublic] }),
    });
    const fresh = await after.toolCredential(request);
    expect([decodeProtectedHeader(before).kid, decodeProtectedHeader(fresh).kid]).toEqual([oldKey.kid, newKey.kid]);
    expect(await after.introspect(before, "acme")).toMatchObject({ active: true });
    expect(await after.introspect(fresh, "acme")).toMatchObject({ active: true });
    now += 61_000;
    expect(await after.introspect(await broker.toolCredential(request), "acme")).toMatchObject({ active: true });
    expect(await after.introspect(before, "acme")).toEqual({ active: false });
  });

  it("does not answer when the epoch is not known: unknown is not active", async () => {
    const blind = brokerWith({ killEpoch: () => Promise.reject(new Error("out of reach")) });
    await expect(blind.introspect(await blind.toolCredential(request), "acme")).rejects.toThrow("out of reach");
  });
});

describe("the deployment's own key", () => {
  it("[ID-1] makes run ids that it knows again, for their org only", async () => {
    const id = await broker.mintRunId("acme", FAR);
    expect(await broker.parseRunId("acme", id)).toBe(id);
    expect(await broker.parseRunId("other", id)).toBeNull();
    const last = id.endsWith("0") ? "1" : "0";
    expect(await broker.parseRunId("acme", id.slice(0, -1) + last)).toBeNull();
    expect(await broker.parseRunId("acme", "run_1")).toBeNull();
    ring = env.KEY_RING.getByName(crypto.randomUUID());
    expect(await brokerWith().parseRunId("acme", id)).toBeNull();
  });

  it("digests a text for one purpose only", async () => {
    const macs = await Promise.all((["idempotency", "user", "session"] as const).map((purpose) => broker.mac(purpose, "text")));
    expect(new Set(macs).size).toBe(3);
    for (const mac of macs) expect(mac).toMatch(/^[0-9a-f]{64}$/);
    expect(await brokerWith().mac("user", "text")).toBe(macs[1]);
    expect(await broker.mac("user", "texT")).not.toBe(macs[1]);
  });

  it("is fetched once by an instance, and again after a failure", async () => {
    await broker.mac("user", "a");
    await broker.mintRunId("acme", FAR);
    await broker.toolCredential(request);
    await broker.toolCredential(request);
    expect(fetched.sort()).toEqual(["credential", "id"]);
    let failing = true;
    const patient = brokerWith({
      keyRing: () => {
        if (failing) throw new Error("out of reach");
        return ring;
      },
    });
    await expect(patient.mac("user", "a")).rejects.toThrow("out of reach");
    failing = false;
    expect(await patient.mac("user", "a")).toBe(await broker.mac("user", "a"));
  });
});

describe("the audit signature", () => {
  it("signs synchronously under a published key", async () => {
    const { keyId, sign } = await broker.auditSigner();
    const hash = createHash("sha256").update("x").digest();
    const { keys } = (await broker.jwks()) as unknown as { keys: { kid: string; x: string; purpose: string }[] };
    const published = keys.find((key) => key.kid === keyId);
    expect(published?.purpose).toBe("audit");
    const publicKey = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: published?.x ?? "" }, format: "jwk" });
    expect(verify(null, hash, publicKey, sign(hash))).toBe(true);
  });

  it("[KEY-13] goes with the key that it replaces, and checkpoints of a log are signed beside its entries", async () => {
    const replaced = { entries: await ring.credentialKey(), checkpoints: await ring.auditKey() };
    const changing = brokerWith({ keyRing: () => ({ ...counted(ring), rotation: async () => ({ replaced }) }) });
    const signer = await changing.auditSigner();
    expect(signer.replaced).toMatchObject({ keyId: replaced.entries.kid, checkpointKeyId: replaced.checkpoints.kid });
    expect(signer.checkpointKeyId).toBe((await ring.checkpointKey()).kid);
    const hex = async (auditKeyId: string | null) => Buffer.from((await changing.noteKey(auditKeyId)).publicKey).toString("base64url");
    expect(await hex(replaced.entries.kid)).toBe(replaced.checkpoints.publicJwk.x);
    for (const other of [null, signer.keyId, "another"]) expect(await hex(other)).toBe((await ring.checkpointKey()).publicJwk.x);
  });

  it("[CRED-4] published keys have no private half", async () => {
    await broker.auditSigner();
    await broker.toolCredential(request);
    const { keys } = await broker.jwks();
    expect(keys).toHaveLength(3);
    for (const key of keys) expect(Object.keys(key as object)).not.toContain("d");
    expect(decodeProtectedHeader(await broker.toolCredential(request)).kid).toBe((await ring.credentialKey()).kid);
  });
});

describe("[SEC-1] a sealed secret", () => {
  const value = "\ufeffsk-live-Ü\u0000";
  it("opens for its org and name, and shows nothing of its value", async () => {
    const sealed = await broker.sealSecret("acme", "stripe", value);
    expect(await broker.openSecret("acme", "stripe", sealed)).toBe(value);
    expect(sealed).toMatch(/^v1\.[\w-]{16}\.[\w-]+$/);
    expect(await broker.sealSecret("acme", "stripe", value)).not.toBe(sealed);
  });

  it("opens for nobody else, and not when one character was changed", async () => {
    const sealed = await broker.sealSecret("acme", "stripe", value);
    const [version, nonce, body] = sealed.split(".") as [string, string, string];
    const others: [string, string, string][] = [
      ["acme", "other", sealed],
      ["other", "stripe", sealed],
      ['acme","x', "stripe", sealed],
      ["acme", "stripe", `${version}.${nonce}.${body.startsWith("A") ? "B" : "A"}${body.slice(1)}`],
      ["acme", "stripe", `${version}.${nonce.startsWith("A") ? "B" : "A"}${nonce.slice(1)}.${body}`],
      ["acme", "stripe", `v2.${nonce}.${body}`],
      ["acme", "stripe", `${version}.${nonce}.`],
      ["acme", "stripe", ""],
    ];
    for (const [org, name, text] of others) await expect(broker.openSecret(org, name, text)).rejects.toThrow("does not open");
    ring = env.KEY_RING.getByName(crypto.randomUUID());
    await expect(brokerWith().openSecret("acme", "stripe", sealed)).rejects.toThrow("does not open");
  });
});
