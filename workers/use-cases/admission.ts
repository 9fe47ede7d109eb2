/**
 * How many runs an isolate lets begin. A start that nobody waits for costs its client nothing, so only a refusal slows such a client
 * down; what is accepted beyond what the index and the audit can take would be listed later than promised.
 */
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { UseCasePorts } from "./ports.ts";

/** A start that never ends gives its place back after this, in ms. */
const LONGEST_START_MS = 30_000;
/** One whose client waits for the run's end, which is then part of the start, gives it back sooner: a birth takes less. */
const BIRTH_MS = 250;
/** When to come again where the index is behind: it is looked at once a second. */
const BEHIND_RETRY_SECONDS = 2;

/** Takes a place for one start; `leave` MUST be called at its end. */
export async function placeForStart(
  { store, starts, now }: Pick<UseCasePorts, "store" | "starts" | "now">,
  org: string,
  waitMs: number,
): Promise<Result<{ readonly leave: () => void }, Refusal>> {
  if (await store.runs.isBehind(org)) return err(overloaded("the index of runs is behind; come again soon", BEHIND_RETRY_SECONDS));
  const who = {};
  const wait = starts.enter(who, org, now(), waitMs > 0 ? BIRTH_MS : LONGEST_START_MS);
  if (wait > 0) return err(overloaded("too many runs begin at the same moment", Math.ceil(wait / 1_000)));
  return ok({ leave: () => starts.leave(who) });
}

const overloaded = (detail: string, retryAfterSeconds: number): Refusal => ({ ...refuse("overloaded", detail), retryAfterSeconds });
