/**
 * What an MCP tool answered, as the tool's output: its `structuredContent` as it is, and else the list of its content parts in a form of
 * ours (docs/tools.md, "mcp"). Pure and total; what it reads may be anybody's words.
 */
import { isObject, type Json, type JsonObject, own } from "../json.ts";

/** The output of a `tools/call` result. */
export function mcpOutput(result: JsonObject): Json {
  const structured = own(result, "structuredContent");
  if (structured !== undefined && structured !== null) return structured;
  return { content: partsOf(result).map(partOf) };
}

/** What a result with `isError` says about the failure: its structured form, or its texts. */
export function mcpError(result: JsonObject): Json {
  const structured = own(result, "structuredContent");
  if (isObject(structured)) return structured;
  const texts = partsOf(result).map((part) => own(part, "text"));
  return texts.filter((text) => typeof text === "string").join("\n");
}

const partsOf = (result: JsonObject): readonly JsonObject[] => {
  const content = own(result, "content");
  return Array.isArray(content) ? content.filter(isObject) : [];
};

/** Fields of a part → ours. `_meta`, icons and annotations are left out: they are for a server's own client. */
const FIELDS: readonly (readonly [from: string, to: string])[] = [
  ["text", "text"],
  ["uri", "uri"],
  ["name", "name"],
  ["title", "title"],
  ["description", "description"],
  ["mimeType", "mime_type"],
  ["data", "data"],
  ["blob", "data"],
];

function partOf(part: JsonObject): JsonObject {
  const resource = own(part, "resource");
  const source = isObject(resource) ? resource : part;
  const type = own(part, "type");
  const mapped: JsonObject = { type: typeof type === "string" ? type : "unknown" };
  for (const [from, to] of FIELDS) {
    const value = own(source, from);
    if (typeof value === "string") mapped[to] = value;
  }
  return mapped;
}
