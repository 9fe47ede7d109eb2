import { abortAllDurableObjects, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { AuditRecord, RecordsMessage } from "../../../core/audit/record.ts";
import { hasIdForm } from "../../../core/ids.ts";
import { DUE_MS, type ReviewRequest } from "../../../core/review/case.ts";
import type { Judgement } from "../../../core/review/life.ts";
import type { ReviewMessage } from "../../../core/review/message.ts";
import { reviewQueueOf } from "../../../durable-objects/review-queue/stub.ts";
import { FAR } from "../../support/far.ts";
import { until } from "../../support/patience.ts";
import { reviewQueueWorld as world } from "../../support/worlds/review-queue.ts";

let now = FAR;
let told: { run: string; message: ReviewMessage }[] = [];
let sent: RecordsMessage[] = [];

beforeEach(() => {
  now = FAR;
  told = [];
  sent = [];
  world.now = () => now;
  world.tellRun = async (run, message) => void told.push({ run, message });
  world.send = async (message) => void sent.push(message);
});

const fresh = () => {
  const org = `org-${crypto.randomUUID()}`;
  return { org, queue: reviewQueueOf(env.REVIEW_QUEUE, org) };
};
const stubOf = (org: string) => env.REVIEW_QUEUE.getByName(org);
const request = (run: string, over: Partial<ReviewRequest> = {}): ReviewRequest => ({
  key: `${run}/approve#1`,
  run,
  step: "approve",
  activity: "approve",
  startedBy: "ann",
  severity: "high",
  risk: { score: null, factors: [] },
  policy: { version: "p1", decision: "ask" },
  proposal: { refund: 120 },
  digest: "d".repeat(64),
  approvalsNeeded: 1,
  traceId: "t1",
  at: FAR,
  ...over,
});
const judgement = (over: Partial<Judgement> = {}): Judgement => ({
  by: "bob",
  root: null,
  roles: ["reviewer"],
  rule: null,
  action: "approve",
  reason: "ok",
  changes: null,
  digest: null,
  ...over,
});
const codeOf = (answer: { ok: true } | { ok: false; error: { code: string } }) => (answer.ok ? "ok" : answer.error.code);
const rowsOf = (org: string, table: "delivery" | "outbox" | "review") =>
  runInDurableObject(stubOf(org), (_, state) => state.storage.sql.exec(`SELECT COUNT(*) AS n FROM ${table}`).one()["n"]);
const alarmOf = (org: string) => runInDurableObject(stubOf(org), (_, state) => state.storage.getAlarm());
const recordsSent = (): AuditRecord[] => sent.flatMap((message) => message.rows.flatMap((row) => row.records));

describe("what a model suggests", () => {
  const said = (digest: string) =>
    ({ status: "ready", digest, attempts: 1, at: FAR, model: "acme/judge-1", action: "reject", reason: "too much" }) as const;

  it("[ASSIST-3] is asked for once, kept for what is still proposed, on record, and gone with the decision", async () => {
    const { org, queue } = fresh();
    const { id } = await queue.open(org, request("run_1"));
    const asked = await queue.askSuggestion(id);
    expect(asked?.request).toMatchObject({ run: "run_1", proposal: { refund: 120 } });
    expect(await queue.askSuggestion(id)).toBeNull();
    expect(await queue.suggestionOf(id, "bob")).toMatchObject({ suggestion: { status: "asked" }, judged: false });
    const before = await rowsOf(org, "outbox");
    await queue.suggest(id, said(asked?.request.digest ?? ""));
    expect(await queue.suggestionOf(id, "bob")).toMatchObject({ suggestion: { status: "ready", action: "reject" }, judged: false });
    expect(Number(await rowsOf(org, "outbox"))).toBeGreaterThan(Number(before));
    expect(codeOf(await queue.decide(id, judgement()))).toBe("ok");
    expect(await queue.suggestionOf(id, "cem")).toMatchObject({ judged: true });
  });

  it("[ASSIST-3] of something else, or of a case that was decided meanwhile, is dropped", async () => {
    const { org, queue } = fresh();
    const { id } = await queue.open(org, request("run_1"));
    const asked = await queue.askSuggestion(id);
    await queue.suggest(id, said("e".repeat(64)));
    expect(await queue.suggestionOf(id, "bob")).toMatchObject({ suggestion: { status: "asked" } });
    expect(codeOf(await queue.decide(id, judgement()))).toBe("ok");
    await queue.suggest(id, said(asked?.request.digest ?? ""));
    expect(await queue.suggestionOf(id, "bob")).not.toMatchObject({ suggestion: { status: "ready" } });
  });

  it("of a case that there is not, nobody asks and nothing is kept", async () => {
    const { org, queue } = fresh();
    await queue.open(org, request("run_1"));
    await queue.suggest("rev_nowhere", said("d".repeat(64)));
    expect([await queue.askSuggestion("rev_nowhere"), await queue.suggestionOf("rev_nowhere", "bob")]).toEqual([null, null]);
  });
});

describe("opening", () => {
  it("[REV-10] the same key opens one case, also from two calls at once", async () => {
    const { org, queue } = fresh();
    const answers = await Promise.all([queue.open(org, request("run_1")), queue.open(org, request("run_1"))]);
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(hasIdForm("rev", answers[0]?.id ?? "")).toBe(true);
    expect(await queue.depth()).toBe(1);
    expect((await queue.open(org, request("run_1", { key: "run_1/approve#2" }))).id).not.toBe(answers[0]?.id);
  });

  it("[REV-10] a case can be read when `open` has answered, and its record waits in the outbox", async () => {
    const { org, queue } = fresh();
    const { id } = await queue.open(org, request("run_1"));
    expect(await queue.read(id)).toMatchObject({
      id,
      run: "run_1",
      status: "pending",
      due_at: new Date(FAR + DUE_MS.high).toISOString(),
      approvals_needed: 1,
      decision: null,
    });
    await runDurableObjectAlarm(stubOf(org));
    expect(recordsSent()).toMatchObject([{ event_type: "review.requested", resource: "run/run_1/approve", decision: "ask" }]);
    expect(sent[0]).toMatchObject({ org, source: { kind: "review-queue", id: org } });
  });

  it("[REV-10] asking an org that has no case stores nothing", async () => {
    const { org, queue } = fresh();
    expect(await queue.read("rev_x")).toBeNull();
    expect(await queue.list(null, { limit: 10, cursor: null })).toEqual({ data: [], next_cursor: null });
    expect(codeOf(await queue.decide("rev_x", judgement()))).toBe("not_found");
    expect(await queue.withdraw("run_1")).toEqual({ ids: [] });
    await queue.confirm(["evt_x"]);
    expect(await queue.depth()).toBe(0);
    expect(
      await runInDurableObject(stubOf(org), (_, state) =>
        state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\'").toArray(),
      ),
    ).toEqual([]);
    expect(await alarmOf(org)).toBeNull();
  });
});

describe("deciding", () => {
  it("[REV-11] tells the run at once and forgets the message when the run has it", async () => {
    const { org, queue } = fresh();
    const { id } = await queue.open(org, request("run_1"));
    const answer = await queue.decide(id, judgement({ action: "modify", changes: { refund: 100 } }));
    expect(answer).toMatchObject({ ok: true, value: { status: "modified", decision: { by: "bob", proposal: { refund: 100 } } } });
    expect(told).toMatchObject([
      {
        run: "run_1",
        message: { kind: "review.decided", decision: { id, activity: "approve", action: "modify", proposal: { refund: 100 } } },
      },
    ]);
    expect(await rowsOf(org, "delivery")).toBe(0);
  });

  it("[REV-2] the user who started the run is refused, and nothing changes", async () => {
    const { org, queue } = fresh();
    const { id } = await queue.open(org, request("run_1"));
    expect(codeOf(await queue.decide(id, judgement({ by: "ann" })))).toBe("second_person_required");
    expect(await queue.read(id)).toMatchObject({ status: "pending", decision: null });
    expect(told).toEqual([]);
  });

  it("[REV-1] of two decisions at the same time one counts, and the run hears that one once", async () => {
    const { org, queue } = fresh();
    const { id } = await queue.open(org, request("run_1"));
    world.tellRun = async (run, message) => {
      await scheduler.wait(10); // the second decision comes while the first one is being told
      told.push({ run, message });
    };
    const answers = await Promise.all([
      queue.decide(id, judgement({ by: "bob" })),
      queue.decide(id, judgement({ by: "cat", action: "reject" })),
      queue.decide(id, judgement({ by: "dan" })),
    ]);
    expect(answers.map(codeOf).sort()).toEqual(["conflict", "conflict", "ok"]);
    expect(told).toHaveLength(1);
    const winner = answers.find((answer) => answer.ok);
    expect(told[0]?.message).toMatchObject({ decision: { by: winner?.ok ? winner.value.decision?.by : "nobody" } });
  });

  it("[REV-11] a run that does not answer is told again by the alarm, later each time", async () => {
    const { org, queue } = fresh();
    const { id } = await queue.open(org, request("run_1"));
    let calls = 0;
    world.tellRun = async () => {
      calls++;
      throw new Error("the run is out of reach");
    };
    expect(codeOf(await queue.decide(id, judgement()))).toBe("ok");
    expect(calls).toBe(1);
    const waits: number[] = [];
    for (let turn = 0; turn < 3; turn++) {
      await runDurableObjectAlarm(stubOf(org)); // also sends the outbox
      const due = await runInDurableObject(stubOf(org), (_, state) =>
        Number(state.storage.sql.exec("SELECT due_at FROM delivery").one()["due_at"]),
      );
      waits.push(due - now);
      now = due;
    }
    expect(waits[1]).toBeGreaterThan(waits[0] ?? 0);
    world.tellRun = async (run, message) => void told.push({ run, message });
    await runDurableObjectAlarm(stubOf(org));
    expect(told).toMatchObject([{ run: "run_1", message: { decision: { id } } }]);
    expect(await rowsOf(org, "delivery")).toBe(0);
  });

  it("[REV-11] dying between the decision and its delivery loses nothing", async () => {
    const { org, queue } = fresh();
    const { id } = await queue.open(org, request("run_1"));
    let calls = 0;
    world.tellRun = () => {
      calls++;
      return new Promise<void>(() => {}); // never comes back
    };
    const dying = runInDurableObject(stubOf(org), (room) => room.decide(id, judgement())).catch(() => "aborted");
    await until(() => calls === 1);
    await abortAllDurableObjects();
    expect(await dying).toBe("aborted");
    world.tellRun = async (run, message) => void told.push({ run, message });
    const reborn = reviewQueueOf(env.REVIEW_QUEUE, org);
    expect(await reborn.read(id)).toMatchObject({ status: "approved" });
    expect(codeOf(await reborn.decide(id, judgement({ by: "cat" })))).toBe("conflict");
    const alarm = (await alarmOf(org)) ?? 0;
    expect(alarm).toBeGreaterThan(0);
    now = FAR + 60_000;
    await runDurableObjectAlarm(stubOf(org));
    expect(told).toMatchObject([{ run: "run_1", message: { kind: "review.decided", decision: { id, action: "approve", by: "bob" } } }]);
    expect(
      recordsSent()
        .map((record) => record.event_type)
        .sort(),
    ).toEqual(["review.decided", "review.requested"]);
  });

  it("[REV-11] one run that hangs holds up no other", async () => {
    const { org, queue } = fresh();
    const hanging = await queue.open(org, request("run_1"));
    const other = await queue.open(org, request("run_2"));
    world.tellRun = (run, message) => (run === "run_1" ? new Promise<void>(() => {}) : Promise.resolve(void told.push({ run, message })));
    const slow = queue.decide(hanging.id, judgement());
    expect(codeOf(await queue.decide(other.id, judgement()))).toBe("ok");
    expect(told).toMatchObject([{ run: "run_2" }]);
    expect(codeOf(await slow)).toBe("ok"); // the answer waits three seconds for the run, no longer
    expect(await rowsOf(org, "delivery")).toBe(1);
  });
});

describe("time", () => {
  it("[REV-7] what is past due rises by itself, the run hears of it, and it can still be decided", async () => {
    const { org, queue } = fresh();
    const { id } = await queue.open(org, request("run_1", { severity: "medium" }));
    await runDurableObjectAlarm(stubOf(org));
    await queue.confirm(sent.flatMap((message) => message.rows.map((row) => row.id)));
    expect(await alarmOf(org)).toBe(FAR + DUE_MS.medium / 2);
    now = FAR + DUE_MS.medium - 1;
    await runDurableObjectAlarm(stubOf(org));
    expect(await queue.read(id)).toMatchObject({ status: "pending" });
    now = FAR + DUE_MS.medium;
    await runDurableObjectAlarm(stubOf(org));
    expect(await queue.read(id)).toMatchObject({
      status: "escalated",
      severity: "high",
      due_at: new Date(now + DUE_MS.high).toISOString(),
    });
    expect(told).toEqual([{ run: "run_1", message: { kind: "review.escalated", id, activity: "approve", severity: "high", at: now } }]);
    expect(recordsSent().at(-1)).toMatchObject({ event_type: "review.escalated", actor: { type: "system" } });
    expect(codeOf(await queue.decide(id, judgement()))).toBe("ok");
    expect(told.at(-1)).toMatchObject({ message: { kind: "review.decided" } });
  });

  it("[REV-7] the alarm of a case survives the object", async () => {
    const { org, queue } = fresh();
    const { id } = await queue.open(org, request("run_1", { severity: "critical" }));
    await runDurableObjectAlarm(stubOf(org));
    await queue.confirm(sent.flatMap((message) => message.rows.map((row) => row.id)));
    await evictDurableObject(stubOf(org));
    expect(await alarmOf(org)).toBe(FAR + DUE_MS.critical / 2);
    now = FAR + DUE_MS.critical;
    await runDurableObjectAlarm(stubOf(org));
    expect(await queue.read(id)).toMatchObject({ status: "escalated", severity: "critical" });
  });
});

describe("the end of a run", () => {
  it("[REV-12] a run that goes on loses only the cases that it names", async () => {
    const { org, queue } = fresh();
    const stale = await queue.open(org, request("run_1"));
    const awaited = await queue.open(org, request("run_1", { key: "run_1/other#1" }));
    expect(await queue.withdraw("run_1", [stale.id])).toEqual({ ids: [stale.id] });
    expect(await queue.read(awaited.id)).toMatchObject({ status: "pending" });
  });

  it("[REV-12] a case that is withdrawn by its id takes nothing along: the decision about another is still told", async () => {
    const { org, queue } = fresh();
    world.tellRun = async () => {
      throw new Error("the run is out of reach");
    };
    const decided = await queue.open(org, request("run_1"));
    const stale = await queue.open(org, request("run_1", { key: "run_1/other#1" }));
    await queue.decide(decided.id, judgement());
    expect(await queue.withdraw("run_1", [stale.id])).toEqual({ ids: [stale.id] });
    expect(await rowsOf(org, "delivery")).toBe(1);
    world.tellRun = async (run, message) => void told.push({ run, message });
    now = FAR + 60_000;
    await runDurableObjectAlarm(stubOf(org));
    expect(told).toMatchObject([{ run: "run_1", message: { kind: "review.decided", decision: { id: decided.id, action: "approve" } } }]);
  });

  it("[REV-12] its open cases are cancelled, decided ones stay, and it hears nothing more", async () => {
    const { org, queue } = fresh();
    world.tellRun = async () => {
      throw new Error("the run is out of reach");
    };
    const decided = await queue.open(org, request("run_1"));
    const open = await queue.open(org, request("run_1", { key: "run_1/other#1" }));
    const other = await queue.open(org, request("run_2"));
    await queue.decide(decided.id, judgement());
    expect(await rowsOf(org, "delivery")).toBe(1);
    expect(await queue.withdraw("run_1")).toEqual({ ids: [open.id] });
    expect(await queue.withdraw("run_1")).toEqual({ ids: [] });
    expect(await rowsOf(org, "delivery")).toBe(0);
    expect(await queue.read(decided.id)).toMatchObject({ status: "approved" });
    expect(await queue.read(open.id)).toMatchObject({ status: "cancelled" });
    expect(await queue.read(other.id)).toMatchObject({ status: "pending" });
    expect(codeOf(await queue.decide(open.id, judgement()))).toBe("conflict");
    expect(await queue.depth()).toBe(1);
  });
});

describe("lists and outbox", () => {
  it("[REV-13] lists newest first, by status, page by page, each case once", async () => {
    const { org, queue } = fresh();
    const ids: string[] = [];
    for (let index = 0; index < 5; index++) {
      now = FAR + index;
      ids.push((await queue.open(org, request(`run_${index}`))).id);
    }
    await queue.decide(ids[1] ?? "", judgement());
    const pages: string[] = [];
    for (let cursor: string | null = null, more = true; more; more = cursor !== null) {
      const page = await queue.list("pending", { limit: 2, cursor });
      expect([1, 2]).toContain(page.data.length);
      pages.push(...page.data.map((view) => view.id));
      cursor = page.next_cursor;
    }
    expect(pages).toEqual([ids[4], ids[3], ids[2], ids[0]]);
    expect((await queue.list("approved", { limit: 10, cursor: null })).data.map((view) => view.id)).toEqual([ids[1]]);
    expect((await queue.list(null, { limit: 10, cursor: null })).data).toHaveLength(5);
  });

  it("[HAND-14] lists open cases by urgency, the oldest of equals first, page by page, each case once", async () => {
    const { org, queue } = fresh();
    const ids: string[] = [];
    for (const [index, severity] of (["medium", "high", "critical", "high", "critical", "medium"] as const).entries()) {
      now = FAR + index;
      ids.push((await queue.open(org, request(`run_${index}`, { severity }))).id);
    }
    await queue.decide(ids[3] ?? "", judgement());
    const pages: string[] = [];
    for (let cursor: string | null = null, more = true; more; more = cursor !== null) {
      const page = await queue.list(null, { limit: 2, cursor }, "urgency");
      pages.push(...page.data.map((view) => view.id));
      cursor = page.next_cursor;
    }
    expect(pages).toEqual([ids[2], ids[4], ids[1], ids[0], ids[5]]);
    const approved = await queue.list("approved", { limit: 10, cursor: null }, "urgency");
    expect(approved.data.map(({ id }) => id)).toEqual([ids[3]]);
  });

  it("[REV-9] a record stays in the outbox until it is confirmed", async () => {
    const { org, queue } = fresh();
    await queue.open(org, request("run_1"));
    world.send = async () => {
      throw new Error("the queue is full");
    };
    await runDurableObjectAlarm(stubOf(org));
    expect(await rowsOf(org, "outbox")).toBe(1);
    now = FAR + 60_000;
    world.send = async (message) => void sent.push(message);
    await runDurableObjectAlarm(stubOf(org));
    expect(recordsSent()).toHaveLength(1);
    expect(await rowsOf(org, "outbox")).toBe(1);
    await queue.confirm(sent.flatMap((message) => message.rows.map((row) => row.id)));
    expect(await rowsOf(org, "outbox")).toBe(0);
  });

  it("[REV-14] a queue serves one org", async () => {
    const { org, queue } = fresh();
    await queue.open(org, request("run_1"));
    const answer = await runInDurableObject(stubOf(org), (room) =>
      room.open("another-org", request("run_2")).then(
        () => "opened",
        (error: Error) => error.message,
      ),
    );
    expect(answer).toBe("this queue is another org's");
  });
});
