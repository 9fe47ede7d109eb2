/** Of which class an error is, as `on_error` and the step that takes over see it. */
import type { Scope } from "../../workflow/expression.ts";
import type { StepError } from "../machine/state.ts";
import type { Failure } from "./call.ts";

type ErrorClass = Failure["class"];

/** Codes of failures that are no call's, or whose call is not known any more. All others are permanent. */
const CLASSES: { readonly [code: string]: ErrorClass } = {
  policy_denied: "safety",
  injection_detected: "safety",
  content_blocked: "safety",
  review_rejected: "safety",
  upstream_unavailable: "transient",
  overloaded: "transient",
  rate_limited: "transient",
  timeout: "transient",
};

/** The class that the failed call told, else the one that the code stands for. */
export const classOfError = ({ code, class: told }: StepError & { readonly class?: ErrorClass }): ErrorClass =>
  told ?? (Object.hasOwn(CLASSES, code) ? CLASSES[code] : undefined) ?? "permanent";

/** An error as expressions see it. */
export const toldError = ({ code, message, error, field }: StepError, errorClass: ErrorClass | undefined): NonNullable<Scope["error"]> => ({
  code,
  class: errorClass ?? classOfError({ code, message }),
  message,
  ...(error === undefined ? {} : { error }),
  ...(field === undefined ? {} : { field }),
});
