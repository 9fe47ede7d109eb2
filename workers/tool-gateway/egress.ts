/** Where a call may go, and which credential may go there. What cannot be decided is refused. */
import { isListedHost } from "../../core/net/listed-host.ts";
import { refuseHost } from "../../core/net/public-host.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Failure, ToolCall } from "../../core/run/calls/call.ts";
import type { ToolManifest } from "../../core/tool/manifest.ts";
import type { Deadline } from "../kit/deadline.ts";
import { failure } from "./failure.ts";
import type { ToolGatewayPorts } from "./ports.ts";
import type { Plan } from "./transports/transport.ts";

const refused = (message: string): Failure => ({ ...failure("permanent", "policy_denied", message), layer: "egress" });

/** null: the deployment and the org allow the call to go there. Throws when the org's list cannot be read. */
export async function refuseTarget(
  ports: ToolGatewayPorts,
  org: string,
  target: Plan["target"],
  deadline: Deadline,
): Promise<Failure | null> {
  if (target === null) return null;
  const refusal = refuseHost(target, ports.allowPrivateHosts);
  if (refusal !== null) return refused(`the tool's address is refused: ${refusal}`);
  const egress = await deadline.within(ports.egress(org));
  if (egress === null || isListedHost(target, egress)) return null;
  return refused("the tool's host is not in the org's `egress`");
}

/** The tool's own secret where it names one, and else a credential made for this one call. Throws when none may be made. */
export async function credentialFor(
  ports: ToolGatewayPorts,
  { context, tool }: ToolCall,
  { effect, scopes }: ToolManifest,
  { secret: name, target }: Plan,
  deadline: Deadline,
): Promise<Result<string, Failure>> {
  if (name === null) return ok(await deadline.within(ports.credential({ context, tool, effect, scopes })));
  const secret = await deadline.within(ports.secret(context.org, name));
  if (secret === null) return err(failure("permanent", "tool_error", "the tool's secret does not exist"));
  const isAllowed = target !== null && isListedHost(target, secret.hosts);
  return isAllowed ? ok(secret.value) : err(refused("the tool's secret may not be sent to the tool's host"));
}
