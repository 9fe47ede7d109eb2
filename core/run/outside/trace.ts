/**
 * The run's trace, derived from its journal, so that it cannot disagree with what happened: a span for the run, and below it one for each
 * step, decision, call, question, child run, compensation and wait. Transitions, rejected models and tools that were offered and not chosen
 * are events of spans. Names, numbers and codes only; what was said goes in through `content`, where the org wants it.
 */
import { type Json, type JsonObject, own } from "../../json.ts";
import { toUsd } from "../../money.ts";
import type { EpochMs } from "../../time.ts";
import { olderCostNames, olderModelNames, olderSessionNames, operationOf, providerOf } from "../../trace/gen-ai.ts";
import { callSpanId, runSpanId, type SpanKind, stepSpanId } from "../../trace/span.ts";
import type { EventOf, RunEvent } from "../machine/event.ts";
import type { Usage } from "../machine/state.ts";
import type { Machinery } from "../machine/turn.ts";
import { itemNode, stepOfNode } from "../steps/node.ts";
import { BARE, older, saidAnswer, saidBy, saidPrompt, saidValue, type TraceOptions } from "./span-content.ts";
import { closeSpan, type Draft, finishedSpan, noteOn, openSpan, type RunSpan } from "./span-draft.ts";

const NONE: ReadonlySet<string> = new Set();

type RunEnd = EventOf<"run.completed"> | EventOf<"run.failed"> | EventOf<"run.cancelled"> | EventOf<"run.dead_lettered">;

/** The spans of a run: in the order of their beginnings, the run's own first. `events`: the whole journal so far. `usage`: of the run. */
export function spansOfRun(machinery: Machinery, usage: Usage, events: readonly RunEvent[], options: TraceOptions = BARE): RunSpan[] {
  return new Reading(machinery, usage, options).read(events);
}

class Reading {
  readonly #machinery: Machinery;
  readonly #options: TraceOptions;
  /** On every span, so that each can be found by itself. */
  readonly #common: JsonObject;
  readonly #root: Draft;
  readonly #drafts: Draft[] = [];
  readonly #steps = new Map<string, Draft>();
  /** Compensations and items of maps, by activity or node. */
  readonly #parts = new Map<string, Draft>();
  /** Calls in flight, by activity. */
  readonly #calls = new Map<string, Draft>();
  /** The last call of an agent's model, by the agent's node, until what it chose is known. */
  readonly #choosing = new Map<string, Draft>();
  readonly #decisions = new Map<string, Draft>();
  readonly #reviews = new Map<string, Draft>();
  /** The tools that an agent may choose from, by node. */
  readonly #offered = new Map<string, readonly string[]>();
  /** When something last happened to an activity or a step: a decision about it began then. */
  readonly #lastAt = new Map<string, EpochMs>();
  #wait: Draft | null = null;
  readonly #usage: Usage;

  constructor(machinery: Machinery, usage: Usage, options: TraceOptions) {
    const { birth, sha256 } = machinery;
    this.#machinery = machinery;
    this.#usage = usage;
    this.#options = options;
    this.#common = {
      "run.id": birth.id,
      "workflow.version": `${birth.definition.name}@${birth.version}`,
      "org.id": birth.org,
      "user.id": birth.user,
      ...(birth.session === undefined
        ? {}
        : { "gen_ai.conversation.id": birth.session, ...older(this.#options, olderSessionNames, birth.session) }),
    };
    this.#root = this.#open(`run ${birth.definition.name}`, 1, birth.createdAt, birth.parentSpanId, runSpanId(sha256, birth.id), {
      "bulkhead.kind": "run",
      "gen_ai.operation.name": "invoke_workflow",
      "gen_ai.workflow.name": birth.definition.name,
      ...saidValue(this.#options, "bulkhead.input", birth.input),
    });
    if (birth.redrive !== null) this.#link(this.#root, birth.redrive.of, "continues");
  }

  read(events: readonly RunEvent[]): RunSpan[] {
    for (const event of events) {
      this.#take(event);
      const { activity } = event.data as { readonly activity?: string };
      // A pause is no part of the decision that follows it.
      const at = event.type === "step.retrying" ? event.data.resume_at : event.at;
      if (event.step !== undefined) this.#lastAt.set(event.step, event.at);
      if (activity !== undefined) this.#lastAt.set(activity, at); // last: a step's own activity has its name
    }
    const now = events.at(-1)?.at ?? this.#machinery.birth.createdAt;
    return this.#drafts.map((draft) => finishedSpan(draft, this.#machinery.birth.traceId, now));
  }

  #take(event: RunEvent): void {
    switch (event.type) {
      case "run.started":
      case "run.cancelling":
      case "run.stopping":
      case "run.compensating":
        return noteOn(this.#root, event.type, event.at);
      case "run.waiting":
        return this.#beginWait(event, event.data.kind);
      case "run.paused":
        return this.#beginWait(event, event.data.scope === "person" ? "person" : "kill_switch");
      case "run.resumed":
        this.#endWait(event);
        return noteOn(this.#root, event.type, event.at, { from: event.data.from });
      case "run.completed":
      case "run.failed":
      case "run.cancelled":
      case "run.dead_lettered":
        return this.#endRun(event);
      case "signal.received":
      case "escalation.raised":
      case "hand_over.proposed":
      case "hand_over.raised":
        return noteOn(this.#root, event.type, event.at);
      case "budget.refused":
        return noteOn(this.#root, event.type, event.at, { scope: event.data.scope, cap: event.data.cap });
      case "budget.alert":
        return noteOn(this.#root, event.type, event.at, { scope: event.data.scope, percent: event.data.percent });
      case "guardrail.flagged":
        return noteOn(this.#stepOr(event), event.type, event.at, {
          channel: event.data.channel,
          types: [...new Set(event.data.findings.map(({ type }) => type))],
          ...(event.data.instruction === true ? { instruction: true } : {}),
        });
      case "step.started":
        return this.#beginStep(event);
      case "step.skipped":
        return noteOn(this.#root, event.type, event.at, { "step.id": event.step ?? "" });
      case "step.retrying":
        return noteOn(this.#stepOr(event), event.type, event.at, {
          attempt: event.data.attempt,
          "error.type": event.data.error.code,
          wait_ms: Math.max(0, event.data.resume_at - event.at),
          ...(event.data.fallback === undefined ? {} : { fallback: event.data.fallback }),
        });
      case "step.completed":
        return this.#endStep(event, null, event.data.output);
      case "step.failed":
        return this.#endStep(event, event.data.error.code, null);
      case "item.started":
        return this.#beginItem(event);
      case "item.completed":
      case "item.failed":
        return this.#endPart(itemNode(event.step ?? "", event.data.index), event, event.data.error?.code ?? null);
      case "policy.decided":
        return this.#decide(event);
      case "model.routed":
        return this.#route(event);
      case "model.calling":
        return this.#callModel(event);
      case "model.called":
        return this.#modelCalled(event);
      case "agent.answered":
        return this.#agentAnswered(event);
      case "tool.called":
        return this.#callTool(event, event.data.activity, event.data.tool, {
          attempt: event.data.attempt,
          "tool.version": event.data.version,
          "tool.effect": event.data.effect,
          ...(event.data.repeated === true ? { repeated: true } : {}),
          ...saidBy(this.#options, "gen_ai.tool.call.arguments", event.data.input_digest),
        });
      case "tool.answered":
        return this.#toolAnswered(event);
      case "tool.looking_up":
        return this.#callTool(event, lookUpOf(event.data.activity), event.data.tool, { look_up: event.data.time });
      case "tool.looked_up":
        return this.#endCall(event, lookUpOf(event.data.activity), event.data.failure?.code ?? null, { found: event.data.found });
      case "child.called":
        return this.#callChild(event);
      case "child.ended":
        return this.#childEnded(event);
      case "review.requested":
        return this.#ask(event);
      case "review.opened":
        return this.#reviewOpened(event);
      case "review.decided":
        return this.#answered(event.data.activity, event, event.data.action);
      case "review.withdrawn":
        for (const [activity, draft] of this.#reviews)
          if (event.data.ids.includes(String(draft.attributes["review.id"]))) this.#answered(activity, event, "withdrawn");
        return;
      case "step.compensating":
        return this.#beginPart(event.data.activity, event, `compensate ${event.data.undoes}`, this.#root.id, {
          "bulkhead.kind": "compensation",
          "step.id": event.step ?? "",
        });
      case "step.compensated":
        return this.#endPart(event.data.activity, event, event.data.undone?.code ?? null);
      default:
        return;
    }
  }

  #endRun(event: RunEnd): void {
    const status = event.type.slice("run.".length);
    this.#endWait(event);
    noteOn(this.#root, event.type, event.at);
    if (this.#root.end !== null) return; // a completed child run that was undone: its span has left
    for (const draft of this.#drafts) if (draft.end === null && draft !== this.#root) closeSpan(draft, event, "unfinished");
    for (const open of [this.#calls, this.#reviews, this.#parts]) open.clear();
    const { error, flags } = event.data as { readonly error?: { readonly code: string } | null; readonly flags?: readonly string[] };
    const { tokensIn, tokensOut, microUsd } = this.#usage;
    Object.assign(this.#root.attributes, {
      "run.status": status,
      ...(flags === undefined || flags.length === 0 ? {} : { "run.flags": [...flags] }),
      "tokens.input": tokensIn,
      "tokens.output": tokensOut,
      "gen_ai.usage.input_tokens": tokensIn,
      "gen_ai.usage.output_tokens": tokensOut,
      "cost.usd": toUsd(microUsd),
      ...(event.type === "run.completed" ? saidValue(this.#options, "bulkhead.output", event.data.output) : {}),
    });
    closeSpan(this.#root, event, status === "completed" ? null : (error?.code ?? status));
  }

  #beginStep(event: EventOf<"step.started">): void {
    const { birth, sha256 } = this.#machinery;
    const id = event.step ?? "";
    const { kind } = event.data;
    const agent = kind === "agent" ? `${birth.definition.name}/${id}` : null;
    const name = agent === null ? `step ${id}` : `invoke_agent ${agent}`;
    const draft = this.#open(name, 1, event.at, this.#root.id, stepSpanId(sha256, birth.id, id), {
      "bulkhead.kind": kind === "wait" ? "waiting" : "step",
      "step.id": id,
      "step.kind": kind,
      ...(agent === null ? {} : { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": agent }),
    });
    this.#steps.set(id, draft);
    const step = own(birth.definition.steps, id);
    if (step?.kind === "agent") this.#offered.set(id, step.tools);
  }

  /** A step whose output was kept, or that failed before it started, has no beginning. */
  #endStep(event: EventOf<"step.completed"> | EventOf<"step.failed">, error: string | null, output: Json): void {
    const draft = this.#steps.get(event.step ?? "");
    if (draft === undefined) return;
    this.#choose(event.step ?? "", event.at, NONE); // it answered, and called nothing
    if (draft.attributes["gen_ai.agent.name"] !== undefined && output !== null)
      Object.assign(draft.attributes, saidValue(this.#options, "bulkhead.output", output));
    closeSpan(draft, event, error);
  }

  #beginItem(event: EventOf<"item.started">): void {
    const step = event.step ?? "";
    const node = itemNode(step, event.data.index);
    this.#beginPart(node, event, `item ${node}`, this.#steps.get(step)?.id ?? this.#root.id, {
      "bulkhead.kind": "step",
      "step.id": step,
      "step.kind": event.data.kind,
      "item.index": event.data.index,
    });
  }

  #beginPart(key: string, event: RunEvent, name: string, parent: string, attributes: JsonObject): void {
    const { birth, sha256 } = this.#machinery;
    this.#parts.set(key, this.#open(name, 1, event.at, parent, stepSpanId(sha256, birth.id, key), attributes));
  }

  #endPart(key: string, event: RunEvent, error: string | null): void {
    const draft = this.#parts.get(key);
    if (draft !== undefined) closeSpan(draft, event, error);
    this.#parts.delete(key);
  }

  #decide(event: EventOf<"policy.decided">): void {
    const { activity, decision, policy_version, reasons, subject, risk } = event.data;
    const began = this.#lastAt.get(activity) ?? this.#lastAt.get(event.step ?? "") ?? event.at;
    const draft = this.#openFor(event, activity, `decide ${subject}`, 1, Math.min(began, event.at), {
      "bulkhead.kind": "decision",
      "decision.subject": subject,
      "decision.outcome": decision,
      "policy.version": policy_version,
      ...(reasons.length === 0 ? {} : { "policy.reasons": [...reasons] }),
      ...(risk === undefined ? {} : { "risk.score": risk.score }),
    });
    this.#decisions.set(activity, draft);
    closeSpan(draft, event, null);
  }

  /** Comes in the turn of its decision, and once more where a cheaper model takes over. */
  #route(event: EventOf<"model.routed">): void {
    const { activity, candidates, rejected, tools } = event.data;
    const draft = this.#decisions.get(activity) ?? this.#stepOr(event);
    candidates.forEach(({ id }, rank) => {
      noteOn(draft, "model.candidate", event.at, { "model.name": id, rank });
    });
    for (const { id, why } of rejected) noteOn(draft, "model.rejected", event.at, { "model.name": id, why });
    if (tools !== undefined)
      this.#offered.set(
        nodeOf(activity),
        tools.map(({ name }) => name),
      );
  }

  #callModel(event: EventOf<"model.calling">): void {
    const { activity, attempt, model, prompt_sha256, repeated } = event.data;
    this.#interrupt(activity, event);
    const provider = providerOf(model);
    const draft = this.#openFor(event, activity, `chat ${model}`, 3, event.at, {
      "bulkhead.kind": "model",
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": provider,
      ...older(this.#options, olderModelNames, provider, model),
      "gen_ai.request.model": model,
      "model.name": model,
      attempt,
      ...(repeated === true ? { repeated: true } : {}),
      ...saidPrompt(this.#options, prompt_sha256),
    });
    this.#calls.set(activity, draft);
    if (this.#offeredTo(nodeOf(activity)).length > 0) this.#choosing.set(nodeOf(activity), draft);
  }

  #modelCalled(event: EventOf<"model.called">): void {
    const { activity, ok, spent, failure, cached, answer_sha256 } = event.data;
    this.#endCall(event, activity, ok ? null : (failure?.code ?? "output_invalid"), {
      "gen_ai.usage.input_tokens": spent.tokens_in,
      "gen_ai.usage.output_tokens": spent.tokens_out,
      "tokens.input": spent.tokens_in,
      "tokens.output": spent.tokens_out,
      "cost.usd": toUsd(spent.micro_usd),
      ...older(this.#options, olderCostNames, toUsd(spent.micro_usd)),
      ...(cached === undefined ? {} : { "cache.hit": cached }),
      ...(event.data.unasked === true ? { unasked: true } : {}),
      ...saidAnswer(this.#options, answer_sha256),
    });
  }

  /** In the turn of the call that it answers. Only names that were offered are told: others are the model's own words. */
  #agentAnswered(event: EventOf<"agent.answered">): void {
    const { node, calls } = event.data;
    this.#choose(node, event.at, new Set(calls.map(({ tool }) => tool)));
  }

  #choose(node: string, at: EpochMs, chosen: ReadonlySet<string>): void {
    const draft = this.#choosing.get(node);
    if (draft === undefined) return;
    for (const tool of this.#offeredTo(node))
      noteOn(draft, chosen.has(tool) ? "tool.chosen" : "tool.considered", at, { "gen_ai.tool.name": tool });
    this.#choosing.delete(node);
  }

  #offeredTo(node: string): readonly string[] {
    return this.#offered.get(node) ?? this.#offered.get(stepOfNode(node)) ?? [];
  }

  #callTool(event: RunEvent, activity: string, tool: string, attributes: JsonObject): void {
    this.#interrupt(activity, event);
    const { operation, kind } = operationOf(tool);
    const draft = this.#openFor(event, activity, `${operation} ${tool}`, 3, event.at, {
      "bulkhead.kind": kind,
      "gen_ai.operation.name": operation,
      "gen_ai.tool.name": tool,
      ...attributes,
    });
    this.#calls.set(activity, draft);
  }

  #toolAnswered(event: EventOf<"tool.answered">): void {
    const { activity, ok, failure, status, cached, spent_micro_usd = 0, output_sha256 } = event.data;
    this.#endCall(event, activity, ok ? null : (failure?.code ?? "output_invalid"), {
      ...(status === null ? {} : { "http.response.status_code": status }),
      ...(spent_micro_usd === 0 ? {} : { "cost.usd": toUsd(spent_micro_usd) }),
      ...(cached === undefined ? {} : { "cache.hit": cached }),
      ...(event.data.unasked === true ? { unasked: true } : {}),
      ...saidBy(this.#options, "gen_ai.tool.call.result", output_sha256),
    });
  }

  /** The child's own spans stand below the activity that started it (`ChildStart.parentSpanId`): a step's own span, or that of an agent's call. */
  #callChild(event: EventOf<"child.called">): void {
    const { activity, run, workflow, version } = event.data;
    const { birth, sha256 } = this.#machinery;
    const isStep = this.#steps.has(activity) || this.#parts.has(activity);
    const id = isStep ? callSpanId(sha256, birth.id, event.seq) : stepSpanId(sha256, birth.id, activity);
    const draft = this.#open(`child run ${workflow}`, 3, event.at, this.#above(event, activity), id, {
      "bulkhead.kind": "child_run",
      "child.run.id": run,
      "child.workflow.version": `${workflow}@${version}`,
    });
    this.#link(draft, run, "child");
    this.#calls.set(activity, draft);
  }

  #childEnded(event: EventOf<"child.ended">): void {
    const { activity, ok, error, usage } = event.data;
    this.#endCall(event, activity, ok ? null : (error?.code ?? "tool_error"), {
      "tokens.input": usage.tokensIn,
      "tokens.output": usage.tokensOut,
      "cost.usd": toUsd(usage.microUsd),
    });
  }

  #ask(event: EventOf<"review.requested">): void {
    const { activity, reason, severity } = event.data;
    const draft = this.#openFor(event, activity, `review ${event.step ?? activity}`, 1, event.at, {
      "bulkhead.kind": "review",
      "review.reason": reason,
      "review.severity": severity,
    });
    this.#reviews.set(activity, draft);
  }

  #reviewOpened({ data: { activity, id } }: EventOf<"review.opened">): void {
    const draft = this.#reviews.get(activity);
    if (draft !== undefined) draft.attributes["review.id"] = id;
  }

  #answered(activity: string, event: RunEvent, outcome: string): void {
    const draft = this.#reviews.get(activity);
    if (draft === undefined) return;
    Object.assign(draft.attributes, { "review.outcome": outcome });
    closeSpan(draft, event, outcome === "reject" ? "review_rejected" : null);
    this.#reviews.delete(activity);
  }

  #beginWait(event: RunEvent, what: string): void {
    this.#endWait(event);
    noteOn(this.#root, event.type, event.at, { for: what });
    const { birth, sha256 } = this.#machinery;
    const id = callSpanId(sha256, birth.id, event.seq);
    this.#wait = this.#open(`wait ${what}`, 1, event.at, this.#root.id, id, { "bulkhead.kind": "waiting", "waiting.for": what });
  }

  #endWait(event: RunEvent): void {
    if (this.#wait !== null && this.#wait.end === null) closeSpan(this.#wait, event, null);
    this.#wait = null;
  }

  /** A call that was cut short on our side and is made again: nobody knows what became of the first. */
  #interrupt(activity: string, event: RunEvent): void {
    const draft = this.#calls.get(activity);
    if (draft !== undefined && draft.end === null) closeSpan(draft, event, "interrupted");
  }

  #endCall(event: RunEvent, activity: string, error: string | null, attributes: JsonObject): void {
    const draft = this.#calls.get(activity);
    if (draft === undefined) return;
    Object.assign(draft.attributes, attributes);
    closeSpan(draft, event, error);
    this.#calls.delete(activity);
  }

  /** What the activity works for: its compensation or item, its step, or the run. */
  #above(event: RunEvent, activity: string): string {
    const part = this.#parts.get(activity) ?? this.#parts.get(nodeOf(activity));
    return (part ?? this.#stepOr(event)).id;
  }

  #stepOr(event: RunEvent): Draft {
    return (event.step === undefined ? undefined : this.#steps.get(event.step)) ?? this.#root;
  }

  #openFor(event: RunEvent, activity: string, name: string, kind: SpanKind, start: EpochMs, attributes: JsonObject): Draft {
    const { birth, sha256 } = this.#machinery;
    const id = callSpanId(sha256, birth.id, event.seq);
    const step = event.step === undefined ? {} : { "step.id": event.step };
    return this.#open(name, kind, start, this.#above(event, activity), id, { ...step, ...attributes });
  }

  #open(name: string, kind: SpanKind, start: EpochMs, parent: string | null, id: string, attributes: JsonObject): Draft {
    const draft = openSpan({ id, parent, name, kind, start, attributes: { ...this.#common, ...attributes } });
    this.#drafts.push(draft);
    return draft;
  }

  #link(draft: Draft, run: string, relation: "child" | "continues"): void {
    const { birth, sha256 } = this.#machinery;
    const spanId = runSpanId(sha256, run);
    draft.links.push({ traceId: birth.traceId, spanId, attributes: { "run.id": run, "bulkhead.relation": relation } });
  }
}

/** A look-up asks beside the call in doubt, which has the same activity. */
const lookUpOf = (activity: string): string => `${activity}?`;

/** The node that an activity works for: `desk/2.1` and `desk/2` are of `desk`, `each/3` is its own. */
const nodeOf = (activity: string): string => {
  const cut = activity.lastIndexOf("/");
  return cut < 0 ? activity : activity.slice(0, cut);
};
