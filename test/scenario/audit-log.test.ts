/** The audit log over HTTP, as an auditor reads it: with nothing but the published keys, RFC 6962 and the notes. */
import { createHash, createPublicKey, verify } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { fromBase64 } from "../../core/audit/base64.ts";
import { openCheckpoint } from "../../core/audit/checkpoint.ts";
import { hexBytes } from "../../core/audit/entry.ts";
import { leafHash, verifyConsistency, verifyInclusion } from "../../core/audit/tree.ts";
import type { JsonObject } from "../../core/json.ts";
import { ADMIN, call, eventually, makeKey } from "../support/scenario/api.ts";

const ORG = "audited";
const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha256").update(bytes).digest());
const hashes = (texts: unknown) => (texts as string[]).map((text) => fromBase64(text) ?? new Uint8Array(0));
let auditor = "";
let entries: JsonObject[] = [];

const read = (path: string, key = auditor) => call("GET", path, key);
const opened = async (note: string) => {
  const keys = (await call("GET", "/.well-known/jwks.json", null)).body["keys"] as { purpose: string; x: string }[];
  const x = keys.find(({ purpose }) => purpose === "checkpoint")?.x ?? "";
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  const publicKey = new Uint8Array(Buffer.from(x, "base64url"));
  const name = note.split("\n")[0] ?? "";
  return openCheckpoint(note, { name, publicKey, verify: (bytes, signature) => verify(null, bytes, key, signature) }, sha256);
};

beforeAll(async () => {
  auditor = await makeKey(ORG, "anna", ["auditor"]);
  for (const user of ["b", "c", "d"]) await makeKey(ORG, user, ["caller"]);
  const listed = await eventually("/v1/audit/entries", auditor, ({ data }) => (data as JsonObject[]).length >= 4);
  entries = listed["data"] as JsonObject[];
});

describe("the published log", () => {
  it("[MERKLE-7] proves every entry below a checkpoint that the published key signed, and that it only grew", async () => {
    const first = await opened(String((await read("/v1/audit/checkpoint")).body["text"]));
    expect(first).toMatchObject({ origin: `bulkhead.test/audit/${ORG}`, size: entries.length });
    for (const { seq, hash } of entries as { seq: number; hash: string }[]) {
      const { body, status } = await read(`/v1/audit/proof?seq=${seq}`);
      expect(status).toBe(200);
      const checkpoint = await opened(String(body["checkpoint"]));
      const leaf = leafHash(hexBytes(hash), sha256);
      expect(hashes([body["leaf_hash"]])).toEqual([leaf]);
      const root = checkpoint?.root ?? new Uint8Array(0);
      expect(verifyInclusion(leaf, seq - 1, Number(body["size"]), hashes(body["proof"]), root, sha256)).toBe(true);
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000)); // at most one checkpoint a second
    await makeKey(ORG, "e", ["caller"]);
    await eventually("/v1/audit/entries", auditor, ({ data }) => (data as JsonObject[]).length > entries.length);
    const second = await opened(String((await read("/v1/audit/log/checkpoint")).body["text"]));
    expect(second?.size).toBe(entries.length + 1);
    const { body } = await read(`/v1/audit/consistency?from=${first?.size}&to=${second?.size}`);
    if (first === null || second === null) throw new Error("a checkpoint does not open");
    expect(verifyConsistency(first.size, first.root, second.size, second.root, hashes(body["proof"]), sha256)).toBe(true);
    expect((await read(`/v1/audit/log/tile/0/000.p/${second.size}`)).status).toBe(200);
    expect((await read(`/v1/audit/log/tile/entries/000.p/${second.size}`)).headers.get("content-type")).toBe("application/octet-stream");
  });

  it("[MERKLE-11] says why a proof cannot be given", async () => {
    const told = async (path: string) => {
      const { status, body } = await read(path);
      return `${status} ${body["code"]} ${body["detail"]} ${JSON.stringify(body["errors"] ?? [])}`;
    };
    for (const seq of ["0", "-1", "1.5", "x", "", "99999999999999999"])
      expect(await told(`/v1/audit/proof?seq=${seq}`)).toMatch(/^400 invalid_request/);
    expect(await told("/v1/audit/proof?seq=4000")).toMatch(/^404 not_found entry 4000 is beyond the end/);
    for (const range of ["from=0&to=1", "from=2&to=1", "from=1", "to=1"])
      expect(await told(`/v1/audit/consistency?${range}`)).toMatch(/^400 invalid_request/);
    expect(await told("/v1/audit/consistency?from=1&to=4000")).toMatch(/^404/);
    expect((await read("/v1/audit/consistency?from=2&to=2")).body).toEqual({ from: 2, to: 2, proof: [] });
    for (const tile of ["0/001", "9/000", "0/000.p/200", "nothing", "0/000.p/0"])
      expect(await told(`/v1/audit/log/tile/${tile}`)).toMatch(/^404/);
    const caller = await makeKey(ORG, "f", ["caller"]);
    for (const path of ["checkpoint", "log/checkpoint", "proof?seq=1", "consistency?from=1&to=1", "log/tile/0/000.p/1"])
      expect((await read(`/v1/audit/${path}`, caller)).status).toBe(403);
    expect((await call("GET", "/v1/audit/checkpoint", ADMIN, undefined, { "bulkhead-org": "never-seen" })).status).toBe(404);
  });
});
