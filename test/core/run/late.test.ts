/** Answers that come late, twice or to somebody else: each is refused, and the run stays as it is. */
import { describe, expect, it } from "vitest";
import type { Happening } from "../../../core/run/machine/happening.ts";
import { wantedEffects } from "../../../core/run/outside/wanted.ts";
import type { AuthorityAnswer } from "../../../core/workflow/authority.ts";
import { define, model, review, tool } from "../../support/run/definition.ts";
import { answered, Drive, failed, type Script, said } from "../../support/run/drive.ts";

const kid = { needs: [], when: null, on_error: null, kind: "run", workflow: "small", version: null, input: {} } as const;
const found = { found: "no", output: null, durationMs: 1, findings: [] } as const;
const ended = { ok: true, output: 1, error: null, flags: [], held: { micro_usd: 0, tokens: 0 } } as const;

/** A model's call, a tool's, a queued one and a child run are under way, and a person is asked. */
function busy(): Drive {
  const steps = { m: model(), t: tool("orders.get"), q: tool("mail.send", { async: true }), c: kid, r: review() };
  return new Drive(define(steps), { model: () => "never", tool: () => "never", child: () => "never" }).start().run();
}
const callOf = (run: Drive, activity: string): number => run.activity(activity).call ?? -1;

type Late = (run: Drive) => Happening;
const LATE: readonly (readonly [string, Late])[] = [
  ["a model's, to another call", (run) => ({ kind: "model.answered", activity: "m", call: callOf(run, "m") + 1, outcome: said("x") })],
  ["a model's, to a tool's call", (run) => ({ kind: "model.answered", activity: "t", call: callOf(run, "t"), outcome: said("x") })],
  ["a model's, to a question", () => ({ kind: "model.answered", activity: "r", call: 1, outcome: said("x") })],
  ["a model's, to nobody", () => ({ kind: "model.answered", activity: "nobody", call: 1, outcome: said("x") })],
  ["a tool's, to another call", (run) => ({ kind: "tool.answered", activity: "t", call: callOf(run, "t") + 1, outcome: answered(1) })],
  ["a tool's, to a model's call", (run) => ({ kind: "tool.answered", activity: "m", call: callOf(run, "m"), outcome: answered(1) })],
  ["a tool's, to nobody", () => ({ kind: "tool.answered", activity: "nobody", call: 1, outcome: answered(1) })],
  ["a look-up's, where none was asked for", (run) => ({ kind: "tool.looked_up", activity: "t", call: callOf(run, "t"), answer: found })],
  ["a look-up's, to nobody", () => ({ kind: "tool.looked_up", activity: "nobody", call: 1, answer: found })],
  ["an interruption of another call", (run) => ({ kind: "interrupted", activity: "m", call: callOf(run, "m") + 1 })],
  ["an interruption of a question", () => ({ kind: "interrupted", activity: "r", call: 1 })],
  ["an interruption of nobody", () => ({ kind: "interrupted", activity: "nobody", call: 1 })],
  ["a consumer's, of a call that is in no queue", (run) => ({ kind: "call.take", activity: "t", call: callOf(run, "t") })],
  ["a consumer's, of another call", (run) => ({ kind: "call.take", activity: "q", call: callOf(run, "q") + 1 })],
  ["a consumer's, of nobody", () => ({ kind: "call.take", activity: "nobody", call: 1 })],
  ["a child's that was not started", (run) => ({ kind: "child.ended", activity: "c", run: "run_other", usage: run.state.usage, ...ended })],
  ["a child's, to a tool's call", (run) => ({ kind: "child.ended", activity: "t", run: "run_other", usage: run.state.usage, ...ended })],
  ["a child's that nobody asked to undo", () => ({ kind: "child.undone", activity: "c", run: "run_child_c", failed: false, left: false })],
  [
    "the ledger's, to another request",
    (run) => ({ kind: "budget.answered", n: run.state.lease.n + 1, answer: run.script.ledger({ want: {} } as never) }),
  ],
  ["authority's, to a call that is under way", () => ({ kind: "authorized", activity: "t", answer: denied("orders.get") })],
];
const facts = (name: string) => ({ tool: name, version: 1, effect: "write", idempotency: "key", timeout_ms: 1000 }) as const;
const denied = (name: string): AuthorityAnswer => ({
  kind: "tool",
  permission: { decision: "deny", policyVersion: "p1", reasons: [] },
  facts: facts(name),
});

describe("[RUN-301] an answer that is late, or another's", () => {
  it.each(LATE)("is refused: %s", (_, late) => {
    const run = busy();
    const before = run.state;
    expect(run.offer(late(run))).toEqual(expect.any(String));
    expect(run.state).toBe(before);
  });

  it("is no obstacle to the right one", () => {
    const run = busy();
    const right: readonly Happening[] = [
      { kind: "model.answered", activity: "m", call: callOf(run, "m"), outcome: said("x") },
      { kind: "tool.answered", activity: "t", call: callOf(run, "t"), outcome: answered(1) },
      { kind: "call.take", activity: "q", call: callOf(run, "q") },
      { kind: "child.ended", activity: "c", run: "run_child_c", usage: run.state.usage, ...ended },
    ];
    for (const happening of right) expect(run.offer(happening)).toBeNull();
    expect(Object.values(run.state.steps).map(({ status }) => status)).toEqual([
      "completed",
      "completed",
      "running",
      "completed",
      "waiting",
    ]);
  });

  it("is refused of a person, about an older case", () => {
    const run = busy();
    const { digest, proposal, id } = run.activity("r").review ?? {};
    const decision = { action: "approve", by: "grace", reason: "", proposal: proposal ?? null, digest: digest ?? "", at: run.now } as const;
    expect(run.offer({ kind: "review.decided", activity: "r", decision: { ...decision, id: "rev_older" } })).toContain("older case");
    expect(run.offer({ kind: "review.decided", activity: "r", decision: { ...decision, id: id ?? "" } })).toBeNull();
  });
});

describe("[RUN-301] authority is heard where it was asked", () => {
  const asking = (script: Partial<Script> = {}) => new Drive(define({ t: tool("orders.get") }), script).start();

  it("not while a person pauses the run", () => {
    const run = asking();
    expect(run.offer({ kind: "pause", by: "ada", reason: "" })).toBeNull();
    expect(run.offer({ kind: "authorized", activity: "t", answer: denied("orders.get") })).toBe("nobody asked");
  });

  it("not before a retry is due, and then", () => {
    const run = asking({ tool: () => failed("tool_error", "transient") }).run((state) => state.activities["t"]?.phase === "backing-off");
    const due = run.activity("t").resumeAt ?? 0;
    run.now = due - 1;
    expect(run.offer({ kind: "authorized", activity: "t", answer: denied("orders.get") })).toBe("nobody asked");
    run.now = due;
    expect(run.offer({ kind: "authorized", activity: "t", answer: denied("orders.get") })).toBeNull();
    expect(run.state.status).toBe("failed");
  });
});

describe("[RUN-302] what a call in a queue, and one whose outcome is looked up, want", () => {
  const wants = (run: Drive, at: number): string[] => wantedEffects(run.machinery, run.state, at).map(({ kind }) => kind);

  it("a message, and nothing once it was taken up, until it counts as lost", () => {
    const run = new Drive(define({ q: tool("mail.send", { async: true }) }), { tool: () => "never" }).start();
    run.run((state) => state.activities["q"]?.queued === "owed");
    const lostAt = run.activity("q").lostAt ?? 0;
    expect([wants(run, lostAt - 1), wants(run, lostAt)]).toEqual([["call.queue"], ["tool.call"]]);
    expect(run.offer({ kind: "call.take", activity: "q", call: callOf(run, "q") })).toBeNull();
    const takenUntil = run.activity("q").lostAt ?? 0;
    expect([wants(run, takenUntil - 1), wants(run, takenUntil)]).toEqual([[], ["tool.call"]]);
  });

  it("the look-up when it is due, and not while the run is paused", () => {
    const authority: Script["authority"] = () => ({
      kind: "tool",
      permission: { decision: "allow", policyVersion: "p1", reasons: [] },
      facts: { ...facts("mail.send"), idempotency: { lookup: "mail.find" } },
    });
    const run = new Drive(define({ t: tool("mail.send") }), { authority, tool: () => failed("timeout", "unknown"), lookUp: () => "never" });
    run.start().run((state) => state.activities["t"]?.phase === "looking");
    const due = run.activity("t").resumeAt ?? run.now;
    expect([wants(run, due - 1), wants(run, due)]).toEqual([due > run.now ? [] : ["tool.look_up"], ["tool.look_up"]]);
    expect(run.offer({ kind: "pause", by: "ada", reason: "" })).toBeNull();
    expect(wants(run, due + 1)).not.toContain("tool.look_up");
  });
});
