/** `POST /v1/tools/import`: the shape of its body, and what it asks for. */
import { z } from "@hono/zod-openapi";
import type { JsonObject } from "../../../core/json.ts";
import type { ImportRequest } from "../../use-cases/import-tools.ts";
import { TOOL_NAME } from "./names.ts";

const url = z.string().max(2_048);
const secret = z
  .string()
  .regex(TOOL_NAME, "is not the name of a secret")
  .optional()
  .openapi({ description: "name of the secret that every call of these tools is made with, and that an MCP server is listed with" });
const mcp = z.strictObject({ url, secret });
const openapi = z
  .strictObject({
    url: url.optional(),
    document: z.record(z.string(), z.unknown()).optional().openapi({ description: "OpenAPI 3.0 or 3.1, as JSON" }),
    secret,
  })
  .refine(({ url: at, document }) => (at === undefined) !== (document === undefined), "needs either `url` or `document`");

/** Either `mcp` or `openapi`. */
export const ImportBody = z
  .strictObject({
    mcp: mcp.optional(),
    openapi: openapi.optional(),
    prefix: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]{0,31}$/, "has to start like a tool's name, and has at most 32 characters")
      .optional()
      .openapi({ example: "crm." }),
    effects: z
      .record(z.string().max(63), z.enum(["none", "read", "write"]))
      .optional()
      .openapi({ description: "by name here: what a person knows of a tool; by default what a GET does is `read`, all else `write`" }),
    only: z.array(z.string().max(63)).min(1).max(200).optional().openapi({ description: "names here; by default all" }),
  })
  .refine((body) => (body.mcp === undefined) !== (body.openapi === undefined), "needs either `mcp` or `openapi`")
  .openapi("ImportRequest");

/** The body as the use case wants it. */
export function importRequest(body: z.output<typeof ImportBody>): ImportRequest {
  const { openapi: document, mcp: server, prefix = "", effects = {}, only } = body;
  const choices = { prefix, effects: new Map(Object.entries(effects)), secret: server?.secret ?? document?.secret ?? null };
  const source: ImportRequest["source"] =
    server !== undefined
      ? { kind: "mcp", url: server.url }
      : document?.document !== undefined
        ? { kind: "openapi", document: document.document as JsonObject }
        : { kind: "openapi", url: document?.url ?? "" };
  return { source, choices, only: only === undefined ? null : new Set(only) };
}
