/**
 * The terms of a tool's use that every kind may state: rate, breaker, fallback, documented errors, price, accepted class, egress. A
 * manifest that says nothing of one has no such field, so its digest is that of before the field existed.
 */
import { type Json, parsePointer } from "../json.ts";
import { DATA_CLASSES } from "../label/label.ts";
import type { Form } from "../workflow/form.ts";
import { TOOL_NAME } from "../workflow/names.ts";
import { DEFAULT_TOOL_BREAKER, type ToolBreaker, type ToolContract, type ToolError, type ToolPrice } from "./manifest.ts";

/** Maximum calls a minute that a rate may state. */
const MOST_PER_MINUTE = 1_000_000;
/** Maximum of a breaker's `window_ms` and `open_ms`, in milliseconds: an hour. */
const LONGEST_BREAKER_MS = 3_600_000;
/** Maximum failures or good probes that a breaker counts. */
const MOST_COUNTED = 1_000;
/** Maximum dollars that one call may cost. */
const MOST_USD = 1_000;
/** The form of a documented error's word, as in `out_of_stock`. */
const ERROR_WORD = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/;
/** A host as lists of hosts have it: a name or an address, with or without a port. */
const HOST = /^(\[[0-9a-f:]+\]|[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*)(:[1-9]\d{0,4})?$/i;

/** The fields of `ToolContract` that this file reads. */
type Terms = Pick<ToolContract, "rate" | "breaker" | "fallback" | "errors" | "price" | "accepts" | "egress" | "fresh">;

/** Total: a field that is refused reads as absent or as its default. */
export function readTerms(form: Form, name: string): Terms {
  return {
    ...readRate(form),
    ...readBreaker(form),
    ...readFallback(form, name),
    ...readErrors(form),
    ...readPrice(form),
    ...(isSaid(form, "accepts") ? { accepts: form.choice("accepts", DATA_CLASSES) } : {}),
    ...(isSaid(form, "egress")
      ? { egress: form.texts("egress", { max: 260, most: 50, pattern: HOST, hint: "must be a host, as in `api.example.com`" }) }
      : {}),
    ...(isSaid(form, "fresh") ? { fresh: form.boolean("fresh", false) } : {}),
  };
}

/** False also when it is null. */
function isSaid(form: Form, field: string): boolean {
  const value = form.json(field);
  return value !== undefined && value !== null;
}

function readRate(form: Form): Pick<Terms, "rate"> {
  const inner = form.form("rate");
  if (inner === null) return {};
  const rate = { per_minute: inner.number("per_minute", { min: 1, max: MOST_PER_MINUTE, whole: true }) };
  inner.close();
  return { rate };
}

function readBreaker(form: Form): Pick<Terms, "breaker"> {
  const inner = form.form("breaker");
  if (inner === null) return {};
  const { failures, window_ms, open_ms, successes } = DEFAULT_TOOL_BREAKER;
  const breaker: ToolBreaker = {
    failures: inner.number("failures", { fallback: failures, min: 1, max: MOST_COUNTED, whole: true }),
    window_ms: inner.number("window_ms", { fallback: window_ms, min: 1, max: LONGEST_BREAKER_MS, whole: true }),
    open_ms: inner.number("open_ms", { fallback: open_ms, min: 1, max: LONGEST_BREAKER_MS, whole: true }),
    successes: inner.number("successes", { fallback: successes, min: 1, max: MOST_COUNTED, whole: true }),
  };
  inner.close();
  return { breaker };
}

function readFallback(form: Form, name: string): Pick<Terms, "fallback"> {
  if (!isSaid(form, "fallback")) return {};
  const fallback = form.text("fallback", { max: 63, pattern: TOOL_NAME });
  if (fallback === name) form.refuse("fallback", "a tool cannot be its own fallback");
  return { fallback };
}

function readErrors(form: Form): Pick<Terms, "errors"> {
  const raw = form.json("errors");
  if (raw === undefined || raw === null) return {};
  if (!Array.isArray(raw)) form.refuse("errors", "`errors` must be a list");
  else if (raw.length > 100) form.refuse("errors", "`errors` has more than 100 items");
  if (!Array.isArray(raw) || raw.length > 100) return {};
  const words = new Set<string>();
  const errors = raw.map((item: Json, index): ToolError => {
    const inner = form.item("errors", index, item);
    const error = inner.text("error", { max: 128, pattern: ERROR_WORD, hint: "must have the form `out_of_stock`" });
    if (words.has(error)) inner.refuse("error", "is documented twice");
    words.add(error);
    const message = inner.text("message", { min: 1, max: 1_024 });
    inner.close();
    return { error, message };
  });
  return { errors };
}

function readPrice(form: Form): Pick<Terms, "price"> {
  const inner = form.form("price");
  if (inner === null) return {};
  const per_call_usd = inner.number("per_call_usd", { min: 0, max: MOST_USD });
  const price: ToolPrice = isSaid(inner, "output_pointer") ? { per_call_usd, output_pointer: readPointer(inner) } : { per_call_usd };
  inner.close();
  return { price };
}

function readPointer(inner: Form): string {
  const pointer = inner.text("output_pointer", { max: 512 });
  if ((parsePointer(pointer)?.length ?? 0) === 0)
    inner.refuse("output_pointer", "must be a JSON Pointer to an output field, as in `/cost`");
  return pointer;
}
