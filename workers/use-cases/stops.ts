/** New work asks the kill switch first. A switch that cannot be read stops it too. */
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { type StopSubject, type Stops, scopeText, stoppedBy } from "../../core/kill-switch/stops.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { errorLine } from "../kit/thrown.ts";
import type { UseCasePorts } from "./ports.ts";

/** docs/contract.md, "People and control": `Retry-After: 60`. */
const RETRY_AFTER_SECONDS = 60;

export async function notStopped(
  ports: Pick<UseCasePorts, "killSwitch" | "log">,
  subject: StopSubject,
  traceId: string,
): Promise<Result<Stops, Refusal>> {
  let stops: Stops;
  try {
    stops = await ports.killSwitch.stops();
  } catch (error) {
    ports.log(errorLine("kill_switch.unreadable", error, traceId, null));
    return err(refuse("overloaded", "the kill switch cannot be read; no new work is accepted until it can"));
  }
  const scope = stoppedBy(stops, subject);
  if (scope === null) return ok(stops);
  const refusal = refuse("kill_switch_active", `the kill switch is active for \`${scopeText(scope)}\``);
  return err({ ...refusal, retryAfterSeconds: RETRY_AFTER_SECONDS });
}
