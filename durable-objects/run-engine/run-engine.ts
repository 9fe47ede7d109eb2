/** One run: the RPC face of its object. What it decides stands in core/run, how it commits and acts in shell.ts. */

import { DurableObject } from "cloudflare:workers";
import { createHash } from "node:crypto";
import type { Holder } from "../../core/access/person.ts";
import type { Role } from "../../core/access/principal.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { type Explanation, explain } from "../../core/explain/explain.ts";
import type { Typical } from "../../core/explain/typical.ts";
import { type Json, own } from "../../core/json.ts";
import type { Stops } from "../../core/kill-switch/stops.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { ReviewMessage } from "../../core/review/message.ts";
import type { ModelOutcome, ToolOutcome } from "../../core/run/calls/call.ts";
import { accountOf } from "../../core/run/calls/lease.ts";
import { type Birth, born, type RunStart } from "../../core/run/machine/birth.ts";
import type { RunEvent } from "../../core/run/machine/event.ts";
import type { Happening } from "../../core/run/machine/happening.ts";
import type { RunSignal } from "../../core/run/machine/signal.ts";
import { type ChildHold, isFinal } from "../../core/run/machine/state.ts";
import { boundedView, firstPage, jsonPieces } from "../../core/run/outside/bounded.ts";
import { type ContextItem, contextOf } from "../../core/run/outside/context.ts";
import { toEventView, toRunView } from "../../core/run/outside/present.ts";
import { completed } from "../../core/run/outside/redrive.ts";
import { keepsRestricted } from "../../core/run/outside/restricted.ts";
import { type TracePage, toTrace } from "../../core/run/outside/trace-export.ts";
import { valuePrefix } from "../../core/run/outside/value-key.ts";
import type { EventView, RunReplay, RunStatus, RunView } from "../../core/run/outside/view.ts";
import { undoneOf } from "../../core/run/steps/child.ts";
import { errorName, logLine } from "../../core/telemetry/log-line.ts";
import { SealGone } from "../../kit/sealed-text.ts";
import { modelHappening, toolHappening } from "./effects.ts";
import type { LoadedRun } from "./journal.ts";
import type { ChildEnd, RunEnginePorts, Undone } from "./ports.ts";
import { type QueuedRequest, RunShell } from "./shell.ts";

export type { RunEnginePorts };

const EVENTS_PER_PAGE = 500;
/** Turns that are read at a time at first, then twice as many each time: few large ones fill a page, or many small ones. */
const TURNS_PER_READ = 4;

/** Who ends a run whose person is erased, and why. */
const ERASURE = "erasure";

/** The run as it may leave its object. */
const shown = ({ machinery, state }: LoadedRun): RunView => boundedView(toRunView(machinery, state));

/** The runtime constructs the object, so ports come in through the class, not through the constructor. */
export function defineRunEngine(portsFor: (env: Cloudflare.Env) => RunEnginePorts) {
  return class RunEngine extends DurableObject {
    readonly #ports: RunEnginePorts;
    readonly #shell: RunShell;
    /** Pages that are being read, by what was asked for: readers of the same one share it. */
    readonly #pages = new Map<string, Promise<EventView[]>>();
    #reading: Promise<unknown> = Promise.resolve();

    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      super(ctx, env);
      this.#ports = portsFor(env);
      const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
      this.#shell = new RunShell(ctx.storage, this.#ports, sha256, valuePrefix(ctx.id.toString()));
    }

    /** Starts the run, once; answers with it as it is after `waitMs`, or sooner when it has ended. */
    async start(start: RunStart, stops: Stops, waitMs: number): Promise<RunView> {
      if ((await this.#shell.loaded()) === null) {
        const whole = await this.#withKept(start);
        const toolEffects = whole.toolEffects ?? (await this.#toolEffects(whole));
        await this.#shell.bear(born(whole, toolEffects, this.#ports.now()), stops);
      } else await this.#shell.rearm();
      return this.#awaitEnd(waitMs);
    }

    /** The run as soon as it is born, or null after `waitMs`. */
    async awaitBirth(waitMs: number): Promise<RunView | null> {
      if ((await this.#shell.loaded()) === null) await this.#shell.changed(waitMs);
      return this.view();
    }

    async view(): Promise<RunView | null> {
      const run = await this.#shell.loaded();
      await this.#shell.rearm();
      return run === null ? null : shown(run);
    }

    /** The credentials that started the run, or one that it continues; null: nobody was born here. */
    async starters(): Promise<readonly Holder[] | null> {
      const run = await this.#shell.loaded();
      if (run === null) return null;
      const { starters, user } = run.machinery.birth;
      return starters ?? [{ user, root: null }];
    }

    /** Whether there are events after `after`; when there are none yet, waits up to `waitMs` for the next. */
    async news(after: number, waitMs: number): Promise<{ hasMore: boolean; status: RunStatus } | null> {
      const run = await this.#shell.loaded();
      if (run === null) return null;
      await this.#shell.rearm();
      if (run.state.seq <= after && !isFinal(run.state)) await this.#shell.changed(waitMs);
      return { hasMore: run.state.seq > after, status: run.state.status };
    }

    /** The next events after `after`: a page of them. */
    async events(after: number): Promise<{ events: EventView[]; done: boolean; status: RunStatus } | null> {
      const run = await this.#shell.loaded();
      if (run === null) return null;
      await this.#shell.rearm();
      const events = await this.#page(after, run.state.seq);
      const caughtUp = (events.at(-1)?.seq ?? after) >= run.state.seq;
      return { events, done: isFinal(run.state) && caughtUp, status: run.state.status };
    }

    async cancel(by: string, reason: string): Promise<Result<RunView, Refusal>> {
      return this.#change({ kind: "cancel", by, reason });
    }

    /** A person holds the run until a person lets it go on. `outranks`: the person may hold every run, and takes the place of who may hold their own alone. */
    async pause(by: string, reason: string, outranks: boolean): Promise<Result<RunView, Refusal>> {
      return this.#change({ kind: "pause", by, reason, ...(outranks ? { outranks } : {}) });
    }

    /** `pausedBy`: who had paused it, as the caller knows it; a pause by somebody else is not lifted. */
    async resume(by: string, pausedBy: string): Promise<Result<RunView, Refusal>> {
      return this.#change({ kind: "resume", by, pausedBy });
    }

    /** A person paused the parent, or let it go on. A run that is ending or has ended takes no notice. `not_found`: nobody was born here. */
    async parentHeld({ on, hold, by, reason }: ChildHold): Promise<Result<RunView, Refusal>> {
      return this.#change(on ? { kind: "parent.paused", by, reason, hold } : { kind: "parent.resumed", by, hold });
    }

    /** OTLP JSON. Not `trace`: the runtime keeps that name for itself. */
    async spans(): Promise<Json | null> {
      const run = await this.#shell.loaded();
      if (run === null) return null;
      const events = await this.#events(0);
      return toTrace(run.machinery, run.state, events);
    }

    /** Spans that have ended and not left yet, for the consumer that exports them. null: none wait. */
    async takeTrace(): Promise<TracePage | "busy" | null> {
      return this.#shell.takeTrace();
    }

    /** What became of them: the collector has them up to event `upTo`, or never takes them; null: it takes them later. */
    async traced(upTo: number | null): Promise<void> {
      await this.#shell.traced(upTo);
    }

    /** Why the run cost and took what it did so far. `typical`: what runs of its workflow do. null: nobody was born here. */
    async explain(typical: Typical | null): Promise<Explanation | null> {
      const run = await this.#shell.loaded();
      if (run === null) return null;
      return explain(run.machinery, run.state, await this.#events(0), typical, this.#ports.now());
    }

    /** What the run knew from outside of its input, and which model call saw it. null: nobody was born here. */
    async context(): Promise<readonly ContextItem[] | null> {
      const run = await this.#shell.loaded();
      if (run === null) return null;
      return contextOf(run.machinery, run.state, await this.#events(0));
    }

    /** A decision or an escalation of the review queue; told again, it changes nothing. */
    async review(message: ReviewMessage): Promise<void> {
      if (message.kind === "review.decided")
        await this.#shell.offer({ kind: "review.decided", activity: message.decision.activity, decision: message.decision });
      else await this.#shell.offer({ kind: "review.escalated", activity: message.activity, id: message.id, severity: message.severity });
    }

    /**
     * The kill switch was thrown or recovered, or the watchdog comes by: look again, with what it says. `overdue`: the run should have
     * moved by itself and had not. null: nobody was born here.
     */
    async lookAgain(stops: Stops): Promise<{ readonly status: RunStatus; readonly overdue: boolean } | null> {
      const run = await this.#shell.loaded();
      if (run === null) return null;
      const overdue = this.#shell.isOverdue(await this.ctx.storage.getAlarm());
      await this.#shell.offer({ kind: "tick" }, stops);
      return { status: run.state.status, overdue };
    }

    /** What the run has spent and holds, for the ledger whose lease is over; null: nobody was born here. */
    async account(): Promise<ReturnType<typeof accountOf> | null> {
      const run = await this.#shell.loaded();
      if (run === null) return null;
      await this.#shell.rearm();
      if (run.state.lease.asking !== null) this.ctx.waitUntil(this.#shell.wake()); // its own alarm should have asked long ago
      return accountOf(run.state);
    }

    /** How a child run ended; told again, it changes nothing. */
    async childEnded(activity: string, end: ChildEnd): Promise<void> {
      await this.#shell.offer({ kind: "child.ended", activity, ...end });
    }

    /** The run's turn in its session has come; told again, it changes nothing. False: nobody was born here. */
    async yourTurn(): Promise<boolean> {
      if ((await this.#shell.loaded()) === null) return false;
      await this.#shell.takeTurn();
      return true;
    }

    /** The run's parent is undone: this completed run undoes its steps. Asked again, it tells how far it is. null: nobody was born here. */
    async undo(): Promise<Undone | "under way" | null> {
      const run = await this.#shell.loaded();
      if (run === null) return null;
      if (run.state.status === "completed") await this.#shell.offer({ kind: "undo" });
      await this.#shell.rearm();
      return undoneOf(this.#born().state) ?? "under way";
    }

    async signal(signal: RunSignal): Promise<Result<RunView, Refusal>> {
      return this.#change({ kind: "signal", ...signal });
    }

    /** A queue consumer asks for the call that its message names; null: the run no longer waits for it. */
    async takeCall(activity: string, call: number): Promise<QueuedRequest | null> {
      const taken = await this.#shell.offer({ kind: "call.take", activity, call });
      return taken.ok ? this.#shell.requestFor(activity, call) : null;
    }

    /** A queue consumer is still at this call. */
    stillCalling(call: number): void {
      this.#shell.noteSign(call);
    }

    async callAnswered(
      activity: string,
      call: number,
      outcome: { readonly kind: "tool"; readonly outcome: ToolOutcome } | { readonly kind: "model"; readonly outcome: ModelOutcome },
    ): Promise<void> {
      if (outcome.kind === "tool") await this.#shell.offer(toolHappening(activity, call, outcome.outcome));
      else await this.#shell.offer(modelHappening(activity, call, outcome.outcome));
    }

    /** The run folded again from its journal; nothing is called. */
    async replay(): Promise<RunReplay | null> {
      const run = await this.#shell.loaded();
      if (run === null) return null;
      const { state, divergedAt } = await this.#shell.refold(run);
      return { identical: divergedAt === null, divergedAt, run: boundedView(toRunView(run.machinery, state)) };
    }

    /** The output of a step as JSON text, whatever its size; null: there is no such step. */
    async stepOutput(step: string): Promise<ReadableStream<Uint8Array> | null> {
      const run = await this.#shell.loaded();
      const found = own(run?.state.steps ?? {}, step);
      return found === undefined ? null : streamOf(jsonPieces(found.output));
    }

    /**
     * What of a finished run is kept elsewhere, beside its events: its birth and its last view; `sealedFor`: whose key it is to be sealed under there.
     * null: it has not ended.
     */
    async record(): Promise<{ readonly birth: Json; readonly view: RunView; readonly sealedFor?: string } | null> {
      const run = await this.#shell.loaded();
      if (run === null || !isFinal(run.state)) return null;
      await this.#shell.rearm();
      const { birth } = run.machinery;
      const sealed = keepsRestricted(run.machinery, run.state) ? { sealedFor: birth.subject } : {};
      return { birth: birth as unknown as Json, view: shown(run), ...sealed };
    }

    /**
     * Forgets everything, when the run still is as it was at event `upTo`. MUST be called only when the record up to there lies elsewhere; a
     * run that went on, or that somebody still waits for, refuses. The caller removes its values in R2, which nothing refers to any more.
     */
    async empty(upTo: number): Promise<boolean> {
      const emptied = (await this.#shell.loaded())?.state.seq === upTo && this.#shell.mayBeEmptied();
      if (emptied) await this.ctx.storage.deleteAll();
      if (emptied) this.#shell.forget();
      return emptied;
    }

    /**
     * Ends the run if it goes on, and forgets everything once nobody waits for anything from it but a callback, which is not sent any more.
     * `later`: ask again. MUST be called only when nothing of the run is to be kept, or what is kept of it lies elsewhere.
     */
    async erase(): Promise<"erased" | "later" | "unknown"> {
      try {
        if ((await this.#shell.loaded()) === null) return "unknown";
      } catch (error) {
        if (!(error instanceof SealGone)) throw error;
        if (!(await this.#shell.recordsOfLost())) return "later";
        await this.ctx.storage.deleteAll();
        this.#shell.forget();
        return "erased";
      }
      if (!isFinal(this.#born().state)) await this.#shell.offer({ kind: "cancel", by: ERASURE, reason: ERASURE });
      if (this.#born().state.deadLetter?.status === "open")
        await this.#shell.offer({ kind: "dead_letter.discarded", by: ERASURE, reason: ERASURE });
      if (!this.#shell.mayBeErased()) {
        await this.#shell.rearm();
        return "later";
      }
      await this.ctx.storage.deleteAll();
      this.#shell.forget();
      return "erased";
    }

    /** `roles`: what the run's user may do by now. `how`: from which step on, and with which inputs. */
    async redrive(
      { user: by, root }: Holder,
      newId: string,
      roles: readonly Role[],
      how: { readonly from?: string; readonly changes?: { readonly [step: string]: Json } } = {},
    ): Promise<Result<RunView, Refusal>> {
      return this.#change({ kind: "dead_letter.redriven", by, root, run: newId, roles, ...how });
    }

    async discard(by: string, reason: string): Promise<Result<RunView, Refusal>> {
      return this.#change({ kind: "dead_letter.discarded", by, reason });
    }

    /** The records of these outbox rows are sequenced and stored, also those of a run that does not open any more. */
    async confirm(rows: readonly string[]): Promise<void> {
      await this.#shell.confirm(rows);
    }

    override async alarm(): Promise<void> {
      try {
        await this.#shell.wake();
      } catch (error) {
        this.#ports.log(logLine("run.alarm_failed", { run: this.ctx.id.name ?? null, error: errorName(error) }));
        await this.ctx.storage.setAlarm(this.#ports.now() + 5_000); // never rely on the platform's retries: they end
      }
    }

    /**
     * As many of the next events as one message between objects takes. One page is read at a time, however many readers there are: a page
     * may be cut out of turns that are many times as large. `known`: the newest event when it was asked for.
     */
    #page(after: number, known: number): Promise<EventView[]> {
      const key = `${after}/${known}`;
      const shared = this.#pages.get(key);
      if (shared !== undefined) return shared;
      const page = this.#reading
        .then(() => this.#readPage(after))
        .finally(() => {
          this.#pages.delete(key);
        });
      this.#pages.set(key, page);
      this.#reading = page.catch(() => undefined);
      return page;
    }

    async #readPage(after: number): Promise<EventView[]> {
      const read: EventView[] = [];
      for (let turns = TURNS_PER_READ; ; turns *= 2) {
        const next = (await this.#events(read.at(-1)?.seq ?? after, turns)).map(toEventView);
        read.push(...next);
        const page = firstPage(read, EVENTS_PER_PAGE);
        if (next.length === 0 || page.length < read.length || page.length === EVENTS_PER_PAGE) return page;
      }
    }

    #events(after: number, turns?: number): Promise<RunEvent[]> {
      return this.#shell.withValues(() => this.#shell.journal.events(after, turns));
    }

    /** The start with the outputs that were too large to come along with it. */
    async #withKept(start: RunStart): Promise<RunStart> {
      const read = new Map<string, Json>();
      for (const step of start.keptThere ?? []) read.set(step, await this.#ports.outputOf(start.redrive?.of ?? "", step));
      return read.size === 0 ? start : completed(start, read);
    }

    async #toolEffects({ org, definition: { tools } }: RunStart): Promise<Birth["toolEffects"]> {
      return tools.length === 0 ? {} : this.#ports.toolEffects(org, tools);
    }

    async #awaitEnd(waitMs: number): Promise<RunView> {
      const until = this.#ports.now() + waitMs;
      while (!isFinal(this.#born().state) && this.#ports.now() < until) await this.#shell.changed(until - this.#ports.now());
      const run = this.#born();
      return shown(run);
    }

    async #change(happening: Happening): Promise<Result<RunView, Refusal>> {
      if ((await this.#shell.loaded()) === null) return err(refuse("not_found", "there is no run with this id"));
      const result = await this.#shell.offer(happening);
      if (!result.ok) return err(refuse("conflict", result.error.why));
      const run = this.#born();
      return ok(shown(run));
    }

    #born(): LoadedRun {
      const { run } = this.#shell;
      if (run === null) throw new Error("no run was born here");
      return run;
    }
  };
}

function streamOf(pieces: Iterator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const { value, done } = pieces.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
  });
}

/** The object, as its stub sees it. */
export type RunEngine = InstanceType<ReturnType<typeof defineRunEngine>>;
