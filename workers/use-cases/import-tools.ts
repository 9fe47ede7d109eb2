/**
 * Imports tools: what a source describes becomes proposed versions. Nothing that it says is trusted: a tool whose description or schema carries an
 * instruction is refused, what a developer registered is never overwritten, and no version is used before a second person has approved it.
 */
import { canonicalJson } from "../../core/canonical-json.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { didYouMean } from "../../core/errors/unknown-name.ts";
import { inspectText } from "../../core/guardrail/inspect-text.ts";
import { inspectValue } from "../../core/guardrail/inspect-value.ts";
import { flawOfName } from "../../core/guardrail/pii/personal-name.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { toRfc3339 } from "../../core/time.ts";
import { checkTool } from "../../core/tool/check.ts";
import { toolsOfMcp } from "../../core/tool/import/from-mcp.ts";
import { toolsOfOpenApi } from "../../core/tool/import/from-openapi.ts";
import { reachesBeyondItsTool } from "../../core/tool/import/poison.ts";
import {
  driftOf,
  type ImportChoices,
  isSameSource,
  MOST_TOOLS,
  type RefusedTool,
  type SourceTool,
  type SourceTools,
  type ToolOrigin,
} from "../../core/tool/import/source.ts";
import type { ToolContent } from "../../core/tool/manifest.ts";
import { flawOfUrl } from "../../core/tool/url.ts";
import type { StoredTool } from "../store/ports.ts";
import { denied } from "./access.ts";
import type { UseCasePorts } from "./ports.ts";
import { auditRecord } from "./record.ts";
import type { Requester } from "./requester.ts";

/** What is imported, and what the importer decides. `only`: names here; null: all. */
export type ImportRequest = {
  readonly source:
    | { readonly kind: "mcp"; readonly url: string }
    | { readonly kind: "openapi"; readonly url: string }
    | { readonly kind: "openapi"; readonly document: JsonObject };
  readonly choices: ImportChoices;
  readonly only: ReadonlySet<string> | null;
};

/** A tool that is proposed now, was before, or is in force as the source describes it. */
export type ImportedTool = {
  readonly name: string;
  readonly version: number;
  readonly status: "proposed" | "active";
  readonly effect: ToolContent["effect"];
  /** What the source claims; nothing was made of it. */
  readonly hints?: SourceTool["hints"];
  /** The version in force that this one would replace, and what of it the source has changed. */
  readonly replaces?: { readonly version: number; readonly changed: readonly ("description" | "schema")[] };
};

/** What came of every tool of the source. */
export type Imported = { readonly tools: readonly ImportedTool[]; readonly refused: readonly RefusedTool[] };

/** Refuses as a whole when the source cannot be read; a single tool is refused in the answer. */
export async function importTools(ports: UseCasePorts, by: Requester, request: ImportRequest): Promise<Result<Imported, Refusal>> {
  const refusal = await denied(ports, by, "tool.write");
  if (refusal !== null) return err(refusal);
  const found = await readSource(ports, by.principal.org, request);
  if (!found.ok) return found;
  const { tools, refused } = chosen(found.value, request.only);
  if (tools.length > MOST_TOOLS)
    return err(
      refuse(
        "invalid_request",
        `the source has ${tools.length} tools, and one import takes ${MOST_TOOLS}: name those you want in \`only\``,
      ),
    );
  const known = await ports.store.tools.stored(
    by.principal.org,
    tools.map(({ name }) => name),
  );
  const taken: ImportedTool[] = [];
  const left: RefusedTool[] = [...refused, ...unknownNames(found.value, request)];
  for (const tool of tools) {
    const versions = known.filter(({ manifest }) => manifest.name === tool.name);
    const one = await importOne(ports, by, request, tool, versions);
    if ("reason" in one) left.push(one);
    else taken.push(one);
  }
  return ok({ tools: taken, refused: left });
}

async function readSource(ports: UseCasePorts, org: string, { source, choices }: ImportRequest): Promise<Result<SourceTools, Refusal>> {
  const url = "url" in source ? source.url : null;
  const flaw = url === null ? null : flawOfUrl(url, { allowPrivateHosts: ports.settings.allowPrivateHosts, fields: false });
  if (flaw !== null)
    return err(refuse("invalid_request", "the source is invalid", [{ path: `/${source.kind}/url`, message: `\`url\` ${flaw}` }]));
  if (source.kind === "mcp") {
    const listed = await ports.sources.mcpTools(org, source.url, choices.secret);
    return listed.ok ? ok(toolsOfMcp(source.url, listed.value, choices)) : err(refuse(listed.error.code, listed.error.message));
  }
  const document = "document" in source ? ok(source.document) : await ports.sources.document(org, source.url);
  if (!document.ok) return err(refuse(document.error.code, document.error.message));
  const read = toolsOfOpenApi(document.value, url, choices);
  if (read.ok) return read;
  return err(
    refuse("invalid_request", "the source is invalid", [
      { path: "document" in source ? "/openapi/document" : "/openapi/url", message: read.error },
    ]),
  );
}

const chosen = ({ tools, refused }: SourceTools, only: ReadonlySet<string> | null): SourceTools => {
  const isWanted = ({ name }: { readonly name: string }): boolean => only === null || only.has(name);
  return { tools: tools.filter(isWanted), refused: refused.filter(isWanted) };
};

/** Names in `only` and `effects` that no tool of the source has: a misspelt effect would otherwise leave what it was to change, without a word. */
function unknownNames({ tools, refused }: SourceTools, { only, choices }: ImportRequest): readonly RefusedTool[] {
  const known = new Set([...tools, ...refused].map(({ name }) => name));
  const named = new Set([...(only ?? []), ...choices.effects.keys()]);
  return [...named]
    .filter((name) => !known.has(name))
    .map((name) => ({ name, reason: `the source has no tool of this name${didYouMean(name, [...known])}` }));
}

async function importOne(
  ports: UseCasePorts,
  by: Requester,
  { source }: ImportRequest,
  tool: SourceTool,
  versions: readonly StoredTool[],
): Promise<ImportedTool | RefusedTool> {
  const { name } = tool;
  const personal = flawOfName(name);
  if (personal !== null) return { name, reason: `its name ${personal}` };
  const instruction = await instructionIn(tool);
  if (instruction !== null) {
    await refuseOnRecord(ports, by, name, source.kind);
    return { name, reason: instruction };
  }
  const checked = checkTool(name, tool.manifest, { allowPrivateHosts: ports.settings.allowPrivateHosts });
  if (!checked.ok)
    return {
      name,
      reason: checked.error
        .slice(0, 3)
        .map(({ path, message }) => `\`${path}\`: ${message}`)
        .join("; "),
    };
  const { description, input, output, effect, kind } = checked.value;
  const origin: ToolOrigin = {
    v: 1,
    kind: source.kind,
    url: "url" in source ? source.url : null,
    item: tool.item,
    description_sha256: await sha256Hex(description),
    schema_sha256: await sha256Hex(canonicalJson([input, output] as Json)),
    proposed_by: { user: by.principal.user, root: by.principal.root },
    proposed_at: toRfc3339(by.at),
  };
  const other = versions.find((version) => version.origin === null || !isSameSource(version.origin, origin));
  if (other !== undefined) {
    const whose = other.origin === null ? "a tool that was registered by hand has this name" : "a tool of another source has this name";
    return { name, reason: `${whose}: import it with another \`prefix\`` };
  }
  const active = versions.find(({ status }) => status === "active");
  const proposed = await ports.store.tools.propose(by.principal.org, checked.value, origin, (version) =>
    auditRecord(ports, by, {
      type: "tool.proposed",
      action: "tool.write",
      resource: `tool/${name}@${version}`,
      decision: "allow",
      data: { effect, kind, description_sha256: origin.description_sha256, schema_sha256: origin.schema_sha256 },
    }),
  );
  const changed = active?.origin == null ? [] : driftOf(active.origin, origin);
  if (active !== undefined && proposed.isNew && changed.length > 0) await drifted(ports, by, active, proposed.manifest.version, changed);
  return {
    name,
    version: proposed.manifest.version,
    status: proposed.status,
    effect,
    ...(tool.hints === undefined ? {} : { hints: tool.hints }),
    ...(active === undefined || proposed.status === "active" ? {} : { replaces: { version: active.manifest.version, changed } }),
  };
}

/** Where a text of the tool carries an instruction, as a reason; null: nowhere. What cannot be judged counts as one. */
async function instructionIn({ words }: SourceTool): Promise<string | null> {
  const inspected = await inspectValue(words, "tool_output", inspectText, turn);
  if (!inspected.ok) return "its description and schema are too large to be judged";
  const part = inspected.value.parts.find((one) => one.inspected.verdict === "block" || reachesBeyondItsTool(one.text));
  if (part === undefined) return inspected.value.verdict === "block" ? "its text carries an instruction" : null;
  const place = part.kind === "key" ? "the name of a field" : part.context === "" ? "its text" : `its \`${shown(part.context)}\``;
  return `${place} carries an instruction`;
}

/** A key of the source's, as far as it can be told. */
const shown = (key: string): string => key.replace(/[^A-Za-z0-9_.-]/g, "").slice(0, 40);

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

async function refuseOnRecord(ports: UseCasePorts, by: Requester, name: string, kind: string): Promise<void> {
  const fact = {
    type: "guardrail.blocked",
    action: "guardrail.scan",
    resource: `tool/${name}`,
    decision: "deny",
    layer: "guard",
    data: { channel: "tool_output", source: kind },
  } as const;
  await ports.store.audit.record(by.principal.org, auditRecord(ports, by, fact));
}

/** The source has changed what a version in force had pinned; that version goes on as it is. */
async function drifted(
  ports: UseCasePorts,
  by: Requester,
  active: StoredTool,
  proposed: number,
  changed: readonly string[],
): Promise<void> {
  const { name, version } = active.manifest;
  const fact = {
    type: "tool.drifted",
    action: "tool.write",
    resource: `tool/${name}@${version}`,
    data: { proposed, changed: [...changed] },
  };
  await ports.store.audit.record(by.principal.org, auditRecord(ports, by, fact));
}

async function sha256Hex(text: string): Promise<string> {
  return Buffer.from(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toString("hex");
}
