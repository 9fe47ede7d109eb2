/** The documents: what /openapi.json and /docs say agrees with what the ingress does. */
import { describe, expect, it } from "vitest";
import { ERRORS } from "../../../core/errors/codes.ts";
import { isObject, type JsonObject } from "../../../core/json.ts";
import packageJson from "../../../package.json" with { type: "json" };
import { ADMIN_KEY, makeWorld } from "../../support/ingress-fakes.ts";

const world = makeWorld();
const document = (await (await world.send("GET", "/openapi.json")).json()) as JsonObject & {
  paths: Record<string, Record<string, JsonObject & { responses: JsonObject; security?: JsonObject[]; parameters?: JsonObject[] }>>;
  components: { schemas: JsonObject; securitySchemes: JsonObject };
};

/** The routes that docs/contract.md describes. */
const ROUTES = `
GET /healthz
GET /openapi.json
GET /docs
GET /.well-known/jwks.json
GET /metrics
GET /console
POST /console/session
DELETE /console/session
GET /v1/alerts
GET /v1/anomalies
GET /v1/incidents
POST /v1/incidents
GET /v1/incidents/{id}
PUT /v1/incidents/{id}
POST /admin/kill-switch/drill
GET /admin/kill-switch/drills
POST /v1/api-keys
GET /v1/api-keys
DELETE /v1/api-keys/{id}
POST /v1/api-keys/{id}/rotate
GET /v1/me
GET /console/providers
GET /console/login
GET /console/callback
GET /v1/tools
PUT /v1/tools/{name}
GET /v1/tools/{name}
POST /v1/tools/{name}/test
POST /v1/tools/import
POST /v1/tools/{name}/approve
GET /v1/tools/{name}/credentials
POST /v1/tools/{name}/credentials
PUT /v1/models/{provider}/{name}
POST /v1/policies
GET /v1/policies
GET /v1/policies/{version}
GET /v1/policies/activations
POST /v1/policies/activations/{id}/approve
POST /v1/policies/{version}/replay
POST /v1/policies/{version}/analysis
GET /v1/policy-jobs
GET /v1/policy-jobs/{id}
POST /v1/policies/{version}/activate
PUT /v1/permissions
GET /v1/permissions
PUT /v1/routes/{task}
GET /v1/routes
GET /v1/routes/{task}
DELETE /v1/routes/{task}
DELETE /v1/tools/{name}
DELETE /v1/workflows/{name}
PUT /v1/secrets/{name}
POST /v1/workflows
GET /v1/workflows
GET /v1/workflows/{name}
GET /v1/workflows/{name}/versions
GET /v1/workflows/{name}/versions/{v}
GET /v1/workflows/{name}/versions/{v}/reach
POST /v1/workflows/{name}/traffic
PUT /v1/budgets/{scope}
GET /v1/budgets
PUT /v1/orgs/{org}
GET /v1/orgs/{org}
POST /v1/orgs/{org}/callback-secret
POST /v1/runs
GET /v1/runs
GET /v1/runs/{id}
GET /v1/runs/{id}/events
POST /v1/runs/{id}/cancel
POST /v1/runs/{id}/pause
POST /v1/runs/{id}/resume
GET /v1/runs/{id}/steps/{step}/output
GET /v1/runs/{id}/trace
GET /v1/runs/{id}/evidence
GET /v1/runs/{id}/risk
GET /v1/runs/{id}/explain
GET /v1/runs/{id}/context
POST /v1/runs/{id}/signals/{name}
POST /v1/runs/estimate
GET /v1/costs
GET /v1/costs/outcomes
POST /v1/costs/reconcile
GET /v1/health/workflows
POST /v1/runs/{id}/feedback
POST /v1/runs/{id}/replay
POST /v1/guardrails/check
POST /v1/chat/completions
POST /v1/embeddings
GET /v1/models
GET /v1/models/{provider}/{name}
GET /v1/reviews
GET /v1/reviews/oversight
GET /v1/reviews/{id}
POST /v1/reviews/{id}/decision
PUT /v1/approvers/{operation}
GET /v1/approvers
GET /v1/approvers/{operation}
DELETE /v1/approvers/{operation}
GET /v1/dead-letters
POST /v1/dead-letters/{id}/redrive
POST /v1/dead-letters/{id}/discard
POST /v1/overrides
GET /v1/overrides
POST /v1/overrides/{id}/approve
POST /v1/memories
GET /v1/memories
GET /v1/memories/{id}
PUT /v1/memories/{id}
DELETE /v1/memories/{id}
POST /v1/memories/{id}/release
GET /v1/sessions/{id}
DELETE /v1/sessions/{id}
PUT /v1/knowledge/{collection}
GET /v1/knowledge
GET /v1/knowledge/{collection}
DELETE /v1/knowledge/{collection}
POST /v1/knowledge/{collection}/documents
GET /v1/knowledge/{collection}/documents
GET /v1/knowledge/{collection}/documents/{id}
DELETE /v1/knowledge/{collection}/documents/{id}
POST /v1/knowledge/{collection}/documents/{id}/release
POST /v1/knowledge/{collection}/search
POST /admin/kill-switch
GET /admin/kill-switch
POST /admin/kill-switch/recovery
POST /admin/kill-switch/recovery/{id}/approve
GET /v1/audit/entries
GET /v1/users/{id}/export
DELETE /v1/users/{id}
GET /v1/users/{id}/erasure
GET /v1/erasures/{id}
GET /v1/inventory
POST /v1/compliance/{framework}
GET /v1/compliance/exports
GET /v1/compliance/exports/{id}
POST /v1/audit/verify
POST /v1/orgs/{org}/witnesses/{id}/approve
GET /v1/audit/checkpoint
GET /v1/audit/proof
GET /v1/audit/consistency
GET /v1/audit/log/checkpoint
GET /v1/audit/raw
GET /v1/audit/raw/pages
GET /v1/audit/raw/segments
GET /v1/audit/raw/object
GET /v1/audit/log/tile/{tile}
POST /v1/credentials/introspect
`
  .trim()
  .split("\n")
  .sort();

/** docs/contract.md, "Conventions": here every error is OpenAI's. */
const OPENAI = ["POST /v1/chat/completions", "POST /v1/embeddings", "GET /v1/models", "GET /v1/models/{provider}/{name}"];

const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
);

describe("/openapi.json", () => {
  it("is OpenAPI 3.1 and lists every route and no other", () => {
    expect(document["openapi"]).toBe("3.1.0");
    expect(document["info"]).toMatchObject({ title: "Bulkhead", version: packageJson.version, license: { name: "Apache-2.0" } });
    expect(operations.map(({ path, method }) => `${method} ${path}`).sort()).toEqual(ROUTES);
  });

  it("has for every operation answers, and parameters for every part of the path", () => {
    expect(operations.length).toBeGreaterThan(50);
    for (const { path, method, operation } of operations) {
      const statuses = Object.keys(operation.responses);
      expect(statuses.length, `${method} ${path}`).toBeGreaterThan(0);
      expect(
        statuses.filter((status) => !/^[1-5]\d\d$/.test(status)),
        `${method} ${path}`,
      ).toEqual([]);
      const answers = Object.values(operation.responses);
      expect(answers).toHaveLength(statuses.length);
      for (const answer of answers) expect(answer).toMatchObject({ description: expect.any(String) });
      const names = (operation.parameters ?? []).filter((parameter) => parameter["in"] === "path");
      expect(names.map((parameter) => parameter["name"]).sort()).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort());
      expect(names.filter((parameter) => parameter["required"] !== true)).toEqual([]);
    }
  });

  it("names every operation once, in camelCase, under a tag that is described", () => {
    const ids = operations.map(({ operation }) => String(operation["operationId"]));
    expect(ids.filter((id) => !/^[a-z]+([A-Z][a-z]+)*$/.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(operations.length);
    const tags = (document["tags"] as { name: string; description: string }[]).filter(({ description }) => description.length > 0);
    for (const { operation } of operations)
      expect(tags.map(({ name }) => name)).toEqual(expect.arrayContaining(operation["tags"] as string[]));
  });

  it("has patterns that a JSON Schema reader compiles and that match what they describe", () => {
    const walk = (value: unknown): void => {
      if (Array.isArray(value)) value.forEach(walk);
      else if (isObject(value)) {
        const { pattern, example } = value;
        if (typeof pattern === "string") {
          expect(() => new RegExp(pattern, "u"), pattern).not.toThrow();
          expect(pattern).not.toMatch(/\\p\{/); // means other letters where a reader compiles it without a flag
          if (typeof example === "string") expect(example).toMatch(new RegExp(pattern, "u"));
        }
        Object.values(value).forEach(walk);
      }
    };
    walk(document);
  });

  it("lets null in where it may stand: a shape and a type that it has not hold nothing together", () => {
    const walk = (value: unknown): void => {
      if (Array.isArray(value)) value.forEach(walk);
      else if (isObject(value)) {
        const parts = Array.isArray(value["allOf"]) ? value["allOf"] : [];
        const types = parts.flatMap((part) => (isObject(part) ? [part["type"]] : [])).flat();
        expect(types, JSON.stringify(parts).slice(0, 200)).not.toContain("null");
        Object.values(value).forEach(walk);
      }
    };
    walk(document);
  });

  it("requires what a request cannot be without, and describes bodies and streams", () => {
    const schemas = document.components.schemas as Record<string, { required?: string[]; properties?: JsonObject }>;
    expect(schemas["StartRun"]?.required).toEqual(expect.arrayContaining(["workflow", "input"]));
    expect(schemas["Run"]?.required).toEqual(expect.arrayContaining(["input", "output"]));
    for (const name of ["Definition", "ToolManifest", "ModelManifest", "ModelRouteManifest", "ChatRequest", "EmbeddingRequest"])
      expect(Object.keys(schemas[name]?.properties ?? {}).length, name).toBeGreaterThan(1);
    for (const path of ["/v1/runs/{id}/events", "/v1/chat/completions"])
      expect(JSON.stringify(document.paths[path]), path).toContain("text/event-stream");
  });

  it("[LIST-1] pages every list: `limit`, `cursor` and `next_cursor` go together", () => {
    /** Tables of figures: their groups are bounded, and their sums are of all of them. `data` of OpenAI's list is OpenAI's. */
    const tables = ["/v1/costs", "/v1/costs/outcomes", "/v1/health/workflows", "/v1/models", "/v1/reviews/oversight", "/console/providers"];
    /** Pages by the audit log's own numbers. */
    const byNumber = ["/v1/audit/raw/pages", "/v1/audit/raw/segments"];
    const schemaOf = (value: unknown): JsonObject => {
      if (!isObject(value)) return {};
      const reference = value["$ref"];
      return typeof reference === "string" ? schemaOf(document.components.schemas[reference.split("/").at(-1) ?? ""]) : value;
    };
    const lists = operations.filter(({ method, path, operation }) => {
      const content = (operation.responses["200"] as JsonObject | undefined)?.["content"];
      const json = isObject(content) && isObject(content["application/json"]) ? schemaOf(content["application/json"]["schema"]) : {};
      const fields = isObject(json["properties"]) ? json["properties"] : {};
      if (method !== "GET" || [...tables, ...byNumber].includes(path) || !isObject(fields["data"]) || fields["data"]["type"] !== "array")
        return false;
      const named = [...Object.keys(fields), ...(operation.parameters ?? []).map(({ name }) => String(name))];
      expect.soft(named, path).toEqual(expect.arrayContaining(["next_cursor", "limit"]));
      return true;
    });
    expect(lists.length).toBeGreaterThan(15);
    expect(lists.map(({ path }) => path)).toEqual(
      expect.arrayContaining(["/v1/alerts", "/v1/anomalies", "/admin/kill-switch/drills", "/v1/runs"]),
    );
  });

  it("demands a body of no POST that can do without one", () => {
    const optional =
      `/admin/kill-switch/recovery/{id}/approve /v1/api-keys/{id}/rotate /v1/audit/verify /v1/dead-letters/{id}/redrive /v1/incidents
      /v1/memories/{id}/release /v1/orgs/{org}/witnesses/{id}/approve /v1/overrides/{id}/approve /v1/policies/activations/{id}/approve
      /v1/policies/{version}/analysis /v1/policies/{version}/replay /v1/runs/{id}/replay /v1/runs/{id}/resume`.split(/\s+/);
    const posts = operations.filter(({ path, method }) => method === "POST" && optional.includes(path));
    expect(posts.map(({ path }) => path).sort()).toEqual(optional);
    const demanding = posts.filter(({ operation }) => {
      const body = operation["requestBody"] as JsonObject | undefined;
      return body?.["required"] === true;
    });
    expect(demanding.map(({ path }) => path)).toEqual([]);
  });

  it("resolves every reference", () => {
    const walk = (value: unknown): void => {
      if (Array.isArray(value)) value.forEach(walk);
      else if (isObject(value)) {
        const reference = value["$ref"];
        if (typeof reference === "string") {
          const found = reference
            .slice(2)
            .split("/")
            .reduce<unknown>((at, token) => (isObject(at) ? at[token] : undefined), document);
          expect(found, reference).toBeDefined();
        }
        Object.values(value).forEach(walk);
      }
    };
    walk(document);
  });

  it("names who may call, and problem details with every code", () => {
    expect(document.components.securitySchemes).toMatchObject({
      apiKey: { type: "http", scheme: "bearer" },
      consoleSession: { type: "apiKey", in: "cookie", name: "__Host-bulkhead" },
    });
    const problem = document.components.schemas["Problem"] as { properties: { code: { enum: string[] } } };
    expect(problem.properties.code.enum).toEqual(Object.keys(ERRORS));
    const governed = operations.filter(({ path }) => path.startsWith("/v1/") || path.startsWith("/admin/"));
    expect(governed.length).toBeGreaterThan(50);
    for (const { path, method, operation } of governed) {
      expect(operation.security?.length, path).toBeGreaterThan(0);
      for (const status of ["400", "401", "403", "429", "500", "503"]) {
        const type = OPENAI.includes(`${method} ${path}`) ? "application/json" : "application/problem+json";
        expect(operation.responses[status], `${path} ${status}`).toMatchObject({ content: { [type]: {} } });
      }
    }
  });

  it("[agrees] whatever has security answers 401 without a key; whatever has none does not", async () => {
    expect(operations.length).toBeGreaterThan(50);
    for (const { path, method, operation } of operations) {
      const answer = await world.send(method, path.replace(/\{\w+\}/g, "x"), method === "POST" || method === "PUT" ? { body: {} } : {});
      expect([method, path, answer.status === 401]).toEqual([method, path, (operation.security?.length ?? 0) > 0]);
    }
  });
});

describe("/docs", () => {
  it("has a place for every error code and every operation, and loads nothing", async () => {
    const answer = await world.send("GET", "/docs");
    const page = await answer.text();
    for (const code of Object.keys(ERRORS)) expect(page).toContain(`id="error-${code}"`);
    expect(operations.length).toBeGreaterThan(50);
    for (const { path } of operations) expect(page).toContain(`<code>${path}</code>`);
    expect(page).not.toMatch(/<script|<link|<img|\bsrc=|https?:\/\/(?!a\.example)/);
    expect(answer.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
  });
});

describe("every answer", () => {
  it.each(["/healthz", "/docs", "/v1/runs", "/nothing", "/console", "/.well-known/jwks.json"])(
    "has a trace and security headers: %s",
    async (path) => {
      const { headers } = await world.send("GET", path, { key: ADMIN_KEY });
      expect(headers.get("traceresponse")).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
      for (const name of [
        "X-Content-Type-Options",
        "X-Frame-Options",
        "Referrer-Policy",
        "Content-Security-Policy",
        "Strict-Transport-Security",
      ]) {
        expect(headers.has(name), name).toBe(true);
      }
      expect(headers.has("Access-Control-Allow-Origin")).toBe(false);
    },
  );

  it("a model's slash may be encoded", async () => {
    const body = { upstream_id: "small", price: { input: 1, output: 2 }, context: 8000, tasks: ["classify"], pii: "redacted" };
    for (const path of ["/v1/models/acme/small-2026-01-01", "/v1/models/acme%2Fsmall-2026-01-01", "/v1/models/acme%2fsmall-2026-01-01"]) {
      const answer = await world.send("PUT", path, { key: ADMIN_KEY, body });
      expect([path, answer.status, ((await answer.json()) as { id: string }).id]).toEqual([path, 200, "acme/small-2026-01-01"]);
    }
  });

  it.each(["/v1/messages", "/v1/messages/count_tokens"])("[CHAT-23] %s says to Anthropic's clients what to use instead", async (path) => {
    const answer = await world.send("POST", path, { body: {} });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({
      type: "error",
      error: { type: "not_found_error", message: expect.stringContaining("POST /v1/chat/completions") },
      request_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it("[CHAT-23] a path that is no client's has the platform's own error", async () => {
    for (const [method, path] of [
      ["POST", "/v1/messages2"],
      ["DELETE", "/v1/models/x"],
      ["POST", "/v1/nothing"],
    ] as const) {
      const answer = await world.send(method, path, { body: {} });
      expect([answer.status, answer.headers.get("content-type")], path).toEqual([404, "application/problem+json"]);
    }
  });
});
