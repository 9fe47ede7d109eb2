/** OpenAPI documents as tools: documents shaped like real ones, and documents that do harm. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isObject, type Json, type JsonObject } from "../../../../core/json.ts";
import { checkTool } from "../../../../core/tool/check.ts";
import { toolsOfOpenApi } from "../../../../core/tool/import/from-openapi.ts";
import type { SourceTools } from "../../../../core/tool/import/source.ts";
import type { HttpBinding } from "../../../../core/tool/manifest.ts";
import { toolRequest } from "../../../../core/tool/request.ts";
import { validate } from "../../../../core/workflow/schema.ts";
import { SHOP_3_0, TICKETS_3_1 } from "../../../support/openapi-documents.ts";

const NO_CHOICE = { prefix: "", effects: new Map(), secret: null };
const read = (document: Json, at: string | null = null, choices: Parameters<typeof toolsOfOpenApi>[2] = NO_CHOICE): SourceTools => {
  const found = toolsOfOpenApi(document, at, choices);
  if (!found.ok) throw new Error(found.error);
  return found.value;
};
const named = ({ tools }: SourceTools, name: string): JsonObject => {
  const tool = tools.find((one) => one.name === name);
  if (tool === undefined) throw new Error(`no tool ${name} among ${tools.map((one) => one.name).join(", ")}`);
  const checked = checkTool(name, tool.manifest, { allowPrivateHosts: false });
  expect(checked.ok ? [] : checked.error, name).toEqual([]);
  return tool.manifest;
};
const minimal = (operation: JsonObject, more: JsonObject = {}): JsonObject => ({
  openapi: "3.1.0",
  servers: [{ url: "https://api.example.com" }],
  paths: { "/x": { post: { operationId: "x", ...operation } } },
  ...more,
});
const reasonOf = (document: JsonObject): string | undefined => read(document).refused[0]?.reason;

describe("[IMPORT-2] each operation is a tool", () => {
  it("of a shop in OpenAPI 3.0", () => {
    const shop = read(SHOP_3_0);
    expect(shop.tools.map(({ name, item, manifest }) => [name, item, manifest["effect"], manifest["idempotency"]])).toEqual([
      ["list_orders", "GET /orders", "read", "key"],
      ["create_order", "POST /orders", "write", "key"],
      ["get_orders_order_id", "GET /orders/{orderId}", "read", "key"],
      ["patch_order", "PATCH /orders/{orderId}", "write", "none"],
      ["delete_order", "DELETE /orders/{orderId}", "write", "none"],
    ]);
    expect(shop.refused).toEqual([
      { name: "upload_picture", reason: "its body is not JSON" },
      { name: "export_orders", reason: "its answer is not JSON" },
    ]);
    expect(named(shop, "patch_order")["http"]).toEqual({
      url: "https://eu.shop.example.com/v2/orders/{orderId}",
      method: "PATCH",
      query: ["notify"],
    });
  });

  it("its input holds what goes into path, query and body, and arrives there", () => {
    const tool = named(read(SHOP_3_0), "patch_order");
    const input = { orderId: "A 1", notify: true, status: "paid", note: null };
    expect(validate(tool["input"] as JsonObject, input)).toEqual([]);
    expect(validate(tool["input"] as JsonObject, { ...input, more: 1 })).not.toEqual([]);
    expect(validate(tool["input"] as JsonObject, { notify: true })).not.toEqual([]);
    const request = toolRequest({ headers: {}, secret: null, ...(tool["http"] as object) } as HttpBinding, input);
    expect(request).toMatchObject({
      ok: true,
      value: { url: "https://eu.shop.example.com/v2/orders/A%201?notify=true", method: "PATCH", body: '{"status":"paid","note":null}' },
    });
  });

  it("words of OpenAPI 3.0 mean in the schema what they meant in the document", () => {
    const order = named(read(SHOP_3_0), "get_orders_order_id")["output"] as JsonObject;
    const good = { id: "9007199254740993", total: 10, note: null, replaces: { id: "1", total: 1, note: "x" } };
    expect(validate(order, good)).toEqual([]);
    expect(validate(order, { ...good, total: 0 })).not.toEqual([]); // `exclusiveMinimum: true`
    expect(validate(order, { ...good, id: null })).not.toEqual([]);
    expect(validate(order, { ...good, replaces: { id: "1", total: 0 } })).not.toEqual([]); // a schema that refers to itself
  });

  it("a bound of 64 bits is a bound", () => {
    const id = { type: "integer", format: "int64", minimum: "-9223372036854775808", maximum: "9223372036854775807" };
    const found = read(minimal({ parameters: [{ name: "id", in: "query", required: true, schema: id }] }));
    const input = named(found, "x")["input"] as JsonObject;
    expect(validate(input, { id: "9007199254740993" })).toEqual([]);
    expect(validate(input, { id: "x" })).not.toEqual([]);
  });

  it("of a ticket system in OpenAPI 3.1, at the address of its document", () => {
    const tickets = read(TICKETS_3_1, "https://help.example.com/api/openapi.json", {
      prefix: "help.",
      effects: new Map([["help.search", "read"]]),
      secret: "help-key",
    });
    expect(tickets.tools.map(({ name, manifest }) => [name, manifest["effect"]])).toEqual([
      ["help.search", "read"],
      ["help.close_ticket", "write"],
    ]);
    expect(named(tickets, "help.search")["http"]).toEqual({
      url: "https://help.example.com/api/v1/search",
      method: "POST",
      query: [],
      secret: "help-key",
    });
    const input = named(tickets, "help.close_ticket")["input"] as JsonObject;
    expect(validate(input, { id: 7, reason: "solved", by: { name: "Ann", kind: "agent" } })).toEqual([]);
    expect(validate(input, { id: 7, reason: "solved", by: { name: "Ann", kind: "robot" } })).not.toEqual([]);
  });

  it("names are made the same way each time, and namesakes are all refused", () => {
    const names = (ids: readonly string[]) => {
      const paths = Object.fromEntries(ids.map((operationId, index) => [`/p${index}`, { get: { operationId } }]));
      return read({ openapi: "3.0.0", servers: [{ url: "https://a.example" }], paths });
    };
    const long = "listEverythingThatThereIsInTheWholeWideWorldOfOrdersAndMoreOrders";
    const found = names(["getHTTPStatus", "orders/list-all", "Ünïcode!", "---", long, long.concat("X"), "a b", "a_b"]);
    expect(found.tools.map(({ name }) => name)).toEqual([
      "get_httpstatus",
      "orders_list-all",
      "n_code",
      expect.stringMatching(/^list_everything.{39}_[0-9a-f]{8}$/),
      expect.stringMatching(/_[0-9a-f]{8}$/),
    ]);
    expect(found.refused).toEqual([
      { name: "", reason: "its name has no letter or digit" },
      { name: "a_b", reason: "several tools of the source would have this name" },
      { name: "a_b", reason: "several tools of the source would have this name" },
    ]);
  });
});

describe("[IMPORT-3] what cannot be a tool is refused with its reason", () => {
  const body = (schema: Json): JsonObject => ({ requestBody: { required: true, content: { "application/json": { schema } } } });
  const parameter = (more: JsonObject): JsonObject => ({ parameters: [{ name: "q", in: "query", ...more }] });
  it.each<[string, JsonObject]>([
    ["a reference leaves the document", body({ $ref: "https://evil.example/schema.json" })],
    ["a reference leaves the document", body({ type: "object", properties: { a: { $ref: "file:///etc/passwd" } } })],
    ["a reference points to nothing in the document", body({ type: "object", properties: { a: { $ref: "#/components/schemas/No" } } })],
    ["its body is not an object", body({ type: "array" })],
    ["it needs a parameter in its headers", parameter({ in: "header", required: true })],
    ["it needs a parameter in its cookies", parameter({ in: "cookie", required: true })],
    ["a parameter of its address is a list or an object", parameter({ required: true, schema: { type: "array" } })],
    ["a parameter and a field of its body have one name", { ...parameter({}), ...body({ type: "object", properties: { q: {} } }) }],
    ["its body has several forms beside parameters", { ...parameter({}), ...body({ oneOf: [{}, {}] }) }],
    ["its description is longer than 4096 characters", { description: "x".repeat(5_000) }],
    ["its answer is not JSON", { responses: { "200": { content: { "text/csv": {} } } } }],
  ])("%s", (reason, operation) => expect(reasonOf(minimal(operation))).toBe(reason));

  it("references in circles end", () => {
    const schemas = {
      A: { $ref: "#/components/schemas/B" },
      B: { $ref: "#/components/schemas/A" },
      Deep: { allOf: Array.from({ length: 40 }, () => ({ $ref: "#/components/schemas/Deep" })) },
    };
    expect(reasonOf(minimal(body({ $ref: "#/components/schemas/A" }), { components: { schemas } }))).toBe(
      "a reference leads through too many references",
    );
    const deep = { ...parameter({}), ...body({ $ref: "#/components/schemas/Deep" }) };
    expect(reasonOf(minimal(deep, { components: { schemas } }))).toBe("its body has too many parts");
    const paths = { "/a": { $ref: "#/paths/~1b" }, "/b": { $ref: "#/paths/~1a" } };
    expect(read({ openapi: "3.0.0", paths })).toEqual({ tools: [], refused: [] });
  });

  it.each<[Json, string | null]>([
    [{ swagger: "2.0", paths: {} }, null],
    [{ openapi: "4.0.0", paths: {} }, null],
    [{ openapi: "3.1.0" }, null],
    [[], null],
  ])("the document %j is none", (document, at) => expect(toolsOfOpenApi(document, at, NO_CHOICE).ok).toBe(false));

  it("a server on a private host is refused like any tool's", () => {
    const [tool] = read(minimal({}, { servers: [{ url: "http://169.254.169.254" }] })).tools;
    expect(tool === undefined ? null : checkTool("x", tool.manifest, { allowPrivateHosts: false })).toMatchObject({
      ok: false,
      error: [{ path: "/http/url" }],
    });
  });

  it("never throws, whatever the document says", () => {
    const mutated = fc
      .tuple(fc.constantFrom(SHOP_3_0, TICKETS_3_1), fc.nat(400), fc.jsonValue())
      .map(([document, at, value]) => replaceNth(document, at, value as Json));
    fc.assert(
      fc.property(mutated, (document) => {
        const found = toolsOfOpenApi(document, null, NO_CHOICE);
        if (found.ok) for (const { name, manifest } of found.value.tools) checkTool(name, manifest, { allowPrivateHosts: false });
      }),
      { numRuns: 300 },
    );
  });
});

/** The document with its nth value replaced. */
function replaceNth(document: Json, nth: number, value: Json): Json {
  let left = nth;
  const walk = (node: Json): Json => {
    if (left-- === 0) return value;
    if (Array.isArray(node)) return node.map(walk);
    return isObject(node) ? Object.fromEntries(Object.entries(node).map(([key, child]) => [key, walk(child)])) : node;
  };
  return walk(document);
}
