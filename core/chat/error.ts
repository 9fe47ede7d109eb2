/** An error as OpenAI's clients read it (platform.openai.com/docs/guides/error-codes): the same code and status as everywhere here. */
import { ERRORS, type ErrorCode } from "../errors/codes.ts";
import type { FieldError, Refusal } from "../errors/problem.ts";
import { parsePointer } from "../json.ts";

/** The body of a refusal on the routes that speak OpenAI's format. */
export type OpenAiError = {
  readonly error: { readonly message: string; readonly type: string; readonly code: ErrorCode; readonly param: string | null };
};

/** OpenAI's families of errors; everything that the caller has to change is its `invalid_request_error`. */
const TYPES: Partial<Record<ErrorCode, string>> = {
  unauthenticated: "authentication_error",
  budget_exceeded: "insufficient_quota",
  forbidden: "permission_error",
  policy_denied: "permission_error",
  second_person_required: "permission_error",
  rate_limited: "rate_limit_error",
};

/** Mistakes that a message names before it says how many more there are. */
const NAMED = 5;

/** The refusal in OpenAI's form. `param` names the first field that is wrong. */
export function toOpenAiError(refusal: Refusal): OpenAiError {
  const { code, detail, errors = [] } = refusal;
  const [first] = errors;
  const server = ERRORS[code].status >= 500 ? "server_error" : "invalid_request_error";
  return {
    error: {
      message: [detail, ...tell(errors)].join(": "),
      type: TYPES[code] ?? server,
      code,
      param: first === undefined || first.path === "" ? null : toParam(first.path),
    },
  };
}

function tell(errors: readonly FieldError[]): string[] {
  if (errors.length === 0) return [];
  const told = errors.slice(0, NAMED).map(({ path, message }) => (path === "" ? message : `${toParam(path)}: ${message}`));
  const more = errors.length - told.length;
  return [[...told, ...(more > 0 ? [`and ${more} more`] : [])].join("; ")];
}

/** `/messages/0/content` is `messages[0].content` in OpenAI's errors; `query.limit` stays. */
export function toParam(path: string): string {
  const tokens = path.startsWith("/") ? parsePointer(path) : null;
  if (tokens === null) return path;
  return tokens.reduce((text, token) => (/^\d+$/.test(token) ? `${text}[${token}]` : text === "" ? token : `${text}.${token}`), "");
}
