/** What each Durable Object gets from outside: the ports of its class. */

import { PLATFORM_ORG } from "../../core/access/principal.ts";
import { DEPLOYMENT_LEDGER } from "../../core/budget/lease.ts";
import type { Json } from "../../core/json.ts";
import type { ToolEffect } from "../../core/tool/manifest.ts";
import type {
  AuditLogPorts,
  BudgetLedgerPorts,
  CircuitBreakerPorts,
  KeyRingPorts,
  KillSwitchPorts,
  KnowledgeIndexPorts,
  LimitsPorts,
  MemoryStorePorts,
  ReviewQueuePorts,
  RunEnginePorts,
  SandboxPoolPorts,
  SessionsPorts,
  ToolSandboxPorts,
  VaultPorts,
  WatchPorts,
} from "../../durable-objects/index.ts";
import type { SealingPort } from "../../durable-objects/kit/sealing-port.ts";
import { sideBySide } from "../../kit/bounded.ts";
import { runValues } from "../archive/run-values.ts";
import { readEntries, sealSegments } from "../audit/index.ts";
import { carryPlaceholders } from "../guardrail/carry.ts";
import { eachPortion } from "../guardrail/in-portions.ts";
import { defineDrillRuns } from "../kill-switch/drill-runs.ts";
import { flagStore } from "../kill-switch/flag.ts";
import { alertRecord, openIncidentOf } from "../notices/incidents.ts";
import { readAlertSums } from "../store/alert-sums.ts";
import { readMinutes, readSlos } from "../store/minutes.ts";
import { underRegistry } from "../use-cases/approvers.ts";
import { bearHeir } from "../use-cases/bear.ts";
import { type StartChildPorts, startChild } from "../use-cases/start-child.ts";
import { defineCosign } from "../witnesses/cosign.ts";
import { logAlarmOf } from "./log-alarm.ts";
import { memoryPort } from "./memories.ts";
import type { Rooms } from "./rooms.ts";
import { sessionPort } from "./sessions.ts";

/** Ports by class of object. */
export function objectPorts(env: Cloudflare.Env, rooms: Rooms) {
  const { objects, settings, broker, store, send } = rooms;
  const { now, random, log } = rooms.outside;
  const logAlert = logAlarmOf(rooms);
  const lookAgain: KillSwitchPorts["haltRun"] = async (run, known) => {
    await objects.run(run).lookAgain({ ...known });
  };
  return {
    runEngine: runEnginePorts(env, rooms),
    reviewQueue: {
      now,
      random,
      send,
      tellRun: async (run, message) => {
        await objects.run(run).review(message);
      },
      sealing: sealingPort(rooms),
    } satisfies ReviewQueuePorts,
    killSwitch: {
      now,
      random,
      send,
      flag: flagStore(env.FLAGS),
      tell: async (org, notice) => {
        const orgs = org === null ? [...new Set([PLATFORM_ORG, ...(await store.orgs.names())])] : [org];
        await sideBySide(orgs, 6, async (one) => void (await rooms.tell(one, notice)));
      },
      drillRuns: defineDrillRuns({ runs: objects.run, stops: () => rooms.stops.stops(), mintRunId: broker.mintRunId, now }),
      runsInScope: store.runsInScope,
      countRunsInScope: store.countRunsInScope,
      haltRun: lookAgain,
      resumeRun: lookAgain,
    } satisfies KillSwitchPorts,
    vault: {
      now,
      masterKey: broker.masterKey,
      keys: {
        get: async (name) => {
          const object = await env.VAULT_KEYS.get(name);
          return object === null ? null : new Uint8Array(await object.arrayBuffer());
        },
        putIfAbsent: async (name, bytes) => (await env.VAULT_KEYS.put(name, bytes, { onlyIf: { etagDoesNotMatch: "*" } })) !== null,
        remove: async (name) => {
          const was = (await env.VAULT_KEYS.head(name)) !== null;
          await env.VAULT_KEYS.delete(name);
          return was;
        },
      },
    } satisfies VaultPorts,
    budgetLedger: {
      now,
      random,
      send,
      askRun: async (run) => objects.run(run).account(),
      notify: rooms.tell,
      leaseOfDeployment: async (request) => objects.budgetLedger(DEPLOYMENT_LEDGER).lease(DEPLOYMENT_LEDGER, request),
      recall: async (org) => objects.budgetLedger(org).recall(org),
    } satisfies BudgetLedgerPorts,
    limits: { now } satisfies LimitsPorts,
    memoryStore: {
      now,
      send,
      forget: async (org, memory) => {
        await objects.vault(org).forget(memory);
      },
      sealing: sealingPort(rooms),
    } satisfies MemoryStorePorts,
    knowledgeIndex: { now, send, log, embed: (asker, model, texts) => rooms.embedTexts(asker, model, texts) } satisfies KnowledgeIndexPorts,
    sessions: {
      now,
      random,
      send,
      callRun: async (run) => ((await objects.run(run).yourTurn()) ? "told" : "unborn"),
      forget: async (org, owner) => {
        await objects.vault(org).forget(owner);
      },
      sealing: sealingPort(rooms),
    } satisfies SessionsPorts,
    watch: {
      now,
      random,
      sums: async (org) => readAlertSums(env.DB, org, await rooms.stops.stops(), now()),
      slos: (org) => readSlos(env.DB, org),
      minutes: (org, from, to) => readMinutes(env.DB, org, from, to, now()),
      send: rooms.notices.send,
      record: (org, notice) => store.audit.record(org, alertRecord(notice, now())),
      openIncident: (org, notice) => openIncidentOf({ now, random, incidents: store.incidents, tell: rooms.tell }, org, notice),
    } satisfies WatchPorts,
    circuitBreaker: { now, random } satisfies CircuitBreakerPorts,
    toolSandbox: {
      now,
      log,
      released: async (id) => {
        await rooms.containers?.pool().released(id);
      },
    } satisfies ToolSandboxPorts,
    sandboxPool: {
      now,
      log,
      rule: settings.sandboxes,
      newId: () => need(rooms.containers).newId(),
      sandbox: (id) => need(rooms.containers).sandbox(id),
    } satisfies SandboxPoolPorts,
    auditLog: {
      now,
      signer: broker.auditSigner,
      publishing: {
        bucket: env.AUDIT,
        noteKey: broker.noteKey,
        host: settings.publicUrl === null ? null : (URL.parse(settings.publicUrl)?.host ?? null),
        seal: (org, covered, leafOf) => sealSegments({ db: env.DB, bucket: env.AUDIT, now, log }, org, covered, leafOf),
        entriesAfter: (org, after, limit) => readEntries(env.DB, org, { after, run: null, users: null, type: null, limit }),
        cosign: defineCosign({
          fetch: rooms.outside.fetch,
          settings: store.orgs.settings,
          allowPrivateHosts: settings.allowPrivateHosts,
          log,
        }),
        alert: (org, fork) => logAlert(org, { type: "audit.forked", fork }),
        strangeKey: (org, keyId) => logAlert(org, { type: "audit.key_not_introduced", keyId }),
      },
    } satisfies AuditLogPorts,
    keyRing: { now, secrets: settings.secrets, allowPrivateHosts: settings.allowPrivateHosts } satisfies KeyRingPorts,
  };
}

/** The objects of containers are bound where containers are. */
function need<T>(containers: T | null): T {
  if (containers === null) throw new Error("this deployment runs no containers");
  return containers;
}

const sealingPort = ({ objects }: Rooms): SealingPort => ({
  sealingKey: ({ org, ...of }) => objects.vault(org).sealingKey(of),
  openingKeys: async (by) => (by[0] === undefined ? [] : objects.vault(by[0].org).openingKeys(by.map(({ org: _org, ...one }) => one))),
});

function runEnginePorts(env: Cloudflare.Env, rooms: Rooms): RunEnginePorts {
  const { objects, stops, authority, store, callbacks, send, callTool, callModel } = rooms;
  const { now, log } = rooms.outside;
  const births: StartChildPorts = {
    runs: objects.run,
    killSwitch: stops,
    store,
    inherit: (org, runs) => objects.vault(org).inherit({ ...runs }),
  };
  return {
    now,
    log,
    send,
    resends: rooms.resends,
    traces: rooms.traces,
    values: runValues(env.VALUES),
    sealing: sealingPort(rooms),
    keepTexts: rooms.texts.keep,
    lease: async (org, request) => objects.budgetLedger(org).lease(org, request),
    callTool,
    callModel,
    lookUp: rooms.lookUp,
    stops: () => stops.stops(),
    authorize: (question, killEpoch) => authority.authorizeInRun(question, killEpoch),
    openReview: async (org, request) => objects.reviewQueue(org).open(org, await underRegistry(store, org, request)),
    withdrawReviews: async (org, run, ids) => {
      await objects.reviewQueue(org).withdraw(run, ids);
    },
    toolEffects: async (org, names) => {
      const found = await Promise.all(
        names.map(async (name) => (await store.tools.get(org, name, null)) ?? store.tools.heldBy(org, name, 0)),
      );
      return Object.fromEntries(found.flatMap((tool): [string, ToolEffect][] => (tool === null ? [] : [[tool.name, tool.effect]])));
    },
    outputOf: async (run, step) => {
      const output = await objects.run(run).stepOutput(step);
      if (output === null) throw new Error("the run that is continued has no such output");
      return (await new Response(output).json()) as Json;
    },
    continueRun: (from, start) => bearHeir(births, from, start),
    queueCall: async (message) => {
      await env.CALLS.send(message);
    },
    startChild: (child) => startChild(births, child),
    cancelRun: async (run, by, reason) => {
      const cancelled = await objects.run(run).cancel(by, reason);
      return cancelled.ok || cancelled.error.code !== "not_found";
    },
    holdRun: async (run, hold) => {
      const held = await objects.run(run).parentHeld(hold);
      return held.ok || held.error.code !== "not_found";
    },
    undoRun: async (run) => (await objects.run(run).undo()) ?? { failed: true, left: false },
    tellParent: async (parent, end, org) => {
      const carry = (placeholders: readonly string[]) =>
        eachPortion(placeholders, (portion) => objects.vault(org).carry({ from: end.run, to: parent.run, placeholders: portion }));
      await objects.run(parent.run).childEnded(parent.activity, { ...end, output: await carryPlaceholders(end.output, carry) });
    },
    callBack: (callback) => callbacks.deliver(callback),
    session: sessionPort(rooms),
    memory: memoryPort(rooms.memory, rooms.mayRemember),
  };
}
