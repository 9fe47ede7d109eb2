import { describe, expect, it } from "vitest";
import { PARTS, readOptions } from "../../bench/options.ts";

describe("what `npm run bench` is asked for", () => {
  it("runs everything, in full, when nothing is said", () => {
    expect(readOptions([])).toEqual({ ok: true, value: { parts: PARTS, quick: false, reference: false, profile: null } });
  });

  it("takes the named parts in the order in which they are run", () => {
    for (const words of [
      ["--only", "wake,transform", "--quick"],
      ["--quick", "--only=wake,transform"],
    ]) {
      expect(readOptions(words)).toMatchObject({ ok: true, value: { parts: ["transform", "wake"], quick: true } });
    }
  });

  it("takes a folder for profiles", () => {
    expect(readOptions(["--profile", "/tmp/x"])).toMatchObject({ ok: true, value: { profile: "/tmp/x" } });
  });

  it.each([[["--only"]], [["--only", ""]], [["--only", "speed"]], [["--fast"]], [["--profile"]], [["transform"]]])(
    "refuses %j",
    (words) => {
      expect(readOptions(words).ok).toBe(false);
    },
  );

  it("makes no reference of a part, or of a quick look", () => {
    expect(readOptions(["--reference"]).ok).toBe(true);
    expect(readOptions(["--reference", "--quick"]).ok).toBe(false);
    expect(readOptions(["--reference", "--only", "wake"]).ok).toBe(false);
  });
});
