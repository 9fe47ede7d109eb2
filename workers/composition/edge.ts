/** The HTTP edge, fitted to the rooms behind it. */

import type { Archive } from "../archive/archive.ts";
import { withArchive } from "../archive/archived-runs.ts";
import { verifyStored } from "../audit/index.ts";
import { defineAuth } from "../auth/auth.ts";
import { defineConsole } from "../console/console.ts";
import { defineIngress } from "../ingress/app.ts";
import type { IngressPorts } from "../ingress/ports.ts";
import { defineRateLimit, perMinuteFrom } from "../ingress/rate-limit.ts";
import { killSwitchFrom } from "../kill-switch/kill-switch.ts";
import { renderMetrics } from "../telemetry/metrics.ts";
import { buildChat } from "./chat.ts";
import { estimatesFrom } from "./estimates.ts";
import type { Rooms } from "./rooms.ts";

export function buildEdge(env: Cloudflare.Env, rooms: Rooms, archive: Archive) {
  const { settings, objects, store, stops, broker, guard, access } = rooms;
  const { now, random, log } = rooms.outside;
  const { adminApiKey, allowPrivateHosts, version, rateLimitPerMinute } = settings;
  return defineIngress({
    now,
    random,
    log,
    settings: { adminApiKey, allowPrivateHosts, version },
    runs: withArchive(objects.run, archive),
    reviews: objects.reviewQueue,
    killSwitch: killSwitchFrom(objects.killSwitch, stops),
    store,
    budgets: objects.budgetLedger,
    models: rooms.models,
    guard,
    chat: buildChat(rooms),
    estimates: estimatesFrom(rooms),
    access,
    auth: defineAuth({
      now,
      random,
      adminApiKey,
      keyByHash: (hash) => store.keys.byHash(hash),
      sessionMac: (text) => broker.mac("session", text),
    }),
    keys: broker,
    verifyAudit: async (org) => verifyStored(env.DB, org, await objects.keyRing().publicKeys(), () => objects.auditLog(org).head()),
    rateLimit: defineRateLimit(perMinuteFrom(rateLimitPerMinute)),
    testTool: testTool(rooms),
    metrics: async () => renderMetrics(env.DB, await stops.stops()),
    console: defineConsole(),
  });
}

/** One call of a tool outside a run, governed as in one. */
function testTool({ stops, callTool }: Rooms): IngressPorts["testTool"] {
  return async ({ org, user }, { name, version, timeout_ms }, input, { run, traceId }) => {
    const { epoch } = await stops.stops();
    const who = { org, run, user, subject: user, workflow: "tool-test", version: 1, activity: name };
    const context = { ...who, key: `${run}/${name}`, traceId, spanId: traceId.slice(0, 16), killEpoch: epoch };
    return callTool({ context, tool: name, version, input, timeoutMs: timeout_ms });
  };
}
