/** Whatever comes, the answer is never a 5xx, and it is always a problem or what the contract says. */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { ADMIN_KEY, makeWorld, TOOL, WORKFLOW, type World } from "../../support/ingress-fakes.ts";

let world: World;
let run: string;

beforeAll(async () => {
  world = makeWorld();
  await world.send("POST", "/v1/workflows", { key: ADMIN_KEY, body: WORKFLOW });
  await world.send("PUT", "/v1/tools/orders.get", { key: ADMIN_KEY, body: TOOL });
  run = (
    (await (await world.send("POST", "/v1/runs", { key: ADMIN_KEY, body: { workflow: "echo", input: { text: "a" } } })).json()) as {
      id: string;
    }
  ).id;
});

const METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];
const PATHS = [
  "/v1/runs",
  "/v1/runs/RUN",
  "/v1/runs/RUN/events",
  "/v1/runs/RUN/cancel",
  "/v1/runs/RUN/trace",
  "/v1/workflows",
  "/v1/workflows/echo",
  "/v1/workflows/echo/versions/1",
  "/v1/tools",
  "/v1/tools/orders.get",
  "/v1/tools/orders.get/test",
  "/v1/models/acme/small-2026-01-01",
  "/v1/routes",
  "/v1/routes/classify",
  "/v1/secrets/shop",
  "/v1/guardrails/check",
  "/v1/reviews",
  "/v1/reviews/rev_01JCZ5M1R5T0000000000000ZZ",
  "/v1/reviews/rev_01JCZ5M1R5T0000000000000ZZ/decision",
  "/v1/dead-letters",
  "/v1/dead-letters/dl_01JCZ5M1R5T0000000000000ZZ/redrive",
  "/v1/dead-letters/dl_01JCZ5M1R5T0000000000000ZZ/discard",
  "/v1/api-keys",
  "/v1/api-keys/key_01JCZ5M1R5T0000000000000ZZ",
  "/v1/audit/entries",
  "/v1/audit/verify",
  "/v1/credentials/introspect",
  "/admin/kill-switch/recovery",
  "/admin/kill-switch/recovery/rec_1/approve",
  "/metrics",
  "/console",
  "/console/session",
  "/healthz",
];
/** Names that bodies of this contract have: a random body is more often nearly right. */
const NAMES = [
  "workflow",
  "models",
  "strategy",
  "input",
  "version",
  "budget",
  "usd",
  "subject",
  "metadata",
  "reason",
  "scope",
  "user",
  "roles",
  "texts",
  "channel",
  "name",
  "steps",
  "http",
  "url",
  "value",
  "hosts",
  "token",
  "action",
  "changes",
  "__proto__",
  "constructor",
  "deadline",
  "output",
  "price",
];
const HEADERS = [
  "Idempotency-Key",
  "Prefer",
  "traceparent",
  "Last-Event-ID",
  "Accept",
  "Bulkhead-Org",
  "Content-Type",
  "Cookie",
  "Sec-Fetch-Site",
  "CF-Connecting-IP",
  "X-Bulkhead-Console",
];

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom("echo", "", "all", "org:default", "\u0000", "9".repeat(40), "2027-01-01T00:00:00Z", "{{EMAIL_1}}"),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    text,
    fc.array(tie("value"), { maxLength: 4 }),
    tie("object"),
  ),
  object: fc
    .array(fc.tuple(fc.oneof(fc.constantFrom(...NAMES), text), tie("value")), { maxLength: 6 })
    .map((entries) => Object.fromEntries(entries)),
}));
const body = fc.oneof(
  { weight: 6, arbitrary: value.map((item) => JSON.stringify(item)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 60 }) },
);
const headerValue = fc.oneof(
  fc.stringMatching(/^[\x20-\x7e]{0,40}$/),
  fc.constantFrom("wait=3", "text/event-stream", "application/json", "default", "same-origin", "1"),
);
const headers = fc
  .array(fc.tuple(fc.constantFrom(...HEADERS), headerValue), { maxLength: 4 })
  .map((entries) => Object.fromEntries(entries));
const path = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...PATHS) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...PATHS), fc.string({ unit: "binary", maxLength: 20 }))
      .map(([known, more]) => `${known}/${encodeURIComponent(more.toWellFormed())}`),
  },
  { weight: 1, arbitrary: fc.stringMatching(/^[!-~]{0,30}$/).map((more) => `/v1/${more}`) },
);
const query = fc.oneof(
  fc.constant(""),
  fc.stringMatching(/^[!-"$-~]{0,30}$/).map((more) => `?${more}`),
  fc
    .tuple(fc.constantFrom("limit", "cursor", "after", "status", "run"), fc.stringMatching(/^[ -~]{0,12}$/))
    .map(([name, more]) => `?${name}=${encodeURIComponent(more)}`),
);

describe("fuzz", () => {
  it("never answers 5xx", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...METHODS),
        path,
        query,
        body,
        headers,
        fc.boolean(),
        async (method, where, how, what, more, known) => {
          const withBody = !["GET", "HEAD"].includes(method);
          const answer = await world.send(method, `${where.replace("RUN", run)}${how}`, {
            key: known ? ADMIN_KEY : null,
            headers: more,
            ...(withBody ? { body: what } : {}),
          });
          // A stream that waits for a run that never moves: not read to its end here.
          if (answer.headers.get("Content-Type")?.startsWith("text/event-stream")) await answer.body?.cancel();
          else await answer.arrayBuffer();
          expect(answer.status, `${method} ${where}${how} ${String(what)} ${JSON.stringify(more)}`).toBeLessThan(500);
          // A model is read in OpenAI's format.
          const isOpenAi = !withBody && where.startsWith("/v1/models/");
          const type = isOpenAi ? "application/json" : "application/problem+json";
          if (answer.status >= 400) expect(answer.headers.get("Content-Type")).toBe(type);
          expect(answer.headers.has("traceresponse")).toBe(true);
        },
      ),
      { numRuns: 1_500, seed: 2026 },
    );
  });

  it("keeps nothing of a run's random input but what fits", async () => {
    await fc.assert(
      fc.asyncProperty(value, async (input) => {
        const before = world.runs.size;
        const answer = await world.send("POST", "/v1/runs", { key: ADMIN_KEY, body: JSON.stringify({ workflow: "echo", input }) });
        expect([202, 400, 422]).toContain(answer.status);
        expect(world.runs.size - before).toBe(answer.status === 202 ? 1 : 0);
      }),
      { numRuns: 300, seed: 2027 },
    );
  });
});
