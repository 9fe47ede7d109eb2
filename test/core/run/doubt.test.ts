/** When a write is in doubt: by how far its call came, and in old journals, by the HTTP status. */
import { describe, expect, it } from "vitest";
import type { Failure, Reached } from "../../../core/run/calls/call.ts";
import { isDoubtful, reachedByStatus } from "../../../core/run/fold/doubt.ts";
import type { EventOf } from "../../../core/run/machine/event.ts";
import type { Idempotency, ToolFacts } from "../../../core/tool/manifest.ts";

const CLASSES = ["transient", "permanent", "unknown", "safety"] as const;
const STATUSES = [null, ...Array.from({ length: 900 }, (_, index) => index + 100)];
const PROMISES: readonly Idempotency[] = ["key", "none", { lookup: "find" }];

const facts = (idempotency: Idempotency, effect: ToolFacts["effect"] = "write"): ToolFacts => ({
  tool: "t",
  version: 1,
  effect,
  idempotency,
  timeout_ms: 1,
});
const failureOf = (kind: Failure["class"]): Failure => ({ class: kind, code: "tool_error", message: "", retryAfterMs: null });
type Answered = EventOf<"tool.answered">["data"];
const answered = (more: Pick<Answered, "status"> & Partial<Answered>): Answered => ({
  activity: "a",
  attempt: 1,
  tool: "t",
  ok: false,
  duration_ms: 1,
  openings: [],
  ...more,
});

/** The rule as it was when journals had nothing but the status. */
function before(idempotency: Idempotency, doubt: boolean, kind: Failure["class"], status: number | null): boolean {
  if (kind === "unknown" || (status !== null && status >= 200 && status < 300)) return true;
  const isRefusal = kind === "permanent" && status !== null && status >= 400 && status < 500;
  return doubt && !(isRefusal && idempotency === "key");
}

describe("journals that lack `reached`", () => {
  it.each(CLASSES)("[RUN-6] every status with a failure that is %s means what it meant", (kind) => {
    const failure = failureOf(kind);
    for (const status of STATUSES)
      for (const idempotency of PROMISES)
        for (const doubt of [false, true]) {
          const expected = before(idempotency, doubt, kind, status);
          const activity = { facts: facts(idempotency), doubt };
          const reached = reachedByStatus(status, failure);
          expect(isDoubtful(activity, answered({ status, failure })), `${status} ${doubt}`).toBe(expected);
          expect(isDoubtful(activity, answered({ status: null, reached, failure })), `${reached} ${doubt}`).toBe(expected);
        }
  });
});

describe("[RUN-53] a failed write", () => {
  const doubted = (reached: Reached, kind: Failure["class"], doubt: boolean, idempotency: Idempotency = "key") =>
    isDoubtful({ facts: facts(idempotency), doubt }, answered({ status: 404, reached, failure: failureOf(kind) }));

  it.each<[Reached, Failure["class"], boolean, boolean]>([
    ["no", "transient", false, true],
    ["no", "permanent", false, true],
    ["no", "safety", false, true],
    ["refused", "permanent", false, false],
    ["answered", "transient", false, true],
    ["answered", "permanent", true, true],
    ["answered", "safety", true, true],
    ["unknown", "transient", true, true],
    ["unknown", "unknown", true, true],
  ])("that came to `%s` and is %s: in doubt %s, or, if it was before, %s", (reached, kind, fresh, old) => {
    expect([doubted(reached, kind, false), doubted(reached, kind, true)]).toEqual([fresh, old]);
  });

  it("is not cleared by a refusal where the tool does not honour keys", () => {
    for (const idempotency of ["none", { lookup: "find" }] as const)
      expect([doubted("refused", "permanent", false, idempotency), doubted("refused", "permanent", true, idempotency)]).toEqual([
        false,
        true,
      ]);
  });

  it("that a newer version describes in a word of its own is in doubt", () =>
    expect(doubted("perhaps" as Reached, "permanent", false)).toBe(true));

  it("is none when the tool does not write, or the call succeeded", () => {
    const failure = failureOf("unknown");
    const reads = { facts: facts("key", "read"), doubt: true };
    expect(isDoubtful(reads, answered({ status: null, reached: "unknown", failure }))).toBe(false);
    const writes = { facts: facts("key"), doubt: true };
    expect(isDoubtful(writes, answered({ ok: true, status: 200, reached: "answered" }))).toBe(false);
  });
});
