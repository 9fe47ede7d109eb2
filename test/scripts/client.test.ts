import { describe, expect, it } from "vitest";
import type { EventView } from "../../core/run/outside/view.ts";
import { BulkheadError, createClient } from "../../sdk/client.ts";

type Seen = { readonly method: string; readonly path: string; readonly headers: Headers; readonly body: unknown };

/** A platform that gives these answers in turn, and says what it was asked. One more question than answers is an error. */
function scripted(...answers: (Response | (() => Response))[]) {
  const seen: Seen[] = [];
  const left = [...answers];
  const send: typeof fetch = async (input, init) => {
    const request = new Request(input as string, init);
    const body = await request.text();
    seen.push({
      method: request.method,
      path: new URL(request.url).pathname + new URL(request.url).search,
      headers: request.headers,
      body: body === "" ? null : JSON.parse(body),
    });
    const answer = left.shift();
    if (answer === undefined) throw new Error(`nobody expected ${request.method} ${request.url}`);
    return typeof answer === "function" ? answer() : answer;
  };
  return { seen, left, client: createClient({ url: "http://platform.example/", key: "bh_key", org: "acme", fetch: send }) };
}

const event = (seq: number, type: string): EventView => ({ seq, type, at: "2026-01-01T00:00:00.000Z", data: {} });
const stream = (...events: EventView[]) =>
  new Response(events.map((one) => `id: ${one.seq}\nevent: ${one.type}\ndata: ${JSON.stringify(one)}\n\n`).join(""), {
    headers: { "content-type": "text/event-stream" },
  });

describe("the client", () => {
  it("sends who asks, for which org, under which key, and how long it waits", async () => {
    const { client, seen } = scripted(Response.json({ id: "run_1" }, { status: 202 }));
    await client.runs.start({ workflow: "support-refund", input: { ticket: "x" } }, { idempotencyKey: "k", wait: 5 });
    expect(seen[0]).toMatchObject({ method: "POST", path: "/v1/runs", body: { workflow: "support-refund", input: { ticket: "x" } } });
    expect(Object.fromEntries(seen[0]?.headers ?? [])).toMatchObject({
      authorization: "Bearer bh_key",
      "bulkhead-org": "acme",
      "idempotency-key": "k",
      prefer: "wait=5",
      "content-type": "application/json",
    });
  });

  it("puts names into paths safely, and leaves the slash of a model's id", async () => {
    const { client, seen } = scripted(Response.json({}), Response.json({}), Response.json({ data: [], next_cursor: null }));
    await client.runs.get("../x");
    await client.models.register("acme/small-2026-01-01", {});
    await client.runs.list({ status: "waiting", limit: 2 });
    expect(seen.map(({ path }) => path)).toEqual([
      "/v1/runs/..%2Fx",
      "/v1/models/acme/small-2026-01-01",
      "/v1/runs?status=waiting&limit=2",
    ]);
  });

  it("sets a task's route without saying the task twice", async () => {
    const { client, seen } = scripted(Response.json({}), new Response(null, { status: 204 }));
    await client.routes.set({ task: "write", models: [{ id: "acme/small-2026-01-01", weight: 2 }], strategy: "weighted" });
    await client.routes.remove("write");
    expect(seen).toMatchObject([
      { method: "PUT", path: "/v1/routes/write", body: { models: [{ id: "acme/small-2026-01-01", weight: 2 }], strategy: "weighted" } },
      { method: "DELETE", path: "/v1/routes/write" },
    ]);
  });

  it("throws the problem document, with its code, fields and the time to wait", async () => {
    const problem = {
      type: "/docs",
      title: "t",
      status: 400,
      detail: "no",
      code: "invalid_request",
      trace_id: "0",
      errors: [{ path: "/input", message: "is required" }],
    };
    const { client } = scripted(Response.json(problem, { status: 400, headers: { "retry-after": "60" } }));
    const error = await client.runs.get("run_1").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BulkheadError);
    expect(error).toMatchObject({ status: 400, code: "invalid_request", retryAfterSeconds: 60, problem });
    expect(String(error)).toContain("/input is required");
  });

  it("throws for an answer that is no problem document too", async () => {
    const { client } = scripted(new Response("<html>bad gateway</html>", { status: 502 }));
    await expect(client.runs.get("run_1")).rejects.toMatchObject({ status: 502, code: "unexpected_answer", problem: null });
  });
});

describe("the events of a run", () => {
  const collect = async (events: AsyncIterable<EventView>) => {
    const types: string[] = [];
    for await (const { seq, type } of events) types.push(`${seq} ${type}`);
    return types;
  };

  it("go on after a connection that ended, from where it ended, each once", async () => {
    const { client, seen, left } = scripted(
      stream(event(1, "run.created"), event(2, "run.waiting")),
      () => {
        throw new TypeError("fetch failed");
      },
      new Response("", { status: 503 }),
      stream(event(2, "run.waiting"), event(3, "run.resumed"), event(4, "run.failed"), event(5, "run.dead_lettered")),
    );
    expect(await collect(client.runs.events("run_1", { reconnectMs: 1 }))).toEqual([
      "1 run.created",
      "2 run.waiting",
      "3 run.resumed",
      "4 run.failed",
      "5 run.dead_lettered",
    ]);
    expect(seen.map(({ headers }) => headers.get("last-event-id"))).toEqual([null, "2", "2", "2"]);
    expect(left).toHaveLength(0);
  });

  it("end with a refusal that repeating will not change", async () => {
    const { client } = scripted(Response.json({ code: "not_found", detail: "there is no run with this id" }, { status: 404 }));
    await expect(collect(client.runs.events("run_1"))).rejects.toMatchObject({ code: "not_found" });
  });

  it("end when the platform stays away", async () => {
    const away = () => {
      throw new TypeError("fetch failed");
    };
    const { client } = scripted(...Array.from({ length: 50 }, () => away));
    await expect(collect(client.runs.events("run_1", { reconnectMs: 2, patienceMs: 10 }))).rejects.toThrow("fetch failed");
  });

  it("end when the caller has heard enough", async () => {
    const { client } = scripted(stream(event(1, "run.created")));
    const stop = new AbortController();
    const following = collect(client.runs.events("run_1", { signal: stop.signal, reconnectMs: 60_000 }));
    setTimeout(() => stop.abort(new Error("enough")), 5);
    await expect(following).rejects.toThrow("enough");
  });
});
