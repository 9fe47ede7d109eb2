/**
 * A tool of a source becomes a proposed version. Nothing that the source says is trusted: a tool whose description or schema carries an
 * instruction is refused, what a developer registered is never overwritten, and what is in force stays until a second person approves.
 */
import type { Holder } from "../../core/access/person.ts";
import type { AuditRecord } from "../../core/audit/record.ts";
import { canonicalJson } from "../../core/canonical-json.ts";
import { inspectText } from "../../core/guardrail/inspect-text.ts";
import { inspectValue } from "../../core/guardrail/inspect-value.ts";
import { flawOfName } from "../../core/guardrail/pii/personal-name.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { type EpochMs, toRfc3339 } from "../../core/time.ts";
import { checkTool } from "../../core/tool/check.ts";
import { reachesBeyondItsTool } from "../../core/tool/import/poison.ts";
import { driftOf, isSameSource, type RefusedTool, type SourceTool, type ToolOrigin } from "../../core/tool/import/source.ts";
import type { ToolContent } from "../../core/tool/manifest.ts";
import type { StoredTool } from "../store/ports.ts";
import type { UseCasePorts } from "./ports.ts";
import type { Fact } from "./record.ts";

/** Where tools are read from. */
export type ToolSource =
  | { readonly kind: "mcp"; readonly url: string }
  | { readonly kind: "openapi"; readonly url: string }
  | { readonly kind: "openapi"; readonly document: JsonObject };

/** Whose proposal it is; `proposer` cannot approve it. */
export type Importer = {
  readonly org: string;
  readonly proposer: Holder;
  readonly at: EpochMs;
  readonly record: (fact: Fact) => AuditRecord;
};

/** What a proposal needs of other rooms. */
export type ProposingPorts = Pick<UseCasePorts, "settings" | "store">;

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

/** The tool as a proposed version, unless it carries an instruction, is no manifest, or has a name that is taken. `versions`: those of its name. */
export async function proposeTool(
  ports: ProposingPorts,
  by: Importer,
  source: ToolSource,
  tool: SourceTool,
  versions: readonly StoredTool[],
): Promise<ImportedTool | RefusedTool> {
  const { name } = tool;
  const judged = await judge(ports, by, source, tool);
  if (!judged.ok) {
    if (judged.error.carriesInstruction) await refuseOnRecord(ports, by, name, source.kind);
    return { name, reason: judged.error.reason };
  }
  const { content, origin } = judged.value;
  const taken = takenBy(versions, origin);
  if (taken !== null) return { name, reason: taken };
  const active = versions.find(({ status }) => status === "active");
  const { effect, kind } = content;
  const proposed = await ports.store.tools.propose(by.org, content, origin, (version) =>
    by.record({
      type: "tool.proposed",
      action: "tool.write",
      resource: `tool/${name}@${version}`,
      decision: "allow",
      data: { effect, kind, description_sha256: origin.description_sha256, schema_sha256: origin.schema_sha256 },
    }),
  );
  const changed = active?.origin == null ? [] : driftOf(active.origin, origin);
  if (active !== undefined && proposed.isNew && changed.length > 0) await drifted(ports, by, active, proposed.manifest.version, changed);
  return told(proposed, active, tool);
}

/**
 * What an import at `by.at` said of the tool, told again: the version that stood then. Proposes nothing, and puts nothing on record.
 * null: the source did not have the tool then.
 */
export async function toldTool(
  ports: ProposingPorts,
  by: Importer,
  source: ToolSource,
  tool: SourceTool,
  versions: readonly StoredTool[],
): Promise<ImportedTool | RefusedTool | null> {
  const { name } = tool;
  const judged = await judge(ports, by, source, tool);
  if (!judged.ok) return { name, reason: judged.error.reason };
  const { content, origin } = judged.value;
  const stood = versions.filter(
    (version) => version.origin !== null && isSameSource(version.origin, origin) && Date.parse(version.origin.proposed_at) <= by.at,
  );
  const isAsNow = ({ manifest, origin: pinned }: StoredTool): boolean =>
    pinned !== null && driftOf(pinned, origin).length === 0 && manifest.effect === content.effect;
  const found = stood.findLast(isAsNow) ?? stood.at(-1);
  const active = stood.find(({ status }) => status === "active");
  if (found !== undefined) return told(found, active, tool);
  const taken = takenBy(versions, origin);
  return taken === null ? null : { name, reason: taken };
}

function told({ manifest, status, origin }: StoredTool, active: StoredTool | undefined, { hints }: SourceTool): ImportedTool {
  const { name, version, effect } = manifest;
  const changed = active?.origin == null || origin === null ? [] : driftOf(active.origin, origin);
  return {
    ...{ name, version, status, effect },
    ...(hints === undefined ? {} : { hints }),
    ...(active === undefined || status === "active" ? {} : { replaces: { version: active.manifest.version, changed } }),
  };
}

type Judged = { readonly content: ToolContent; readonly origin: ToolOrigin };

/** The manifest and where it is from, or why the tool is refused, whatever is stored of its name. */
async function judge(
  ports: ProposingPorts,
  by: Importer,
  source: ToolSource,
  tool: SourceTool,
): Promise<Result<Judged, { readonly reason: string; readonly carriesInstruction: boolean }>> {
  const refused = (reason: string, carriesInstruction = false) => err({ reason, carriesInstruction });
  const personal = flawOfName(tool.name);
  if (personal !== null) return refused(`its name ${personal}`);
  const instruction = await instructionIn(tool);
  if (instruction !== null) return refused(instruction, true);
  const checked = checkTool(tool.name, tool.manifest, { allowPrivateHosts: ports.settings.allowPrivateHosts });
  if (!checked.ok) {
    const flaws = checked.error.slice(0, 3).map(({ path, message }) => `\`${path}\`: ${message}`);
    return refused(flaws.join("; "));
  }
  const { description, input, output } = checked.value;
  const origin: ToolOrigin = {
    v: 1,
    kind: source.kind,
    url: "url" in source ? source.url : null,
    item: tool.item,
    description_sha256: await sha256Hex(description),
    schema_sha256: await sha256Hex(canonicalJson([input, output] as Json)),
    proposed_by: by.proposer,
    proposed_at: toRfc3339(by.at),
  };
  return ok({ content: checked.value, origin });
}

/** Whose the name is already, as a reason; null: it is free, or the source's own. */
function takenBy(versions: readonly StoredTool[], origin: ToolOrigin): string | null {
  const other = versions.find((version) => version.origin === null || !isSameSource(version.origin, origin));
  if (other === undefined) return null;
  const whose = other.origin === null ? "a tool that was registered by hand has this name" : "a tool of another source has this name";
  return `${whose}: import it with another \`prefix\``;
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

async function refuseOnRecord(ports: ProposingPorts, by: Importer, name: string, kind: string): Promise<void> {
  const fact = {
    type: "guardrail.blocked",
    action: "guardrail.scan",
    resource: `tool/${name}`,
    decision: "deny",
    layer: "guard",
    data: { channel: "tool_output", source: kind },
  } as const;
  await ports.store.audit.record(by.org, by.record(fact));
}

/** The source has changed what a version in force had pinned; that version goes on as it is. */
async function drifted(
  ports: ProposingPorts,
  by: Importer,
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
  await ports.store.audit.record(by.org, by.record(fact));
}

async function sha256Hex(text: string): Promise<string> {
  return Buffer.from(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toString("hex");
}
