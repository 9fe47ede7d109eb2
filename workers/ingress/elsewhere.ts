/**
 * Paths of other clients' APIs that this platform does not have. Whoever comes there reads, in the shape that the client understands,
 * what to use instead. They are no routes: nothing of them is in the OpenAPI document, and nobody is asked who calls.
 */
import { toOpenAiError } from "../../core/chat/error.ts";
import { ERRORS } from "../../core/errors/codes.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import type { JsonObject } from "../../core/json.ts";

type Elsewhere = { readonly path: RegExp; readonly instead: string; readonly shape: "openai" | "anthropic" };

const CHAT = "send a chat to `POST /v1/chat/completions`";

const PATHS: readonly Elsewhere[] = [
  {
    path: /^\/v1\/responses(\/|$)/,
    instead: `there is no Responses API here: ${CHAT} (in the Agents SDK: \`setOpenAIAPI("chat_completions")\`)`,
    shape: "openai",
  },
  { path: /^\/v1\/messages(\/|$)/, instead: `there is no Messages API here: ${CHAT}, in OpenAI's format`, shape: "anthropic" },
  { path: /^\/v1\/completions$/, instead: `there are no plain completions here: ${CHAT}`, shape: "openai" },
  { path: /^\/v1\/models\//, instead: "this model does not exist; `GET /v1/models` lists the models", shape: "openai" },
];

/** What to answer at a path that nothing here has; null: the path is nobody's. `isRead`: GET or HEAD, without which a model's path is no client's. */
export function answerElsewhere(path: string, isRead: boolean, traceId: string): Response | null {
  const found = PATHS.find(({ path: form }) => form.test(path));
  if (found === undefined || (path.startsWith("/v1/models/") && !isRead)) return null;
  const refusal = refuse("not_found", found.instead);
  const body = found.shape === "openai" ? toOpenAiError(refusal) : toAnthropicError(refusal, traceId);
  return Response.json(body, { status: ERRORS.not_found.status });
}

/** Upstreams have ids with several slashes, as `meta-llama/llama-3` behind `openrouter`. */
const LONG_MODEL = /^\/v1\/models\/[^/]+\/[^/]+\/[^/]/;

/** What is told of a path that nothing here has, by whoever writes there. */
export const refusalElsewhere = (path: string): Refusal =>
  LONG_MODEL.test(path)
    ? refuse(
        "invalid_request",
        "a model's id is `{provider}/{name}`, with one slash; the id that its upstream knows it by goes into `upstream_id`",
        [{ path: "path", message: "has more than one slash behind `/v1/models/`" }],
      )
    : refuse("not_found", "not found");

/** An error as Anthropic's clients read it (docs.anthropic.com/en/api/errors). */
const toAnthropicError = ({ detail }: Refusal, traceId: string): JsonObject => ({
  type: "error",
  error: { type: "not_found_error", message: detail },
  request_id: traceId,
});
