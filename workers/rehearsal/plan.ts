/**
 * Which tool to call next, if any. First what can be looked up, with what the conversation already gives; then what the developer
 * asks to be done. No call is made twice, none with made-up arguments, and a write is asked for once: so the plan always ends.
 */
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { validate } from "../../core/workflow/schema.ts";
import type { Facts } from "./facts.ts";
import { filledInput, instanceOf } from "./instance.ts";
import { closeness, nameWords, stem, stemsOf } from "./words.ts";

/** A tool that the request offers. */
export type OfferedTool = { readonly name: string; readonly description: string; readonly parameters: JsonObject };
/** A call that was asked for earlier in the conversation. */
export type PastCall = { readonly name: string; readonly input: Json };
/** A call that the rehearsal asks for. */
export type PlannedCall = { readonly name: string; readonly input: Json };

/** How often one tool is called: a list's second entry is worth a look, its tenth is not. */
const MOST_OF_ONE = 2;
/** Verbs of tools that change something. */
const DOING = new Set(
  "publish send write create update delete remove pay refund charge reserve release cancel void ship post submit approve book"
    .split(" ")
    .map(stem),
);

/** `choice`: `none`, `auto`, `required`, or the name of the one tool that must be called. */
export function planCall(
  offered: readonly OfferedTool[],
  past: readonly PastCall[],
  facts: Facts,
  choice: { readonly mode: "none" | "auto" | "required"; readonly only: string | null },
): PlannedCall | null {
  const tools = offered.filter(({ name }) => choice.only === null || name === choice.only);
  if (choice.mode === "none" || tools.length === 0) return null;
  const readings = tools.filter((tool) => doings(tool).length === 0);
  const wanted = tools.filter((tool) => isAskedFor(tool, facts));
  const times = ({ name }: OfferedTool): number => past.filter((call) => call.name === name).length;
  const ranked = [
    ...byCloseness(
      readings.filter((tool) => times(tool) === 0),
      facts,
    ),
    ...byCloseness(
      readings.filter((tool) => times(tool) > 0 && times(tool) < MOST_OF_ONE),
      facts,
    ),
    ...byCloseness(
      wanted.filter((tool) => times(tool) === 0),
      facts,
    ),
  ];
  for (const tool of ranked) {
    const input = nextInput(tool, past, facts);
    if (input !== null) return { name: tool.name, input };
  }
  const [first] = choice.mode === "required" || choice.only !== null ? byCloseness(tools, facts, true) : [];
  return first === undefined ? null : { name: first.name, input: instanceOf(first.parameters, facts) };
}

/** What the conversation speaks of; with `all`, also what it does not. */
function byCloseness(tools: readonly OfferedTool[], { asked, question }: Facts, all = false): OfferedTool[] {
  const stems = stemsOf(`${asked} ${question}`);
  const scored = tools.map((tool) => ({ tool, score: closeness(`${tool.name} ${tool.description}`, stems) }));
  return scored
    .filter(({ score }) => all || score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ tool }) => tool);
}

/** Stems of what a tool does to the world; none: it only looks. */
const doings = ({ name, description }: OfferedTool): string[] =>
  [...nameWords(name), ...nameWords(description).slice(0, 1)].map(stem).filter((word) => DOING.has(word));

/** Only the developer's own words ask for something to be done, never what stands in the data. */
function isAskedFor(tool: OfferedTool, { asked }: Facts): boolean {
  const words = nameWords(asked).map(stem);
  return doings(tool).some((verb) => words.includes(verb));
}

/** Arguments that the conversation gives and that were not tried; null: there are none. */
function nextInput({ name, parameters }: OfferedTool, past: readonly PastCall[], facts: Facts): Json | null {
  const made = new Set(past.filter((call) => call.name === name).map(({ input }) => JSON.stringify(input)));
  const { value, missing } = filledInput(parameters, facts);
  const variants = [...withFoundIds(parameters, value, missing, facts), ...(missing.length === 0 ? [value] : [])];
  return variants.find((input) => validate(parameters, input).length === 0 && !made.has(JSON.stringify(input))) ?? null;
}

/** The input for each id that a tool gave, where exactly one field asks for an id. */
function withFoundIds(parameters: JsonObject, value: Json, missing: readonly string[], { learned }: Facts): Json[] {
  const properties = isObject(parameters["properties"]) ? Object.entries(parameters["properties"]) : [];
  const fields = properties.filter(
    ([field, schema]) => nameWords(field).at(-1) === "id" && isObject(schema) && schema["type"] === "string",
  );
  const [field] = fields.length === 1 ? (fields[0] ?? []) : [];
  if (field === undefined || !isObject(value) || missing.some((other) => other !== field)) return [];
  return learned.found.map((id) => ({ ...value, [field]: id }));
}
