/** One run: the RPC face of its object. What it decides stands in core/run, how it commits and acts in shell.ts. */

import { DurableObject } from "cloudflare:workers";
import { createHash } from "node:crypto";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import type { Json } from "../../core/json.ts";
import type { Stops } from "../../core/kill-switch/stops.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { ReviewMessage } from "../../core/review/message.ts";
import type { Birth } from "../../core/run/birth.ts";
import type { Happening } from "../../core/run/input.ts";
import { toEventView, toRunView } from "../../core/run/present.ts";
import { isFinal } from "../../core/run/state.ts";
import { toTrace } from "../../core/run/trace.ts";
import type { EventView, RunStatus, RunView } from "../../core/run/view.ts";
import type { LoadedRun } from "./journal.ts";
import type { RunEnginePorts } from "./ports.ts";
import { RunShell } from "./shell.ts";

export type { RunEnginePorts };
export type RunBirth = Omit<Birth, "v" | "toolEffects" | "createdAt">;

const EVENTS_PER_PAGE = 500;

/** The runtime constructs the object, so ports come in through the class, not through the constructor. */
export function defineRunEngine(portsFor: (env: Cloudflare.Env) => RunEnginePorts) {
  return class RunEngine extends DurableObject {
    readonly #ports: RunEnginePorts;
    readonly #shell: RunShell;

    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      super(ctx, env);
      this.#ports = portsFor(env);
      this.#shell = new RunShell(ctx.storage, this.#ports, (text) => createHash("sha256").update(text).digest("hex"));
    }

    /** Starts the run, once; answers with it as it is after `waitMs`, or sooner when it has ended. */
    async start(birth: RunBirth, stops: Stops, waitMs: number): Promise<RunView> {
      if (this.#shell.run === null) {
        const { tools } = birth.definition;
        const toolEffects = tools.length === 0 ? {} : await this.#ports.toolEffects(birth.org, tools);
        await this.#shell.bear({ v: 1, ...birth, toolEffects, createdAt: this.#ports.now() }, stops);
      }
      return this.#awaitEnd(waitMs);
    }

    /** The run as soon as it is born, or null after `waitMs`. */
    async awaitBirth(waitMs: number): Promise<RunView | null> {
      if (this.#shell.run === null) await this.#shell.changed(waitMs);
      return this.view();
    }

    /** Bears a run that continues another one; its birth is complete. */
    async resumeFrom(birth: Birth, stops: Stops): Promise<void> {
      await this.#shell.bear(birth, stops);
    }

    view(): RunView | null {
      const { run } = this.#shell;
      return run === null ? null : toRunView(run.machinery, run.state);
    }

    /** Events after `after`; when there are none yet, waits up to `waitMs` for the next. */
    async events(after: number, waitMs: number): Promise<{ events: EventView[]; done: boolean; status: RunStatus } | null> {
      const { run } = this.#shell;
      if (run === null) return null;
      if (run.state.seq <= after && !isFinal(run.state)) await this.#shell.changed(waitMs);
      const events = [...this.#shell.journal.events(after)].slice(0, EVENTS_PER_PAGE);
      const caughtUp = (events.at(-1)?.seq ?? after) >= run.state.seq;
      return { events: events.map(toEventView), done: isFinal(run.state) && caughtUp, status: run.state.status };
    }

    async cancel(by: string, reason: string): Promise<Result<RunView, Refusal>> {
      return this.#change({ kind: "cancel", by, reason });
    }

    /** OTLP JSON. Not `trace`: the runtime keeps that name for itself. */
    spans(): Json | null {
      const { run } = this.#shell;
      return run === null ? null : toTrace(run.machinery, run.state, [...this.#shell.journal.events(0)]);
    }

    /** A decision or an escalation of the review queue; told again, it changes nothing. */
    async review(message: ReviewMessage): Promise<void> {
      if (message.kind === "review.decided")
        await this.#shell.offer({ kind: "review.decided", activity: message.decision.activity, decision: message.decision });
      else await this.#shell.offer({ kind: "review.escalated", activity: message.activity, id: message.id, severity: message.severity });
    }

    /** The kill switch was thrown or recovered: look again, with what it says. */
    async lookAgain(stops: Stops): Promise<void> {
      await this.#shell.offer({ kind: "tick" }, stops);
    }

    async redrive(by: string, newId: string): Promise<Result<RunView, Refusal>> {
      return this.#change({ kind: "dead_letter.redriven", by, run: newId });
    }

    async discard(by: string, reason: string): Promise<Result<RunView, Refusal>> {
      return this.#change({ kind: "dead_letter.discarded", by, reason });
    }

    /** The records of these outbox rows are sequenced and stored. */
    async confirm(rows: readonly string[]): Promise<void> {
      await this.#shell.confirm(rows);
    }

    override async alarm(): Promise<void> {
      try {
        await this.#shell.wake();
      } catch (error) {
        this.#ports.log({ level: "error", message: "run alarm broke", error: error instanceof Error ? error.name : "unknown" });
        await this.ctx.storage.setAlarm(this.#ports.now() + 5_000); // never rely on the platform's retries: they end
      }
    }

    async #awaitEnd(waitMs: number): Promise<RunView> {
      const until = this.#ports.now() + waitMs;
      while (!isFinal(this.#born().state) && this.#ports.now() < until) await this.#shell.changed(until - this.#ports.now());
      const run = this.#born();
      return toRunView(run.machinery, run.state);
    }

    async #change(happening: Happening): Promise<Result<RunView, Refusal>> {
      if (this.#shell.run === null) return err(refuse("not_found", "no such run"));
      const result = await this.#shell.offer(happening);
      if (!result.ok) return err(refuse("conflict", result.error.why));
      const run = this.#born();
      return ok(toRunView(run.machinery, run.state));
    }

    #born(): LoadedRun {
      const { run } = this.#shell;
      if (run === null) throw new Error("no run was born here");
      return run;
    }
  };
}

export type RunEngine = InstanceType<ReturnType<typeof defineRunEngine>>;
