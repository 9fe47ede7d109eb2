/** Where a model's call goes, with which credential and which headers. Decides; sends nothing. */
import type { ModelEntry } from "../../core/model/entry.ts";
import { isListedHost } from "../../core/net/listed-host.ts";
import { refuseHost } from "../../core/net/public-host.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { CallContext, Failure } from "../../core/run/calls/call.ts";
import { traceparentOf } from "../../core/trace/span.ts";
import { failure } from "./failure.ts";
import type { ModelGatewayPorts } from "./ports.ts";

/** Where the call would go, or what it would carry there, is not allowed. */
const refused = (message: string): Failure => ({ ...failure("permanent", "policy_denied", message), layer: "egress" });

/** What of OpenAI's format is asked, below the base address. */
export type UpstreamPath = "/chat/completions" | "/embeddings";

/** On whose behalf, and under which trace. */
export type ExchangeContext = Pick<CallContext, "org" | "run" | "user" | "workflow" | "activity" | "traceId" | "spanId" | "isUnsampled">;

/** The address of a model's upstream, and what may be sent there. */
export type Upstream = {
  readonly url: URL;
  /** The Worker's own rehearsal model answers; nothing leaves. */
  readonly rehearsal: boolean;
  /** The origin of `AI_GATEWAY_URL`: its token and its headers go along. */
  readonly gateway: boolean;
};

/** The rehearsal model's address: a name that no resolver knows (RFC 6761 section 6.4). */
const REHEARSAL_BASE = "https://rehearsal.invalid/v1";

/** The upstream of a model, or the failure that it has none or may not be called. */
export function findUpstream(
  entry: ModelEntry,
  path: UpstreamPath,
  ports: Pick<ModelGatewayPorts, "aiGateway" | "allowPrivateHosts">,
): Result<Upstream, Failure> {
  if (entry.base_url === null && entry.id.startsWith("bulkhead/")) {
    return ok({ url: new URL(`${REHEARSAL_BASE}${path}`), rehearsal: true, gateway: false });
  }
  const base = entry.base_url ?? ports.aiGateway?.url ?? null;
  if (base === null) return err(failure("permanent", "upstream_unavailable", "no upstream is set up for the model"));
  if (!URL.canParse(base)) return err(failure("permanent", "upstream_unavailable", "the address of the model's upstream is not a URL"));
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}${path}`;
  const refusal = refuseHost(url, ports.allowPrivateHosts);
  if (refusal !== null) return err(refused(`the address of the model's upstream is refused: ${refusal}`));
  const gateway = ports.aiGateway !== null && URL.canParse(ports.aiGateway.url) && new URL(ports.aiGateway.url).origin === url.origin;
  return ok({ url, rehearsal: false, gateway });
}

/** The bearer for an upstream; null: none is needed. */
export async function bearerFor(
  upstream: Upstream,
  entry: ModelEntry,
  org: string,
  ports: Pick<ModelGatewayPorts, "aiGateway" | "secret">,
): Promise<Result<string | null, Failure>> {
  if (upstream.rehearsal) return ok(null);
  if (upstream.gateway && ports.aiGateway?.token) return ok(ports.aiGateway.token);
  if (entry.secret === null) return ok(null);
  const secret = await ports.secret(org, entry.secret);
  if (secret === null) return err(failure("permanent", "upstream_unavailable", "the model's secret does not exist"));
  if (isListedHost(upstream.url, secret.hosts)) return ok(secret.value);
  return err(refused("the model's secret may not be sent to the model's host"));
}

/** Ours on every call; AI Gateway's only to its origin (developers.cloudflare.com/ai-gateway/glossary). */
export function headersFor(
  upstream: Upstream,
  { context, timeoutMs }: { readonly context: ExchangeContext; readonly timeoutMs: number },
  hashedUser: string,
): Record<string, string> {
  const common = {
    "content-type": "application/json",
    accept: "application/json",
    traceparent: traceparentOf(context),
  };
  if (!upstream.gateway) return common;
  return {
    ...common,
    // Retries and caches are the caller's: a second owner would multiply the one and lie about the other.
    "cf-aig-max-attempts": "1",
    "cf-aig-skip-cache": "true",
    "cf-aig-request-timeout": String(timeoutMs),
    "cf-aig-collect-log-payload": "false", // counts and times, no prompt
    "cf-aig-otel-trace-id": context.traceId,
    "cf-aig-otel-parent-span-id": context.spanId,
    // Five flat entries at most.
    "cf-aig-metadata": JSON.stringify({
      run: context.run,
      org: context.org,
      workflow: context.workflow,
      step: context.activity,
      user: hashedUser,
    }),
  };
}
