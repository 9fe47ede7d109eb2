/** What a definition says that can never work, whatever its runs hold: refused with its place. */
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { checkDefinition } from "../../../core/workflow/check.ts";
import { certainFailure, constantOf } from "../../../core/workflow/constant.ts";

const flawsOf = (step: Json) => {
  const checked = checkDefinition({ name: "w", input: true, output: null, steps: { a: step } }, { tools: new Set() });
  return checked.ok ? [] : checked.error;
};
const pathsOf = (step: Json) => flawsOf(step).map(({ path }) => path);
const wait = (more: object): Json => ({ kind: "wait", ...more }) as Json;
const value = (cel: string): Json => ({ kind: "transform", value: { cel } });

describe("[DEF-13] what can never work is refused at its place", () => {
  it.each<[string, Json, string[]]>([
    ["a span that is none", value("duration('5 days') < duration('1h')"), ["/steps/a/value/cel"]],
    ["a time that is none, beside what the run gives", value("timestamp(input.at) > timestamp('tomorrow')"), ["/steps/a/value/cel"]],
    ["a month 13", value("timestamp('2026-13-01T00:00:00Z')"), ["/steps/a/value/cel"]],
    ["one behind a condition", value("input.a ? duration('soon') : input.b"), ["/steps/a/value/cel"]],
    ["one in a macro", value("input.list.map(x, x + int('many'))"), ["/steps/a/value/cel"]],
    ["a zone that is none", value("timestamp('2026-01-01T00:00:00Z').getHours('Mars/Base')"), ["/steps/a/value/cel"]],
    ["a division by zero", value("1 / 0"), ["/steps/a/value/cel"]],
    ["an `until` that is no time", wait({ until: { cel: "'next monday'" } }), ["/steps/a/until"]],
    ["an `until` that is a number", wait({ until: { cel: "5" } }), ["/steps/a/until"]],
    ["an `until` that fails", wait({ until: { cel: "timestamp('x')" } }), ["/steps/a/until/cel"]],
    ["`seconds` below zero", wait({ seconds: { cel: "-5" } }), ["/steps/a/seconds"]],
    ["`seconds` as a duration", wait({ seconds: { cel: "duration('5m')" } }), ["/steps/a/seconds"]],
    ["`seconds` beyond a year", wait({ seconds: { cel: "86400 * 400" } }), ["/steps/a/seconds"]],
    ["a condition that is a text", { kind: "transform", value: 1, when: { cel: "'yes'" } }, ["/steps/a/when/cel"]],
    ["a list that is a text", { kind: "map", over: { cel: "'abc'" }, step: { kind: "transform", value: 1 } }, ["/steps/a/over"]],
  ])("%s", (_name, step, paths) => expect(pathsOf(step)).toEqual(paths));

  it.each<[string, Json]>([
    ["a constant time", wait({ until: { cel: "timestamp('2030-01-01T00:00:00Z') + duration('24h')" } })],
    ["a constant number of seconds", wait({ seconds: { cel: "60 * 60" } })],
    ["what the run decides", wait({ until: { cel: "input.at" } })],
    ["a branch that is not taken", value("true ? 1 : 1 / 0")],
    ["an error that `||` absorbs", value("true || 1 / 0 > 1")],
    ["a condition", { kind: "transform", value: 1, when: { cel: "1 < 2" } }],
    ["a constant list", { kind: "map", over: { cel: "[1, 2].map(x, x * 2)" }, step: { kind: "transform", value: { cel: "item" } } }],
  ])("and not %s", (_name, step) => expect(pathsOf(step)).toEqual([]));

  it("says why", () => {
    expect(flawsOf(value("duration('5 days')"))[0]?.message).toBe(
      "the expression always fails: duration() takes a text such as `1h30m` or `90s`",
    );
    expect(flawsOf(wait({ until: { cel: "'soon'" } }))[0]?.message).toBe(
      "`until` must be a time as RFC 3339 writes it, and this expression gives something else",
    );
  });

  it("knows a constant only where nothing in it is read", () => {
    expect(constantOf({ a: [{ cel: "1 + 1" }] })).toEqual({ ok: true, value: { a: [2] } });
    expect(constantOf({ a: [{ cel: "1 + 1" }, { cel: "input" }] })).toBeNull();
    expect(constantOf({ cel: "1 / 0" })).toMatchObject({ ok: false });
    expect(certainFailure("input.x / 0")).toBeNull();
  });
});
