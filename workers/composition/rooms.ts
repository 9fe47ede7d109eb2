/** The rooms that others build on, fitted to the bindings: how objects are reached, and what every isolate has one of. */
import { waitUntil } from "cloudflare:workers";
import { PLATFORM_ADMIN_USER } from "../../core/access/person.ts";
import { rolesLeft } from "../../core/access/principal.ts";
import { CALLBACK_SECRET_NAME } from "../../core/callback/sign.ts";
import { idTime } from "../../core/ids.ts";
import { DRILL_MODEL, withDefaultModels } from "../../core/model/defaults.ts";
import { NOTIFY_SECRET_NAME } from "../../core/notice/destination.ts";
import type { Notice } from "../../core/notice/notice.ts";
import { errorName, logLine } from "../../core/telemetry/log-line.ts";
import { archiveIndexName, archiveIndexOf } from "../../durable-objects/archive-index/stub.ts";
import { auditLogOf } from "../../durable-objects/audit-log/stub.ts";
import { budgetLedgerOf } from "../../durable-objects/budget-ledger/stub.ts";
import { circuitBreakerOf } from "../../durable-objects/circuit-breaker/stub.ts";
import { keyRingOf } from "../../durable-objects/key-ring/stub.ts";
import { killSwitchOf } from "../../durable-objects/kill-switch/stub.ts";
import { knowledgeIndexOf, shardName } from "../../durable-objects/knowledge-index/stub.ts";
import { limitsOf } from "../../durable-objects/limits/stub.ts";
import { memoryStoreOf } from "../../durable-objects/memory-store/stub.ts";
import { reviewQueueOf } from "../../durable-objects/review-queue/stub.ts";
import type { Resends } from "../../durable-objects/run-engine/leaving.ts";
import type { TracesPort } from "../../durable-objects/run-engine/leaving-trace.ts";
import { runEngineOf } from "../../durable-objects/run-engine/stub.ts";
import { sandboxPoolOf } from "../../durable-objects/sandbox-pool/stub.ts";
import { sessionsAt, sessionsOf } from "../../durable-objects/sessions/stub.ts";
import { newSandboxId, toolSandboxOf } from "../../durable-objects/tool-sandbox/stub.ts";
import { vaultOf } from "../../durable-objects/vault/stub.ts";
import { watchOf } from "../../durable-objects/watch/stub.ts";
import { Turnstile } from "../../kit/turnstile.ts";
import { defineAccess } from "../access/access.ts";
import { type AuthorityPorts, defineAuthority } from "../access/authority.ts";
import { keptValues } from "../answer-cache/kept-values.ts";
import { defineTexts, namesOf, personsBehind, readThrough } from "../audit/index.ts";
import { defineBreakers } from "../breaker/breaker.ts";
import { defineHealth } from "../breaker/health.ts";
import { defineLatencies } from "../breaker/latencies.ts";
import { upstreamKey } from "../breaker/upstream.ts";
import { defineDesk } from "../budget/desk.ts";
import { defineCallbacks } from "../callbacks/callbacks.ts";
import { defineCredentialBroker } from "../credential-broker/credential-broker.ts";
import { defineCredentialUse } from "../credential-broker/credential-use.ts";
import { defineDocuments } from "../documents/documents.ts";
import { Gates } from "../egress/egress.ts";
import { defineEmbedding, weightOf } from "../embedding/embedding.ts";
import { settingsFrom } from "../env.ts";
import { defineGovernedCalls } from "../governed-call/governed-call.ts";
import { defineHelperModels } from "../governed-call/helper-models.ts";
import { filledForChecking } from "../guardrail/fill.ts";
import { defineGuard } from "../guardrail/guard.ts";
import { inPortions } from "../guardrail/in-portions.ts";
import { defineIsolates } from "../isolate/isolates.ts";
import { defineBreakOff } from "../kill-switch/break-off.ts";
import { defineOpenCalls, type OpenCallBook } from "../kill-switch/open-calls.ts";
import { defineStopsReader, type StopsReader } from "../kill-switch/stops-reader.ts";
import { defineSeals } from "../kit/seals.ts";
import { defineKnowledge } from "../knowledge/knowledge.ts";
import { searchForRun } from "../knowledge/search-for-run.ts";
import { defineLimitsOfIsolate } from "../limits/limits.ts";
import { defineModelGateway } from "../model-gateway/gateway.ts";
import { requestBody } from "../model-gateway/request-body.ts";
import { toolNames } from "../model-gateway/tool-names.ts";
import { defineModerator } from "../moderation/moderator.ts";
import type { ModeratorPorts } from "../moderation/ports.ts";
import { mailOver } from "../notices/mail.ts";
import { defineNotices } from "../notices/notices.ts";
import { rehearse } from "../rehearsal/handler.ts";
import { defineSandboxes } from "../sandbox/sandboxes.ts";
import { withBuiltInTools } from "../store/built-in-tools.ts";
import { cachedStore } from "../store/cached.ts";
import { defineCosts } from "../store/costs.ts";
import { defineStore } from "../store/store.ts";
import { defineTaskCall } from "../task-call/task-call.ts";
import { defineToolGateway } from "../tool-gateway/gateway.ts";
import { defineLookUp } from "../tool-gateway/look-up.ts";
import type { ToolGatewayPorts } from "../tool-gateway/ports.ts";
import { defineToolSources } from "../tool-gateway/sources.ts";
import { defineCourier } from "../traces/courier.ts";
import { type Delivery, defineDelivery } from "../traces/delivery.ts";
import { defineSourceChecks } from "../use-cases/check-tool-source.ts";
import { buildAnswers, buildEmbed, buildEmbedTexts, keptResults } from "./answers.ts";
import { codeCalls } from "./code-calls.ts";
import { recordOfUse } from "./credential-use.ts";
import { egressPorts } from "./egress.ts";
import { type MayRemember, memoryService, runMemoryOf } from "./memories.ts";
import type { Outside } from "./outside.ts";
import { wayOfACall } from "./way-of-a-call.ts";

/**
 * Runs that begin at once in an isolate, and those that send their records again. An isolate works on one thing at a time: more of them
 * at once are not done sooner, and keep the consumer of the records waiting.
 */
const STARTS = { width: 64, groupWidth: 40, perSecond: 50, longestMs: 60_000 };
const RESENDS = { width: 200, groupWidth: 150, perSecond: 100, longestMs: 10 * 60_000 };
/** What was sent again and is not confirmed after this, in ms, no longer keeps others from sending. */
const UNCONFIRMED_MS = 30_000;

/** null: the deployment is not of the environment `containers`. */
function containersOf({ TOOL_SANDBOX, SANDBOX_POOL }: Cloudflare.Env) {
  if (TOOL_SANDBOX === undefined || SANDBOX_POOL === undefined) return null;
  return {
    pool: () => sandboxPoolOf(SANDBOX_POOL),
    sandbox: (id: string) => toolSandboxOf(TOOL_SANDBOX, id),
    newId: () => newSandboxId(TOOL_SANDBOX),
  };
}

/** The rooms of this isolate. */
export type Rooms = ReturnType<typeof buildRooms>;

/** Builds them once for each isolate. */
export function buildRooms(env: Cloudflare.Env, outside: Outside) {
  const settings = settingsFrom(env);
  const { now, random, log } = outside;

  const objects = {
    run: (id: string) => runEngineOf(env.RUN_ENGINE, id),
    killSwitch: () => killSwitchOf(env.KILL_SWITCH),
    reviewQueue: (org: string) => reviewQueueOf(env.REVIEW_QUEUE, org),
    vault: (org: string) => vaultOf(env.VAULT, org),
    archiveIndex: (org: string, month: string) => archiveIndexOf(env.ARCHIVE_INDEX, archiveIndexName(org, month)),
    auditLog: (org: string) => auditLogOf(env.AUDIT_LOG, org),
    budgetLedger: (org: string) => budgetLedgerOf(env.BUDGET_LEDGER, org),
    circuitBreaker: (name: string) => circuitBreakerOf(env.CIRCUIT_BREAKER, name),
    knowledgeIndex: (name: string) => knowledgeIndexOf(env.KNOWLEDGE_INDEX, name),
    memoryStore: (name: string) => memoryStoreOf(env.MEMORY_STORE, name),
    sessions: (name: string) => sessionsOf(env.SESSIONS, name),
    sessionsAt: (source: string) => sessionsAt(env.SESSIONS, source),
    limits: (org: string) => limitsOf(env.LIMITS, org),
    watch: (org: string) => watchOf(env.WATCH, org),
    keyRing: () => keyRingOf(env.KEY_RING),
  };

  const containers = containersOf(env);
  const openCalls: OpenCallBook = defineOpenCalls({
    now,
    name: () => Array.from(random(12), (byte) => byte.toString(16).padStart(2, "0")).join(""),
    isAnythingStopped: () => stops.isAnythingStopped(),
    tell: () => stops.tell(),
    ask: () => stops.stops(),
    later: (ms, work) => waitUntil(scheduler.wait(ms).then(work)),
  });
  const stops: StopsReader = defineStopsReader({ ask: async () => objects.killSwitch().stops(openCalls.report()), now });
  const send = async (message: Parameters<typeof env.RECORDS.send>[0]): Promise<void> => {
    await env.RECORDS.send(message);
  };
  const stored = defineStore({
    db: env.DB,
    now,
    send,
    archiveIndex: objects.archiveIndex,
    readEntries: async (org, { user, ...filter }) => {
      const users = user === null ? null : await namesOf(org, user, (_org, subject) => objects.vault(org).pseudonymOf(subject));
      return readThrough({ db: env.DB, bucket: env.AUDIT }, org, { ...filter, users });
    },
    async personsBehind(org, entries) {
      try {
        return await personsBehind(org, entries, async (_org, codes) => objects.vault(org).resolve(codes));
      } catch (error) {
        log(logLine("audit.persons_unknown", { org, error: errorName(error) }));
        return null;
      }
    },
  });
  const { collector, problems } = settings.traces;
  if (problems.length > 0) log(logLine("trace.variables", { problems: [...problems] }));
  const delivery: Delivery | null =
    collector === null
      ? null
      : defineDelivery({ collector, resource: { service: "bulkhead", version: settings.version }, fetch: outside.fetch, now, log });
  const traces: TracesPort | null =
    collector === null || delivery === null
      ? null
      : {
          handOver: defineCourier({ delivery, wait: (ms) => scheduler.wait(ms), now }),
          send: async (message) => void (await env.TRACES.send(message)),
          olderNames: collector.olderNames,
        };
  const store = withBuiltInTools(cachedStore(stored, now, waitUntil));
  const starts = new Turnstile(STARTS);
  const resending = new Turnstile(RESENDS);
  const resends: Resends = {
    enter: (run, org) => resending.enter(run, org, now(), UNCONFIRMED_MS),
    leave: (run) => resending.leave(run),
  };
  const broker = defineCredentialBroker({
    now,
    random,
    keyRing: objects.keyRing,
    issuer: () => settings.issuer,
    killEpoch: async () => (await objects.killSwitch().stops()).epoch, // the object's own word: a credential is inactive at once
    async firstUse(org, jti) {
      const wish = { scope: `credential:${jti}`, perMinute: 1, atOnce: null, unused: [], permits: 1, underWay: 0, slots: 0 };
      const [granted] = await objects.limits(org).ask("introspection", [{ ...wish, usedAtOnce: true }]);
      return granted?.permits === 1;
    },
  });
  const { vault } = objects;
  const guardedVault = inPortions({
    assign: async (org, request) => vault(org).assign(request),
    open: async (org, request) => vault(org).open(request),
  });
  const seals = defineSeals({
    sealingKey: async (org, of) => vault(org).sealingKey(of),
    openingKeys: async (org, of) => vault(org).openingKeys(of),
  });
  const texts = defineTexts(env.TEXTS, seals);
  const guard = defineGuard({ vault: guardedVault });
  const values = keptValues(env.ANSWERS, log);
  const access = defineAccess(log);
  const latencies = defineLatencies();
  const models = async (org: string) => withDefaultModels(await store.models.list(org), settings.model);
  const knownModels = async (org: string) => [...(await models(org)), DRILL_MODEL];
  const model = async (org: string, id: string) => (await knownModels(org)).find((entry) => entry.id === id) ?? null;
  const rolesLeftOf: AuthorityPorts["rolesLeft"] = async ({ org, user, roles }, how) => {
    if (user === PLATFORM_ADMIN_USER) return roles;
    const left = rolesLeft(roles, await store.keys.standing(org, user, how));
    // Somebody who just got a role, or a new key, is not denied for what was true a moment ago.
    const isLess = how === "lately" && roles.some((role) => !left.includes(role));
    return isLess ? rolesLeft(roles, await store.keys.standing(org, user, "now")) : left;
  };
  const authority = defineAuthority({
    now,
    rolesLeft: rolesLeftOf,
    log,
    access,
    policies: (org) => store.policies.active(org),
    tool: async (org, name, run) => (await store.tools.get(org, name, null)) ?? store.tools.heldBy(org, name, idTime(run)),
    egress: async (org) => (await store.orgs.settings(org)).egress,
    settings: store.orgs.settings,
    overridden: (org, runs, step) => store.overrides.active(org, runs, step, now()),
    models: knownModels,
    route: store.routes.get,
    collectionClass: async (org, name) => (await store.collections.get(org, name))?.settings.sensitivity ?? null,
    measured: (entry) => latencies.of(upstreamKey(entry, settings.aiGateway?.url ?? null) ?? ""),
    workflow: async (org, name, version, user, run) => {
      const newest = await store.workflows.choose(org, name, user);
      const held = newest ?? (await store.workflows.heldBy(org, name, idTime(run)));
      return version === null || held === null ? held : store.workflows.get(org, name, version);
    },
    childRunId: broker.childRunId,
    filled: (context, value) => filledForChecking(guardedVault, context, value),
  });
  const secret = async (org: string, name: string) => {
    const stored = await store.secrets.get(org, name);
    return stored === null ? null : { value: await broker.openSecret(org, name, stored.sealed), hosts: stored.hosts };
  };
  const egress = { fetch: outside.fetch, now, allowPrivateHosts: settings.allowPrivateHosts };
  const gatePorts = egressPorts(outside, settings, { store, secret });
  const egressGates = new Gates(gatePorts);
  const isolates = env.LOADER === undefined ? null : defineIsolates({ loader: env.LOADER });
  const breakers = defineBreakers({ object: objects.circuitBreaker, now, log });
  const limits = defineLimitsOfIsolate({
    now,
    random,
    log,
    wait: (ms, signal) => scheduler.wait(ms, signal === undefined ? {} : { signal }).catch(() => undefined),
    object: objects.limits,
  });
  const memory = runMemoryOf({ ...objects, guard, now });
  const mayRemember: MayRemember = async (about) => {
    const epoch = await stops.stops().then(
      ({ epoch }) => epoch,
      () => null,
    );
    return epoch === null ? "deny" : authority.mayRemember(about, epoch);
  };
  const toolPorts: ToolGatewayPorts = {
    log,
    ...egress,
    guard,
    secret,
    manifest: (org, name, version) => store.tools.get(org, name, version),
    egress: async (org) => (await store.orgs.settings(org)).egress,
    credential: broker.toolCredential,
    watchCredential: defineCredentialUse({
      now,
      log,
      rules: async (org) => (await store.orgs.settings(org)).credentials,
      book: objects.limits,
      record: (use, unusual) => store.audit.record(use.context.org, recordOfUse(use, unusual, now(), random)),
    }),
    gate: { take: limits.take, admit: breakers.admit, report: breakers.report },
    kept: keptResults(values, guardedVault, broker),
    // The models of a search are asked through the rooms that are built below.
    memory: memoryService(memory, mayRemember),
    searchKnowledge: (search) => searchForRun({ collections: store.collections, knowledge, rolesLeft: rolesLeftOf }, search),
    ...(containers === null ? {} : { sandboxes: defineSandboxes({ ...containers, now, log }) }),
    ...(isolates === null ? {} : { runCode: codeCalls(isolates, gatePorts) }),
  };
  const sources = defineToolSources(toolPorts);
  const checkSource = defineSourceChecks({ now, random, log, store, sources, settings: { allowPrivateHosts: settings.allowPrivateHosts } });
  const tools = defineToolGateway({ ...toolPorts, calledServer: (called) => waitUntil(checkSource(called)) });
  const modelGateway = defineModelGateway({
    ...egress,
    guard,
    secret,
    model,
    rehearsal: rehearse,
    aiGateway: settings.aiGateway,
    hashUser: (user) => broker.mac("user", user),
  });
  const health = defineHealth(breakers, latencies, settings.aiGateway?.url ?? null);
  const breakOff = defineBreakOff({ stops: () => stops.stops(), open: openCalls.open });
  const desk = defineDesk({
    now,
    random,
    wait: (ms) => scheduler.wait(ms),
    note: async (org, told) => objects.budgetLedger(org).note(org, told),
  });
  const governed = defineGovernedCalls({ now, stops: () => stops.stops(), desk, health, hold: openCalls.hold, keepTexts: texts.keep, log });
  const helpers = defineHelperModels({
    models: (org) => store.models.list(org),
    route: store.routes.get,
    authorize: authority.authorize,
    authorizeInRun: authority.authorizeInRun,
    killEpoch: async () => (await stops.stops()).epoch,
  });
  const embed = buildEmbed(outside, { helpers, governed, gateway: modelGateway });
  const embedTexts = defineEmbedding({
    ask: buildEmbedTexts(outside, { helpers, governed, gateway: modelGateway, scrub: guard.scrub }),
  });
  const readDocument = defineDocuments({ loader: env.LOADER ?? null });
  const knowledge = defineKnowledge({
    shard: (collection, shard) => objects.knowledgeIndex(shardName(collection, shard)),
    nameOf: shardName,
    embed: embedTexts,
    weightOf,
  });
  const answers = buildAnswers(outside, { values, guard, vault: guardedVault, access, broker, model, embed });
  const taskModels = defineTaskCall({
    now,
    random,
    helpers,
    governed,
    breakOff,
    body: (entry, call) => requestBody(entry, call, toolNames(call.tools)),
    ask: modelGateway.ask,
  });
  const judging: ModeratorPorts = { random, log, scrub: guard.scrub, askTask: taskModels.ask };
  const moderate = defineModerator(judging, "moderate");
  const callModel = wayOfACall({ moderate, judge: defineModerator(judging, "judge"), answers, health, model, breakOff, modelGateway });
  const callbackSecrets = async (org: string): Promise<readonly string[]> =>
    Promise.all((await store.orgs.callbackSecrets(org)).map((sealed) => broker.openSecret(org, CALLBACK_SECRET_NAME, sealed)));
  const callbacks = defineCallbacks({
    ...egress,
    settings: (org) => store.orgs.settings(org),
    secrets: callbackSecrets,
    log,
  });
  const notices = defineNotices({
    ...egress,
    settings: (org) => store.orgs.settings(org),
    owner: async (org, workflow) => (await store.workflows.get(org, workflow, null))?.definition.owner ?? null,
    secrets: callbackSecrets,
    open: (org, sealed) => broker.openSecret(org, NOTIFY_SECRET_NAME, sealed),
    mail: mailOver(settings.mail, outside.fetch, now),
    console: settings.publicUrl === null ? null : `${settings.publicUrl.replace(/\/+$/, "")}/console`,
    log,
  });
  /** Durable when it answers; sent from the org's watch. */
  const tell = async (org: string, notice: Notice): Promise<"told"> => {
    if (!(await objects.watch(org).tell(org, { ...notice }))) log(logLine("notice.dropped", { org, message_id: notice.id }));
    return "told";
  };
  const callTool = (call: Parameters<typeof tools.call>[0]) =>
    breakOff({ org: call.context.org, workflow: call.context.workflow, tool: call.tool }, (signal) => tools.call(call, signal));
  const lookUp = defineLookUp({
    manifest: (org, name, version) => store.tools.get(org, name, version),
    permission: ({ context: { org, user, run, workflow, killEpoch }, tool }, roles, soFar) => {
      const asked = { kind: "tool", caller: { org, user, roles }, workflow, run, tool } as const;
      return authority.authorizeInRun({ ...asked, chosenBy: "definition", untrusted: [], compensation: false, soFar }, killEpoch);
    },
    call: callTool,
  });
  return {
    settings,
    outside,
    costs: defineCosts(env.DB, now),
    objects,
    containers,
    stops,
    send,
    starts,
    resends,
    traces,
    delivery,
    store,
    broker,
    texts,
    seals,
    guard,
    access,
    authority,
    models,
    limits,
    callbacks,
    notices,
    tell,
    egressGates,
    isolates,
    callTool,
    sources,
    lookUp,
    governed,
    modelGateway,
    answers,
    knowledge,
    readDocument,
    memory,
    mayRemember,
    embedTexts,
    moderate,
    taskModels,
    callModel,
  };
}
