/** The shape of `guardrails` for the OpenAPI document. What is accepted is what `core/guardrail/rules/read.ts` accepts, with its own messages. */
import { z } from "@hono/zod-openapi";
import { ACTIONS } from "../../../core/guardrail/rules/action.ts";
import { CONTENT_CATEGORIES, FAILURES, FORMATS, type OrgGuardrails, PRIORITIES, RULES } from "../../../core/guardrail/rules/settings.ts";
import { isObject, type JsonObject } from "../../../core/json.ts";
import { describing } from "./answers.ts";

type Shape = JsonObject;
const TEXTS: Shape = { type: "array", items: { type: "string" } };
const ACTION: Shape = { type: "string", enum: [...ACTIONS], description: "what is done about a hit; not every rule takes every action" };
const objectOf = (properties: { readonly [name: string]: Shape }, required: readonly string[] = []): Shape => ({
  type: "object",
  additionalProperties: false,
  properties,
  ...(required.length > 0 ? { required: [...required] } : {}),
});

const CONTENT = objectOf(Object.fromEntries(CONTENT_CATEGORIES.map((category) => [category, ACTION])));
const TOPICS = objectOf({ allow: TEXTS, deny: TEXTS, action: ACTION });
const NAMES: Shape = { type: "boolean", description: "names, places, organisations and addresses count as personal data" };
const PHRASES = objectOf({ phrases: TEXTS, patterns: TEXTS, action: ACTION });

const ON_FAILURE: Shape = {
  type: "string",
  enum: [...FAILURES],
  description:
    "where a model of the task `moderate` does not answer: the built-in detector's word stands (`open`, the default), or the rule counts as broken",
};

const INPUT = objectOf({
  injection: ACTION,
  content: CONTENT,
  topics: TOPICS,
  names: NAMES,
  max_chars: { type: "integer" },
  on_failure: ON_FAILURE,
});
const TOOLS = objectOf({ injection: ACTION, names: NAMES });
const OUTPUT = objectOf({
  injection: ACTION,
  prompt_leak: ACTION,
  content: CONTENT,
  topics: TOPICS,
  max_chars: objectOf({ n: { type: "integer" }, action: ACTION }, ["n"]),
  format: objectOf({ is: { type: "string", enum: [...FORMATS] }, action: ACTION }, ["is"]),
  tone: objectOf({ want: { type: "string" }, action: ACTION }, ["want"]),
  forbid: PHRASES,
  require: PHRASES,
  grounded_in: objectOf({ steps: TEXTS, min: { type: "number" }, action: ACTION }, []),
  on_failure: ON_FAILURE,
});

const PRIORITY: Shape = { type: "string", enum: [...PRIORITIES], description: "how soon a person takes over; `off`: nobody does" };
const HAND_OVER: Shape = {
  ...objectOf({
    asked: PRIORITY,
    confidence_below: objectOf({ at: { type: "number" }, pointer: { type: "string" } }, ["at", "pointer"]),
    failures: { type: "integer", description: "failed attempts of one step" },
    negative_tone: PRIORITY,
    high_stakes: PRIORITY,
    guardrail: PRIORITY,
    to: { type: "string" },
  }),
  description: "when a person takes over, and who",
};

/** `guardrails` of a definition. */
export const GUARDRAILS: Shape = objectOf({ input: INPUT, tools: TOOLS, output: OUTPUT, hand_over: HAND_OVER });
/** `guardrails` of a `model` or `agent` step. */
export const STEP_GUARDRAILS: Shape = objectOf({ output: OUTPUT });

const MAY_WEAKEN: Shape = {
  type: "array",
  items: { type: "string", enum: [...RULES, ...new Set(RULES.map((rule) => rule.split(".")[1] ?? rule))] },
  description: "rules that a definition may make weaker; `injection` means the rule of that name everywhere",
};

/** `guardrails` of an org. */
export const OrgGuardrailsShape = describing<OrgGuardrails>(z.custom(isObject, "has to be an object")).openapi("OrgGuardrails", {
  ...(objectOf({ input: INPUT, tools: TOOLS, output: OUTPUT, hand_over: HAND_OVER, may_weaken: MAY_WEAKEN }) as object),
  type: "object",
});
