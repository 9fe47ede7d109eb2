/**
 * Turns a definition as a developer sent it into a valid definition with every default filled in, or into the list of its errors, each
 * with its place. Total for any JSON.
 */
import { readAttached } from "../card/card.ts";
import type { FieldError } from "../errors/problem.ts";
import { flawOfName } from "../guardrail/pii/personal-name.ts";
import { readGuardrails } from "../guardrail/rules/read.ts";
import type { Slo } from "../health/budget.ts";
import { escapeToken, isObject, type Json, type JsonObject } from "../json.ts";
import { err, ok, type Result } from "../result.ts";
import { KNOWLEDGE_SEARCH } from "../tool/knowledge-search.ts";
import { checkExpressions } from "./check-expressions.ts";
import { checkNames, checkTools, type ToolsKnown } from "./check-references.ts";
import type { Definition, Limits, MemoryUse, SessionWords, Step } from "./definition.ts";
import { Errors, Form } from "./form.ts";
import { checkGuardrails } from "./guardrails.ts";
import { STEP_ID, TOOL_NAME, WORKFLOW_NAME } from "./names.ts";
import { checkCycles, settledBefore } from "./reach.ts";
import { checkSchema } from "./schema.ts";
import { readStep } from "./step-kinds.ts";

export { workflowDigest } from "./digest.ts";
export { WORKFLOW_NAME } from "./names.ts";

/** Maximum steps of a definition; one with more is refused. */
const MAX_STEPS = 500;
/** Maximum UTF-16 units of all texts in a definition, which is kept inside every run; a larger one is refused. */
const MAX_SIZE = 262_144;
const MAX_DEPTH = 60;

/** What the org has registered, looked up before: the check reads nothing itself. */
export type Known = ToolsKnown;

/** `path` is a JSON Pointer into the definition: `/steps/refund/needs/0`. */
export function checkDefinition(raw: Json, known: Known): Result<Definition, readonly FieldError[]> {
  const flaw = flawOf(raw);
  if (flaw !== null) return err([flaw]);
  const errors = new Errors();
  const form = new Form(raw, "", errors, "a definition");
  const steps = readSteps(form);
  const sent = isObject(raw) && isObject(raw["steps"]) ? raw["steps"] : {};
  const ids: ReadonlySet<string> = new Set(Object.keys(sent)); // also of steps that could not be read: others may name them
  const guardrails = readGuardrails(form);
  const definition: Definition = {
    name: form.text("name", { max: 63, pattern: WORKFLOW_NAME }),
    description: form.text("description", { fallback: "", max: 4_096 }),
    instructions: form.text("instructions", { fallback: "", max: 32_768 }),
    input: readSchema(form, "input"),
    output: form.required("output") ?? null,
    limits: readLimits(form, Object.keys(steps).length),
    tools: form.texts("tools", { max: 63, most: 200, pattern: TOOL_NAME }),
    on_failure: form.choice("on_failure", ["compensate", "park"] as const, "compensate"),
    on_budget: readOnBudget(form),
    // A definition without them has no such field: its digest stays as it was before guardrails of workflows existed.
    ...(guardrails === null ? {} : { guardrails }),
    ...readSlo(form),
    ...readKnowledge(form),
    ...readMemory(form),
    ...readSession(form),
    ...readOwner(form),
    ...readAttached(form),
    steps,
  };
  form.close();
  const personal = flawOfName(definition.name);
  if (personal !== null) errors.add("/name", `\`name\` ${personal}`);
  const ofOwner = flawOfOwner(definition.owner);
  if (ofOwner !== null) errors.add("/owner", `\`owner\` ${ofOwner}`);
  checkTools(definition, known, errors);
  if (definition.tools.includes(KNOWLEDGE_SEARCH) && definition.knowledge === undefined)
    errors.add("/knowledge", `\`tools\` lists \`${KNOWLEDGE_SEARCH}\`, and \`knowledge\` names no collection that it may search`);
  checkNames(definition, ids, errors);
  const cyclic = checkCycles(steps, errors);
  // Where a need names no step, nothing is known of what comes before: one mistake is told once.
  const isOrdered = !cyclic && Object.values(steps).every(({ needs }) => needs.every((need) => ids.has(need)));
  const before = isOrdered ? settledBefore(steps) : null;
  checkExpressions(definition, ids, before, errors);
  checkGuardrails(definition, ids, before, errors);
  return errors.list.length > 0 ? err(errors.list) : ok(definition);
}

/** A definition without collections has no such field: its digest stays as it was before there were any. */
function readKnowledge(form: Form): { readonly knowledge?: readonly string[] } {
  const knowledge = form.texts("knowledge", { max: 63, most: 20, pattern: TOOL_NAME });
  return knowledge.length === 0 ? {} : { knowledge };
}

/** A definition without one has no such field. */
function readMemory(form: Form): { readonly memory?: MemoryUse } {
  const inner = form.form("memory");
  if (inner === null) return {};
  const memory: MemoryUse = {
    recall: inner.choice("recall", ["off", "auto"] as const, "off"),
    remember: inner.choice("remember", ["off", "summary", "facts"] as const, "off"),
    max_tokens: inner.number("max_tokens", { fallback: 400, min: 1, max: 8_000, whole: true }),
  };
  inner.close();
  return { memory };
}

/** A definition without one has no such field. */
function readSession(form: Form): { readonly session?: SessionWords } {
  const inner = form.form("session");
  if (inner === null) return {};
  const [user, assistant] = [inner.json("user") ?? null, inner.json("assistant") ?? null];
  inner.close();
  if (user === null && assistant === null) form.refuse("session", "`session` says what of a run is said: `user`, `assistant` or both");
  return { session: { ...(user === null ? {} : { user }), ...(assistant === null ? {} : { assistant }) } };
}

/** An address of mail or a URL is what an owner may be, and goes into no log; a name is held to what other names are held to. */
const flawOfOwner = (owner: string | undefined): string | null =>
  owner === undefined || owner.includes("@") || owner.includes("/") ? null : flawOfName(owner);

/** Who answers for the workflow. A definition without one has no such field. */
const readOwner = (form: Form): { readonly owner?: string } =>
  (form.json("owner") ?? null) === null
    ? {}
    : {
        owner: form.text("owner", {
          min: 1,
          max: 128,
          pattern: /^(?:[^\s/]+|https?:\/\/[^\s]+)$/,
          hint: "must be a user, a group, an address of mail or a URL, without spaces",
        }),
      };

function readSteps(form: Form): { readonly [id: string]: Step } {
  const raw = form.required("steps");
  if (raw === undefined) return {};
  if (!isObject(raw)) {
    form.refuse("steps", "`steps` must be an object");
    return {};
  }
  const entries = Object.entries(raw);
  if (entries.length === 0) form.refuse("steps", "`steps` must have at least one step");
  if (entries.length > MAX_STEPS) {
    form.refuse("steps", `\`steps\` has more than ${MAX_STEPS} steps`);
    return {};
  }
  const steps: [string, Step][] = [];
  for (const [id, value] of entries) {
    const path = `/steps/${escapeToken(id)}`;
    if (!STEP_ID.test(id)) form.errors.add(path, "the id of a step must have the form [a-z][a-z0-9_]{0,62}");
    const step = readStep(new Form(value, path, form.errors, "a step"));
    if (step !== null) steps.push([id, step]);
  }
  return Object.fromEntries(steps);
}

function readSchema(form: Form, name: string): JsonObject | boolean {
  const schema = form.required(name);
  if (schema === undefined) return true;
  for (const { path, message } of checkSchema(schema)) form.errors.add(`${form.at(name)}${path}`, message);
  return isObject(schema) ? schema : schema === true;
}

function readLimits(form: Form, stepCount: number): Limits {
  const limits = form.form("limits") ?? new Form({}, "/limits", form.errors);
  const read: Limits = {
    usd: limits.number("usd", { fallback: 1, min: 0, max: 10_000 }),
    tokens: limits.number("tokens", { fallback: 100_000, min: 0, max: 1_000_000_000, whole: true }),
    seconds: limits.number("seconds", { fallback: 600, min: 1, max: 31_536_000 }),
    // The items of a map and the calls of an agent count too. Their number is not known here: a definition with many sets its own limit.
    steps: limits.number("steps", { fallback: Math.max(100, 2 * stepCount), min: 1, max: 100_000, whole: true }),
    confirm_over_usd: limits.numberOrNull("confirm_over_usd", { min: 0, max: 10_000 }),
  };
  limits.close();
  return read;
}

/** Absent where it was not sent, so that a definition without one keeps its digest. */
function readSlo(form: Form): { readonly slo?: Slo } {
  const inner = form.form("slo");
  if (inner === null) return {};
  const success = inner.number("success", { min: 0, max: 1 });
  const p95_ms = inner.numberOrNull("p95_ms", { min: 1, max: 31_536_000_000 });
  inner.close();
  return { slo: { success, p95_ms } };
}

function readOnBudget(form: Form): { readonly value: Json } | null {
  const inner = form.form("on_budget");
  if (inner === null) return null;
  const value = inner.required("value") ?? null;
  inner.close();
  return { value };
}

/** Why a definition is too deep, too large, or cannot be written as canonical JSON (RFC 8785); null: it is none of these. */
function flawOf(raw: Json): FieldError | null {
  let size = 0;
  const walk = (value: Json, path: string, depth: number): FieldError | null => {
    if (depth > MAX_DEPTH) return { path, message: `the definition is nested more than ${MAX_DEPTH} levels deep` };
    size += typeof value === "string" ? value.length + 2 : 4;
    if (size > MAX_SIZE) return { path: "", message: `the definition is larger than ${MAX_SIZE} characters` };
    if (typeof value === "string" && !value.isWellFormed()) return { path, message: "the text is not well-formed Unicode" };
    if (typeof value === "number" && !Number.isFinite(value)) return { path, message: "the number is too large" };
    if (typeof value !== "object" || value === null) return null;
    for (const [key, item] of Object.entries(value)) {
      if (!key.isWellFormed()) return { path, message: "the name of a field is not well-formed Unicode" };
      size += Array.isArray(value) ? 0 : key.length + 3;
      const flaw = walk(item, `${path}/${escapeToken(key)}`, depth + 1);
      if (flaw !== null) return flaw;
    }
    return null;
  };
  return walk(raw, "", 0);
}
