/** What it means for a tool's call when the work with its MCP server failed: how far the call came, and what the run is told. Pure. */
import { isObject, type Json } from "../../../core/json.ts";
import type { Failure } from "../../../core/run/calls/call.ts";
import { failure } from "../failure.ts";
import type { Sent } from "../transports/transport.ts";
import type { AnswerFlaw } from "./answers.ts";
import type { Seen } from "./wire.ts";

/** Codes of JSON-RPC and MCP with which a server says that it has not begun: the request is not one that it takes. */
const NOT_TAKEN = new Set([-32700, -32600, -32601, -32602, -32002, -32020, -32021, -32022, -32042]);
/** It broke down while it was at it (JSON-RPC 2.0 section 5.1). */
const INTERNAL = -32603;

const FLAWS: { readonly [F in AnswerFlaw | "session"]: string } = {
  redirect: "answered with a redirect, which is never followed",
  too_large: "answered with more bytes than are read",
  cut: "broke off its answer",
  not_json: "answered with something that is not JSON",
  too_deep: "answered with JSON that is nested too deeply",
  batch: "answered with several messages at once, which no supported revision of MCP allows",
  content_type: "answered with neither JSON nor a stream of events",
  no_answer: "ended its answer without a message for this call",
  talkative: "made too many requests of its own during the call",
  session: "gave a session id of an invalid form",
};

/** `error`: what the library threw. `hadSession`: the call was made in a session. */
export function failedCall(seen: Seen, error: unknown): Sent {
  const said = saidBy(seen, error);
  const more = said === null ? {} : { said };
  const end = (reached: Sent["reached"], why: Failure): Sent => ({
    reached,
    status: seen.sent ? seen.status : null,
    answer: { ok: false, error: why },
    ...more,
  });
  if (!seen.sent) return end("no", whyNotBegun(seen, error));
  if (seen.flaw === "cut" || (seen.broke && seen.status === null))
    return end("unknown", failure("transient", "upstream_unavailable", "the connection to the MCP server broke during the call"));
  if (seen.flaw === "no_answer") return end("unknown", failure("transient", "upstream_unavailable", `the MCP server ${FLAWS.no_answer}`));
  if (seen.flaw === "redirect") return end("answered", failure("permanent", "tool_error", `the MCP server ${FLAWS.redirect}`));
  if (seen.flaw !== null) return end("answered", failure("permanent", "output_invalid", `the MCP server ${FLAWS[seen.flaw]}`));
  const { status } = seen;
  const code = codeOf(error);
  if (status !== null && (status < 200 || status > 299)) {
    const message = `the MCP server answered with status ${status}`;
    // The session is gone (specification 2025-06-18, "Session Management"), and the call was never taken: the next attempt opens a new one.
    if (status === 404) return end("no", failure("transient", "upstream_unavailable", "the MCP server no longer knew the session"));
    if (status === 429) return end("no", failure("transient", "rate_limited", message, seen.retryAfterMs));
    if (status === 425 || (status === 503 && seen.retryAfterMs !== null))
      return end("no", failure("transient", "upstream_unavailable", message, seen.retryAfterMs));
    if (status >= 500 || status === 408) return end("answered", failure("transient", "upstream_unavailable", message, seen.retryAfterMs));
    if (status < 200) return end("unknown", failure("transient", "upstream_unavailable", message));
    return end("refused", failure("permanent", "tool_error", message));
  }
  if (code === INTERNAL) return end("answered", failure("transient", "tool_error", "the MCP server failed during the call"));
  if (typeof code === "number") {
    const reached = NOT_TAKEN.has(code) ? "refused" : "answered";
    return end(reached, failure("permanent", "tool_error", `the MCP server refused the call (${code})`));
  }
  if (code === "UNSUPPORTED_RESULT_TYPE")
    return end("answered", failure("permanent", "tool_error", "the tool asks for input during the call, which is not supported"));
  return end("answered", failure("permanent", "output_invalid", "the MCP server's answer is not a result of `tools/call`"));
}

/** Nothing was asked of the tool yet: the server was not reached, or no revision was agreed on. */
function whyNotBegun(seen: Seen, error: unknown): Failure {
  if (seen.flaw === "redirect" || seen.flaw === "session") return failure("permanent", "tool_error", `the MCP server ${FLAWS[seen.flaw]}`);
  if (seen.flaw !== null) return failure("permanent", "output_invalid", `the MCP server ${FLAWS[seen.flaw]}`);
  if (seen.broke) return failure("transient", "upstream_unavailable", "the connection to the MCP server failed");
  const { status } = seen;
  if (status === null || (status >= 200 && status < 300)) {
    const code = codeOf(error);
    const isOld = code === -32022 || code === "ERA_NEGOTIATION_FAILED" || code === undefined;
    return isOld
      ? failure("permanent", "tool_error", "the MCP server speaks no revision of the protocol that the platform speaks")
      : failure("permanent", "tool_error", "the MCP server refused to open a connection");
  }
  const message = `the MCP server answered with status ${status} before the call`;
  if (status === 429) return failure("transient", "rate_limited", message, seen.retryAfterMs);
  if (status >= 500 || status === 408 || status === 425) return failure("transient", "upstream_unavailable", message, seen.retryAfterMs);
  return failure("permanent", "tool_error", message);
}

/** `code` of an error of the library's: a number of JSON-RPC, or a word of its own. */
function codeOf(error: unknown): number | string | undefined {
  const code = isObject(error) ? (error as { readonly code?: unknown }).code : undefined;
  return typeof code === "number" || typeof code === "string" ? code : undefined;
}

/** The message of a JSON-RPC error; else what came with the status. */
function saidBy(seen: Seen, error: unknown): Json {
  if (seen.said !== null) return seen.said;
  if (typeof codeOf(error) !== "number" || !(error instanceof Error)) return null;
  return { message: error.message.replace(/^MCP error -?\d+: /, "") };
}
