/** A model's entry as a developer sent it → an entry with every default filled in, or all that is wrong with it. Total for any JSON. */
import { readAttached } from "../card/card.ts";
import { PASSABLE } from "../chat/official-fields.ts";
import type { FieldError } from "../errors/problem.ts";
import type { Json } from "../json.ts";
import { DATA_CLASSES } from "../label/label.ts";
import { err, ok, type Result } from "../result.ts";
import { SECRET_NAME } from "../tool/check-http.ts";
import { flawOfUrl } from "../tool/url.ts";
import { Errors, Form } from "../workflow/form.ts";
import { MODEL_ID, TASK_NAME } from "../workflow/names.ts";
import type { ModelEntry, ModelParameters } from "./entry.ts";
import { REGION, readRetention } from "./requirements.ts";

/** What the deployment allows. `allowPrivateHosts`: plain http, loopback and private hosts, on a developer's machine. */
export type ModelRule = { readonly allowPrivateHosts: boolean };

/** Who may set `base_url` is the edge's to decide. */
export function checkModel(id: string, raw: Json, rule: ModelRule): Result<ModelEntry, readonly FieldError[]> {
  const errors = new Errors();
  if (!MODEL_ID.test(id)) errors.add("path.name", "a model's id has the form `provider/name`");
  const form = new Form(raw, "", errors, "a model");
  const orNull = (name: string): boolean => form.json(name) === undefined || form.json(name) === null;
  const entry: ModelEntry = {
    id,
    base_url: orNull("base_url") ? null : readBaseUrl(form, rule),
    secret: orNull("secret") ? null : form.text("secret", { max: 63, pattern: SECRET_NAME }),
    upstream_id: form.text("upstream_id", { min: 1, max: 256, pattern: /^[\x21-\x7e]+$/, hint: "must be printable ASCII without spaces" }),
    price: readPrice(form),
    context: form.number("context", { min: 1, max: 100_000_000, whole: true }),
    tasks: form.texts("tasks", { max: 63, most: 100, pattern: TASK_NAME }),
    pii: form.choice("pii", ["never", "redacted", "allowed"] as const),
    latency_ms: form.numberOrNull("latency_ms", { min: 0, max: 3_600_000 }),
    quality: form.numberOrNull("quality", { min: 0, max: 1_000 }),
    pinned: form.boolean("pinned", false),
    ...readData(form),
    ...readAttached(form),
    ...readParameters(form),
  };
  form.close();
  if (!entry.pinned) {
    const flaw =
      flawOfVersion(id.slice(id.indexOf("/") + 1)) ?? (MOVING.test(entry.upstream_id) ? "`upstream_id` names whatever is newest" : null);
    if (flaw !== null) errors.add("", `${flaw}: name a version that stays what it is, or say \`"pinned": true\``);
  }
  return errors.list.length > 0 ? err(errors.list) : ok(entry);
}

function readBaseUrl(form: Form, rule: ModelRule): string {
  const url = form.text("base_url", { min: 1, max: 2_048 });
  const flaw = url === "" ? null : (flawOfUrl(url, { ...rule, fields: false }) ?? (url.includes("?") ? "cannot have a query" : null));
  if (flaw !== null) form.refuse("base_url", `\`base_url\` ${flaw}`);
  return url.replace(/\/+$/, "");
}

/** Dollars per million tokens. */
function readPrice(form: Form): ModelEntry["price"] {
  const price = form.form("price");
  if (price === null) {
    form.refuse("price", "`price` is missing");
    return { input: 0, output: 0, cached_input: null };
  }
  const read = {
    input: price.number("input", { min: 0, max: 100_000 }),
    output: price.number("output", { min: 0, max: 100_000 }),
    cached_input: price.numberOrNull("cached_input", { min: 0, max: 100_000 }),
  };
  price.close();
  return read;
}

/** What may be done with data there. An entry that says nothing of it has no such fields. */
function readData(form: Form): Pick<ModelEntry, "accepts" | "region" | "retention" | "trains"> {
  const isSaid = (name: string): boolean => (form.json(name) ?? null) !== null;
  return {
    ...(isSaid("accepts") ? { accepts: form.choice("accepts", DATA_CLASSES) } : {}),
    ...(isSaid("region")
      ? {
          region: form.text("region", {
            min: 1,
            max: 63,
            pattern: REGION,
            hint: "must be the name of a region, as in `eu` or `us-east-1`",
          }),
        }
      : {}),
    ...readRetention(form),
    ...(isSaid("trains") ? { trains: form.boolean("trains", true) } : {}),
  };
}

function readParameters(form: Form): Pick<ModelEntry, "parameters"> {
  const parameters = form.form("parameters");
  if (parameters === null) return {};
  const passes = parameters.texts("passes", { max: 63, most: PASSABLE.length });
  for (const [index, name] of passes.entries()) {
    if (!PASSABLE.some((field) => field === name)) {
      parameters.errors.add(`${parameters.at("passes")}/${index}`, `is none of ${PASSABLE.map((field) => `\`${field}\``).join(", ")}`);
    }
  }
  const isTold = (name: string): boolean => (parameters.json(name) ?? null) !== null;
  const read: ModelParameters = {
    ...(passes.length === 0 ? {} : { passes }),
    ...(isTold("output_limit")
      ? { output_limit: parameters.choice("output_limit", ["max_tokens", "max_completion_tokens"] as const) }
      : {}),
    ...(isTold("temperature") ? { temperature: parameters.boolean("temperature", true) } : {}),
    ...(isTold("json_schema") ? { json_schema: parameters.choice("json_schema", ["strict", "plain", "none"] as const) } : {}),
    ...(isTold("parallel_tool_calls") ? { parallel_tool_calls: parameters.boolean("parallel_tool_calls", true) } : {}),
  };
  parameters.close();
  return { parameters: read };
}

/** Names that point to something else tomorrow. */
const MOVING = /(^|[^a-z])(latest|preview)([^a-z]|$)/i;
/** A date (2025-04-14, 20250414, or the last four digits as in `-0613`), a digest, a tag after a colon, a whole version. */
const FIXED = [/(^|\D)20\d\d-?[01]\d-?[0-3]\d(\D|$)/, /-\d{4}$/, /[0-9a-f]{12,}$/i, /:[A-Za-z0-9]/, /(^|\D)\d+\.\d+\.\d+(\D|$)/];

/** docs/contract.md, "Models and chat": `latest`, `preview` and names without date, digest or tag are refused. */
function flawOfVersion(name: string): string | null {
  if (MOVING.test(name)) return "the name stands for whatever is newest";
  return FIXED.some((form) => form.test(name)) ? null : "the name has no date, digest or tag";
}
