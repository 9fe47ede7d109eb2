/** A run's trace, read off its journal, and how it leaves. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readContent } from "../../../core/audit/content.ts";
import type { Json } from "../../../core/json.ts";
import { toUsd } from "../../../core/money.ts";
import type { Birth } from "../../../core/run/machine/birth.ts";
import type { RunEvent } from "../../../core/run/machine/event.ts";
import type { RunState } from "../../../core/run/machine/state.ts";
import type { Machinery } from "../../../core/run/machine/turn.ts";
import { BARE, type TraceOptions } from "../../../core/run/outside/span-content.ts";
import { isExported, nextTracePage, tellsContent, toTrace } from "../../../core/run/outside/trace-export.ts";
import { requestText } from "../../../core/trace/otlp.ts";
import { runSpanId } from "../../../core/trace/span.ts";
import { planOf } from "../../../core/workflow/plan.ts";
import { type ReadSpan, readOtlp } from "../../support/otlp.ts";
import { define, model, review, tool, undoneBy } from "../../support/run/definition.ts";
import { Drive, failed, said } from "../../support/run/drive.ts";

const RULE = { sampled: true, slow_ms: 60_000, dear_micro_usd: 1_000_000 };
const sha256 = new Drive(define({})).machinery.sha256;

const { cache: _cache, async: _async, kind: _kind, ...asked } = model();
const desk = { ...asked, kind: "agent", tools: ["mail.send", "orders.get"], max_iterations: 5 } as const;
const sendOnce = () => {
  let turns = 0;
  const calls = [{ id: "c1", name: "mail.send", input: { to: "x" } }];
  return () => (turns++ === 0 ? { ...said(""), result: { ok: true as const, asks: { text: null, calls } } } : said("done"));
};

/** Everything that a run can do: an agent, a question, a failure that is tried again, a child run, a compensation. */
function busyRun(birth: Partial<Birth> = {}): Drive {
  let tries = 0;
  const child = { ...review(), kind: "run", workflow: "other", version: null, input: {} } as never;
  const { kind: _review, severity: _severity, proposal: _proposal, ...bare } = review() as unknown as Record<string, unknown>;
  const definition = define({
    desk: desk,
    ask: review({ needs: ["desk"] }),
    pay: tool("payments.refund", { needs: ["ask"], compensate: undoneBy("payments.cancel") }),
    other: { ...bare, ...(child as object), kind: "run", needs: ["pay"] } as never,
    bad: tool("mail.send", { needs: ["other"] }),
  });
  return new Drive(
    definition,
    {
      model: sendOnce(),
      person: () => "approve",
      tool: (name, _input, { key }) => {
        if (key.endsWith("/bad")) return failed("tool_error", "permanent");
        if (name === "payments.refund" && tries++ === 0) return failed("upstream_unavailable", "transient", 5_000);
        return { ...failed("tool_error", "permanent"), result: { ok: true, output: { id: "x" } }, reached: "answered", status: 200 };
      },
    },
    { trace: RULE, ...birth },
  )
    .start()
    .run();
}

const traceOf = ({ machinery, state, events }: Drive): ReadSpan[] => readOtlp(toTrace(machinery, state, events));
const kindOf = (span: ReadSpan) => String(span.attributes["bulkhead.kind"]);

/** What leaves, page by page, when the run is asked after each of these events. */
function leaves(
  machinery: Machinery,
  states: readonly { state: RunState; upTo: number }[],
  events: readonly RunEvent[],
  options: TraceOptions,
) {
  const spans: ReadSpan[] = [];
  let left = 0;
  for (const { state, upTo } of states) {
    const page = nextTracePage(machinery, state, events.slice(0, upTo), left, options);
    spans.push(...readOtlp(JSON.parse(requestText(page.spans, { service: "bulkhead", version: "1" }))));
    left = page.upTo;
  }
  return spans;
}

describe("a trace", () => {
  const run = busyRun();
  const spans = traceOf(run);
  const root = spans.find(({ parentSpanId }) => parentSpanId === null) as ReadSpan;

  it("[OTLP-5] is one root span with a child for each step, decision, call, question, child run, compensation and wait", () => {
    expect(run.state.status).toBe("failed");
    expect(spans.filter(({ parentSpanId }) => parentSpanId === null)).toHaveLength(1);
    const ids = new Set(spans.map(({ spanId }) => spanId));
    expect(ids.size).toBe(spans.length);
    for (const span of spans) {
      expect(span.traceId).toBe(run.machinery.birth.traceId);
      expect(span.spanId).toMatch(/^[0-9a-f]{16}$/);
      if (span.parentSpanId !== null) expect(ids).toContain(span.parentSpanId);
      expect(span.end).toBeGreaterThanOrEqual(span.start);
      expect(span.start).toBeGreaterThanOrEqual(root.start);
      expect(span.end).toBeLessThanOrEqual(root.end);
    }
    expect(new Set(spans.map(kindOf))).toEqual(
      new Set(["run", "step", "decision", "model", "tool", "review", "waiting", "child_run", "compensation"]),
    );
    const ofKind = (kind: string) => spans.filter((span) => kindOf(span) === kind).map(({ name }) => name);
    expect(ofKind("model")).toEqual(["chat acme/small-2026-01-01", "chat acme/small-2026-01-01"]);
    // One span for each attempt.
    expect(ofKind("tool").filter((name) => name === "execute_tool payments.refund")).toHaveLength(2);
    expect(ofKind("compensation")).toEqual(["compensate pay"]);
  });

  it("[OTLP-6] every span says whose it is and how it ended, and calls what they used; the run's own agrees with the run", () => {
    expect(spans.length).toBeGreaterThan(20);
    for (const { attributes, failed: isFailed } of spans) {
      expect(attributes).toMatchObject({ "org.id": "acme", "user.id": "ada", "workflow.version": "specimen@1" });
      expect(typeof attributes["latency.ms"]).toBe("number");
      expect(attributes["success"]).toBe(!isFailed);
      expect("error.type" in attributes).toBe(isFailed);
    }
    const chat = spans.find((span) => kindOf(span) === "model");
    expect(chat?.attributes).toMatchObject({
      "model.name": "acme/small-2026-01-01",
      "gen_ai.provider.name": "acme",
      "gen_ai.usage.input_tokens": 10,
      "tokens.input": 10,
      "tokens.output": 10,
      "cost.usd": 0.00003,
    });
    expect(chat?.attributes).not.toHaveProperty("gen_ai.system");
    const { tokensIn, tokensOut, microUsd } = run.state.usage;
    expect(root.attributes).toMatchObject({ "tokens.input": tokensIn, "tokens.output": tokensOut, "cost.usd": toUsd(microUsd) });
    expect(root.attributes).toMatchObject({ "run.status": "failed", "error.type": "tool_error" });
  });

  it("[OTLP-6] names of the conventions of 1.36 come beside the current ones where they are asked for", () => {
    const page = nextTracePage(run.machinery, run.state, run.events, 0, { ...BARE, olderNames: true });
    const older = readOtlp(JSON.parse(requestText(page.spans, { service: "b", version: null }))).filter((span) => kindOf(span) === "model");
    expect(older).toHaveLength(2);
    for (const { attributes } of older)
      expect(attributes).toMatchObject({ "gen_ai.system": "acme", "gen_ai.provider.name": "acme", "gen_ai.usage.cost": 0.00003 });
    for (const { attributes } of older) expect(attributes["gen_ai.response.model"]).toBe(attributes["gen_ai.request.model"]);
  });

  it("[OTLP-7] transitions, candidates and what a model could have chosen are events of spans", () => {
    const named = (name: string) => spans.flatMap((span) => span.events.filter((event) => event.name === name));
    expect(named("tool.chosen").map(({ attributes }) => attributes["gen_ai.tool.name"])).toEqual(["mail.send"]);
    // The second time it answered, and called nothing.
    expect(named("tool.considered").map(({ attributes }) => attributes["gen_ai.tool.name"])).toEqual([
      "orders.get",
      "mail.send",
      "orders.get",
    ]);
    expect(named("model.candidate")[0]?.attributes).toEqual({ "model.name": "acme/small-2026-01-01", rank: 0 });
    expect(named("step.retrying")[0]?.attributes).toMatchObject({ "error.type": "upstream_unavailable", wait_ms: 5_000 });
    expect(root.events.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["run.started", "run.waiting", "run.resumed", "run.stopping", "run.compensating", "run.failed"]),
    );
    const rejected = new Drive(define({ a: model() }), {
      authority: (question) =>
        question.kind === "model"
          ? {
              kind: "model",
              permission: { decision: "allow", policyVersion: "p1", reasons: [] },
              candidates: [{ id: "acme/small-2026-01-01", price: { input: 1, output: 2, cached_input: null }, context: 8_000 }],
              rejected: [{ id: "acme/large-2026-01-01", why: "too dear" }],
              tools: [],
            }
          : run.script.authority(question),
    });
    const [decided] = traceOf(rejected.start().run()).filter((span) => kindOf(span) === "decision");
    expect(decided?.events.at(-1)).toEqual({
      name: "model.rejected",
      attributes: { "model.name": "acme/large-2026-01-01", why: "too dear" },
    });
  });

  it("[OTLP-5] a child run is linked, and its own trace stands below what started it", () => {
    const [child] = spans.filter((span) => kindOf(span) === "child_run");
    const id = String(child?.attributes["child.run.id"]);
    expect(child?.links).toEqual([{ traceId: root.traceId, spanId: runSpanId(sha256, id) }]);
    const step = spans.find(({ name }) => name === "step other");
    expect(child?.parentSpanId).toBe(step?.spanId);
  });

  it("[OTLP-5] a call that was cut short and is made again is two spans, and no span is left open at the end", () => {
    const cut = new Drive(define({ a: tool("mail.send") }), { tool: () => "never" }, { trace: RULE });
    cut.start().run();
    cut.script.tool = () => failed("tool_error", "permanent");
    cut.crash().run();
    const calls = traceOf(cut).filter((span) => kindOf(span) === "tool");
    expect(calls.map(({ attributes }) => attributes["error.type"])).toEqual(["interrupted", "tool_error"]);
    expect(new Set(calls.map(({ spanId }) => spanId)).size).toBe(2);
  });
});

describe("what leaves", () => {
  /** The run as it was after each of its turns. */
  function turns(): { drive: Drive; states: { state: RunState; upTo: number }[] } {
    const states: { state: RunState; upTo: number }[] = [];
    const drive = busyRun();
    const again = new Drive(drive.machinery.birth.definition, drive.script, { trace: RULE });
    const script = busyRun().script;
    Object.assign(again.script, script);
    again.start();
    for (let n = 0; n < 200 && states.at(-1)?.state.endedAt == null; n++) {
      again.run(() => true);
      const effect = again.wanted()[0];
      if (effect === undefined) again.run((state) => state.seq > (states.at(-1)?.upTo ?? 0), 1);
      else {
        const happening = again.carryOut(effect);
        if (happening !== null) again.offer(happening);
      }
      states.push({ state: again.state, upTo: again.events.length });
    }
    return { drive: again, states };
  }

  it("[OTLP-8] what ended while the journal was being read leaves with the page after", () => {
    const run = busyRun();
    const seen = run.events.slice(0, 12);
    const first = nextTracePage(run.machinery, run.state, seen, 0, BARE);
    expect(first.upTo).toBe(seen.at(-1)?.seq);
    const rest = nextTracePage(run.machinery, run.state, run.events, first.upTo, BARE);
    expect(first.spans.length + rest.spans.length).toBe(traceOf(run).length);
  });

  it("[OTLP-8] leaves once, in whatever pages, and the pages together are the whole trace", () => {
    const { drive, states } = turns();
    expect(drive.state.endedAt).not.toBeNull();
    const whole = leaves(drive.machinery, states.slice(-1), drive.events, BARE);
    for (const every of [1, 2, 3, 5, 11]) {
      const some = states.filter((_, index) => index % every === 0 || index === states.length - 1);
      const paged = leaves(drive.machinery, some, drive.events, BARE);
      expect(paged.map(({ spanId }) => spanId).sort()).toEqual(whole.map(({ spanId }) => spanId).sort());
      const byId = new Map(whole.map((span) => [span.spanId, span]));
      for (const span of paged) expect(span).toEqual(byId.get(span.spanId));
    }
  });

  it("[OTLP-8] a run that goes on sends what has ended, and its own span last", () => {
    const run = new Drive(define({ a: tool("mail.send"), ask: review({ needs: ["a"] }) }), {}, { trace: RULE }).start().run();
    expect(run.state.status).toBe("waiting");
    const page = nextTracePage(run.machinery, run.state, run.events, 0, BARE);
    const sent = readOtlp(JSON.parse(requestText(page.spans, { service: "b", version: null })));
    expect(sent.map(({ name }) => name).sort()).toEqual(["decide tool:mail.send@1", "execute_tool mail.send", "step a"]);
    expect(page.upTo).toBe(run.state.seq);
    expect(nextTracePage(run.machinery, run.state, run.events, page.upTo, BARE)).toEqual({ spans: [], upTo: run.state.seq });
  });

  it("[OTLP-8] many spans leave in pages that end where an event ends", () => {
    const steps = Object.fromEntries(Array.from({ length: 90 }, (_, n) => [`s${n}`, tool("mail.send")]));
    const run = new Drive(
      define(steps, { limits: { usd: 1, tokens: 100_000, seconds: 600, steps: 500, confirm_over_usd: null } }),
      {},
      { trace: RULE },
    );
    run.quiet = true;
    run.start().run();
    const ids: string[] = [];
    let left = 0;
    for (let pages = 0; left < run.state.seq; pages++) {
      const page = nextTracePage(run.machinery, run.state, run.events, left, BARE);
      expect(page.upTo).toBeGreaterThan(left);
      expect(pages).toBeLessThan(5);
      ids.push(...page.spans.map((span) => String((JSON.parse(span) as { spanId: string }).spanId)));
      left = page.upTo;
    }
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBe(traceOf(run).length);
  });

  it("[OTLP-4] a run whose trace is not sampled leaves at its end, when that must not be missed, and otherwise never", () => {
    const unsampled = { ...RULE, sampled: false };
    const good = new Drive(define({ a: model() }), {}, { trace: unsampled }).start();
    expect(isExported(good.machinery, good.state)).toBe(false);
    good.run();
    expect([good.state.status, isExported(good.machinery, good.state)]).toEqual(["completed", false]);
    const dear = { ...unsampled, dear_micro_usd: 1 };
    expect(isExported({ birth: { ...good.machinery.birth, trace: dear } }, good.state)).toBe(true);
    expect(isExported({ birth: { ...good.machinery.birth, trace: { ...unsampled, slow_ms: 0 } } }, good.state)).toBe(true);
    const { trace: _none, ...untraced } = good.machinery.birth;
    expect(isExported({ birth: untraced }, good.state)).toBe(false);
    const bad = busyRun({ trace: unsampled });
    expect(isExported(bad.machinery, bad.state)).toBe(true);
  });

  it("[OTLP-9] what was said goes along only where the org wants it, and never of a run that saw confidential data", () => {
    const secret = "the words of the answer";
    const made = (birth: Partial<Birth>) => new Drive(define({ a: model() }), { model: () => said(secret) }, birth).start().run();
    const content = (run: Drive) => {
      const texts = tellsContent(run.machinery, run.state) ? readContent(run.texts.values(), run.machinery.sha256) : null;
      const options = { content: texts === null ? null : (digest: string): Json | undefined => texts.get(digest), olderNames: false };
      return JSON.stringify(nextTracePage(run.machinery, run.state, run.events, 0, options).spans);
    };
    expect(content(made({ trace: RULE }))).not.toContain(secret);
    const wanted = { ...RULE, content: true } as const;
    const told = content(made({ trace: wanted }));
    expect(told).toContain(secret);
    expect(told).toContain("gen_ai.input.messages");
    expect(told).toContain("Say ⟪data what⟫");
    const label = { trust: "trusted", class: "confidential", sources: ["caller"] } as const;
    expect(content(made({ trace: wanted, inputLabels: [{ path: "", label }] as never }))).not.toContain(secret);
  });

  it("[OTLP-10] nothing that a person, a model or a tool said is in a trace without that", () => {
    const word = "zebra";
    const run = new Drive(
      define({
        desk,
        ask: review({ needs: ["desk"], proposal: { note: word } }),
        bad: tool("mail.send", { needs: ["ask"], input: { to: word } }),
      }),
      {
        model: (() => {
          let turns = 0;
          const calls = [
            { id: "c1", name: "mail.send", input: { to: word } },
            { id: "c2", name: word, input: {} },
          ];
          return () => (turns++ === 0 ? { ...said(""), result: { ok: true as const, asks: { text: word, calls } } } : said(word));
        })(),
        person: () => "approve",
        tool: () => ({
          ...failed("tool_error", "permanent"),
          result: { ok: false, failure: { class: "permanent", code: "tool_error", message: word, retryAfterMs: null } },
        }),
      },
      { trace: RULE, input: { word }, metadata: { word } },
    );
    run.start().run();
    run.offer({ kind: "signal", id: "sig_1", name: "s", body: { word }, by: "ada" } as never);
    expect(run.state.endedAt).not.toBeNull();
    expect(JSON.stringify(toTrace(run.machinery, run.state, run.events))).not.toContain(word);
  });
});

describe("histories", () => {
  const folder = new URL("../../histories/", import.meta.url).pathname;
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));

  it.each(files)("[OTLP-5] %s, as an earlier version wrote it, is a trace", (name) => {
    const { birth, events, state } = JSON.parse(readFileSync(`${folder}${name}`, "utf8")) as {
      birth: Birth;
      events: RunEvent[];
      state: RunState;
    };
    const spans = readOtlp(toTrace({ birth, plan: planOf(birth.definition), sha256 }, state, events));
    const ids = new Set(spans.map(({ spanId }) => spanId));
    expect(ids.size).toBe(spans.length);
    for (const { parentSpanId } of spans) if (parentSpanId !== birth.parentSpanId) expect(ids).toContain(parentSpanId);
    if (state.endedAt !== null) expect(spans[0]?.attributes["success"]).toBe(events.some(({ type }) => type === "run.completed"));
  });
});
