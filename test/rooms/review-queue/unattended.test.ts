/** What passes without a person, what is planted, what is measured of reviewers, and cases of sealed runs. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { createHash } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { chanceOf } from "../../../core/review/auto.ts";
import { DUE_MS, type ReviewRequest } from "../../../core/review/case.ts";
import type { Judgement } from "../../../core/review/life.ts";
import type { ReviewMessage } from "../../../core/review/message.ts";
import { reviewQueueOf } from "../../../durable-objects/review-queue/stub.ts";
import { FAR } from "../../support/far.ts";
import { until } from "../../support/patience.ts";
import { reviewQueueWorld as world } from "../../support/worlds/review-queue.ts";

const MINUTE = 60_000;
let now = FAR;
let told: { run: string; message: ReviewMessage }[] = [];
beforeEach(() => {
  now = FAR;
  told = [];
  world.now = () => now;
  world.tellRun = async (run, message) => void told.push({ run, message });
  world.send = async () => undefined;
});

const fresh = () => {
  const org = `org-${crypto.randomUUID()}`;
  return { org, queue: reviewQueueOf(env.REVIEW_QUEUE, org) };
};
const stubOf = (org: string) => env.REVIEW_QUEUE.getByName(org);
const request = (run: string, over: Partial<ReviewRequest> = {}): ReviewRequest => ({
  ...{ key: `${run}/pay#1`, run, step: "pay", activity: "pay", startedBy: "ann", reason: "policy", severity: "high" },
  ...{ risk: { score: 10, factors: [] }, policy: { version: "p1", decision: "ask" }, taints: [], proposal: { refund: 120 } },
  ...{ digest: "d".repeat(64), approvalsNeeded: 1, traceId: "t1", at: FAR },
  ...over,
});
const rule = (sample: number) => ({
  ...{ operation: "tool:pay", roles: ["reviewer" as const], users: [], approvals_needed: 1, next: [] },
  auto_approve: { risk_below: 20, sample },
});
const judgement = (over: Partial<Judgement> = {}): Judgement => ({
  ...{ by: "bob", root: null, roles: ["reviewer"], rule: null, action: "approve", reason: "ok", changes: null, digest: null },
  ...over,
});
const all = { limit: 10, cursor: null };
const wakeOf = (org: string, id: string) =>
  runInDurableObject(stubOf(org), (_, { storage }) => storage.sql.exec("SELECT wake_at FROM review WHERE id = ?", id).one()["wake_at"]);
/** The number in [0, 1) that decides by a key. */
const chance = (text: string): number => chanceOf(createHash("sha256").update(text).digest("hex"));

describe("what passes without a person", () => {
  it("[APPROVE-11] is approved at once by nobody, told to its run, counted, and not to be decided again", async () => {
    const { org, queue } = fresh();
    const { id, until: due } = await queue.open(org, request("run_1", { rule: rule(0) }));
    expect(due).toBe(FAR + DUE_MS.high);
    expect(await queue.read(id)).toMatchObject({ status: "approved", decision: { by: "bulkhead/auto-approval" } });
    await until(() => told.length > 0);
    expect(told).toMatchObject([{ run: "run_1", message: { kind: "review.decided", decision: { action: "approve" } } }]);
    expect(await queue.decide(id, judgement())).toMatchObject({ ok: false, error: { code: "conflict" } });
    expect([await queue.depth(), await queue.tallies()]).toEqual([0, { "tool:pay": { passed: 1, sampled: 0, judged: 0, wrong: 0 } }]);
  });

  it("[APPROVE-13] is looked at afterwards where the key's number is below the entry's share", async () => {
    const { org, queue } = fresh();
    const share = chance("run_1/pay#1");
    await queue.open(org, request("run_1", { rule: rule(share) }));
    expect((await queue.list(null, all)).data).toHaveLength(1);
    await queue.open(org, request("run_2", { rule: rule(chance("run_2/pay#1") + 1e-9) }));
    const { data } = await queue.list("pending", all);
    expect(data).toMatchObject([{ run: "run_2", severity: "medium" }]);
    expect(await queue.decide(data[0]?.id ?? "", judgement({ action: "reject" }))).toMatchObject({ ok: true });
    expect(await queue.tallies()).toEqual({ "tool:pay": { passed: 2, sampled: 1, judged: 1, wrong: 1 } });
    await until(() => told.length === 2);
    expect(told.map(({ message }) => message.kind === "review.decided" && message.decision.action)).toEqual(["approve", "approve"]);
  });
});

describe("decoys", () => {
  it.each<[string, Partial<ReviewRequest>, number]>([
    ["beside every question where the share is 1", { decoyShare: 1 }, 2],
    ["beside a step's question", { decoyShare: 1, reason: "step" }, 2],
    ["below the share", { decoyShare: chance("decoy run_1/pay#1") + 1e-9 }, 2],
    ["not at the share", { decoyShare: chance("decoy run_1/pay#1") }, 1],
    ["nowhere unless the org asks for it", {}, 1],
    ["not where a run asks for money", { decoyShare: 1, reason: "budget" }, 1],
    ["not beside what passes alone", { decoyShare: 1, rule: rule(0) }, 1],
  ])("[OVERSIGHT-3] are planted %s", async (_name, over, cases) => {
    const { org, queue } = fresh();
    const { id } = await queue.open(org, request("run_1", over));
    const { data } = await queue.list(null, all);
    expect(data).toHaveLength(cases);
    expect((await queue.read(id))?.proposal).toEqual({ refund: 120 });
    expect((await queue.open(org, request("run_1", over))).id).toBe(id);
    expect((await queue.list(null, all)).data).toHaveLength(cases);
  });
});

describe("reviewers in figures", () => {
  it("[OVERSIGHT-2] are of the judgements of a time: from its beginning, and before its end", async () => {
    const { org, queue } = fresh();
    for (const run of ["run_1", "run_2", "run_3"]) {
      const { id } = await queue.open(org, request(run));
      now += MINUTE;
      expect((await queue.decide(id, judgement())).ok).toBe(true);
    }
    const judged = async (...of: [number, number?]) => (await queue.oversight(...of)).map((one) => one.judged);
    expect([await judged(FAR + MINUTE), await judged(FAR + MINUTE + 1), await judged(0, FAR + 3 * MINUTE)]).toEqual([[3], [2], [2]]);
  });

  it("[OVERSIGHT-2] are of the last 10,000 judgements", async () => {
    const { org, queue } = fresh();
    const judge = async (run: string) => queue.decide((await queue.open(org, request(run))).id, judgement());
    await judge("run_1");
    await runInDurableObject(stubOf(org), (_, { storage }) => {
      for (const id of [2, 3, 10_001]) storage.sql.exec("INSERT INTO judgement SELECT ?, at, body FROM judgement WHERE id = 1", id);
    });
    expect((await queue.oversight(0)).map(({ judged }) => judged)).toEqual([4]);
    await judge("run_2");
    expect((await queue.oversight(0)).map(({ judged }) => judged)).toEqual([3]);
  });

  it("[ASSIST-4] who has judged is who approved it or changed it, and everybody once it is closed", async () => {
    const { org, queue } = fresh();
    const { id } = await queue.open(org, request("run_1", { approvalsNeeded: 3 }));
    expect(await queue.suggestionOf(id, "bob")).toEqual({ suggestion: null, judged: false });
    const judged = () => Promise.all(["bob", "cem", "dan"].map(async (user) => (await queue.suggestionOf(id, user))?.judged));
    expect(await judged()).toEqual([false, false, false]);
    await queue.decide(id, judgement({ by: "bob" }));
    expect(await judged()).toEqual([true, false, false]);
    expect(await queue.decide(id, judgement({ by: "cem", action: "modify", changes: { refund: 90 } }))).toMatchObject({ ok: true });
    expect(await judged()).toEqual([false, true, false]);
    await queue.withdraw("run_1");
    expect(await judged()).toEqual([true, true, true]);
  });
});

it("[REV-10] a queue that has no case knows of nothing", async () => {
  const { org, queue } = fresh();
  await runInDurableObject(stubOf(org), (room) => room.alarm());
  const answers = await Promise.all([
    ...[queue.tallies(), queue.oversight(0), queue.listOf("run_1"), queue.operationsOf("rev_x"), queue.forget("run_1")],
    ...[queue.callOf("rev_x"), queue.askSuggestion("rev_x"), queue.suggestionOf("rev_x", "bob"), queue.read("rev_x")],
  ]);
  expect(answers).toEqual([{}, [], [], [], 0, null, null, null, null]);
  expect(await queue.suggest("rev_x", { status: "failed", digest: "d", attempts: 1, at: FAR, why: "error" } as never)).toBeUndefined();
  await queue.open(org, request("run_1"));
  expect(await queue.decide("rev_x", judgement())).toMatchObject({ ok: false, error: { code: "not_found" } });
});

it("[APPROVE-3] a case is asked for its call and its operations", async () => {
  const { org, queue } = fresh();
  const { id } = await queue.open(org, request("run_1", { call: { tool: "pay", version: 2 }, operations: ["tool:pay", "policy"] }));
  expect([await queue.callOf(id), await queue.operationsOf(id)]).toEqual([{ tool: "pay", version: 2 }, ["tool:pay", "policy"]]);
  const bare = await queue.open(org, request("run_2"));
  expect([await queue.callOf(bare.id), await queue.operationsOf(bare.id)]).toEqual([null, []]);
});

describe("a case of a sealed run", () => {
  let isDown = false;
  let isDestroyed = false;
  beforeEach(() => {
    isDown = false;
    isDestroyed = false;
    const bytes = new Uint8Array(32).fill(7);
    world.sealing = {
      sealingKey: async () => ({ person: "a".repeat(64), keyId: "b".repeat(16), bytes }),
      openingKeys: async (by) => {
        if (isDown) throw new Error("out of reach");
        return by.map(() => (isDestroyed ? null : bytes));
      },
    };
  });
  const sealedCase = async () => {
    const { org, queue } = fresh();
    const { id } = await queue.open(org, request("run_1", { sealedFor: "ann" }));
    const plain = await queue.open(org, request("run_2"));
    await evictDurableObject(stubOf(org));
    return { org, queue: reviewQueueOf(env.REVIEW_QUEUE, org), id, plain: plain.id };
  };

  it("[SEAL-18] lies in no form that is read without its key, and reads as any other", async () => {
    const { org, queue, id, plain } = await sealedCase();
    const bodies = await runInDurableObject(stubOf(org), (_, { storage }) =>
      storage.sql.exec("SELECT body FROM review WHERE run = 'run_1' UNION ALL SELECT body FROM delivery").toArray(),
    );
    expect(JSON.stringify(bodies)).not.toContain("refund");
    expect((await queue.list(null, all)).data.map((one) => one.id).sort()).toEqual([plain, id].sort());
    expect(await queue.read(id)).toMatchObject({ proposal: { refund: 120 } });
    expect(await queue.decide(id, judgement())).toMatchObject({ ok: true });
    expect(told).toMatchObject([{ run: "run_1", message: { decision: { action: "approve", proposal: { refund: 120 } } } }]);
  });

  it("[SEAL-18] whose key cannot be had is shown to nobody, looked at again in a minute, and holds up no other", async () => {
    const { org, queue, id, plain } = await sealedCase();
    isDown = true;
    now = FAR + DUE_MS.high;
    await runDurableObjectAlarm(stubOf(org));
    expect([await wakeOf(org, id), Number(await wakeOf(org, plain)) > now + MINUTE]).toEqual([now + MINUTE, true]);
    await expect(runInDurableObject(stubOf(org), (room) => room.read(id))).rejects.toThrow("out of reach");
    isDown = false;
    now += MINUTE;
    await runDurableObjectAlarm(stubOf(org));
    expect(await queue.read(id)).toMatchObject({ status: "escalated" });
  });

  it("[SEAL-18] whose key is destroyed is there for nobody, and its time comes in vain each minute", async () => {
    const { org, queue, id, plain } = await sealedCase();
    isDestroyed = true;
    now = FAR + DUE_MS.high;
    await runDurableObjectAlarm(stubOf(org));
    expect(await wakeOf(org, id)).toBe(now + MINUTE);
    expect([await queue.read(id), (await queue.list(null, all)).data.map((one) => one.id)]).toEqual([null, [plain]]);
    expect(told).toMatchObject([{ run: "run_2" }]);
  });
});
