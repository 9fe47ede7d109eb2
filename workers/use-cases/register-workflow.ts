/** Registers a definition; the same content gives the version it has. */
import { canonicalJson } from "../../core/canonical-json.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { checkDefinition } from "../../core/workflow/check.ts";
import type { ToolsKnown } from "../../core/workflow/check-references.ts";
import type { WorkflowVersionView } from "../../core/workflow/view.ts";
import { denied } from "./access.ts";
import { claim, type Repeatable } from "./idempotency.ts";
import type { UseCasePorts } from "./ports.ts";
import { auditRecord } from "./record.ts";
import type { Requester } from "./requester.ts";

/** Maximum tool names of a definition that are looked up; further ones count as unknown. No definition needs as many. */
const MOST_TOOLS = 500;

export type Registered = { readonly outcome: "done" | "created"; readonly version: WorkflowVersionView; readonly replayed: boolean };

/** `definition`: as it was sent. `created`: a new version; `done`: the version that has this content. */
export async function registerWorkflow(
  ports: UseCasePorts,
  by: Requester,
  { definition: sent }: { readonly definition: JsonObject },
  repeat: Repeatable,
): Promise<Result<Registered, Refusal>> {
  const { org } = by.principal;
  const refusal = await denied(ports, by, "workflow.write");
  if (refusal !== null) return err(refusal);
  const checked = checkDefinition(sent, await toolsKnown(ports, org, toolNames(sent)));
  if (!checked.ok) return err(refuse("invalid_request", "the definition is invalid", checked.error));
  const definition = checked.value;
  const digest = await sha256Hex(canonicalJson(definition as unknown as Json));
  const claimed = await claim<"done" | "created">(ports, by, repeat, `${definition.name}@${digest}`);
  if (!claimed.ok) return claimed;
  const { replayed, settle } = claimed.value;
  // The same content is the same version, however often it is put: a replay puts it again and gives the first outcome.
  const { view, created } = await ports.store.workflows.put(org, definition, digest, (version) =>
    auditRecord(ports, by, {
      type: "workflow.registered",
      action: "workflow.write",
      resource: `workflow/${definition.name}@${version}`,
      decision: "allow",
      data: { digest },
    }),
  );
  const outcome = replayed ?? (created ? "created" : "done");
  await settle(outcome);
  return ok({ outcome, version: view, replayed: replayed !== null });
}

/** The listed tools that exist, and what each of them does. */
async function toolsKnown({ store }: UseCasePorts, org: string, names: readonly string[]): Promise<ToolsKnown> {
  const tools = await store.tools.known(org, names);
  const manifests = await Promise.all([...tools].map((name) => store.tools.get(org, name, null)));
  const facts = manifests.flatMap((manifest) => (manifest === null ? [] : [[manifest.name, { effect: manifest.effect }] as const]));
  return { tools, toolFacts: Object.fromEntries(facts) };
}

function toolNames(raw: JsonObject): string[] {
  const listed: unknown = raw["tools"];
  return Array.isArray(listed) ? [...new Set(listed.filter((name): name is string => typeof name === "string"))].slice(0, MOST_TOOLS) : [];
}

async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
