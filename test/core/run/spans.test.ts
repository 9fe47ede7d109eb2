/** Every kind of event of a journal, and all that the spans say of it: written down by hand, span by span. */
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../core/json.ts";
import { NO_USAGE } from "../../../core/run/machine/state.ts";
import { BARE } from "../../../core/run/outside/span-content.ts";
import { spansOfRun } from "../../../core/run/outside/trace.ts";
import { define } from "../../support/run/definition.ts";
import { Drive, T0 } from "../../support/run/drive.ts";
import {
  BAD,
  END,
  ENDED,
  journal,
  type Line,
  named,
  OK,
  plain,
  ROOT_SAYS,
  root,
  spans,
  type Told,
  without,
} from "../../support/run/told-spans.ts";

describe("[RUN-360] the spans of a run say all that its journal says", () => {
  it("a run that was only begun stands open, up to its last event", () => {
    expect(
      spans([
        ["run.created", 0, null],
        ["run.started", 4, null],
      ]),
    ).toEqual([
      {
        name: "run specimen",
        of: null,
        id: "run",
        kind: 1,
        time: [0, 4, null],
        says: ROOT_SAYS,
        events: [["run.started", 4, {}]],
        links: [],
      },
    ]);
    expect(spans([])).toMatchObject([{ time: [0, 0, null] }]);
  });

  it.each<[string, object, JsonObject]>([
    ["run.completed", END, { "run.status": "completed", ...ENDED, ...OK(9) }],
    ["run.completed", { ...END, flags: ["partial"] }, { "run.status": "completed", "run.flags": ["partial"], ...ENDED, ...OK(9) }],
    ["run.failed", { error: { code: "tool_error" }, flags: [] }, { "run.status": "failed", ...ENDED, ...BAD(9, "tool_error") }],
    ["run.cancelled", { reason: "enough" }, { "run.status": "cancelled", ...ENDED, ...BAD(9, "cancelled") }],
    [
      "run.dead_lettered",
      { error: { code: "timeout" }, flags: ["degraded"] },
      { "run.status": "dead_lettered", "run.flags": ["degraded"], ...ENDED, ...BAD(9, "timeout") },
    ],
  ])("%s %j", (type, data, says) => {
    expect(spans([[type, 9, null, data]])).toEqual([
      {
        name: "run specimen",
        of: null,
        id: "run",
        kind: 1,
        time: [0, 9, 1],
        says: { ...ROOT_SAYS, ...says },
        events: [[type, 9, {}]],
        links: [],
      },
    ]);
  });

  it("what is under way when the run ends is told unfinished; what comes after changes nothing", () => {
    const all = spans([
      ["step.started", 1, "a", { kind: "tool" }],
      ["tool.called", 2, "a", { activity: "a", tool: "mail.send", attempt: 1, version: 3, effect: "write", input_digest: "x" }],
      ["run.cancelled", 6, null, { reason: "" }],
      ["tool.answered", 8, "a", { activity: "a", ok: true, status: 200 }],
      ["run.dead_lettered", 9, null, { error: { code: "timeout" }, flags: [] }],
    ]);
    expect(all.map(({ time }) => time)).toEqual([
      [0, 6, 3],
      [1, 6, 3],
      [2, 6, 3],
    ]);
    expect(root(all).says).toEqual({ ...ROOT_SAYS, "run.status": "cancelled", ...ENDED, ...BAD(6, "cancelled") });
    expect(root(all).events.map(([name]) => name)).toEqual(["run.cancelled", "run.dead_lettered"]);
    expect(all.slice(1).map(({ says }) => says["error.type"])).toEqual(["unfinished", "unfinished"]);
    expect(named(all, "execute_tool mail.send").says).not.toHaveProperty("http.response.status_code");
  });

  it("a session and a run that is continued are said on every span and linked", () => {
    const redrive = { of: "run_before", keyRun: "run_before", kept: {}, acts: {} };
    const birth = { session: "ses_1", redrive, parentSpanId: "00f067aa0ba902b7" };
    const all = spans([["step.started", 1, "a", { kind: "tool" }]], undefined, BARE, birth);
    expect(all.map(({ says }) => says["gen_ai.conversation.id"])).toEqual(["ses_1", "ses_1"]);
    expect(all.map(({ says }) => Object.hasOwn(says, "session.id"))).toEqual([false, false]);
    expect(root(all)).toMatchObject({ of: "?", links: [{ "run.id": "run_before", "bulkhead.relation": "continues", isOfRun: true }] });
    const old = spans([["step.started", 1, "a", { kind: "tool" }]], undefined, { ...BARE, olderNames: true }, birth);
    expect(old.map(({ says }) => says["session.id"])).toEqual(["ses_1", "ses_1"]);
    expect(root(spans([])).links).toEqual([]);
  });

  it("what happens to the run is an event of its span, with what is known of it", () => {
    const all = spans([
      ["run.cancelling", 1, null],
      ["run.stopping", 2, null],
      ["run.compensating", 3, null],
      ["signal.received", 4, null],
      ["escalation.raised", 5, null],
      ["hand_over.proposed", 6, null],
      ["hand_over.raised", 7, null],
      ["budget.refused", 8, null, { scope: "org", cap: "usd_per_day", resets_at: 1 }],
      ["budget.alert", 9, null, { scope: "run", percent: 80, cap: "usd" }],
      ["step.skipped", 10, "a"],
      ["memory.considered", 11, null],
    ]);
    expect(all).toHaveLength(1);
    expect(root(all).events).toEqual([
      ...[
        "run.cancelling",
        "run.stopping",
        "run.compensating",
        "signal.received",
        "escalation.raised",
        "hand_over.proposed",
        "hand_over.raised",
      ].map((name, index) => [name, index + 1, {}]),
      ["budget.refused", 8, { scope: "org", cap: "usd_per_day" }],
      ["budget.alert", 9, { scope: "run", percent: 80 }],
      ["step.skipped", 10, { "step.id": "a" }],
    ]);
    expect(root(all).time).toEqual([0, 11, null]);
  });

  it("each wait is a span, ended by the next one, by the news, or by the end", () => {
    const all = spans([
      ["run.waiting", 1, null, { kind: "review", id: "r", until: null }],
      ["run.waiting", 3, null, { kind: "signal", id: "s", until: null }],
      ["run.resumed", 6, null, { from: "waiting" }],
      ["run.paused", 7, null, { scope: "person", by: "ada" }],
      ["run.resumed", 9, null, { from: "paused" }],
      ["run.paused", 10, null, { scope: "org", epoch: 2 }],
      ["run.failed", 14, null, { error: { code: "timeout" }, flags: [] }],
    ]);
    const wait = (what: string, seq: number, time: Told["time"]): Told => ({
      ...{ name: `wait ${what}`, of: "run specimen", id: `#${seq}`, kind: 1, time, ...plain },
      says: { "bulkhead.kind": "waiting", "waiting.for": what, ...OK(time[1] - time[0]) },
    });
    expect(all.slice(1)).toEqual([
      wait("review", 1, [1, 3, 2]),
      wait("signal", 2, [3, 6, 3]),
      wait("person", 4, [7, 9, 5]),
      wait("kill_switch", 6, [10, 14, 7]),
    ]);
    expect(root(all).events).toEqual([
      ["run.waiting", 1, { for: "review" }],
      ["run.waiting", 3, { for: "signal" }],
      ["run.resumed", 6, { from: "waiting" }],
      ["run.paused", 7, { for: "person" }],
      ["run.resumed", 9, { from: "paused" }],
      ["run.paused", 10, { for: "kill_switch" }],
      ["run.failed", 14, {}],
    ]);
  });

  it("a step that calls a tool: its beginning, its tries, its end", () => {
    const facts = { activity: "a", tool: "mail.send", version: 3, effect: "write", input_digest: "x" };
    const all = spans([
      ["step.started", 1, "a", { kind: "tool" }],
      ["policy.decided", 4, "a", { activity: "a", decision: "allow", policy_version: "p1", reasons: [], subject: "tool:mail.send@3" }],
      ["tool.called", 5, "a", { ...facts, attempt: 1 }],
      ["tool.answered", 8, "a", { activity: "a", ok: false, status: 503, failure: { code: "upstream_unavailable" } }],
      [
        "step.retrying",
        9,
        "a",
        { activity: "a", attempt: 2, error: { code: "upstream_unavailable" }, resume_at: T0 + 20, fallback: "mail.other" },
      ],
      [
        "policy.decided",
        22,
        "a",
        {
          activity: "a",
          decision: "ask",
          policy_version: "p2",
          reasons: ["r1"],
          subject: "tool:mail.send@3",
          risk: { score: 40, factors: [] },
        },
      ],
      ["tool.called", 23, "a", { ...facts, attempt: 2, repeated: true }],
      ["tool.answered", 25, "a", { activity: "a", ok: true, status: null, cached: "exact", unasked: true, spent_micro_usd: 1_000 }],
      [
        "guardrail.flagged",
        26,
        "a",
        { channel: "tool_output", findings: [{ type: "pii" }, { type: "pii" }, { type: "injection" }], instruction: true },
      ],
      ["guardrail.flagged", 27, "a", { channel: "model_output", findings: [{ type: "pii" }] }],
      ["step.retrying", 28, "a", { activity: "a", attempt: 3, error: { code: "timeout" }, resume_at: T0 + 5 }],
      ["step.completed", 29, "a", { output: { x: 1 } }],
    ]);
    const ofStep = { "step.id": "a" };
    const call = {
      "bulkhead.kind": "tool",
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "mail.send",
      "tool.version": 3,
      "tool.effect": "write",
    };
    const decision = { ...ofStep, "bulkhead.kind": "decision", "decision.subject": "tool:mail.send@3" };
    expect(all.slice(1)).toEqual([
      {
        ...{ name: "step a", of: "run specimen", id: "a", kind: 1, time: [1, 29, 12], links: [] },
        says: { ...ofStep, "bulkhead.kind": "step", "step.kind": "tool", ...OK(28) },
        events: [
          ["step.retrying", 9, { attempt: 2, "error.type": "upstream_unavailable", wait_ms: 11, fallback: "mail.other" }],
          ["guardrail.flagged", 26, { channel: "tool_output", types: ["pii", "injection"], instruction: true }],
          ["guardrail.flagged", 27, { channel: "model_output", types: ["pii"] }],
          ["step.retrying", 28, { attempt: 3, "error.type": "timeout", wait_ms: 0 }],
        ],
      },
      {
        ...{ name: "decide tool:mail.send@3", of: "step a", id: "#2", kind: 1, time: [1, 4, 2], ...plain },
        says: { ...decision, "decision.outcome": "allow", "policy.version": "p1", ...OK(3) },
      },
      {
        ...{ name: "execute_tool mail.send", of: "step a", id: "#3", kind: 3, time: [5, 8, 4], ...plain },
        says: { ...ofStep, ...call, attempt: 1, "http.response.status_code": 503, ...BAD(3, "upstream_unavailable") },
      },
      {
        ...{ name: "decide tool:mail.send@3", of: "step a", id: "#6", kind: 1, time: [20, 22, 6], ...plain },
        says: { ...decision, "decision.outcome": "ask", "policy.version": "p2", "policy.reasons": ["r1"], "risk.score": 40, ...OK(2) },
      },
      {
        ...{ name: "execute_tool mail.send", of: "step a", id: "#7", kind: 3, time: [23, 25, 8], ...plain },
        says: { ...ofStep, ...call, attempt: 2, repeated: true, "cost.usd": 0.001, "cache.hit": "exact", unasked: true, ...OK(2) },
      },
    ]);
  });

  it("a decision begins when something last happened to its call, its step, or else when it was made", () => {
    const decided = (at: number, step: string | null, activity: string): Line => [
      "policy.decided",
      at,
      step,
      { activity, decision: "deny", policy_version: "p1", reasons: [], subject: "tool:x@1" },
    ];
    const all = spans([
      ["step.started", 2, "a", { kind: "tool" }],
      decided(5, "a", "a/1"),
      decided(9, "a", "a/1"),
      ["step.retrying", 10, "a", { activity: "a/1", attempt: 2, error: { code: "timeout" }, resume_at: T0 + 50 }],
      decided(30, "a", "a/1"),
      decided(31, null, "(input)"),
    ]);
    expect(all.slice(2).map(({ of, time }) => [of, ...time])).toEqual([
      ["step a", 2, 5, 2],
      ["step a", 5, 9, 3],
      ["step a", 30, 30, 5],
      ["run specimen", 31, 31, 6],
    ]);
  });

  it("an answer that fits no schema, a status and a price that are none", () => {
    const all = spans([
      ["tool.called", 1, "a", { activity: "a", tool: "knowledge.search", attempt: 1, version: 1, effect: "read", input_digest: "x" }],
      ["tool.answered", 2, "a", { activity: "a", ok: false, status: 200, spent_micro_usd: 0 }],
      ["tool.answered", 3, "a", { activity: "a", ok: true, status: 500 }],
      ["model.called", 3, "a", { activity: "a", ok: true, spent: { tokens_in: 1, tokens_out: 2, micro_usd: 3 } }],
    ]);
    expect(all.slice(1)).toEqual([
      {
        ...{ name: "retrieval knowledge.search", of: "run specimen", id: "#1", kind: 3, time: [1, 2, 2], ...plain },
        says: {
          ...{ "step.id": "a", "bulkhead.kind": "retrieval", "gen_ai.operation.name": "retrieval", "gen_ai.tool.name": "knowledge.search" },
          ...{ attempt: 1, "tool.version": 1, "tool.effect": "read", "http.response.status_code": 200, ...BAD(1, "output_invalid") },
        },
      },
    ]);
  });

  it("a call that is made again before it was answered was interrupted", () => {
    const facts = { activity: "a", tool: "mail.send", attempt: 1, version: 1, effect: "write", input_digest: "x" };
    const ask = { activity: "m", attempt: 1, model: "acme/small" };
    const all = spans([
      ["tool.called", 1, "a", facts],
      ["tool.called", 4, "a", facts],
      ["model.calling", 5, "m", ask],
      ["model.calling", 7, "m", { ...ask, repeated: true }],
      [
        "model.called",
        8,
        "m",
        {
          activity: "m",
          ok: false,
          spent: { tokens_in: 0, tokens_out: 0, micro_usd: 0 },
          failure: { code: "timeout" },
          unasked: true,
          cached: "stale",
        },
      ],
      ["model.calling", 9, "m", ask],
      ["model.called", 10, "m", { activity: "m", ok: false, spent: { tokens_in: 1, tokens_out: 2, micro_usd: 3_000_000 } }],
    ]);
    expect(all.slice(1).map(({ time, says }) => [...time, says["error.type"]])).toEqual([
      [1, 4, 2, "interrupted"],
      [4, 10, null, undefined],
      [5, 7, 4, "interrupted"],
      [7, 8, 5, "timeout"],
      [9, 10, 7, "output_invalid"],
    ]);
    const chat = {
      "step.id": "m",
      "bulkhead.kind": "model",
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "acme",
      "gen_ai.request.model": "acme/small",
      "model.name": "acme/small",
      attempt: 1,
    };
    const spent = (tokensIn: number, tokensOut: number, usd: number) => ({
      ...{
        "gen_ai.usage.input_tokens": tokensIn,
        "gen_ai.usage.output_tokens": tokensOut,
        "tokens.input": tokensIn,
        "tokens.output": tokensOut,
        "cost.usd": usd,
      },
    });
    expect(all.slice(3).map(({ says }) => says)).toEqual([
      { ...chat, ...BAD(2, "interrupted") },
      { ...chat, repeated: true, ...spent(0, 0, 0), "cache.hit": "stale", unasked: true, ...BAD(1, "timeout") },
      { ...chat, ...spent(1, 2, 3), ...BAD(1, "output_invalid") },
    ]);
  });

  it("a look-up stands beside the call in doubt", () => {
    const facts = { activity: "a", tool: "mail.send", attempt: 1, version: 1, effect: "write", input_digest: "x" };
    const all = spans([
      ["tool.called", 1, "a", facts],
      ["tool.looking_up", 3, "a", { activity: "a", tool: "mail.find", time: 2, resume_at: 0 }],
      ["tool.looked_up", 5, "a", { activity: "a", tool: "mail.find", found: "no" }],
      ["tool.looking_up", 6, "a", { activity: "a", tool: "mail.find", time: 3, resume_at: 0 }],
      ["tool.looked_up", 8, "a", { activity: "a", tool: "mail.find", found: "unsure", failure: { code: "timeout" } }],
    ]);
    const look = { "step.id": "a", "bulkhead.kind": "tool", "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "mail.find" };
    expect(all.slice(1).map(({ id, time, says }) => [id, time, says])).toEqual([
      ["#1", [1, 8, null], { ...look, "gen_ai.tool.name": "mail.send", attempt: 1, "tool.version": 1, "tool.effect": "write" }],
      ["#2", [3, 5, 3], { ...look, look_up: 2, found: "no", ...OK(2) }],
      ["#4", [6, 8, 5], { ...look, look_up: 3, found: "unsure", ...BAD(2, "timeout") }],
    ]);
  });

  it("an agent: what it was offered, what it chose, its answer", () => {
    const ask = { attempt: 1, model: "acme/small" };
    const spent = { tokens_in: 1, tokens_out: 1, micro_usd: 0 };
    const candidates = [{ id: "acme/small" }, { id: "acme/large" }];
    const all = spans([
      ["step.started", 1, "desk", { kind: "agent" }],
      ["policy.decided", 2, "desk", { activity: "desk/1", decision: "allow", policy_version: "p", reasons: [], subject: "model" }],
      ["model.routed", 2, "desk", { activity: "desk/1", candidates, rejected: [{ id: "acme/old", why: "gone" }] }],
      ["model.calling", 3, "desk", { ...ask, activity: "desk/1" }],
      ["model.called", 5, "desk", { activity: "desk/1", ok: true, spent }],
      ["agent.answered", 5, "desk", { node: "desk", calls: [{ tool: "mail.send" }, { tool: "own words" }] }],
      [
        "model.routed",
        6,
        "desk",
        { activity: "desk/2", candidates: [], rejected: [{ id: "acme/dear", why: "dear" }], tools: [{ name: "orders.get" }] },
      ],
      ["model.calling", 7, "desk", { ...ask, activity: "desk/2" }],
      ["model.called", 8, "desk", { activity: "desk/2", ok: true, spent }],
      ["step.completed", 9, "desk", { output: "bye" }],
    ]);
    expect(named(all, "invoke_agent specimen/desk")).toEqual({
      ...{ name: "invoke_agent specimen/desk", of: "run specimen", id: "desk", kind: 1, time: [1, 9, 10], links: [] },
      says: {
        "step.id": "desk",
        "bulkhead.kind": "step",
        "step.kind": "agent",
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "specimen/desk",
        ...OK(8),
      },
      events: [["model.rejected", 6, { "model.name": "acme/dear", why: "dear" }]],
    });
    expect(named(all, "decide model").events).toEqual([
      ["model.candidate", 2, { "model.name": "acme/small", rank: 0 }],
      ["model.candidate", 2, { "model.name": "acme/large", rank: 1 }],
      ["model.rejected", 2, { "model.name": "acme/old", why: "gone" }],
    ]);
    const chats = all.filter(({ name }) => name === "chat acme/small");
    expect(chats.map(({ of, events }) => [of, events])).toEqual([
      [
        "invoke_agent specimen/desk",
        [
          ["tool.chosen", 5, { "gen_ai.tool.name": "mail.send" }],
          ["tool.considered", 5, { "gen_ai.tool.name": "orders.get" }],
        ],
      ],
      ["invoke_agent specimen/desk", [["tool.considered", 9, { "gen_ai.tool.name": "orders.get" }]]],
    ]);
  });

  it("an agent that gives up after it chose is told so once, and a step ends once", () => {
    const all = spans([
      ["step.started", 1, "desk", { kind: "agent" }],
      ["model.calling", 3, "desk", { attempt: 1, model: "acme/small", activity: "desk/1" }],
      ["agent.answered", 5, "desk", { node: "desk", calls: [{ tool: "mail.send" }] }],
      ["step.failed", 6, "desk", { error: { code: "loop_detected" }, absorbed: "step" }],
      ["step.completed", 8, "desk", { output: 1 }],
    ]);
    expect(named(all, "chat acme/small").events.map(([name]) => name)).toEqual(["tool.chosen", "tool.considered"]);
    expect(named(all, "invoke_agent specimen/desk")).toMatchObject({ time: [1, 6, 4], says: BAD(5, "loop_detected") });
  });

  it("128 events of a span are told, further ones counted", () => {
    const { machinery } = new Drive(define({}));
    const events = (count: number) => journal(Array.from({ length: count }, (): Line => ["signal.received", 1, null]));
    const told = (count: number) => spansOfRun(machinery, NO_USAGE, events(count)).map((span) => [span.events.length, span.droppedEvents]);
    expect([told(127), told(128), told(130)]).toEqual([[[127, 0]], [[128, 0]], [[128, 2]]]);
  });

  it("a model that may call nothing chose nothing, and a wait is a waiting", () => {
    const all = spans([
      ["step.started", 1, "w", { kind: "wait" }],
      ["step.started", 1, "b", { kind: "model" }],
      ["model.calling", 2, "b", { activity: "b", attempt: 1, model: "acme/small" }],
      ["step.failed", 3, "b", { error: { code: "output_invalid" }, absorbed: null }],
      ["step.failed", 3, "never", { error: { code: "timeout" }, absorbed: null }],
      ["step.completed", 4, "w", { output: null }],
    ]);
    expect(all.slice(1).map(({ name, time, says, events }) => [name, time, says["bulkhead.kind"], says["error.type"], events])).toEqual([
      ["step w", [1, 4, 6], "waiting", undefined, []],
      ["step b", [1, 3, 4], "step", "output_invalid", []],
      ["chat acme/small", [2, 4, null], "model", undefined, []],
    ]);
  });

  it("items of a map, with their calls below them", () => {
    const all = spans([
      ["step.started", 1, "each", { kind: "map" }],
      ["item.started", 2, "each", { index: 0, kind: "tool" }],
      ["item.started", 2, "each", { index: 1, kind: "tool" }],
      ["tool.called", 3, "each", { activity: "each/0", tool: "mail.send", attempt: 1, version: 1, effect: "write", input_digest: "" }],
      ["model.calling", 3, "each", { activity: "each/1/2", attempt: 1, model: "acme/small" }],
      ["item.completed", 4, "each", { index: 0, output: 1 }],
      ["item.failed", 5, "each", { index: 1, error: { code: "timeout" } }],
      ["tool.called", 6, "each", { activity: "each/0", tool: "mail.late", attempt: 1, version: 1, effect: "write", input_digest: "" }],
      ["item.started", 7, "gone", { index: 0, kind: "tool" }],
      ["item.completed", 8, "each", { index: 0, output: 1, error: { code: "late" } }],
      ["item.completed", 9, "gone", { index: 0, output: 1, error: { code: "tool_error" } }],
    ]);
    const item = (index: number, step = "each") => ({ "bulkhead.kind": "step", "step.id": step, "step.kind": "tool", "item.index": index });
    expect(all.slice(2).map(({ name, of, id, time, says }) => [name, of, id, time, says["error.type"]])).toEqual([
      ["item each/0", "step each", "each/0", [2, 4, 6], undefined],
      ["item each/1", "step each", "each/1", [2, 5, 7], "timeout"],
      ["execute_tool mail.send", "item each/0", "#4", [3, 6, 8], "interrupted"],
      ["chat acme/small", "item each/1", "#5", [3, 9, null], undefined],
      ["execute_tool mail.late", "step each", "#8", [6, 9, null], undefined],
      ["item gone/0", "run specimen", "?", [7, 9, 11], "tool_error"],
    ]);
    expect(named(all, "item each/0").says).toEqual({ ...item(0), ...OK(2) });
    expect(named(all, "item gone/0").says).toEqual({ ...item(0, "gone"), ...BAD(2, "tool_error") });
  });

  it("a compensation, and the call that undoes", () => {
    const undo = { activity: "a/compensate", undoes: "a", tool: "mail.unsend", input: {} };
    const all = spans([
      ["step.compensating", 2, "a", undo],
      ["tool.called", 3, "a", { activity: "a/compensate", tool: "mail.unsend", attempt: 1, version: 1, effect: "write", input_digest: "" }],
      ["step.compensated", 5, "a", { activity: "a/compensate", undone: { code: "tool_error" } }],
      ["step.compensating", 6, "a", { ...undo, undoes: "b" }],
      ["step.compensated", 8, "a", { activity: "a/compensate" }],
    ]);
    const says = { "bulkhead.kind": "compensation", "step.id": "a" };
    expect(without(all, "run specimen")).toMatchObject([
      {
        name: "compensate a",
        of: "run specimen",
        id: "a/compensate",
        kind: 1,
        time: [2, 5, 3],
        says: { ...says, ...BAD(3, "tool_error") },
      },
      { name: "execute_tool mail.unsend", of: "compensate b" },
      { name: "compensate b", of: "run specimen", time: [6, 8, 5], says: { ...says, ...OK(2) } },
    ]);
  });

  it("child runs, of a step and of an agent's call", () => {
    const child = { run: "run_kid", workflow: "kid", version: 4, digest: "d", reserved: { micro_usd: 1, tokens: 1 } };
    const usage = { ...NO_USAGE, tokensIn: 3, tokensOut: 4, microUsd: 5_000 };
    const all = spans([
      ["step.started", 1, "b", { kind: "run" }],
      ["child.called", 2, "b", { ...child, activity: "b" }],
      ["child.ended", 4, "b", { activity: "b", run: "run_kid", ok: true, error: null, usage }],
      ["step.started", 5, "desk", { kind: "agent" }],
      ["child.called", 6, "desk", { ...child, activity: "desk/1.1" }],
      ["child.ended", 7, "desk", { activity: "desk/1.1", run: "run_kid", ok: false, error: { code: "budget_exceeded" }, usage }],
      ["item.started", 8, "each", { index: 0, kind: "run" }],
      ["child.called", 9, "each", { ...child, activity: "each/0" }],
      ["child.ended", 10, "each", { activity: "each/0", run: "run_kid", ok: false, error: null, usage }],
    ]);
    const says = { "bulkhead.kind": "child_run", "child.run.id": "run_kid", "child.workflow.version": "kid@4" };
    const used = { "tokens.input": 3, "tokens.output": 4, "cost.usd": 0.005 };
    const links = [{ "run.id": "run_kid", "bulkhead.relation": "child", isOfRun: true }];
    expect(all.filter(({ name }) => name === "child run kid")).toEqual([
      { name: "child run kid", of: "step b", id: "#2", kind: 3, time: [2, 4, 3], says: { ...says, ...used, ...OK(2) }, events: [], links },
      {
        ...{ name: "child run kid", of: "invoke_agent specimen/desk", id: "desk/1.1", kind: 3, time: [6, 7, 6] },
        ...{ says: { ...says, ...used, ...BAD(1, "budget_exceeded") }, events: [], links },
      },
      {
        name: "child run kid",
        of: "item each/0",
        id: "#8",
        kind: 3,
        time: [9, 10, 9],
        says: { ...says, ...used, ...BAD(1, "tool_error") },
        events: [],
        links,
      },
    ]);
  });

  it("questions: asked, seen, answered once, withdrawn", () => {
    const asks = { reason: "step", severity: "high" };
    const all = spans([
      ["step.started", 1, "a", { kind: "review" }],
      ["review.opened", 1, null, { activity: "nobody", id: "rev_0" }],
      ["review.requested", 2, "a", { ...asks, activity: "a" }],
      ["review.opened", 3, "a", { activity: "a", id: "rev_1" }],
      ["review.decided", 5, "a", { activity: "a", action: "reject" }],
      ["review.decided", 6, "a", { activity: "a", action: "approve" }],
      ["review.requested", 7, null, { ...asks, activity: "(input)" }],
      ["review.opened", 7, null, { activity: "(input)", id: "rev_2" }],
      ["review.requested", 8, "b", { ...asks, activity: "b" }],
      ["review.withdrawn", 9, null, { ids: ["rev_1", "rev_2"] }],
      ["review.decided", 10, "b", { activity: "b", action: "modify" }],
    ]);
    const kind = { "bulkhead.kind": "review", "review.reason": "step", "review.severity": "high" };
    expect(all.slice(2)).toEqual([
      {
        ...{ name: "review a", of: "step a", id: "#3", kind: 1, time: [2, 5, 5], ...plain },
        says: { "step.id": "a", ...kind, "review.id": "rev_1", "review.outcome": "reject", ...BAD(3, "review_rejected") },
      },
      {
        ...{ name: "review (input)", of: "run specimen", id: "#7", kind: 1, time: [7, 9, 10], ...plain },
        says: { ...kind, "review.id": "rev_2", "review.outcome": "withdrawn", ...OK(2) },
      },
      {
        ...{ name: "review b", of: "run specimen", id: "#9", kind: 1, time: [8, 10, 11], ...plain },
        says: { "step.id": "b", ...kind, "review.outcome": "modify", ...OK(2) },
      },
    ]);
  });
});
