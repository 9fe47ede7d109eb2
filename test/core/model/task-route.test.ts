/** Routes as developers send them. */
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { checkTaskRoute, MOST_MODELS } from "../../../core/model/task-route.ts";

const KNOWN = new Set(["a/one-1", "a/two-1", ...Array.from({ length: 30 }, (_, n) => `m/x-${n}`)]);
const check = (raw: Json, task = "classify") => checkTaskRoute(task, raw, KNOWN);
const one = { models: [{ id: "a/one-1" }], strategy: "fallback" };
const many = (count: number): Json => ({ models: Array.from({ length: count }, (_, n) => ({ id: `m/x-${n}` })), strategy: "cheapest" });

describe("[ROUTE-4] a route", () => {
  it("is kept as it was sent", () => {
    const models = [{ id: "a/one-1", weight: 0.5 }, { id: "a/two-1" }];
    expect(check({ models, strategy: "weighted" })).toEqual({ ok: true, value: { task: "classify", models, strategy: "weighted" } });
    expect(check(many(MOST_MODELS)).ok).toBe(true);
  });

  it.each<[Json, string]>([
    [{ ...one, models: [{ id: "a/one-1" }, { id: "a/nope-1" }] }, "/models/1/id"],
    [{ ...one, models: [{ id: "a/one-1" }, { id: "a/one-1" }] }, "/models/1/id"],
    [{ ...one, models: [{ id: "one" }] }, "/models/0/id"],
    [{ ...one, models: [{ weight: 1 }] }, "/models/0/id"],
    [{ ...one, models: [{ id: "a/one-1", weight: 0 }] }, "/models/0/weight"],
    [{ ...one, models: [{ id: "a/one-1", weight: -1 }] }, "/models/0/weight"],
    [{ ...one, models: [{ id: "a/one-1", weight: "1" }] }, "/models/0/weight"],
    [{ ...one, models: [{ id: "a/one-1", weight: 1e300 }] }, "/models/0/weight"],
    [{ ...one, models: [{ id: "a/one-1", more: 1 }] }, "/models/0/more"],
    [{ ...one, models: ["a/one-1"] }, "/models/0"],
    [{ ...one, models: [] }, "/models"],
    [{ ...one, models: "a/one-1" }, "/models"],
    [{ strategy: "fallback" }, "/models"],
    [many(MOST_MODELS + 1), "/models"],
    [{ models: one.models }, "/strategy"],
    [{ ...one, strategy: "random" }, "/strategy"],
    [{ ...one, more: 1 }, "/more"],
    [[], ""],
    [null, ""],
  ])("is refused as %j", (raw, path) => {
    const result = check(raw);
    expect(result.ok ? [] : result.error.map((error) => error.path)).toEqual([path]);
  });

  it("has the name of a task", () => {
    const result = check(one, "Bad Task");
    expect(result.ok ? [] : result.error.map((error) => error.path)).toEqual(["path.task"]);
  });
});
