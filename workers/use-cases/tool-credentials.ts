/** What a tool's credentials are used for, and the admission of what is new about the version in force, where the org refuses what is new. */
import type { Refusal } from "../../core/errors/problem.ts";
import { unknownName } from "../../core/errors/unknown-name.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { credentialUseOf } from "../../core/tool/unusual.ts";
import type { UseCasePorts } from "./ports.ts";
import { auditRecord } from "./record.ts";
import type { Requester } from "./requester.ts";

/** `destinations`, `scopes`: of the version in force, each with whether it is known. `usual_per_minute`: the most in a minute, halved each day. */
export type ToolCredentials = {
  readonly tool: string;
  readonly version: number;
  readonly destinations: readonly { readonly destination: string; readonly known: boolean }[];
  readonly scopes: readonly { readonly scope: string; readonly known: boolean }[];
  readonly usual_per_minute: number;
};

/** Before the first credential of a tool everything counts as known: it is what will be usual. */
export async function readToolCredentials(
  ports: Pick<UseCasePorts, "store" | "credentialUse">,
  org: string,
  name: string,
): Promise<Result<ToolCredentials, Refusal>> {
  const tool = await ports.store.tools.get(org, name, null);
  if (tool === null) return err(unknownName("tool", name, await ports.store.tools.names(org)));
  const seen = await ports.credentialUse(org).credentialUse(name);
  const { destinations, scopes } = credentialUseOf(tool) ?? { destinations: [], scopes: [] };
  return ok({
    tool: name,
    version: tool.version,
    destinations: destinations.map((destination) => ({ destination, known: seen === null || seen.destinations.includes(destination) })),
    scopes: scopes.map((scope) => ({ scope, known: seen === null || seen.scopes.includes(scope) })),
    usual_per_minute: seen === null ? 0 : Math.round(Math.max(seen.usual, seen.count)),
  });
}

/** The host and the scopes of the version in force count as known from now on, in every isolate. */
export async function admitToolCredentials(
  ports: UseCasePorts,
  by: Requester,
  { name, version }: { readonly name: string; readonly version: number },
): Promise<Result<ToolCredentials, Refusal>> {
  const { org } = by.principal;
  const before = await readToolCredentials(ports, org, name);
  if (!before.ok) return before;
  if (before.value.version !== version) {
    const detail = `version ${before.value.version} of the tool is in force: look at it, and admit that one`;
    return err({ code: "conflict", detail });
  }
  const destinations = before.value.destinations.map(({ destination }) => destination);
  const scopes = before.value.scopes.map(({ scope }) => scope);
  const fact = {
    type: "credential.admitted",
    action: "org.write",
    resource: `tool/${name}@${version}`,
    decision: "allow",
    data: { destinations, scopes },
  } as const;
  await ports.store.audit.record(org, auditRecord(ports, by, fact));
  await ports.credentialUse(org).admitCredential({ tool: name, destinations, scopes });
  return readToolCredentials(ports, org, name);
}
