/** What is left of a conversation when a memory of it is forgotten. */
import { describe, expect, it } from "vitest";
import { FORGOTTEN, forgottenIn, withoutForgotten } from "../../../core/session/forgotten.ts";
import { bestOf } from "../../support/cpu-time.ts";

const without = (memory: string, said: string): string => withoutForgotten(said, forgottenIn(memory));

describe("[SESSION-17] a session without what is forgotten", () => {
  it("loses the memory's sentences, whatever their case, blanks, marks at the end and numbers of placeholders", () => {
    expect(without("I live in Oslo.", "Hello! I live in Oslo. When are you open?")).toBe("Hello! When are you open?");
    expect(without("I live in Oslo.", "i  LIVE in Oslo")).toBe(FORGOTTEN);
    expect(without("My mail is {{EMAIL_1}}.", "Thanks. My mail is {{EMAIL_7}}!")).toBe("Thanks.");
    expect(without("My mail is {{EMAIL_1}}.", "My phone is {{PHONE_1}}.")).toBe("My phone is {{PHONE_1}}.");
    expect(without("I live in Oslo.\nI am allergic to nuts.", "I am allergic to nuts.\n- I live in Oslo.\nBye now, see you.")).toBe(
      `${FORGOTTEN}\nBye now, see you.`,
    );
    expect(without("I live in Oslo.", "Noted. - 2026-11-30, fact: I live in Oslo, with two dogs. Anything else?")).toBe(
      "Noted. Anything else?",
    );
    expect(without("我住在奥斯陆。", "你好。我住在奥斯陆。")).toBe("你好。");
  });

  it("keeps everything else as it was, also what says the same in other words and what says nothing of anybody", () => {
    for (const said of ["Oslo is where I live.", "I live in Oslofjord.", "", "  two  blanks ", "a\n\nb"])
      expect(without("I live in Oslo.", said)).toBe(said);
    expect(without("Yes. I live in Oslo.", "Yes. Send it.")).toBe("Yes. Send it.");
    expect(without("I like tea.", "I like tea. Send it.")).toBe("Send it.");
    expect(without("Like tea.", "Like tea. Send it.")).toBe("Like tea. Send it.");
  });

  it("loses the amounts and ids that a summary lists of it, and no others", () => {
    const summary = "Remember that the gate is closed.\n4711, ORD-9, 50 EUR";
    expect(without("The code of my gate is 4711.", summary)).toBe("Remember that the gate is closed.\nORD-9, 50 EUR");
    for (const said of ["I paid 4711 for it.", "It was red, 4711, and old."])
      expect(without("The code of my gate is 4711.", said)).toBe(said);
  });

  it("takes time that grows with its length alone", () => {
    const text = "I live in Oslo. ".repeat(8_000);
    expect(bestOf(() => withoutForgotten(text, forgottenIn(text)), 500)).toBeLessThan(500);
    expect(bestOf(() => withoutForgotten(" ".repeat(100_000), forgottenIn("- ".repeat(50_000))), 500)).toBeLessThan(500);
  });
});
