/**
 * Compares imported tools with what their MCP server says of them today, at most once an hour for each org and server, after a call of one.
 * A changed tool is a proposed version that does nothing until a person approves it, who is not the one that imported the tool; the
 * version in force goes on as it was pinned.
 */
import { auditRecord } from "../../core/audit/record.ts";
import { mintId } from "../../core/ids.ts";
import { isObject, type Json, own } from "../../core/json.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import { toolsOfMcp } from "../../core/tool/import/from-mcp.ts";
import { importedName } from "../../core/tool/import/name.ts";
import type { StoredTool } from "../store/ports.ts";
import type { UseCasePorts } from "./ports.ts";
import { type Importer, type ProposingPorts, proposeTool } from "./propose-tool.ts";

/** How often a server is compared, in ms. */
const CHECK_MS = 3_600_000;
/** Servers that an isolate remembers as compared; the oldest is forgotten, and asked about again. */
const MOST_SERVERS = 1_000;

/** What a comparison needs of other rooms. */
export type CheckPorts = ProposingPorts & Pick<UseCasePorts, "now" | "random" | "sources"> & { readonly log: Log };

/** A server that was called. `secret`: the name of the secret that its calls are made with. */
export type CalledServer = { readonly org: string; readonly url: string; readonly secret: string | null };

/** One for each isolate. Never throws: the call was made, and what cannot be compared now is compared in an hour. */
export function defineSourceChecks(ports: CheckPorts): (called: CalledServer) => Promise<void> {
  const checkedAt = new Map<string, number>();
  return async (called) => {
    const at = ports.now();
    const key = `${called.org} ${called.url}`;
    if (at - (checkedAt.get(key) ?? Number.NEGATIVE_INFINITY) < CHECK_MS) return;
    checkedAt.delete(key);
    checkedAt.set(key, at);
    const [oldest] = checkedAt.keys();
    if (checkedAt.size > MOST_SERVERS && oldest !== undefined) checkedAt.delete(oldest);
    try {
      await check(ports, called, at);
    } catch (error) {
      ports.log(logLine("tool.source_unchecked", { org: called.org, error: errorName(error) }));
    }
  };
}

async function check(ports: CheckPorts, { org, url, secret }: CalledServer, at: number): Promise<void> {
  const due = await ports.store.tools.claimCheck(org, url, at - CHECK_MS);
  if (due.length === 0) return;
  const listed = await ports.sources.mcpTools(org, url, secret);
  if (!listed.ok) {
    ports.log(logLine("tool.source_unchecked", { org, error: listed.error.code }));
    return;
  }
  for (const tool of due) {
    const raw = listed.value.find((one) => isObject(one) && own(one, "name") === tool.origin?.item);
    if (raw !== undefined) await compare(ports, org, url, tool, raw, at);
  }
}

/** Read as an import would read it, under the name and the effect that the tool has here. */
async function compare(ports: CheckPorts, org: string, url: string, tool: StoredTool, raw: Json, at: number): Promise<void> {
  const { origin, manifest } = tool;
  if (origin === null || manifest.kind !== "mcp") return;
  const effects = new Map([[importedName("", origin.item), manifest.effect]]);
  const [found] = toolsOfMcp(url, [raw], { prefix: "", effects, secret: manifest.mcp.secret }).tools;
  if (found === undefined) return;
  const versions = await ports.store.tools.stored(org, [manifest.name]);
  const importer: Importer = {
    org,
    proposer: origin.proposed_by,
    at,
    record: ({ type, action, resource, decision = null, data = {}, layer = null }) =>
      auditRecord({
        ...{ type, action, resource, decision, data, layer },
        id: mintId("evt", at, ports.random(10)),
        at,
        traceId: null,
        actor: { type: "system", id: "tool-sources" },
      }),
  };
  const proposed = await proposeTool(ports, importer, { kind: "mcp", url }, { ...found, name: manifest.name }, versions);
  if (!("reason" in proposed)) return;
  // What it says now cannot be proposed: somebody has to know all the same, once in each hour that it says it.
  const resource = `tool/${manifest.name}@${manifest.version}`;
  const fact = { type: "tool.drifted", action: "tool.write", resource, data: { proposed: null, refused: true } } as const;
  await ports.store.audit.record(org, importer.record(fact));
}
