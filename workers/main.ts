/** The Worker: the platform with the real outside around it. */
import { shapeLine } from "../core/telemetry/log-line.ts";
import { definePlatform } from "./platform.ts";

const { handler, ...objects } = definePlatform({
  fetch: (...request) => fetch(...request),
  now: () => Date.now(),
  random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
  log: (line) => console.log(JSON.stringify(shapeLine(line, Date.now()))),
});

export const {
  RunEngine,
  ReviewQueue,
  KillSwitch,
  Vault,
  ArchiveIndex,
  AuditLog,
  KeyRing,
  BudgetLedger,
  CircuitBreaker,
  Limits,
  KnowledgeIndex,
  MemoryStore,
  Sessions,
  Watch,
  ToolSandbox,
  SandboxPool,
  Egress,
} = objects;

export default handler satisfies ExportedHandler<Cloudflare.Env>;
