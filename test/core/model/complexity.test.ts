/** How hard a text looks, and what that changes. */
import { describe, expect, it } from "vitest";
import { complexityOf, estimateComplexity } from "../../../core/model/complexity.ts";
import { inOrder } from "../../../core/model/order.ts";
import { cpuMs } from "../../support/cpu-time.ts";

const of = (content: string) => estimateComplexity([{ content }]);

describe("[ROUTE-6] complexity is estimated from the text", () => {
  it.each([
    ["Thanks, that works.", "simple", []],
    ["Where is my order?", "simple", []],
    ["Wo ist mein Paket? Und was kostet die Rücksendung?", "ordinary", ["questions"]],
    ["Translate: Привет, как дела", "ordinary", ["languages"]],
    ["What is 12 * 17", "ordinary", ["maths"]],
    ["Write it so that:\n- it is short\n- it is kind\n- it names the order", "ordinary", ["constraints"]],
    ["Fix this:\n```\nconst a = 1\n```\nWhy does it fail? What is better?", "hard", ["questions", "code"]],
    ["word ".repeat(4_000), "ordinary", ["length"]],
    [`${"word ".repeat(4_000)}\nWhy? Why not?`, "hard", ["length", "questions"]],
  ])("%j is %s", (text, is, signs) => expect(of(text)).toEqual({ is, by: "text", signs }));

  it("where the definition says nothing and a task is asked for", () => {
    const messages = [{ content: "What is 12 * 17" }];
    expect(complexityOf({ complexity: "hard" }, "write", messages)).toEqual({ is: "hard", by: "definition", signs: [] });
    expect(complexityOf({}, "write", messages)).toMatchObject({ is: "ordinary", by: "text" });
    expect(complexityOf({}, null, messages)).toBeNull();
  });

  it("in linear time", () => {
    const started = cpuMs();
    for (const text of [
      "1=".repeat(500_000),
      "def ".repeat(300_000),
      " ".repeat(1_000_000),
      "- ".repeat(500_000),
      "function".repeat(100_000),
    ])
      of(text);
    expect(cpuMs() - started).toBeLessThan(2_000);
  });
});

it("[ROUTE-7] an estimate decides between models that cost the same, and changes no order that somebody chose", () => {
  const model = (id: string, microUsd: number, quality: number | null) => ({ id, microUsd, quality, latencyMs: 1, weight: 1 });
  const models = [model("a", 2, 1), model("b", 2, 9), model("c", 1, 0), model("d", 2, null)];
  const ids = (order: "cheapest" | "fallback" | "fastest", hard: boolean) =>
    inOrder(models, order, "s", hard)
      .map(({ id }) => id)
      .join("");
  expect([ids("cheapest", false), ids("cheapest", true)]).toEqual(["cabd", "cbad"]);
  expect([ids("fastest", false), ids("fastest", true)]).toEqual(["cabd", "cbad"]);
  expect(ids("fallback", true)).toBe("abcd");
});
