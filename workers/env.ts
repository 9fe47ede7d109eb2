/** What the variables of a deployment mean, parsed once. Bindings are read here, in main.ts, and in composition/, and nowhere else. */

import { CAUTIOUS_PRICE, type NamedModel, readModelPrice } from "../core/model/defaults.ts";
import { DEFAULT_POOL_RULE, type PoolRule } from "../core/sandbox/pool.ts";
import { type ReadCollector, readCollector } from "../core/trace/collector.ts";

/** The settings of a deployment, with defaults filled in. */
export type Settings = {
  /** Empty: there is no platform admin's key. */
  readonly adminApiKey: string;
  /** Plain http, loopback and private hosts may be called: a developer's machine. */
  readonly allowPrivateHosts: boolean;
  readonly aiGateway: { readonly url: string; readonly token: string | null } | null;
  /** `MODEL` and `MODEL_PRICE`: an upstream id that serves every task, and what it costs. */
  readonly model: NamedModel | null;
  readonly secrets: { readonly [name in "AUDIT_KEY" | "AUDIT_KEY_PREVIOUS" | "CREDENTIAL_KEY" | "VAULT_KEY"]?: string };
  /** Requests a minute of each key. */
  readonly perMinute: number;
  /** Years of the lock on evidence in R2 (`AUDIT_LOCK_YEARS`): no org may ask for less. */
  readonly auditLockYears: number;
  /** How many containers stand ready, where the deployment runs containers. */
  readonly sandboxes: PoolRule;
  /** `iss` of credentials. */
  readonly issuer: string;
  readonly version: string;
  /** The variable `OIDC_ISSUERS`, unread: who may call is for workers/auth to say. */
  readonly oidcIssuers: string | null;
  /** By client id. What cannot be read is no secret: such a client is refused by its provider. */
  readonly oidcClientSecrets: ReadonlyMap<string, string>;
  /** Where mail to people goes; null: the deployment sends none. */
  readonly mail: { readonly url: string; readonly key: string | null; readonly from: string } | null;
  /** Where this deployment is reached from outside; null: at the address that a request came to. */
  readonly publicUrl: string | null;
  /** Where hosts of sandboxed code are looked up over DNS over HTTPS; null: nowhere, since private hosts may be called. */
  readonly dnsResolver: string | null;
  /** Where traces go. */
  readonly traces: ReadCollector;
};

/** Reads the settings. A variable that is absent or empty takes its default. */
export function settingsFrom(env: Cloudflare.Env): Settings {
  const text = (value: string | undefined): string | null => (value === undefined || value === "" ? null : value);
  const url = text(env.AI_GATEWAY_URL);
  return {
    adminApiKey: env.ADMIN_API_KEY ?? "",
    allowPrivateHosts: env.ALLOW_PRIVATE_HOSTS === "1",
    aiGateway: url === null ? null : { url: url.replace(/\/+$/, ""), token: text(env.AI_GATEWAY_TOKEN) },
    model: modelFrom(text(env.MODEL), text(env.MODEL_PRICE)),
    secrets: {
      ...(text(env.AUDIT_KEY) === null ? {} : { AUDIT_KEY: env.AUDIT_KEY as string }),
      ...(text(env.AUDIT_KEY_PREVIOUS) === null ? {} : { AUDIT_KEY_PREVIOUS: env.AUDIT_KEY_PREVIOUS as string }),
      ...(text(env.CREDENTIAL_KEY) === null ? {} : { CREDENTIAL_KEY: env.CREDENTIAL_KEY as string }),
      ...(text(env.VAULT_KEY) === null ? {} : { VAULT_KEY: env.VAULT_KEY as string }),
    },
    perMinute: perMinuteFrom(env.RATE_LIMIT_PER_MINUTE),
    auditLockYears: /^\d{1,2}$/.test(env.AUDIT_LOCK_YEARS ?? "") ? Math.max(1, Number(env.AUDIT_LOCK_YEARS)) : 1,
    sandboxes: poolRuleFrom(env),
    issuer: text(env.PUBLIC_URL) ?? "urn:bulkhead",
    version: env.VERSION?.id || "local",
    oidcIssuers: text(env.OIDC_ISSUERS),
    oidcClientSecrets: secretsFrom(text(env.OIDC_CLIENT_SECRETS)),
    publicUrl: text(env.PUBLIC_URL),
    mail: mailFrom(text(env.MAIL_API_URL), text(env.MAIL_API_KEY), text(env.MAIL_FROM)),
    traces: collectorFrom(env),
    dnsResolver: env.ALLOW_PRIVATE_HOSTS === "1" ? null : (text(env.DNS_RESOLVER) ?? DEFAULT_DNS_RESOLVER),
  };
}

/** The variables of an OTLP exporter, as OpenTelemetry names them. */
const collectorFrom = (env: Cloudflare.Env): ReadCollector =>
  readCollector(
    {
      endpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
      tracesEndpoint: env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,
      headers: { all: env.OTEL_EXPORTER_OTLP_HEADERS, traces: env.OTEL_EXPORTER_OTLP_TRACES_HEADERS },
      timeout: { all: env.OTEL_EXPORTER_OTLP_TIMEOUT, traces: env.OTEL_EXPORTER_OTLP_TRACES_TIMEOUT },
      compression: { all: env.OTEL_EXPORTER_OTLP_COMPRESSION, traces: env.OTEL_EXPORTER_OTLP_TRACES_COMPRESSION },
      protocol: { all: env.OTEL_EXPORTER_OTLP_PROTOCOL, traces: env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL },
      conventions: env.OTEL_SEMCONV_STABILITY_OPT_IN,
      allowPrivateHosts: env.ALLOW_PRIVATE_HOSTS === "1",
    },
    (text) => URL.parse(text),
  );

/** Both the address of the API and the sender's are needed. */
const mailFrom = (url: string | null, key: string | null, from: string | null): Settings["mail"] =>
  url === null || from === null || !URL.canParse(url) ? null : { url, key, from };

const DEFAULT_DNS_RESOLVER = "https://cloudflare-dns.com/dns-query";

/** docs/contract.md, "Conventions". */
const DEFAULT_PER_MINUTE = 3_000;

/** The default when the variable is absent or no whole number above zero. */
const perMinuteFrom = (variable: string | undefined): number =>
  /^[1-9]\d{0,8}$/.test(variable ?? "") ? Number(variable) : DEFAULT_PER_MINUTE;

/** Each default where its variable is absent or no number from zero up. */
function poolRuleFrom({ SANDBOX_READY, SANDBOX_MOST, SANDBOX_USD_PER_DAY }: Cloudflare.Env): PoolRule {
  const number = (variable: string | undefined, pattern: RegExp, fallback: number): number =>
    pattern.test(variable ?? "") ? Number(variable) : fallback;
  return {
    ready: number(SANDBOX_READY, /^\d{1,3}$/, DEFAULT_POOL_RULE.ready),
    most: number(SANDBOX_MOST, /^[1-9]\d{0,2}$/, DEFAULT_POOL_RULE.most),
    usdPerDay: number(SANDBOX_USD_PER_DAY, /^\d{1,6}(\.\d{1,6})?$/, DEFAULT_POOL_RULE.usdPerDay),
  };
}

function secretsFrom(variable: string | null): ReadonlyMap<string, string> {
  try {
    const entries = Object.entries(JSON.parse(variable ?? "{}") as { readonly [id: string]: unknown });
    return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
  } catch {
    return new Map();
  }
}

/** A price that cannot be read is no reason to count nothing: the cautious one holds then, as without any. */
const modelFrom = (upstreamId: string | null, price: string | null): NamedModel | null =>
  upstreamId === null ? null : { upstreamId, price: (price === null ? null : readModelPrice(price)) ?? CAUTIOUS_PRICE };
