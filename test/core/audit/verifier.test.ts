/** The verifier as its users run it: a process of its own, files, and an HTTP server that plays a deployment. */
import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signCheckpoint } from "../../../core/audit/checkpoint.ts";
import { hexBytes, link, signEntry } from "../../../core/audit/entry.ts";
import { leafHash, rootHash } from "../../../core/audit/tree.ts";
import type { Json, JsonObject } from "../../../core/json.ts";
import { auditVerify } from "../../../scripts/audit-verify.ts";
import { chainOf, sha256Hex, testChain, testKey, testRecord } from "../../support/audit-chain.ts";

const key = testKey(1);
const chain = testChain(6, key) as unknown as JsonObject[];
const headText = `6:${chain[5]?.["hash"]}`;
let folder = "";
let keysFile = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "audit-verify-"));
  keysFile = await file("keys.json", JSON.stringify({ keys: [key.jwk] }));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const entriesFile = (entries: readonly Json[]) => file(`${crypto.randomUUID()}.json`, JSON.stringify({ data: entries, next_cursor: null }));

async function run(...args: string[]): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const code = await auditVerify(args, { say: (line) => lines.push(line), progress: () => {} });
  return { code, text: lines.join("\n") };
}

const runProcess = (args: string[]): Promise<{ code: number | null; text: string }> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, ["scripts/audit-verify.ts", ...args], (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, text: stdout + stderr }),
    );
  });

describe("a file", () => {
  it("[AUD-11] runs as a process of its own: exit 0 and a verdict, exit 1 and the place", async () => {
    const good = await runProcess([await entriesFile(chain), "--keys", keysFile]);
    expect(good).toMatchObject({ code: 0, text: expect.stringContaining("VERIFIED: 6 entries") });
    expect(good.text).toContain(`key ${key.kid} signed 6`);
    expect(good.text).toContain("cut off at the end cannot be seen");
    const tampered = structuredClone(chain);
    (tampered[2] as JsonObject)["action"] = "cail";
    const bad = await runProcess([await entriesFile(tampered), "--keys", keysFile]);
    expect(bad).toMatchObject({ code: 1, text: expect.stringContaining("seq 3: hash_mismatch") });
    expect(bad.text).not.toContain("VERIFIED");
  });

  it("may be a list, JSON lines, or hold its keys beside the entries", async () => {
    const lines = chain.map((entry) => JSON.stringify(entry)).join("\n");
    for (const path of [await file("list.json", JSON.stringify(chain)), await file("a.jsonl", `${lines}\n`)])
      expect(await run(path, "--keys", keysFile)).toMatchObject({ code: 0 });
    for (const beside of [{ keys: [key.jwk] }, { jwks: { keys: [key.jwk] } }])
      expect(await run(await file("with-keys.json", JSON.stringify({ data: chain, ...beside })))).toMatchObject({ code: 0 });
    expect(await run(await file("one.jsonl", JSON.stringify(chain[0])), "--keys", keysFile)).toMatchObject({ code: 0 });
  });

  const without = (index: number) => chain.filter((_entry, position) => position !== index);
  const forger = testKey(2);
  const forged = signEntry(link(testRecord(3, { action: "x" }), 3, String(chain[1]?.["hash"]), sha256Hex), forger.kid, forger.sign);
  const table: [string, JsonObject[], string[]][] = [
    ["a deleted entry", without(2), ["seq 4: gap"]],
    ["swapped entries", [0, 2, 1, 3, 4, 5].map((index) => chain[index] as JsonObject), ["seq 3: gap", "seq 2: out_of_order"]],
    [
      "an entry signed anew by another key",
      chain.map((entry, index) => (index === 2 ? (forged as unknown as JsonObject) : entry)),
      ["seq 3: unknown_key", "seq 4: link_broken"],
    ],
    ["a part of a chain that is not called one", chain.slice(2), ["seq 3: gap"]],
  ];
  it.each(table)("[AUD-11] finds %s", async (_name, entries, expected) => {
    const { code, text } = await run(await entriesFile(entries), "--keys", keysFile);
    expect(code).toBe(1);
    expect(expected.filter((line) => !text.includes(line))).toEqual([]);
    expect(expected.length).toBeGreaterThan(0);
  });

  it("[AUD-12] a cut-off end is seen with the head that somebody noted, and only then", async () => {
    const cut = await entriesFile(chain.slice(0, 5));
    expect(await run(cut, "--keys", keysFile)).toMatchObject({ code: 0 });
    expect(await run(cut, "--keys", keysFile, "--head", headText)).toMatchObject({
      code: 1,
      text: expect.stringContaining("head_missing"),
    });
    const whole = await run(await entriesFile(chain), "--keys", keysFile, "--head", headText);
    expect(whole.code).toBe(0);
    expect(whole.text).not.toContain("cannot be seen");
  });

  it("a part of a chain is verified after the entry before it, or as a slice", async () => {
    const part = await entriesFile(chain.slice(2));
    expect(await run(part, "--keys", keysFile, "--slice")).toMatchObject({ code: 0 });
    expect(await run(part, "--keys", keysFile, "--after", `2:${chain[1]?.["hash"]}`)).toMatchObject({ code: 0 });
    expect(await run(part, "--keys", keysFile, "--after", `2:${"0".repeat(64)}`)).toMatchObject({ code: 1 });
  });

  it("a part of a chain that begins later is told how to be called one", async () => {
    const { code, text } = await run(await entriesFile(chain.slice(2)), "--keys", keysFile);
    expect(code).toBe(1);
    expect(text).toContain("give --slice");
    expect((await run(await entriesFile([...chain.slice(0, 2), ...chain.slice(3)]), "--keys", keysFile)).text).not.toContain("--slice");
  });

  it("[FSCK-11] a reader that has read enough ends neither the verification nor its exit code", async () => {
    const tampered = chain.map((entry) => ({ ...entry, action: "else" }));
    for (const [entries, code] of [
      [chain, 0],
      [tampered, 1],
    ] as const) {
      const child = spawn(process.execPath, ["scripts/audit-verify.ts", await entriesFile(entries), "--keys", keysFile]);
      child.stdout.destroy();
      let complaints = "";
      child.stderr.on("data", (text: Uint8Array) => {
        complaints += String(text);
      });
      expect(await new Promise((resolve) => child.on("close", resolve))).toBe(code);
      expect(complaints).toBe("");
    }
  });

  it("[AUD-13] a key that signs something else signs no entry", async () => {
    const credentialKeys = await file("credential.json", JSON.stringify({ keys: [{ ...key.jwk, purpose: "credential" }] }));
    expect(await run(await entriesFile(chain), "--keys", credentialKeys)).toMatchObject({
      code: 1,
      text: expect.stringContaining("unknown_key"),
    });
  });

  it.each([
    ["no argument", []],
    ["two files", ["a", "b"]],
    ["an unknown option", ["a", "--nothing"]],
    ["a head that is none", ["a", "--head", "6"]],
    ["both ways to start", ["a", "--slice", "--after", headText]],
    ["a file that is not there", ["/nowhere/entries.json", "--keys", "/nowhere/keys.json"]],
  ])("refuses %s in a line, without a stack", async (_name, args) => {
    const { code, text } = await run(...args);
    expect(code).toBe(1);
    expect(text).not.toContain("    at ");
  });

  it("an empty file, no keys, and what is no list show nothing: exit 1", async () => {
    expect(await run(await entriesFile([]), "--keys", keysFile)).toMatchObject({ code: 1, text: expect.stringContaining("NOTHING") });
    expect(await run(await entriesFile(chain))).toMatchObject({ code: 1, text: expect.stringContaining("--keys") });
    expect(await run(await file("x.json", '{"a":1}'), "--keys", keysFile)).toMatchObject({ code: 1 });
    expect(await run(await file("y.json", "x\ny"), "--keys", keysFile)).toMatchObject({
      code: 1,
      text: expect.stringContaining("not JSON"),
    });
  });
});

describe("a deployment", () => {
  const long = testChain(450, key) as unknown as JsonObject[];
  let server: Server;
  let address = "";
  let requests: string[] = [];
  let served: readonly JsonObject[] = long;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const url = new URL(request.url ?? "/", "http://localhost");
      requests.push(`${url.pathname}${url.search}`);
      const answer = (status: number, body: Json) =>
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      if (url.pathname === "/.well-known/jwks.json") return answer(200, { keys: [key.jwk] });
      if (url.pathname === "/v1/audit/checkpoint") return answer(404, {});
      if (url.pathname === "/redirect") return response.writeHead(302, { location: "/v1/audit/entries" }).end();
      if (request.headers.authorization !== "Bearer secret" || request.headers["bulkhead-org"] !== "acme") return answer(401, {});
      const after = Number(url.searchParams.get("after"));
      const limit = Number(url.searchParams.get("limit"));
      return answer(200, { data: served.filter((entry) => Number(entry["seq"]) > after).slice(0, limit), next_cursor: null });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it("is paged through, with the keys of its origin", async () => {
    requests = [];
    const result = await run(`${address}/v1/audit/entries`, "--token", "secret", "--org", "acme");
    expect(result).toMatchObject({ code: 0, text: expect.stringContaining("450 entries") });
    expect(requests).toEqual([
      "/.well-known/jwks.json",
      "/v1/audit/checkpoint",
      ...[0, 200, 400, 450].map((after) => `/v1/audit/entries?after=${after}&limit=200`),
    ]);
    expect(await run(address, "--token", "secret", "--org", "acme")).toMatchObject({ code: 0 });
    expect(await run(address, "--token", "secret", "--org", "acme", "--after", `300:${long[299]?.["hash"]}`)).toMatchObject({
      code: 0,
      text: expect.stringContaining("150 entries"),
    });
  });

  it("[AUD-11] that hides an entry is found", async () => {
    served = long.filter((entry) => entry["seq"] !== 201);
    const result = await run(address, "--token", "secret", "--org", "acme");
    served = long;
    expect(result).toMatchObject({ code: 1, text: expect.stringContaining("seq 202: gap") });
  });

  it("that refuses, redirects or does not answer verifies nothing", async () => {
    expect(await run(address, "--token", "wrong", "--org", "acme")).toMatchObject({ code: 1, text: expect.stringContaining("401") });
    expect(await run(`${address}/redirect`, "--token", "secret", "--org", "acme")).toMatchObject({
      code: 1,
      text: expect.stringContaining("does not answer"),
    });
    expect(await run("http://127.0.0.1:1/v1/audit/entries", "--keys", keysFile)).toMatchObject({ code: 1 });
  });
});

describe("a log whose oldest entries are not kept any more", () => {
  const sha = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha256").update(bytes).digest());
  const leaves = (entries: readonly JsonObject[]) => entries.map(({ hash }) => leafHash(hexBytes(String(hash)), sha));
  /** Ten entries, of which the first six go; the last of the others says so. */
  const prunedChain = (more: JsonObject = {}) => {
    const old = testChain(6, key) as unknown as JsonObject[];
    const [four, two] = [leaves(old.slice(0, 4)), leaves(old.slice(4))].map((part) => Buffer.from(rootHash(part, sha)).toString("base64"));
    const data = {
      class: "audit",
      entries: 6,
      after_years: 7,
      first_seq: 1,
      last_seq: 6,
      last_hash: old[5]?.["hash"] ?? "",
      subtrees: [four ?? "", two ?? ""],
    };
    const told = testRecord(10, { event_type: "retention.applied", data: { ...data, ...more } });
    const records = [...Array.from({ length: 9 }, (_, index) => testRecord(index + 1)), told];
    const entries = chainOf(records, key) as unknown as JsonObject[];
    const note = signCheckpoint({ origin: "log.example/audit/a", size: 10, root: rootHash(leaves(entries), sha) }, noteKeyOf(), sha);
    return { entries: entries.slice(6), note };
  };
  const noteKeyOf = () => ({ name: "log.example/audit/a", publicKey: key.publicBytes, sign: key.sign });
  const verifyIt = async ({ entries, note }: { entries: readonly JsonObject[]; note: string }, ...more: string[]) => {
    const keys = await file(
      `${crypto.randomUUID()}.json`,
      JSON.stringify({ keys: [key.jwk, { ...key.jwk, kid: "notes", purpose: "checkpoint" }] }),
    );
    return run(await entriesFile(entries), "--keys", keys, "--checkpoint", await file(`${crypto.randomUUID()}.note`, note), ...more);
  };

  it("[RETAIN-4] verifies to the checkpoint of the whole, when an entry of it accounts for them", async () => {
    const { code, text } = await verifyIt(prunedChain());
    expect([code, text]).toEqual([
      0,
      expect.stringContaining("entries 1 to 6 are not kept any more: their retention of 7 years was over, as entry 10 says"),
    ]);
  });

  it("[RETAIN-4] is broken when none does, or with another end or another tree", async () => {
    const { entries, note } = prunedChain();
    expect(await verifyIt({ entries: entries.slice(0, -1), note })).toMatchObject({ code: 1, text: expect.stringContaining("seq 7: gap") });
    for (const wrong of [{ last_hash: "0".repeat(64) }, { last_seq: 5 }, { class: "internal" }, { subtrees: ["x"] }])
      expect(await verifyIt(prunedChain(wrong))).toMatchObject({ code: 1, text: expect.stringContaining("seq 7: gap") });
    const [a = "", b = ""] = [5, 6].map((fill) => Buffer.alloc(32, fill).toString("base64"));
    expect(await verifyIt(prunedChain({ subtrees: [a, b] }))).toMatchObject({ code: 1, text: expect.stringContaining("root_differs") });
    expect(await verifyIt(prunedChain({ subtrees: [a] }))).toMatchObject({ code: 1, text: expect.stringContaining("truncated") });
    const older = {
      ...prunedChain(),
      note: signCheckpoint({ origin: "log.example/audit/a", size: 6, root: Buffer.alloc(32) }, noteKeyOf(), sha),
    };
    expect(await verifyIt(older)).toMatchObject({ code: 1, text: expect.stringContaining("pruned: it covers only") });
  });
});
