/** What a step's `on_error` says, whether it is one rule or a list. */
import type { ErrorRule, OnError } from "./definition.ts";

/** The rules in their order, each with its JSON Pointer relative to the step. */
export function errorRules(onError: OnError | null): readonly { readonly rule: ErrorRule; readonly at: string }[] {
  if (onError === null) return [];
  if (!isList(onError)) return [{ rule: onError, at: "/on_error" }];
  return onError.map((rule, index) => ({ rule, at: `/on_error/${index}` }));
}

/** The steps that answer for a failure, with the JSON Pointer of each name. */
export const rescuersIn = (onError: OnError | null): readonly { readonly id: string; readonly path: string }[] =>
  errorRules(onError).flatMap(({ rule, at }) => ("step" in rule ? [{ id: rule.step, path: `${at}/step` }] : []));

const isList = (onError: OnError): onError is readonly ErrorRule[] => Array.isArray(onError);
