/** Tools of remote MCP servers, over streamable HTTP: one call in a connection of its own, and how far it came. */
import { isObject, type Json, type JsonObject, own } from "../../../core/json.ts";
import { err, ok } from "../../../core/result.ts";
import type { ManifestOf } from "../../../core/tool/manifest.ts";
import { mcpError, mcpOutput } from "../../../core/tool/mcp-output.ts";
import { traceparentOf } from "../../../core/trace/span.ts";
import type { JsonSchema } from "../../../core/workflow/definition.ts";
import { writeInt64 } from "../../../core/workflow/int64.ts";
import { DeadlineError } from "../../kit/deadline.ts";
import { failure } from "../failure.ts";
import type { McpClients } from "../mcp/client.ts";
import { failedCall } from "../mcp/failed.ts";
import { defineWire } from "../mcp/wire.ts";
import type { ToolGatewayPorts } from "../ports.ts";
import type { Answer, Plan, Read, Transport } from "./transport.ts";

type McpPlan = Plan & { readonly target: URL; readonly input: JsonObject };
type McpRequest = {
  readonly server: { readonly url: string; readonly secret: string | null };
  readonly target: URL;
  readonly org: string;
  readonly tool: string;
  readonly input: JsonObject;
  readonly schema: JsonSchema;
  readonly credential: string;
  /** Of the call alone: what answers again under a key must not answer the opening of a session. */
  readonly headers: Record<string, string>;
  readonly meta: JsonObject;
};

/** Where a server finds the call's key in `_meta`; the header `Idempotency-Key` has it too. */
const KEY_META = "bulkhead/idempotency-key";
/** Where an answer's own fields begin. */
const OUTPUT_AT = "/result/structuredContent";

/** `clients`: what they know of servers outlives a call. */
export function mcpTransport(
  { fetch, now, calledServer }: Pick<ToolGatewayPorts, "fetch" | "now" | "calledServer">,
  clients: McpClients,
): Transport<ManifestOf<"mcp">, McpPlan, McpRequest> {
  return {
    check({ mcp }, input) {
      if (!isObject(input)) return err(failure("permanent", "invalid_request", "the input of an MCP tool must be an object"));
      if (!URL.canParse(mcp.url)) return err(failure("permanent", "invalid_request", "the address of the MCP server is not a URL"));
      return ok({ target: new URL(mcp.url), secret: mcp.secret, input });
    },

    prepare({ mcp, input: schema }, { target, input }, { context, credential }) {
      const traceparent = traceparentOf(context);
      return ok({
        server: { url: mcp.url, secret: mcp.secret },
        target,
        org: context.org,
        tool: mcp.tool,
        input,
        schema,
        credential,
        headers: { "idempotency-key": context.key, "bulkhead-run": context.run, traceparent },
        meta: { [KEY_META]: context.key, traceparent },
      });
    },

    async send({ server, target, org, tool, input, schema, credential, headers, meta }, deadline) {
      const write = (message: JsonObject): string => writeCall(message, schema, input);
      const wire = defineWire({ fetch, now, target, deadline, method: "tools/call", write });
      const end = await clients.work({ url: target, org, headers: { authorization: `Bearer ${credential}` }, wire, deadline }, (asking) =>
        asking.callTool(tool, input, { meta, headers, schema: isObject(schema) ? schema : {} }),
      );
      calledServer?.({ org, ...server });
      if (!end.ok) {
        if (deadline.signal.aborted && !end.seen.sent) return { reached: "no", status: null, answer: err(overdue()) };
        if (deadline.signal.aborted) throw end.error instanceof DeadlineError ? end.error : new DeadlineError("timeout");
        return failedCall(end.seen, end.error);
      }
      const { value, seen } = end;
      if (own(value, "isError") === true) {
        const why = failure("permanent", "tool_error", "the tool reports an error");
        return { reached: "answered", status: seen.status, answer: err(why), said: mcpError(value) };
      }
      const output = mcpOutput(value);
      const answer: Answer = {
        ageMs: 0,
        mayBeKept: true,
        read: async (limitBytes) => readOutput(output, seen.long, limitBytes),
        drop: () => undefined,
      };
      return { reached: "answered", status: seen.status, answer: ok(answer) };
    },
  };
}

/** The time ran out before anything was asked of the tool. */
const overdue = () => failure("transient", "timeout", "the MCP server did not get ready in time");

/** Whole numbers of 64 bits are bare on the wire (core/workflow/int64.ts); the library would write them as texts. */
function writeCall(message: JsonObject, schema: JsonSchema, input: JsonObject): string {
  const { params, ...head } = message;
  if (!isObject(params)) return JSON.stringify(message);
  const { arguments: _, ...rest } = params;
  const opened = (value: JsonObject): string => JSON.stringify(value).slice(0, -1);
  return `${opened(head)},"params":${opened(rest)},"arguments":${writeInt64(schema, input)}}}`;
}

function readOutput(output: Json, long: readonly string[], limitBytes: number): Read {
  if (new TextEncoder().encode(JSON.stringify(output)).byteLength > limitBytes)
    return {
      reached: "answered",
      body: err(failure("permanent", "output_invalid", `the tool's answer is larger than ${limitBytes} bytes`)),
    };
  const inside = long.filter((path) => path.startsWith(OUTPUT_AT)).map((path) => path.slice(OUTPUT_AT.length));
  return { reached: "answered", body: ok({ value: output, long: inside }) };
}
