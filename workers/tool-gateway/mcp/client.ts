/**
 * One piece of work with an MCP server through the official client: agree on a revision of the protocol, ask, and end the session if there
 * is one. Nothing is resent and no session outlives the work: what a server remembers of one call is never met by another.
 */
import type { Client, PriorDiscovery } from "@modelcontextprotocol/client";
import type { JsonObject } from "../../../core/json.ts";
import type { Deadline } from "../../kit/deadline.ts";
import type { Seen, Wire } from "./wire.ts";

/** How long a server's revision is taken for what it was, in ms, and for how many servers. */
const KNOWN_MS = 10 * 60_000;
const MOST_KNOWN = 500;
/** Longer than any deadline: the work's own deadline ends a request, not the library's. */
const NEVER_MS = 2_147_483_647;

/** What the platform calls itself at a server. */
const SELF = { name: "bulkhead", version: "1" };

/** Where the work is done, and with what. */
export type McpWork = {
  readonly url: URL;
  /** Whose credentials are sent: what one org learns of a server is not taken for another. */
  readonly org: string;
  /** Of every request: the credential among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly wire: Wire;
  readonly deadline: Deadline;
};

/** How the work ended: with the result of a request, or with what the library threw; what the wire saw, in both cases. */
export type McpEnd<T> = { readonly seen: Seen } & (
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: unknown }
);

/** Asks of a server that it speaks to. */
export type Asking = {
  /** The result of `tools/call`, checked by the library for its form. */
  callTool(
    name: string,
    input: JsonObject,
    about: { readonly meta: JsonObject; readonly headers: Record<string, string>; readonly schema: JsonObject },
  ): Promise<JsonObject>;
  /** One page of the list of tools. */
  listTools(cursor: string | null): Promise<JsonObject>;
};

/** Does pieces of work; remembers which revision a server speaks. */
export type McpClients = { readonly work: <T>(work: McpWork, ask: (asking: Asking) => Promise<T>) => Promise<McpEnd<T>> };

/** One for each isolate. */
export function defineMcpClients(now: () => number): McpClients {
  const known = new Map<string, { readonly prior: PriorDiscovery; readonly until: number }>();
  const remember = (key: string, client: Client): void => {
    known.delete(key);
    const discover = client.getDiscoverResult();
    known.set(key, { prior: discover === undefined ? { kind: "legacy" } : { kind: "modern", discover }, until: now() + KNOWN_MS });
    const oldest = known.size > MOST_KNOWN ? known.keys().next() : null;
    if (oldest?.done === false) known.delete(oldest.value);
  };

  return {
    async work({ url, org, headers, wire, deadline }, ask) {
      // Loaded with the first work: an isolate that calls no MCP server does not start slower for it.
      const { Client, StreamableHTTPClientTransport } = await import("@modelcontextprotocol/client");
      const key = `${org} ${url.href}`;
      const before = known.get(key);
      const client = new Client(SELF, {
        capabilities: {},
        versionNegotiation: { mode: "auto" },
        inputRequired: { autoFulfill: false },
      });
      const transport = new StreamableHTTPClientTransport(url, {
        fetch: wire.fetch,
        requestInit: { headers: { ...headers }, redirect: "manual" },
        reconnectionOptions: { maxRetries: 0, initialReconnectionDelay: 1, maxReconnectionDelay: 1, reconnectionDelayGrowFactor: 1 },
      });
      const options = { timeout: NEVER_MS, signal: deadline.signal };
      const asking: Asking = {
        callTool: async (name, input, { meta, headers: more, schema }) =>
          (await client.callTool(
            { name, arguments: input, _meta: meta },
            { ...options, headers: more, toolDefinition: { name, inputSchema: { ...schema, type: "object" } } },
          )) as JsonObject,
        listTools: async (cursor) =>
          (await client.request({ method: "tools/list", params: cursor === null ? {} : { cursor } }, options)) as JsonObject,
      };
      try {
        const prior = before !== undefined && before.until > now() ? { prior: before.prior } : {};
        await deadline.within(client.connect(transport, { ...options, ...prior }));
        remember(key, client);
        return { ok: true, seen: wire.seen, value: await deadline.within(ask(asking)) };
      } catch (error) {
        known.delete(key);
        return { ok: false, seen: wire.seen, error };
      } finally {
        // Out of time: the library has yet to tell the server, which must still know the session then.
        if (deadline.signal.aborted) await new Promise((resolve) => setTimeout(resolve, 0));
        await transport.terminateSession().catch(() => undefined);
        await client.close().catch(() => undefined);
      }
    },
  };
}
