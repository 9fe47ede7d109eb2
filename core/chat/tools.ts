/** The tools that a chat request offers, and which of them must, may or must not be called. */
import { isObject, type JsonObject } from "../json.ts";
import { Form } from "../workflow/form.ts";
import { checkSchema } from "../workflow/schema.ts";
import { readCacheMark } from "./official-fields.ts";

/** A tool that the caller offers to the model. The caller runs it, the platform does not. */
export type ChatTool = {
  readonly name: string;
  readonly description: string | null;
  readonly parameters: JsonObject;
  readonly strict: boolean | null;
  /** The upstream may cache everything up to the end of this tool. */
  readonly cacheMark?: JsonObject;
};

/** Whether the model may call tools (`auto`), must call one (`required`), must not (`none`), or must call the named one. */
export type ToolChoice = "none" | "auto" | "required" | { readonly name: string };

/** OpenAI's API reference, "Function name". */
export const TOOL_NAME_ON_THE_WIRE = /^[a-zA-Z0-9_-]{1,64}$/;
/** Units of a call's id: some gateways put the signature of a thought into it. */
export const LONGEST_CALL_ID = 8_192;
/** Ids as upstreams and clients make them. */
export const CALL_ID = /^[\x21-\x7e]+$/;
const MOST_TOOLS = 128;

/** Reads `tools`; empty when it is absent. What is wrong is noted in the form. */
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
    const mark = readCacheMark(tool);
    tool.close();
    const read = inner === null ? { name: "", description: null, parameters: ANY, strict: null } : readFunction(inner);
    return mark === undefined ? read : { ...read, cacheMark: mark };
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

/** What may be called in the end: `tools` as they were offered, or those that `allowed_tools` leaves of them. */
export type Offer = { readonly tools: readonly ChatTool[]; readonly choice: ToolChoice | null };

/** Reads `tool_choice` and leaves out the tools that it excludes. What is wrong is noted in the form. */
export function readToolChoice(form: Form, tools: readonly ChatTool[]): Offer {
  const choice = form.json("tool_choice");
  // Without tools nothing can be chosen; upstreams refuse the field then.
  if (choice === undefined || (tools.length === 0 && (choice === "none" || choice === "auto"))) return { tools, choice: null };
  if (choice === "none" || choice === "auto") return { tools, choice };
  const refuse = (message: string): Offer => {
    form.refuse("tool_choice", message);
    return { tools, choice: null };
  };
  if (tools.length === 0) return refuse("`tool_choice` goes with `tools`");
  if (choice === "required") return { tools, choice };
  if (isObject(choice) && choice["type"] === "allowed_tools") {
    const allowed = readAllowed(choice, tools);
    return allowed ?? refuse("`allowed_tools` is `{mode, tools}`: `auto` or `required`, and functions that are offered");
  }
  const name = isObject(choice) ? functionName(choice) : null;
  if (name !== null && tools.some((tool) => tool.name === name)) return { tools, choice: { name } };
  return refuse("`tool_choice` is `none`, `auto`, `required`, `allowed_tools` or names one of the tools");
}

/** Offering fewer tools means the same to every upstream. null: the field is invalid. */
function readAllowed(choice: JsonObject, tools: readonly ChatTool[]): Offer | null {
  const inner = isObject(choice["allowed_tools"]) ? choice["allowed_tools"] : choice;
  const { mode = "auto", tools: list } = inner;
  if ((mode !== "auto" && mode !== "required") || !Array.isArray(list) || list.length > MOST_TOOLS) return null;
  const names = new Set(list.map((item) => (isObject(item) ? functionName(item) : null)));
  const left = tools.filter(({ name }) => names.has(name));
  if (left.length !== names.size || (left.length === 0 && mode === "required")) return null;
  return { tools: left, choice: left.length === 0 ? null : mode };
}

/** `{"type": "function", "function": {"name"}}`, or with the name beside the type. */
function functionName(item: JsonObject): string | null {
  if (item["type"] !== "function") return null;
  const name = isObject(item["function"]) ? item["function"]["name"] : item["name"];
  return typeof name === "string" ? name : null;
}
