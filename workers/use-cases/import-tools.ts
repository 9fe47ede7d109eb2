import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { didYouMean } from "../../core/errors/unknown-name.ts";
import { idTime, mintId } from "../../core/ids.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { EpochMs } from "../../core/time.ts";
import { toolsOfMcp } from "../../core/tool/import/from-mcp.ts";
import { toolsOfOpenApi } from "../../core/tool/import/from-openapi.ts";
import { type ImportChoices, MOST_TOOLS, type RefusedTool, type SourceTools } from "../../core/tool/import/source.ts";
import { flawOfUrl } from "../../core/tool/url.ts";
import { denied } from "./access.ts";
import { claim, type Repeatable } from "./idempotency.ts";
import type { UseCasePorts } from "./ports.ts";
import { type ImportedTool, type Importer, proposeTool, type ToolSource, toldTool } from "./propose-tool.ts";
import { auditRecord } from "./record.ts";
import type { Requester } from "./requester.ts";

/** What is imported, and what the importer decides. `only`: names here; null: all. */
export type ImportRequest = {
  readonly source: ToolSource;
  readonly choices: ImportChoices;
  readonly only: ReadonlySet<string> | null;
};

/** What came of every tool of the source. */
export type Imported = { readonly tools: readonly ImportedTool[]; readonly refused: readonly RefusedTool[] };

/**
 * Refuses as a whole when the source cannot be read; a single tool is refused in the answer. A repeated request reads the source again,
 * proposes nothing, and tells each tool as it stood when the import was made.
 */
export async function importTools(
  ports: UseCasePorts,
  by: Requester,
  request: ImportRequest,
  repeat: Repeatable,
): Promise<Result<Imported & { readonly replayed: boolean }, Refusal>> {
  const refusal = await denied(ports, by, "tool.write");
  if (refusal !== null) return err(refusal);
  const claimed = await claim<"done">(ports, by, repeat, mintId("imp", by.at, ports.random(10)));
  if (!claimed.ok) return claimed;
  const { id, replayed, settle, release } = claimed.value;
  const madeAt = replayed === null ? null : idTime(id);
  const imported = await takeTools(ports, by, request, madeAt);
  if (replayed === null) await (imported.ok ? settle("done") : release());
  return imported.ok ? ok({ ...imported.value, replayed: replayed !== null }) : imported;
}

/** `madeAt`: when the import was made that is told again; null: it is made now. */
async function takeTools(
  ports: UseCasePorts,
  by: Requester,
  request: ImportRequest,
  madeAt: EpochMs | null,
): Promise<Result<Imported, Refusal>> {
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
  const importer: Importer = {
    org: by.principal.org,
    proposer: { user: by.principal.user, root: by.principal.root },
    at: madeAt ?? by.at,
    record: (fact) => auditRecord(ports, by, fact),
  };
  const taken: ImportedTool[] = [];
  const left: RefusedTool[] = [...refused, ...unknownNames(found.value, request)];
  for (const tool of tools) {
    const versions = known.filter(({ manifest }) => manifest.name === tool.name);
    const one = await (madeAt === null ? proposeTool : toldTool)(ports, importer, request.source, tool, versions);
    if (one === null) continue;
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
