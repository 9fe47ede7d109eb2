/** Texts that belong to no run end by themselves; those of a run are for whoever deletes the run. */
import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import type { AuditRecord } from "../../../core/audit/record.ts";
import { leastId } from "../../../core/ids.ts";
import { retentionOf } from "../../../core/org/retention.ts";
import { defineTexts, sweepTexts } from "../../../workers/audit/index.ts";
import { FAR } from "../../support/far.ts";
import { seals } from "../../support/worlds/run-engine.ts";

const DAY_MS = 86_400_000;
const YEAR_MS = 365.25 * DAY_MS;
const texts = defineTexts(env.TEXTS, seals);
let org = "";
let cursor = "";
let told: AuditRecord[] = [];
let known: string[] = [];
beforeEach(() => {
  org = `texts-${crypto.randomUUID()}`;
  [cursor, told, known] = ["", [], []];
});

const idAt = (at: number) => leastId("run", at);
const keep = (run: string, subject = "ada", name = "1-1") => texts.keep({ org, subject, run }, name, [`{"sha256":"x","value":1}`]);
const left = async (subject = "ada") => texts.runsOf(org, subject, "", 100);
const sweep = (retention: Parameters<typeof retentionOf>[0] = {}, bucket: R2Bucket = env.TEXTS, lockYears = 1) =>
  sweepTexts({
    now: () => FAR,
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    bucket,
    keeping: {
      textsAfter: async () => cursor,
      setTextsAfter: async (key) => {
        cursor = key;
      },
    },
    lockYears,
    // Texts of other tests are not this one's.
    retentionOf: async (name) => ({ retention: retentionOf(name === org ? retention : { audit_years: 1e9 }), retention_days: 30 }),
    runsIn: async (_org, runs) => runs.filter((run) => known.includes(run)),
    record: async (name, record) => {
      if (name === org) told.push(record);
    },
  });

it("[RETAIN-5] ends what belongs to no run after the org's years, and leaves what a run has", async () => {
  const [old, ofRun, young] = [idAt(FAR - 7.1 * YEAR_MS), idAt(FAR - 7.2 * YEAR_MS), idAt(FAR - 6.9 * YEAR_MS)];
  known = [ofRun];
  for (const run of [old, ofRun, young]) await keep(run);
  await keep(old, "ada", "2-2");
  expect([await sweep({ audit_years: 8 }), await sweep({}, env.TEXTS, 8), told]).toEqual([0, 0, []]);
  expect(await sweep()).toBe(2);
  expect(told.map(({ event_type: type, data }) => [type, data])).toEqual([
    ["retention.applied", { class: "internal", texts: 2, calls: 1, after_years: 7 }],
  ]);
  expect(await left()).toEqual([ofRun, young]);
  expect([await sweep(), told.length]).toEqual([0, 1]);
});

it("[RETAIN-5] ends it after the days of the class `internal`, the shorter of them and `retention_days`, an hour at least", async () => {
  const [week, fortnight, minute] = [idAt(FAR - 7 * DAY_MS), idAt(FAR - 14 * DAY_MS), idAt(FAR - 60_000)];
  for (const run of [week, fortnight, minute]) await keep(run);
  expect(await sweep({ confidential: 0, restricted: 0, public: 0 })).toBe(0);
  expect([await sweep({ internal: 10 }), await left()]).toEqual([1, [week, minute]]);
  expect(told.at(-1)?.data).toEqual({ class: "internal", texts: 1, calls: 1, after_days: 10 });
  expect([await sweep({ internal: 0 }), await left()]).toEqual([1, [minute]]);
  const month = idAt(FAR - 31 * DAY_MS);
  await keep(month);
  expect([await sweep({ internal: 900 }), told.at(-1)?.data]).toEqual([1, { class: "internal", texts: 1, calls: 1, after_days: 30 }]);
});

it("[RETAIN-5] goes on where it broke off, and begins again at the end", async () => {
  const runs = Array.from({ length: 6 }, (_, index) => idAt(FAR - 8 * YEAR_MS + index));
  for (const run of runs) await keep(run);
  // A page has one object instead of a thousand, and a sweep five pages.
  const one = {
    ...env.TEXTS,
    list: (options: R2ListOptions) => env.TEXTS.list({ ...options, prefix: `v1/${org}/`, limit: 1 }),
    delete: (keys: string[]) => env.TEXTS.delete(keys),
  };
  expect([await sweep({}, one as unknown as R2Bucket), (await left()).length, cursor === ""]).toEqual([5, 1, false]);
  expect([await sweep({}, one as unknown as R2Bucket), await left(), cursor]).toEqual([1, [], ""]);
});

it("[BIND-8] lists a person's runs and calls by id, in pages, and deletes those of one", async () => {
  const runs = Array.from({ length: 5 }, (_, index) => idAt(FAR + index));
  for (const run of runs) await keep(run);
  await keep(runs[0] ?? "", "bob");
  expect(await texts.runsOf(org, "ada", "", 2)).toEqual(runs.slice(0, 2));
  expect(await texts.runsOf(org, "ada", runs[1] ?? "", 9)).toEqual(runs.slice(2));
  expect(await texts.forgetRun({ org, subject: "ada", run: runs[0] ?? "" })).toBe(1);
  expect([await left(), await left("bob")]).toEqual([runs.slice(1), runs.slice(0, 1)]);
});
