/** What each bad request gets: status, code, the field that is named, and that nothing of it was kept. */
import { beforeAll, describe, expect, it } from "vitest";
import { ADMIN_KEY, aRunId, makeWorld, TOOL, WORKFLOW, type World } from "../../support/ingress-fakes.ts";

type Row = {
  readonly name: string;
  readonly method?: string;
  readonly path?: string;
  readonly as?: "caller" | "developer" | "admin" | "platform" | "nobody";
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly status: number;
  readonly code: string;
  /** A path in `errors[]`; absent: the answer names none. */
  readonly field?: string;
};

const RUNS = { method: "POST", path: "/v1/runs", as: "caller" } as const;
const GOOD = { workflow: "echo", input: { text: "hello" } };
const KEYS = { method: "POST", path: "/v1/api-keys", as: "platform" } as const;
const KEY = { org: "acme", user: "new", roles: ["caller"] };
const bad = (field: string) => ({ status: 400, code: "invalid_request", field });
const nested = (levels: number) => `{"workflow":"echo","input":${"[".repeat(levels)}${"]".repeat(levels)}}`;

const ROWS: readonly Row[] = [
  // Bodies
  { ...RUNS, name: "no body", ...bad("") },
  { ...RUNS, name: "an empty body", body: "", ...bad("") },
  { ...RUNS, name: "a body that is no JSON", body: "{", ...bad("") },
  { ...RUNS, name: "a body of two values", body: "{}{}", ...bad("") },
  { ...RUNS, name: "single quotes", body: "{'workflow':'echo'}", ...bad("") },
  { ...RUNS, name: "NaN", body: '{"workflow":"echo","input":NaN}', ...bad("") },
  { ...RUNS, name: "a number beyond doubles", body: '{"workflow":"echo","input":{"text":1e999}}', ...bad("/input/text") },
  { ...RUNS, name: "an array", body: [], ...bad("") },
  { ...RUNS, name: "a text", body: '"echo"', ...bad("") },
  { ...RUNS, name: "null", body: "null", ...bad("") },
  { ...RUNS, name: "bytes that are no UTF-8", body: new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), ...bad("") },
  { ...RUNS, name: "a lone surrogate", body: '{"workflow":"echo","input":{"text":"\\ud800"}}', ...bad("") },
  { ...RUNS, name: "a lone surrogate in a name", body: '{"workflow":"echo","input":{"\\udc00":1}}', ...bad("") },
  { ...RUNS, name: "65 levels", body: nested(64), ...bad("") },
  { ...RUNS, name: "a hundred thousand levels", body: nested(100_000), ...bad("") },
  {
    ...RUNS,
    name: "text/plain",
    body: JSON.stringify(GOOD),
    headers: { "Content-Type": "text/plain" },
    status: 415,
    code: "unsupported_media_type",
  },
  {
    ...RUNS,
    name: "a form",
    body: "workflow=echo",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    status: 415,
    code: "unsupported_media_type",
  },
  {
    ...RUNS,
    name: "another charset",
    body: JSON.stringify(GOOD),
    headers: { "Content-Type": "application/json; charset=utf-16" },
    status: 415,
    code: "unsupported_media_type",
  },
  {
    ...RUNS,
    name: "jsonp",
    body: JSON.stringify(GOOD),
    headers: { "Content-Type": "application/jsonp" },
    status: 415,
    code: "unsupported_media_type",
  },
  {
    ...RUNS,
    name: "a body over 1 MiB",
    body: JSON.stringify({ ...GOOD, input: { text: "x".repeat(1_048_576) } }),
    status: 413,
    code: "payload_too_large",
  },
  // Fields
  { ...RUNS, name: "an unknown field", body: { ...GOOD, inputs: 1 }, ...bad("/inputs") },
  {
    ...RUNS,
    name: "a callback to a host that the org does not allow",
    body: { ...GOOD, callback_url: "https://a.example" },
    ...bad("/callback_url"),
  },
  { ...RUNS, name: "an unknown field inside a field", body: { ...GOOD, budget: { eur: 1 } }, ...bad("/budget/eur") },
  {
    ...RUNS,
    name: "__proto__ as a field",
    body: '{"workflow":"echo","input":{"text":"a"},"__proto__":{"admin":true}}',
    ...bad("/__proto__"),
  },
  { ...RUNS, name: "constructor as a field", body: { ...GOOD, constructor: 1 }, ...bad("/constructor") },
  { ...RUNS, name: "a name with a slash and a tilde", body: { ...GOOD, "a/b~c": 1 }, ...bad("/a~1b~0c") },
  { ...RUNS, name: "no workflow", body: { input: {} }, ...bad("/workflow") },
  { ...RUNS, name: "no input", body: { workflow: "echo" }, ...bad("/input") },
  { ...RUNS, name: "a workflow of another type", body: { ...GOOD, workflow: 7 }, ...bad("/workflow") },
  { ...RUNS, name: "a workflow's name in capitals", body: { ...GOOD, workflow: "Echo" }, ...bad("/workflow") },
  { ...RUNS, name: "a workflow's name with NUL", body: { ...GOOD, workflow: "echo\u0000" }, ...bad("/workflow") },
  { ...RUNS, name: "an unknown workflow", body: { ...GOOD, workflow: "nothing" }, status: 404, code: "not_found" },
  { ...RUNS, name: "an unknown version", body: { ...GOOD, version: 99 }, status: 404, code: "not_found" },
  { ...RUNS, name: "version 0", body: { ...GOOD, version: 0 }, ...bad("/version") },
  { ...RUNS, name: "version 1.5", body: { ...GOOD, version: 1.5 }, ...bad("/version") },
  { ...RUNS, name: "a version as text", body: { ...GOOD, version: "1" }, ...bad("/version") },
  { ...RUNS, name: "an input that its schema refuses", body: { ...GOOD, input: { text: 7 } }, ...bad("/input/text") },
  { ...RUNS, name: "an input without a required field", body: { ...GOOD, input: {} }, ...bad("/input/text") },
  { ...RUNS, name: "an input with a field of its own", body: { ...GOOD, input: { text: "a", other: 1 } }, ...bad("/input/other") },
  { ...RUNS, name: "__proto__ in the input", body: '{"workflow":"echo","input":{"text":"a","__proto__":{}}}', ...bad("/input/__proto__") },
  { ...RUNS, name: "a budget below zero", body: { ...GOOD, budget: { usd: -1 } }, ...bad("/budget/usd") },
  { ...RUNS, name: "half a token", body: { ...GOOD, budget: { tokens: 0.5 } }, ...bad("/budget/tokens") },
  { ...RUNS, name: "a deadline in the past", body: { ...GOOD, deadline: "2020-01-01T00:00:00Z" }, ...bad("/deadline") },
  { ...RUNS, name: "a deadline without a zone", body: { ...GOOD, deadline: "2027-01-01T00:00:00" }, ...bad("/deadline") },
  { ...RUNS, name: "a deadline that is no day", body: { ...GOOD, deadline: "2027-02-30T00:00:00Z" }, ...bad("/deadline") },
  { ...RUNS, name: "a subject that is a mail address", body: { ...GOOD, subject: "max@example.com" }, ...bad("/subject") },
  { ...RUNS, name: "a subject that is a phone number", body: { ...GOOD, subject: "+4915112345678" }, ...bad("/subject") },
  { ...RUNS, name: "a subject with a space", body: { ...GOOD, subject: "a b" }, ...bad("/subject") },
  { ...RUNS, name: "another subject without the right", body: { ...GOOD, subject: "somebody" }, status: 403, code: "forbidden" },
  { ...RUNS, name: "metadata that is a list", body: { ...GOOD, metadata: [] }, ...bad("/metadata") },
  { ...RUNS, name: "metadata that is a book", body: { ...GOOD, metadata: { a: "x".repeat(20_000) } }, ...bad("/metadata") },
  // Headers
  {
    ...RUNS,
    name: "an idempotency key of 256 characters",
    body: GOOD,
    headers: { "Idempotency-Key": "k".repeat(256) },
    ...bad("header.Idempotency-Key"),
  },
  { ...RUNS, name: "an idempotency key with a space", body: GOOD, headers: { "Idempotency-Key": "a b" }, ...bad("header.Idempotency-Key") },
  { ...RUNS, name: "an empty idempotency key", body: GOOD, headers: { "Idempotency-Key": "" }, ...bad("header.Idempotency-Key") },
  { name: "an org that is none", path: "/v1/runs", as: "platform", headers: { "Bulkhead-Org": "A/B" }, ...bad("header.Bulkhead-Org") },
  {
    name: "an event id that is none",
    path: "/v1/runs/RUN/events",
    as: "caller",
    headers: { "Last-Event-ID": "x" },
    ...bad("header.Last-Event-ID"),
  },
  // Queries
  { name: "limit=0", path: "/v1/runs?limit=0", as: "caller", ...bad("query.limit") },
  { name: "limit=201", path: "/v1/runs?limit=201", as: "caller", ...bad("query.limit") },
  { name: "limit=ten", path: "/v1/runs?limit=ten", as: "caller", ...bad("query.limit") },
  { name: "limit=1e2", path: "/v1/runs?limit=1e2", as: "caller", ...bad("query.limit") },
  { name: "limit twice", path: "/v1/runs?limit=1&limit=2", as: "caller", ...bad("query.limit") },
  { name: "a cursor of nobody's", path: "/v1/runs?cursor=made-up", as: "caller", ...bad("query.cursor") },
  ...["dead-letters", "api-keys", "routes", "tools", "workflows", "workflows/echo/versions", "budgets"].map((list): Row => {
    const path = `/v1/${list}${list.includes("?") ? "&" : "?"}cursor=made-up`;
    return { name: `a cursor of nobody's in ${list}`, path, as: "admin", ...bad("query.cursor") };
  }),
  { name: "a status that is none", path: "/v1/runs?status=done", as: "caller", ...bad("query.status") },
  { name: "an unknown query parameter", path: "/v1/runs?sort=asc", as: "caller", ...bad("query.sort") },
  { name: "a workflow with NUL in a query", path: "/v1/runs?workflow=%00", as: "caller", ...bad("query.workflow") },
  { name: "after below zero", path: "/v1/runs/RUN/events?after=-1", as: "caller", ...bad("query.after") },
  { name: "a cursor of events that is no number", path: "/v1/runs/RUN/events?cursor=x", as: "caller", ...bad("query.cursor") },
  { name: "after in words", path: "/v1/audit/entries?after=all", as: "admin", ...bad("query.after") },
  { name: "a cursor of reviews that is none", path: "/v1/reviews?cursor=1", as: "admin", ...bad("query.cursor") },
  { name: "a review's status that is none", path: "/v1/reviews?status=open", as: "admin", ...bad("query.status") },
  // Paths
  { name: "no such path", path: "/v1/nothing", as: "caller", status: 404, code: "not_found" },
  { name: "a path with a slash at its end", path: "/v1/runs/", as: "caller", status: 404, code: "not_found" },
  { name: "broken percent-encoding", path: "/v1/runs/%E0%A4%A", as: "caller", ...bad("path") },
  { name: "percent-encoding that is no UTF-8", path: "/v1/workflows/%ff", as: "caller", ...bad("path") },
  { name: "NUL in a path", path: "/v1/workflows/echo%00", as: "developer", status: 404, code: "not_found" },
  { name: "a line break in a path", path: "/v1/workflows/echo%0a", as: "developer", status: 404, code: "not_found" },
  { name: "an id of nobody's", path: "/v1/runs/run_01JCZ5M1R5T0000000000000ZZ", as: "caller", status: 404, code: "not_found" },
  { name: "an id that is none", path: "/v1/reviews/x", as: "admin", status: 404, code: "not_found" },
  { name: "version 0 of a workflow", path: "/v1/workflows/echo/versions/0", as: "developer", status: 404, code: "not_found" },
  { name: "version one of a workflow", path: "/v1/workflows/echo/versions/one", as: "developer", status: 404, code: "not_found" },
  {
    name: "a route that is not built yet",
    method: "POST",
    path: "/v1/files",
    as: "caller",
    body: {},
    status: 404,
    code: "not_found",
  },
  // Methods
  { name: "DELETE on the runs", method: "DELETE", path: "/v1/runs", as: "caller", status: 405, code: "method_not_allowed" },
  { name: "PATCH on a workflow", method: "PATCH", path: "/v1/workflows/echo", as: "developer", status: 405, code: "method_not_allowed" },
  { name: "POST on health", method: "POST", path: "/healthz", as: "nobody", status: 405, code: "method_not_allowed" },
  // Workflows, tools, models, secrets
  { name: "a definition of nothing", method: "POST", path: "/v1/workflows", as: "developer", body: {}, ...bad("/name") },
  {
    name: "a definition with an unknown field",
    method: "POST",
    path: "/v1/workflows",
    as: "developer",
    body: { ...WORKFLOW, stepz: 1 },
    ...bad("/stepz"),
  },
  {
    name: "a definition whose need is unknown",
    method: "POST",
    path: "/v1/workflows",
    as: "developer",
    body: { ...WORKFLOW, steps: { say: { ...WORKFLOW.steps.say, needs: ["no"] } } },
    ...bad("/steps/say/needs/0"),
  },
  {
    name: "a definition with an unknown tool",
    method: "POST",
    path: "/v1/workflows",
    as: "developer",
    body: { ...WORKFLOW, tools: ["no.such"] },
    ...bad("/tools/0"),
  },
  { name: "a definition that is a list", method: "POST", path: "/v1/workflows", as: "developer", body: [], ...bad("") },
  { name: "a tool's name in capitals", method: "PUT", path: "/v1/tools/Shop", as: "developer", body: TOOL, ...bad("path.name") },
  {
    name: "a tool without an address",
    method: "PUT",
    path: "/v1/tools/shop",
    as: "developer",
    body: { ...TOOL, http: {} },
    ...bad("/http/url"),
  },
  {
    name: "a tool at a private host",
    method: "PUT",
    path: "/v1/tools/shop",
    as: "developer",
    body: { ...TOOL, http: { ...TOOL.http, url: "http://127.0.0.1/" } },
    ...bad("/http/url"),
  },
  {
    name: "a tool that sets Authorization",
    method: "PUT",
    path: "/v1/tools/shop",
    as: "developer",
    body: { ...TOOL, http: { ...TOOL.http, headers: { Authorization: "x" } } },
    ...bad("/http/headers/Authorization"),
  },
  {
    name: "a model without a version in its name",
    method: "PUT",
    path: "/v1/models/acme/latest",
    as: "developer",
    body: { upstream_id: "x", price: { input: 1, output: 1 }, context: 1000, tasks: ["classify"], pii: "redacted" },
    status: 400,
    code: "invalid_request",
  },
  {
    name: "a model's address set by a developer",
    method: "PUT",
    path: "/v1/models/acme/small-2026-01-01",
    as: "developer",
    body: { base_url: "https://x.example" },
    status: 403,
    code: "forbidden",
  },
  {
    name: "a secret without hosts",
    method: "PUT",
    path: "/v1/secrets/shop",
    as: "developer",
    body: { value: "v", hosts: [] },
    ...bad("/hosts"),
  },
  {
    name: "a secret with a line break",
    method: "PUT",
    path: "/v1/secrets/shop",
    as: "developer",
    body: { value: "a\r\nb", hosts: ["a.example"] },
    ...bad("/value"),
  },
  {
    name: "a secret for an address",
    method: "PUT",
    path: "/v1/secrets/shop",
    as: "developer",
    body: { value: "v", hosts: ["https://a.example/x"] },
    ...bad("/hosts/0"),
  },
  {
    name: "a test of an unknown tool",
    method: "POST",
    path: "/v1/tools/none/test",
    as: "developer",
    body: { input: {} },
    status: 404,
    code: "not_found",
  },
  // Guardrails
  {
    name: "101 texts",
    method: "POST",
    path: "/v1/guardrails/check",
    as: "caller",
    body: { texts: Array(101).fill("a"), channel: "user" },
    ...bad("/texts"),
  },
  {
    name: "a text that is a number",
    method: "POST",
    path: "/v1/guardrails/check",
    as: "caller",
    body: { texts: ["a", 1], channel: "user" },
    ...bad("/texts/1"),
  },
  {
    name: "a channel that is none",
    method: "POST",
    path: "/v1/guardrails/check",
    as: "caller",
    body: { texts: [], channel: "phone" },
    ...bad("/channel"),
  },
  // Keys
  { ...KEYS, name: "a key without roles", body: { ...KEY, roles: [] }, ...bad("/roles") },
  { ...KEYS, name: "a role that is none", body: { ...KEY, roles: ["root"] }, ...bad("/roles/0") },
  { ...KEYS, name: "a user that is a mail address", body: { ...KEY, user: "max@example.com" }, ...bad("/user") },
  { ...KEYS, name: "a user that is a phone number", body: { ...KEY, user: "0151-1234567" }, ...bad("/user") },
  { ...KEYS, name: "the platform admin's name", body: { ...KEY, user: "platform-admin" }, ...bad("/user") },
  { ...KEYS, name: "an org that is none", body: { ...KEY, org: "Acme" }, ...bad("/org") },
  { ...KEYS, name: "a key that is over", body: { ...KEY, expires_at: "2020-01-01T00:00:00Z" }, ...bad("/expires_at") },
  { ...KEYS, name: "an address range that is none", body: { ...KEY, allow_from: ["10.0.0.0/33"] }, ...bad("/allow_from/0") },
  { ...KEYS, name: "an org that differs from the header", body: KEY, headers: { "Bulkhead-Org": "globex" }, ...bad("/org") },
  { ...KEYS, name: "a key of another org", as: "admin", body: { ...KEY, org: "globex" }, status: 403, code: "forbidden" },
  {
    name: "an unknown key revoked",
    method: "DELETE",
    path: "/v1/api-keys/key_01JCZ5M1R5T0000000000000ZZ",
    as: "admin",
    status: 404,
    code: "not_found",
  },
  // Control
  {
    name: "a scope that is none",
    method: "POST",
    path: "/admin/kill-switch",
    as: "platform",
    body: { scope: "everything", reason: "x" },
    ...bad("/scope"),
  },
  {
    name: "a scope without a name",
    method: "POST",
    path: "/admin/kill-switch",
    as: "platform",
    body: { scope: "tool:", reason: "x" },
    ...bad("/scope"),
  },
  {
    name: "a stop without a reason",
    method: "POST",
    path: "/admin/kill-switch",
    as: "platform",
    body: { scope: "all" },
    ...bad("/reason"),
  },
  {
    name: "an empty reason",
    method: "POST",
    path: "/admin/kill-switch",
    as: "platform",
    body: { scope: "all", reason: "" },
    ...bad("/reason"),
  },
  {
    name: "a decision that is none",
    method: "POST",
    path: "/v1/reviews/rev_01JCZ5M1R5T0000000000000ZZ/decision",
    as: "admin",
    body: { action: "maybe", reason: "x" },
    ...bad("/action"),
  },
  {
    name: "changes with an approval",
    method: "POST",
    path: "/v1/reviews/rev_01JCZ5M1R5T0000000000000ZZ/decision",
    as: "admin",
    body: { action: "approve", reason: "x", changes: {} },
    ...bad("/changes"),
  },
  {
    name: "a modification without changes",
    method: "POST",
    path: "/v1/reviews/rev_01JCZ5M1R5T0000000000000ZZ/decision",
    as: "admin",
    body: { action: "modify", reason: "x" },
    ...bad("/changes"),
  },
  { name: "a cancellation without a reason", method: "POST", path: "/v1/runs/RUN/cancel", as: "caller", body: {}, ...bad("/reason") },
  {
    name: "an unknown dead letter",
    method: "POST",
    path: "/v1/dead-letters/dl_01JCZ5M1R5T0000000000000ZZ/redrive",
    as: "admin",
    status: 404,
    code: "not_found",
  },
  { name: "a body where none belongs", method: "POST", path: "/v1/audit/verify", as: "admin", body: { deep: true }, ...bad("/deep") },
  { name: "a token that is missing", method: "POST", path: "/v1/credentials/introspect", as: "caller", body: {}, ...bad("/token") },
];

let world: World;
let keys: Record<string, string | null>;
let run: string;

beforeAll(async () => {
  world = makeWorld();
  keys = {
    caller: await world.makeKey(["caller"]),
    developer: await world.makeKey(["developer"], { user: "dev" }),
    admin: await world.makeKey(["admin"], { user: "anna" }),
    platform: ADMIN_KEY,
    nobody: null,
  };
  await world.send("POST", "/v1/workflows", { key: keys["developer"] ?? null, body: WORKFLOW });
  const answer = await world.send("POST", "/v1/runs", { key: keys["caller"] ?? null, body: GOOD });
  run = ((await answer.json()) as { id: string }).id;
});

describe("bad requests", () => {
  it("are many", () => expect(ROWS.length).toBeGreaterThanOrEqual(60));

  it.each(ROWS.map((row) => [row.name, row] as const))("%s", async (_name, row) => {
    world.lines.length = 0;
    const before = [world.writes.length, world.runs.size, world.claims.size, world.keys.size];
    const answer = await world.send(row.method ?? "GET", (row.path ?? "/").replace("RUN", run), {
      key: keys[row.as ?? "nobody"] ?? null,
      ...(row.body === undefined ? {} : { body: row.body }),
      ...(row.headers === undefined ? {} : { headers: row.headers }),
    });
    const problem = (await answer.json()) as {
      code: string;
      status: number;
      type: string;
      trace_id: string;
      errors?: { path: string; message: string }[];
    };
    expect({
      status: answer.status,
      code: problem.code,
      errors: row.field === undefined ? [] : problem.errors?.map(({ path }) => path),
    }).toEqual({
      status: row.status,
      code: row.code,
      errors: row.field === undefined ? [] : expect.arrayContaining([row.field]),
    });
    expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
    expect(problem).toMatchObject({ status: row.status, type: `/docs#error-${row.code}` });
    expect(answer.headers.get("traceresponse")).toContain(problem.trace_id);
    expect([world.writes.length, world.runs.size, world.claims.size, world.keys.size]).toEqual(before);
    // What a client did wrong is no fault of the platform's.
    expect(world.lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("405 says what the path takes", async () => {
    const answer = await world.send("DELETE", "/v1/runs", { key: keys["caller"] ?? null });
    expect(answer.headers.get("Allow")).toBe("GET, POST, HEAD, OPTIONS");
    const options = await world.send("OPTIONS", "/v1/runs");
    expect([options.status, options.headers.get("Allow")]).toEqual([204, "GET, POST, HEAD, OPTIONS"]);
    expect((await world.send("HEAD", "/v1/runs", { key: keys["caller"] ?? null })).status).toBe(200);
  });

  it("a body without a length is counted while it is read", async () => {
    let pulled = 0;
    const long = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (++pulled > 64) return controller.close();
        controller.enqueue(new Uint8Array(65_536).fill(0x20));
      },
    });
    const answer = await world.send("POST", "/v1/runs", { key: keys["caller"] ?? null, body: long });
    expect(answer.status).toBe(413);
    expect(pulled).toBeLessThan(32);
  });

  it("a body of exactly 1 MiB is read", async () => {
    const frame = JSON.stringify({ ...GOOD, input: { text: "" } }).length;
    const body = JSON.stringify({ ...GOOD, input: { text: "x ".repeat((1_048_576 - frame) / 2) } }).padEnd(1_048_576, " ");
    expect(new TextEncoder().encode(body).byteLength).toBe(1_048_576);
    expect((await world.send("POST", "/v1/runs", { key: keys["caller"] ?? null, body })).status).not.toBe(413);
  });

  it("names every unknown field at once, and tolerates a repeated one", async () => {
    const answer = await world.send("POST", "/v1/runs", { key: keys["caller"] ?? null, body: { ...GOOD, a: 1, b: 2 } });
    expect(((await answer.json()) as { errors: { path: string }[] }).errors.map(({ path }) => path)).toEqual(["/a", "/b"]);
    const repeated = '{"workflow":"no","workflow":"echo","input":{"text":"a"}}';
    expect((await world.send("POST", "/v1/runs", { key: keys["caller"] ?? null, body: repeated })).status).toBe(202);
  });

  it("another org's run id is nobody's", async () => {
    const answer = await world.send("GET", `/v1/runs/${aRunId("globex")}`, { key: keys["caller"] ?? null });
    expect(answer.status).toBe(404);
  });
});

describe("an unknown name", () => {
  const detailOf = async (method: string, path: string, as: string, body?: unknown): Promise<string> => {
    const answer = await world.send(method, path, { key: keys[as] ?? null, ...(body === undefined ? {} : { body }) });
    expect(answer.status).toBe(404);
    return ((await answer.json()) as { detail: string }).detail;
  };

  it("is told, with a near one of the same org", async () => {
    const near = "there is no workflow `ecko`; did you mean `echo`?";
    expect(await detailOf("POST", "/v1/runs", "caller", { ...GOOD, workflow: "ecko" })).toBe(near);
    expect(await detailOf("GET", "/v1/workflows/ecko", "developer")).toBe(near);
    expect(await detailOf("POST", "/v1/runs", "caller", { ...GOOD, version: 99 })).toBe("there is no version 99 of the workflow `echo`");
    expect(await detailOf("GET", "/v1/tools/nothing.here", "developer")).toBe("there is no tool `nothing.here`");
  });

  it("never with a name of another org", async () => {
    keys["stranger"] = await world.makeKey(["caller"], { org: "other", user: "eve" });
    expect(await detailOf("POST", "/v1/runs", "stranger", { ...GOOD, workflow: "ecko" })).toBe("there is no workflow `ecko`");
  });
});
