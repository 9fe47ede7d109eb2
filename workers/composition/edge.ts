/** The HTTP edge, fitted to the rooms behind it. */

import { waitUntil } from "cloudflare:workers";
import { logLine } from "../../core/telemetry/log-line.ts";
import { versionOf as versionOfPolicies } from "../access/version.ts";
import { withArchive } from "../archive/archived-runs.ts";
import { defineRawStores, readTimeline, type VerifyPorts, verifyLog } from "../audit/index.ts";
import { defineAuth } from "../auth/auth.ts";
import { defineLastUse } from "../auth/last-use.ts";
import { readIssuers } from "../auth/oidc/issuers.ts";
import { defineProviders } from "../auth/oidc/provider.ts";
import { defineSignIn } from "../auth/oidc/sign-in.ts";
import { defineConsole } from "../console/console.ts";
import { runEvidence } from "../evidence/evidence.ts";
import { previewAdmission } from "../guardrail/preview.ts";
import { defineIngress } from "../ingress/app.ts";
import { killSwitchFrom } from "../kill-switch/kill-switch.ts";
import { defineAnswerCounts } from "../store/answers.ts";
import { renderMetrics } from "../telemetry/metrics.ts";
import { defineRequestTraces } from "../traces/requests.ts";
import type { Background } from "./background.ts";
import { buildChat } from "./chat.ts";
import { buildEvidence } from "./evidence.ts";
import { logAlarmOf } from "./log-alarm.ts";
import { memoriesOf } from "./memories.ts";
import type { Rooms } from "./rooms.ts";
import { sessionsPortOf } from "./sessions.ts";

/** The HTTP application with its ports. */
export function buildEdge(
  env: Cloudflare.Env,
  rooms: Rooms,
  { archive, erasures, personExports, inventory, compliance, policyWork }: Background,
) {
  const { settings, objects, store, stops, broker, guard, access, authority, callTool } = rooms;
  const { now, random, log } = rooms.outside;
  const { adminApiKey, allowPrivateHosts, version, perMinute, publicUrl, auditLockYears } = settings;
  const { issuers, problems } = readIssuers(settings.oidcIssuers, allowPrivateHosts, settings.issuer);
  if (problems.length > 0) log(logLine("config.refused", { variable: "OIDC_ISSUERS", problems: [...problems] }));
  const provider = { fetch: rooms.outside.fetch, now, wait: (ms: number) => scheduler.wait(ms), allowPrivateHosts };
  const providers = defineProviders(provider);
  const sessionMac = (text: string) => broker.mac("session", text);
  const evidence = buildEvidence(env, rooms, withArchive(objects.run, archive));
  const logAlarm = logAlarmOf(rooms);
  const verification: VerifyPorts = {
    db: env.DB,
    keys: () => objects.keyRing().publicKeys(),
    log: (org) => ({
      standing: () => objects.auditLog(org).standing(org),
      proofs: (host, seqs) => objects.auditLog(org).proofs(org, host, [...seqs]),
      consistency: (host, from, to) => objects.auditLog(org).consistency(org, host, from, to),
    }),
    tell: (org, { seq, code }) => logAlarm(org, { type: "audit.broken", seq, code }),
  };
  return defineIngress({
    now,
    random,
    log,
    exportsTraces: rooms.traces !== null,
    settings: {
      adminApiKey,
      allowPrivateHosts,
      containers: rooms.containers !== null,
      isolates: rooms.isolates !== null,
      version,
      perMinute,
      publicUrl,
      auditLockYears,
      sendsMail: settings.mail !== null,
    },
    runs: withArchive(objects.run, archive),
    reviews: objects.reviewQueue,
    killSwitch: killSwitchFrom(objects.killSwitch, stops),
    store,
    starts: rooms.starts,
    budgets: objects.budgetLedger,
    models: rooms.models,
    takenBy: rooms.modelGateway.takenBy,
    guard,
    moderate: rooms.moderate,
    taskModels: rooms.taskModels,
    chat: buildChat(rooms),
    estimates: { preview: previewAdmission, authorize: authority.authorize, pastCosts: store.pastCosts },
    access,
    auth: defineAuth({
      now,
      random,
      adminApiKey,
      keyByHash: (hash) => store.keys.byHash(hash),
      sessions: store.sessions,
      sessionMac,
      issuers,
      providers,
    }),
    signIn: defineSignIn({
      ...provider,
      issuers,
      providers,
      random,
      mac: (text) => sessionMac(`sign-in\n${text}`),
      clientSecret: (id) => settings.oidcClientSecrets.get(id) ?? null,
    }),
    noteUse: defineLastUse({ now, log, key: store.keys.used, login: store.logins.seen }),
    keys: broker,
    auditLog: objects.auditLog,
    evidence: (view, host, reader) => runEvidence(evidence, view, host, reader),
    rawAudit: defineRawStores({ db: env.DB, bucket: env.AUDIT, standing: (org) => objects.auditLog(org).standing(org) }),
    verifyAudit: (org, request) => verifyLog(verification, org, request),
    limits: rooms.limits,
    mayTry: async (address) => (await env.FLOOD.limit({ key: address })).success,
    authorize: authority.authorize,
    mayStart: authority.mayStart,
    mayKnow: authority.mayKnow,
    policies: { flawsOf: access.flawsOf, versionOf: versionOfPolicies },
    erasures,
    personExports,
    inventory,
    compliance,
    policyWork,
    callTool,
    sources: rooms.sources,
    credentialUse: objects.limits,
    knowledge: rooms.knowledge,
    readDocument: rooms.readDocument,
    memories: (org, shard) => memoriesOf(objects, org, shard),
    sessions: (org, subject) => sessionsPortOf(rooms, org, subject),
    alert: (org, notice) => {
      waitUntil(rooms.tell(org, notice).then(() => undefined));
    },
    pastRuns: store.pastRuns,
    costs: rooms.costs,
    alerts: async (org) => objects.watch(org).alerts(),
    anomalies: async (org, since) => objects.watch(org).anomalies(since),
    timeline: (org, from, to) => readTimeline(env.DB, org, from, to),
    metrics: async (format) => renderMetrics(env.DB, await stops.stops(), rooms.isolates?.waiting() ?? new Map(), now(), format),
    countAnswer: defineAnswerCounts({ db: env.DB, now, log, waitUntil }),
    ...(rooms.delivery === null
      ? {}
      : {
          traceAnswered: defineRequestTraces({
            delivery: rooms.delivery,
            settings: async (org) => (await store.orgs.settings(org)).traces,
            wait: (ms) => scheduler.wait(ms),
            waitUntil,
            now,
          }),
        }),
    console: defineConsole(),
  });
}
