import { expect, it } from "vitest";
import { HEARD_MS, hear, MOST_SUBJECTS, openIn, reportOf } from "../../../core/kill-switch/in-flight.ts";
import { DRILL_WORKFLOW, type StopScope, type StopSubject } from "../../../core/kill-switch/stops.ts";

const AT = 1_000_000;
const RUN: StopSubject = { org: "acme", workflow: "refund", tool: "pay" };
const CHAT: StopSubject = { org: "acme", model: "m/small" };
const in_ = (kind: "org" | "workflow" | "tool" | "model", name: string): StopScope => ({ kind, org: "acme", name });

it.each<[StopScope, number, number]>([
  [{ kind: "all" }, 2, 1],
  [in_("org", "acme"), 2, 1],
  [in_("workflow", "refund"), 2, 0],
  [in_("tool", "pay"), 2, 0],
  [in_("tool", "other"), 0, 0],
  [in_("model", "m/small"), 0, 1],
  [{ kind: "org", org: "other", name: "other" }, 0, 0],
  [{ kind: "all", drill: true }, 0, 0],
])("[KILL-93] counts what is open in the scope: %j", (scope, ofRuns, others) => {
  const heard = hear(hear(new Map(), reportOf("a", [RUN, CHAT]), AT), reportOf("b", [RUN]), AT);
  expect(openIn(heard, scope, AT)).toEqual({ ofRuns, others });
});

it("[KILL-93] believes an isolate until it says otherwise, or is silent for so long that it has closed its calls itself", () => {
  const heard = hear(new Map(), reportOf("a", [CHAT]), AT);
  expect(openIn(heard, { kind: "all" }, AT + HEARD_MS).others).toBe(1);
  expect(openIn(heard, { kind: "all" }, AT + HEARD_MS + 1).others).toBe(0);
  expect(hear(heard, reportOf("a", []), AT + 1).size).toBe(0);
  expect([...hear(heard, reportOf("b", [CHAT]), AT + HEARD_MS + 1).keys()]).toEqual(["b"]);
});

it("[KILL-93] counts calls beyond a report's bound in every scope", () => {
  const many = Array.from({ length: MOST_SUBJECTS + 5 }, (_, index) => ({ org: `org-${index}` }));
  const heard = hear(new Map(), reportOf("a", many), AT);
  expect(openIn(heard, { kind: "org", org: "quiet", name: "quiet" }, AT)).toEqual({ ofRuns: 0, others: 5 });
});

it("[KILL-94] a drill covers the drill's own runs alone, whatever its scope", () => {
  const heard = hear(new Map(), reportOf("a", [RUN, CHAT, { org: "acme", workflow: DRILL_WORKFLOW, model: "m/small" }]), AT);
  for (const scope of [{ kind: "all" } as const, in_("org", "acme"), in_("tool", "pay")])
    expect(openIn(heard, { ...scope, drill: true }, AT)).toEqual({ ofRuns: 1, others: 0 });
});
