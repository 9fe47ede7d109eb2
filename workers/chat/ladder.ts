/**
 * The models that may answer, tried in turn: the next one where the last failed, rests or is stopped; the cheapest one where money
 * is short. What is left when nobody answered is an honest refusal, never a 500.
 */
import type { Amount } from "../../core/budget/amount.ts";
import type { ErrorCode } from "../../core/errors/codes.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { isNear } from "../../core/model-call/nearness.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Failure } from "../../core/run/calls/call.ts";
import type { GovernedCall } from "../governed-call/governed-call.ts";
import { type Attempt, type Chosen, KILLED_RETRY_SECONDS, type NoAttempt, openAttempt } from "./attempt.ts";
import type { Call } from "./call.ts";
import type { ChatPorts } from "./ports.ts";

/** The end of one attempt: done, with a value or a refusal inside it, or no attempt, and the next model is tried. */
export type Step<T> = { readonly kind: "done"; readonly value: T } | NoAttempt;

/** Opens attempts on one model: the first one comes opened, each correction needs another. */
export type Again = () => Promise<Result<Attempt, NoAttempt>>;

/** What is asked, at the moment, and the worst case of the call on a model, which is reserved before it. */
export type Pricing = { readonly worstOf: (chosen: Chosen) => Amount; readonly prompt: () => GovernedCall["content"]["prompt"] };

/** Tries the candidates in turn until one is done.  */
export async function climb<T>(
  ports: ChatPorts,
  call: Call,
  candidates: readonly Chosen[],
  { worstOf, prompt }: Pricing,
  tryOn: (first: Attempt, again: Again, isLast: boolean) => Promise<Step<T>>,
): Promise<Result<T, Refusal>> {
  let left = [...candidates];
  const failures: Failure[] = [];
  let mayChange = true;
  while (left.length > 0) {
    const [chosen, ...others] = left as [Chosen, ...Chosen[]];
    const cheapest = cheapestOf(left, worstOf);
    const isCheaper = mayChange && worstOf(cheapest).microUsd < worstOf(chosen).microUsd;
    const opened = await openAttempt(
      ports,
      call,
      chosen,
      { worst: worstOf(chosen), prompt: prompt() },
      (pressure) => isCheaper && isNear(pressure),
    );
    if (!opened.ok && (opened.error.kind === "pressed" || opened.error.kind === "cap")) {
      // Once: the cheapest is as far down as it goes.
      if (opened.error.kind === "cap" && !isCheaper) return err(opened.error.refusal);
      mayChange = false;
      call.tally.degraded.add("budget");
      left = [cheapest, ...left.filter((other) => other !== cheapest && opened.error.kind === "pressed")];
      continue;
    }
    const step = opened.ok
      ? await tryOn(opened.value, () => another(ports, call, chosen, { worstOf, prompt }), others.length === 0)
      : (opened.error as NoAttempt);
    if (step.kind === "done") return ok(step.value);
    if (step.kind === "refuse") return err(step.refusal);
    failures.push(step.failure);
    if (call.isStopped()) return err(killed());
    if (call.signal.aborted) return err(refuse("overloaded", "the client disconnected"));
    if (others.length > 0) call.tally.degraded.add("fallback");
    left = others;
  }
  return err(refusalOf(failures));
}

async function another(ports: ChatPorts, call: Call, chosen: Chosen, { worstOf, prompt }: Pricing): Promise<Result<Attempt, NoAttempt>> {
  const opened = await openAttempt(ports, call, chosen, { worst: worstOf(chosen), prompt: prompt() }, () => false);
  if (opened.ok) return opened;
  const { error } = opened;
  if (error.kind === "pressed") throw new TypeError("nobody asked for a cheaper model");
  return err(error.kind === "cap" ? { kind: "refuse", refusal: error.refusal } : error);
}

const cheapestOf = (candidates: readonly Chosen[], worstOf: (chosen: Chosen) => Amount): Chosen =>
  candidates.reduce((best, next) => (worstOf(next).microUsd < worstOf(best).microUsd ? next : best));

/** The refusal of a call that the kill switch stopped. */
export const killed = (): Refusal => ({
  ...refuse("kill_switch_active", "the kill switch stopped this call"),
  retryAfterSeconds: KILLED_RETRY_SECONDS,
});

/** The refusal for one or more failures. A failure upstream takes precedence over models that were not tried. */
export function refusalOf(failures: readonly Failure[]): Refusal {
  const tried = failures.filter(({ code }) => code !== "overloaded" && code !== "kill_switch_active");
  const told = tried.at(-1) ?? failures.at(-1);
  const message = told?.message ?? "no model is left to ask";
  const detail = failures.length > 1 ? `${message} (${failures.length} models were tried)` : message;
  // Another try may go better where one of the models was only busy.
  const isHopeless = tried.length > 0 && tried.every((failure) => failure.class === "permanent");
  const waits = failures.flatMap(({ retryAfterMs }) => (retryAfterMs === null ? [] : [retryAfterMs]));
  const wait = waits.length === 0 ? {} : { retryAfterSeconds: Math.max(1, Math.ceil(Math.min(...waits) / 1_000)) };
  const code = codeFor(told, isHopeless);
  const field = code === "invalid_request" ? told?.field : undefined;
  const errors = field === undefined ? [] : [{ path: field, message: "the upstream refused it" }];
  return { ...refuse(code, detail, ...(errors.length === 0 ? [] : [errors])), ...(isHopeless ? { isHopeless } : wait) };
}

function codeFor(told: Failure | undefined, isHopeless: boolean): ErrorCode {
  if (isHopeless && told?.hopeless === "request") return "invalid_request";
  if (isHopeless && told?.hopeless === "quota") return "budget_exceeded";
  switch (told?.code) {
    case "rate_limited":
    case "timeout":
    case "output_invalid":
    case "overloaded":
    case "kill_switch_active":
      return told.code;
    default:
      return "upstream_unavailable";
  }
}
