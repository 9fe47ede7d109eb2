/** Where tools are imported from: MCP servers that list them, and OpenAPI documents. Reads, with the bounds of a tool's call; trusts nothing. */
import { isObject, type Json, own } from "../../core/json.ts";
import { isListedHost } from "../../core/net/listed-host.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Failure } from "../../core/run/calls/call.ts";
import { MOST_TOOLS } from "../../core/tool/import/source.ts";
import { parseExact } from "../../core/untrusted-json.ts";
import { readBody } from "../kit/body.ts";
import { DeadlineError, startDeadline } from "../kit/deadline.ts";
import { refuseTarget } from "./egress.ts";
import { failure } from "./failure.ts";
import { type Asking, defineMcpClients } from "./mcp/client.ts";
import { failedCall } from "./mcp/failed.ts";
import { defineWire } from "./mcp/wire.ts";
import type { ToolGatewayPorts } from "./ports.ts";

/** How long a source may take altogether, in ms. */
const SOURCE_MS = 20_000;
const DOCUMENT_BYTES = 4 * 1024 * 1024;
/** Pages of a list; a server that goes on is not read further. */
const MOST_PAGES = 50;

/** Reads sources of tools. A failure is in the words of a tool's call. */
export type ToolSources = {
  /** The tools that an MCP server lists, all pages. `secret`: the name of the secret that is sent; null: no credential. */
  mcpTools(org: string, url: string, secret: string | null): Promise<Result<readonly Json[], Failure>>;
  /** The JSON document at the address. It is asked for without a credential. */
  document(org: string, url: string): Promise<Result<Json, Failure>>;
};

/** Over the same network, and under the same rules of hosts, as the tools' calls. */
export function defineToolSources(ports: ToolGatewayPorts): ToolSources {
  const clients = defineMcpClients(ports.now);
  return {
    async mcpTools(org, url, secretName) {
      const target = new URL(url);
      const deadline = startDeadline(SOURCE_MS, new AbortController().signal);
      try {
        const refusal = await refuseTarget(ports, org, target, deadline);
        if (refusal !== null) return err(asSource(refusal));
        const secret = secretName === null ? null : await deadline.within(ports.secret(org, secretName));
        if (secretName !== null && secret === null) return err(failure("permanent", "invalid_request", "the secret does not exist"));
        if (secret !== null && !isListedHost(target, secret.hosts))
          return err(failure("permanent", "policy_denied", "the secret may not be sent to the server's host"));
        const headers = secret === null ? {} : { authorization: `Bearer ${secret.value}` };
        const wire = defineWire({ fetch: ports.fetch, now: ports.now, target, deadline, method: "tools/list" });
        const end = await clients.work({ url: target, org, headers, wire, deadline }, allPages);
        if (end.ok)
          return end.value === null
            ? err(
                failure(
                  "permanent",
                  "output_invalid",
                  `the server lists too many tools: at most ${MOST_TOOLS * 5}, on ${MOST_PAGES} pages`,
                ),
              )
            : ok(end.value);
        if (deadline.signal.aborted) return err(TOO_LATE);
        const failed = failedCall(end.seen, end.error).answer;
        return err(asSource(failed.ok ? failure("permanent", "output_invalid", "the server's list cannot be read") : failed.error));
      } finally {
        deadline.end();
      }
    },

    async document(org, url) {
      const target = new URL(url);
      const deadline = startDeadline(SOURCE_MS, new AbortController().signal);
      try {
        const refusal = await refuseTarget(ports, org, target, deadline);
        if (refusal !== null) return err(asSource(refusal));
        const init = { headers: { accept: "application/json" }, redirect: "manual", signal: deadline.signal } as const;
        const response = await deadline.within(ports.fetch(target.href, init));
        if (response.status !== 200) {
          void response.body?.cancel().catch(() => undefined);
          return err(failure("permanent", "upstream_unavailable", `the document's address answered with status ${response.status}`));
        }
        const body = await readBody(response, DOCUMENT_BYTES, deadline);
        if (!body.ok)
          return err(
            failure(
              "permanent",
              "output_invalid",
              `the document is ${body.reason === "too_large" ? `larger than ${DOCUMENT_BYTES} bytes` : "incomplete or not UTF-8"}`,
            ),
          );
        const parsed = parseExact(body.text, "replaced");
        return parsed.ok
          ? ok(parsed.value.value)
          : err(
              failure(
                "permanent",
                "output_invalid",
                "the document is not JSON (YAML has to be converted), is nested too deeply, or holds a number that nothing can hold",
              ),
            );
      } catch (error) {
        return err(
          error instanceof DeadlineError
            ? TOO_LATE
            : failure("transient", "upstream_unavailable", "the connection to the document's address failed"),
        );
      } finally {
        deadline.end();
      }
    },
  };
}

const TOO_LATE = failure("transient", "timeout", "the source did not answer in time");

/** null: the list does not end. A cursor that comes twice ends it. */
async function allPages(asking: Asking): Promise<readonly Json[] | null> {
  const tools: Json[] = [];
  const seen = new Set<string>();
  for (let cursor: string | null = null, page = 0; ; page++) {
    if (page >= MOST_PAGES || tools.length > MOST_TOOLS * 5) return null;
    const result: Json = await asking.listTools(cursor);
    const listed = own(result, "tools");
    if (Array.isArray(listed)) tools.push(...listed);
    const next: Json | undefined = isObject(result) ? own(result, "nextCursor") : undefined;
    if (typeof next !== "string" || next === "") return tools;
    if (seen.has(next)) return null;
    seen.add(next);
    cursor = next;
  }
}

/** Codes of a tool's call in those of a request. */
const asSource = (why: Failure): Failure => (why.code === "tool_error" ? { ...why, code: "upstream_unavailable" } : why);
