/** The list of an MCP server's tools, as manifests. Pure and total: whatever the server says, every tool is taken or refused with a reason. */
import { isObject, type Json, type JsonObject, own } from "../../json.ts";
import { importedName } from "./name.ts";
import { type ImportChoices, type RefusedTool, type SourceTool, type SourceTools, withoutNamesakes } from "./source.ts";

/** The output schema of a tool whose server declares none: the form of `core/tool/mcp-output.ts`, or whatever `structuredContent` it answers with all the same. */
const CONTENT: JsonObject = {
  type: "object",
  properties: {
    content: {
      type: "array",
      items: { type: "object", properties: { type: { type: "string" }, text: { type: "string" } }, required: ["type"] },
    },
  },
};
const MOST_DESCRIPTION = 4_096;

/** `listed`: the tools of `tools/list`, all pages. */
export function toolsOfMcp(url: string, listed: readonly Json[], choices: ImportChoices): SourceTools {
  const tools: SourceTool[] = [];
  const refused: RefusedTool[] = [];
  for (const raw of listed) {
    const read = isObject(raw) ? readTool(url, raw, choices) : { name: "", reason: "the server lists something that is no tool" };
    if ("reason" in read) refused.push(read);
    else tools.push(read);
  }
  return withoutNamesakes({ tools, refused });
}

function readTool(url: string, raw: JsonObject, { prefix, effects, secret }: ImportChoices): SourceTool | RefusedTool {
  const item = own(raw, "name");
  const name = typeof item === "string" ? importedName(prefix, item) : "";
  if (typeof item !== "string" || name === "") return { name, reason: "its name has no letter or digit" };
  const description = own(raw, "description") ?? own(raw, "title") ?? "";
  if (typeof description !== "string") return { name, reason: "its description is not a text" };
  if (description.length > MOST_DESCRIPTION) return { name, reason: `its description is longer than ${MOST_DESCRIPTION} characters` };
  // What a server claims of its tool is a hint of somebody whom nobody vouches for: only a person makes it a reading tool.
  const effect = effects.get(name) ?? "write";
  const manifest: JsonObject = {
    description,
    effect,
    kind: "mcp",
    mcp: { url, tool: item, ...(secret === null ? {} : { secret }) },
    input: own(raw, "inputSchema") ?? { type: "object" },
    output: own(raw, "outputSchema") ?? CONTENT,
    // Its server promised nothing about keys.
    idempotency: effect === "write" ? "none" : "key",
  };
  const hints = hintsOf(own(raw, "annotations"));
  return { item, name, manifest, words: raw, ...(Object.keys(hints).length === 0 ? {} : { hints }) };
}

function hintsOf(annotations: Json | undefined): NonNullable<SourceTool["hints"]> {
  if (!isObject(annotations)) return {};
  const hint = (name: string): boolean | undefined => {
    const value = own(annotations, name);
    return typeof value === "boolean" ? value : undefined;
  };
  const found = { read_only: hint("readOnlyHint"), destructive: hint("destructiveHint"), idempotent: hint("idempotentHint") };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}
