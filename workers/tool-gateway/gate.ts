/** Whether a call may go out now: the tool's rate and its circuit breaker, both per org and tool; and what its end says of the tool's health. */
import type { BreakerRule, CallOutcome } from "../../core/breaker/breaker.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Failure, ToolCall } from "../../core/run/calls/call.ts";
import { DEFAULT_TOOL_BREAKER, type ToolBreaker, type ToolManifest } from "../../core/tool/manifest.ts";
import { credentialUseOf } from "../../core/tool/unusual.ts";
import { failure } from "./failure.ts";
import type { ToolGatewayPorts } from "./ports.ts";

/** A call that may go out. MUST be ended once. `failure` null: the tool answered. `sent` false: it did not go out after all. */
export type LetThrough = { ended(failure: Failure | null, sent: boolean): Promise<void> };

/** Credentials that an org may have made for one tool in a minute; a tool with a secret of its own needs none. */
const CREDENTIALS_PER_MINUTE = 6_000;

/** Refuses a credential beyond the org's quota for the tool; null: it may be made. */
export async function refuseCredential(
  { gate }: Pick<ToolGatewayPorts, "gate">,
  { context: { org } }: ToolCall,
  { name }: ToolManifest,
): Promise<Failure | null> {
  const waitMs = gate === undefined ? null : await gate.take(org, `credential:${name}`, CREDENTIALS_PER_MINUTE);
  if (waitMs === null) return null;
  const message = `the org has used up its quota of ${CREDENTIALS_PER_MINUTE} credentials a minute for this tool`;
  return { ...failure("transient", "rate_limited", message, waitMs), layer: "limits" };
}

const UNUSUAL = {
  burst: "far more credentials were made for this tool in this minute than is usual, and the org refuses that",
  new_destination: "no credential of this tool went to this host before, and the org refuses that until an admin admits it",
  new_scope: "no credential of this tool had these scopes before, and the org refuses that until an admin admits it",
} as const;

/** Refuses a credential, or a secret of the tool's own, for a use that is unusual, where the org says so; null: it may be sent. */
export async function refuseUnusual(
  { watchCredential }: Pick<ToolGatewayPorts, "watchCredential">,
  { context }: ToolCall,
  manifest: ToolManifest,
): Promise<Failure | null> {
  const use = credentialUseOf(manifest);
  const refused = use === null ? null : ((await watchCredential?.({ context, tool: manifest.name, ...use })) ?? null);
  if (refused === null) return null;
  const message = UNUSUAL[refused.kind];
  if (refused.kind === "burst") return { ...failure("transient", "rate_limited", message, refused.retryMs), layer: "credential" };
  return { ...failure("permanent", "policy_denied", message), layer: "credential" };
}

const FREE: LetThrough = { ended: async () => undefined };

/** A breaker rests for `open_ms`, and up to a tenth longer by chance, so that isolates do not probe at one moment. */
const ruleOf = ({ failures, window_ms, open_ms, successes }: ToolBreaker): BreakerRule => ({
  failures,
  windowMs: window_ms,
  good: successes,
  rest: { firstMs: open_ms, capMs: open_ms, least: 1, spread: 0.1 },
});

/** Takes one of the minute's calls and asks the breaker; a refusal is transient and says when another try makes sense. */
export async function passGate(
  { gate }: Pick<ToolGatewayPorts, "gate">,
  { context: { org }, timeoutMs }: ToolCall,
  { name, rate, breaker = DEFAULT_TOOL_BREAKER }: ToolManifest,
): Promise<Result<LetThrough, Failure>> {
  if (gate === undefined) return ok(FREE);
  const key = `tool ${org} ${name}`;
  const admission = await gate.admit(key, org, timeoutMs);
  if (!admission.allowed) {
    const message = "the tool failed repeatedly, so it is not called for a while";
    return err(failure("transient", "upstream_unavailable", message, admission.retryAfterMs));
  }
  const rule = ruleOf(breaker);
  const report = (outcome: CallOutcome): Promise<void> => gate.report(key, org, outcome, admission.probe, rule);
  const waitMs = rate === undefined ? null : await gate.take(org, `tool:${name}`, rate.per_minute);
  if (waitMs !== null) {
    await report("none");
    const message = `the org calls this tool more than ${rate?.per_minute} times a minute`;
    return err({ ...failure("transient", "rate_limited", message, waitMs), layer: "limits" });
  }
  return ok({ ended: (why, sent) => report(sent ? healthIn(why) : "none") });
}

/** A tool that says no lives. One that asks for another try, breaks off or stays silent is not well. */
function healthIn(why: Failure | null): CallOutcome {
  if (why === null) return "good";
  if (why.code === "cancelled" || why.code === "rate_limited") return "none";
  return why.class === "transient" || why.class === "unknown" ? "bad" : "none";
}
