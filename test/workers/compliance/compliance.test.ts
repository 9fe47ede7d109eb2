/** Exports of evidence over scripted ports: the log is a list, the bucket a map. */
import { expect, it } from "vitest";
import type { ComplianceExport } from "../../../core/compliance/export.ts";
import type { Json } from "../../../core/json.ts";
import { type CompliancePorts, defineCompliance } from "../../../workers/compliance/compliance.ts";

const MINUTE = 60_000;
const FROM = Date.parse("2026-03-01T00:00:00Z");

const entry = (seq: number, at: number): Json => ({ seq, timestamp: new Date(at).toISOString(), event_type: "run.created", data: {} });

/** A world whose log has these entries. Its clock goes on by a second with each look at it, so that nothing works without end. */
function world(log: readonly Json[]) {
  const files = new Map<string, string>();
  const rows = new Map<string, ComplianceExport>();
  let at = FROM + 100 * 24 * 60 * MINUTE;
  const bucket = { put: async (key: string, text: string) => files.set(key, text) } as unknown as R2Bucket;
  const store = {
    create: async (one: ComplianceExport) => void rows.set(one.id, one),
    get: async (_org: string, id: string) => rows.get(id) ?? null,
    keep: async (one: ComplianceExport) => void rows.set(one.id, one),
  } as unknown as CompliancePorts["store"];
  const ports: CompliancePorts = {
    now: () => {
      at += 1_000;
      return at;
    },
    random: (bytes) => new Uint8Array(bytes),
    log: () => undefined,
    bucket,
    store,
    entries: async (_org, after, limit) => log.slice(after, after + limit),
    proof: async () => null,
    alarms: async () => [],
    checkpoint: async () => null,
    oversight: async () => ({ reviewers: [], tallies: {}, more: {} }),
    incidents: async () => [],
    state: async () => new Map(),
  };
  return { compliance: defineCompliance(ports), files };
}

it("[COMPLY-9] an export gets on where the hour before its period holds more entries than one portion reads", async () => {
  const before = Array.from({ length: 12_000 }, (_, index) => entry(index + 1, FROM - 30 * MINUTE));
  const inPeriod = Array.from({ length: 3 }, (_, index) => entry(12_001 + index, FROM + index * MINUTE));
  const { compliance, files } = world([...before, ...inPeriod]);
  const order = { id: "exp_1", org: "acme", user: "audrey", traceId: "0".repeat(32), framework: "soc2", fromAt: FROM } as const;
  const { rest } = await compliance.begin({ ...order, toAt: FROM + 60 * MINUTE });
  await rest;
  expect(await compliance.get("acme", "exp_1")).toMatchObject({ status: "completed", progress: { entries: 3, parts: 1 } });
  const lines = (files.get("compliance/acme/exp_1/entries/0001.jsonl") ?? "").trim().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual([12_001, 12_002, 12_003]);
});
