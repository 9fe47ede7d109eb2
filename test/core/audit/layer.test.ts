/** Each layer has its one name in the glossary, and a refusal its layer. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LAYERS, layerOf, layerOfReasons } from "../../../core/audit/layer.ts";

describe("[ATTACK-20] layers", () => {
  it("are in the glossary, each once and no others", () => {
    const glossary = readFileSync(join(import.meta.dirname, "../../../docs/glossary.md"), "utf8");
    const section = glossary.split("## Layers")[1]?.split("\n## ")[0] ?? "";
    const words = [...section.matchAll(/^\| (\w+) \|/gm)].map(([, word]) => word).filter((word) => word !== "word");
    expect(words).toEqual([...LAYERS]);
  });

  it("follow from the code, unless whoever refused says otherwise; a failure of the other side has none", () => {
    expect(layerOf({ code: "policy_denied" })).toBe("policy");
    expect(layerOf({ code: "policy_denied", layer: "egress" })).toBe("egress");
    expect(layerOf({ code: "tool_error" })).toBeNull();
    expect(layerOf({ code: "rate_limited" })).toBeNull();
  });

  it("of a decision is that of its last reason, which made it stricter", () => {
    expect(layerOfReasons(["class.accepts"])).toBe("label");
    expect(layerOfReasons(["calls.tool", "risk.review_over"])).toBe("risk");
    expect(layerOfReasons(["approval.model_chose"])).toBe("policy");
    expect(layerOfReasons([])).toBe("policy");
  });
});
