import { describe, expect, it } from "vitest";
import {
  type Approver,
  RECOVERY_LIFETIME_MS,
  type Recovery,
  refusalOf,
  refusalOfAsker,
  type Switch,
  switchView,
} from "../../../core/kill-switch/switch.ts";

const THROWN = Date.UTC(2030, 0, 1);
const BEFORE = THROWN - 1_000;
const AFTER = THROWN + 1_000;
const NOW = THROWN + 60_000;

const person = (user: string, over: Partial<Approver> = {}): Approver => ({
  org: "acme",
  user,
  roles: ["admin"],
  credential: `key_${user}`,
  credentialCreatedAt: BEFORE,
  credentialCreatedBy: "platform-admin",
  root: "platform-admin",
  platformAdmin: false,
  ...over,
});
const platform = person("platform-admin", {
  org: "default",
  credential: "admin",
  credentialCreatedAt: 0,
  credentialCreatedBy: null,
  root: "platform-admin",
  platformAdmin: true,
});
const ann = person("ann");
const bob = person("bob");

const thrown = (over: Partial<Switch> = {}): Switch => ({
  v: 1,
  id: "kill_1",
  scope: { kind: "workflow", org: "acme", name: "refund" },
  reason: "",
  thrown: { by: "ann", at: THROWN, epoch: 1 },
  drainedAt: null,
  recovered: null,
  ...over,
});
const asked = (asker: Approver, over: Partial<Recovery> = {}): Recovery => ({
  v: 1,
  id: "rec_1",
  switch: "kill_1",
  asker,
  reason: "",
  at: AFTER,
  approved: false,
  ...over,
});
const answer = (asker: Approver, approver: Approver, state = thrown(), recovery: Partial<Recovery> = {}, at = NOW) =>
  refusalOf(asked(asker, recovery), state, approver, at)?.code ?? "approved";

const SECOND = "second_person_required";
const all = thrown({ scope: { kind: "all" } });

describe("who may approve", () => {
  const rows: readonly (readonly [string, Approver, Approver, string])[] = [
    ["another admin with an older key", ann, bob, "approved"],
    ["the one who asks", ann, ann, SECOND],
    ["the one who asks, with a second key", ann, person("ann", { credential: "key_other" }), SECOND],
    ["the one who asks, with the same name in another org", ann, person("ann", { org: "default", platformAdmin: true }), SECOND],
    ["another name on the same key", ann, person("bob", { credential: "key_ann" }), SECOND],
    ["a key from after the throw", ann, person("bob", { credentialCreatedAt: AFTER }), SECOND],
    ["a key from the very moment of the throw", ann, person("bob", { credentialCreatedAt: THROWN }), SECOND],
    ["a key whose age cannot be read", ann, person("bob", { credentialCreatedAt: Number.NaN }), SECOND],
    ["an older key that the one who asks made", ann, person("bob", { credentialCreatedBy: "ann" }), SECOND],
    ["an older key that the key of the one who asks made", ann, person("bob", { credentialCreatedBy: "key_ann" }), SECOND],
    ["an operator", ann, person("bob", { roles: ["operator", "reviewer", "developer"] }), SECOND],
    ["the platform admin, for a key that it made before the throw", ann, platform, SECOND],
    ["the platform admin, for a key that it made after the throw", person("ann", { credentialCreatedAt: AFTER }), platform, SECOND],
    ["an admin whose key the platform admin made, for the platform admin", platform, bob, SECOND],
    ["the end of a chain of keys", ann, person("carl", { credentialCreatedBy: "bob", root: "ann" }), SECOND],
    [
      "a key of another person's, for the end of a chain of keys",
      person("carl", { credentialCreatedBy: "bob", root: "ann" }),
      bob,
      "approved",
    ],
    ["one of two keys that a third person made", person("bob", { root: "eve" }), person("carl", { root: "eve" }), SECOND],
    ["an admin whose key the platform admin's key led to", platform, person("bob", { credentialCreatedBy: "eve", root: "eve" }), SECOND],
    ["the platform admin for itself", platform, platform, SECOND],
    [
      "an admin for one whose key is from after the throw and made by a third",
      person("ann", { credentialCreatedAt: AFTER, credentialCreatedBy: "eve" }),
      bob,
      SECOND,
    ],
    [
      "an admin for a login from after the throw",
      person("ann", { credentialCreatedAt: AFTER, credentialCreatedBy: null, root: null }),
      bob,
      SECOND,
    ],
    ["an admin for a key from the very moment of the throw", person("ann", { credentialCreatedAt: THROWN }), bob, SECOND],
    [
      "the platform admin, for a login from before the throw",
      person("ann", { credentialCreatedBy: null, root: null }),
      platform,
      "approved",
    ],
    ["an admin of another org", ann, person("bob", { org: "other" }), "not_found"],
    ["an admin of the platform org", ann, person("bob", { org: "default", platformAdmin: true }), "approved"],
  ];
  for (const [who, asker, approver, expected] of rows)
    it(`[KILL-5] ${who}: ${expected}`, () => {
      expect(answer(asker, approver)).toBe(expected);
    });

  it("[KILL-5] `all` takes an admin of the platform", () => {
    const one = person("one", { org: "default", platformAdmin: true });
    const two = person("two", { org: "default", platformAdmin: true });
    expect(answer(one, bob, all)).toBe(SECOND);
    expect(answer(one, two, all)).toBe("approved");
    expect(answer(one, platform, all)).toBe(SECOND);
  });
});

describe("[KILL-5] who may ask", () => {
  it("somebody whose key or login is older than the throw", () => {
    for (const older of [ann, platform, person("ann", { credentialCreatedBy: null, root: null })])
      expect(refusalOfAsker(older, thrown())).toBeNull();
    for (const credentialCreatedAt of [THROWN, AFTER, Number.NaN])
      expect(refusalOfAsker(person("ann", { credentialCreatedAt }), thrown())).toMatchObject({
        code: SECOND,
        detail: expect.stringContaining("made after the switch was thrown: ask with an older one"),
      });
  });

  it("whoever may not ask could not have been approved", () => {
    const late = person("ann", { credentialCreatedAt: AFTER });
    for (const approver of [ann, bob, platform, person("carl", { org: "default", platformAdmin: true })])
      expect(answer(late, approver)).toBe(SECOND);
  });
});

describe("what may be approved", () => {
  it("[KILL-6] a request is good for an hour", () => {
    expect(answer(ann, bob, thrown(), {}, AFTER + RECOVERY_LIFETIME_MS - 1)).toBe("approved");
    expect(answer(ann, bob, thrown(), {}, AFTER + RECOVERY_LIFETIME_MS)).toBe("conflict");
  });

  it("[KILL-6] once, and only while the switch it is about is active", () => {
    expect(answer(ann, bob, thrown(), { approved: true })).toBe("conflict");
    expect(answer(ann, bob, thrown({ recovered: { by: "eve", at: AFTER, epoch: 2 } }))).toBe("conflict");
  });

  it("[KILL-6] who may not approve learns nothing of the state", () => {
    expect(answer(ann, ann, thrown(), { approved: true })).toBe(SECOND);
  });
});

it("[KILL-1] a switch shows who changed it last", () => {
  expect(switchView(thrown(), false)).toEqual({
    id: "kill_1",
    scope: "workflow:refund",
    active: true,
    epoch: 1,
    by: "ann",
    at: "2030-01-01T00:00:00.000Z",
    reason: thrown().reason,
  });
  expect(switchView(thrown({ recovered: { by: "bob", at: AFTER, epoch: 2 } }), false)).toMatchObject({
    active: false,
    epoch: 2,
    by: "bob",
  });
});
