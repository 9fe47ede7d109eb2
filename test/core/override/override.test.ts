import { describe, expect, it } from "vitest";
import { type Override, overrideView, refusalOfApproval, statusOf } from "../../../core/override/override.ts";

const who = (user: string, root: string | null = null) => ({ user, root });
const override: Override = {
  id: "ovr_1",
  org: "acme",
  run: "run_1",
  step: "refund",
  reason: "checked by phone",
  askedBy: who("olga"),
  approvals: [],
  expiresAt: 2_000,
  createdAt: 1_000,
};
const approvedBy = (...users: string[]): Override => ({ ...override, approvals: users.map((user) => ({ ...who(user), at: 1_500 })) });

describe("an override", () => {
  it("[RISK-8] is active from the second approval until it expires", () => {
    expect([override, approvedBy("ada"), approvedBy("ada", "bob")].map((one) => statusOf(one, 1_999))).toEqual([
      "pending",
      "pending",
      "active",
    ]);
    expect(statusOf(approvedBy("ada", "bob"), 2_000)).toBe("expired");
    expect(overrideView(approvedBy("ada"), 1_600)).toMatchObject({
      status: "pending",
      by: "olga",
      approvals_needed: 2,
      approvals: [{ by: "ada" }],
    });
  });

  it("[RISK-9] is approved by two others: not by who asks, who started the run or who has approved, whatever key they hold", () => {
    const code = (of: Override, approver: ReturnType<typeof who>) => refusalOfApproval(of, approver, [who("carl")], 1_500)?.code ?? null;
    expect(code(override, who("ada"))).toBeNull();
    expect(code(override, who("olga"))).toBe("second_person_required");
    expect(code(override, who("other", "olga"))).toBe("second_person_required");
    expect(code(override, who("carl"))).toBe("second_person_required");
    expect(code(override, who("carla", "carl"))).toBe("second_person_required");
    expect(code(approvedBy("ada"), who("ada"))).toBe("second_person_required");
    expect(code(approvedBy("ada"), who("bob"))).toBeNull();
    expect(code(approvedBy("ada", "bob"), who("cyd"))).toBe("conflict");
    expect(refusalOfApproval(override, who("ada"), [], 2_000)?.code).toBe("conflict");
  });
});
