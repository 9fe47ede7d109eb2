/** The tools that a chat request offers, and which of them must, may or must not be called. */
import { isObject, type JsonObject } from "../json.ts";
import { Form } from "../workflow/form.ts";
import { checkSchema } from "../workflow/schema.ts";

export type ChatTool = {
  readonly name: string;
  readonly description: string | null;
  readonly parameters: JsonObject;
  readonly strict: boolean | null;
};

export type ToolChoice = "none" | "auto" | "required" | { readonly name: string };

/** OpenAI's API reference, "Function name". */
export const TOOL_NAME_ON_THE_WIRE = /^[a-zA-Z0-9_-]{1,64}$/;
/** Ids as upstreams and clients make them. */
export const CALL_ID = /^[\x21-\x7e]{1,128}$/;
const MOST_TOOLS = 128;

export function readTools(form: Form): readonly ChatTool[] {
  for (const old of ["functions", "function_call"]) {
    if (form.json(old) !== undefined) form.refuse(old, `\`${old}\` is the old form: send \`tools\``);
  }
  const list = form.json("tools");
  if (list === undefined) return [];
  if (!Array.isArray(list) || list.length > MOST_TOOLS) {
    form.refuse("tools", `\`tools\` is a list of at most ${MOST_TOOLS}`);
    return [];
  }
  const tools = list.map((raw, index): ChatTool => {
    const tool = new Form(raw, `${form.at("tools")}/${index}`, form.errors, "a tool");
    tool.choice("type", ["function"] as const);
    const inner = tool.form("function");
    if (inner === null) tool.refuse("function", "`function` is missing");
    tool.close();
    return inner === null ? { name: "", description: null, parameters: ANY, strict: null } : readFunction(inner);
  });
  tools.forEach(({ name }, index) => {
    const twice = tools.findIndex((other) => other.name === name) !== index;
    if (name !== "" && twice) form.errors.add(`${form.at("tools")}/${index}/function/name`, "this tool is named twice");
  });
  return tools;
}

/** Without `parameters` a function takes none (OpenAI's API reference, "Omitting parameters"). */
const ANY: JsonObject = { type: "object", properties: {} };

function readFunction(form: Form): ChatTool {
  const sent = form.json("parameters");
  const parameters = isObject(sent) ? sent : ANY;
  if (sent !== undefined && sent !== null && !isObject(sent)) form.refuse("parameters", "`parameters` is a JSON Schema");
  for (const { path, message } of checkSchema(parameters)) form.errors.add(`${form.at("parameters")}${path}`, message);
  const tool: ChatTool = {
    name: form.text("name", { min: 1, max: 64, pattern: TOOL_NAME_ON_THE_WIRE }),
    description: (form.json("description") ?? null) === null ? null : form.text("description", { max: 65_536 }),
    parameters,
    strict: (form.json("strict") ?? null) === null ? null : form.boolean("strict", false),
  };
  form.close();
  return tool;
}

export function readToolChoice(form: Form, tools: readonly ChatTool[]): ToolChoice | null {
  const choice = form.json("tool_choice");
  if (choice === undefined) return null;
  if (choice === "none" || choice === "auto") return choice;
  if (tools.length === 0) {
    form.refuse("tool_choice", "`tool_choice` goes with `tools`");
    return null;
  }
  if (choice === "required") return choice;
  const inner = isObject(choice) && choice["type"] === "function" ? choice["function"] : undefined;
  const name = isObject(inner) ? inner["name"] : undefined;
  if (typeof name === "string" && tools.some((tool) => tool.name === name)) return { name };
  form.refuse("tool_choice", "`tool_choice` is `none`, `auto`, `required` or names one of the tools");
  return null;
}
