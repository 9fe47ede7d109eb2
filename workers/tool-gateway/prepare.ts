/** From a manifest and an input to a request: first whether the address may be called at all, then the credential and the headers. */
import type { Json } from "../../core/json.ts";
import { isListedHost } from "../../core/net/listed-host.ts";
import { refuseHost } from "../../core/net/public-host.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Failure, ToolCall } from "../../core/run/calls/call.ts";
import type { ToolManifest } from "../../core/tool/manifest.ts";
import { type HttpRequestParts, toolRequest } from "../../core/tool/request.ts";
import type { Deadline } from "../kit/deadline.ts";
import { failure } from "./failure.ts";
import type { ToolGatewayPorts } from "./ports.ts";

/** An address that the deployment and the org allow. */
export type Allowed = { readonly parts: HttpRequestParts; readonly url: URL };
export type Prepared = { readonly url: string; readonly init: RequestInit; readonly secrets: readonly string[] };

export async function addressOf(
  ports: ToolGatewayPorts,
  org: string,
  manifest: ToolManifest,
  input: Json,
  deadline: Deadline,
): Promise<Result<Allowed, Failure>> {
  const parts = toolRequest(manifest.http, input);
  if (!parts.ok) return err(failure("permanent", "invalid_request", `the input cannot be sent to the tool: ${parts.error.reason}`));
  if (!URL.canParse(parts.value.url)) return err(failure("permanent", "invalid_request", "the tool's address is not a URL"));
  const url = new URL(parts.value.url);
  const refusal = refuseHost(url, ports.allowPrivateHosts);
  if (refusal !== null) return err(failure("permanent", "policy_denied", `the tool's address is refused: ${refusal}`));
  const egress = await deadline.within(ports.egress(org));
  if (egress !== null && !isListedHost(url, egress))
    return err(failure("permanent", "policy_denied", "the tool's host is not in the org's `egress`"));
  return ok({ parts: parts.value, url });
}

export async function prepare(
  ports: ToolGatewayPorts,
  { context, tool }: ToolCall,
  manifest: ToolManifest,
  { parts, url }: Allowed,
  deadline: Deadline,
): Promise<Result<Prepared, Failure>> {
  const bearer = await bearerFor(ports, context, tool, manifest, url, deadline);
  if (!bearer.ok) return bearer;
  const headers = buildHeaders({
    ...parts.headers,
    accept: "application/json",
    ...(parts.body === null ? {} : { "content-type": "application/json" }),
    authorization: `Bearer ${bearer.value}`,
    "idempotency-key": context.key,
    "bulkhead-run": context.run,
    traceparent: `00-${context.traceId}-${context.spanId}-01`, // W3C Trace Context section 3.2
  });
  if (headers === null) return err(failure("permanent", "invalid_request", "a header of the tool is not valid"));
  // Caches on the way are told what would be refused here (RFC 9111 section 5.2.1.1).
  if (manifest.max_age_ms !== undefined) headers.set("cache-control", `max-age=${Math.floor(manifest.max_age_ms / 1_000)}`);
  const init = { method: parts.method, headers, body: parts.body, redirect: "manual" } as const;
  return ok({ url: url.href, init, secrets: [bearer.value] });
}

async function bearerFor(
  ports: ToolGatewayPorts,
  context: ToolCall["context"],
  tool: string,
  manifest: ToolManifest,
  url: URL,
  deadline: Deadline,
): Promise<Result<string, Failure>> {
  const name = manifest.http.secret;
  if (name === null)
    return ok(await deadline.within(ports.credential({ context, tool, effect: manifest.effect, scopes: manifest.scopes })));
  const secret = await deadline.within(ports.secret(context.org, name));
  if (secret === null) return err(failure("permanent", "tool_error", "the tool's secret does not exist"));
  const allowed = secret.hosts.some((host) => host.toLowerCase() === url.host || host.toLowerCase() === url.hostname);
  return allowed ? ok(secret.value) : err(failure("permanent", "policy_denied", "the tool's secret may not be sent to the tool's host"));
}

/** null when a name or value cannot stand in a header; the error would quote the value. */
function buildHeaders(headers: Record<string, string>): Headers | null {
  try {
    return new Headers(headers);
  } catch {
    return null;
  }
}
