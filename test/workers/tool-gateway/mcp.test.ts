/** Tools of MCP servers through the gateway: real servers of both kinds, and one that does whatever hurts. */
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { JsonObject } from "../../../core/json.ts";
import { type Everything, startEverything } from "../../support/mcp/everything.ts";
import { CREDENTIAL, failureOf, mcpCaller, outputOf } from "../../support/mcp/gateway.ts";
import {
  asEvents,
  asJson,
  asText,
  content,
  event,
  rpc,
  rpcError,
  scriptedMcp,
  type Turn,
  URL_OF_SERVER,
} from "../../support/mcp/scripted.ts";

describe("server-everything", () => {
  let server: Everything;
  beforeAll(async () => {
    server = await startEverything();
  });
  afterAll(() => server.stop());
  const caller = (tool: string) =>
    mcpCaller({ mcp: { url: server.url, tool, secret: null } }, { fetch, now: Date.now, allowPrivateHosts: true });

  it("[MCP-1] gives structured content as the output, and else the parts of the content", async () => {
    expect(outputOf(await caller("get-structured-content")({ location: "New York" }))).toEqual({
      temperature: 33,
      conditions: "Cloudy",
      humidity: 82,
    });
    expect(outputOf(await caller("echo")({ message: "hello" }))).toEqual({ content: [{ type: "text", text: "Echo: hello" }] });
    const image = outputOf(await caller("get-tiny-image")({})) as { content: JsonObject[] };
    expect(image.content[1]).toMatchObject({ type: "image", mime_type: "image/png" });
    const links = outputOf(await caller("get-resource-links")({ count: 1 })) as { content: JsonObject[] };
    expect(links.content[1]).toMatchObject({ type: "resource_link", uri: "demo://resource/dynamic/blob/1", mime_type: "text/plain" });
  });

  it("[MCP-2] tells the run what a failed call says", async () => {
    const outcome = await caller("get-sum")({ a: "x" });
    expect([outcome.reached, failureOf(outcome)?.class, failureOf(outcome)?.code]).toEqual(["answered", "permanent", "tool_error"]);
    expect(failureOf(outcome)?.message).toContain("expected number, received string");
    expect(failureOf(await caller("no-such-tool")({}))?.message).toContain("no-such-tool not found");
  });

  it("[MCP-3] waits for a slow call within the time of the call, and no longer", async () => {
    const slow = caller("trigger-long-running-operation");
    expect(JSON.stringify(outputOf(await slow({ duration: 0.4, steps: 4 })))).toContain("completed");
    const outcome = await slow({ duration: 30, steps: 3 }, 300);
    expect([outcome.reached, failureOf(outcome)?.class, failureOf(outcome)?.code]).toEqual(["unknown", "unknown", "timeout"]);
  });
});

describe("a server without sessions (2026-07-28)", () => {
  const build = () => {
    const server = new McpServer({ name: "modern", version: "1" });
    server.registerTool(
      "add",
      { inputSchema: z.object({ a: z.number(), b: z.number() }), outputSchema: z.object({ sum: z.number() }) },
      ({ a, b }) =>
        a === 13
          ? { isError: true, content: [{ type: "text", text: "13 is not added here" }] }
          : { structuredContent: { sum: a + b }, content: [{ type: "text", text: `${a + b}` }] },
    );
    return server;
  };
  const asked: { readonly headers: Headers; readonly message: JsonObject }[] = [];
  const serve = (responseMode: "json" | "sse") => {
    const handler = createMcpHandler(build, { legacy: "reject", responseMode });
    return (async (url: string, init: RequestInit) => {
      asked.push({ headers: new Headers(init.headers), message: JSON.parse(String(init.body)) as JsonObject });
      return handler.fetch(new Request(url, init));
    }) as typeof fetch;
  };

  it.each(["json", "sse"] as const)("[MCP-1] answers as %s; its revision is asked for once", async (mode) => {
    asked.length = 0;
    const call = mcpCaller({}, { fetch: serve(mode) });
    expect(outputOf(await call({ a: 2, b: 3 }))).toEqual({ sum: 5 });
    expect(outputOf(await call({ a: 2, b: 5 }))).toEqual({ sum: 7 });
    expect(failureOf(await call({ a: 13, b: 5 }))?.message).toContain("13 is not added here");
    expect(asked.map(({ message }) => message["method"])).toEqual(["server/discover", "tools/call", "tools/call", "tools/call"]);
    const last = asked.at(-1);
    expect(last?.headers.get("mcp-protocol-version")).toBe("2026-07-28");
    expect([last?.headers.get("mcp-method"), last?.headers.get("mcp-name")]).toEqual(["tools/call", "add"]);
  });
});

describe("a server with sessions", () => {
  it.each(["2025-06-18", "2025-11-25"])(
    "[MCP-4] speaks %s: a session for each call, ended after it, with the revision in each request",
    async (revision) => {
      const server = scriptedMcp({}, revision);
      const call = mcpCaller({}, { fetch: server.fetch });
      expect(outputOf(await call())).toEqual(content("done"));
      expect(server.methods()).toEqual(["server/discover", "initialize", "notifications/initialized", "tools/call", "DELETE"]);
      const sent = server.asked.slice(2).map(({ headers }) => [headers.get("mcp-session-id"), headers.get("mcp-protocol-version")]);
      expect(sent).toEqual(Array.from({ length: 3 }, () => ["session-1", revision]));
      server.asked.length = 0;
      await call();
      expect(server.methods()[0]).toBe("initialize"); // what it speaks is known
    },
  );

  it.each(["1999-01-01", "2031-01-01", "latest", ""])("[MCP-4] a server that insists on revision `%s` is not called", async (revision) => {
    const server = scriptedMcp({}, revision);
    const outcome = await mcpCaller({}, { fetch: server.fetch })();
    expect([outcome.reached, failureOf(outcome)?.class]).toEqual(["no", "permanent"]);
    expect(server.methods()).not.toContain("tools/call");
  });

  it("[MCP-5] a session that is lost before the call: nothing happened, and the next attempt opens a new one", async () => {
    let lost = true;
    const server = scriptedMcp({
      "tools/call": ({ id }) => {
        if (!lost) return asJson(rpc(id, content("done")));
        lost = false;
        return asJson(rpcError(id, -32001, "Session not found"), {}, 404);
      },
    });
    const call = mcpCaller({}, { fetch: server.fetch });
    const outcome = await call();
    expect([outcome.reached, failureOf(outcome)?.class, outcome.found]).toEqual(["no", "transient", undefined]);
    expect(server.methods().filter((method) => method === "tools/call")).toHaveLength(1);
    expect(outputOf(await call())).toEqual(content("done"));
  });

  it.each(["a b", "é", "x".repeat(2_000), ""])("[MCP-5] takes no session id of another form (%#)", async (id) => {
    const server = scriptedMcp({
      initialize: (message) =>
        asJson(rpc(message["id"], { protocolVersion: "2025-06-18", capabilities: {}, serverInfo: { name: "s", version: "1" } }), {
          "mcp-session-id": id,
        }),
    });
    const outcome = await mcpCaller({}, { fetch: server.fetch })();
    expect(server.asked.map(({ headers }) => headers.get("mcp-session-id")).filter((sent) => sent !== null)).toEqual([]);
    expect(outcome.reached).toBe(id === "" ? "answered" : "no"); // an empty header names no session
  });

  it("[MCP-5] a session id in another answer than that of the opening is nobody's", async () => {
    const server = scriptedMcp({ "tools/call": ({ id }) => asJson(rpc(id, content("done")), { "mcp-session-id": "somebody-elses" }) });
    const call = mcpCaller({}, { fetch: server.fetch });
    await call();
    await call();
    const sent = new Set(server.asked.map(({ headers }) => headers.get("mcp-session-id")));
    expect(sent).toEqual(new Set([null, "session-1"]));
  });
});

describe("what is sent", () => {
  it("[MCP-6] the key, the run and the trace go with the call alone; the credential goes with each request, and to this address only", async () => {
    const server = scriptedMcp();
    await mcpCaller({}, { fetch: server.fetch })({ text: "hi" });
    const call = server.asked.find(({ method }) => method === "tools/call");
    expect(call?.message["params"]).toEqual({
      name: "add",
      arguments: { text: "hi" },
      _meta: { "bulkhead/idempotency-key": "run_01/refund", traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" },
    });
    expect(call?.headers.get("idempotency-key")).toBe("run_01/refund");
    const seen = server.asked.map(({ method, headers, redirect }) => [
      method,
      headers.get("authorization"),
      headers.get("idempotency-key"),
      redirect,
    ]);
    const bearer = `Bearer ${CREDENTIAL}`;
    expect(seen).toEqual([
      ["server/discover", bearer, null, "manual"],
      ["initialize", bearer, null, "manual"],
      ["notifications/initialized", bearer, null, "manual"],
      ["tools/call", bearer, "run_01/refund", "manual"],
      ["DELETE", bearer, null, "manual"],
    ]);
  });

  it("[IMPORT-9] whoever wants to know hears which server was called, and with which secret", async () => {
    const called: unknown[] = [];
    const ports = { calledServer: (server: unknown) => void called.push(server) };
    await mcpCaller({}, { fetch: scriptedMcp().fetch, ...ports })({ text: "hi" });
    expect(called).toEqual([{ org: "acme", url: URL_OF_SERVER, secret: null }]);
  });

  it("[MCP-6] a secret takes the credential's place, at its own hosts", async () => {
    const mcp = { url: URL_OF_SERVER, tool: "add", secret: "notes-key" };
    const server = scriptedMcp();
    const secret = async () => ({ value: "the-secret-value", hosts: ["mcp.example.com"] });
    await mcpCaller({ mcp }, { fetch: server.fetch, secret })();
    expect(server.asked.map(({ headers }) => headers.get("authorization"))).toEqual(
      Array.from({ length: 5 }, () => "Bearer the-secret-value"),
    );
    const elsewhere = scriptedMcp();
    const refused = await mcpCaller({ mcp }, { fetch: elsewhere.fetch, secret: async () => ({ value: "v", hosts: ["other.example"] }) })();
    expect([refused.reached, failureOf(refused)?.code, elsewhere.asked]).toEqual(["no", "policy_denied", []]);
  });

  it.each([
    ["a private host", { mcp: { url: "https://10.0.0.7/mcp", tool: "add", secret: null } }, null],
    ["a host that the org does not list", {}, ["other.example.com"]],
  ])("[MCP-6] %s is not called", async (_, changes, egress) => {
    const server = scriptedMcp();
    const outcome = await mcpCaller(changes, { fetch: server.fetch, egress: async () => egress })();
    expect([outcome.reached, failureOf(outcome)?.code, server.asked]).toEqual(["no", "policy_denied", []]);
  });

  it("[MCP-7] numbers of 64 bits go out and come in as they are, and one that nothing holds is refused", async () => {
    const int64 = { type: "object", properties: { n: { type: "integer", format: "int64" } } };
    const answer = (text: string) =>
      scriptedMcp({
        "tools/call": ({ id }) =>
          asText(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"content":[],"structuredContent":{"n":${text}}}}`),
      });
    const exact = answer("9007199254740993");
    expect(outputOf(await mcpCaller({ input: int64, output: int64 }, { fetch: exact.fetch })({ n: "9007199254740993" }))).toEqual({
      n: "9007199254740993",
    });
    expect(exact.asked.find(({ method }) => method === "tools/call")?.text).toContain('"arguments":{"n":9007199254740993}');
    for (const text of ["9007199254740993", "1e400"]) {
      const outcome = await mcpCaller(
        { output: { type: "object", properties: { n: { type: "number" } } } },
        { fetch: answer(text).fetch },
      )();
      expect(failureOf(outcome)?.code, text).toBe("output_invalid");
    }
  });
});

describe("how far a call came", () => {
  const json =
    (status: number, headers: Record<string, string> = {}): Turn =>
    ({ id }) =>
      asJson(rpcError(id, -32000, "words of the server"), headers, status);
  const refuses =
    (code: number): Turn =>
    ({ id }) =>
      asJson(rpcError(id, code, "words of the server"));
  const cases: readonly (readonly [string, Turn, string, string])[] = [
    ["status 400", json(400), "refused", "permanent"],
    ["status 401", json(401), "refused", "permanent"],
    ["status 403", json(403), "refused", "permanent"],
    ["status 404", json(404), "no", "transient"],
    ["status 408", json(408), "answered", "transient"],
    ["status 429", json(429), "no", "transient"],
    ["status 500", json(500), "answered", "transient"],
    ["status 503", json(503), "answered", "transient"],
    ["status 503 with a time", json(503, { "retry-after": "3" }), "no", "transient"],
    ["an error of its parameters", refuses(-32602), "refused", "permanent"],
    ["an unknown method", refuses(-32601), "refused", "permanent"],
    ["an error inside", refuses(-32603), "answered", "transient"],
    ["an error of its own", refuses(-32050), "answered", "permanent"],
    ["no connection", () => Promise.reject(new TypeError("gone")), "unknown", "unknown"],
    [
      "a stream that ends before the answer",
      () => asEvents(event({ jsonrpc: "2.0", method: "notifications/progress", params: { progressToken: 1, progress: 1 } })),
      "unknown",
      "unknown",
    ],
    ["an answer that is cut", () => asEvents('data: {"jsonrpc"'), "unknown", "unknown"],
    ["a redirect", () => new Response(null, { status: 307, headers: { location: "https://evil.example/mcp" } }), "answered", "permanent"],
    ["a page", () => asText("<html>", "text/html"), "answered", "permanent"],
    ["no JSON", () => asText("{nothing"), "answered", "permanent"],
    ["several messages at once", ({ id }) => asJson([rpc(id, content("a")), rpc(id, content("b"))]), "answered", "permanent"],
    ["the answer to another request", () => asJson(rpc(4_711, content("a"))), "unknown", "unknown"],
    ["a result of another form", ({ id }) => asJson(rpc(id, { content: "text" })), "answered", "permanent"],
    ["202 and nothing", () => new Response(null, { status: 202 }), "answered", "permanent"],
    [
      "nesting",
      ({ id }) => asText(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${"[".repeat(5_000)}${"]".repeat(5_000)}}`),
      "answered",
      "permanent",
    ],
  ];
  it.each(cases)("[MCP-8] %s", async (_, turn, reached, kind) => {
    const server = scriptedMcp({ "tools/call": turn });
    const outcome = await mcpCaller({}, { fetch: server.fetch })({}, 2_000);
    expect([outcome.reached, failureOf(outcome)?.class]).toEqual([reached, kind]);
    expect(server.methods().filter((method) => method === "tools/call")).toHaveLength(1);
    expect(JSON.stringify(outcome)).not.toContain("evil.example");
  });

  it.each(["server/discover", "initialize"])("[MCP-8] whatever happens at `%s`, the tool was not called", async (method) => {
    const turns: Turn[] = [
      json(500),
      json(401),
      json(403),
      ...(method === "initialize" ? [json(429), json(404)] : []), // else a server that is older
      () => Promise.reject(new TypeError("gone")),
      () => new Response(null, { status: 302, headers: { location: "https://evil.example/mcp" } }),
      () => asText("{nothing"),
      () => new Promise<Response>(() => undefined),
    ];
    for (const turn of turns) {
      const server = scriptedMcp({ [method]: turn });
      const outcome = await mcpCaller({}, { fetch: server.fetch })({}, 100);
      expect([outcome.reached, server.methods().includes("tools/call")]).toEqual(["no", false]);
      expect(failureOf(outcome)?.class).not.toBe("unknown");
    }
  });

  it("[MCP-2] a JSON-RPC error is told like an answer: bounded, and without our credential", async () => {
    const server = scriptedMcp({ "tools/call": ({ id }) => asJson(rpcError(id, -32602, `no order ${CREDENTIAL} ${"x".repeat(1_000)}`)) });
    const message = failureOf(await mcpCaller({}, { fetch: server.fetch })())?.message ?? "";
    expect(message).toContain("refused the call (-32602): no order [secret withheld]");
    expect(message.length).toBeLessThan(500);
  });
});

describe("a server that never ends", () => {
  /** A stream that goes on for ever; `sent` counts the bytes that were taken from it. */
  const flood = (piece: string) => {
    let sent = 0;
    const bytes = new TextEncoder().encode(piece);
    const answer = () =>
      new Response(
        new ReadableStream<Uint8Array>({
          pull(controller) {
            sent += bytes.byteLength;
            controller.enqueue(bytes);
          },
        }),
        { headers: { "content-type": piece.startsWith("{") ? "application/json" : "text/event-stream" } },
      );
    return { answer, sent: () => sent };
  };
  const progress = event({ jsonrpc: "2.0", method: "notifications/progress", params: { progressToken: 1, progress: 1 } });
  it.each([
    ["progress", progress.repeat(500)],
    ["comments", ": still here\n\n".repeat(4_000)],
    ["one line", `data: ${"x".repeat(64_000)}`],
    ["ends of lines", "\r".repeat(64_000)],
    ["JSON", `{"a":"${"x".repeat(64_000)}`],
  ])("[MCP-9] is read up to 4 MiB and no further: %s", async (_, piece) => {
    const endless = flood(piece);
    const server = scriptedMcp({ "tools/call": endless.answer });
    const startedAt = performance.now();
    const outcome = await mcpCaller({}, { fetch: server.fetch })({}, 20_000);
    expect([outcome.reached, failureOf(outcome)?.code]).toEqual(["answered", "output_invalid"]);
    expect(endless.sent()).toBeLessThan(4.5 * 1024 * 1024);
    expect(performance.now() - startedAt).toBeLessThan(10_000); // quadratic work would take minutes
  });

  it("[MCP-9] an output of more than 1 MiB is refused", async () => {
    const server = scriptedMcp({ "tools/call": ({ id }) => asJson(rpc(id, content("x".repeat(1_100_000)))) });
    expect(failureOf(await mcpCaller({}, { fetch: server.fetch })())?.code).toBe("output_invalid");
  });

  it("[MCP-9] silence ends with the time of the call, and the server is told", async () => {
    const server = scriptedMcp({ "tools/call": () => new Promise<Response>(() => undefined) });
    const outcome = await mcpCaller({}, { fetch: server.fetch })({}, 50);
    expect([outcome.reached, failureOf(outcome)?.code]).toEqual(["unknown", "timeout"]);
    expect(server.methods().slice(3)).toEqual(["tools/call", "notifications/cancelled", "DELETE"]);
  });
});

describe("a server that asks its client", () => {
  const request = (id: number, method: string) => event({ jsonrpc: "2.0", id, method, params: { messages: [], maxTokens: 1 } });
  it("[MCP-10] is refused what it asks for, gets a pong, and the call goes on", async () => {
    const server = scriptedMcp({
      "tools/call": ({ id }) =>
        asEvents(request(1, "sampling/createMessage"), request(2, "ping"), request(3, "roots/list"), event(rpc(id, content("done")))),
    });
    expect(outputOf(await mcpCaller({}, { fetch: server.fetch })())).toEqual(content("done"));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const answers = server.asked.filter(({ method }) => method === "answer").map(({ message }) => message);
    expect(answers).toEqual([
      { jsonrpc: "2.0", id: 1, error: { code: -32601, message: "this client takes no requests" } },
      { jsonrpc: "2.0", id: 2, result: {} },
      { jsonrpc: "2.0", id: 3, error: { code: -32601, message: "this client takes no requests" } },
    ]);
  });

  it("[MCP-10] a flood of requests ends the call", async () => {
    const server = scriptedMcp({ "tools/call": () => asEvents(...Array.from({ length: 50 }, (_, id) => request(id, "ping"))) });
    const outcome = await mcpCaller({}, { fetch: server.fetch })();
    expect([outcome.reached, failureOf(outcome)?.code]).toEqual(["answered", "output_invalid"]);
    expect(server.methods().filter((method) => method === "answer").length).toBeLessThanOrEqual(8);
  });

  it("[MCP-10] a result that asks for input is a failure", async () => {
    const handler = scriptedMcp({
      "server/discover": ({ id }) =>
        asJson(
          rpc(id, {
            resultType: "complete",
            supportedVersions: ["2026-07-28"],
            capabilities: { tools: {} },
            ttlMs: 0,
            cacheScope: "private",
          }),
        ),
      "tools/call": ({ id }) =>
        asJson(
          rpc(id, {
            resultType: "input_required",
            requestState: "s",
            inputRequests: {
              a: {
                method: "elicitation/create",
                params: { message: "Your password?", requestedSchema: { type: "object", properties: {} } },
              },
            },
          }),
        ),
    });
    const outcome = await mcpCaller({}, { fetch: handler.fetch })();
    expect([outcome.reached, failureOf(outcome)?.class, failureOf(outcome)?.code]).toEqual(["answered", "permanent", "tool_error"]);
    expect(handler.methods()).toEqual(["server/discover", "tools/call"]);
  });
});
