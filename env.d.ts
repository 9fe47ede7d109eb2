/** The bindings of wrangler.toml and the variables a deployment may set. Read in workers/env.ts, workers/main.ts and workers/composition/ only. */
declare namespace Cloudflare {
  interface Env {
    RUN_ENGINE: DurableObjectNamespace<import("./durable-objects/run-engine/run-engine.ts").RunEngine>;
    REVIEW_QUEUE: DurableObjectNamespace<import("./durable-objects/review-queue/review-queue.ts").ReviewQueue>;
    KILL_SWITCH: DurableObjectNamespace<import("./durable-objects/kill-switch/kill-switch.ts").KillSwitch>;
    VAULT: DurableObjectNamespace<import("./durable-objects/vault/vault.ts").Vault>;
    AUDIT_LOG: DurableObjectNamespace<import("./durable-objects/audit-log/audit-log.ts").AuditLog>;
    KEY_RING: DurableObjectNamespace<import("./durable-objects/key-ring/key-ring.ts").KeyRing>;
    BUDGET_LEDGER: DurableObjectNamespace<import("./durable-objects/budget-ledger/budget-ledger.ts").BudgetLedger>;
    CIRCUIT_BREAKER: DurableObjectNamespace<import("./durable-objects/circuit-breaker/circuit-breaker.ts").CircuitBreaker>;
    KNOWLEDGE_INDEX: DurableObjectNamespace<import("./durable-objects/knowledge-index/knowledge-index.ts").KnowledgeIndex>;
    SESSIONS: DurableObjectNamespace<import("./durable-objects/sessions/sessions.ts").Sessions>;
    MEMORY_STORE: DurableObjectNamespace<import("./durable-objects/memory-store/memory-store.ts").MemoryStore>;
    LIMITS: DurableObjectNamespace<import("./durable-objects/limits/limits.ts").Limits>;
    WATCH: DurableObjectNamespace<import("./durable-objects/watch/watch.ts").Watch>;
    ARCHIVE_INDEX: DurableObjectNamespace<import("./durable-objects/archive-index/archive-index.ts").ArchiveIndex>;
    /** In the environment `containers` alone. */
    TOOL_SANDBOX?: DurableObjectNamespace<import("./durable-objects/tool-sandbox/tool-sandbox.ts").ToolSandbox>;
    SANDBOX_POOL?: DurableObjectNamespace<import("./durable-objects/sandbox-pool/sandbox-pool.ts").SandboxPool>;
    FLOOD: RateLimit;
    /** Absent where the account has no Worker Loader. */
    LOADER?: WorkerLoader;
    DB: D1Database;
    FLAGS: KVNamespace;
    VAULT_KEYS: R2Bucket;
    ARCHIVE: R2Bucket;
    VALUES: R2Bucket;
    AUDIT: R2Bucket;
    TEXTS: R2Bucket;
    ANSWERS: KVNamespace;
    RECORDS: Queue<import("./core/audit/record.ts").RecordsMessage>;
    CALLS: Queue<import("./core/run/calls/slow-call.ts").SlowCallMessage>;
    TRACES: Queue<import("./core/trace/message.ts").TraceMessage>;
    VERSION: WorkerVersionMetadata;
    ADMIN_API_KEY?: string;
    ALLOW_PRIVATE_HOSTS?: string;
    AI_GATEWAY_URL?: string;
    AI_GATEWAY_TOKEN?: string;
    MODEL?: string;
    /** `input,output` in dollars per million tokens: what `MODEL` costs. */
    MODEL_PRICE?: string;
    AUDIT_KEY?: string;
    /** What `AUDIT_KEY` was before: signs its own retirement in every log. */
    AUDIT_KEY_PREVIOUS?: string;
    CREDENTIAL_KEY?: string;
    VAULT_KEY?: string;
    RATE_LIMIT_PER_MINUTE?: string;
    /** JSON: identity providers whose tokens count (workers/auth/oidc/issuers.ts). */
    OIDC_ISSUERS?: string;
    /** JSON, a secret: the secrets of clients at those providers, by client id. */
    OIDC_CLIENT_SECRETS?: string;
    /** Containers that stand ready, the most at once, and what those that stand ready may cost a day in dollars. */
    SANDBOX_READY?: string;
    SANDBOX_MOST?: string;
    SANDBOX_USD_PER_DAY?: string;
    /**
     * Where traces go by OTLP/HTTP, and with which headers (a secret). `_TRACES_ENDPOINT`: the whole URL. Milliseconds of one export; `gzip`;
     * `http/json`. `_TRACES_` goes before the others.
     */
    OTEL_EXPORTER_OTLP_ENDPOINT?: string;
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string;
    OTEL_EXPORTER_OTLP_HEADERS?: string;
    OTEL_EXPORTER_OTLP_TRACES_HEADERS?: string;
    OTEL_EXPORTER_OTLP_TIMEOUT?: string;
    OTEL_EXPORTER_OTLP_TRACES_TIMEOUT?: string;
    OTEL_EXPORTER_OTLP_COMPRESSION?: string;
    OTEL_EXPORTER_OTLP_TRACES_COMPRESSION?: string;
    OTEL_EXPORTER_OTLP_PROTOCOL?: string;
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL?: string;
    /** `gen_ai/dup`: spans have the names of the conventions of 1.36 beside the current ones. */
    OTEL_SEMCONV_STABILITY_OPT_IN?: string;
    /** Years of the lock on the evidence in R2; 1 by default. */
    AUDIT_LOCK_YEARS?: string;
    PUBLIC_URL?: string;
    /** An HTTP API that sends mail (workers/notices/mail.ts), its key (a secret), and the sender's address. */
    MAIL_API_URL?: string;
    MAIL_API_KEY?: string;
    MAIL_FROM?: string;
    /** DNS over HTTPS in its JSON form: where hosts of sandboxed code are looked up. */
    DNS_RESOLVER?: string;
    /** Test runtime only: what vitest.config.ts hands to the D1 set-up. */
    TEST_MIGRATIONS?: import("cloudflare:test").D1Migration[];
  }
}

declare module "*.cedar" {
  const text: string;
  export default text;
}
declare module "*.cedarschema" {
  const text: string;
  export default text;
}

/** The console's files (workers/console/files): the Worker serves them as text, the browser runs them. */
declare module "*.client.js" {
  const text: string;
  export default text;
}
/** What runs in a tool's isolate (workers/isolate): the Worker hands it to the loader as text. */
declare module "*.isolate.js" {
  const text: string;
  export default text;
}
declare module "*.css" {
  const text: string;
  export default text;
}
declare module "*.html" {
  const text: string;
  export default text;
}
declare module "*.md" {
  const text: string;
  export default text;
}
/** In tests alone: any file as text. */
declare module "*?raw" {
  const text: string;
  export default text;
}
declare module "*.svg" {
  const text: string;
  export default text;
}
