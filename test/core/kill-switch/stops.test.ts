import { expect, it } from "vitest";
import { type StopScope, type StopSubject, scopeKey, scopeText, stoppedBy } from "../../../core/kill-switch/stops.ts";

const at = (active: readonly StopScope[]) => ({ epoch: 1, active, asOf: 0 });
const work: StopSubject = { org: "acme", workflow: "refund", tool: "pay", model: "a/b" };

const rows: readonly (readonly [StopScope, boolean])[] = [
  [{ kind: "all" }, true],
  [{ kind: "org", org: "acme", name: "acme" }, true],
  [{ kind: "org", org: "other", name: "other" }, false],
  [{ kind: "workflow", org: "acme", name: "refund" }, true],
  [{ kind: "workflow", org: "acme", name: "pay" }, false],
  [{ kind: "workflow", org: "other", name: "refund" }, false],
  [{ kind: "tool", org: "acme", name: "pay" }, true],
  [{ kind: "model", org: "acme", name: "a/b" }, true],
  [{ kind: "model", org: "other", name: "a/b" }, false],
];
for (const [scope, stops] of rows)
  it(`[KILL-2] ${scopeKey(scope)} ${stops ? "stops" : "leaves"} it`, () => {
    expect(stoppedBy(at([scope]), work)).toEqual(stops ? scope : null);
  });

it("[KILL-2] the widest scope is the one that is named", () => {
  const scopes: StopScope[] = [{ kind: "tool", org: "acme", name: "pay" }, { kind: "all" }];
  expect(stoppedBy(at(scopes), work)).toEqual({ kind: "all" });
  expect(stoppedBy(at([]), work)).toBeNull();
});

it("[KILL-2] a scope is one thing in the whole deployment, whatever it is called in its org", () => {
  const mine: StopScope = { kind: "tool", org: "acme", name: "pay" };
  expect(scopeText(mine)).toBe(scopeText({ ...mine, org: "other" }));
  expect(scopeKey(mine)).not.toBe(scopeKey({ ...mine, org: "other" }));
});
