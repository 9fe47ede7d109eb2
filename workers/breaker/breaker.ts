/**
 * Circuit breakers as this isolate sees them: what the object said is kept for a second, failures are told, good calls are not
 * while it is closed. A breaker spares upstreams and time, it guards nothing: when its object is out of reach the call goes out.
 */
import type { Admission, BreakerRule, BreakerView, CallOutcome } from "../../core/breaker/breaker.ts";
import { errorName, type Log, type LogLine, logLine } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import type { CircuitBreakerRpc } from "../../durable-objects/circuit-breaker/stub.ts";
import { within } from "../../kit/bounded.ts";

export type { Admission, CallOutcome };

/** What breakers need from outside. */
export type BreakersPorts = {
  /** The object of this key. */
  readonly object: (key: string) => CircuitBreakerRpc;
  readonly now: () => EpochMs;
  readonly log: Log;
};

/** Breakers as this isolate knows them. */
export type Breakers = {
  /** May a call go out? `callMs`: how long it takes at most. Never rejects; who is admitted reports its end. */
  admit(key: string, org: string, callMs: number): Promise<Admission>;
  /**
   * How an admitted call ended; `probe` as it was admitted with, `rule` where the key has one of its own. Never rejects; resolves when
   * it is told, or could not be.
   */
  report(key: string, org: string, outcome: CallOutcome, probe: number | null, rule?: BreakerRule): Promise<void>;
};

/** How long this isolate believes that a breaker is closed. */
const CLOSED_MS = 1_000;
/** A call waits no longer than this for the object. */
const ASK_MS = 250;
/** Keys remembered; the oldest makes room. */
const CAPACITY = 1_000;

/** `until`: closed, or resting, as far as is known. `asking`: until then somebody else's question is awaited. */
type Known = { readonly kind: "closed" | "resting"; readonly until: EpochMs; asking: EpochMs };

/** One per isolate, made by the composition root. */
export function defineBreakers({ object, now, log }: BreakersPorts): Breakers {
  const known = new Map<string, Known>();

  const keep = (key: string, kind: Known["kind"], until: EpochMs): void => {
    known.delete(key);
    known.set(key, { kind, until, asking: 0 });
    const oldest = known.keys().next();
    if (known.size > CAPACITY && !oldest.done) known.delete(oldest.value);
  };

  const ask = async (key: string, org: string, callMs: number): Promise<Admission> => {
    const answer = object(key).ask(callMs, org);
    try {
      return await within(ASK_MS, answer);
    } catch (error) {
      // A probe that is granted after all is one that nobody makes: its place is free again.
      answer
        .then(
          (late) => (late.allowed && late.probe !== null ? object(key).tell("none", late.probe, org) : null),
          () => null,
        )
        .catch(() => null);
      throw error;
    }
  };

  const learn = (upstream: string, org: string, view: BreakerView, at: EpochMs): void => {
    const key = viewKey(upstream, org);
    if (view === "closed") keep(key, "closed", at + CLOSED_MS);
    else if (view === "unsure") known.delete(key);
    else {
      if (known.get(key)?.kind !== "resting") log(logLine("breaker.resting", { upstream, rest_ms: view.restingMs }));
      keep(key, "resting", at + view.restingMs);
    }
  };

  return {
    async admit(upstream, org, callMs) {
      const at = now();
      const key = viewKey(upstream, org);
      const last = known.get(key);
      if (last?.kind === "resting" && at < last.until) return { allowed: false, retryAfterMs: last.until - at };
      if (last?.kind === "closed" && (at < last.until || at < last.asking)) return { allowed: true, probe: null };
      // While one caller asks again, the others go by what was known.
      if (last?.kind === "closed") last.asking = at + ASK_MS;
      try {
        const admission = await ask(upstream, org, callMs);
        if (!admission.allowed) keep(key, "resting", now() + admission.retryAfterMs);
        else if (admission.probe === null) keep(key, "closed", at + CLOSED_MS);
        else known.delete(key);
        return admission;
      } catch (error) {
        log(outOfReach(upstream, error));
        keep(key, "closed", now() + CLOSED_MS);
        return { allowed: true, probe: null };
      }
    },

    async report(upstream, org, outcome, probe, rule) {
      if (probe === null && outcome !== "bad") return;
      try {
        const view = await within(ASK_MS, object(upstream).tell(outcome, probe, org, rule));
        learn(upstream, org, view, now());
      } catch (error) {
        log(outOfReach(upstream, error));
      }
    },
  };
}

/** What holds for one org says nothing of another. */
const viewKey = (upstream: string, org: string): string => `${org} ${upstream}`;

const outOfReach = (upstream: string, error: unknown): LogLine => logLine("breaker.out_of_reach", { upstream, error: errorName(error) });
