/** The inventory and exports of evidence, fitted to the rooms that they read. */
import { LOG_ALARMS } from "../../core/compliance/controls.ts";
import { failedRun, incidentView, LEAD_MS } from "../../core/incident/incident.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { EpochMs } from "../../core/time.ts";
import { readTimeline, type SeenThing } from "../audit/index.ts";
import { type Compliance, defineCompliance } from "../compliance/compliance.ts";
import { defineInventory, type Inventory } from "../compliance/inventory.ts";
import type { Rooms } from "./rooms.ts";

/** A thing that runs all the time is noted this often, in ms, by an isolate. */
const NOTED_EVERY_MS = 60_000;
const MOST_REMEMBERED = 10_000;
/** Things, keys and activations in one export, at most. */
const MOST_LISTED = 1_000;
/** Alarms of the log of each type in one export, the oldest first. */
const MOST_ALARMS = 20;
const PAGE = 200;

/** Notes what ran; what this isolate noted a moment ago it leaves out. */
export function noteUseOf({ store, outside }: Rooms): (seen: readonly SeenThing[]) => Promise<void> {
  const noted = new Map<string, EpochMs>();
  return async (seen) => {
    const now = outside.now();
    const keyOf = ({ org, kind, name, version }: SeenThing): string => JSON.stringify([org, kind, name, version]);
    const fresh = seen.filter((thing) => now - (noted.get(keyOf(thing)) ?? 0) >= NOTED_EVERY_MS);
    await store.compliance.note(fresh);
    if (noted.size > MOST_REMEMBERED) noted.clear();
    for (const thing of fresh) noted.set(keyOf(thing), now);
  };
}

/** What ran. */
export const buildInventory = ({ store, models }: Rooms): Inventory =>
  defineInventory({ used: store.compliance.used, workflow: store.workflows.get, tool: store.tools.get, models });

/** Exports of evidence. */
export function buildCompliance(env: Cloudflare.Env, rooms: Rooms, inventory: Inventory): Compliance {
  const { objects, store, settings } = rooms;
  const { now, random, log } = rooms.outside;
  const host = new URL(settings.publicUrl ?? "https://bulkhead.invalid").host;
  return defineCompliance({
    now,
    random,
    log,
    bucket: env.ARCHIVE,
    store: store.compliance,
    entries: async (org, after, limit) => (await store.audit.entries(org, { after, run: null, user: null, type: null, limit })).entries,
    async alarms(org) {
      const found = await Promise.all(
        LOG_ALARMS.map((type) => store.audit.entries(org, { after: 0, run: null, user: null, type, limit: MOST_ALARMS })),
      );
      return found
        .flatMap(({ entries }) => entries)
        .map((entry) => entry as JsonObject)
        .map(({ seq, event_type, timestamp }) => ({ seq: Number(seq), type: String(event_type), at: String(timestamp) }))
        .toSorted((a, b) => a.seq - b.seq);
    },
    async proof(org, seq) {
      const proof = await objects.auditLog(org).proof(org, host, seq);
      return proof.ok ? (proof.value as unknown as Json) : null;
    },
    async checkpoint(org) {
      const note = await objects.auditLog(org).checkpoint(org, host);
      return note.ok ? note.value : null;
    },
    async oversight(org, fromAt, toAt) {
      const queue = objects.reviewQueue(org);
      const [reviewers, tallies, drills, approvers, { oversight, assisted_review }] = await Promise.all([
        queue.oversight(fromAt, toAt),
        queue.tallies(),
        objects.killSwitch().drills(org, false),
        all((cursor) => store.approvers.list(org, { limit: PAGE, cursor })),
        store.orgs.settings(org),
      ]);
      const inPeriod = drills.filter(({ at }) => Date.parse(at) >= fromAt && Date.parse(at) < toAt);
      const more = { approvers, kill_switch_drills: inPeriod, decoy_percent: oversight.decoy_percent, assisted_review };
      return { reviewers, tallies, more: JSON.parse(JSON.stringify(more)) as JsonObject };
    },
    async incidents(org, fromAt, toAt) {
      const { data } = await store.incidents.list(org, { limit: MOST_LISTED, cursor: null });
      const inPeriod = data.filter(({ openedAt, resolvedAt }) => openedAt < toAt && (resolvedAt ?? now()) >= fromAt);
      const whole = inPeriod.map(async (incident) => {
        const [from, to] = [incident.openedAt - LEAD_MS, incident.resolvedAt ?? now()];
        const timeline = incident.timeline ?? (await readTimeline(env.DB, org, from, to));
        return { ...incidentView(incident), timeline, runs: (await store.failedRuns(org, from, to, PAGE)).map(failedRun) };
      });
      return JSON.parse(JSON.stringify(await Promise.all(whole))) as Json;
    },
    async state(org) {
      const [things, keys, activations, settingsOfOrg] = await Promise.all([
        all(async (cursor) => {
          const { data, next } = await inventory(org, cursor, PAGE);
          return { data, next_cursor: next };
        }),
        all((cursor) => store.keys.list(org, { limit: PAGE, cursor })),
        all((cursor) => store.policies.activations(org, { limit: PAGE, cursor })),
        store.orgs.settings(org),
      ]);
      const { retention_days, retention } = settingsOfOrg;
      return new Map(
        Object.entries({
          "inventory.json": things,
          "access.json": keys,
          "policies.json": activations,
          "retention.json": { retention_days, retention, least_of_evidence_months: 6 },
        }).map(([name, value]): [string, Json] => [name, JSON.parse(JSON.stringify(value)) as Json]),
      );
    },
  });
}

async function all<T>(
  page: (cursor: string | null) => Promise<{ readonly data: readonly T[]; readonly next_cursor: string | null }>,
): Promise<T[]> {
  const found: T[] = [];
  for (let cursor: string | null = null; found.length < MOST_LISTED; ) {
    const { data, next_cursor } = await page(cursor);
    found.push(...data);
    if (next_cursor === null) break;
    cursor = next_cursor;
  }
  return found;
}
