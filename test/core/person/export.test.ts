import { describe, expect, it } from "vitest";
import { withoutDeveloper } from "../../../core/person/export.ts";

describe("what a person exports of themselves", () => {
  const said = [
    { role: "user", content: "Where is my parcel?" },
    { role: "assistant", content: "On its way." },
    { role: "tool", content: "{}" },
  ];
  it("[PERSON-8] has what was said, and not what the developer said", () => {
    const messages = [{ role: "system", content: "secret" }, ...said, { role: "developer", content: "secret" }];
    const told = withoutDeveloper({ messages, schema: { title: "secret" }, tools: [{ name: "secret" }] });
    expect(told).toEqual({ messages: said });
  });
  it.each([null, "a text", ["a list"], { answer: "yes" }, { messages: "none" }])(
    "[PERSON-8] leaves other texts as they are: %j",
    (value) => {
      expect(withoutDeveloper(value)).toEqual(value);
    },
  );
});
