/** A tool's manifest as a developer sent it → a manifest with every default filled in, or all that is wrong with it. Total for any JSON. */
import { ROLES } from "../access/principal.ts";
import type { FieldError } from "../errors/problem.ts";
import { PERSONAL_DATA_TYPES } from "../guardrail/finding.ts";
import { isObject, type Json, parsePointer } from "../json.ts";
import { DATA_CLASSES } from "../label/label.ts";
import { err, ok, type Result } from "../result.ts";
import { MAX_TIMEOUT_MS } from "../workflow/attempts.ts";
import { checkTemplate, type Sight } from "../workflow/check-template.ts";
import type { JsonSchema } from "../workflow/definition.ts";
import { Errors, Form } from "../workflow/form.ts";
import { TOOL_NAME } from "../workflow/names.ts";
import { checkSchema } from "../workflow/schema.ts";
import { NO_CONTAINERS, readContainer } from "./check-container.ts";
import { readHttp } from "./check-http.ts";
import { NO_ISOLATES, readIsolate } from "./check-isolate.ts";
import { readMcp } from "./check-mcp.ts";
import { readTerms } from "./check-terms.ts";
import { readWorkflow } from "./check-workflow.ts";
import type { BindingOf, Idempotency, OpenedType, RegisteredKind, ToolCompensate, ToolContent, ToolManifest } from "./manifest.ts";
import { RECALLED } from "./manifest.ts";
import { urlFlaws } from "./url-fields.ts";
import { WORKFLOW_TOOL, workflowOfTool } from "./workflow-tool.ts";

/** Segments by colons, none of them `org`: the credential ends each scope with `:org:NAME`, and a tool that splits there must find the org that the platform wrote. */
const SCOPE = /^(?!org(:|$))[a-z][a-z0-9_.-]*(:(?!org(:|$))[a-z0-9_.-]+)*$/;
/** Maximum of `cache_ms` and `max_age_ms`, in milliseconds: a week. */
const LONGEST_KEEPING_MS = 7 * 24 * 3_600_000;
/** What the deployment allows of addresses, and whether it runs containers and isolates (absent: it does not). */
export type ToolRule = { readonly allowPrivateHosts: boolean; readonly containers?: boolean; readonly isolates?: boolean };

/** How the fields of each kind are read. A kind without a reader does not compile. */
const TOOL_KINDS: { readonly [K in RegisteredKind]: (form: Form, rule: ToolRule) => BindingOf<K> } = {
  http: (form, rule) => ({ kind: "http", http: readHttp(form, rule) }),
  mcp: (form, rule) => ({ kind: "mcp", mcp: readMcp(form, rule) }),
  container: (form) => ({ kind: "container", container: readContainer(form) }),
  isolate: (form) => ({ kind: "isolate", isolate: readIsolate(form) }),
  workflow: (form) => ({ kind: "workflow", workflow: readWorkflow(form) }),
};

/** Why the deployment cannot run tools of this kind; null: it can, or there is no such kind. */
export function flawOfKind(kind: Json | undefined, rule: ToolRule): string | null {
  if (kind === "container") return rule.containers === true ? null : NO_CONTAINERS;
  if (kind === "isolate") return rule.isolates === true ? null : NO_ISOLATES;
  return null;
}

const TOOL_KINDS_LISTED = Object.keys(TOOL_KINDS) as RegisteredKind[];

/** The manifest with every default filled in, or all that is wrong with it. */
export function checkTool(name: string, raw: Json, rule: ToolRule): Result<ToolContent, readonly FieldError[]> {
  const errors = new Errors();
  if (!TOOL_NAME.test(name)) errors.add("path.name", "a tool's name has the form [a-z0-9][a-z0-9._-]{0,62}");
  if (workflowOfTool(name) !== null) errors.add("path.name", `names that begin with \`${WORKFLOW_TOOL}\` stand for workflows`);
  const form = new Form(raw, "", errors, "a tool");
  const kind = form.json("kind");
  const cannotRun = flawOfKind(kind, rule);
  if (cannotRun !== null) return err([{ path: "/kind", message: cannotRun }]);
  const input = readSchema(form, "input");
  const manifest: ToolContent = {
    name,
    description: form.text("description", { fallback: "", max: 4_096 }),
    effect: form.choice("effect", ["none", "read", "write"] as const),
    ...TOOL_KINDS[form.choice("kind", TOOL_KINDS_LISTED)](form, rule),
    input,
    output: readSchema(form, "output"),
    timeout_ms: form.number("timeout_ms", { fallback: 30_000, min: 1, max: MAX_TIMEOUT_MS, whole: true }),
    idempotency: readIdempotency(form, name),
    scopes: form.texts("scopes", {
      max: 128,
      most: 50,
      pattern: SCOPE,
      hint: "must have the form `read:orders`, without a segment `org`, which the platform adds",
    }),
    approval: form.choice("approval", ["never", "always", "policy"] as const, "policy"),
    guarded: readGuarded(form, input),
    personal_data: readPersonalData(form, input),
    sensitivity: form.choice("sensitivity", DATA_CLASSES, "internal"),
    ...readKeeping(form),
    ...readCompensate(form),
    ...readTerms(form, name),
    allow: readAllow(form),
  };
  form.close();
  if (errors.list.length === 0 && manifest.kind === "http")
    for (const { path, message } of urlFlaws(manifest.http, manifest.input).errors) errors.add(path, message);
  return errors.list.length > 0 ? err(errors.list) : ok(manifest);
}

function readSchema(form: Form, name: string): JsonSchema {
  const schema = form.required(name);
  if (schema === undefined) return true;
  for (const { path, message } of checkSchema(schema)) form.errors.add(`${form.at(name)}${path}`, message);
  return isObject(schema) ? schema : schema === true;
}

/**
 * `key` by default: the tool answers under the same key as it did the first time. Code promises nothing about a
 * write unless it says so.
 */
function readIdempotency(form: Form, name: string): Idempotency {
  const raw = form.json("idempotency");
  const isOwnCode = form.json("kind") === "container" || form.json("kind") === "isolate";
  const fallback = isOwnCode && form.json("effect") === "write" ? "none" : "key";
  if (!isObject(raw)) return form.choice("idempotency", ["key", "none"] as const, fallback);
  const inner = new Form(raw, form.at("idempotency"), form.errors);
  const lookup = inner.text("lookup", { max: 63, pattern: TOOL_NAME });
  if (lookup === name) inner.refuse("lookup", "a tool cannot be looked up with itself");
  inner.close();
  return { lookup };
}

/** A manifest that says nothing of keeping has no such fields: its digest is that of before there were any. */
function readKeeping(form: Form): Pick<ToolManifest, "cache_ms" | "max_age_ms"> {
  const cache = form.numberOrNull("cache_ms", { min: 1, max: LONGEST_KEEPING_MS, whole: true });
  const age = form.numberOrNull("max_age_ms", { min: 1, max: LONGEST_KEEPING_MS, whole: true });
  if (cache !== null && form.json("effect") === "write") form.refuse("cache_ms", "a write is never answered from the cache");
  const sensitivity = form.json("sensitivity");
  if (cache !== null && (sensitivity === "confidential" || sensitivity === "restricted")) {
    form.refuse("cache_ms", `answers of a tool that is \`${sensitivity}\` are not kept`);
  }
  return { ...(cache === null ? {} : { cache_ms: cache }), ...(age === null ? {} : { max_age_ms: age }) };
}

/** A call knows nothing of the run that made it: what undoes it sees its input and its output alone. */
const SEEN_BY_COMPENSATION: Sight = { always: [], steps: new Set(), more: ["input", "output"], known: new Set() };

function readCompensate(form: Form): { readonly compensate?: ToolCompensate } {
  const inner = form.form("compensate");
  if (inner === null) return {};
  if (form.json("effect") !== "write") form.refuse("compensate", 'only a tool with `effect: "write"` has something to undo');
  const compensate = { tool: inner.text("tool", { max: 63, pattern: TOOL_NAME }), input: inner.json("input") ?? {} };
  checkTemplate(compensate.input, inner.at("input"), SEEN_BY_COMPENSATION, form.errors);
  inner.close();
  return { compensate };
}

function readGuarded(form: Form, input: JsonSchema): readonly string[] {
  const guarded = form.texts("guarded", { max: 512, most: 100 });
  for (const [index, pointer] of guarded.entries()) checkField(pointer, input, `${form.at("guarded")}/${index}`, form.errors);
  return guarded;
}

function readPersonalData(form: Form, input: JsonSchema): ToolManifest["personal_data"] {
  const raw = form.json("personal_data");
  if (raw === undefined || raw === null) return {};
  if (!isObject(raw)) {
    form.refuse("personal_data", "`personal_data` must be an object");
    return {};
  }
  const inner = new Form(raw, form.at("personal_data"), form.errors);
  if (Object.keys(raw).length > 100) form.refuse("personal_data", "`personal_data` has more than 100 fields");
  const read = Object.keys(raw).map((pointer): [string, readonly OpenedType[]] => {
    checkField(pointer, input, inner.at(pointer), form.errors);
    const types = inner.texts(pointer, { max: 32, most: PERSONAL_DATA_TYPES.length + 1 });
    const known = types.filter(isOpened);
    if (known.length < types.length)
      inner.refuse(
        pointer,
        `the kinds of personal data are ${PERSONAL_DATA_TYPES.join(", ")}; \`${RECALLED}\` opens those of earlier runs`,
      );
    return [pointer, known];
  });
  return Object.fromEntries(read);
}

const isOpened = (type: string): type is OpenedType => type === RECALLED || (PERSONAL_DATA_TYPES as readonly string[]).includes(type);

/** A pointer to an input field; where the schema is closed, one that it has. */
function checkField(pointer: string, input: JsonSchema, path: string, errors: Errors): void {
  const tokens = parsePointer(pointer);
  if (tokens === null || tokens.length === 0) return errors.add(path, "must be a JSON Pointer to an input field, as in `/to`");
  let schema: Json | undefined = input;
  for (const token of tokens) {
    const properties: Json | undefined = isObject(schema) ? schema["properties"] : undefined;
    if (!isObject(schema) || !isObject(properties)) return;
    if (!Object.hasOwn(properties, token)) {
      if (schema["additionalProperties"] === false) errors.add(path, "the input schema has no such field");
      return;
    }
    schema = properties[token];
  }
}

function readAllow(form: Form): ToolManifest["allow"] {
  const allow = form.form("allow");
  if (allow === null) return null;
  const roles = allow.texts("roles", { max: 32, most: ROLES.length });
  for (const [index, role] of roles.entries()) {
    if (!(ROLES as readonly string[]).includes(role))
      allow.errors.add(`${allow.at("roles")}/${index}`, `the roles are ${ROLES.join(", ")}`);
  }
  allow.close();
  return { roles };
}
