/** The MCP client library in workerd: it loads there, and calls as it does in Node. */
import { expect, it } from "vitest";
import { failureOf, mcpCaller, outputOf } from "../../support/mcp/gateway.ts";
import { asEvents, content, event, rpc, scriptedMcp } from "../../support/mcp/scripted.ts";

it("[MCP-1] runs in workerd: a session, a stream of events, an output", async () => {
  const server = scriptedMcp({
    "tools/call": ({ id }) =>
      asEvents(": hello\n\n", event({ jsonrpc: "2.0", method: "notifications/message", params: {} }), event(rpc(id, content("done")))),
  });
  expect(outputOf(await mcpCaller({}, { fetch: server.fetch })({ text: "hi" }, 60_000))).toEqual(content("done"));
  expect(server.methods()).toEqual(["server/discover", "initialize", "notifications/initialized", "tools/call", "DELETE"]);
}); // the library is loaded with the first call, through the test's own bundler

it("[MCP-9] ends a call in time in workerd", async () => {
  const server = scriptedMcp({ "tools/call": () => new Promise<Response>(() => undefined) });
  const outcome = await mcpCaller({}, { fetch: server.fetch })({}, 100);
  expect([outcome.reached, failureOf(outcome)?.code]).toEqual(["unknown", "timeout"]);
});
