/**
 * Drives the run's machine with a scripted world and a clock of its own: carries out what the state wants, in order, and feeds
 * the outcomes back. After every input it checks what must always hold; a test gets that for nothing.
 */
import { createHash } from "node:crypto";
import { expect } from "vitest";
import type { RunIndexRow } from "../../../core/audit/record.ts";
import { fits, plus } from "../../../core/budget/amount.ts";
import type { LeaseAnswer, LeaseRequest } from "../../../core/budget/lease.ts";
import type { Json } from "../../../core/json.ts";
import type { Stops } from "../../../core/kill-switch/stops.ts";
import { type Label, OWN } from "../../../core/label/label.ts";
import type { Labels } from "../../../core/label/labels.ts";
import type { Snippet } from "../../../core/memory/snippets.ts";
import { fromUsd } from "../../../core/money.ts";
import type { LookupAnswer, ModelOutcome, ToolOutcome } from "../../../core/run/calls/call.ts";
import { modelCall, toolCall } from "../../../core/run/calls/request.ts";
import { fold, initialState } from "../../../core/run/fold/evolve.ts";
import type { Birth } from "../../../core/run/machine/birth.ts";
import type { RunEvent } from "../../../core/run/machine/event.ts";
import type { Happening } from "../../../core/run/machine/happening.ts";
import { isHeldByPerson } from "../../../core/run/machine/pause.ts";
import { isFinal, NO_USAGE, type Past, type RunState, type Usage } from "../../../core/run/machine/state.ts";
import { transition } from "../../../core/run/machine/transition.ts";
import type { Machinery } from "../../../core/run/machine/turn.ts";
import { isFull } from "../../../core/run/machine/turn.ts";
import { newIndexRow, SEALED_ERROR, toIndexRow } from "../../../core/run/outside/index-line.ts";
import type { ToKeep } from "../../../core/run/outside/kept.ts";
import { toRunView } from "../../../core/run/outside/present.ts";
import { keepsRestricted } from "../../../core/run/outside/restricted.ts";
import { nextWakeAt } from "../../../core/run/outside/wake.ts";
import { type RunEffect, wantedEffects } from "../../../core/run/outside/wanted.ts";
import { type Said, type SessionContent, SILENCE } from "../../../core/session/session.ts";
import type { ToolEffect } from "../../../core/tool/manifest.ts";
import type { AuthorityAnswer, AuthorityQuestion } from "../../../core/workflow/authority.ts";
import type { Definition } from "../../../core/workflow/definition.ts";
import { planOf } from "../../../core/workflow/plan.ts";

export const T0 = Date.UTC(2026, 0, 1);

export type Script = {
  tool: (name: string, input: unknown, call: { key: string; attempt: number }) => ToolOutcome | "never";
  model: (call: { model: string; messages: readonly { role: string; content: string | null }[] }) => ModelOutcome | "never";
  authority: (question: AuthorityQuestion) => AuthorityAnswer;
  /** How a child run ends. */
  child: (
    workflow: string,
    input: unknown,
    labels?: Labels,
  ) =>
    | {
        ok: boolean;
        output?: Json;
        labels?: Labels;
        error?: { code: "tool_error"; message: string };
        wrote?: true;
        past?: Past;
        usage?: Usage;
      }
    | "never";
  /** What becomes of a child run that is asked to undo its steps. */
  undoChild: (run: string) => { failed: boolean; left: boolean } | "never";
  /** What is remembered of the run's person. */
  memory: (query: string) => { readonly snippets: readonly Snippet[]; readonly label: Label };
  /** What was said in the run's session; null: it waits for its turn. */
  session: () => SessionContent | null;
  /** What a read tool says of a write. */
  lookUp: (tool: string, key: string) => LookupAnswer | "never";
  /** The org's ledger: grants what is wanted unless a test says otherwise. */
  ledger: (request: LeaseRequest) => LeaseAnswer;
  /** What a person says; null: nobody comes. */
  person: (proposal: unknown) => "approve" | "reject" | { modify: unknown } | null;
};

const EFFECTS: { [tool: string]: ToolEffect } = { "orders.get": "read" };

export const answered = (output: unknown): ToolOutcome => ({
  result: { ok: true, output: output as never },
  reached: "answered",
  status: 200,
  durationMs: 1,
  openings: [],
  findings: [],
});
/** How far a call came that failed so, unless a test says otherwise. */
const REACHED = { permanent: "refused", transient: "answered", unknown: "unknown" } as const;
export const failed = (
  code: "tool_error" | "upstream_unavailable" | "timeout",
  kind: "transient" | "permanent" | "unknown",
  retryAfterMs: number | null = null,
): ToolOutcome => ({
  result: { ok: false, failure: { class: kind, code, message: "scripted", retryAfterMs } },
  reached: REACHED[kind],
  status: kind === "permanent" ? 400 : kind === "transient" ? 503 : null,
  durationMs: 1,
  openings: [],
  findings: [],
});
export const said = (output: unknown, input = 10, outputTokens = 10): ModelOutcome => ({
  result: { ok: true, output: output as never },
  usage: { input, output: outputTokens, cachedInput: 0 },
  durationMs: 1,
  findings: [],
  upstream: {},
});

export const PRICE = { input: 1, output: 2, cached_input: null };

const LIMITS = { usd: 1, tokens: 1000, seconds: 60, steps: 100, confirm_over_usd: null };

const DEFAULTS: Script = {
  tool: (name) => answered({ id: `${name}-1` }),
  model: () => said("hello"),
  authority: (question) =>
    question.kind === "run"
      ? { kind: "run", child: `run_child_${question.activity}`, workflow: question.workflow, version: 1, digest: "d", limits: LIMITS }
      : question.kind === "tool"
        ? {
            kind: "tool",
            permission: { decision: "allow", policyVersion: "p1", reasons: [] },
            facts: { tool: question.tool, version: 1, effect: EFFECTS[question.tool] ?? "write", idempotency: "key", timeout_ms: 30_000 },
          }
        : {
            kind: "model",
            permission: { decision: "allow", policyVersion: "p1", reasons: [] },
            candidates: [question.model ?? "acme/small-2026-01-01", ...question.fallback].map((id) => ({
              id,
              price: PRICE,
              context: 8000,
            })),
            rejected: [],
            tools: question.tools.map((name) => ({ name, description: name, input: true })),
          },
  lookUp: () => {
    throw new Error("nobody scripted a look-up");
  },
  ledger: ({ want }) => ({ ok: true, lease: want, until: Number.MAX_SAFE_INTEGER, pressure: 0, alerts: [] }),
  person: () => null,
  session: () => SILENCE,
  memory: () => ({ snippets: [], label: OWN }),
  child: () => ({ ok: true, output: { done: true } }),
  undoChild: () => ({ failed: false, left: false }),
};

export class Drive {
  readonly machinery: Machinery;
  readonly events: RunEvent[] = [];
  /** Lines of the texts that events name by digest. */
  readonly texts = new Map<string, string>();
  readonly script: Script;
  /** Keys of tool calls as they left, and of those that did something. */
  readonly sent: string[] = [];
  state: RunState;
  now = T0;
  stops: Stops | null = { epoch: 1, active: [], asOf: T0 };
  /** Long runs check what always holds at their end only. */
  quiet = false;
  /** What the run looked for in memory, and what it had remembered. */
  readonly queries: string[] = [];
  readonly kept: ToKeep[] = [];
  /** What the run said in its session. */
  readonly said: Said[] = [];
  readonly cancelled: string[] = [];
  readonly queued: string[] = [];
  /** What child runs were told of pauses. */
  readonly held: string[] = [];
  /** Its newest line in the index. */
  line: RunIndexRow | null = null;
  #isCut = false;
  readonly #hanging = new Set<string>();

  constructor(definition: Definition, script: Partial<Script> = {}, birth: Partial<Birth> = {}) {
    const toolEffects = Object.fromEntries(definition.tools.map((name) => [name, EFFECTS[name] ?? "write"] as const));
    this.script = { ...DEFAULTS, ...script };
    this.machinery = {
      birth: {
        v: 1,
        id: "run_01JH0000000000000000000000",
        org: "acme",
        user: "ada",
        roles: ["caller"],
        subject: "ada",
        definition,
        version: 1,
        digest: "d",
        input: {},
        inputFindings: [],
        metadata: {},
        budget: { usd: fromUsd(definition.limits.usd), tokens: definition.limits.tokens },
        deadlineAt: null,
        toolEffects,
        traceId: "0af7651916cd43dd8448eb211c80319c",
        parentSpanId: null,
        createdAt: T0,
        redrive: null,
        parent: null,
        callbackUrl: null,
        ...birth,
      },
      plan: planOf(definition),
      sha256: (text) => createHash("sha256").update(text).digest("hex"),
    };
    this.state = initialState(this.machinery);
  }

  offer(happening: Happening): string | null {
    const before = this.state;
    const turn = transition(this.machinery, this.state, happening, { at: this.now, stops: this.stops });
    if (!turn.ok) {
      expect(this.state).toBe(before);
      return turn.error.why;
    }
    this.events.push(...turn.value.events);
    for (const [digest, line] of turn.value.texts) this.texts.set(digest, line);
    this.state = turn.value.state;
    if (!this.quiet) {
      this.#checkWhatAlwaysHolds(before);
      this.#checkLine(before);
    }
    this.#isCut = turn.value.isCut || isFull(turn.value.events);
    return null;
  }

  start(): this {
    this.offer({ kind: "start" });
    return this;
  }

  /** Carries out what is wanted until nothing moves; time moves only when nothing else does. `until` stops it early. */
  run(until: (state: RunState) => boolean = () => false, limit = 5_000): this {
    for (let turn = 0; turn < limit && !until(this.state); turn++) {
      if (this.#isCut) {
        this.offer({ kind: "tick" });
        continue;
      }
      const effect = this.wanted()[0];
      if (effect) {
        const happening = this.carryOut(effect);
        if (happening === null) this.#hanging.add(effect.key);
        else this.offer(happening);
        continue;
      }
      if (isFinal(this.state)) return this;
      const next = nextWakeAt(this.machinery, this.state, this.now);
      if (next === null || (this.#hanging.size > 0 && next > this.now + 3_600_000) || this.state.status === "paused") return this;
      this.now = Math.max(next, this.now + 1);
      const seq = this.state.seq;
      this.offer({ kind: "tick" });
      if (this.state.seq === seq && this.wanted().length === 0 && this.#hanging.size > 0) return this;
    }
    return this;
  }

  wanted(): RunEffect[] {
    return wantedEffects(this.machinery, this.state, this.now).filter((effect) => !this.#hanging.has(effect.key));
  }

  /** The object died: nothing is under way any more, and calls and look-ups that had left are reported as interrupted. */
  crash(): this {
    this.#hanging.clear();
    this.state = fold(this.machinery, this.events);
    for (const activity of Object.values(this.state.activities)) {
      const hasLeft = activity.phase === "calling" || (activity.phase === "looking" && (activity.resumeAt ?? 0) <= this.now);
      if (hasLeft && activity.call !== null) this.offer({ kind: "interrupted", activity: activity.id, call: activity.call });
    }
    return this;
  }

  carryOut(effect: RunEffect): Happening | null {
    switch (effect.kind) {
      case "authority.ask":
        return { kind: "authorized", activity: effect.activity, answer: this.script.authority(effect.question) };
      case "tool.call": {
        const activity = this.activity(effect.activity);
        const call = toolCall(this.machinery, this.state, activity, this.now, 1);
        this.sent.push(call.context.key);
        const outcome = this.script.tool(call.tool, call.input, { key: call.context.key, attempt: activity.attempt });
        return outcome === "never" ? null : { kind: "tool.answered", activity: effect.activity, call: effect.call, outcome };
      }
      case "tool.look_up": {
        const request = toolCall(this.machinery, this.state, this.activity(effect.activity), this.now, 1);
        const answer = this.script.lookUp(effect.tool, request.context.key);
        return answer === "never" ? null : { kind: "tool.looked_up", activity: effect.activity, call: effect.call, answer };
      }
      case "model.call": {
        const outcome = this.script.model(modelCall(this.machinery, this.state, this.activity(effect.activity), this.now, 1));
        return outcome === "never" ? null : { kind: "model.answered", activity: effect.activity, call: effect.call, outcome };
      }
      case "review.open": {
        const { request } = effect;
        const id = `rev_${request.key}`;
        const opened: Happening = {
          kind: "review.opened",
          activity: effect.activity,
          step: effect.step,
          key: request.key,
          id,
          until: this.now + 1000,
        };
        const word = this.script.person(request.proposal);
        if (word === null) return opened;
        this.offer(opened);
        const proposal = (typeof word === "object" ? word.modify : request.proposal) as never;
        const action = typeof word === "object" ? "modify" : word;
        return {
          kind: "review.decided",
          activity: effect.activity,
          decision: { id, action, by: "grace", reason: "", proposal, digest: request.digest, at: this.now },
        };
      }
      case "review.withdraw":
        return { kind: "review.withdrawn", ids: effect.ids };
      case "child.start": {
        const { id, input, labels, child } = this.activity(effect.activity);
        const end = this.script.child(child?.workflow ?? "", input, labels);
        this.#hanging.add(effect.key);
        if (end === "never" || child === null) return null;
        return {
          kind: "child.ended",
          activity: id,
          run: child.run,
          flags: [],
          usage: NO_USAGE,
          held: { micro_usd: 0, tokens: 0 },
          output: null,
          error: null,
          ...end,
        };
      }
      case "child.undo": {
        const undone = this.script.undoChild(effect.run);
        return undone === "never" ? null : { kind: "child.undone", activity: effect.activity, run: effect.run, ...undone };
      }
      case "child.cancel":
        this.cancelled.push(effect.run);
        return null;
      case "child.hold":
        this.held.push(`${effect.run} ${effect.hold.on ? "paused" : "resumed"} by ${effect.hold.by}`);
        return { kind: "child.held", activity: effect.activity, run: effect.run, hold: effect.hold.hold, on: effect.hold.on };
      case "call.queue":
        this.queued.push(`${effect.activity}#${effect.call}`);
        return null;
      case "budget.lease":
        return { kind: "budget.answered", n: effect.request.n, answer: this.script.ledger(effect.request) };
      case "memory.recall":
        this.queries.push(effect.query);
        return { kind: "memory.recalled", ...this.script.memory(effect.query) };
      case "memory.keep":
        this.kept.push(...effect.what);
        return { kind: "memory.kept", ids: effect.what.map(({ key }) => key), refused: 0 };
      case "session.enter": {
        const content = this.script.session();
        if (content === null) this.#hanging.add(effect.key);
        return content === null ? null : { kind: "session.entered", owner: "con_1", content };
      }
      case "session.step_aside":
        return { kind: "session.stepped_aside" };
      case "session.leave":
        this.said.push(...effect.said);
        return { kind: "session.left" };
      case "parent.tell":
        return { kind: "parent.told" };
      case "callback.send":
        return { kind: "callback.answered", attempt: effect.attempt, result: "delivered" };
      case "run.continue":
        return { kind: "dead_letter.handed_over", run: effect.start.id };
    }
  }

  activity(id: string): RunState["activities"][string] {
    const activity = this.state.activities[id];
    if (!activity) throw new Error(`no activity ${id}`);
    return activity;
  }

  types(): string[] {
    return this.events.map((event) => (event.step === undefined ? event.type : `${event.type} ${event.step}`));
  }

  /** [RUN-1] the journal is the state · [RUN-2] seq without gaps · [RUN-3] terminal stays terminal · [RUN-4] money is never above its cap, nor above the lease. */
  #checkWhatAlwaysHolds(before: RunState): void {
    expect(JSON.stringify(fold(this.machinery, this.events))).toBe(JSON.stringify(this.state));
    expect(this.events.map((event) => event.seq)).toEqual(this.events.map((_, index) => index + 1));
    const isUndone = before.status === "completed" && this.machinery.birth.parent !== null; // its parent may have it undone
    if (isFinal(before) && !isUndone) expect(this.state.status).toBe(before.status);
    const { usage, reserved } = this.state;
    expect(usage.microUsd + reserved.microUsd).toBeLessThanOrEqual(this.machinery.birth.budget.usd);
    expect(usage.tokensIn + usage.tokensOut + reserved.tokens).toBeLessThanOrEqual(this.machinery.birth.budget.tokens);
    const { lease } = this.state;
    const taken = plus(lease.spent, lease.held);
    const underWay = Object.values(this.state.activities).filter((activity) => activity.kind === "model");
    const leased = underWay.reduce((sum, activity) => plus(sum, activity.reserved), taken);
    const { overrun } = this.state; // an upstream that counts more than the worst case is booked as it was
    if (overrun.microUsd === 1 && overrun.tokens === 1) expect(fits(leased, lease.ceiling)).toBe(true);
    const waits = isFinal(this.state) || this.state.status === "waiting" || isHeldByPerson(this.state);
    if (!waits) expect(nextWakeAt(this.machinery, this.state, this.now)).not.toBeNull();
  }

  /** [RUN-252] [SEAL-9] The line of a run that stands says what the run says, but for the words of an error of a sealed run; of one that works it is true of status, error, flags and hand-over. */
  #checkLine(before: RunState): void {
    if (this.state.seq === before.seq) return;
    this.line = newIndexRow(this.machinery, before, this.state) ?? this.line;
    const { input: _input, output: _output, steps: _steps, ...shown } = toRunView(this.machinery, this.state);
    const isSealed = keepsRestricted(this.machinery, this.state);
    const error = shown.error === null || !isSealed ? shown.error : { ...shown.error, message: SEALED_ERROR };
    const view = { ...shown, error };
    const isAtWork = view.status === "running" || view.status === "compensating";
    const { usage, risk, risk_score, waiting_for, ...lasting } = view;
    const moving = { usage, risk, risk_score, waiting_for };
    expect(this.line?.summary).toMatchObject(isAtWork ? lasting : { ...lasting, ...moving });
    expect(Object.keys(this.line?.summary ?? {}).toSorted()).toEqual(Object.keys(view).toSorted());
    if (!isAtWork) expect(this.line).toEqual({ ...toIndexRow(this.machinery, this.state), seq: this.line?.seq });
  }
}
