/** The lists of what is kept and of what works, against what there is: bindings, tables, alarms, queues. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Retention, type RetentionChore, STORES } from "../../../core/keeping/stores.ts";
import { type Stop, WORK } from "../../../core/keeping/work.ts";

const ROOT = join(import.meta.dirname, "../../..");
const textOf = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const WRANGLER = textOf("wrangler.toml");
const all = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].flatMap(([, found]) => (found === undefined ? [] : [found]));

/** Per binding of a Durable Object, the text of its room. */
const ROOMS = new Map(
  all(WRANGLER, /\[\[(?:env\.containers\.)?durable_objects\.bindings\]\]\s+name = "(\w+)"/g).map((binding) => {
    const folder = join("durable-objects", binding.toLowerCase().replaceAll("_", "-"));
    return [
      binding,
      readdirSync(join(ROOT, folder))
        .map((file) => textOf(join(folder, file)))
        .join("\n"),
    ];
  }),
);
const tablesIn = (text: string): string[] => all(text, /CREATE TABLE (?:IF NOT EXISTS )?(\w+)/g);

function storesThereAre(): string[] {
  const inObjects = [...ROOMS].flatMap(([binding, text]) => {
    const shared = /\$\{OUTBOX_SCHEMA\}/.test(text) ? tablesIn(textOf("durable-objects/kit/outbox.ts")) : [];
    return [...tablesIn(text), ...shared].map((table) => `${binding}.${table}`);
  });
  const migrations = readdirSync(join(ROOT, "migrations"))
    .sort()
    .map((file) => textOf(join("migrations", file)))
    .join("\n");
  const dropped = new Set(all(migrations, /DROP TABLE (?:IF EXISTS )?(\w+)/g));
  const inD1 = tablesIn(migrations)
    .filter((table) => !dropped.has(table))
    .map((table) => `DB.${table}`);
  const others = all(WRANGLER, /^binding = "(\w+)"/gm).filter((binding) => !["DB", "VERSION", "LOADER"].includes(binding)); // the last two keep nothing
  return [...inObjects, ...inD1, ...others, ...all(WRANGLER, /dead_letter_queue = "([\w-]+)"/g)];
}

function wakesThereAre(): string[] {
  const alarms = [...ROOMS].filter(([, text]) => /override async alarm\(\)/.test(text)).map(([binding]) => `alarm:${binding}`);
  const queues = all(WRANGLER, /\[\[queues\.consumers\]\]\s+queue = "([\w-]+)"/g).map((queue) => `queue:${queue}`);
  return ["fetch", ...alarms, ...queues];
}

/** What each chore ends. */
const ENDS: { readonly [C in RetentionChore]: string } = {
  archive: "`retention_days` (30) after the run's end, when it moves to R2; earlier where D1 is larger than 6 GB",
  retention: "with its run: the days of its class, otherwise `audit_years` (7)",
  costs: "single calls 31 days, sums of days 400 days",
  audit: "pages leave D1 after 30 days, or where D1 is larger than 5 GB; R2 keeps segments for `audit_years` (7)",
  texts: "with its run; those of chats after the days of the class `internal`, otherwise `audit_years` (7)",
  idempotency: "24 hours",
  policies: "replays and analyses that became jobs: seven days after they were asked for",
  minutes: "three hours; answers of the edge as long as the alerts look back",
};
const endOf = (retention: Retention): string =>
  retention.by === "chore"
    ? ENDS[retention.chore as RetentionChore]
    : retention.by === "nothing"
      ? `stays, and grows with ${retention.grows === "one row" ? "nothing" : retention.grows}: ${retention.why}`
      : retention.why;

const places = (of: "erasure" | "retention", by: string): string[] =>
  Object.entries(STORES).flatMap(([name, store]) => (store[of].by === by ? [name] : []));

describe("what is kept", () => {
  it("is every table, bucket, namespace and queue there is, each once", () => {
    expect(Object.keys(STORES).toSorted()).toEqual([...new Set(storesThereAre())].toSorted());
    expect(storesThereAre().length).toBeGreaterThan(40);
  });

  it("names every gap in erasure and retention, so that a new one is a decision", () => {
    expect(places("erasure", "missing")).toEqual([]);
    expect(places("retention", "missing")).toEqual([]);
  });

  it("[KEEP-1] has an end, or grows with something that is not runs; docs/stores.md has each store with its end", () => {
    const [, page = ""] = textOf("docs/stores.md").split("## Every store\n");
    const listed = page.split("\n").filter((line) => line.startsWith("| `"));
    // Paste what is missing into the page.
    expect(listed).toEqual(Object.entries(STORES).map(([store, { retention }]) => `| \`${store}\` | ${endOf(retention)} |`));
    expect(listed.filter((line) => line.length < 20)).toEqual([]);
  });

  it("[RIGHTS-1] is erased by a function, run by run, or with a store that is; what stays says why", () => {
    expect(places("erasure", "function")).toEqual([
      "VAULT_KEYS",
      "MEMORY_STORE.memory",
      "SESSIONS.session",
      "DB.feedback",
      "DB.cost_days",
      "TEXTS",
      "ANSWERS",
    ]);
    expect(places("erasure", "run")).toEqual(["RUN_ENGINE.journal", "REVIEW_QUEUE.review", "VAULT.value", "DB.runs", "ARCHIVE", "VALUES"]);
    const erased = [...places("erasure", "function"), ...places("erasure", "run")];
    const together = Object.values(STORES).flatMap(({ erasure }) => (erasure.by === "with" ? [erasure.store] : []));
    expect(together.filter((store) => !erased.includes(store))).toEqual([]);
    const staying = Object.values(STORES).flatMap(({ erasure }) => (erasure.by === "nothing" ? [erasure.why] : []));
    expect(staying.filter((why) => why.length < 8)).toEqual([]);
  });
});

describe("what works", () => {
  it("is woken by every alarm and queue there is, and by nothing that is gone", () => {
    const wokenBy = Object.values(WORK).flatMap((work): readonly string[] => work.wokenBy);
    const known = new Set(wokenBy.filter((wake) => !wake.startsWith("chore:")));
    expect([...known].toSorted()).toEqual(wakesThereAre().toSorted());
  });

  it("asks the kill switch where it says so", () => {
    const stops: readonly Stop[] = Object.values(WORK).map(({ stop }) => stop);
    const files = stops.flatMap((stop) => (stop.by === "asking" ? stop.where : []));
    expect(files.filter((file) => !/\bstoppedBy\(/.test(textOf(file)))).toEqual([]);
    expect(files.length).toBeGreaterThan(3);
  });
});
