/**
 * Reads `guardrails` as somebody sent it: unknown fields and actions that a rule cannot take are refused by their path, defaults within a rule
 * are filled in. A rule that is not sent stays absent, so that the org's and the platform's hold.
 */
import { isObject, parsePointer } from "../../json.ts";
import { compilePattern } from "../../pattern/pattern.ts";
import type { Form } from "../../workflow/form.ts";
import { STEP_ID } from "../../workflow/names.ts";
import type { Action } from "./action.ts";
import {
  CONTENT_CATEGORIES,
  type ConfidenceRule,
  type ContentRule,
  FAILURES,
  FORMATS,
  type FormatRule,
  type GroundedRule,
  type GuardrailSettings,
  type HandOverSettings,
  type InputSettings,
  type LengthRule,
  type OnFailure,
  type OrgGuardrails,
  type OutputSettings,
  type PhrasesRule,
  PRIORITIES,
  type Priority,
  RULES,
  type RuleName,
  type StepGuardrails,
  type ToneRule,
  type ToolsSettings,
  type TopicsRule,
} from "./settings.ts";

const INPUT_ACTIONS = ["off", "flag", "review", "block"] as const;
const INJECTION_OF_INPUT = ["off", "flag", "redact", "review", "block"] as const;
const OUTPUT_ACTIONS = ["off", "flag", "retry", "review", "block"] as const;
const STRETCH_ACTIONS = ["off", "flag", "redact", "retry", "review", "block"] as const;
const GROUNDED_ACTIONS = ["off", "flag", "redact", "truncate", "retry", "review", "block"] as const;
const LENGTH_ACTIONS = ["off", "flag", "truncate", "retry", "review", "block"] as const;

/** Maximum phrases, patterns, topics or steps of one rule; more are refused. */
const MOST_ITEMS = 100;
/** Maximum characters that a rule can allow. */
const MOST_CHARS = 1_000_000;

/** Maximum failed attempts of a step that a rule can wait for. */
const MOST_FAILURES = 100;
/** Bound of a number that says how sure a model is, whatever its scale. */
const MOST_CONFIDENCE = 1_000_000;

/** `guardrails` of a definition; null: it says nothing. */
export function readGuardrails(form: Form): GuardrailSettings | null {
  const inner = form.form("guardrails");
  if (inner === null) return null;
  const read = readParts(inner);
  inner.close();
  return read;
}

/** `guardrails` of a step: `output` alone. null: it says nothing. */
export function readStepGuardrails(form: Form): StepGuardrails | null {
  const inner = form.form("guardrails");
  if (inner === null) return null;
  const output = readOutputRules(inner, false) ?? {};
  inner.close();
  return { output };
}

/** The value of `guardrails` in an org's settings. */
export function readOrgGuardrails(form: Form): OrgGuardrails {
  const read = readParts(form);
  const listed = form.texts("may_weaken", { max: 40, most: 40 });
  const names: RuleName[] = [];
  for (const [index, name] of listed.entries()) {
    const meant = RULES.filter((rule) => rule === name || rule.endsWith(`.${name}`));
    if (meant.length === 0) form.errors.add(`${form.at("may_weaken")}/${index}`, `must be the name of a rule, like \`${RULES[0]}\``);
    names.push(...meant);
  }
  form.close();
  return { ...read, may_weaken: [...new Set(names)].sort() };
}

function readParts(form: Form): GuardrailSettings {
  return {
    ...given("input", readInput(form)),
    ...given("tools", readTools(form)),
    ...given("output", readOutputRules(form)),
    ...given("hand_over", readHandOver(form)),
  };
}

function readHandOver(form: Form): HandOverSettings | null {
  const rule = form.form("hand_over");
  if (rule === null) return null;
  const priority = (name: string): Priority | null => (isSent(rule, name) ? rule.choice(name, PRIORITIES) : null);
  const read: HandOverSettings = {
    ...given("asked", priority("asked")),
    ...given("confidence_below", readConfidence(rule)),
    ...given("failures", rule.numberOrNull("failures", { min: 1, max: MOST_FAILURES, whole: true })),
    ...given("negative_tone", priority("negative_tone")),
    ...given("high_stakes", priority("high_stakes")),
    ...given("guardrail", priority("guardrail")),
    ...given("to", isSent(rule, "to") ? rule.text("to", { min: 1, max: 100 }) : null),
  };
  rule.close();
  return read;
}

function readConfidence(form: Form): ConfidenceRule | null {
  const rule = form.form("confidence_below");
  if (rule === null) return null;
  const pointer = rule.text("pointer", { min: 1, max: 500 });
  if (!rule.broken && pointer !== "" && parsePointer(pointer) === null)
    rule.refuse("pointer", "is no JSON Pointer: write a slash before each name, like `/confidence`");
  const read = { at: rule.number("at", { min: -MOST_CONFIDENCE, max: MOST_CONFIDENCE }), pointer };
  rule.close();
  return read;
}

function readInput(form: Form): InputSettings | null {
  const input = form.form("input");
  if (input === null) return null;
  const read: InputSettings = {
    ...given("injection", readAction(input, "injection", INJECTION_OF_INPUT)),
    ...given("content", readContent(input, INPUT_ACTIONS)),
    ...given("topics", readTopics(input, INPUT_ACTIONS)),
    ...given("names", readFlag(input, "names")),
    ...given("max_chars", input.numberOrNull("max_chars", { min: 1, max: MOST_CHARS, whole: true })),
    ...given("on_failure", readOnFailure(input)),
  };
  input.close();
  return read;
}

function readTools(form: Form): ToolsSettings | null {
  const tools = form.form("tools");
  if (tools === null) return null;
  const read = {
    ...given("injection", readAction(tools, "injection", INJECTION_OF_INPUT)),
    ...given("names", readFlag(tools, "names")),
  };
  tools.close();
  return read;
}

function readOutputRules(form: Form, needsSteps = true): OutputSettings | null {
  const output = form.form("output");
  if (output === null) return null;
  const read: OutputSettings = {
    ...given("injection", readAction(output, "injection", STRETCH_ACTIONS)),
    ...given("prompt_leak", readAction(output, "prompt_leak", STRETCH_ACTIONS)),
    ...given("content", readContent(output, OUTPUT_ACTIONS)),
    ...given("topics", readTopics(output, OUTPUT_ACTIONS)),
    ...given("max_chars", readLength(output)),
    ...given("format", readFormat(output)),
    ...given("tone", readTone(output)),
    ...given("forbid", readPhrases(output, "forbid", STRETCH_ACTIONS, "block")),
    ...given("require", readPhrases(output, "require", OUTPUT_ACTIONS, "retry")),
    ...given("grounded_in", readGrounded(output, needsSteps)),
    ...given("on_failure", readOnFailure(output)),
  };
  output.close();
  return read;
}

/** A field that was not sent is absent. */
const given = <K extends string, T>(name: K, value: T | null): { readonly [N in K]?: T } =>
  value === null ? {} : ({ [name]: value } as { readonly [N in K]: T });

const isSent = (form: Form, name: string): boolean => (form.json(name) ?? null) !== null;

const readAction = <A extends Action>(form: Form, name: string, actions: readonly A[]): A | null =>
  isSent(form, name) ? form.choice(name, actions) : null;

const readFlag = (form: Form, name: string): boolean | null => (isSent(form, name) ? form.boolean(name, false) : null);

const readOnFailure = (form: Form): OnFailure | null => (isSent(form, "on_failure") ? form.choice("on_failure", FAILURES) : null);

function readContent(form: Form, actions: readonly Action[]): ContentRule | null {
  const content = form.form("content");
  if (content === null) return null;
  const read: ContentRule = Object.fromEntries(
    CONTENT_CATEGORIES.flatMap((name) => Object.entries(given(name, readAction(content, name, actions)))),
  );
  content.close();
  return read;
}

function readTopics(form: Form, actions: readonly Action[]): TopicsRule | null {
  const topics = form.form("topics");
  if (topics === null) return null;
  const texts = { min: 1, max: 200, most: MOST_ITEMS };
  const read = {
    allow: topics.texts("allow", texts),
    deny: topics.texts("deny", texts),
    action: topics.choice("action", actions, "block"),
  };
  topics.close();
  for (const name of ["allow", "deny"] as const)
    for (const [index, topic] of read[name].entries()) {
      if (!/[\p{L}\p{N}]/u.test(topic)) topics.errors.add(`${topics.at(name)}/${index}`, "has no letter and no digit");
    }
  const isEmpty = read.allow.length === 0 && read.deny.length === 0;
  if (isEmpty && read.action !== "off" && !topics.broken) topics.errors.add(topics.path, "`topics` allows none and denies none");
  return read;
}

function readLength(form: Form): LengthRule | null {
  const length = form.form("max_chars");
  if (length === null) return null;
  const read = {
    n: length.number("n", { min: 1, max: MOST_CHARS, whole: true }),
    action: length.choice("action", LENGTH_ACTIONS, "truncate"),
  };
  length.close();
  return read;
}

function readFormat(form: Form): FormatRule | null {
  const format = form.form("format");
  if (format === null) return null;
  const read = { is: format.choice("is", FORMATS), action: format.choice("action", OUTPUT_ACTIONS, "retry") };
  format.close();
  return read;
}

function readTone(form: Form): ToneRule | null {
  const tone = form.form("tone");
  if (tone === null) return null;
  const read = { want: tone.text("want", { min: 1, max: 200 }), action: tone.choice("action", OUTPUT_ACTIONS, "flag") };
  tone.close();
  return read;
}

function readPhrases(form: Form, name: string, actions: readonly Action[], fallback: Action): PhrasesRule | null {
  const rule = form.form(name);
  if (rule === null) return null;
  const read = {
    phrases: rule.texts("phrases", { min: 1, max: 500, most: MOST_ITEMS }),
    patterns: rule.texts("patterns", { min: 1, max: 1_000, most: MOST_ITEMS }),
    action: rule.choice("action", actions, fallback),
  };
  rule.close();
  for (const [index, phrase] of read.phrases.entries()) {
    if (!/[\p{L}\p{N}]/u.test(phrase)) rule.errors.add(`${rule.at("phrases")}/${index}`, "has no letter and no digit; write a pattern");
  }
  for (const [index, pattern] of read.patterns.entries()) {
    const compiled = compilePattern(pattern, "flags");
    if (!compiled.ok) rule.errors.add(`${rule.at("patterns")}/${index}`, compiled.error);
  }
  const isEmpty = read.phrases.length === 0 && read.patterns.length === 0;
  if (isEmpty && read.action !== "off" && !rule.broken) rule.errors.add(rule.path, `\`${name}\` names no phrase and no pattern`);
  return read;
}

/** A step's own rule may name none where the step searches itself; whether it does is checked with the definition (core/workflow/guardrails.ts). */
function readGrounded(form: Form, needsSteps: boolean): GroundedRule | null {
  const rule = form.form("grounded_in");
  if (rule === null) return null;
  const read = {
    steps: rule.texts("steps", { max: 63, most: MOST_ITEMS, pattern: STEP_ID, hint: "is not a valid step id" }),
    min: rule.number("min", { fallback: 0.7, min: 0, max: 1 }),
    action: rule.choice("action", GROUNDED_ACTIONS, "review"),
  };
  rule.close();
  if (read.steps.length === 0 && read.action !== "off" && needsSteps && isObject(form.json("grounded_in")))
    rule.refuse("steps", "`steps` names no step");
  return read;
}
