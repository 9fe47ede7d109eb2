/**
 * Where the rooms meet: fits each room's ports to the other rooms and to the bindings. Everything here is made once per isolate
 * and holds caches only; what must not be lost is in an object, in D1 or in R2.
 */
import { CALLBACK_SECRET_NAME } from "../core/callback/sign.ts";
import { hasIdForm } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import type { Stops } from "../core/kill-switch/stops.ts";
import { withDefaultModels } from "../core/model/defaults.ts";
import { DUE_MS } from "../core/review/case.ts";
import type { EpochMs } from "../core/time.ts";
import type { ToolEffect } from "../core/tool/manifest.ts";
import { auditLogOf } from "../durable-objects/audit-log/stub.ts";
import {
  type AuditLogPorts,
  defineAuditLog,
  defineKeyRing,
  defineKillSwitch,
  defineReviewQueue,
  defineRunEngine,
  defineVault,
  type KeyRingPorts,
  type KillSwitchPorts,
  type ReviewQueuePorts,
  type RunEnginePorts,
  type VaultPorts,
} from "../durable-objects/index.ts";
import { killSwitchOf } from "../durable-objects/kill-switch/stub.ts";
import { reviewQueueOf } from "../durable-objects/review-queue/stub.ts";
import { runEngineOf } from "../durable-objects/run-engine/stub.ts";
import { defineAccess } from "./access/access.ts";
import { defineAuthority } from "./access/authority.ts";
import { defineArchive } from "./archive/archive.ts";
import { withArchive } from "./archive/archived-runs.ts";
import { consumeRecords, readEntries, verifyStored } from "./audit/index.ts";
import { defineAuth } from "./auth/auth.ts";
import { defineCallbacks } from "./callbacks/callbacks.ts";
import { defineConsole } from "./console/console.ts";
import { flagStore } from "./control/flag.ts";
import { killSwitchFrom } from "./control/kill-switch.ts";
import { reviewsFrom } from "./control/reviews.ts";
import { defineStopsReader } from "./control/stops.ts";
import { defineCredentialBroker } from "./credential-broker/credential-broker.ts";
import { settingsFrom } from "./env.ts";
import { carryPlaceholders } from "./guardrail/carry.ts";
import { defineGuard } from "./guardrail/guard.ts";
import { defineIngress } from "./ingress/app.ts";
import { defineRateLimit, perMinuteFrom } from "./ingress/rate-limit.ts";
import { defineModelGateway } from "./model-gateway/gateway.ts";
import { rehearse } from "./rehearsal/handler.ts";
import { runsFrom } from "./runs/runs.ts";
import { cachedStore } from "./store/cached.ts";
import { defineStore } from "./store/store.ts";
import { renderMetrics } from "./telemetry/metrics.ts";
import { defineToolGateway } from "./tool-gateway/gateway.ts";
import { sweep } from "./watchdog/sweep.ts";
import { sweepRuns } from "./watchdog/watchdog.ts";

/** The outside of the whole platform: the network, the clock, chance, and where log lines go. Tests bring their own. */
export type Outside = {
  readonly fetch: typeof fetch;
  readonly now: () => EpochMs;
  readonly random: (bytes: number) => Uint8Array;
  readonly log: (line: JsonObject) => void;
};

const NEVER = new AbortController().signal;

function fitTogether(env: Cloudflare.Env, outside: Outside) {
  const settings = settingsFrom(env);
  const { now, random, log } = outside;

  // Objects, by name: a stub for each call, since one that broke stays broken.
  const engine = (run: string) => runEngineOf(env.RUN_ENGINE, run);
  const killSwitch = () => killSwitchOf(env.KILL_SWITCH);
  const reviewQueue = (org: string) => reviewQueueOf(env.REVIEW_QUEUE, org);
  const vault = (org: string) => env.VAULT.getByName(org);
  const auditLog = (org: string) => auditLogOf(env.AUDIT_LOG, org);
  const keyRing = () => env.KEY_RING.getByName("deployment");

  const stops = defineStopsReader({ ask: async () => killSwitch().stops(), now });
  const send: RunEnginePorts["send"] = async (message) => {
    await env.RECORDS.send(message);
  };
  const store = cachedStore(defineStore({ db: env.DB, now, send, readEntries: (org, filter) => readEntries(env.DB, org, filter) }), now);
  const broker = defineCredentialBroker({
    now,
    random,
    keyRing,
    issuer: () => settings.issuer,
    killEpoch: async () => (await stops.stops()).epoch,
  });
  const guard = defineGuard({
    vault: { assign: async (org, request) => vault(org).assign(request), open: async (org, request) => vault(org).open(request) },
  });
  const access = defineAccess();
  const models = async (org: string) => withDefaultModels(await store.models.list(org), settings.model);
  const authority = defineAuthority({
    access,
    tool: (org, name) => store.tools.get(org, name, null),
    models,
    workflow: (org, name, version, user) =>
      version === null ? store.workflows.choose(org, name, user) : store.workflows.get(org, name, version),
    childRunId: broker.childRunId,
  });
  const secret = async (org: string, name: string) => {
    const stored = await store.secrets.get(org, name);
    return stored === null ? null : { value: await broker.openSecret(org, name, stored.sealed), hosts: stored.hosts };
  };
  const callbacks = defineCallbacks({
    settings: (org) => store.orgs.settings(org),
    secrets: async (org) => {
      const sealed = await store.orgs.callbackSecrets(org);
      return Promise.all(sealed.map((text) => broker.openSecret(org, CALLBACK_SECRET_NAME, text)));
    },
    fetch: outside.fetch,
    now,
    allowPrivateHosts: settings.allowPrivateHosts,
    log,
  });
  const archive = defineArchive({
    now,
    random,
    bucket: env.ARCHIVE,
    overdue: store.keeping.overdue,
    markArchived: store.keeping.markArchived,
    runOrg: store.runOrg,
    record: async (run) => engine(run).record(),
    trace: async (run) => engine(run).spans(),
    empty: async (run, upTo) => engine(run).empty(upTo),
    log,
  });
  const watchdog = {
    ...{ now, random, log },
    takeQuiet: store.keeping.takeQuiet,
    stops: () => stops.stops(),
    lookAgain: async (run: string, known: Stops) => engine(run).lookAgain({ ...known }),
    record: store.audit.record,
    notify: callbacks.notify,
  };
  const calls = { guard, secret, fetch: outside.fetch, now, allowPrivateHosts: settings.allowPrivateHosts };
  const tools = defineToolGateway({
    ...calls,
    manifest: (org, name, version) => store.tools.get(org, name, version),
    credential: broker.toolCredential,
  });
  const modelGateway = defineModelGateway({
    ...calls,
    model: async (org, id) => (await models(org)).find((model) => model.id === id) ?? null,
    rehearsal: rehearse,
    aiGateway: settings.aiGateway,
    hashUser: (user) => broker.mac("user", user),
  });

  const runEngine: RunEnginePorts = {
    now,
    stops: () => stops.stops(),
    authorize: (question) => authority.authorize(question),
    callTool: (call) => tools.call(call, NEVER),
    callModel: (call) => modelGateway.call(call, NEVER),
    openReview: async (org, request) => {
      const { id } = await reviewQueue(org).open(org, request);
      return { id, until: request.at + DUE_MS[request.severity] };
    },
    withdrawReviews: async (org, run) => {
      await reviewQueue(org).withdraw(run);
    },
    toolEffects: async (org, names) => {
      const found = await Promise.all(names.map((name) => store.tools.get(org, name, null)));
      return Object.fromEntries(found.flatMap((tool): [string, ToolEffect][] => (tool === null ? [] : [[tool.name, tool.effect]])));
    },
    continueRun: async (from, birth) => {
      await vault(birth.org).inherit({ from, to: birth.id });
      await engine(birth.id).resumeFrom(birth, await stops.stops());
    },
    queueCall: async (message) => {
      await env.CALLS.send(message);
    },
    startChild: async ({ child, parent, parentSpanId, from, input, budget }) => {
      const found = await store.workflows.get(from.org, child.workflow, child.version);
      if (found === null) throw new Error("the child's workflow is out of reach");
      await vault(from.org).inherit({ from: from.id, to: child.run });
      const { org, user, roles, subject, metadata, traceId } = from;
      const known = await stops.stops();
      await engine(child.run).start(
        {
          ...{ org, user, roles, subject, metadata, traceId, budget, input, parent },
          id: child.run,
          definition: found.definition,
          version: found.version,
          digest: found.digest,
          inputFindings: [],
          deadlineAt: from.deadlineAt,
          parentSpanId,
          redrive: null,
          callbackUrl: null,
        },
        known,
        0,
      );
    },
    cancelRun: async (run, by, reason) => {
      await engine(run).cancel(by, reason);
    },
    tellParent: async (parent, end, org) => {
      const carry = (placeholders: readonly string[]) => vault(org).carry({ from: end.run, to: parent.run, placeholders });
      await engine(parent.run).childEnded(parent.activity, { ...end, output: await carryPlaceholders(end.output, carry) });
    },
    callBack: (callback) => callbacks.deliver(callback),
    send,
    log,
  };
  const reviewQueuePorts: ReviewQueuePorts = {
    now,
    random,
    send,
    tellRun: async (run, message) => {
      await engine(run).review(message);
    },
  };
  const lookAgain: KillSwitchPorts["haltRun"] = async (run, known) => {
    await engine(run).lookAgain({ ...known });
  };
  const killSwitchPorts: KillSwitchPorts = {
    now,
    random,
    send,
    flag: flagStore(env.FLAGS),
    runsInScope: store.runsInScope,
    countRunsInScope: store.countRunsInScope,
    haltRun: lookAgain,
    resumeRun: lookAgain,
  };
  const vaultPorts: VaultPorts = {
    now,
    masterKey: broker.masterKey,
    keys: {
      get: async (name) => {
        const object = await env.VAULT_KEYS.get(name);
        return object === null ? null : new Uint8Array(await object.arrayBuffer());
      },
      putIfAbsent: async (name, bytes) => (await env.VAULT_KEYS.put(name, bytes, { onlyIf: { etagDoesNotMatch: "*" } })) !== null,
    },
  };
  const auditLogPorts: AuditLogPorts = { now, signer: broker.auditSigner };
  const keyRingPorts: KeyRingPorts = { now, secrets: settings.secrets, allowPrivateHosts: settings.allowPrivateHosts };

  const ingress = defineIngress({
    now,
    random,
    settings: { adminApiKey: settings.adminApiKey, allowPrivateHosts: settings.allowPrivateHosts, version: settings.version },
    runs: withArchive(runsFrom(engine), archive),
    reviews: reviewsFrom(reviewQueue),
    killSwitch: killSwitchFrom(killSwitch, stops),
    store,
    guard,
    access,
    auth: defineAuth({
      now,
      random,
      adminApiKey: settings.adminApiKey,
      keyByHash: (hash) => store.keys.byHash(hash),
      sessionMac: (text) => broker.mac("session", text),
    }),
    keys: broker,
    verifyAudit: async (org) => verifyStored(env.DB, org, await keyRing().publicKeys(), () => auditLog(org).head()),
    rateLimit: defineRateLimit(perMinuteFrom(settings.rateLimitPerMinute)),
    testTool: async (principal, manifest, input, traceId) => {
      const id = `test_${traceId}`;
      const context = {
        org: principal.org,
        run: id,
        user: principal.user,
        subject: principal.user,
        workflow: "tool-test",
        version: 1,
        activity: manifest.name,
      };
      const spanId = traceId.slice(0, 16);
      const { epoch } = await stops.stops();
      return tools.call(
        {
          context: { ...context, key: `${id}/${manifest.name}`, traceId, spanId, killEpoch: epoch },
          tool: manifest.name,
          version: manifest.version,
          input,
          timeoutMs: manifest.timeout_ms,
        },
        NEVER,
      );
    },
    metrics: async () => renderMetrics(env.DB, await stops.stops()),
    console: defineConsole(),
    log,
  });

  return {
    settings,
    ingress,
    runEngine,
    reviewQueuePorts,
    killSwitchPorts,
    vaultPorts,
    auditLogPorts,
    keyRingPorts,
    consume: (batch: Parameters<typeof consumeRecords>[0]) =>
      consumeRecords(batch, {
        db: env.DB,
        auditLog: (org) => ({
          append: async (...given) => auditLog(org).append(...given),
          pending: async () => auditLog(org).pending(),
          integrated: async (upTo) => auditLog(org).integrated(upTo),
        }),
        upsertRuns: store.upsertRuns,
        confirm: async (source, rows, org) => {
          if (source.kind === "store") await store.confirmRecords(rows);
          else if (source.kind === "run" && hasIdForm("run", source.id)) await engine(source.id).confirm(rows);
          else if (source.kind === "review-queue") await reviewQueue(org).confirm(rows);
          else if (source.kind === "kill-switch") await killSwitch().confirm(rows);
        },
        report: log,
      }),
    sweep: () =>
      sweep(
        [
          { name: "outbox", run: () => store.sweepOutbox() },
          { name: "watchdog", run: () => sweepRuns(watchdog) },
          { name: "archive", run: () => archive.sweep() },
        ],
        log,
      ),
  };
}

/** The classes and handlers of the Worker, for one outside. `workers/main.ts` brings the real one. */
export function definePlatform(outside: Outside) {
  let fitted: { readonly env: Cloudflare.Env; readonly platform: ReturnType<typeof fitTogether> } | null = null;
  /** Once per isolate: the bindings of an isolate do not change. */
  const platformOf = (env: Cloudflare.Env): ReturnType<typeof fitTogether> => {
    fitted ??= { env, platform: fitTogether(env, outside) };
    return fitted.platform;
  };
  return {
    RunEngine: defineRunEngine((env) => platformOf(env).runEngine),
    ReviewQueue: defineReviewQueue((env) => platformOf(env).reviewQueuePorts),
    KillSwitch: defineKillSwitch((env) => platformOf(env).killSwitchPorts),
    Vault: defineVault((env) => platformOf(env).vaultPorts),
    AuditLog: defineAuditLog((env) => platformOf(env).auditLogPorts),
    KeyRing: defineKeyRing((env) => platformOf(env).keyRingPorts),
    handler: {
      fetch: (request, env, context) => platformOf(env).ingress.fetch(request, context),
      queue: (batch, env) => platformOf(env).consume(batch),
      scheduled: async (_event, env) => {
        await platformOf(env).sweep();
      },
    } satisfies ExportedHandler<Cloudflare.Env, import("../core/audit/record.ts").RecordsMessage>,
  };
}
