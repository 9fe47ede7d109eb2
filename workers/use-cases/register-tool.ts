/** Registers a tool; a new version when it changed. */
import { canonicalJson } from "../../core/canonical-json.ts";
import { type FieldError, type Refusal, refuse } from "../../core/errors/problem.ts";
import { didYouMean } from "../../core/errors/unknown-name.ts";
import type { JsonObject } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { BUILT_IN_TOOLS } from "../../core/tool/built-in.ts";
import { checkTool } from "../../core/tool/check.ts";
import type { ToolContent, ToolManifest } from "../../core/tool/manifest.ts";
import { unusualOf } from "../../core/tool/unusual.ts";
import { secretsOf, type ToolsAround, toolWarnings } from "../../core/tool/warnings.ts";
import { WORKFLOW_TOOL } from "../../core/tool/workflow-tool.ts";
import type { Warning } from "../../core/workflow/warnings/warning.ts";
import { denied } from "./access.ts";
import type { UseCasePorts } from "./ports.ts";
import { auditRecord } from "./record.ts";
import type { Requester } from "./requester.ts";

/** A version of a tool, and what is to be said of it. */
export type RegisteredTool = { readonly tool: ToolManifest; readonly warnings: readonly Warning[] };

/** `manifest`: as it was sent. Answers with every default filled in. The same manifest again is the version it has. */
export async function registerTool(
  ports: UseCasePorts,
  by: Requester,
  { name, manifest }: { readonly name: string; readonly manifest: JsonObject },
): Promise<Result<RegisteredTool, Refusal>> {
  const { org } = by.principal;
  const refusal = await denied(ports, by, "tool.write");
  if (refusal !== null) return err(refusal);
  if (BUILT_IN_TOOLS.has(name)) {
    const message = `the tool \`${name}\` is built in: a workflow that wants it lists it in its \`tools\``;
    return err(refuse("invalid_request", "the tool is invalid", [{ path: "path.name", message }]));
  }
  const checked = checkTool(name, manifest, ports.settings);
  if (!checked.ok) return err(refuse("invalid_request", "the tool is invalid", checked.error));
  const flaw =
    (await flawOfLookup(ports, org, checked.value)) ??
    (await flawOfFallback(ports, org, checked.value)) ??
    (await flawOfWorkflow(ports, org, checked.value));
  if (flaw !== null) return err(refuse("invalid_request", "the tool is invalid", [flaw]));
  const { effect, kind } = checked.value;
  const before = await ports.store.tools.get(org, name, null);
  const registered = await ports.store.tools.put(org, checked.value, (version) =>
    auditRecord(ports, by, {
      type: "tool.registered",
      action: "tool.write",
      resource: `tool/${name}@${version}`,
      decision: "allow",
      data: { effect, kind },
    }),
  );
  const unusual = registered.version === before?.version ? null : unusualOf(before, registered);
  if (unusual !== null) {
    const fact = {
      type: "credential.unusual",
      action: "tool.write",
      resource: `tool/${name}@${registered.version}`,
      decision: "allow",
    } as const;
    await ports.store.audit.record(org, auditRecord(ports, by, { ...fact, data: { ...unusual, scopes: [...unusual.scopes] } }));
  }
  return ok({ tool: registered, warnings: toolWarnings(registered, await aroundOf(ports, org, registered)) });
}

async function aroundOf({ store }: UseCasePorts, org: string, tool: ToolContent): Promise<ToolsAround> {
  const { compensate } = tool;
  const undoes = compensate === undefined ? null : await store.tools.get(org, compensate.tool, null);
  const names = compensate === undefined || undoes !== null ? [] : await store.tools.names(org);
  const named = [...new Set(secretsOf(tool).map(({ name }) => name))];
  const secrets = await Promise.all(named.map(async (name) => [name, (await store.secrets.get(org, name))?.hosts ?? null] as const));
  return { undoes, names, secrets: new Map(secrets), egress: (await store.orgs.settings(org)).egress };
}

/** The workflow must exist, and its runs must do no more than the tool says; and no workflow undoes a call. */
async function flawOfWorkflow({ store }: UseCasePorts, org: string, tool: ToolContent): Promise<FieldError | null> {
  const undoing = tool.compensate === undefined ? null : await store.tools.get(org, tool.compensate.tool, null);
  if (undoing?.kind === "workflow")
    return { path: "/compensate/tool", message: `\`${undoing.name}\` is a workflow and cannot undo a call` };
  if (tool.kind !== "workflow") return null;
  const { name } = tool.workflow;
  const workflow = await store.tools.get(org, `${WORKFLOW_TOOL}${name}`, null);
  if (workflow === null) return { path: "/workflow/name", message: `there is no workflow \`${name}\`` };
  return workflow.effect === "write" && tool.effect !== "write"
    ? { path: "/effect", message: `the workflow \`${name}\` may call tools that write, so the tool writes` }
    : null;
}

/** The tool that stands in must exist, give the same output, and write only where this one does. */
async function flawOfFallback({ store }: UseCasePorts, org: string, { fallback, effect, output }: ToolContent): Promise<FieldError | null> {
  if (fallback === undefined) return null;
  const path = "/fallback";
  const other = await store.tools.get(org, fallback, null);
  if (other === null) return { path, message: `there is no tool \`${fallback}\`${didYouMean(fallback, await store.tools.names(org))}` };
  if (other.effect === "write" && effect !== "write") {
    return { path, message: `the tool \`${fallback}\` writes and this one does not, so it cannot stand in` };
  }
  const isSame = canonicalJson(other.output) === canonicalJson(output);
  return isSame ? null : { path, message: `the tool \`${fallback}\` has another \`output\` schema, so it cannot stand in` };
}

/** The tool that is asked whether a call happened must exist and change nothing. */
async function flawOfLookup({ store }: UseCasePorts, org: string, { idempotency }: ToolContent): Promise<FieldError | null> {
  if (typeof idempotency === "string") return null;
  const path = "/idempotency/lookup";
  const lookup = await store.tools.get(org, idempotency.lookup, null);
  if (lookup === null) {
    const near = didYouMean(idempotency.lookup, await store.tools.names(org));
    return { path, message: `there is no tool \`${idempotency.lookup}\`${near}` };
  }
  return lookup.effect !== "read"
    ? { path, message: `the tool \`${idempotency.lookup}\` is not a read tool: only a read tool can be asked first` }
    : null;
}
