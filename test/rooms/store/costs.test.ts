import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { CostCall, CostsOf } from "../../../core/costs/call.ts";
import { readCostQuestion } from "../../../core/costs/question.ts";
import { defineCosts } from "../../../workers/store/costs.ts";

const DAY = 24 * 60 * 60_000;
const NOW = Date.UTC(2026, 10, 30, 12);
const costs = defineCosts(env.DB, () => NOW);
const newOrg = () => `costs-${crypto.randomUUID()}`;
let n = 0;
const call = (change: Partial<CostCall> = {}): CostCall => ({
  ...{ id: String(++n), at: NOW, kind: "llm", name: "acme/big-1", ok: true, micro_usd: 100, tokens_in: 10, tokens_out: 5 },
  ...change,
});
const of = (calls: readonly CostCall[], change: Partial<CostsOf> = {}): CostsOf => ({
  ...{ run: `run_${++n}`, user: "u1", workflow: "refund", version: 2, session: null, metadata: {} },
  calls,
  ...change,
});
async function ask(org: string, by: string, times: { from?: number; to?: number; include?: string } = {}, user: string | null = null) {
  const question = readCostQuestion({ by, ...times }, NOW);
  if (!question.ok) throw new Error("the question is invalid");
  const answer = await costs.ask(org, user, question.value);
  if (!answer.ok) throw new Error(answer.error.code);
  return answer.value;
}

describe("what calls cost", () => {
  it("[COSTS-1] counts a call once, however often its message comes, and never loses a micro-dollar", async () => {
    const org = newOrg();
    const all = Array.from({ length: 40 }, (_, run) =>
      of(
        Array.from({ length: 25 }, (_, index) =>
          call({ micro_usd: (run * 7919 + index * 104_729) % 1_000_003, at: NOW - ((run * 37) % 29) * DAY }),
        ),
      ),
    );
    await Promise.all([costs.put(org, all), costs.put(org, all.slice(10)), costs.put(org, all.slice(0, 30))]);
    const micros = all.flatMap(({ calls }) => calls).reduce((sum, { micro_usd }) => sum + micro_usd, 0);
    for (const by of ["day", "workflow,version,model", "session", ""]) {
      const { data, total_usd } = await ask(org, by);
      expect(Math.round(total_usd * 1e6), by).toBe(micros);
      expect(
        data.reduce((sum, { usd }) => sum + Math.round(usd * 1e6), 0),
        by,
      ).toBe(micros);
      expect(
        data.reduce((sum, line) => sum + line.calls, 0),
        by,
      ).toBe(1_000);
    }
  });

  it("[COSTS-2] breaks sums down by every dimension, with null for what a call has not, the dearest first", async () => {
    const org = newOrg();
    await costs.put(org, [
      of([call({ micro_usd: 5_000 }), call({ kind: "tool", name: "shop.get", micro_usd: 30, tokens_in: 0, tokens_out: 0 })], {
        session: "s1",
        metadata: { team: "a.b", 'od"d': 3 },
      }),
      of([call({ kind: "embedding", name: "acme/vec-1", micro_usd: 7, tokens_out: 0 })], { user: "u2", workflow: null, version: null }),
    ]);
    expect((await ask(org, "workflow,version")).data).toEqual([
      { workflow: "refund", version: 2, usd: 0.00503, tokens_in: 10, tokens_out: 5, calls: 2 },
      { workflow: null, version: null, usd: 0.000007, tokens_in: 10, tokens_out: 0, calls: 1 },
    ]);
    const pairs = async (by: string) => (await ask(org, by)).data.map((line) => [...by.split(",").map((name) => line[name]), line.usd]);
    expect(await pairs("model,tool")).toEqual([
      ["acme/big-1", null, 0.005],
      [null, "shop.get", 0.00003],
      ["acme/vec-1", null, 0.000007],
    ]);
    expect(await pairs("user,day")).toEqual([
      ["u1", "2026-11-30", 0.00503],
      ["u2", "2026-11-30", 0.000007],
    ]);
    expect(await pairs("session,metadata.team")).toEqual([
      ["s1", "a.b", 0.00503],
      [null, null, 0.000007],
    ]);
    expect(await pairs('metadata.od"d')).toEqual([
      [3, 0.00503],
      [null, 0.000007],
    ]);
    const every = ["workflow", "version", "model", "tool", "user", "session", "day", "cost_type", "metadata.team"];
    expect((await pairs(every.join(",")))[0]).toEqual(["refund", 2, "acme/big-1", null, "u1", "s1", "2026-11-30", "llm", "a.b", 0.005]);
    expect(await ask(org, "user", {}, "u2")).toMatchObject({ data: [{ user: "u2" }], total_usd: 0.000007 });
    expect(await ask(newOrg(), "workflow")).toEqual({ data: [], total_usd: 0 });
  });

  it("[COSTS-15] keeps values of the metadata apart by their JSON type: true, 1 and the text 1 are three groups", async () => {
    const org = newOrg();
    const values = [true, false, 1, 0, 1.5, "1", "true", "", 'a"b', { a: 1 }, [1], null];
    await costs.put(
      org,
      values.map((b, index) => of([call({ id: `c${index}`, micro_usd: 100 - index })], { run: `run_${index}`, metadata: { b } })),
    );
    await costs.put(org, [of([call({ id: "none", micro_usd: 500 })], { run: "run_none", metadata: {} })]);
    const shown = (await ask(org, "metadata.b")).data.map((line) => [line["metadata.b"], Math.round(line.usd * 1e6)]);
    const apart = values.slice(0, -1).map((value, index) => [typeof value === "object" ? JSON.stringify(value) : value, 100 - index]);
    expect(shown).toEqual([...apart, [null, 589]].toSorted((a, b) => Number(b[1]) - Number(a[1])));
  });

  it("[COSTS-3] draws both ends of a time to the millisecond, from sums of whole days and single calls alike", async () => {
    const org = newOrg();
    const midnight = Date.UTC(2026, 10, 28);
    const times = [midnight - 1, midnight, midnight + 5_000, midnight + DAY - 1, midnight + DAY, midnight + DAY + 3_000];
    await costs.put(org, [of(times.map((at, index) => call({ at, micro_usd: 10 ** index })))]);
    const sum = async (from: number, to?: number, by = "day") =>
      Math.round((await ask(org, by, { from, ...(to === undefined ? {} : { to }) })).total_usd * 1e6);
    for (const by of ["day", "session"]) {
      expect(await sum(midnight, midnight + DAY, by), by).toBe(1_110);
      expect(await sum(midnight - 1, midnight + DAY + 1, by), by).toBe(11_111);
      expect(await sum(midnight + 1, midnight + 5_001, by), by).toBe(100);
      expect(await sum(midnight + 5_001, undefined, by), by).toBe(111_000);
      expect(await sum(midnight + 5_000, midnight + 5_000, by), by).toBe(0);
    }
  });

  it("[COSTS-12] writes one row of sums for each group of a batch, counts a call that comes twice in it once, and keeps the trace of the last", async () => {
    const org = newOrg();
    const calls = Array.from({ length: 20 }, (_, index) => call({ at: NOW - index, ms: 40, id: `c${index}` }));
    const first = of([...calls, ...calls.slice(0, 5)], { trace: "trace-a" });
    await costs.put(org, [
      first,
      of([call({ at: NOW - 9, ms: 40 }), call({ ok: false, code: "timeout", at: NOW - 50, ms: 40 })], { trace: "trace-b" }),
    ]);
    await costs.put(org, [first]);
    const read = async (text: string) => (await env.DB.prepare(text).bind(org).all()).results;
    expect(await read("SELECT sort, n FROM metric_sums WHERE org = ? ORDER BY series, sort")).toEqual([
      { sort: "llm:error:timeout", n: 1 },
      { sort: "llm:success", n: 21 },
      { sort: "llm", n: 2_200 },
      { sort: "input", n: 220 },
      { sort: "output", n: 110 },
    ]);
    expect(await read("SELECT series, n, trace, traced_at FROM metric_buckets WHERE org = ?")).toEqual([
      { series: "call_s", n: 22, trace: "trace-a", traced_at: NOW },
    ]);
    expect(await read("SELECT calls, micro_usd FROM cost_days WHERE org = ?")).toEqual([{ calls: 22, micro_usd: 2_200 }]);
  });

  it("[COSTS-13] counts a call that an older release stores while a deploy is under way", async () => {
    const org = newOrg();
    await env.DB.prepare(
      `INSERT INTO cost_calls (org, run, id, at, kind, name, ok, workflow, version, user, session, metadata, micro_usd, tokens_in, tokens_out)
       VALUES (?, 'run_1', '1', ?, 'llm', 'acme/big-1', 1, 'refund', 2, 'u1', '', '{}', 70, 10, 5)`,
    )
      .bind(org, NOW)
      .run();
    expect((await ask(org, "day")).data).toEqual([{ day: "2026-11-30", usd: 0.00007, tokens_in: 10, tokens_out: 5, calls: 1 }]);
    const { results } = await env.DB.prepare("SELECT SUM(n) AS n FROM metric_sums WHERE org = ? AND series = 'calls'").bind(org).all();
    expect(results).toEqual([{ n: 1 }]);
  });

  it("[COSTS-4] forgets single calls after a month, keeps the sums of their days, and says so where they would be needed", async () => {
    const org = newOrg();
    const old = NOW - 40 * DAY;
    await env.DB.prepare("INSERT INTO orgs (name, created_at) VALUES (?, ?)").bind(org, old).run();
    await costs.put(org, [of([call({ at: old, micro_usd: 3 }), call({ at: NOW - 1_000, micro_usd: 4 })])]);
    const swept = await costs.sweep();
    expect(swept.calls).toBeGreaterThanOrEqual(1);
    const { results } = await env.DB.prepare("SELECT micro_usd FROM cost_calls WHERE org = ?").bind(org).all();
    expect(results).toEqual([{ micro_usd: 4 }]);
    expect((await ask(org, "day", { from: old - (old % DAY) })).total_usd).toBe(0.000007);
    await expect(ask(org, "session", { from: old })).rejects.toThrow("too_old");
    await expect(ask(org, "day", { from: old })).rejects.toThrow("too_old");
    expect((await ask(newOrg(), "session", { from: old })).data).toEqual([]);
    await env.DB.prepare("UPDATE cost_days SET day = '2025-01-01' WHERE org = ? AND micro_usd = 3").bind(org).run();
    await costs.sweep();
    expect((await ask(org, "day", { from: 0 })).total_usd).toBe(0.000004);
  });

  it("[COSTS-11] sums the platform's own cost, people's time and ended runs beside the ledger's money where asked, and never in it", async () => {
    const org = newOrg();
    const beside = (change: Partial<CostCall>) => call({ tokens_in: 0, tokens_out: 0, ...change });
    const old = NOW - 10 * DAY;
    await costs.put(org, [
      of([
        call({ micro_usd: 5_000 }),
        beside({ id: "storage", kind: "storage", name: "completed", micro_usd: 380 }),
        beside({ kind: "people", name: "", micro_usd: 3_000_000, ms: 180_000 }),
      ]),
      of([beside({ id: "storage", kind: "storage", name: "failed", micro_usd: 20, at: old })], { workflow: "other" }),
    ]);
    expect(await ask(org, "workflow")).toEqual({
      data: [{ workflow: "refund", usd: 0.005, tokens_in: 10, tokens_out: 5, calls: 1 }],
      total_usd: 0.005,
    });
    for (const from of [old - DAY, old - (old % DAY) - DAY])
      expect(await ask(org, "workflow", { from, include: "storage,people,runs" }), String(from)).toEqual({
        data: [
          {
            ...{ workflow: "refund", usd: 0.005, tokens_in: 10, tokens_out: 5, calls: 1 },
            ...{ storage_usd: 0.00038, people_usd: 3, people_minutes: 3, runs: 1, completed: 1 },
          },
          {
            ...{ workflow: "other", usd: 0, tokens_in: 0, tokens_out: 0, calls: 0 },
            ...{ storage_usd: 0.00002, people_usd: 0, people_minutes: 0, runs: 1, completed: 0 },
          },
        ],
        total_usd: 0.005,
        total: { storage_usd: 0.0004, people_usd: 3, people_minutes: 3, runs: 2, completed: 1 },
      });
    const types = await ask(org, "cost_type,model,tool", { include: "storage" });
    expect(types.data.map((line) => [line["cost_type"], line["model"], line["tool"], line.usd])).toEqual([
      ["llm", "acme/big-1", null, 0.005],
      ["storage", null, null, 0],
    ]);
  });

  it("[COSTS-11] counts the platform's own cost in the metric of dollars, people in none, and neither as a call", async () => {
    const org = newOrg();
    const rows = [call({ id: "storage", kind: "storage", name: "completed", micro_usd: 380 }), call({ kind: "people", name: "", ms: 5 })];
    await costs.put(org, [of([...rows, call({ micro_usd: 5 })])]);
    const { results } = await env.DB.prepare("SELECT series, sort, n FROM metric_sums WHERE org = ? ORDER BY series, sort").bind(org).all();
    expect(results).toEqual([
      { series: "calls", sort: "llm:success", n: 1 },
      { series: "micro_usd", sort: "llm", n: 5 },
      { series: "micro_usd", sort: "storage", n: 380 },
      { series: "tokens", sort: "input", n: 10 },
      { series: "tokens", sort: "output", n: 5 },
    ]);
    const kinds = await env.DB.prepare("SELECT DISTINCT sort FROM metric_buckets WHERE org = ? AND series = 'call_s'").bind(org).all();
    expect(kinds.results).toEqual([{ sort: "llm" }]);
  });
});
