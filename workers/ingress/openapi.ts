/** The OpenAPI 3.1 document, made from the route definitions. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { IngressEnv } from "./context.ts";

const TAGS: readonly (readonly [string, string])[] = [
  ["runs", "Starting and following runs"],
  ["workflows", "Definitions: data, kept by version and content"],
  ["tools", "What workflows may call"],
  ["models", "What models there are, what they cost and may see"],
  ["chat", "OpenAI's format: an app's own calls of a model, governed like a run's"],
  ["secrets", "Credentials of outside services"],
  ["guardrails", "Personal data and instructions in texts"],
  ["memory", "What is remembered of people, which each sees, corrects and deletes"],
  ["knowledge", "Documents that people and agents may search, each with its own readers"],
  ["people", "Reviews and dead letters: where a person decides"],
  ["policies", "The org's own policies and its permission matrix"],
  ["control", "The kill switch"],
  ["costs", "What runs and chats cost, why, and how workflows do"],
  ["evidence", "The audit chain"],
  ["api keys", "Who may call"],
  ["orgs", "What an org chooses for itself"],
  ["budgets", "What an org, a user or a workflow may spend, and what is spent"],
  ["credentials", "Credentials made for tools"],
  ["platform", "Health, numbers, documents, the console"],
];

/** The contract's version: the package's own. Which deployment answers is what `/healthz` says. */
const API_VERSION = "0.1.0";

export function openApiDocument(app: OpenAPIHono<IngressEnv>) {
  app.openAPIRegistry.registerComponent("securitySchemes", "apiKey", {
    type: "http",
    scheme: "bearer",
    description: "An API key (`bh_…`), or the platform admin's key, which acts in the org that the header `Bulkhead-Org` names.",
  });
  app.openAPIRegistry.registerComponent("securitySchemes", "consoleSession", {
    type: "apiKey",
    in: "cookie",
    name: "__Host-bulkhead",
    description:
      "The console's session. It is accepted only with `Sec-Fetch-Site: same-origin`, and for writes only with `X-Bulkhead-Console: 1`.",
  });
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Bulkhead",
      version: API_VERSION,
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
      description:
        "Runs AI agents in production: observable, bounded, auditable. Errors are RFC 9457 problem details; their `code` is listed under `/docs`.",
    },
    servers: [{ url: "/", description: "The deployment that serves this document" }],
    tags: TAGS.map(([name, description]) => ({ name, description })),
  });
}
