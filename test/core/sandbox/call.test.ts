/** What a runner is told and what it says: total for anything that comes back. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MOST_FILES, readRunnerAnswer, runnerRequest } from "../../../core/sandbox/call.ts";

const answer = (changes: object): string =>
  JSON.stringify({ v: 1, end: "told", told: '{"end":"ended"}', stdout: "", stderr: "", files: [], files_left_out: 0, ms: 1, ...changes });
const endOf = (changes: object) => readRunnerAnswer(answer(changes))?.end;
const told = (value: object | string): object => ({ told: typeof value === "string" ? value : JSON.stringify(value) });

describe("a call", () => {
  it("[BOX-1] carries its input as it is written, and once more as a line of stdin", () => {
    const body = runnerRequest({ code: "pass", input: '{"id":12345678901234567890}', files: [], wallMs: 500 });
    expect(body).toContain('"input":{"id":12345678901234567890}');
    expect(JSON.parse(body)).toMatchObject({ v: 1, code: "pass", stdin: '{"id":12345678901234567890}\n', files: [], wall_ms: 500 });
  });

  it("[BOX-1] of a script that is given nothing has neither", () => {
    expect(JSON.parse(runnerRequest({ code: "pass", input: null, files: [], wallMs: 1 }))).toEqual({
      v: 1,
      code: "pass",
      files: [],
      wall_ms: 1,
    });
  });
});

describe("an answer", () => {
  it("[BOX-2] gives the value that the code returned, and else what it printed where that is JSON", () => {
    expect(endOf(told({ end: "returned", output: { sum: 6 } }))).toEqual({ kind: "ok", output: { value: { sum: 6 }, long: [] } });
    expect(endOf({ stdout: '{"n": 1}\n' })).toEqual({ kind: "ok", output: { value: { n: 1 }, long: [] } });
    expect(endOf({ stdout: 'reading\n{"n": 2}\n' })).toEqual({ kind: "ok", output: { value: { n: 2 }, long: [] } });
    expect(endOf({ stdout: "no JSON at all\n" })).toEqual({ kind: "ok", output: null });
    expect(endOf({ end: "exited", code: 0, stdout: "[3]" })).toEqual({ kind: "ok", output: { value: [3], long: [] } });
  });

  it("[BOX-2] names whole numbers that a double does not hold by their place, and refuses what is no JSON", () => {
    const long = endOf(told('{"end":"returned","output":{"id":12345678901234567890}}'));
    expect(long).toEqual({ kind: "ok", output: { value: { id: "12345678901234567890" }, long: ["/id"] } });
    expect(endOf(told('{"end":"returned","output":{"x":1e400}}'))).toEqual({ kind: "not_json", path: "/x" });
    expect(endOf(told('{"end":"not_json"}'))).toEqual({ kind: "not_json", path: null });
  });

  it("[MODEL-14] half a surrogate pair in an output is U+FFFD", () => {
    for (const end of [told('{"end":"returned","output":"a\\ud800"}'), { stdout: '"a\\ud800"' }])
      expect(endOf(end)).toEqual({ kind: "ok", output: { value: "a\ufffd", long: [] } });
  });

  it("[BOX-2] says how the code failed", () => {
    expect(endOf(told({ end: "raised", error: "KeyError", message: "'x'", field: "/x" }))).toEqual({
      kind: "raised",
      error: "KeyError",
      message: "'x'",
      field: "/x",
    });
    expect(endOf({ end: "exited", code: 3 })).toEqual({ kind: "exited", code: 3 });
    expect(endOf(told({ end: "memory" }))).toEqual({ kind: "limit", limit: "memory" });
    for (const limit of ["time", "cpu", "output"]) expect(endOf({ end: limit })).toEqual({ kind: "limit", limit });
    for (const end of ["signal", "killed", "something new"]) expect(endOf({ end })).toEqual({ kind: "crashed" });
  });

  it("[BOX-3] of another version, or of no form at all, is no answer", () => {
    for (const text of ["", "{", "[]", "null", '{"v":2,"end":"told"}', '"v"']) expect(readRunnerAnswer(text)).toBeNull();
  });

  it("[BOX-3] is read whatever stands in its fields", () => {
    const anything = fc.record(
      {
        v: fc.constant(1),
        end: fc.jsonValue(),
        told: fc.oneof(fc.string(), fc.json()),
        stdout: fc.jsonValue(),
        files: fc.jsonValue(),
        code: fc.jsonValue(),
      },
      { requiredKeys: ["v"] },
    );
    fc.assert(
      fc.property(anything, (fields) => {
        const read = readRunnerAnswer(JSON.stringify(fields));
        expect(read?.end.kind).toMatch(/^(ok|raised|exited|limit|crashed|not_json)$/);
        expect(read?.files.length).toBeLessThanOrEqual(MOST_FILES);
      }),
    );
  });
});
