/** Models at registration, and the order in which they are tried. */
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../../core/json.ts";
import { checkModel } from "../../../core/model/check.ts";
import type { ModelEntry } from "../../../core/model/entry.ts";
import { candidatesFor } from "../../../core/model/route.ts";

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

describe("[MODEL-3] candidates", () => {
  const entry = (id: string, more: Partial<ModelEntry> = {}): ModelEntry => ({
    id,
    base_url: null,
    secret: null,
    upstream_id: id,
    price: { input: 1, output: 1, cached_input: null },
    context: 1_000,
    tasks: ["classify"],
    pii: "redacted",
    latency_ms: null,
    quality: null,
    pinned: true,
    ...more,
  });
  const price = (input: number, output: number) => ({ price: { input, output, cached_input: null } });
  const models = [
    entry("a/dear-1", price(10, 10)),
    entry("a/cheap-1", price(1, 2)),
    entry("a/shy-1", { pii: "never", ...price(0, 0) }),
    entry("a/writer-1", { tasks: ["write"], pii: "allowed" }),
    entry("a/cheap-0", price(1, 2)),
  ];
  type Choice = Omit<Parameters<typeof candidatesFor>[0], "holdsPersonalData">;
  const redacted = { holdsPersonalData: true };
  const ids = (choice: Choice) => candidatesFor({ ...choice, ...redacted }, models).candidates.map(({ id }) => id);

  it("for a task: those that have it, cheapest first, then the fallbacks in their order", () => {
    expect(ids({ model: null, task: "classify", fallback: ["a/writer-1", "a/cheap-1"] })).toEqual([
      "a/cheap-0",
      "a/cheap-1",
      "a/dear-1",
      "a/writer-1",
    ]);
  });

  it("for a model: it alone, then the fallbacks", () => {
    expect(ids({ model: "a/dear-1", task: null, fallback: ["a/cheap-1", "a/dear-1"] })).toEqual(["a/dear-1", "a/cheap-1"]);
  });

  it("without those that may not see what people wrote, and those that nobody knows", () => {
    expect(candidatesFor({ model: "a/shy-1", task: null, fallback: ["a/nope-1"], ...redacted }, models)).toEqual({
      candidates: [],
      rejected: [
        { id: "a/shy-1", why: "takes no redacted text" },
        { id: "a/nope-1", why: "not registered" },
      ],
    });
  });

  it("with those that may see nothing of people, where nothing of people is in the text", () => {
    const choice = { model: null, task: "classify", fallback: [], holdsPersonalData: false };
    expect(candidatesFor(choice, models).candidates[0]?.id).toBe("a/shy-1");
  });

  it("carry price and window, and nothing that is secret", () => {
    const [first] = candidatesFor({ model: "a/dear-1", task: null, fallback: [], ...redacted }, models).candidates;
    expect(first).toEqual({ id: "a/dear-1", price: { input: 10, output: 10, cached_input: null }, context: 1_000 });
  });
});
