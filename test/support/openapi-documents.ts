/** OpenAPI documents in the shape of real ones: a shop in 3.0 and a ticket system in 3.1. */
import type { JsonObject } from "../../core/json.ts";

const json = (schema: JsonObject): JsonObject => ({ content: { "application/json": { schema } } });
const ref = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });

export const SHOP_3_0: JsonObject = {
  openapi: "3.0.3",
  info: { title: "Shop", version: "2.4.0" },
  servers: [{ url: "https://{region}.shop.example.com/v2/", variables: { region: { default: "eu", enum: ["eu", "us"] } } }],
  security: [{ bearer: [] }],
  paths: {
    "/orders": {
      get: {
        operationId: "listOrders",
        summary: "Lists orders, newest first",
        parameters: [
          { $ref: "#/components/parameters/Limit" },
          { name: "status", in: "query", schema: { type: "string", enum: ["open", "paid"] } },
          { name: "tags", in: "query", schema: { type: "array", items: { type: "string" } } },
          { name: "X-Trace", in: "header", schema: { type: "string" } },
        ],
        responses: {
          "200": { description: "orders", ...json({ type: "array", items: ref("Order") }) },
          default: { $ref: "#/components/responses/Problem" },
        },
      },
      post: {
        operationId: "createOrder",
        description: "Creates an order.",
        parameters: [{ name: "Idempotency-Key", in: "header", required: true, schema: { type: "string" } }],
        requestBody: { required: true, ...json({ allOf: [ref("OrderFields"), { type: "object", required: ["item"] }] }) },
        responses: { "201": { description: "the order", ...json(ref("Order")) } },
      },
    },
    "/orders/{orderId}": {
      parameters: [{ name: "orderId", in: "path", required: true, schema: { type: "string" } }],
      get: { summary: "One order", responses: { "200": { description: "the order", ...json(ref("Order")) } } },
      patch: {
        operationId: "patchOrder",
        parameters: [{ name: "notify", in: "query", schema: { type: "boolean", default: false } }],
        requestBody: { required: true, ...json(ref("OrderFields")) },
        responses: { "2XX": { description: "the order", ...json(ref("Order")) } },
      },
      delete: { operationId: "deleteOrder", responses: { "204": { description: "gone" } } },
    },
    "/orders/{orderId}/picture": {
      put: {
        operationId: "uploadPicture",
        parameters: [{ name: "orderId", in: "path", required: true, schema: { type: "string" } }],
        requestBody: { required: true, content: { "image/png": { schema: { type: "string", format: "binary" } } } },
        responses: { "204": { description: "taken" } },
      },
    },
    "/export": {
      get: {
        operationId: "exportOrders",
        responses: { "200": { description: "a table", content: { "text/csv": { schema: { type: "string" } } } } },
      },
    },
  },
  components: {
    parameters: { Limit: { name: "limit", in: "query", description: "how many", schema: { type: "integer", minimum: 1, maximum: 100 } } },
    responses: { Problem: { description: "what went wrong", content: { "application/problem+json": { schema: ref("Problem") } } } },
    schemas: {
      OrderFields: {
        type: "object",
        additionalProperties: false,
        properties: {
          status: { type: "string", enum: ["open", "paid"] },
          note: { type: "string", nullable: true, example: "ring twice" },
          item: { type: "string" },
        },
      },
      Order: {
        type: "object",
        required: ["id", "total"],
        properties: {
          id: { type: "integer", format: "int64" },
          total: { type: "number", minimum: 0, exclusiveMinimum: true },
          note: { type: "string", nullable: true },
          replaces: ref("Order"),
        },
        xml: { name: "order" },
      },
      Problem: { type: "object", properties: { title: { type: "string" } } },
    },
    securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
  },
};

export const TICKETS_3_1: JsonObject = {
  openapi: "3.1.1",
  jsonSchemaDialect: "https://json-schema.org/draft/2020-12/schema",
  info: { title: "Help desk", version: "2026-05-01" },
  servers: [{ url: "v1" }],
  paths: {
    "/search": {
      post: {
        operationId: "search",
        description: "Searches tickets by text.",
        requestBody: json({
          type: "object",
          properties: { text: { type: ["string", "null"] }, limit: { type: "integer", exclusiveMinimum: 0 } },
        }),
        responses: {
          "200": { description: "hits", ...json({ type: "object", properties: { hits: { type: "array", items: ref("Ticket") } } }) },
        },
      },
    },
    "/tickets/{id}/close": {
      post: {
        operationId: "closeTicket",
        summary: "Closes a ticket",
        parameters: [{ name: "id", in: "path", required: true, schema: { type: "integer" } }],
        requestBody: {
          required: true,
          ...json({
            allOf: [ref("Reason"), { type: "object", properties: { by: { anyOf: [ref("Agent"), { type: "null" }] } }, required: ["by"] }],
          }),
        },
        responses: { "200": { description: "the ticket", ...json(ref("Ticket")) } },
      },
      trace: { operationId: "traceTicket", responses: {} },
    },
  },
  webhooks: { closed: { post: { operationId: "onClosed", responses: {} } } },
  components: {
    schemas: {
      Reason: { type: "object", properties: { reason: { type: "string", minLength: 1 } }, required: ["reason"] },
      Agent: { type: "object", properties: { name: { type: "string" }, kind: { const: "agent" } }, required: ["name", "kind"] },
      Ticket: {
        type: "object",
        properties: { id: { type: "integer" }, parent: { anyOf: [ref("Ticket"), { type: "null" }] } },
        required: ["id"],
      },
    },
  },
};
