/** A write whose outcome nobody knows, and whose tool can be asked what became of it. */
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../core/json.ts";
import type { ReviewRequest } from "../../../core/review/case.ts";
import { lostChanges } from "../../../core/review/changes.ts";
import type { LookupAnswer } from "../../../core/run/calls/call.ts";
import type { AuthorityAnswer } from "../../../core/workflow/authority.ts";
import { define, tool } from "../../support/run/definition.ts";
import { answered, Drive, failed, type Script } from "../../support/run/drive.ts";

const authority: Script["authority"] = (question): AuthorityAnswer => {
  if (question.kind !== "tool") throw new Error("only tools are asked for here");
  const facts = { tool: question.tool, version: 1, effect: "write", idempotency: { lookup: "mail.find" }, timeout_ms: 30_000 } as const;
  return { kind: "tool", permission: { decision: "allow", policyVersion: "p1", reasons: [] }, facts };
};
const said = (found: LookupAnswer["found"], output: LookupAnswer["output"] = null): LookupAnswer => ({
  found,
  output,
  durationMs: 1,
  findings: [],
});

/** Sends a mail whose first answer is lost, and asks what the script says. */
function driveWith(lookUp: Script["lookUp"], second = answered({ id: "m-2" })): Drive {
  let calls = 0;
  const drive: Drive = new Drive(define({ mail: tool("mail.send") }), {
    authority,
    lookUp,
    tool: () => (++calls === 1 ? failed("timeout", "unknown") : second),
  });
  return drive.start();
}

describe("asking what became of a write", () => {
  it("[RUN-110] it happened: its answer is the step's, and nothing is sent again", () => {
    const asked: string[] = [];
    const drive = driveWith((name, key) => {
      asked.push(`${name} ${key}`);
      return said("yes", { id: "m-1" });
    }).run();
    expect(drive.state.status).toBe("completed");
    expect(drive.state.steps["mail"]?.output).toEqual({ id: "m-1" });
    expect(drive.sent).toHaveLength(1);
    expect(asked).toEqual([`mail.find ${drive.machinery.birth.id}/mail`]);
  });

  it("[RUN-111] it did not: it is sent again, under the same key", () => {
    const drive = driveWith(() => said("no")).run();
    expect(drive.state.status).toBe("completed");
    expect(drive.state.steps["mail"]?.output).toEqual({ id: "m-2" });
    expect(drive.sent).toEqual([drive.sent[0], drive.sent[0]]);
  });

  it("[RUN-112] nobody can say: it is asked three times, then a person decides", () => {
    let asked = 0;
    const drive = driveWith(() => {
      asked++;
      return said("unsure");
    }).run();
    expect(asked).toBe(3);
    expect(drive.state.status).toBe("waiting");
    expect(drive.activity("mail").review?.reason).toBe("unknown-outcome");
    expect(drive.sent).toHaveLength(1);
  });

  it("[RUN-113] a call that was cut short may still be on its way: nobody is asked before its timeout", () => {
    const times: number[] = [];
    const drive: Drive = new Drive(define({ mail: tool("mail.send") }), {
      authority,
      tool: () => answered({ id: "m" }),
      lookUp: () => {
        times.push(drive.now);
        return said("no");
      },
    });
    drive.start().run((state) => Object.values(state.activities).some(({ phase }) => phase === "calling"));
    const sentAt = drive.now;
    drive.now += 2_000;
    drive.crash().run();
    expect(drive.state.status).toBe("completed");
    expect(times).toHaveLength(1);
    expect((times[0] ?? 0) - sentAt).toBeGreaterThan(31_000); // it begins when the call has come to its gateway
  });

  it("[RUN-331] a tool that answered, and may have done it, is asked about at once, and after an unsure answer two seconds later", () => {
    const times: number[] = [];
    const drive: Drive = new Drive(define({ mail: tool("mail.send") }), {
      authority,
      tool: () => ({ ...failed("tool_error", "unknown"), reached: "answered" }),
      lookUp: () => {
        times.push(drive.now);
        return times.length === 1 ? said("unsure") : said("yes", { id: "m" });
      },
    });
    const startedAt = drive.now;
    drive.start().run();
    expect(drive.state.status).toBe("completed");
    expect(times.map((at) => Math.round((at - startedAt) / 1_000))).toEqual([0, 2]);
  });

  it("[RUN-331] a call that was cut short after one that was answered is waited for all the same", () => {
    const times: number[] = [];
    const drive: Drive = new Drive(define({ mail: tool("mail.send") }), {
      authority,
      tool: () => (times.length === 0 ? { ...failed("tool_error", "unknown"), reached: "answered" } : answered({ id: "m" })),
      lookUp: () => {
        times.push(drive.now);
        return said(times.length === 1 ? "no" : "yes", { id: "m" });
      },
    });
    drive.start().run((state) => times.length === 1 && state.activities["mail"]?.phase === "calling");
    const sentAt = drive.now;
    drive.crash().run();
    expect(drive.state.status).toBe("completed");
    expect((times[1] ?? 0) - sentAt).toBeGreaterThan(31_000);
  });

  it("[RUN-113] a queued call leaves when it is taken up, however long it lay: nobody is asked before its timeout from then on", () => {
    const times: number[] = [];
    const drive: Drive = new Drive(define({ mail: tool("mail.send", { async: true }) }), {
      authority,
      lookUp: () => {
        times.push(drive.now);
        return said("yes", { id: "m" });
      },
    });
    drive.start().run((state) => state.activities["mail"]?.phase === "calling");
    drive.now += 60_000;
    const call = drive.activity("mail").call ?? 0;
    expect(drive.offer({ kind: "call.take", activity: "mail", call })).toBeNull();
    const takenAt = drive.now;
    drive.now += 100;
    expect(drive.offer({ kind: "tool.answered", activity: "mail", call, outcome: failed("upstream_unavailable", "unknown") })).toBeNull();
    drive.run();
    expect(drive.state.status).toBe("completed");
    expect(times).toHaveLength(1);
    expect((times[0] ?? 0) - takenAt).toBeGreaterThan(31_000); // it begins when the call has come to its gateway
  });

  it("[RUN-114] a crash while it is asked asks again, and an answer to an older question changes nothing", () => {
    let asked = 0;
    const drive = driveWith(() => (++asked === 1 ? "never" : said("yes", { id: "m-1" })));
    drive.run((state) => asked === 1 || state.status === "completed");
    expect(drive.offer({ kind: "tool.looked_up", activity: "mail", call: 1, answer: said("no") })).not.toBeNull();
    drive.crash().run();
    expect(drive.state.status).toBe("completed");
    expect(drive.sent).toHaveLength(1);
  });

  it.each(["mail.find", "mail.send"])("[KILL-30] a switch of %s holds the look-up until it is lifted", (name) => {
    let asked = 0;
    const drive = driveWith(() => {
      asked++;
      return said("yes", { id: "m-1" });
    });
    drive.run((state) => state.activities["mail"]?.phase === "looking");
    drive.stops = { epoch: 2, active: [{ kind: "tool", org: "acme", name }], asOf: drive.now };
    drive.run();
    expect([drive.state.status, drive.state.pausedBy?.scope, asked]).toEqual(["paused", `tool:${name}`, 0]);
    drive.stops = { epoch: 3, active: [], asOf: drive.now };
    drive.offer({ kind: "tick" });
    drive.run();
    expect([drive.state.status, asked, drive.sent.length]).toEqual(["completed", 1, 1]);
  });

  it("[RUN-115] a run that is cancelled meanwhile names the write as undone", () => {
    const drive = driveWith(() => "never");
    drive.run((state) => state.activities["mail"]?.phase === "looking");
    drive.offer({ kind: "cancel", by: "ada", reason: "no longer wanted" });
    drive.run();
    expect(drive.state).toMatchObject({ status: "cancelled", undone: ["mail"] });
  });
});

describe("what a person says became of a write", () => {
  const waiting = (): Drive => driveWith(() => said("unsure")).run();
  const decide = (drive: Drive, action: "approve" | "reject" | "modify", change: JsonObject = {}): Drive => {
    const { review } = drive.activity("mail");
    if (review === null) throw new Error("nobody is asked");
    const proposal = { ...(review.proposal as JsonObject), ...change };
    const decision = { id: review.id ?? "", action, by: "rita", reason: "", proposal, digest: review.digest, at: drive.now };
    expect(drive.offer({ kind: "review.decided", activity: "mail", decision })).toBeNull();
    return drive.run();
  };

  it("[REV-30] it happened, and that is its answer: nothing is sent again and nothing is in doubt", () => {
    const drive = decide(waiting(), "modify", { output: { id: "m-9" } });
    expect(drive.state).toMatchObject({ status: "completed", undone: [] });
    expect(drive.state.steps["mail"]?.output).toEqual({ id: "m-9" });
    expect(drive.sent).toHaveLength(1);
  });

  it("[REV-30] it did not, and is sent again; or nobody knows, and the run ends naming it", () => {
    expect(decide(waiting(), "approve").sent).toHaveLength(2);
    const rejected = decide(waiting(), "reject");
    expect([rejected.sent.length, rejected.state.undone]).toEqual([1, ["mail"]]);
  });

  it("[REV-30] that a call happened is said alone, of such a call alone, and not taken back by an input", () => {
    const asked = {
      reason: "unknown-outcome",
      modifiable: "input",
      proposal: { tool: "mail.send", input: { to: "a" } },
    } as unknown as ReviewRequest;
    expect(lostChanges(asked, { output: {} })).toEqual([]);
    for (const changes of [{ output: null }, { output: {}, input: { to: "b" } }]) expect(lostChanges(asked, changes)).toHaveLength(1);
    expect(lostChanges({ ...asked, reason: "policy" }, { output: {} })).toHaveLength(1);
    const changed = { ...asked, proposal: { tool: "mail.send", input: { to: "a" }, output: {} } };
    expect(lostChanges(changed, { input: { to: "b" } })).toHaveLength(1);
  });
});
