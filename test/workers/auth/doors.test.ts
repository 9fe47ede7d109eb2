/** Small doors of authentication that fail closed. */
import { expect, it } from "vitest";
import { mintApiKey } from "../../../workers/auth/api-key.ts";
import { defineAuth, type StoredKey } from "../../../workers/auth/auth.ts";
import { inRanges } from "../../../workers/auth/cidr.ts";
import { hasClientCertificate } from "../../../workers/ingress/middleware/client-certificate.ts";

it("[PERSON-5] a key whose expiry cannot be read is refused", async () => {
  const minted = await mintApiKey((bytes) => new Uint8Array(bytes));
  const authenticated = async (expires_at: string) => {
    const key: StoredKey = {
      id: "key_1",
      org: "acme",
      user: "ada",
      roles: ["caller"],
      created_at: "2030-01-01T00:00:00Z",
      created_by: null,
      chain: "key_1",
      root: "platform-admin",
      expires_at,
      revoked_at: null,
      allow_from: [],
      for_others: false,
    };
    const auth = defineAuth({
      now: () => Date.parse("2030-01-01T00:00:00Z"),
      random: (bytes) => new Uint8Array(bytes),
      adminApiKey: "",
      keyByHash: async () => key,
      sessions: { end: async () => undefined, isEnded: async () => false },
      sessionMac: async (text) => text,
      issuers: [],
      providers: { published: async () => Promise.reject(new Error("none")) },
    });
    const request = new Request("https://bulkhead.test/", { headers: { Authorization: `Bearer ${minted.key}` } });
    return (await auth.authenticate(request)) !== null;
  };
  expect(await authenticated("2030-02-01T00:00:00Z")).toBe(true);
  for (const expiry of ["soon", "", "2029-12-31T00:00:00Z"]) expect(await authenticated(expiry), expiry).toBe(false);
});

it.each([
  ["::10.0.0.1", "10.0.0.0/8", false],
  ["::a00:1", "10.0.0.0/8", false],
  ["10.0.0.1", "::/0", false],
  ["10.0.0.1", "10.0.0.0/8", true],
  ["::ffff:10.0.0.1", "10.0.0.0/8", true],
])("[PERSON-5] %s in %s: %s", (address, range, expected) => {
  expect(inRanges(address, [range])).toBe(expected);
});

it.each([
  ["SUCCESS", "0", true],
  ["SUCCESS", "1", false],
  ["NONE", "0", false],
])("[PERSON-5] a client certificate that is %s with revoked %s counts: %s", (certVerified, certRevoked, expected) => {
  const request = Object.assign(new Request("https://bulkhead.test/"), { cf: { tlsClientAuth: { certVerified, certRevoked } } });
  expect(hasClientCertificate(request)).toBe(expected);
});
