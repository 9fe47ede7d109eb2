import { describe, expect, it } from "vitest";
import { bounded } from "../../../../core/guardrail/names/bounds.ts";
import type { NameType } from "../../../../core/guardrail/names/tags.ts";
import { tokensOf } from "../../../../core/guardrail/names/tokens.ts";

/** Names of `text` after their bounds are set: `[…]` marks what the labels said, by words. */
function boundsOf(marked: string, type: NameType = "PERSON"): string[] {
  const text = marked.replace(/[[\]]/g, "");
  const tokens = tokensOf(text);
  let shift = 0;
  const names = [...marked.matchAll(/\[([^\]]*)\]/g)].map((match) => {
    const start = match.index - shift;
    shift += 2;
    const end = start + (match[1] ?? "").length;
    const from = tokens.findIndex((token) => token.start >= start);
    return { type, from, to: tokens.findLastIndex((token) => token.end <= end) + 1, score: 0.9 };
  });
  return bounded(names, tokens).map(({ from, to }) => text.slice(tokens[from]?.start, tokens[to - 1]?.end));
}

describe("the bounds of a name", () => {
  it.each([
    ["Dear [, Anna Kowalski ,] hello", ["Anna Kowalski"]],
    ["[Clay Tice Jr]. came", ["Clay Tice Jr."]],
    ["[Clay Tice Jr.] came", ["Clay Tice Jr."]],
    ["So said [Thomas L]. and left", ["Thomas L."]],
    ["after [Henry V]. The next", ["Henry V"]],
    ["It was [Anna]. Then", ["Anna"]],
    ["[Diego Silang] y [Andaya] fell", ["Diego Silang y Andaya"]],
    ["[Anna] and [Tom] came", ["Anna", "Tom"]],
    ["[Voulet]-[Chanoine] led", ["Voulet-Chanoine"]],
    ["[Anna] - [Tom]", ["Anna", "Tom"]],
    ["[...] nobody", []],
    ["so proud of #[Anna]", ["#Anna"]],
    ["room#[Anna] and # [Tom]", ["Anna", "Tom"]],
  ])("%s", (marked, expected) => expect(boundsOf(marked)).toEqual(expected));

  it("joins two organisations at a hyphen and no particle joins them", () => {
    expect(boundsOf("[Toshiba]-[EMI] sang", "ORG")).toEqual(["Toshiba-EMI"]);
    expect(boundsOf("[Toshiba] de [EMI] sang", "ORG")).toEqual(["Toshiba", "EMI"]);
  });
});
