/** The gate of one call: what it sends, what it refuses, and what it puts on record. */
import { describe, expect, it } from "vitest";
import { EGRESS_ADVICE, EGRESS_LIMITS } from "../../../core/net/egress.ts";
import { type Gate, openGate, REFUSED_HEADER } from "../../../workers/egress/gate.ts";
import type { EgressGrant, EgressPorts, RefusedRequest } from "../../../workers/egress/ports.ts";
import { defineResolver } from "../../../workers/egress/resolver.ts";

const KEY = "sk-live-0123456789abcdef";
const GRANT: EgressGrant = {
  v: 1,
  org: "acme",
  tool: "lookup",
  run: "run_1",
  activity: "find",
  traceId: "0".repeat(32),
  call: "run_1/find#1",
  hosts: ["api.example.com", "files.example.com"],
  secrets: { "api.example.com": "api-key" },
  until: 1_000,
};

type Sent = { readonly url: string; readonly init: RequestInit; readonly headers: Headers };

/** `answers`: in their order; the last one repeats. */
function world(
  answers: readonly (() => Response | Promise<Response>)[],
  change: Partial<EgressPorts> = {},
  grant: Partial<EgressGrant> = {},
) {
  const sent: Sent[] = [];
  const refused: RefusedRequest[] = [];
  const state = { now: 0 };
  const ports: EgressPorts = {
    orgHosts: async () => null,
    secret: async () => ({ value: KEY, hosts: ["api.example.com"] }),
    resolve: null,
    refused: async (one) => void refused.push(one),
    fetch: (async (url: string, init: RequestInit) => {
      sent.push({ url, init, headers: new Headers(init.headers) });
      return (answers[sent.length - 1] ?? answers.at(-1) ?? (() => new Response("ok")))();
    }) as typeof fetch,
    now: () => state.now,
    ownHosts: [],
    allowPrivateHosts: false,
    ...change,
  };
  return { gate: openGate(ports, { ...GRANT, ...grant }), sent, refused, state };
}

const ask = (gate: Gate, url: string, init: RequestInit = {}) => gate.send(new Request(url, init));
const refusalOf = (response: Response): string | null => response.headers.get(REFUSED_HEADER);
const redirect =
  (location: string, status = 302) =>
  () =>
    new Response(null, { status, headers: { location } });

describe("[EGRESS-5] a pinned secret is put into the request at the egress and never comes back", () => {
  it("replaces what the code sent, for the listed host alone", async () => {
    const { gate, sent } = world([() => new Response("ok")]);
    await ask(gate, "https://api.example.com/a", { headers: { authorization: "Bearer made-up" } });
    await ask(gate, "https://files.example.com/a", { headers: { authorization: "Bearer own" } });
    expect(sent.map(({ headers }) => headers.get("authorization"))).toEqual([`Bearer ${KEY}`, "Bearer own"]);
  });
  it("is taken out of an answer that repeats it, in a header or a body", async () => {
    const { gate } = world([() => new Response(`you sent ${KEY}!`, { headers: { "x-echo": KEY, "x-other": "kept" } })]);
    const response = await ask(gate, "https://api.example.com/echo");
    expect([await response.text(), response.headers.get("x-echo"), response.headers.get("x-other")]).toEqual([
      "you sent [withheld]!",
      null,
      "kept",
    ]);
  });
  it("makes an answer that disguises it a refusal", async () => {
    const { gate, refused } = world([() => new Response(JSON.stringify({ echo: btoa(`xx${KEY}`) }))]);
    expect(refusalOf(await ask(gate, "https://api.example.com/echo"))).toBe("secret_echoed");
    expect(refused.map(({ refusal }) => refusal)).toEqual(["secret_echoed"]);
  });
  it("keeps a body of bytes that are no text as it is", async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const { gate } = world([() => new Response(bytes)]);
    expect(new Uint8Array(await (await ask(gate, "https://api.example.com/bytes")).arrayBuffer())).toEqual(bytes);
  });
  it.each<[string, Awaited<ReturnType<EgressPorts["secret"]>>, string]>([
    ["one that does not exist", null, "secret_missing"],
    ["one that may not be sent to the host", { value: KEY, hosts: ["other.example.com"] }, "secret_host"],
  ])("sends nothing with %s", async (_, secret, refusal) => {
    const { gate, sent } = world([], { secret: async () => secret });
    expect(refusalOf(await ask(gate, "https://api.example.com/"))).toBe(refusal);
    expect(sent).toEqual([]);
  });
});

describe("[EGRESS-4] each redirect is judged like a request, and no credential goes to another origin", () => {
  const credentials = { authorization: "Bearer own", cookie: "a=b", "x-api-key": "k", accept: "text/plain" };
  it("drops the credentials where the origin changes", async () => {
    const { gate, sent } = world([redirect("https://files.example.com/moved"), () => new Response("there")], {}, { secrets: {} });
    const response = await ask(gate, "https://api.example.com/", { headers: credentials });
    expect(await response.text()).toBe("there");
    expect(sent[1]?.url).toBe("https://files.example.com/moved");
    expect([...(sent[1]?.headers.keys() ?? [])]).toEqual(["accept"]);
  });
  it("keeps them within an origin", async () => {
    const { gate, sent } = world([redirect("/moved"), () => new Response("there")], {}, { secrets: {} });
    await ask(gate, "https://api.example.com/", { headers: credentials });
    expect(sent[1]?.headers.get("cookie")).toBe("a=b");
  });
  it("sends no pinned secret after a redirect to another host", async () => {
    const { gate, sent } = world([redirect("https://files.example.com/"), () => new Response("there")]);
    await ask(gate, "https://api.example.com/");
    expect(sent.map(({ headers }) => headers.get("authorization"))).toEqual([`Bearer ${KEY}`, null]);
  });
  it.each([
    ["https://evil.example.org/", "not_listed"],
    ["http://api.example.com/", "not_https"],
    ["https://169.254.169.254/", "private_host"],
    ["https://u:p@api.example.com/", "credentials_in_url"],
    ["//2130706433/", "private_host"],
    ["https://", "malformed"],
  ])("refuses a redirect to %s", async (location, refusal) => {
    const { gate, sent, refused } = world([redirect(location)]);
    expect(refusalOf(await ask(gate, "https://api.example.com/"))).toBe(refusal);
    expect([sent.length, refused[0]?.refusal]).toEqual([1, refusal]);
  });
  it("ends a circle", async () => {
    const { gate, sent } = world([redirect("/again")]);
    expect(refusalOf(await ask(gate, "https://api.example.com/"))).toBe("too_many_redirects");
    expect(sent).toHaveLength(EGRESS_LIMITS.redirects + 1);
  });
  it("hands a redirect on to code that follows none", async () => {
    const { gate, sent } = world([redirect("https://evil.example.org/")]);
    const response = await ask(gate, "https://api.example.com/", { redirect: "manual" });
    expect([response.status, response.headers.get("location"), sent.length]).toEqual([302, "https://evil.example.org/", 1]);
  });
  it("carries a body on where the method stays", async () => {
    const { gate, sent } = world([redirect("/b", 307), redirect("/c", 303), () => new Response("ok")]);
    await ask(gate, "https://api.example.com/a", { method: "POST", body: "hello" });
    expect(sent.map(({ init }) => [init.method, init.body && new TextDecoder().decode(init.body as Uint8Array)])).toEqual([
      ["POST", "hello"],
      ["POST", "hello"],
      ["GET", null],
    ]);
  });
});

describe("[EGRESS-6] requests, redirects and bodies are counted and bounded", () => {
  it("refuses a flood, and puts few of its refusals on record", async () => {
    const { gate, sent, refused } = world([() => new Response("ok")]);
    const answers = await Promise.all(Array.from({ length: 1_000 }, (_, index) => ask(gate, `https://files.example.com/${index}`)));
    expect(sent).toHaveLength(EGRESS_LIMITS.requests);
    expect(answers.filter((answer) => refusalOf(answer) === "too_many_requests")).toHaveLength(1_000 - EGRESS_LIMITS.requests);
    expect(refused).toHaveLength(EGRESS_LIMITS.refusalsOnRecord);
  });
  it("counts refused requests too", async () => {
    const { gate } = world([]);
    for (let at = 0; at < EGRESS_LIMITS.requests; at += 1) await ask(gate, "https://evil.example.org/");
    expect(refusalOf(await ask(gate, "https://files.example.com/"))).toBe("too_many_requests");
  });
  it("refuses a body that is too large, and stops reading it", async () => {
    const { gate, sent } = world([]);
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(64 * 1024));
      },
    });
    const response = await ask(gate, "https://files.example.com/", { method: "POST", body: endless, duplex: "half" } as RequestInit);
    expect(refusalOf(response)).toBe("request_too_large");
    expect([sent.length, pulled < 40]).toEqual([0, true]);
  });
  it("refuses an answer that says that it is too large", async () => {
    const headers = { "content-length": String(EGRESS_LIMITS.responseBytes + 1) };
    const { gate } = world([() => new Response("x", { headers })]);
    expect(refusalOf(await ask(gate, "https://files.example.com/"))).toBe("response_too_large");
  });
  it("breaks off an answer that grows too large", async () => {
    const endless = () => new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024)) }));
    const { gate } = world([endless]);
    const response = await ask(gate, "https://files.example.com/");
    await expect(response.arrayBuffer()).rejects.toThrow("larger than the egress allows");
    expect(refusalOf(await ask(gate, "https://api.example.com/"))).toBe("response_too_large");
  });
  it.each(["OPTIONS", "PURGE"])("refuses the method %s", async (method) => {
    const { gate, sent } = world([]);
    expect(refusalOf(await ask(gate, "https://files.example.com/", { method }))).toBe("method");
    expect(sent).toEqual([]);
  });
  it("refuses an upgrade to a connection that nobody counts", async () => {
    const { gate } = world([]);
    expect(refusalOf(await ask(gate, "https://files.example.com/", { headers: { upgrade: "websocket" } }))).toBe("upgrade");
  });
});

describe("[EGRESS-7] nothing passes after the call", () => {
  it("once the gate is closed", async () => {
    const { gate, sent } = world([]);
    gate.close();
    expect(refusalOf(await ask(gate, "https://files.example.com/"))).toBe("closed");
    expect(sent).toEqual([]);
  });
  it("once its time is over", async () => {
    const { gate, sent, state } = world([]);
    state.now = GRANT.until;
    expect(refusalOf(await ask(gate, "https://files.example.com/"))).toBe("closed");
    expect(sent).toEqual([]);
  });
  it("and what is under way is cut", async () => {
    const { gate, sent } = world([() => new Promise(() => {})]);
    void ask(gate, "https://files.example.com/");
    await expect.poll(() => sent.length).toBe(1);
    gate.close();
    expect(sent[0]?.init.signal?.aborted).toBe(true);
  });
});

describe("[EGRESS-8] a refusal is on record with the class of the host, and never with its name or the query", () => {
  it.each([
    ["https://stolen-data.evil.example.org/?q=4111", "not_listed", "unlisted"],
    ["https://10.0.0.1/?q=4111", "private_host", "private"],
    ["http://api.example.com/?q=4111", "not_https", "listed"],
  ])("%s", async (url, refusal, host) => {
    const { gate, refused } = world([]);
    const response = await ask(gate, url);
    expect([response.status, await response.json()]).toEqual([
      403,
      { error: refusal, message: EGRESS_ADVICE[refusal as keyof typeof EGRESS_ADVICE] },
    ]);
    expect(refused).toEqual([{ grant: GRANT, refusal, host, method: "GET" }]);
    expect(JSON.stringify(refused)).not.toMatch(/stolen|4111/);
  });
  it("hides which method code made up", async () => {
    const { gate, refused } = world([]);
    await ask(gate, "https://files.example.com/", { method: "EXFIL-4111" });
    expect(refused[0]?.method).toBe("other");
  });
  it("is refused also where it cannot be put on record", async () => {
    const { gate, sent } = world([], {
      refused: async () => {
        throw new Error("no store");
      },
    });
    expect(refusalOf(await ask(gate, "https://evil.example.org/"))).toBe("unreachable");
    expect(sent).toEqual([]);
  });
});

describe("[EGRESS-9] what cannot be decided is refused", () => {
  it("an org's list that cannot be read", async () => {
    const { gate, sent } = world([], { orgHosts: () => Promise.reject(new Error("no store")) });
    expect((await ask(gate, "https://files.example.com/")).status).toBe(502);
    expect(sent).toEqual([]);
  });
  it("a host that fails tells nothing of why", async () => {
    const { gate } = world([() => Promise.reject(new Error("connect to https://files.example.com/?q=4111 failed"))]);
    expect(await (await ask(gate, "https://files.example.com/")).text()).toBe(
      JSON.stringify({ error: "unreachable", message: "the host did not answer" }),
    );
  });
  it("takes the gate's header from no other answer", async () => {
    const { gate } = world([() => new Response("x", { headers: { [REFUSED_HEADER]: "not_listed" } })]);
    expect(refusalOf(await ask(gate, "https://files.example.com/"))).toBeNull();
  });
});

describe("[EGRESS-3] names are looked up over DNS over HTTPS before they are called", () => {
  /** What the resolver says of each type. */
  function resolver(answers: { readonly A?: unknown; readonly AAAA?: unknown }, status = 200) {
    const asked: string[] = [];
    const state = { now: 0 };
    const fetch = (async (url: URL) => {
      asked.push(`${url.searchParams.get("name")} ${url.searchParams.get("type")}`);
      const answer = answers[url.searchParams.get("type") as "A" | "AAAA"] ?? { Status: 0 };
      return Response.json(answer, { status });
    }) as unknown as typeof globalThis.fetch;
    return { resolve: defineResolver({ fetch, now: () => state.now, url: "https://dns.example/dns-query" }), asked, state };
  }
  const a = (...data: string[]) => ({ Status: 0, Answer: data.map((one) => ({ type: 1, TTL: 30, data: one })) });
  const aaaa = (...data: string[]) => ({ Status: 0, Answer: data.map((one) => ({ type: 28, TTL: 30, data: one })) });

  it.each<[string, { A?: unknown; AAAA?: unknown }, string | null]>([
    ["public addresses", { A: a("93.184.215.14"), AAAA: aaaa("2606:2800:21f:cb07::1") }, null],
    ["a private one among them", { A: a("93.184.215.14", "10.0.0.1") }, "resolves_to_private"],
    ["a private IPv6 one", { A: a("93.184.215.14"), AAAA: aaaa("fd00::1") }, "resolves_to_private"],
    ["loopback, written as IPv6", { AAAA: aaaa("::ffff:127.0.0.1") }, "resolves_to_private"],
    ["the address of a cloud's metadata", { A: a("169.254.169.254") }, "resolves_to_private"],
    ["no address", {}, "unresolved"],
    ["no such name", { A: { Status: 3 }, AAAA: { Status: 3 } }, "unresolved"],
    ["a failure for one type", { A: a("93.184.215.14"), AAAA: { Status: 2 } }, "unresolved"],
    ["nonsense", { A: "what?" }, "unresolved"],
    [
      "an alias before the address",
      {
        A: {
          Status: 0,
          Answer: [
            { type: 5, data: "x.example." },
            { type: 1, TTL: 1, data: "93.184.215.14" },
          ],
        },
      },
      null,
    ],
    ["an address that is none", { A: a("metadata.internal") }, "resolves_to_private"],
  ])("%s", async (_, answers, refusal) => {
    const { gate, sent } = world([], { resolve: resolver(answers).resolve });
    const response = await ask(gate, "https://files.example.com/");
    expect([refusalOf(response), sent.length]).toEqual([refusal, refusal === null ? 1 : 0]);
  });
  it("refuses when the resolver does not answer", async () => {
    const { gate } = world([], { resolve: resolver({}, 503).resolve });
    expect(refusalOf(await ask(gate, "https://files.example.com/"))).toBe("unresolved");
  });
  it("looks the target of a redirect up too", async () => {
    const resolve = async (name: string) => (name === "files.example.com" ? ["10.0.0.1"] : ["93.184.215.14"]);
    const { gate, sent } = world([redirect("https://files.example.com/")], { resolve });
    expect(refusalOf(await ask(gate, "https://api.example.com/"))).toBe("resolves_to_private");
    expect(sent).toHaveLength(1);
  });
  it("keeps an answer no longer than its time", async () => {
    const { resolve, asked, state } = resolver({ A: a("93.184.215.14") });
    await resolve("files.example.com");
    await resolve("files.example.com");
    expect(asked).toEqual(["files.example.com A", "files.example.com AAAA"]);
    state.now = 30_000;
    await resolve("files.example.com");
    expect(asked).toHaveLength(4);
  });
});

describe("a container's plain http", () => {
  it("[BOX-33] goes out as https, and stays plain to a private host of a developer's machine alone", async () => {
    const { gate, sent } = world([() => new Response("ok")], {}, { meansHttps: true });
    await ask(gate, "http://files.example.com/a?b=c");
    expect(sent.map(({ url }) => url)).toEqual(["https://files.example.com/a?b=c"]);
    const local = world([() => new Response("ok")], { allowPrivateHosts: true }, { meansHttps: true, hosts: ["10.0.0.1"] });
    await ask(local.gate, "http://10.0.0.1/");
    expect(local.sent.map(({ url }) => url)).toEqual(["http://10.0.0.1/"]);
    const strict = world([() => new Response("ok")]);
    expect(refusalOf(await ask(strict.gate, "http://files.example.com/a"))).toBe("not_https");
  });
});
