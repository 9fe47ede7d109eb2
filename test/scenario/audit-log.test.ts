/** The audit log over HTTP, as an auditor reads it: with nothing but the published keys, RFC 6962 and the notes. */
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { createHash, createPublicKey, sign, verify } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { fromBase64 } from "../../core/audit/base64.ts";
import { openCheckpoint } from "../../core/audit/checkpoint.ts";
import { hexBytes } from "../../core/audit/entry.ts";
import { leafHash, verifyConsistency, verifyInclusion } from "../../core/audit/tree.ts";
import type { JsonObject } from "../../core/json.ts";
import { fsck } from "../../scripts/audit/fsck.ts";
import type { RawLog } from "../../scripts/audit/raw.ts";
import { testKey } from "../support/audit-chain.ts";
import handler, { outside } from "../support/platform.ts";
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

/** The checkpoint, once it covers entry `seq`: at most one is signed a second. */
const covering = async (seq: unknown, key = auditor): Promise<string> =>
  String((await eventually("/v1/audit/checkpoint", key, ({ text }) => Number(String(text).split("\n")[1]) >= Number(seq)))["text"]);
/** The number of the last entry of a type, once `isThere` says that it is the one that is waited for. */
const seqOf = async (type: string, key: string, isThere: (list: JsonObject) => boolean): Promise<unknown> =>
  ((await eventually(`/v1/audit/entries?type=${type}`, key, isThere))["data"] as JsonObject[]).at(-1)?.["seq"];

beforeAll(async () => {
  auditor = await makeKey(ORG, "anna", ["auditor"]);
  for (const user of ["b", "c", "d"]) await makeKey(ORG, user, ["caller"]);
  const listed = await eventually("/v1/audit/entries", auditor, ({ data }) => (data as JsonObject[]).length >= 4);
  entries = listed["data"] as JsonObject[];
});

describe("the published log", () => {
  it("[MERKLE-7] proves every entry below a checkpoint that the published key signed, and that it only grew", async () => {
    const first = await opened(await covering(entries.length));
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
    await makeKey(ORG, "e", ["caller"]);
    await eventually("/v1/audit/entries", auditor, ({ data }) => (data as JsonObject[]).length > entries.length);
    await covering(entries.length + 1);
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

describe("witnesses", () => {
  const NAME = "witness.example/w1";
  const key = testKey(5);
  const material = Buffer.concat([Buffer.of(4), key.publicBytes]);
  const id = createHash("sha256").update(`${NAME}\n`).update(material).digest().subarray(0, 4);
  const witness = {
    name: "ours",
    url: "https://witness.example/log",
    key: `${NAME}+${Buffer.from(id).toString("hex")}+${material.toString("base64")}`,
  };
  /** What the witness was sent, and the size that it has cosigned. */
  const asked: string[] = [];
  let size = 0;
  const cosign = async (request: Request): Promise<Response> => {
    const body = await request.text();
    asked.push(`${new URL(request.url).pathname} ${body.split("\n")[0]}`);
    if (body.split("\n")[0] !== `old ${size}`)
      return new Response(`${size}\n`, { status: 409, headers: { "content-type": "text/x.tlog.size" } });
    const text = body.slice(body.indexOf("\n\n") + 2, body.lastIndexOf("\n\n") + 1);
    size = Number(text.split("\n")[1]);
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(1_800_000_000n);
    const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.alloc(32, 5)]);
    const signature = sign(null, Buffer.from(`cosignature/v1\ntime 1800000000\n${text}`), { key: pkcs8, format: "der", type: "pkcs8" });
    return new Response(`\u2014 ${NAME} ${Buffer.concat([id, time, signature]).toString("base64")}\n`);
  };

  it("[WITNESS-7] are changed by two people, and cosign from the next checkpoint on", async () => {
    const org = "witnessed";
    const [one, two] = [await makeKey(org, "ada", ["admin"]), await makeKey(org, "bob", ["admin"])];
    const put = (by: string, body: JsonObject) => call("PUT", `/v1/orgs/${org}`, by, body);
    const refused = await put(one, { witnesses: [{ ...witness, key: `${witness.key}x` }] });
    expect([refused.status, JSON.stringify(refused.body["errors"])]).toEqual([400, expect.stringContaining("/witnesses/0/key")]);
    const pending = (await put(one, { callback_hosts: ["witness.example"], witnesses: [witness] })).body;
    expect(pending).toMatchObject({ witnesses: [], witnesses_change: { witnesses: [witness], requested_by: "ada" } });
    expect((await put(one, { witnesses: [witness] })).body).toMatchObject({ witnesses: [] });
    const path = `/v1/orgs/${org}/witnesses/${(pending["witnesses_change"] as JsonObject)["id"]}/approve`;
    expect((await call("POST", path, one)).body["code"]).toBe("second_person_required");
    const seconds = await call("POST", "/v1/api-keys", one, { user: "ada-too", roles: ["admin"] });
    expect((await call("POST", path, String(seconds.body["key"]))).status).toBe(403);
    const approved = await call("POST", path, two);
    expect([approved.status, approved.body]).toEqual([200, expect.objectContaining({ witnesses: [witness], witnesses_change: null })]);
    expect((await call("POST", path, two)).status).toBe(404);
    const before = outside.fetch;
    outside.fetch = (async (input: RequestInfo | URL, init?: RequestInit) => cosign(new Request(input, init))) as typeof fetch;
    try {
      const reader = await makeKey(org, "anna", ["auditor"]);
      const changed = await seqOf("org.witnesses_changed", reader, ({ data }) => (data as JsonObject[]).length === 1);
      size = 0;
      const note = await covering(changed, reader);
      expect(note.split("\n")[5]).toMatch(/^\u2014 witness\.example\/w1 /);
      size = 1; // it has forgotten what it saw: it is asked again from there, with a proof
      await makeKey(org, "carl", ["caller"]);
      const carl = await seqOf("key.created", reader, ({ persons }) => JSON.stringify(persons).includes("carl"));
      const next = await covering(carl, reader);
      expect(next.split("\n")[5]).toMatch(/^\u2014 witness\.example\/w1 /);
      expect(asked.slice(-2)).toEqual([expect.stringMatching(/^\/log\/add-checkpoint old \d+$/), "/log/add-checkpoint old 1"]);
      await put(two, { callback_hosts: ["else.example"] });
      const times = asked.length;
      const isLater = ({ data }: JsonObject) => Number((data as JsonObject[]).at(-1)?.["seq"]) > Number(carl);
      const alone = await covering(await seqOf("org.changed", reader, isLater), reader);
      expect([alone.trimEnd().split("\n").length, asked.length]).toEqual([5, times]);
    } finally {
      outside.fetch = before;
    }
  });
});

describe("fsck over the routes", () => {
  const bytesOf = async (key: string): Promise<Buffer | null> => {
    const answer = await handler.fetch(
      new Request(`https://bulkhead.test/v1/audit/raw/object?key=${encodeURIComponent(key)}`, {
        headers: { authorization: `Bearer ${auditor}` },
      }),
      env,
      createExecutionContext(),
    );
    return answer.status === 404 ? null : Buffer.from(await answer.arrayBuffer());
  };
  async function* rows(path: string): AsyncGenerator<never> {
    for (let after: unknown = 0; after !== null; ) {
      const { body } = await read(`${path}?after=${after}`);
      yield* body["data"] as never[];
      after = body["next_cursor"] ?? null;
    }
  }
  const log: RawLog = {
    standing: async () => (await read("/v1/audit/raw")).body as never,
    pages: () => rows("/v1/audit/raw/pages"),
    segments: () => rows("/v1/audit/raw/segments"),
    object: bytesOf,
    keys: async () => (await call("GET", "/.well-known/jwks.json", null)).body["keys"] as never,
  };
  const found = () =>
    fsck(log, () => {}).then(
      ({ entries: count, tiles }) => `${count} entries, ${tiles} tiles`,
      (error: Error) => error.message,
    );

  it("[FSCK-7] [FSCK-8] object, D1 and R2 agree; a changed row and a changed tile are named", async () => {
    const { body } = await read("/v1/audit/raw");
    const { seq } = body["head"] as { seq: number };
    await covering(seq);
    expect(await found()).toBe(`${seq} entries, 2 tiles`);
    await env.DB.prepare("UPDATE audit_pages SET entries = replace(entries, 'key.created', 'key.creaked') WHERE org = ?").bind(ORG).run();
    const changed = await found();
    await env.DB.prepare("UPDATE audit_pages SET entries = replace(entries, 'key.creaked', 'key.created') WHERE org = ?").bind(ORG).run();
    expect(changed).toMatch(/^D1: audit_pages, first_seq \d+: entry \d+: hash_mismatch/);
    const place = `open/${ORG}/tile/0/000.p/${seq}`;
    const tile = Buffer.from((await (await env.AUDIT.get(place))?.arrayBuffer()) ?? []);
    const other = Buffer.from(tile);
    other[33] = (other[33] ?? 0) ^ 1;
    await env.AUDIT.put(place, other);
    expect(await found()).toBe(`R2: open/tile/0/000.p/${seq}: the tile differs from these entries, at byte 33`);
    await env.AUDIT.put(place, tile);
    expect(await found()).toBe(`${seq} entries, 2 tiles`);
    for (const key of ["sealed/../other/x", "sealed/segment/1", "elsewhere/x", "", "x".repeat(300)])
      expect([key, await status404or400(key)]).toEqual([key, true]);
  });

  const status404or400 = async (key: string) =>
    [400, 404].includes((await read(`/v1/audit/raw/object?key=${encodeURIComponent(key)}`)).status);
});
