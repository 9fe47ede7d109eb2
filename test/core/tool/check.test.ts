/** Tools at registration: defaults of the contract, and addresses, headers and fields that are not taken. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../../core/json.ts";
import { checkTool } from "../../../core/tool/check.ts";
import { reachesGuarded } from "../../../core/tool/guarded.ts";
import { isPrivateHost } from "../../../core/tool/hosts.ts";
import { toolWarnings } from "../../../core/tool/warnings.ts";
import { often } from "../../support/depth.ts";

const tool = (more: JsonObject = {}): JsonObject => ({
  description: "Sends a mail",
  effect: "write",
  kind: "http",
  http: { url: "https://mail.example.com/send" },
  input: { type: "object", properties: { to: { type: "string" }, text: { type: "string" } }, additionalProperties: false },
  output: true,
  ...more,
});
const pathsOf = (raw: Json, allowPrivateHosts = false, name = "mail.send"): string[] => {
  const result = checkTool(name, raw, { allowPrivateHosts });
  return result.ok ? [] : result.error.map(({ path }) => path);
};
/** Of a tool whose input says nothing of its fields: the URL alone is judged. */
const urlTaken = (url: string, allowPrivateHosts = false): boolean =>
  pathsOf(tool({ http: { url }, input: {} }), allowPrivateHosts).length === 0;

it("[TOOL-1] gets every default of the contract", () => {
  const result = checkTool("mail.send", tool(), { allowPrivateHosts: false });
  expect(result).toMatchObject({
    ok: true,
    value: {
      name: "mail.send",
      http: { url: "https://mail.example.com/send", method: "POST", headers: {}, secret: null },
      timeout_ms: 30_000,
      idempotency: "key",
      scopes: [],
      approval: "policy",
      guarded: [],
      personal_data: {},
      sensitivity: "internal",
      allow: null,
    },
  });
});

it("[TOOL-70] takes a `compensate` that sees the call alone, of a tool that writes", () => {
  const compensate = { tool: "mail.recall", input: { to: { cel: "input.to" }, id: { cel: "output.id" } } };
  expect(checkTool("mail.send", tool({ compensate }), { allowPrivateHosts: false })).toMatchObject({ ok: true, value: { compensate } });
  expect(pathsOf(tool({ effect: "read", compensate }))).toEqual(["/compensate"]);
  expect(pathsOf(tool({ compensate: { input: {} } }))).toEqual(["/compensate/tool"]);
  expect(pathsOf(tool({ compensate: { tool: "mail.recall", more: 1 } }))).toEqual(["/compensate/more"]);
  const cel = (text: string): JsonObject => tool({ compensate: { tool: "mail.recall", input: { a: { cel: text } } } });
  for (const text of ["steps.a.output", "run.id", "item", "output."])
    expect(pathsOf(cel(text)).at(0), text).toBe("/compensate/input/a/cel");
});

describe("[TOOL-2] names what is invalid, and where", () => {
  it.each<[JsonObject, string]>([
    [{ more: 1 }, "/more"],
    [{ effect: "delete" }, "/effect"],
    [{ kind: "container" }, "/kind"],
    [{ kind: "toString" }, "/kind"],
    [{ kind: "magic" }, "/kind"],
    [{ http: {} }, "/http/url"],
    [{ http: 3 }, "/http"],
    [{ http: { url: "https://a.example.com/", method: "TRACE" } }, "/http/method"],
    [{ http: { url: "https://a.example.com/", more: 1 } }, "/http/more"],
    [{ http: { url: "https://a.example.com/", secret: "Not A Name" } }, "/http/secret"],
    [{ http: { url: "https://a.example.com/", headers: { Authorization: "x" } } }, "/http/headers/Authorization"],
    [{ http: { url: "https://a.example.com/", headers: { authorization: "x" } } }, "/http/headers/authorization"],
    [{ http: { url: "https://a.example.com/", headers: { HOST: "x" } } }, "/http/headers/HOST"],
    [{ http: { url: "https://a.example.com/", headers: { "Idempotency-Key": "x" } } }, "/http/headers/Idempotency-Key"],
    [{ http: { url: "https://a.example.com/", headers: { "Bulkhead-Run": "x" } } }, "/http/headers/Bulkhead-Run"],
    [{ http: { url: "https://a.example.com/", headers: { "X-A": "a\r\nX-B: b" } } }, "/http/headers/X-A"],
    [{ http: { url: "https://a.example.com/", headers: { "X A": "a" } } }, "/http/headers/X A"],
    [{ http: { url: "https://a.example.com/", headers: { "X-A": "a", "x-a": "b" } } }, "/http/headers/x-a"],
    [{ input: { type: "strin" } }, "/input/type"],
    [{ output: 3 }, "/output"],
    [{ timeout_ms: 0 }, "/timeout_ms"],
    [{ idempotency: "twice" }, "/idempotency"],
    [{ idempotency: { lookup: "mail.send" } }, "/idempotency/lookup"],
    [{ idempotency: { lookup: "mail.get", more: 1 } }, "/idempotency/more"],
    [{ scopes: ["Read Orders"] }, "/scopes/0"],
    [{ scopes: ["read:orders", "read:orders:org:evil"] }, "/scopes/1"],
    [{ scopes: ["org:evil"] }, "/scopes/0"],
    [{ approval: "sometimes" }, "/approval"],
    [{ guarded: ["to"] }, "/guarded/0"],
    [{ guarded: ["/nope"] }, "/guarded/0"],
    [{ personal_data: { "/to": ["NAME"] } }, "/personal_data/~1to"],
    [{ personal_data: { to: ["EMAIL"] } }, "/personal_data/to"],
    [{ personal_data: { "/cc": ["EMAIL"] } }, "/personal_data/~1cc"],
    [{ sensitivity: "secret" }, "/sensitivity"],
    [{ allow: { roles: ["king"] } }, "/allow/roles/0"],
    [{ cache_ms: 5 }, "/cache_ms"], // of a write
    [{ effect: "read", cache_ms: 0 }, "/cache_ms"],
    [{ effect: "read", cache_ms: 604_800_001 }, "/cache_ms"],
    [{ effect: "read", sensitivity: "confidential", cache_ms: 5 }, "/cache_ms"],
    [{ effect: "read", sensitivity: "restricted", cache_ms: 5 }, "/cache_ms"],
    [{ max_age_ms: 1.5 }, "/max_age_ms"],
    [{ max_age_ms: "5s" }, "/max_age_ms"],
    [{ rate: {} }, "/rate/per_minute"],
    [{ rate: { per_minute: 0 } }, "/rate/per_minute"],
    [{ rate: { per_minute: 1.5 } }, "/rate/per_minute"],
    [{ rate: { per_minute: 5, per_second: 1 } }, "/rate/per_second"],
    [{ breaker: { failures: 0 } }, "/breaker/failures"],
    [{ breaker: { window_ms: 3_600_001 } }, "/breaker/window_ms"],
    [{ breaker: { open_ms: "30s" } }, "/breaker/open_ms"],
    [{ breaker: { successes: 1_001 } }, "/breaker/successes"],
    [{ breaker: { trips: 1 } }, "/breaker/trips"],
    [{ breaker: true }, "/breaker"],
    [{ fallback: "mail.send" }, "/fallback"],
    [{ fallback: "Not A Name" }, "/fallback"],
    [{ errors: {} }, "/errors"],
    [{ errors: ["gone"] }, "/errors/0"],
    [{ errors: [{ error: "gone" }] }, "/errors/0/message"],
    [{ errors: [{ error: "so long", message: "m" }] }, "/errors/0/error"],
    [{ errors: [{ error: "gone", message: "" }] }, "/errors/0/message"],
    [{ errors: [{ error: "gone", message: "m", field: "/to" }] }, "/errors/0/field"],
    [
      {
        errors: [
          { error: "gone", message: "m" },
          { error: "gone", message: "n" },
        ],
      },
      "/errors/1/error",
    ],
    [{ price: {} }, "/price/per_call_usd"],
    [{ price: { per_call_usd: -1 } }, "/price/per_call_usd"],
    [{ price: { per_call_usd: 1, output_pointer: "cost" } }, "/price/output_pointer"],
    [{ price: { per_call_usd: 1, output_pointer: "" } }, "/price/output_pointer"],
    [{ price: { per_call_usd: 1, currency: "EUR" } }, "/price/currency"],
    [{ accepts: "secret" }, "/accepts"],
    [{ egress: "api.example.com" }, "/egress"],
    [{ egress: ["https://api.example.com"] }, "/egress/0"],
    [{ egress: ["api.example.com/a"] }, "/egress/0"],
    [{ fresh: "yes" }, "/fresh"],
  ])("%j", (more, path) => expect(pathsOf(tool(more))).toEqual([path]));

  it.each(["effect", "input", "output", "http"])("without `%s`", (name) => {
    const { [name]: _, ...rest } = tool();
    expect(pathsOf(rest)).toEqual([`/${name}`]);
  });

  it("a name of another form", () => expect(pathsOf(tool(), false, "Mail Send")).toEqual(["path.name"]));
  it.each<Json>([null, [], "x", 1])("%j", (raw) => expect(pathsOf(raw)).toEqual([""]));
  it("takes how long answers are good", () => {
    const taken = checkTool("orders.get", tool({ effect: "read", cache_ms: 60_000, max_age_ms: 5_000 }), { allowPrivateHosts: false });
    expect(taken).toMatchObject({ ok: true, value: { cache_ms: 60_000, max_age_ms: 5_000 } });
    expect(pathsOf(tool({ max_age_ms: 5_000, cache_ms: null }))).toEqual([]);
    // Manifests from before there was such a thing keep their digest.
    expect(JSON.stringify(checkTool("mail.send", tool(), { allowPrivateHosts: false }))).not.toMatch(/cache_ms|max_age_ms/);
  });
  it("takes the terms of its use, and fills in what a breaker leaves out", () => {
    const terms: JsonObject = {
      rate: { per_minute: 60 },
      breaker: { failures: 3 },
      fallback: "mail.other",
      errors: [{ error: "out_of_stock", message: "choose another product" }],
      price: { per_call_usd: 0.002, output_pointer: "/cost" },
      accepts: "confidential",
      egress: ["api.example.com", "[2606:4700::1111]:8443"],
      fresh: true,
    };
    const breaker = { failures: 3, window_ms: 60_000, open_ms: 30_000, successes: 2 };
    expect(checkTool("mail.send", tool(terms), { allowPrivateHosts: false })).toMatchObject({ ok: true, value: { ...terms, breaker } });
    const nulls = Object.fromEntries(Object.keys(terms).map((field) => [field, null]));
    // A manifest that says nothing of them keeps the digest that it had before the fields existed.
    expect(checkTool("mail.send", tool(nulls), { allowPrivateHosts: false })).toEqual(
      checkTool("mail.send", tool(), { allowPrivateHosts: false }),
    );
    expect(JSON.stringify(checkTool("mail.send", tool(), { allowPrivateHosts: false }))).not.toMatch(/rate|breaker|fallback|price|accepts/);
  });
  it("takes the kinds of personal data", () =>
    expect(pathsOf(tool({ personal_data: { "/to": ["EMAIL", "PHONE"] }, guarded: ["/text"] }))).toEqual([]));
});

it.each(["isolate", "container"])(
  "[TOOL-2] refuses the kind `%s` where the deployment cannot run it, and says nothing else of it",
  (kind) => {
    expect(checkTool("mail.send", tool({ kind, more: 1 }), { allowPrivateHosts: false })).toEqual({
      ok: false,
      error: [{ path: "/kind", message: expect.stringMatching(/^this deployment (runs no containers|has no Worker Loader)/) }],
    });
  },
);

describe("[TOOL-3] addresses", () => {
  it.each([
    "https://api.example.com",
    "https://api.example.com:8443/a/{id}/b-{to}?v=1",
    "https://93.184.216.34/",
    "https://[2606:4700::1111]/",
    "https://xn--bcher-kva.example/",
  ])("takes %s", (url) => {
    expect(urlTaken(url)).toBe(true);
  });

  it.each([
    "http://api.example.com/",
    "ftp://api.example.com/",
    "//api.example.com/",
    "api.example.com",
    "https://user:pass@api.example.com/",
    "https://api.example.com@evil.example.com/",
    "https://{host}.example.com/",
    "https://api.example.com/a?x={id}",
    "https://api.example.com/{a b}",
    "https://api.example.com/{",
    "https://api.example.com/#frag",
    "https://api.example.com\\@evil/",
    "https://api.example.com:99999/",
    "https://api..example.com/",
    "https:///path",
    "https://exa mple.com/",
    "https://bücher.example/",
    "https://%6cocalhost/",
    "https://localhost/",
    "https://localhost./",
    "https://sub.localhost/",
    "https://printer/",
    "https://db.internal/",
    "https://metadata.google.internal/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f.0.0.1/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://127.0.0.01/",
    "https://10.1.2.3/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://0.0.0.0/",
    "https://224.0.0.1/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[fe80::1]/",
    "https://[fd00::1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://1.2.3.256/",
    "https://1.2.3/",
  ])("refuses %s", (url) => expect(urlTaken(url)).toBe(false));

  it("says that credentials do not belong into a URL", () => {
    expect(
      checkTool("mail.send", tool({ http: { url: "https://user:pass@api.example.com/" } }), { allowPrivateHosts: false }),
    ).toMatchObject({
      error: [{ path: "/http/url", message: "`url` must not carry credentials: use a `secret`" }],
    });
  });

  it("takes private hosts and plain http where they are allowed, and nothing else more", () => {
    expect(["http://127.0.0.1:3000/x", "http://localhost:8080", "http://shop.test/a/{id}"].map((url) => urlTaken(url, true))).toEqual([
      true,
      true,
      true,
    ]);
    expect(["http://user@localhost/", "ftp://localhost/", "http://{h}/"].map((url) => urlTaken(url, true))).toEqual([false, false, false]);
  });

  it("sees private numbers in every way of writing them", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 }), (b, c, d) => {
        for (const a of [10, 127]) {
          const number = ((a * 256 + b) * 256 + c) * 256 + d;
          const ways = [
            `${a}.${b}.${c}.${d}`,
            `${number}`,
            `0x${number.toString(16)}`,
            `0${a.toString(8)}.${b}.${c}.${d}`,
            `${a}.${b}.${c * 256 + d}`,
            `${a}.${b}.${c}.${d}.`,
          ];
          for (const host of ways) expect(isPrivateHost(host), host).toBe(true);
        }
      }),
      { numRuns: 300, seed: 7 },
    );
  });
});

describe("[TOOL-4] guarded fields", () => {
  it.each<[string[], string[], boolean]>([
    [[], ["/to"], false],
    [["/to"], [], false],
    [["/to"], ["/text"], false],
    [["/to"], ["/to"], true],
    [["/to"], ["/to/0"], true],
    [["/to/0"], ["/to"], true],
    [["/to"], [""], true],
    [["/to"], ["/tomorrow"], false],
    [["/a~1b"], ["/a/b"], false],
    [["/to"], ["broken"], true],
  ])("%j reached by %j: %s", (guarded, untrusted, expected) => expect(reachesGuarded(guarded, untrusted)).toBe(expected));
});

it("[TOOL-5] never throws, whatever somebody sends", () => {
  const field = fc.constantFrom(
    "effect",
    "kind",
    "http",
    "input",
    "output",
    "url",
    "headers",
    "idempotency",
    "guarded",
    "personal_data",
    "allow",
    "scopes",
    "rate",
    "breaker",
    "errors",
    "price",
    "egress",
  );
  fc.assert(
    fc.property(
      fc.dictionary(field, fc.oneof(fc.jsonValue(), fc.webUrl(), fc.dictionary(field, fc.jsonValue()))),
      fc.string(),
      (raw, name) => {
        expect(checkTool(name, { ...tool(), ...(raw as JsonObject) }, { allowPrivateHosts: false })).toHaveProperty("ok");
      },
    ),
    { numRuns: often(300, 800), seed: 7 },
  );
});

describe("[WARN-9] the fields of a tool's URL", () => {
  const at = (url: string, input: JsonObject, method = "POST"): JsonObject => tool({ http: { url, method }, input });
  const closed = {
    type: "object",
    properties: { id: { type: "string" }, of: { type: "object" } },
    required: ["id"],
    additionalProperties: false,
  };
  const open = { type: "object", properties: { id: { type: "string" } } };
  const told = (raw: JsonObject) => {
    const checked = checkTool("x", raw, { allowPrivateHosts: false });
    if (!checked.ok) return checked.error.map(({ path, message }) => `refused ${path}: ${message}`);
    return toolWarnings(checked.value, { undoes: null, names: [] }).map(({ path, message }) => `${path}: ${message}`);
  };

  it.each<[string, JsonObject, string[]]>([
    ["one that there is", at("https://a.example.com/o/{id}", closed), []],
    [
      "one that a closed schema lacks",
      at("https://a.example.com/o/{idd}", closed),
      ["refused /http/url: `{idd}` names no field of the input schema; did you mean `id`?"],
    ],
    [
      "one that an open schema does not name",
      at("https://a.example.com/o/{order}", open),
      ["/http/url: `{order}` names no field of the input schema"],
    ],
    [
      "one that a call may leave out",
      at("https://a.example.com/{id}", open),
      ["/http/url: `{id}` is not `required` in the input schema: a call without it fails"],
    ],
    [
      "an object",
      at("https://a.example.com/{of}", closed),
      ["refused /http/url: `{of}` must be a string, a number, true or false in the input schema: it goes into the URL"],
    ],
    [
      "a name that objects have",
      at("https://a.example.com/{constructor}", closed),
      ["refused /http/url: `{constructor}` names no field of the input schema"],
    ],
    ["a schema with branches", at("https://a.example.com/{x}", { ...closed, anyOf: [{ properties: { x: true } }] }), []],
    ["a schema that says nothing", at("https://a.example.com/{x}", {}), []],
  ])("%s", (_name, raw, said) => expect(told(raw)).toEqual(said));

  it("an object in a query", () => {
    const [said] = told(at("https://a.example.com/{id}", closed, "GET"));
    expect(said).toMatch(/^\/input\/properties\/of: a GET sends its input as query parameters/);
    expect(told(at("https://a.example.com/{id}", closed, "PUT"))).toEqual([]);
  });

  it("[TOOL-94] a field with the name of a parameter that the URL fixes: refused where every call has it, warned of where one may", () => {
    const url = "https://a.example.com/orders?Account=self";
    const may = { type: "object", properties: { account: { type: "string" } } };
    const fixed = "is a query parameter that the URL fixes: a call with this field is refused";
    expect(told(at(url, may, "GET"))).toEqual([`/input/properties/account: ${fixed}`]);
    expect(told(at(url, { ...may, required: ["account"] }, "GET"))).toEqual([`refused /input/properties/account: ${fixed}`]);
    expect(told(at(url, may, "POST"))).toEqual([]);
    const post = at(url, may, "POST");
    expect(told({ ...post, http: { ...(post["http"] as JsonObject), query: ["account"] } })).toEqual([
      `/http/query/0: \`account\` ${fixed}`,
    ]);
  });
});

describe("[WARN-10] what undoes a tool", () => {
  const undone = (undoes: Parameters<typeof toolWarnings>[1]["undoes"], names: string[] = []) => {
    const checked = checkTool("pay.out", tool({ compensate: { tool: "pay.bakc", input: { id: { cel: "output.id" } } } }), {
      allowPrivateHosts: false,
    });
    if (!checked.ok) throw new Error(JSON.stringify(checked.error));
    return toolWarnings(checked.value, { undoes, names });
  };
  const ID = { type: "object", properties: { id: { type: "string" } }, required: ["id"], additionalProperties: false };

  it("does not exist", () => {
    const message = "there is no tool `pay.bakc` yet; until there is, nothing undoes what this tool did; did you mean `pay.back`?";
    expect(undone(null, ["pay.back"])).toEqual([{ path: "/compensate/tool", message }]);
  });
  it("writes nothing", () => expect(undone({ effect: "read", input: ID }).map(({ path }) => path)).toEqual(["/compensate/tool"]));
  it("lacks a field", () => {
    expect(undone({ effect: "write", input: { ...ID, required: ["id", "why"] } })).toEqual([
      { path: "/compensate/input", message: "the input of `pay.bakc` needs the field `why`" },
    ]);
  });
  it("fits", () => expect(undone({ effect: "write", input: ID })).toEqual([]));
});

describe("[WARN-13] what a tool names and nobody has registered", () => {
  const told = (raw: JsonObject, around: Partial<Parameters<typeof toolWarnings>[1]>, rule = {}) => {
    const checked = checkTool("x", raw, { allowPrivateHosts: false, ...rule });
    if (!checked.ok) throw new Error(JSON.stringify(checked.error));
    return toolWarnings(checked.value, { undoes: null, names: [], ...around }).map(({ path, message }) => `${path} ${message}`);
  };
  const http = tool({ http: { url: "https://API.example.com:443/a", secret: "k" } });
  const code = { code: "export default async () => ({})", secrets: { "b.example.com": "k" } };
  const { http: _, ...bare } = tool({ kind: "isolate", isolate: code, egress: ["b.example.com", "c.example.com"] });
  const isolate: JsonObject = bare;
  const holding = (...hosts: string[]) => ({ secrets: new Map([["k", hosts]]) });

  it("a secret that there is not, or that may not be sent to the tool's host", () => {
    const none = { secrets: new Map([["k", null]]) };
    expect(told(http, none)).toEqual(["/http/secret there is no secret `k` yet; until there is (PUT /v1/secrets/k), every call fails"]);
    expect(told(isolate, none, { isolates: true })[0]).toMatch(/^\/isolate\/secrets\/b\.example\.com there is no secret/);
    expect(told(http, holding("other.example.com"))[0]).toMatch(/^\/http\/secret the secret `k` may not be sent to `api\.example\.com`/);
    expect(told(http, holding("api.example.com:8443"))).toHaveLength(1);
    expect([told(http, holding("api.example.com")), told(isolate, holding("b.example.com"), { isolates: true }), told(http, {})]).toEqual([
      [],
      [],
      [],
    ]);
  });

  it("an address in a way of writing that no request is compared with", () => {
    for (const host of ["2130706433", "0x7f.1", "127.1:8443", "0177.0.0.1"]) {
      const [said] = told({ ...isolate, egress: ["b.example.com", host] }, {}, { isolates: true });
      expect(said, host).toMatch(/^\/egress\/1 is an address in an unusual way/);
    }
    expect(told({ ...isolate, egress: ["b.example.com", "93.184.216.34:8443"] }, {}, { isolates: true })).toEqual([]);
  });

  it("a host that the org's `egress` lacks", () => {
    expect(told(http, { egress: [] })).toEqual(["/http/url the host is not in the org's `egress`, so every call is refused"]);
    expect(told(isolate, { egress: ["B.example.com"] }, { isolates: true })).toEqual([
      "/egress/1 is not in the org's `egress`, so requests to it are refused",
    ]);
    expect([told(http, { egress: null }), told(http, { egress: ["api.example.com"] })]).toEqual([[], []]);
  });
});

describe("a container", () => {
  const container = { kind: "container", http: undefined, container: { language: "python", code: "def main(input): return input" } };
  const { http: _, ...rest } = tool() as { http?: object };
  const check = (changes: object, containers = true) =>
    checkTool("sum", JSON.parse(JSON.stringify({ ...rest, ...container, ...changes })), { allowPrivateHosts: false, containers });
  const paths = (result: ReturnType<typeof check>): readonly string[] => (result.ok ? [] : result.error.map(({ path }) => path));

  it("[BOX-32] is taken where the deployment runs containers, and refused with the reason elsewhere", () => {
    expect(check({})).toMatchObject({ ok: true, value: { kind: "container", container: container.container } });
    expect(check({}, false)).toEqual({ ok: false, error: [{ path: "/kind", message: expect.stringContaining("--env containers") }] });
  });

  it("[BOX-32] is code in a language that there is", () => {
    expect(paths(check({ container: undefined }))).toEqual(["/container"]);
    expect(paths(check({ container: { language: "cobol", code: "" } }))).toEqual(["/container/language", "/container/code"]);
    expect(paths(check({ container: { language: "python", code: "x".repeat(300_000) } }))).toEqual(["/container/code"]);
    expect(paths(check({ container: { ...container.container, image: "x" } }))).toEqual(["/container/image"]);
  });

  it("[BOX-32] promises nothing of a write's second call unless its manifest does", () => {
    expect(check({ effect: "write" })).toMatchObject({ value: { idempotency: "none" } });
    expect(check({ effect: "write", idempotency: "key" })).toMatchObject({ value: { idempotency: "key" } });
    expect(check({ effect: "read" })).toMatchObject({ value: { idempotency: "key" } });
  });
});
