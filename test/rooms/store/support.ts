/** The store over the real local D1, with a clock and a queue that the tests script. */
import { env } from "cloudflare:workers";
import type { AuditRecord, RecordsMessage, RunIndexRow } from "../../../core/audit/record.ts";
import { mintId } from "../../../core/ids.ts";
import type { ModelEntry } from "../../../core/model/entry.ts";
import type { TaskRoute } from "../../../core/model/task-route.ts";
import { toRfc3339 } from "../../../core/time.ts";
import type { ToolContent } from "../../../core/tool/manifest.ts";
import type { Definition } from "../../../core/workflow/definition.ts";
import { archiveIndexName, archiveIndexOf } from "../../../durable-objects/archive-index/stub.ts";
import type { ArchiveIndexOf } from "../../../workers/store/archived-lines.ts";
import type { ApiKeyRow } from "../../../workers/store/ports.ts";
import { defineStore, type Store } from "../../../workers/store/store.ts";
import { FAR } from "../../support/far.ts";

const archiveIndexes: ArchiveIndexOf = (org, month) => archiveIndexOf(env.ARCHIVE_INDEX, archiveIndexName(org, month));

export type World = { at: number; sent: RecordsMessage[]; queueDown: boolean; store: Store; db: D1Database };

export function storeWorld(db: D1Database = env.DB, archiveIndex: ArchiveIndexOf = archiveIndexes): World {
  const world: World = {
    at: FAR,
    sent: [],
    queueDown: false,
    db,
    store: defineStore({
      db,
      now: () => world.at,
      archiveIndex,
      readEntries: async () => ({ entries: [], goesOn: null }),
      personsBehind: async () => new Map(),
      send: async (message) => {
        if (world.queueDown) throw new Error("the queue is down");
        world.sent.push(message);
      },
    }),
  };
  return world;
}

/** The real database, with every use of it counted. */
export function countingDatabase() {
  const counter = { uses: 0 };
  const db = new Proxy(env.DB, {
    get(target, name) {
      if (name === "prepare" || name === "batch") counter.uses += 1;
      const value = Reflect.get(target, name) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { db, counter };
}

let minted = 0;
/** Ids in the order they are made. */
export function nextId<P extends Parameters<typeof mintId>[0]>(prefix: P) {
  minted += 1;
  const random = new Uint8Array(10);
  new DataView(random.buffer).setUint32(0, minted);
  return mintId(prefix, FAR + minted, random);
}

export const recordOf = (eventType: string, resource = "thing"): AuditRecord => ({
  event_id: nextId("evt"),
  timestamp: toRfc3339(FAR),
  trace_id: null,
  event_type: eventType,
  actor: { type: "user", id: "ann" },
  action: eventType,
  resource,
  decision: "allow",
  policy_version: null,
  risk_score: null,
  data: {},
});

export const keyOf = (org: string, over: Partial<ApiKeyRow> = {}): ApiKeyRow => {
  const id = nextId("key");
  return {
    id,
    org,
    user: "ann",
    roles: ["caller", "developer"],
    created_at: toRfc3339(FAR),
    expires_at: toRfc3339(FAR + 1000),
    allow_from: ["10.0.0.0/8"],
    for_others: true,
    last_used_at: null,
    rotated_from: null,
    chain: id,
    ends_at: null,
    last4: "abcd",
    hash: `hash-of-${id}`,
    created_by: "root",
    root: "root",
    ...over,
  };
};

export const definitionOf = (name: string, description = ""): Definition => ({
  name,
  description,
  instructions: "",
  input: true,
  output: null,
  limits: { usd: 1, tokens: 100, seconds: 60, steps: 10, confirm_over_usd: null },
  tools: [],
  on_failure: "compensate",
  on_budget: null,
  steps: { one: { kind: "transform", needs: [], when: null, on_error: null, value: 1 } },
});

export const manifestOf = (name: string, description = ""): ToolContent => ({
  name,
  description,
  effect: "read",
  kind: "http",
  http: { url: "https://tools.example/x", method: "POST", headers: {}, secret: null },
  input: true,
  output: true,
  timeout_ms: 30_000,
  idempotency: "none",
  scopes: [],
  approval: "policy",
  guarded: [],
  personal_data: {},
  sensitivity: "internal",
  allow: null,
});

export const modelOf = (id: string, quality: number | null = null): ModelEntry => ({
  id,
  base_url: null,
  secret: null,
  upstream_id: id,
  price: { input: 1, output: 2, cached_input: null },
  context: 8000,
  tasks: ["chat"],
  pii: "redacted",
  latency_ms: null,
  quality,
  pinned: false,
});

export const routeOf = (task: string, strategy: TaskRoute["strategy"] = "fallback"): TaskRoute => ({
  task,
  models: [{ id: "a/b-1" }, { id: "a/c-1", weight: 2 }],
  strategy,
});

export const lineOf = (org: string, over: Partial<RunIndexRow> = {}): RunIndexRow => {
  const id = over.id ?? nextId("run");
  const status = over.status ?? "running";
  return {
    id,
    seq: 1,
    org,
    user: "ann",
    subject: "ann",
    workflow: "refund",
    version: 1,
    status,
    summary: { id, status },
    created_at: FAR,
    ended_at: null,
    ...over,
  };
};

/** Everything in a table, as D1 holds it. */
export const rowsOf = async (db: D1Database, table: string, org: string): Promise<Record<string, unknown>[]> =>
  (await db.prepare(`SELECT * FROM ${table} WHERE org = ?`).bind(org).all()).results;
