/** What a step may ask of whichever model answers. */
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../core/json.ts";
import { checkDefinition } from "../../../core/workflow/check.ts";
import { changed, known } from "./definitions.ts";

const checked = (model: JsonObject) => checkDefinition(changed("/steps/classify/model", model), known);
const modelOf = (model: JsonObject) => {
  const result = checked(model);
  const step = result.ok ? result.value.steps["classify"] : undefined;
  return step?.kind === "model" ? step.model : result;
};

describe("[ROUTE-5] a step's wishes", () => {
  const plain = { id: null, task: "classify", max_tokens: 2_048, temperature: 0, fallback: [] };

  it("are absent where nobody had any: a definition without them keeps its digest", () => {
    expect(modelOf({ task: "classify" })).toEqual(plain);
    expect(modelOf({ task: "classify", max_latency_ms: null, min_quality: null })).toEqual(plain);
  });

  it("are kept as they were sent", () => {
    const wishes = { complexity: "hard", max_latency_ms: 1_500, min_quality: 70 };
    expect(modelOf({ task: "classify", ...wishes })).toEqual({ ...plain, ...wishes });
    expect(modelOf({ id: "acme/small-2026-01-01", max_latency_ms: 1 })).toMatchObject({ id: "acme/small-2026-01-01", max_latency_ms: 1 });
  });

  it.each<[JsonObject, string]>([
    [{ complexity: "easy" }, "complexity"],
    [{ complexity: null }, "complexity"],
    [{ max_latency_ms: 0 }, "max_latency_ms"],
    [{ max_latency_ms: "fast" }, "max_latency_ms"],
    [{ min_quality: -1 }, "min_quality"],
    [{ min_quality: 1_001 }, "min_quality"],
    [{ latency: 1 }, "latency"],
  ])("are refused as %j", (wish, field) => {
    const result = checked({ task: "classify", ...wish });
    expect(result.ok ? [] : result.error.map(({ path }) => path)).toEqual([`/steps/classify/model/${field}`]);
  });

  it("say nothing about complexity where one model is named", () => {
    const result = checked({ id: "acme/small-2026-01-01", complexity: "hard" });
    expect(result.ok ? [] : result.error.map(({ path }) => path)).toEqual(["/steps/classify/model/complexity"]);
  });
});
