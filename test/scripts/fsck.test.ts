/** `npm run audit:fsck` over stores that agree, and over the same with one fault each. The tree comes from the platform's own code. */
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toBase64 } from "../../core/audit/base64.ts";
import { signCheckpoint } from "../../core/audit/checkpoint.ts";
import { edgeRoot, grow } from "../../core/audit/edge.ts";
import { type AuditEntry, entryText, hexBytes } from "../../core/audit/entry.ts";
import { pagesOf } from "../../core/audit/page.ts";
import { entryBundle, leafHashes, partialTiles, tilePath } from "../../core/audit/tiles.ts";
import { Difference, fsck } from "../../scripts/audit/fsck.ts";
import type { RawLog, RawPage, RawSegment, RawStanding } from "../../scripts/audit/raw.ts";
import { auditFsck } from "../../scripts/audit-fsck.ts";
import { auditVerify } from "../../scripts/audit-verify.ts";
import { chainOf, testKey, testRecord } from "../support/audit-chain.ts";

const [key, noteKey] = [testKey(1), testKey(7)];
const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha256").update(bytes).digest());
const LENGTH = 300;
const COVERED = 290;

/** What the three places have: mutable, so that a test plants its fault. */
type Stores = {
  standing: { -readonly [K in keyof RawStanding]: RawStanding[K] };
  pages: RawPage[];
  segments: RawSegment[];
  objects: Map<string, Buffer>;
  keys: object[];
};

const noteOf = (size: number, root: Uint8Array, by = noteKey): string =>
  signCheckpoint(
    { origin: "bulkhead.example/audit/acme", size, root },
    { name: "bulkhead.example/audit/acme", publicKey: by.publicBytes, sign: by.sign },
    sha256,
  );

/** Segments of 100 and 130 entries, the first one dropped from D1; the newest checkpoint is some entries behind. */
function build(isAccounted = false): { stores: Stores; entries: AuditEntry[] } {
  const records = Array.from({ length: LENGTH }, (_, index) =>
    testRecord(index + 1, index % 9 === 8 ? { resource: "api-key/key_1", data: null } : {}),
  );
  const last = chainOf(records.slice(0, 100), key).at(-1);
  const applied = { class: "audit", after_years: 7, last_seq: 100, last_hash: last?.hash ?? "", subtrees: [toBase64(new Uint8Array(32))] };
  records[249] = testRecord(250, { event_type: "retention.applied", resource: "org/acme", data: isAccounted ? applied : null });
  const entries = chainOf(records, key);
  const objects = new Map<string, Buffer>();
  const leaves = entries.map(({ hash }) => hexBytes(hash));
  const { edge, full } = grow([], leaves.slice(0, COVERED), sha256);
  const put = (kind: "tile" | "entries", level: number, index: number, bytes: Uint8Array) => {
    const width = bytes.length / (kind === "entries" ? 34 : 32);
    objects.set(`${width === 256 ? "sealed" : "open"}/tile/${tilePath({ kind, tile: { level, index, width } })}`, Buffer.from(bytes));
  };
  for (const { level, index, hashes } of [
    ...full,
    ...partialTiles(COVERED).map((tile) => ({ ...tile, hashes: edge[tile.level] ?? new Uint8Array(0) })),
  ]) {
    put("tile", level, index, level === 0 ? leafHashes(hashes, sha256) : hashes);
    if (level === 0) put("entries", 0, index, entryBundle(hashes));
  }
  const segments: RawSegment[] = [];
  for (const [first, last] of [
    [1, 100],
    [101, 230],
  ] as const) {
    const part = entries.slice(first - 1, last);
    objects.set(
      `sealed/segment/${String(first).padStart(16, "0")}.jsonl.gz`,
      gzipSync(part.map((entry) => `${entryText(entry)}\n`).join("")),
    );
    segments.push({ first_seq: first, last_seq: last, last_hash: entries[last - 1]?.hash ?? "", trimmed: first === 1, pruned: false });
  }
  const note = noteOf(COVERED, edgeRoot(edge, sha256));
  objects.set(`sealed/checkpoint/${String(COVERED).padStart(16, "0")}`, Buffer.from(note));
  const whole = grow([], leaves, sha256).edge;
  const standing = {
    head: { seq: LENGTH, hash: entries.at(-1)?.hash ?? "", integrated_seq: LENGTH },
    tree: { size: LENGTH, root: toBase64(edgeRoot(whole, sha256)) },
    checkpoint: note,
    published: note,
  };
  const pages = [100, 200, 230].flatMap((from, index, all) => pagesOf(entries.slice(from, all[index + 1] ?? LENGTH)));
  return { stores: { standing, pages, segments, objects, keys: [key.jwk, { ...noteKey.jwk, purpose: "checkpoint" }] }, entries };
}

async function* listed<Row>(rows: readonly Row[]): AsyncGenerator<Row> {
  yield* rows;
}
const logOf = (stores: Stores): RawLog => ({
  standing: async () => stores.standing,
  pages: () => listed(stores.pages),
  segments: () => listed(stores.segments),
  object: async (name) => stores.objects.get(name) ?? null,
  keys: async () => stores.keys as never,
});
const found = (stores: Stores): Promise<string> =>
  fsck(logOf(stores), () => {}).then(
    ({ entries, tiles }) => `consistent: ${entries} entries, ${tiles} tiles`,
    (error: unknown) => (error instanceof Difference ? error.message : Promise.reject(error)),
  );

const { stores: sound, entries: chain } = build();
const fresh = (): Stores => ({
  ...structuredClone({ standing: sound.standing, pages: sound.pages, segments: sound.segments, keys: sound.keys }),
  objects: new Map(sound.objects),
});
const change = (stores: Stores, name: string, to: (bytes: Buffer) => Buffer): void => {
  const bytes = stores.objects.get(name);
  if (bytes === undefined) throw new Error(`there is no ${name}`);
  stores.objects.set(name, to(Buffer.from(bytes)));
};
const flip = (at: number) => (bytes: Buffer) => {
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
};
const page = (stores: Stores, index: number, more: (page: RawPage) => Partial<RawPage>): void => {
  const at = index < 0 ? stores.pages.length + index : index;
  const before = stores.pages[at];
  if (before !== undefined) stores.pages[at] = { ...before, ...more(before) };
};
const SECOND = "sealed/segment/0000000000000101.jsonl.gz";

const FAULTS: [string, (stores: Stores) => void, string][] = [
  [
    "a row of D1 is changed that no segment has",
    (it) => page(it, -1, ({ entries }) => ({ entries: entries.replace('"attempt":300', '"attempt":301') })),
    "D1: audit_pages, first_seq 298: entry 300: hash_mismatch",
  ],
  [
    "a row of D1 is changed that a segment has too",
    (it) => page(it, 0, ({ entries }) => ({ entries: entries.replace("allow", "deny") })),
    "D1: audit_pages, first_seq 101: entry 101 differs from that in its segment",
  ],
  [
    "a row of D1 is written otherwise",
    (it) => page(it, 0, ({ entries }) => ({ entries: entries.replace('","', '", "') })),
    "D1: audit_pages, first_seq 101: it is not written as canonical JSON, at or before entry 101",
  ],
  ["a row of D1 is under another run", (it) => page(it, 0, () => ({ run: null })), "D1: audit_pages, first_seq 101: the column `run`"],
  [
    "a row of D1 ends elsewhere",
    (it) => page(it, 0, ({ last_seq: last }) => ({ last_seq: last + 1 })),
    "D1: audit_pages, first_seq 101: the column `last_seq`",
  ],
  ["a row of D1 is missing", (it) => it.pages.splice(2, 1), "D1: audit_pages, first_seq"],
  ["the last row of D1 is missing", (it) => it.pages.pop(), "D1: audit_pages: entries from"],
  ["all rows of D1 are missing", (it) => it.pages.splice(0), "D1: audit_pages: entries from 231 on are missing"],
  ["a row of D1 is no list", (it) => page(it, 0, () => ({ entries: "{}" })), "D1: audit_pages, first_seq 101: this is not a list"],
  ["a segment is missing in R2", (it) => it.objects.delete(SECOND), `R2: ${SECOND}: the segment is missing: entries 101 to 230`],
  ["a segment is missing in D1", (it) => it.segments.shift(), "D1: audit_segments: the segment after entry 0 is missing"],
  [
    "a segment is cut off",
    (it) =>
      change(it, SECOND, () =>
        gzipSync(
          chain
            .slice(100, 200)
            .map((entry) => `${entryText(entry)}\n`)
            .join(""),
        ),
      ),
    `R2: ${SECOND}: it ends with entry 200`,
  ],
  [
    "a segment has another entry",
    (it) => change(it, SECOND, () => gzipSync(`${entryText({ ...(chain[100] as AuditEntry), action: "x" })}\n`)),
    `R2: ${SECOND}: entry 101: hash_mismatch`,
  ],
  ["a segment is no gzip", (it) => change(it, SECOND, () => Buffer.from("x")), `R2: ${SECOND}: it is not gzip`],
  [
    "a tile is changed",
    (it) => change(it, "sealed/tile/0/000", flip(1_000)),
    "R2: sealed/tile/0/000: the tile differs from these entries, at byte 1000",
  ],
  ["a bundle is changed", (it) => change(it, "sealed/tile/entries/000", flip(40)), "R2: sealed/tile/entries/000: the tile differs"],
  ["a partial tile is changed", (it) => change(it, "open/tile/1/000.p/1", flip(0)), "R2: open/tile/1/000.p/1: the tile differs"],
  ["a tile is missing", (it) => it.objects.delete("sealed/tile/0/000"), "R2: sealed/tile/0/000: the tile is missing"],
  ["a partial tile is missing", (it) => it.objects.delete("open/tile/0/001.p/34"), "R2: open/tile/0/001.p/34: the tile is missing"],
  [
    "a sealed checkpoint is missing",
    (it) => it.objects.delete("sealed/checkpoint/0000000000000290"),
    "R2: sealed/checkpoint/0000000000000290: the checkpoint is missing",
  ],
  [
    "the object is behind",
    (it) => {
      it.standing.head = { seq: 280, hash: chain[279]?.hash ?? "", integrated_seq: 280 };
      it.standing.tree = {
        size: 280,
        root: toBase64(
          edgeRoot(
            grow(
              [],
              chain.slice(0, 280).map(({ hash }) => hexBytes(hash)),
              sha256,
            ).edge,
            sha256,
          ),
        ),
      };
    },
    "object: it is behind: it has 280 entries, and R2 has a checkpoint of 290",
  ],
  [
    "the object has another head",
    (it) => {
      it.standing.head = { seq: LENGTH, hash: "0".repeat(64), integrated_seq: LENGTH };
    },
    "object: its entry 300 is another one than D1's",
  ],
  [
    "the object has another tree",
    (it) => {
      it.standing.tree = { size: LENGTH, root: toBase64(new Uint8Array(32)) };
    },
    "object: its tree over 300 entries has another root",
  ],
  [
    "the object's tree lags",
    (it) => {
      it.standing.tree = { size: 299, root: "" };
    },
    "object: its tree has 299 entries, and its chain 300",
  ],
  [
    "the object has forgotten its checkpoint",
    (it) => {
      it.standing.checkpoint = null;
    },
    "object: it knows of no checkpoint",
  ],
  [
    "R2 has lost the newest checkpoint",
    (it) => {
      it.standing.published = null;
    },
    "R2: open/checkpoint: it is missing",
  ],
  [
    "both signed a root that these entries do not have",
    (it) => {
      it.standing.published = noteOf(COVERED, new Uint8Array(32));
      it.standing.checkpoint = it.standing.published;
    },
    "R2: open/checkpoint: its root over 290 entries is not that of these entries",
  ],
  ["nobody known signed the checkpoint", (it) => it.keys.pop(), "R2: open/checkpoint: no published key of checkpoints signed it"],
  ["nobody known signed the entries", (it) => it.keys.shift(), "R2: sealed/segment/0000000000000001.jsonl.gz: entry 1: unknown_key"],
];

describe("fsck", () => {
  it("[FSCK-7] finds that object, D1 and R2 agree, also while entries are on their way into D1", async () => {
    expect(await found(fresh())).toBe("consistent: 300 entries, 5 tiles");
    const behind = fresh();
    behind.pages.pop();
    const last = behind.pages.at(-1)?.last_seq ?? 0;
    expect(last).toBeGreaterThanOrEqual(COVERED);
    behind.standing.head = { seq: LENGTH, hash: chain.at(-1)?.hash ?? "", integrated_seq: last };
    expect(await found(behind)).toBe(`consistent: ${last} entries, 5 tiles`);
  });

  it.each(FAULTS)("[FSCK-8] names the first difference: %s", async (_name, plant, expected) => {
    const stores = fresh();
    plant(stores);
    const text = await found(stores);
    expect(text.startsWith(expected), text).toBe(true);
  });

  it("[FSCK-9] takes pruned entries by their hashes when an entry accounts for them, and not otherwise", async () => {
    const pruned = fresh();
    pruned.segments = pruned.segments.map((segment) => (segment.first_seq === 1 ? { ...segment, pruned: true } : segment));
    pruned.objects.delete("sealed/segment/0000000000000001.jsonl.gz");
    expect(await found(pruned)).toBe("R2: segments up to entry 100: they are gone, and no entry says that their retention is over");
    const { stores } = build(true);
    stores.segments = stores.segments.map((segment) => (segment.first_seq === 1 ? { ...segment, pruned: true } : segment));
    stores.objects.delete("sealed/segment/0000000000000001.jsonl.gz");
    expect(await fsck(logOf(stores), () => {})).toMatchObject({ entries: 300, pruned: 100, tiles: 5 });
    change(stores, "sealed/tile/entries/000", flip(50));
    expect(await found(stores)).toBe("object: its tree over 300 entries has another root than these entries have");
  });

  it("does not call a partial tile missing that went because the log grew", async () => {
    const stores = fresh();
    stores.objects.delete("open/tile/0/001.p/34");
    let asked = 0;
    const log = logOf(stores);
    const growing: RawLog = {
      ...log,
      standing: async () => (asked++ === 0 ? stores.standing : { ...stores.standing, published: "later" }),
    };
    expect(await fsck(growing, () => {})).toMatchObject({ entries: 300, tiles: 5 });
  });
});

describe("the command", () => {
  let folder = "";
  let source = "";
  const served = fresh();
  let failures = 1;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://x");
    const after = Number(url.searchParams.get("after") ?? 0);
    const rows = (all: readonly { first_seq: number }[]) => ({ data: all.filter(({ first_seq: first }) => first > after).slice(0, 3) });
    const json = (body: object) => response.end(JSON.stringify(body));
    if (url.pathname === "/.well-known/jwks.json") return void json({ keys: served.keys });
    if (request.headers.authorization !== "Bearer t") return void response.writeHead(401).end();
    if (failures-- > 0) return void response.writeHead(429, { "retry-after": "1" }).end();
    if (url.pathname === "/v1/audit/raw") return void json(served.standing);
    if (url.pathname === "/v1/audit/raw/pages") return void json(rows(served.pages));
    if (url.pathname === "/v1/audit/raw/segments") return void json(rows(served.segments));
    const object = served.objects.get(url.searchParams.get("key") ?? "");
    return void (object === undefined ? response.writeHead(404).end() : response.end(object));
  });
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "audit-fsck-"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    source = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });
  const run = async (...args: string[]) => {
    const lines: string[] = [];
    const steps: string[] = [];
    const code = await auditFsck(args, { say: (line) => lines.push(line), progress: (line) => steps.push(line) });
    return { code, text: lines.join("\n"), steps };
  };

  it("[FSCK-10] compares a platform over HTTP, shows how far it is, keeps what it read, and compares that", async () => {
    const saved = join(folder, "saved");
    const over = await run(source, "--token", "t", "--save", saved);
    expect(over.text).toContain("CONSISTENT: 300 entries are the same in the object, in D1 and in R2");
    expect(over.text).toContain(`head 300:${chain.at(-1)?.hash}`);
    expect(over.code).toBe(0);
    expect(over.steps.length).toBeGreaterThan(1);
    expect(await run(saved)).toMatchObject({ code: 0, text: over.text });
    change(served, "sealed/tile/0/000", flip(5));
    expect(await run(source, "--token", "t")).toMatchObject({
      code: 1,
      text: "DIFFERENT: R2: sealed/tile/0/000: the tile differs from these entries, at byte 5",
    });
    expect(await run(saved)).toMatchObject({ code: 0 });
  });

  it("[FSCK-11] what it kept is for it: the verifier sends there, and does not call a sound log broken", async () => {
    const saved = join(folder, "kept");
    await run(source, "--token", "t", "--save", saved);
    const lines: string[] = [];
    const output = { say: (line: string) => lines.push(line), progress: () => {} };
    expect(await auditVerify([saved, "--keys", join(saved, "jwks.json")], output)).toBe(1);
    expect(lines).toEqual([expect.stringContaining(`npm run audit:fsck -- ${saved}`)]);
  });

  it("[FSCK-11] a key that may not read is told what a 401 and a 403 mean, and which role it takes", async () => {
    for (const status of [401, 403]) {
      const closed = createServer((_request, answer) => answer.writeHead(status).end("{}")).listen(0);
      const address = `http://localhost:${(closed.address() as AddressInfo).port}`;
      const lines: string[] = [];
      const output = { say: (line: string) => lines.push(line), progress: () => {} };
      const says = status === 401 ? /key is missing, wrong, expired or revoked.*--token/ : /role auditor or admin/;
      try {
        expect(await auditVerify([address, "--token", "t"], output)).toBe(1);
        expect(lines.join()).toMatch(says);
        expect(await run(address, "--token", "t")).toMatchObject({ code: 1, text: expect.stringMatching(says) });
      } finally {
        closed.close();
      }
    }
  });

  it("says in a line what cannot be read, and exits with 1", async () => {
    const refused = await run(source, "--token", "wrong");
    expect(refused).toMatchObject({ code: 1, text: expect.stringContaining("status 401") });
    expect(await run(join(folder, "nothing"))).toMatchObject({ code: 1, text: expect.stringContaining("cannot be read") });
    for (const args of [[], ["a", "b"], ["a", "--nothing"]])
      expect(await run(...args)).toMatchObject({ code: 1, text: expect.stringContaining("usage") });
  });
});
