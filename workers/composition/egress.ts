/** The ports of the egress (workers/egress), fitted to the store and the settings. */
import { auditRecord } from "../../core/audit/record.ts";
import { mintId } from "../../core/ids.ts";
import { logLine } from "../../core/telemetry/log-line.ts";
import type { EgressPorts, RefusedRequest } from "../egress/ports.ts";
import { defineResolver } from "../egress/resolver.ts";
import type { Settings } from "../env.ts";
import type { Store } from "../store/store.ts";
import type { Outside } from "./outside.ts";

type Needs = {
  readonly store: { readonly orgs: Pick<Store["orgs"], "settings">; readonly audit: Pick<Store["audit"], "record"> };
  readonly secret: EgressPorts["secret"];
};

export function egressPorts({ fetch, now, random, log }: Outside, settings: Settings, { store, secret }: Needs): EgressPorts {
  const { publicUrl, dnsResolver, allowPrivateHosts } = settings;
  const own = publicUrl === null ? null : URL.parse(publicUrl);
  return {
    fetch,
    now,
    secret,
    allowPrivateHosts,
    ownHosts: own === null ? [] : [own.host],
    orgHosts: async (org) => (await store.orgs.settings(org)).egress,
    resolve: dnsResolver === null ? null : defineResolver({ fetch, now, url: dnsResolver }),
    async refused(request) {
      const { grant, refusal, host } = request;
      const { org, run, tool, activity } = grant;
      log(logLine("egress.refused", { org, run, tool, activity, code: refusal, result: host }));
      await store.audit.record(org, recordOf(request, now(), random));
    },
  };
}

/** Names the class of the host, never the host or the address: a name can carry data out too. */
function recordOf({ grant, refusal, host, method }: RefusedRequest, at: number, random: Outside["random"]) {
  return auditRecord({
    id: mintId("evt", at, random(10)),
    at,
    traceId: grant.traceId,
    type: "egress.refused",
    actor: { type: "agent", id: grant.run },
    action: "egress.send",
    resource: `run/${grant.run}/${grant.activity}`,
    decision: "deny",
    layer: "egress",
    data: { tool: grant.tool, refusal, host, method },
  });
}
