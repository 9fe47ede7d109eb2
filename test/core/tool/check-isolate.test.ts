/** Tools that are code, at registration: the code is parsed and not run, it imports nothing, and its secrets are for hosts that it lists. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../../core/json.ts";
import { checkTool } from "../../../core/tool/check.ts";
import { NO_ISOLATES } from "../../../core/tool/check-isolate.ts";

const CODE = "export default async (input, ctx) => ({ sum: input.a + 1 });";
const tool = (isolate: Json, more: JsonObject = {}): JsonObject => ({
  effect: "read",
  kind: "isolate",
  isolate,
  input: { type: "object" },
  output: true,
  ...more,
});
const check = (raw: JsonObject) => checkTool("sum", raw, { allowPrivateHosts: false, isolates: true });
const flawsOf = (raw: JsonObject): string[] => {
  const result = check(raw);
  return result.ok ? [] : result.error.map(({ path, message }) => `${path} ${message}`);
};
const flawOfCode = (code: string): string => flawsOf(tool({ code }))[0] ?? "none";

it("[TOOL-1] a tool of kind `isolate` gets the defaults of the contract, and a write promises nothing about a second call", () => {
  expect(check(tool({ code: CODE }))).toMatchObject({
    ok: true,
    value: { kind: "isolate", isolate: { code: CODE }, idempotency: "key", timeout_ms: 30_000 },
  });
  expect(check(tool({ code: CODE }, { effect: "write" }))).toMatchObject({ ok: true, value: { idempotency: "none" } });
  expect(check(tool({ code: CODE }, { effect: "write", idempotency: "key" }))).toMatchObject({ ok: true, value: { idempotency: "key" } });
});

describe("[ISO-7] code is parsed when it is registered", () => {
  it.each([
    "export default (input) => input",
    "export default async function named(input, ctx) { await fetch('https://a.example.com'); return ctx; }",
    "export default function* () {}",
    "const f = () => 1; export { f as default };",
    "const x = await Promise.resolve(1); export default () => x; export const other = 1;",
    "export default () => import.meta.url ?? 1n ** 2n // import('x')",
    "using a = null; export default () => /(?<year>\\d{4})/v.test('import');",
  ])("takes %s", (code) => expect(flawOfCode(code)).toBe("none"));
  it.each([
    ["export default () => {", /^\/isolate\/code does not parse: Unexpected token \(line 1, column 23\)$/],
    ["let a;\nlet a;\nexport default 1", /^\/isolate\/code does not parse: .*\(line 2, column 5\)$/],
    ["with (a) {} export default 1", /^\/isolate\/code does not parse: /],
    ["export default 08", /^\/isolate\/code does not parse: /],
    ["export default /[/", /^\/isolate\/code does not parse: /],
    ["import defer * as a from 'b'; export default 1", /^\/isolate\/code does not parse: /],
    ["module.exports = 1", /^\/isolate\/code needs a default export/],
    ["export const run = 1", /^\/isolate\/code needs a default export/],
  ])("refuses %s", (code, expected) => expect(flawOfCode(code)).toMatch(expected));
  it("refuses what is nested too deeply, and code without end", () => {
    expect(flawOfCode(`export default ${"(".repeat(60_000)}`)).toMatch(/^\/isolate\/code is nested too deeply/);
    expect(flawOfCode(`export default "${"x".repeat(65_536)}"`)).toContain("/isolate/code");
  });
  it.each([{}, { code: 3 }, { code: "" }, 3, null])("refuses %j", (isolate) => expect(flawsOf(tool(isolate))[0]).toMatch(/^\/isolate/));
  it("never throws", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (code) => typeof flawOfCode(code) === "string"));
  });
});

describe("[ISO-2] code that imports anything is refused", () => {
  it.each([
    "import fs from 'node:fs'; export default () => 1",
    "import 'cloudflare:workers'; export default () => 1",
    "export * from './entry.isolate.js'; export default () => 1",
    "export { default } from './ground.isolate.js'",
    "export default async () => (await import('cloudflare:workers')).exports",
    "export default async (input) => import(input.module)",
    "const f = (a = [...(async () => { switch (1) { default: await import(`x`) } })()]) => f; export default f",
    "class A { static { import('x') } } export default A",
  ])("%s", (code) => expect(flawOfCode(code)).toMatch(/^\/isolate\/code must not import anything \(line 1, column \d+\)/));
});

describe("[ISO-8] a secret of code is for a host that the tool lists", () => {
  it("takes it, and the host in any case", () => {
    const manifest = tool({ code: CODE, secrets: { "API.example.com": "api-key" } }, { egress: ["api.example.com"] });
    expect(check(manifest)).toMatchObject({ ok: true, value: { isolate: { secrets: { "api.example.com": "api-key" } } } });
  });
  it.each<[Json, JsonObject]>([
    [{ "other.example.com": "api-key" }, { egress: ["api.example.com"] }],
    [{ "api.example.com": "api-key" }, {}],
    [{ "api.example.com": "Not A Name" }, { egress: ["api.example.com"] }],
    [{ "api.example.com": 3 }, { egress: ["api.example.com"] }],
    [["api-key"], { egress: ["api.example.com"] }],
    [{ __proto__: "api-key", constructor: "api-key" }, { egress: ["api.example.com"] }],
  ])("refuses %j with %j", (secrets, more) => expect(flawsOf(tool({ code: CODE, secrets }, more))[0]).toMatch(/^\/isolate\/secrets/));
});

it("[ISO-9] where the deployment has no Worker Loader, it says so", () => {
  const result = checkTool("sum", tool({ code: CODE }), { allowPrivateHosts: false });
  expect(result).toEqual({ ok: false, error: [{ path: "/kind", message: NO_ISOLATES }] });
});
