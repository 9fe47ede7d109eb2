/**
 * Errors name what a caller sent: an id that is not there, a field that nobody knows. Personal data and credentials in it are named by their kind, since
 * errors end up in other people's logs. Only what is fixed in form: an error is no place to guess in.
 */
import type { Finding } from "../guardrail/finding.ts";
import { isExample } from "../guardrail/pii/example.ts";
import { findPersonalData } from "../guardrail/pii/personal-data.ts";
import { replaceStretches } from "../guardrail/replace.ts";
import type { Refusal } from "./problem.ts";

const TYPES: ReadonlySet<string> = new Set(["EMAIL", "CREDIT_CARD", "IBAN", "SSN"]);
const SECRET_FORMS: ReadonlySet<string> = new Set(["secret_form", "private_key"]);

/** The same refusal with `{{EMAIL}}` and the like in place of what its texts and paths hold. */
export function impersonal(refusal: Refusal): Refusal {
  const { detail, errors } = refusal;
  return {
    ...refusal,
    detail: masked(detail),
    ...(errors === undefined
      ? {}
      : { errors: errors.map((error) => ({ ...error, path: masked(error.path), message: masked(error.message) })) }),
  };
}

function masked(text: string): string {
  const found = findPersonalData(text).filter((one) => isMasked(one) && !isExample(one, text));
  return replaceStretches(text, found, (index) => `{{${found[index]?.type ?? ""}}}`);
}

const isMasked = ({ type, detector }: Finding): boolean => TYPES.has(type) || SECRET_FORMS.has(detector);
