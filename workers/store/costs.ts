/**
 * The room of what calls cost: two tables of D1. `cost_calls` has each call for a window of time, `cost_days` the sums of each day, kept
 * in the transaction of the call (count-calls.ts). A question is answered from the sums of whole days, and from single calls only where it asks for what
 * the sums do not have: parts of days, sessions, metadata. So it costs by days and groups, not by calls.
 */
import type { BesideKind, CostsOf } from "../../core/costs/call.ts";
import type { CostDimension, CostQuestion, Included } from "../../core/costs/question.ts";
import { toUsd } from "../../core/money.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { type EpochMs, toRfc3339 } from "../../core/time.ts";
import { storeCalls } from "./count-calls.ts";

const DAY_MS = 24 * 60 * 60_000;
/** How many days single calls and the sums of days are kept. */
const KEPT_DAYS = { calls: 31, sums: 400 } as const;
/** Maximum groups of one answer; the rest is one group more, whose names are null. */
const MOST_GROUPS = 5_000;
/** Rows that one sweep deletes, of each table: every five minutes, 8.6 million a day, which is 86 calls a run at 100,000 runs a day. */
const SWEEP_ROWS = 5_000;
const SWEEP_ROUNDS = 6;

/**
 * A group of calls with its sums. Names are null where a call has none: no model, no workflow, no session. A value of the metadata has its own
 * type; of an object or a list it is the JSON text.
 */
export type CostLine = {
  readonly [dimension: string]: string | number | boolean | null;
  readonly usd: number;
  readonly tokens_in: number;
  readonly tokens_out: number;
  readonly calls: number;
};

/** What a question may include beside the ledger's money (docs/costs.md). Absent: it did not. */
type Beside = {
  readonly storage_usd?: number;
  readonly people_usd?: number;
  readonly people_minutes?: number;
  readonly runs?: number;
  readonly completed?: number;
};

/** The answer: groups, the dearest first. `total`: of what was included. */
export type CostAnswer = { readonly data: readonly (CostLine & Beside)[]; readonly total_usd: number; readonly total?: Beside };

/** The question needs single calls, which are not kept for so long; `since`: from when on they are. */
export type TooOld = { readonly code: "too_old"; readonly since: EpochMs };

/** What calls cost. */
export type Costs = {
  /** Idempotent: a call that is there already stays as it is. */
  put(org: string, costs: readonly CostsOf[]): Promise<void>;
  /** `user` null: of everybody. */
  ask(org: string, user: string | null, question: CostQuestion): Promise<Result<CostAnswer, TooOld>>;
  /** Deletes what is past its time. Safe at any time, also twice at once. */
  sweep(): Promise<{ readonly calls: number; readonly days: number }>;
};

/** Over D1. */
export function defineCosts(db: D1Database, now: () => EpochMs): Costs {
  return {
    async put(org, costs) {
      const rows = costs.flatMap(({ calls, run, user, workflow, version, session, trace, metadata }) => {
        const shared = {
          run,
          user,
          workflow: workflow ?? "",
          version: version ?? 0,
          session: session ?? "",
          trace: trace ?? "",
          metadata: JSON.stringify(metadata),
        };
        return calls.map((call) => ({ ...call, ...shared, ok: call.ok ? 1 : 0 }));
      });
      await storeCalls(db, org, rows);
    },

    async ask(org, user, question) {
      const { by, include } = question;
      const since = startOfCalls(now());
      const needsCalls = by.some((dimension) => dimension === "session" || dimension.startsWith("metadata."));
      const span = needsCalls
        ? { days: null, parts: [{ from: question.from, to: question.to ?? Number.MAX_SAFE_INTEGER }] }
        : spanOf(question);
      const old = span.parts.filter(({ from }) => from < since);
      for (const part of old) if (await hasSums(db, org, part.from, Math.min(part.to, since))) return err({ code: "too_old", since });
      const { sql, bind } = selectOf(org, user, question, span);
      const { results } = await db
        .prepare(sql)
        .bind(...bind)
        .all<Row>();
      return ok(answerOf(by, include, results));
    },

    async sweep() {
      const callsBefore = startOfCalls(now());
      const daysBefore = toRfc3339(now() - KEPT_DAYS.sums * DAY_MS).slice(0, 10);
      let [deletedCalls, deletedDays] = [0, 0];
      for (let round = 0; round < SWEEP_ROUNDS; round++) {
        const [calls, days] = await db.batch([
          db
            .prepare(
              `DELETE FROM cost_calls WHERE (org, run, id) IN (SELECT calls.org, calls.run, calls.id
               FROM orgs CROSS JOIN cost_calls AS calls ON calls.org = orgs.name AND calls.at < ?1 LIMIT ?2)`,
            )
            .bind(callsBefore, SWEEP_ROWS),
          db
            .prepare(
              `DELETE FROM cost_days WHERE (org, day, user, workflow, version, kind, name) IN
             (SELECT org, day, user, workflow, version, kind, name FROM cost_days WHERE day < ?1 ORDER BY day LIMIT ?2)`,
            )
            .bind(daysBefore, SWEEP_ROWS),
        ]);
        deletedCalls += calls?.meta.changes ?? 0;
        deletedDays += days?.meta.changes ?? 0;
        if (Math.max(calls?.meta.changes ?? 0, days?.meta.changes ?? 0) < SWEEP_ROWS) break;
      }
      return { calls: deletedCalls, days: deletedDays };
    },
  };
}

type Row = Record<string, string | number | null>;
type Part = { readonly from: EpochMs; readonly to: EpochMs };
/** `days`: from this day on and before that one; `to` null: without end. */
type Span = { readonly days: { readonly from: string; readonly to: string | null } | null; readonly parts: readonly Part[] };

/** Single calls are kept from this midnight on. */
const startOfCalls = (at: EpochMs): EpochMs => (Math.floor(at / DAY_MS) - KEPT_DAYS.calls) * DAY_MS;
const dayOf = (at: EpochMs): string => toRfc3339(at).slice(0, 10);

/** Whole days come from the sums, what is before the first and after the last of them from single calls. */
function spanOf({ from, to }: Pick<CostQuestion, "from" | "to">): Span {
  const firstDay = Math.ceil(from / DAY_MS) * DAY_MS;
  if (to === null) return { days: { from: dayOf(firstDay), to: null }, parts: from < firstDay ? [{ from, to: firstDay }] : [] };
  const lastDay = Math.floor(to / DAY_MS) * DAY_MS;
  if (lastDay < firstDay) return { days: null, parts: [{ from, to }] };
  const parts = [
    { from, to: firstDay },
    { from: lastDay, to },
  ].filter((part) => part.from < part.to);
  return { days: { from: dayOf(firstDay), to: dayOf(lastDay) }, parts };
}

/** Of the days that begin in this time, some have calls. */
async function hasSums(db: D1Database, org: string, from: EpochMs, to: EpochMs): Promise<boolean> {
  const found = await db
    .prepare("SELECT 1 FROM cost_days WHERE org = ?1 AND day >= ?2 AND day < ?3 LIMIT 1")
    .bind(org, dayOf(from), dayOf(to))
    .first();
  return found !== null;
}

/** The kinds that a ledger paid for. */
const PAID = "kind IN ('llm', 'embedding', 'tool')";
/** Each sum, from the columns of a single call or of a day; `n`: how many calls the row stands for. */
const SUMS = {
  micro_usd: () => `IIF(${PAID}, micro_usd, 0)`,
  tokens_in: () => "tokens_in",
  tokens_out: () => "tokens_out",
  calls: ({ n }) => `IIF(${PAID}, ${n}, 0)`,
  storage: () => "IIF(kind = 'storage', micro_usd, 0)",
  people: () => "IIF(kind = 'people', micro_usd, 0)",
  people_ms: ({ ms }) => `IIF(kind = 'people', ${ms}, 0)`,
  runs: ({ n }) => `IIF(kind = 'storage', ${n}, 0)`,
  completed: ({ n }) => `IIF(kind = 'storage' AND name = 'completed', ${n}, 0)`,
} as const satisfies { readonly [sum: string]: (columns: { readonly n: string; readonly ms: string }) => string };
type Sum = keyof typeof SUMS;
const COLUMNS = { calls: { n: "1", ms: "ms" }, days: { n: "calls", ms: "people_ms" } } as const;
/** What each inclusion reads and shows: the kind of its rows, and its sums. */
const INCLUSIONS = {
  storage: { kind: "storage", sums: ["storage"] },
  people: { kind: "people", sums: ["people", "people_ms"] },
  runs: { kind: "storage", sums: ["runs", "completed"] },
} as const satisfies { readonly [name in Included]: { readonly kind: BesideKind; readonly sums: readonly Sum[] } };

/** The statement that answers. What is bound: the org, the user, then times and keys in their order. */
function selectOf(
  org: string,
  user: string | null,
  { by, include }: CostQuestion,
  { days, parts }: Span,
): { sql: string; bind: unknown[] } {
  const bind: unknown[] = [org, user ?? ""];
  const bound = (value: unknown): string => `?${bind.push(value)}`;
  const keys = new Map(
    by.filter((dimension) => dimension.startsWith("metadata.")).map((dimension) => [dimension, bound(pathOf(dimension))]),
  );
  const mine = user === null ? "?2 = ''" : "user = ?2";
  const kinds = [PAID, ...include.map((name) => `kind = '${INCLUSIONS[name].kind}'`)].join(" OR ");
  const columns = (isDays: boolean): string =>
    [
      ...by.map((dimension, index) => `${columnOf(dimension, isDays, keys)} AS d${index}`),
      ...Object.entries(SUMS).map(([sum, of]) => `${of(isDays ? COLUMNS.days : COLUMNS.calls)} AS ${sum}`),
    ].join(", ");
  const from = (table: string, isDays: boolean): string =>
    `SELECT ${columns(isDays)} FROM ${table} WHERE org = ?1 AND ${mine} AND (${kinds})`;
  const selects = parts.map((part) => `${from("cost_calls", false)} AND at >= ${bound(part.from)} AND at < ${bound(part.to)}`);
  if (days !== null) {
    const until = days.to === null ? "" : ` AND day < ${bound(days.to)}`;
    selects.push(`${from("cost_days", true)} AND day >= ${bound(days.from)}${until}`);
  }
  const groups = by.map((_, index) => `d${index}`);
  const sums = Object.keys(SUMS).map((sum) => `SUM(${sum}) AS ${sum}`);
  const order = ["micro_usd DESC", "storage + people DESC", "calls DESC", ...groups].join(", ");
  const grouped = groups.length === 0 ? "" : `GROUP BY ${groups.join(", ")}`;
  return { sql: `SELECT ${[...groups, ...sums].join(", ")} FROM (${selects.join(" UNION ALL ")}) ${grouped} ORDER BY ${order}`, bind };
}

/** A key of metadata as a JSON path, quoted: it may hold dots. */
const pathOf = (dimension: string): string => `$."${dimension.slice("metadata.".length).replaceAll('"', '\\"')}"`;

function columnOf(dimension: CostDimension, isDays: boolean, keys: ReadonlyMap<string, string>): string {
  switch (dimension) {
    case "workflow":
    case "user":
      return `NULLIF(${dimension}, '')`;
    case "session":
      return "NULLIF(session, '')";
    case "version":
      return "NULLIF(version, 0)";
    case "model":
      return "CASE WHEN kind IN ('llm', 'embedding') THEN name END";
    case "tool":
      return "CASE kind WHEN 'tool' THEN name END";
    case "cost_type":
      return "kind";
    case "day":
      return isDays ? "day" : "date(at / 1000, 'unixepoch')";
    default:
      return `NULLIF(metadata -> ${keys.get(dimension)}, 'null')`; // JSON text: \`true\`, \`1\` and \`"1"\` are three groups
  }
}

/** What a group is called in the answer: a value of the metadata, which is JSON text until here, as it is. */
function nameOf(dimension: CostDimension, name: string | number | null): string | number | boolean | null {
  if (!dimension.startsWith("metadata.") || typeof name !== "string") return name;
  const value: unknown = JSON.parse(name);
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : name;
}

/** Sums stay whole micro-dollars until the last: what is shown sums to the total. */
function answerOf(by: readonly CostDimension[], include: readonly Included[], rows: readonly Row[]): CostAnswer {
  const shown = rows.filter(({ calls }) => calls !== null);
  const rest = shown.slice(MOST_GROUPS);
  const over =
    (some: readonly Row[]) =>
    (sum: Sum): number =>
      some.reduce((total, row) => total + Number(row[sum]), 0);
  const line = (names: readonly (string | number | boolean | null)[], sum: (name: Sum) => number): CostLine & Beside => ({
    ...Object.fromEntries(by.map((dimension, index) => [dimension, names[index] ?? null])),
    usd: toUsd(sum("micro_usd")),
    tokens_in: sum("tokens_in"),
    tokens_out: sum("tokens_out"),
    calls: sum("calls"),
    ...besideOf(include, sum),
  });
  const lines = shown.slice(0, MOST_GROUPS).map((row) =>
    line(
      by.map((dimension, index) => nameOf(dimension, row[`d${index}`] ?? null)),
      over([row]),
    ),
  );
  const others = rest.length === 0 ? [] : [line([], over(rest))];
  const total = include.length === 0 ? {} : { total: besideOf(include, over(shown)) };
  return { data: [...lines, ...others], total_usd: toUsd(over(shown)("micro_usd")), ...total };
}

const besideOf = (include: readonly Included[], sum: (name: Sum) => number): Beside => ({
  ...(include.includes("storage") ? { storage_usd: toUsd(sum("storage")) } : {}),
  ...(include.includes("people") ? { people_usd: toUsd(sum("people")), people_minutes: Math.round(sum("people_ms") / 600) / 100 } : {}),
  ...(include.includes("runs") ? { runs: sum("runs"), completed: sum("completed") } : {}),
});
