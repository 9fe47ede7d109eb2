import { describe, expect, it } from "vitest";
import { compareSpec, readSpec } from "../../scripts/spec.ts";

describe("docs/SPEC.md", () => {
  it("has one sentence for every rule that a test quotes, and a test for every sentence", () => {
    expect(readSpec()).toEqual({ unexplained: [], untested: [], twice: [] });
  });

  it.each<[string, string, string[], object]>([
    ["a rule and its test", "- **AB-1** A holds.", ['it("[AB-1] a")'], {}],
    ["no sentence", "", ['it("[AB-1] a")'], { unexplained: ["AB-1"] }],
    ["an id without a sentence", "- **AB-1**", ['it("[AB-1] a")'], { unexplained: ["AB-1"] }],
    ["no test", "- **AB-1** A holds.", ["AB-1"], { untested: ["AB-1"] }],
    ["two sentences", "- **AB-1** A holds.\n- **AB-1** B holds.", ['it("[AB-1] [AB-2] a")'], { unexplained: ["AB-2"], twice: ["AB-1"] }],
  ])("reports %s", (_, spec, tests, expected) => {
    expect(compareSpec(spec, tests)).toEqual({ unexplained: [], untested: [], twice: [], ...expected });
  });
});
