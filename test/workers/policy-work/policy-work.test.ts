/** Replays and analyses over scripted ports, with a clock that each decision and each question moves on. */
import { describe, expect, it } from "vitest";
import {
  JOB_LIFETIME_MS,
  MOST_RESULT_BYTES,
  type PolicyAnalysis,
  type PolicyJob,
  type PolicyReplay,
  policyJobView,
  progressOf,
} from "../../../core/policy/job.ts";
import type { ActiveSets, SetVersion } from "../../../core/policy/set.ts";
import type { RecordedDecision } from "../../../workers/audit/index.ts";
import { definePolicyWork, type PolicyOrder, type PolicyWorkPorts } from "../../../workers/policy-work/policy-work.ts";
import { policyJobsInMemory } from "../../support/policy-jobs.ts";

const NOW = Date.UTC(2030, 0, 1);
const set = (version: string): SetVersion => ({
  version,
  content: { kind: "policies", cedar: version },
  note: null,
  createdAt: 0,
  createdBy: "ann",
});

type Script = { runs: number; decisionsARun: number; questions: number; msEach: number; reasons: readonly string[]; active: string | null };

function world(over: Partial<Script> = {}) {
  const script = {
    runs: 0,
    decisionsARun: 10,
    questions: 0,
    msEach: 0,
    reasons: ["org:a"],
    active: "in-force" as string | null,
    shipped: "s1",
    breaks: 0,
    ...over,
  };
  const clock = { at: NOW };
  const lines: string[] = [];
  const written: string[] = [];
  const asked: string[] = [];
  const { store, jobs } = policyJobsInMemory(
    (what, org, record) => void written.push(`${org} ${what} ${record?.event_type} ${record?.actor.id}`),
  );
  const spend = (): void => {
    clock.at += script.msEach;
    if (script.breaks > 0 && --script.breaks === 0) throw new Error("cut short");
  };
  const named = (sets: ActiveSets): string => sets.policies?.version ?? "none";
  const ports: PolicyWorkPorts = {
    now: () => clock.at,
    random: (bytes) => new Uint8Array(bytes),
    log: (line) => void lines.push(line.event),
    store,
    version: async (_org, version) => (version === "unknown" ? null : set(version)),
    active: async () => ({ policies: script.active === null ? null : set(script.active), permissions: null }),
    answerTo(_question, sets) {
      spend();
      asked.push(named(sets));
      return { decision: "deny", policyVersion: "p", reasons: [...script.reasons] };
    },
    analysis: (_org, candidate, active) => ({
      ...{ of: script.questions, ids: ["used", "never"], sampled: false },
      ask(index) {
        spend();
        const example = { role: "caller", before: "allow", after: "deny", policies: [`${named(candidate)} ${named(active)} ${index}`] };
        return { deciding: ["used"], example: index % 10 === 0 ? { widens: index % 20 === 0, example: example as never } : null };
      },
    }),
    shipped: () => script.shipped,
    newestRuns: async (_org, most) => Array.from({ length: Math.min(most, script.runs) }, (_, index) => `run_${index}`),
    async decisions(_org, runs, after, limit) {
      const all = runs.flatMap((run) =>
        Array.from({ length: script.decisionsARun }, (_, index): RecordedDecision & { at: number } => ({
          ...{ run, step: "one", decision: index % 2 === 0 ? "deny" : "allow", reasons: [], at: index },
          asked: {
            principal: { org: "acme", user: "cleo", roles: [], platformAdmin: false },
            action: "tool.call",
            resource: { type: "Host", org: "acme", name: "h" },
          },
        })),
      );
      const from = after === null ? 0 : after[1] + 1;
      const decisions = all.slice(from, from + limit);
      return { decisions, next: from + limit < all.length ? [1, from + limit - 1] : null };
    },
  };
  const work = definePolicyWork(ports);
  const order = (over: Partial<PolicyOrder> = {}): PolicyOrder => ({
    ...{ id: "job_1", org: "acme", user: "ann", traceId: "0".repeat(32), version: "draft", task: { kind: "replay", runs: 100 } },
    ...over,
  });
  return { script, clock, lines, written, asked, jobs, work, order };
}
type World = ReturnType<typeof world>;

const start = async ({ work, order }: World, over: Partial<PolicyOrder> = {}) => {
  const answer = await work.run(order(over));
  if (!answer.ok) throw new Error(answer.error.code);
  return answer.value;
};
const ANALYSIS = { task: { kind: "analysis" } } as const;
const kept = ({ jobs }: World, id = "job_1"): PolicyJob => {
  const found = jobs.get(id)?.job;
  if (found === undefined) throw new Error("no such job");
  return found;
};

describe("[JOB-1] what ends within ten seconds is answered, and nothing of it is kept", () => {
  it("a replay makes the decisions of the newest runs again", async () => {
    const one = world({ runs: 120, decisionsARun: 7 });
    const answer = await start(one);
    expect(answer).toMatchObject({ kind: "done", state: { decisions: 700, truncated: false } });
    expect(answer.kind === "done" && (answer.state as unknown as PolicyReplay).changed).toHaveLength(300);
    expect(new Set(one.asked)).toEqual(new Set(["draft"]));
    expect([one.written, one.jobs.size]).toEqual([[], 0]);
  });

  it("an analysis asks every question once and names what never decides", async () => {
    const answer = await start(world({ questions: 1_230 }), ANALYSIS);
    const state = (answer.kind === "done" ? answer.state : null) as unknown as PolicyAnalysis;
    expect(state).toMatchObject({ never_applies: ["never"], sampled: false });
    expect(state.widened.map(({ policies }) => policies[0]).slice(0, 2)).toEqual(["draft in-force 0", "draft in-force 20"]);
    expect([state.widened.length, state.narrowed.length]).toEqual([20, 20]);
  });

  it("a version that the org does not have is refused", async () => {
    const { work, order } = world();
    expect(await work.run(order({ version: "unknown" }))).toMatchObject({ ok: false, error: { code: "not_found" } });
  });
});

describe("[JOB-2] what takes longer becomes a job, which goes on after the answer and by the sweep", () => {
  it("tells how far it is, and in the end the same as if it had been answered", async () => {
    const slow = world({ runs: 400, msEach: 15 });
    const answer = await start(slow, { task: { kind: "replay", runs: 100 } });
    if (answer.kind !== "job") throw new Error("it was no job");
    expect(slow.clock.at - NOW).toBeGreaterThanOrEqual(10_000);
    expect(slow.clock.at - NOW).toBeLessThan(12_000);
    expect(policyJobView(answer.job)).toMatchObject({
      status: "running",
      kind: "replay",
      progress: { of: 100 },
      result: null,
      asked_by: "ann",
    });
    expect(answer.job.state.done).toBeGreaterThan(10);
    expect(slow.written).toEqual(["acme policy-job job_1 policy.job_requested ann"]);
    await answer.rest;
    expect(policyJobView(kept(slow))).toMatchObject({ status: "completed", progress: { done: 100, of: 100 }, error: null });
    const { state } = (await start(world({ runs: 100 }))) as { state: PolicyReplay };
    expect(policyJobView(kept(slow)).result).toEqual({ decisions: 1_000, changed: state.changed, truncated: false });
  });

  it("is worked on for 20 seconds after the answer, then by one sweep after another", async () => {
    const one = world({ questions: 4_000, msEach: 20 });
    const answer = await start(one, ANALYSIS);
    if (answer.kind !== "job") throw new Error("it was no job");
    await answer.rest;
    expect(one.clock.at - NOW).toBeLessThan(34_000);
    const after = progressOf(kept(one).state).done;
    expect(after).toBeGreaterThan(1_400);
    expect(kept(one).status).toBe("running");
    let sweeps = 0;
    while (kept(one).status === "running") {
      sweeps += 1;
      await one.work.sweep();
    }
    expect(sweeps).toBe(3);
    const whole = await start(world({ questions: 4_000 }), ANALYSIS);
    expect(policyJobView(kept(one)).result).toMatchObject({
      widened: (whole as { state: PolicyAnalysis }).state.widened,
      never_applies: ["never"],
    });
  });

  it("compares with what was in force when it was asked, whatever comes into force meanwhile", async () => {
    const one = world({ questions: 2_000, msEach: 20 });
    const answer = await start(one, ANALYSIS);
    if (answer.kind === "job") await answer.rest;
    expect(kept(one)).toMatchObject({ status: "running", against: { policies: "in-force" } });
    one.script.active = "newer";
    one.jobs.set("job_1", { job: { ...kept(one), state: { ...kept(one).state, widened: [], narrowed: [] } as never }, tries: 0 });
    await one.work.sweep();
    expect(JSON.stringify(policyJobView(kept(one)).result)).toContain("draft in-force");
    expect(JSON.stringify(policyJobView(kept(one)).result)).not.toContain("newer");
  });

  it("begins anew where a deployment changed the shipped policies in the middle", async () => {
    const one = world({ runs: 200, msEach: 10 });
    const answer = await start(one, { task: { kind: "replay", runs: 200 } });
    one.script.shipped = "s2";
    const before = one.asked.length;
    if (answer.kind === "job") await answer.rest;
    while (kept(one).status === "running") await one.work.sweep();
    expect(one.asked.length - before).toBe(2_000);
    expect(kept(one).state).toMatchObject({ shipped: "s2", decisions: 2_000 });
  });
});

describe("[JOB-3] a job survives what cuts it short, and one that cannot end fails", () => {
  it("is gone on with from its last state", async () => {
    const one = world({ questions: 2_000, msEach: 15 });
    const answer = await start(one, ANALYSIS);
    one.script.breaks = 500;
    if (answer.kind === "job") await answer.rest;
    expect(one.lines).toEqual(["policy.job_interrupted"]);
    expect(kept(one).status).toBe("running");
    expect(progressOf(kept(one).state).done).toBeGreaterThan(700);
    while (kept(one).status === "running") await one.work.sweep();
    const whole = await start(world({ questions: 2_000 }), ANALYSIS);
    expect(policyJobView(kept(one)).result).toMatchObject({ narrowed: (whole as { state: PolicyAnalysis }).state.narrowed });
  });

  it("fails after five takes that did not get on", async () => {
    const one = world({ questions: 2_000, msEach: 15 });
    const answer = await start(one, ANALYSIS);
    one.script.breaks = 1;
    if (answer.kind === "job") await answer.rest;
    for (let take = 0; take < 6; take++) {
      one.script.breaks = 1;
      await one.work.sweep();
    }
    expect(policyJobView(kept(one))).toMatchObject({ status: "failed", result: null, error: { code: "internal" } });
    expect(one.lines).toHaveLength(6);
  });
});

describe("[JOB-4] jobs and their results are bounded", () => {
  it("four of an org run at once", async () => {
    const one = world({ questions: 2_000, msEach: 15 });
    for (const id of ["job_1", "job_2", "job_3", "job_4"]) await start(one, { ...ANALYSIS, id });
    const before = one.clock.at;
    expect(await one.work.run(one.order({ ...ANALYSIS, id: "job_5" }))).toMatchObject({ ok: false, error: { code: "rate_limited" } });
    expect(one.clock.at).toBe(before);
    expect((await one.work.run(one.order({ ...ANALYSIS, id: "job_6", org: "other" }))).ok).toBe(true);
  });

  it("the same order sent again while the first is at work is one job", async () => {
    const one = world({ questions: 2_000, msEach: 15 });
    const [first, again] = [await start(one, ANALYSIS), await start(one, ANALYSIS)];
    expect([first.kind, again.kind, one.jobs.size, one.written.length]).toEqual(["job", "job", 1, 1]);
  });

  it("lists a thousand changes, at most 20,000 decisions and at most so many bytes, and says so", async () => {
    const many = await start(world({ runs: 300, decisionsARun: 10 }), { task: { kind: "replay", runs: 300 } });
    expect(many).toMatchObject({ kind: "done", state: { decisions: 3_000, truncated: true } });
    expect((many as { state: PolicyReplay }).state.changed).toHaveLength(1_000);
    const long = await start(world({ runs: 100, reasons: Array.from({ length: 200 }, (_, index) => `org:${"é".repeat(20)}${index}`) }));
    const { state } = long as { state: PolicyReplay };
    expect(state.truncated).toBe(true);
    const bytes = new TextEncoder().encode(JSON.stringify(state.changed)).length;
    expect(bytes).toBeLessThan(MOST_RESULT_BYTES + 10_000);
    expect(bytes).toBeGreaterThan(MOST_RESULT_BYTES / 2);
    const deep = await start(world({ runs: 100, decisionsARun: 300 }));
    expect(deep).toMatchObject({ kind: "done", state: { decisions: 20_000, truncated: true, done: 100 } });
  });

  it("a job is told when it expires", async () => {
    const one = world({ questions: 2_000, msEach: 15 });
    await start(one, ANALYSIS);
    const { asked_at: at, expires_at: until } = policyJobView(kept(one));
    expect(Date.parse(until) - Date.parse(at)).toBe(JOB_LIFETIME_MS);
  });
});
