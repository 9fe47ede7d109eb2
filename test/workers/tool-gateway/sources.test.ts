/** What tools are imported from: a real MCP server's list, lists that do not end, and documents at an address. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { checkTool } from "../../../core/tool/check.ts";
import { toolsOfMcp } from "../../../core/tool/import/from-mcp.ts";
import type { JsonSchema } from "../../../core/workflow/definition.ts";
import { validate } from "../../../core/workflow/schema.ts";
import type { ToolGatewayPorts } from "../../../workers/tool-gateway/ports.ts";
import { defineToolSources } from "../../../workers/tool-gateway/sources.ts";
import { scriptedGuard } from "../../support/doubles/scripted-guard.ts";
import { type Everything, startEverything } from "../../support/mcp/everything.ts";
import { asJson, asText, rpc, scriptedMcp, type Turn, URL_OF_SERVER } from "../../support/mcp/scripted.ts";

const sources = (more: Partial<ToolGatewayPorts>) =>
  defineToolSources({
    manifest: async () => null,
    guard: scriptedGuard(),
    credential: () => Promise.reject(new Error("an import makes no credential")),
    secret: async () => null,
    egress: async () => null,
    log: () => undefined,
    now: () => 0,
    allowPrivateHosts: false,
    fetch: () => Promise.reject(new TypeError("no network in this test")),
    ...more,
  });

describe("the list of server-everything", () => {
  let server: Everything;
  beforeAll(async () => {
    server = await startEverything();
  });
  afterAll(() => server.stop());

  it("[IMPORT-2] becomes manifests that are valid as they are", async () => {
    const listed = await sources({ fetch, allowPrivateHosts: true }).mcpTools("acme", server.url, null);
    if (!listed.ok) throw new Error(listed.error.message);
    const { tools, refused } = toolsOfMcp(server.url, listed.value, { prefix: "", effects: new Map(), secret: null });
    expect(refused).toEqual([]);
    expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(["echo", "get-sum", "get-structured-content"]));
    const flaws = tools
      .map(({ name, manifest }) => checkTool(name, manifest, { allowPrivateHosts: true }))
      .filter((checked) => !checked.ok);
    expect([flaws, tools.length > 5]).toEqual([[], true]);
  });
});

describe("a list", () => {
  const page = (tools: Json[], nextCursor?: string): Json => ({ tools, ...(nextCursor === undefined ? {} : { nextCursor }) });
  const tool = (name: string): Json => ({ name, inputSchema: { type: "object" } });
  const list = (turn: Turn, more: Partial<ToolGatewayPorts> = {}) =>
    sources({ fetch: scriptedMcp({ "tools/list": turn }).fetch, ...more }).mcpTools("acme", URL_OF_SERVER, null);
  const cursorOf = (message: { [name: string]: Json }): Json => (message["params"] as { cursor?: Json } | undefined)?.cursor ?? null;

  it("[IMPORT-8] is read page by page", async () => {
    const found = await list((message) =>
      asJson(rpc(message["id"], cursorOf(message) === null ? page([tool("a")], "2") : page([tool("b")]))),
    );
    expect(found).toMatchObject({ ok: true, value: [{ name: "a" }, { name: "b" }] });
  });

  it.each<[string, Turn, string]>([
    ["goes round in circles", ({ id }) => asJson(rpc(id, page([tool("a")], "again"))), "output_invalid"],
    ["never ends", (message) => asJson(rpc(message["id"], page([tool("a")], `${cursorOf(message)}x`))), "output_invalid"],
    ["is no list", ({ id }) => asJson(rpc(id, { tools: "all" })), "output_invalid"],
    ["is refused", () => asJson({}, {}, 403), "upstream_unavailable"],
    ["is elsewhere", () => new Response(null, { status: 302, headers: { location: "https://evil.example" } }), "upstream_unavailable"],
  ])("[IMPORT-8] that %s is refused", async (_, turn, code) => expect(await list(turn)).toMatchObject({ ok: false, error: { code } }));

  it("[IMPORT-8] is asked for with the secret at its own hosts, and with nothing otherwise", async () => {
    const server = scriptedMcp({ "tools/list": ({ id }) => asJson(rpc(id, page([]))) });
    const secret = async () => ({ value: "the-secret-value", hosts: ["mcp.example.com"] });
    const ask = sources({ fetch: server.fetch, secret });
    await ask.mcpTools("acme", URL_OF_SERVER, null);
    expect(new Set(server.asked.map(({ headers }) => headers.get("authorization")))).toEqual(new Set([null]));
    server.asked.length = 0;
    await ask.mcpTools("acme", URL_OF_SERVER, "notes-key");
    expect(new Set(server.asked.map(({ headers }) => headers.get("authorization")))).toEqual(new Set(["Bearer the-secret-value"]));
    server.asked.length = 0;
    expect(await ask.mcpTools("acme", "https://other.example.com/mcp", "notes-key")).toMatchObject({ error: { code: "policy_denied" } });
    expect(server.asked).toEqual([]);
  });

  it.each([
    ["a private host", "https://192.168.1.1/mcp", null],
    ["a host that the org does not list", URL_OF_SERVER, ["api.example.com"]],
  ])("[IMPORT-8] is not asked for at %s", async (_, url, egress) => {
    const server = scriptedMcp();
    const ask = sources({ fetch: server.fetch, egress: async () => egress });
    expect([await ask.mcpTools("acme", url, null), await ask.document("acme", url)]).toMatchObject([
      { error: { code: "policy_denied" } },
      { error: { code: "policy_denied" } },
    ]);
    expect(server.asked).toEqual([]);
  });
});

describe("a document", () => {
  const document = (answer: () => Response) =>
    sources({ fetch: (async () => answer()) as unknown as typeof fetch }).document("acme", "https://api.example.com/openapi.json");

  it("[IMPORT-8] is read whatever its type says, with long numbers as their digits", async () => {
    expect(await document(() => asText('{"openapi":"3.1.0","n":9223372036854775807}', "text/plain"))).toEqual({
      ok: true,
      value: { openapi: "3.1.0", n: "9223372036854775807" },
    });
  });

  it.each<[string, () => Response, string]>([
    ["YAML", () => asText("openapi: 3.1.0", "application/yaml"), "output_invalid"],
    ["more than 4 MiB", () => asText(`"${"x".repeat(5 * 1024 * 1024)}"`), "output_invalid"],
    ["a redirect", () => new Response(null, { status: 301, headers: { location: "https://evil.example" } }), "upstream_unavailable"],
    ["an error", () => new Response("no", { status: 500 }), "upstream_unavailable"],
  ])("[IMPORT-8] that is %s is refused", async (_, answer, code) =>
    expect(await document(answer)).toMatchObject({ ok: false, error: { code } }),
  );
});

it("[IMPORT-10] what a server that declares no output answers fits the schema of its import, in either form", () => {
  const { tools } = toolsOfMcp("https://mcp.example.com/mcp", [{ name: "get-sum", inputSchema: { type: "object" } }], {
    ...{ prefix: "", effects: new Map(), secret: null },
  });
  const output = tools[0]?.manifest["output"] as JsonSchema;
  expect(validate(output, { sum: 3 })).toEqual([]);
  expect(validate(output, { content: [{ type: "text", text: "3" }] })).toEqual([]);
  expect(validate(output, { content: "3" })).toHaveLength(1);
  expect(validate(output, "3")).toHaveLength(1);
});
