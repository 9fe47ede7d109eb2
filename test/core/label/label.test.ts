/** What one label is, and labels by place. */
import { describe, expect, it } from "vitest";
import { accepts, CALLER, higherClass, join, type Label, OWN, saidBy, UNKNOWN } from "../../../core/label/label.ts";
import { joined, type Labels, labelsAt, merged, whole } from "../../../core/label/labels.ts";

const MODEL: Label = { trust: "untrusted", class: "confidential", sources: ["model:draft"] };
const STALE: Label = { ...CALLER, stale: true };

describe("one label", () => {
  it("[LABEL-5] of a value from two has the lower trust, the higher class and the sources of both", () => {
    const both: Label = { trust: "untrusted", class: "confidential", sources: ["caller", "model:draft"] };
    expect([join(CALLER, MODEL), join(MODEL, CALLER)]).toEqual([both, both]);
    expect([higherClass("public", "restricted"), higherClass("restricted", "public")]).toEqual(["restricted", "restricted"]);
  });

  it("[LABEL-5] is the other one's where one is the developer's own word", () => {
    expect([join(OWN, MODEL), join(MODEL, OWN), join(MODEL, MODEL)].every((label) => label === MODEL)).toBe(true);
    expect(join(OWN, OWN)).toBe(OWN);
    expect(whole(joined([]))).toEqual([]);
  });

  it("[LABEL-5] is stale where either is, and says nothing of it where neither is", () => {
    expect([join(STALE, UNKNOWN).stale, join(UNKNOWN, STALE).stale]).toEqual([true, true]);
    expect("stale" in join(CALLER, UNKNOWN)).toBe(false);
  });

  it("[LABEL-5] names 16 sources at most", () => {
    const many = (from: number): Label => ({ ...UNKNOWN, sources: Array.from({ length: 10 }, (_, n) => `tool:${from + n}`) });
    expect(join(many(10), many(20)).sources).toEqual(Array.from({ length: 16 }, (_, n) => `tool:${10 + n}`));
  });

  it("[LABEL-5] of what somebody said has the speaker's trust and the class of what was known", () => {
    expect(saidBy("person", "trusted", MODEL)).toEqual({ trust: "trusted", class: "confidential", sources: ["model:draft", "person"] });
    expect(saidBy("tool:a", "untrusted", CALLER, "restricted")).toMatchObject({ trust: "untrusted", class: "restricted" });
  });

  it("[FLOW-6] is accepted up to the class that a sink names, and always by one that names none", () => {
    expect([accepts("internal", "public"), accepts("internal", "internal"), accepts("internal", "confidential")]).toEqual([
      true,
      true,
      false,
    ]);
    expect(accepts(undefined, "restricted")).toBe(true);
  });
});

describe("labels by place", () => {
  const places = (count: number): Labels => Array.from({ length: count }, (_, n) => ({ at: `/${n}`, label: n === 0 ? MODEL : CALLER }));

  it("[LABEL-5] are kept for 64 places; a value with more has one for all of it", () => {
    expect(merged([places(64)])).toHaveLength(64);
    expect(merged([places(65)])).toEqual(whole(join(MODEL, CALLER)));
  });

  it("[LABEL-5] of a part are those of the places around it and in it", () => {
    const labels: Labels = [
      { at: "/a", label: CALLER },
      { at: "/a/b~1c/d", label: MODEL },
      { at: "/z", label: UNKNOWN },
    ];
    expect(labelsAt(labels, [])).toBe(labels);
    expect(labelsAt(labels, ["a", "b/c"])).toEqual([
      { at: "", label: CALLER },
      { at: "/d", label: MODEL },
    ]);
    expect(labelsAt([{ at: "no pointer", label: MODEL }], ["a"])).toEqual(whole(MODEL));
  });
});
