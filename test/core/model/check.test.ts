/** Models at registration. */
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../../core/json.ts";
import { checkModel } from "../../../core/model/check.ts";

const body = (more: JsonObject = {}): JsonObject => ({
  upstream_id: "small-2026-01-01",
  price: { input: 1, output: 2 },
  context: 128_000,
  tasks: ["classify"],
  pii: "redacted",
  ...more,
});
const pathsOf = (raw: Json, id = "acme/small-2026-01-01"): string[] => {
  const result = checkModel(id, raw, { allowPrivateHosts: false });
  return result.ok ? [] : result.error.map(({ path }) => path);
};

describe("[MODEL-1] a model's entry", () => {
  it("gets its defaults", () => {
    expect(checkModel("acme/small-2026-01-01", body(), { allowPrivateHosts: false })).toEqual({
      ok: true,
      value: {
        id: "acme/small-2026-01-01",
        base_url: null,
        secret: null,
        upstream_id: "small-2026-01-01",
        price: { input: 1, output: 2, cached_input: null },
        context: 128_000,
        tasks: ["classify"],
        pii: "redacted",
        latency_ms: null,
        quality: null,
        pinned: false,
      },
    });
  });

  it.each<[JsonObject, string]>([
    [{ more: 1 }, "/more"],
    [{ upstream_id: "" }, "/upstream_id"],
    [{ upstream_id: "a b" }, "/upstream_id"],
    [{ price: 1 }, "/price"],
    [{ price: { input: -1, output: 2 } }, "/price/input"],
    [{ price: { input: 1 } }, "/price/output"],
    [{ price: { input: 1, output: 2, more: 3 } }, "/price/more"],
    [{ context: 0 }, "/context"],
    [{ tasks: "classify" }, "/tasks"],
    [{ tasks: ["Bad Task"] }, "/tasks/0"],
    [{ pii: "maybe" }, "/pii"],
    [{ base_url: "http://api.example.com/v1" }, "/base_url"],
    [{ base_url: "https://127.0.0.1/v1" }, "/base_url"],
    [{ base_url: "https://api.example.com/v1?key=1" }, "/base_url"],
    [{ base_url: "https://u:p@api.example.com/v1" }, "/base_url"],
    [{ secret: "Not A Name" }, "/secret"],
    [{ latency_ms: -1 }, "/latency_ms"],
    [{ pinned: "yes" }, "/pinned"],
  ])("is refused with %j", (more, path) => expect(pathsOf(body(more))).toEqual([path]));

  it.each<Json>([null, [], "x", 3])("is not %j", (raw) => expect(pathsOf(raw)).toEqual([""]));
  it.each(["noslash", "Acme/x-2026-01-01", "acme/", "a/b/c-1.0.0"])("is not called %s", (id) =>
    expect(pathsOf(body(), id)).toContain("path.name"),
  );
});

describe("[MODEL-2] a version that stays what it is", () => {
  it.each([
    "openai/gpt-4.1-mini-2025-04-14",
    "bulkhead/rehearsal-1.0.0",
    "ollama/llama3:8b",
    "openai/gpt-4-0613",
    "x/claude-sonnet-4-20250514",
    "hf/model-0123456789abcdef",
  ])("%s is one", (id) => {
    expect(pathsOf(body(), id)).toEqual([]);
  });

  it.each([
    "openai/gpt-4.1-mini",
    "openai/chatgpt-latest",
    "ollama/llama3:latest",
    "google/gemini-2.5-pro-preview-2025-05-06",
    "acme/small",
    "acme/v2",
  ])("%s is none, unless somebody says so", (id) => {
    expect(pathsOf(body(), id)).toEqual([""]);
    expect(pathsOf(body({ pinned: true }), id)).toEqual([]);
  });

  it("must not hide behind the upstream's name", () => {
    expect(pathsOf(body({ upstream_id: "small-latest" }))).toEqual([""]);
    expect(pathsOf(body({ upstream_id: "the-latestest" }))).toEqual([]);
  });
});

describe("what a model takes", () => {
  const read = (parameters: Json) => checkModel("acme/small-2026-01-01", body({ parameters }), { allowPrivateHosts: false });

  it("[CHAT-21] is a list of official fields", () => {
    expect(read({ passes: ["verbosity"] })).toMatchObject({ ok: true, value: { parameters: { passes: ["verbosity"] } } });
    expect(read(null)).toMatchObject({ ok: true });
    expect(read({ passes: ["verbosity", "n"] })).toMatchObject({ ok: false, error: [{ path: "/parameters/passes/1" }] });
    expect(read({ speed: 1 })).toMatchObject({ ok: false, error: [{ path: "/parameters/speed" }] });
  });
});
