/** `wait`: for a span of time, until an instant, or for a signal. A literal value is checked here, not when the step runs. */
import type { Json } from "../../json.ts";
import { fromRfc3339 } from "../../time.ts";
import { constantOf } from "../constant.ts";
import type { Template } from "../definition.ts";
import { expressionOf } from "../expression.ts";
import type { Form } from "../form.ts";
import { SIGNAL_NAME } from "../names.ts";
import { MENTIONS_NOTHING, type StepKindRules } from "./rules.ts";

/** Longest wait, in seconds: a year. A longer one is refused here, and by the engine: most likely its unit is wrong. */
const MAX_WAIT_SECONDS = 366 * 24 * 3_600;
const WAYS = ["seconds", "until", "signal"] as const;

/** The rules of the kind `wait`. */
export const WAIT: StepKindRules<"wait"> = {
  read: (form, common) => {
    const has = (name: string): boolean => form.json(name) !== undefined && form.json(name) !== null;
    if (WAYS.filter(has).length !== 1) form.errors.add(form.path, "`wait` takes exactly one of `seconds`, `until` and `signal`");
    const timeout = form.numberOrNull("timeout_ms", { min: 1, max: MAX_WAIT_SECONDS * 1_000, whole: true });
    if (timeout !== null && !has("signal")) form.refuse("timeout_ms", "`timeout_ms` goes with `signal` only");
    return {
      kind: "wait",
      ...common,
      seconds: has("seconds") ? readTime(form, "seconds", isSpan, `a number from 0 to ${MAX_WAIT_SECONDS}`) : null,
      until: has("until") ? readTime(form, "until", isInstant, "a time as RFC 3339 writes it") : null,
      signal: has("signal") ? form.text("signal", { max: 64, pattern: SIGNAL_NAME, hint: "is not a valid signal name" }) : null,
      timeout_ms: timeout,
    };
  },
  templates: ({ seconds, until }) => [
    { at: "/seconds", template: seconds, when: "before" },
    { at: "/until", template: until, when: "before" },
  ],
  mentions: () => MENTIONS_NOTHING,
};

function readTime(form: Form, name: string, fits: (value: Json) => boolean, what: string): Template {
  const value = form.json(name) ?? null;
  const isExpression = expressionOf(value) !== null;
  // An expression that reads nothing gives the same at each run. Why it gives nothing is told where expressions are checked.
  const constant = constantOf(value);
  const isWrong = isExpression ? constant?.ok === true && !fits(constant.value) : !fits(value);
  if (!isWrong) return value;
  form.refuse(name, `\`${name}\` must be ${what}${isExpression ? ", and this expression gives something else" : ", or an expression"}`);
  return null;
}

const isSpan = (value: Json): boolean => typeof value === "number" && value >= 0 && value <= MAX_WAIT_SECONDS;

const isInstant = (value: Json): boolean => typeof value === "string" && fromRfc3339(value) !== null;
