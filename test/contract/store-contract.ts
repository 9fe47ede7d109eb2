/**
 * What every implementation of `StorePort` does. `test/rooms/store/contract.test.ts` runs these cases over D1 and over the store in
 * memory that tests of the ingress build on: a case that only one of them passes is a fake that drifted, or a bug.
 */
import { describe, expect, it } from "vitest";
import type { AuditRecord } from "../../core/audit/record.ts";
import type { RunStatus } from "../../core/run/outside/view.ts";
import { toRfc3339 } from "../../core/time.ts";
import type { ApiKeyRow, StorePort } from "../../workers/store/ports.ts";
import { keyOf, nextId, recordOf } from "../rooms/store/support.ts";
import { freshOrgs, PAGE, type StoreUnderTest } from "./store-under-test.ts";

const HOUR = 3_600_000;

export function storeContract(name: string, open: () => StoreUnderTest): void {
  const fresh = freshOrgs(name);

  describe(`${name}: sessions`, () => {
    it("[PERSON-4] that were ended stay ended, others are not", async () => {
      const { store, clock } = open();
      const [id, other] = [fresh(), fresh()];
      expect(await store.sessions.isEnded(id)).toBe(false);
      for (let n = 0; n < 2; n++) await store.sessions.end(id, clock.at + HOUR);
      expect([await store.sessions.isEnded(id), await store.sessions.isEnded(other)]).toEqual([true, false]);
    });
  });

  describe(`${name}: keys`, () => {
    it("[CALLER-2] are replaced with an overlap, once, and never made when there is nothing to replace", async () => {
      const { store, clock, recorded } = open();
      const org = fresh();
      const expires_at = toRfc3339(clock.at + 10 * HOUR);
      const [old, next, another] = [keyOf(org, { expires_at }), keyOf(org, { expires_at }), keyOf(org, { expires_at })];
      await store.keys.create(old, recordOf("key.created"));
      expect(await store.keys.rotate(old.id, next, clock.at + HOUR, recordOf("key.rotated"))).toBe(true);
      expect((await store.keys.byHash(old.hash))?.expires_at).toBe(toRfc3339(clock.at + HOUR));
      expect(await store.keys.holding(org, next.id)).toMatchObject({ id: next.id, root: next.root, created_by: next.created_by });
      // A second overlap never prolongs the first.
      expect(await store.keys.rotate(old.id, another, clock.at + 2 * HOUR, recordOf("key.rotated"))).toBe(true);
      expect((await store.keys.byHash(old.hash))?.expires_at).toBe(toRfc3339(clock.at + HOUR));
      expect(await store.keys.holding(org, old.id)).toMatchObject({ rotated: true });
      expect(await store.keys.holding(org, next.id)).toMatchObject({ rotated: false });
      // A key that rotates itself does so once.
      expect(await store.keys.rotate(old.id, keyOf(org, { expires_at }), clock.at, recordOf("key.rotated"), true)).toBe(false);
      expect((await store.keys.byHash(old.hash))?.expires_at).toBe(toRfc3339(clock.at + HOUR));
      await store.keys.revoke(org, another.id, clock.at, recordOf("key.revoked"));
      const late = keyOf(org, { expires_at });
      expect(await store.keys.rotate(another.id, late, clock.at + HOUR, recordOf("key.rotated"))).toBe(false);
      expect([await store.keys.get(org, late.id), await store.keys.holding(org, another.id)]).toEqual([null, null]);
      expect(recorded(org)).toEqual(["key.created", "key.rotated", "key.rotated", "key.revoked"]);
    });

    it("[CALLER-21] that rotated themselves end together: revoked from any on, and earlier ones at once", async () => {
      const { store, clock } = open();
      const org = fresh();
      const expires_at = toRfc3339(clock.at + 10 * HOUR);
      const keys = Array.from({ length: 4 }, () => keyOf(org, { expires_at }));
      const [first, second, third, other] = keys.map((key, index) => ({ ...key, chain: index < 3 ? (keys[0]?.id ?? "") : key.id }));
      if (first === undefined || second === undefined || third === undefined || other === undefined) throw new Error("no keys");
      for (const key of [first, other]) await store.keys.create(key, recordOf("key.created"));
      const turn = (old: string, key: ApiKeyRow) =>
        store.keys.rotate(old, { ...key, rotated_from: old }, clock.at + HOUR, recordOf("key.rotated"), true);
      expect([await turn(first.id, second), await turn(second.id, third)]).toEqual([true, true]);
      expect(await store.keys.holding(org, first.id)).toBeNull();
      expect(await store.keys.holding(org, second.id)).toMatchObject({ rotated: true, chain: first.id, rotated_from: first.id });
      const inForce = async () =>
        (await Promise.all([first, second, third, other].map(({ hash }) => store.keys.byHash(hash)))).map(
          (key) => key?.revoked_at === null,
        );
      expect(await store.keys.revoke(org, second.id, clock.at, recordOf("key.revoked"), true)).toBe(true);
      expect(await inForce()).toEqual([true, false, false, true]);
      expect(await store.keys.revoke(org, second.id, clock.at, recordOf("key.revoked"), true)).toBe(false);
      expect(await store.keys.revoke(fresh(), first.id, clock.at, recordOf("key.revoked"), true)).toBe(false);
      expect(await store.keys.revoke(org, first.id, clock.at, recordOf("key.revoked"), true)).toBe(true);
      expect(await inForce()).toEqual([false, false, false, true]);
    });

    it("[CALLER-3] know when they were used, and whose org was told that they expire", async () => {
      const { store, clock, recorded } = open();
      const org = fresh();
      const key = { ...keyOf(org), expires_at: toRfc3339(clock.at + HOUR) };
      await store.keys.create(key, recordOf("key.created"));
      expect((await store.keys.get(org, key.id))?.last_used_at).toBeNull();
      await store.keys.used(key.id, clock.at);
      await store.keys.used(key.id, clock.at - HOUR);
      expect((await store.keys.get(org, key.id))?.last_used_at).toBe(toRfc3339(clock.at));
      const soon = async () => (await store.keys.expiring(clock.at + 2 * HOUR, 1_000)).filter(({ id }) => id === key.id);
      expect(await soon()).toHaveLength(1);
      expect((await store.keys.expiring(clock.at + HOUR / 2, 1_000)).filter(({ id }) => id === key.id)).toEqual([]);
      for (let n = 0; n < 2; n++) await store.keys.tellExpiry(key, clock.at, recordOf("key.expires_soon"));
      expect(await soon()).toEqual([]);
      expect(recorded(org)).toEqual(["key.created", "key.expires_soon"]);
    });

    it("[OIDC-9] say what a person may do together with the last login, for 90 days", async () => {
      const { store, clock } = open();
      const [org, user] = [fresh(), "ann@example.org"];
      const login = { org, user, credential: "login_1" };
      await store.logins.seen({ ...login, roles: ["caller", "reviewer"] }, clock.at);
      await store.logins.seen({ ...login, roles: ["caller"] }, clock.at + 1);
      await store.logins.seen({ ...login, roles: ["admin"] }, clock.at - 1);
      expect(await store.keys.rolesOf(org, user)).toEqual(["caller"]);
      expect(await store.keys.rolesOf(org, "bob")).toEqual([]);
      await store.logins.seen({ ...login, user: "old", roles: ["caller"] }, clock.at - 91 * 24 * HOUR);
      expect(await store.keys.rolesOf(org, "old")).toEqual([]);
    });

    it("are found by hash, id and list until they are revoked", async () => {
      const { store, clock, recorded } = open();
      const org = fresh();
      const [first, second] = [keyOf(org), keyOf(org)];
      expect(await store.keys.orgExists(org)).toBe(false);
      for (const key of [first, second]) await store.keys.create(key, recordOf("key.created"));
      const { hash, created_by, root, chain, ends_at, ...view } = first;
      expect(await store.keys.orgExists(org)).toBe(true);
      expect(await store.keys.byHash(hash)).toEqual({ ...view, hash, created_by, root, chain, ends_at, revoked_at: null });
      expect(await store.keys.get(org, first.id)).toEqual(view);
      expect((await store.keys.list(org, PAGE)).data.map(({ id }) => id)).toEqual([second.id, first.id]);

      expect(await store.keys.revoke(org, first.id, clock.at, recordOf("key.revoked"))).toBe(true);
      expect(await store.keys.revoke(org, first.id, clock.at, recordOf("key.revoked"))).toBe(false);
      expect(await store.keys.get(org, first.id)).toBeNull();
      expect((await store.keys.list(org, PAGE)).data.map(({ id }) => id)).toEqual([second.id]);
      expect((await store.keys.byHash(hash))?.revoked_at).toBe(toRfc3339(clock.at));
      expect(recorded(org)).toEqual(["key.created", "key.created", "key.revoked"]);
    });

    it("give their user the roles of all that are in force", async () => {
      const { store, clock } = open();
      const org = fresh();
      const [first, second, third] = [keyOf(org), keyOf(org), keyOf(org)];
      const { user } = first;
      await store.keys.create({ ...first, roles: ["caller"] }, recordOf("key.created"));
      await store.keys.create({ ...second, user, roles: ["caller", "operator"] }, recordOf("key.created"));
      const expired = { ...third, user, roles: ["admin" as const], expires_at: toRfc3339(clock.at - 1) };
      await store.keys.create(expired, recordOf("key.created"));
      expect([...(await store.keys.rolesOf(org, user))].sort()).toEqual(["caller", "operator"]);
      await store.keys.revoke(org, second.id, clock.at, recordOf("key.revoked"));
      expect(await store.keys.rolesOf(org, user)).toEqual(["caller"]);
      expect(await store.keys.rolesOf(org, "nobody")).toEqual([]);
      expect(await store.keys.rolesOf(fresh(), user)).toEqual([]);
    });

    it("[AUTH-15] tell a user whose keys are all over from one who never had any", async () => {
      const { store, clock } = open();
      const org = fresh();
      const [first, second] = [keyOf(org), keyOf(org)];
      const { user } = first;
      const standing = async (of: string) => {
        const roles = await store.keys.standing(org, of, "now");
        return roles === null ? null : [...roles].sort();
      };
      expect(await standing(user)).toBeNull();
      await store.keys.create({ ...first, roles: ["caller"] }, recordOf("key.created"));
      await store.keys.create({ ...second, user, roles: ["caller", "developer"] }, recordOf("key.created"));
      expect(await standing(user)).toEqual(["caller", "developer"]);
      expect(await store.keys.standing(fresh(), user, "now")).toBeNull();
      await store.keys.revoke(org, second.id, clock.at, recordOf("key.revoked"));
      expect(await standing(user)).toEqual(["caller"]);
      await store.logins.seen({ org, user, credential: "login_1", roles: ["reviewer"] }, clock.at);
      expect(await standing(user)).toEqual(["caller", "reviewer"]);
      await store.keys.revoke(org, first.id, clock.at, recordOf("key.revoked"));
      expect(await standing(user)).toEqual(["reviewer"]);
      const over = { ...keyOf(org), user: "over", expires_at: toRfc3339(clock.at - 1) };
      await store.keys.create(over, recordOf("key.created"));
      expect(await standing("over")).toEqual(over.roles); // it expired, and nobody took it away
      const valid = { ...keyOf(org), user: "over", roles: ["monitor" as const] };
      await store.keys.create(valid, recordOf("key.created"));
      expect(await standing("over")).toEqual(["monitor"]);
      await store.keys.revoke(org, valid.id, clock.at, recordOf("key.revoked"));
      expect(await standing("over")).toEqual([]);
    });

    it("belong to one org", async () => {
      const { store, clock } = open();
      const [org, other] = [fresh(), fresh()];
      const key = keyOf(org);
      await store.keys.create(key, recordOf("key.created"));
      expect(await store.keys.get(other, key.id)).toBeNull();
      expect(await store.keys.revoke(other, key.id, clock.at, recordOf("key.revoked"))).toBe(false);
      expect((await store.keys.list(other, PAGE)).data).toEqual([]);
      expect(await store.keys.orgExists("default")).toBe(true);
      expect(await store.keys.byHash("hash-of-nothing")).toBeNull();
    });
  });

  describe(`${name}: orgs`, () => {
    it("choose by merging and go back to the defaults", async () => {
      const { store, clock, recorded } = open();
      const org = fresh();
      expect(await store.orgs.get(org)).toBeNull();
      expect(await store.orgs.settings(org)).toMatchObject({ retention_days: 30, egress: null, notify: [] });
      const made = toRfc3339(clock.at);
      const { view, secretKept } = await store.orgs.put(org, { max_runs: 3, egress: ["a.example"] }, null, recordOf("org.changed"));
      expect(secretKept).toBe(false);
      expect(view).toMatchObject({
        org,
        max_runs: 3,
        egress: ["a.example"],
        retention_days: 30,
        created_at: made,
        callback_secret_made_at: null,
      });
      clock.at += HOUR;
      await store.orgs.put(org, { max_runs: null, retention_days: 7 }, null, recordOf("org.changed"));
      expect(await store.orgs.get(org)).toMatchObject({ max_runs: 10_000, egress: ["a.example"], retention_days: 7, created_at: made });
      expect(await store.orgs.settings(org)).toMatchObject({ retention_days: 7 });
      expect(await store.keys.orgExists(org)).toBe(true);
      expect(recorded(org)).toEqual(["org.changed", "org.changed"]);
    });

    it("exist from their first key on", async () => {
      const { store } = open();
      const key = keyOf(fresh());
      await store.keys.create(key, recordOf("key.created"));
      expect(await store.orgs.get(key.org)).toMatchObject({ org: key.org, created_at: key.created_at });
    });

    it("keep the first callback secret, and beside a new one the one before it", async () => {
      const { store, clock } = open();
      const org = fresh();
      const put = (id: string) => store.orgs.put(org, {}, { id, sealed: `sealed ${id}` }, recordOf("org.changed"));
      const rotate = (id: string) => store.orgs.rotateCallbackSecret(org, { id, sealed: `sealed ${id}` }, recordOf("org.secret"));
      expect(await store.orgs.callbackSecrets(org)).toEqual([]);
      expect((await put("a")).secretKept).toBe(true);
      expect((await put("b")).secretKept).toBe(false);
      expect(await store.orgs.callbackSecrets(org)).toEqual(["sealed a"]);
      clock.at += HOUR;
      await rotate("c");
      expect(await store.orgs.callbackSecrets(org)).toEqual(["sealed c", "sealed a"]);
      expect((await store.orgs.get(org))?.callback_secret_made_at).toBe(toRfc3339(clock.at));
      await rotate("c");
      expect(await store.orgs.callbackSecrets(org)).toEqual(["sealed c", "sealed a"]);
      await rotate("d");
      expect(await store.orgs.callbackSecrets(org)).toEqual(["sealed d", "sealed c"]);
    });
  });

  describe(`${name}: feedback`, () => {
    it("is one for each person and run", async () => {
      const { store } = open();
      const org = fresh();
      const run = nextId("run");
      const said = (id: string, user: string, score: number) =>
        store.feedback.put(org, { id, run, user, score, comment: `${score}`, created_at: toRfc3339(0) }, recordOf("feedback"));
      expect(await said("fb_1", "ann", 1)).toMatchObject({ created: true, view: { id: "fb_1", score: 1 } });
      expect(await said("fb_2", "ann", -1)).toMatchObject({ created: false, view: { id: "fb_1", score: -1, comment: "-1" } });
      expect(await said("fb_3", "bob", 0)).toMatchObject({ created: true });
      expect(await store.feedback.of(org, run, "ann")).toMatchObject({ id: "fb_1", score: -1 });
      expect(await store.feedback.of(org, run, "eve")).toBeNull();
      expect(await store.feedback.of(fresh(), run, "ann")).toBeNull();
    });
  });

  describe(`${name}: collections`, () => {
    it("[KNOW-1] keep their id while they are changed, and have another one after they were deleted", async () => {
      const { store, clock, recorded } = open();
      const [org, other] = [fresh(), fresh()];
      const chunk = { tokens: 300, overlap: 40 };
      const settings = {
        description: "d",
        sensitivity: "internal",
        allow: null,
        sources: null,
        embedding: null,
        chunk,
        retention_days: null,
      } as const;
      const put = async (id: string, description: string) => {
        const before = await store.collections.get(org, "terms");
        return store.collections.put(
          { org, name: "terms", id, settings: { ...settings, description } },
          before,
          recordOf("collection.set"),
        );
      };
      const made = clock.at;
      expect(await put("col_a", "first")).toMatchObject({ id: "col_a", createdAt: made, updatedAt: made });
      clock.at += HOUR;
      expect(await put("col_b", "second")).toMatchObject({
        id: "col_a",
        createdAt: made,
        updatedAt: clock.at,
        settings: { description: "second" },
      });
      expect(await store.collections.get(other, "terms")).toBeNull();
      expect((await store.collections.list(org, PAGE)).data.map(({ name: one }) => one)).toEqual(["terms"]);
      expect(await store.collections.remove(org, "terms", "col_b", recordOf("collection.deleted"))).toBe(false);
      expect(await store.collections.remove(org, "terms", "col_a", recordOf("collection.deleted"))).toBe(true);
      expect(await store.collections.get(org, "terms")).toBeNull();
      expect(await put("col_c", "third")).toMatchObject({ id: "col_c", createdAt: clock.at });
      expect(recorded(org)).toEqual(["collection.set", "collection.set", "collection.deleted", "collection.set"]);
    });

    it("[KNOW-31] are changed by nobody who read them before somebody else's change", async () => {
      const { store, recorded } = open();
      const org = fresh();
      const settings = {
        description: "",
        sensitivity: "internal",
        allow: null,
        sources: null,
        embedding: null,
        retention_days: null,
      } as const;
      const put = (description: string, before: Awaited<ReturnType<typeof store.collections.get>>, id = "col_a") => {
        const chunk = { tokens: 300, overlap: 40 };
        return store.collections.put(
          { org, name: "terms", id, settings: { ...settings, chunk, description } },
          before,
          recordOf(description),
        );
      };
      const first = await put("first", null);
      expect(first).toEqual(await store.collections.get(org, "terms"));
      expect(await put("made at once", null, "col_b")).toBeNull();
      expect(await put("second", first)).toMatchObject({ id: "col_a", settings: { description: "second" } });
      expect(await put("late", first)).toBeNull();
      expect(await store.collections.get(org, "terms")).toMatchObject({ id: "col_a", settings: { description: "second" } });
      await store.collections.remove(org, "terms", "col_a", recordOf("collection.deleted"));
      expect(await put("of a deleted one", first)).toBeNull();
      await put("third", null, "col_c");
      expect(await put("of the one before it", first)).toBeNull();
      expect(await store.collections.get(org, "terms")).toMatchObject({ id: "col_c", settings: { description: "third" } });
      expect(recorded(org)).toEqual(["first", "second", "collection.deleted", "third"]);
    });
  });

  describe(`${name}: overrides`, () => {
    it("[RISK-8] lift a step of a run once two people approved, until they expire, in their org alone", async () => {
      const { store, clock, recorded } = open();
      const [org, other] = [fresh(), fresh()];
      const [run, elsewhere] = [nextId("run"), nextId("run")];
      const asked = { id: nextId("ovr"), org, run, step: "put", reason: "r", askedBy: { user: "ann", root: null }, approvals: [] };
      const override = { ...asked, expiresAt: clock.at + HOUR, createdAt: clock.at };
      for (let n = 0; n < 2; n++) await store.overrides.put(override, recordOf("override.requested"));
      const active = (step = "put", runs = [elsewhere, run], inOrg = org) => store.overrides.active(inOrg, runs, step, clock.at);
      expect(await active()).toBeNull();
      const approval = (user: string) => ({ user, root: null, at: clock.at });
      expect(await store.overrides.approve(override, approval("bob"), recordOf("override.approved"))).toBe(true);
      // Read before the first approval: nothing is kept.
      expect(await store.overrides.approve(override, approval("cyd"), recordOf("override.approved"))).toBe(false);
      const read = await store.overrides.get(org, override.id);
      expect(read).toEqual({ ...override, approvals: [approval("bob")] });
      if (read !== null) expect(await store.overrides.approve(read, approval("cyd"), recordOf("override.approved"))).toBe(true);
      expect(await active()).toBe(override.id);
      expect([await active("get"), await active("put", [elsewhere]), await active("put", [run], other)]).toEqual([null, null, null]);
      expect(await store.overrides.get(other, override.id)).toBeNull();
      expect((await store.overrides.list(org, PAGE)).data.map(({ id }) => id)).toEqual([override.id]);
      expect((await store.overrides.list(other, PAGE)).data).toEqual([]);
      expect(recorded(org)).toEqual(["override.requested", "override.approved", "override.approved"]);
      clock.at += HOUR;
      expect(await active()).toBeNull();
    });
  });

  describe(`${name}: runs`, () => {
    it("are listed newest first, by status, workflow and user, page by page", async () => {
      const { store, addRun } = open();
      const org = fresh();
      const add = async (user: string, workflow: string, status: RunStatus) => {
        const id = nextId("run");
        await addRun(org, { id, user, workflow, status });
        return id;
      };
      const [a, b, c] = [
        await add("ann", "refund", "running"),
        await add("bob", "refund", "completed"),
        await add("ann", "order", "completed"),
      ];
      const idsOf = async (filter: Partial<Parameters<StorePort["runs"]["list"]>[1]>, page = PAGE) =>
        (await store.runs.list(org, { status: null, workflow: null, user: null, ...filter }, page)).data.map(
          (run) => (run as { id: string }).id,
        );
      expect(await idsOf({})).toEqual([c, b, a]);
      expect(await idsOf({ status: "completed" })).toEqual([c, b]);
      expect(await idsOf({ workflow: "refund" })).toEqual([b, a]);
      expect(await idsOf({ user: "ann", status: "completed" })).toEqual([c]);
      const first = await store.runs.list(org, { status: null, workflow: null, user: null }, { limit: 2, cursor: null });
      expect(await idsOf({}, { limit: 2, cursor: first.next_cursor as never })).toEqual([a]);
    });

    it("take one of the org's `max_runs` each, once", async () => {
      const { store } = open();
      const org = fresh();
      await store.orgs.put(org, { max_runs: 1 }, null, recordOf("org.changed"));
      expect(await store.runs.reserve(org, "run_1")).toBe(true);
      expect(await store.runs.reserve(org, "run_1")).toBe(true);
      expect(await store.runs.reserve(org, "run_2")).toBe(false);
      expect(await store.runs.reserve(fresh(), "run_2")).toBe(true);
      store.runs.release(org, "run_1");
      expect(await store.runs.reserve(org, "run_2")).toBe(true);
    });

    it("leave dead letters, newest first", async () => {
      const { store, addRun } = open();
      const org = fresh();
      const [first, second] = [nextId("run"), nextId("run")];
      for (const id of [first, second]) await addRun(org, { id, user: "ann", workflow: "refund", status: "failed", isDeadLetter: true });
      await addRun(org, { id: nextId("run"), user: "ann", workflow: "refund", status: "completed" });
      const { data } = await store.deadLetters.list(org, PAGE);
      expect(data.map(({ run, status }) => [run, status])).toEqual([
        [second, "open"],
        [first, "open"],
      ]);
      expect((await store.deadLetters.list(org, PAGE, "open")).data.map(({ run }) => run)).toEqual([second, first]);
      expect((await store.deadLetters.list(org, PAGE, "redriven")).data).toEqual([]);
      expect((await store.deadLetters.list(fresh(), PAGE)).data).toEqual([]);
    });
  });

  describe(`${name}: records and lists`, () => {
    it("a fact of the edge is recorded", async () => {
      const { store, recorded } = open();
      const org = fresh();
      await store.audit.record(org, recordOf("access.denied") as AuditRecord);
      expect(recorded(org)).toEqual(["access.denied"]);
    });

    it("a cursor that no list returned has its own code", async () => {
      const { store } = open();
      const org = fresh();
      const page = { limit: 1, cursor: "no cursor!" };
      for (const list of [
        store.keys.list(org, page),
        store.workflows.list(org, page),
        store.tools.list(org, page),
        store.routes.list(org, page),
        store.deadLetters.list(org, page),
      ])
        await expect(list).rejects.toMatchObject({ code: "invalid_cursor" });
    });
  });

  describe(`${name}: idempotency keys`, () => {
    it("are claimed once, keep their first answer, and are free after a refusal", async () => {
      const { store, clock } = open();
      const scope = fresh();
      const claim = (key: string, id: string) => store.idempotency.claim({ scope, key, mac: `mac of ${id}`, id, at: clock.at });
      expect(await claim("k", "run_1")).toEqual({ claimed: true });
      expect(await claim("k", "run_2")).toEqual({ claimed: false, mac: "mac of run_1", id: "run_1", status: null });
      await store.idempotency.release(scope, "k");
      expect(await claim("k", "run_2")).toEqual({ claimed: true });
      await store.idempotency.settle(scope, "k", 202);
      await store.idempotency.release(scope, "k");
      expect(await claim("k", "run_3")).toEqual({ claimed: false, mac: "mac of run_2", id: "run_2", status: 202 });
      expect(await store.idempotency.claim({ scope: fresh(), key: "k", mac: "m", id: "run_3", at: clock.at })).toEqual({ claimed: true });
    });

    it("are taken over after 24 hours, and not before", async () => {
      const { store, clock } = open();
      const scope = fresh();
      const claim = (id: string) => store.idempotency.claim({ scope, key: "k", mac: "m", id, at: clock.at });
      await claim("run_1");
      clock.at += 24 * HOUR - 1;
      expect(await claim("run_2")).toMatchObject({ claimed: false, id: "run_1" });
      clock.at += 1;
      expect(await claim("run_2")).toEqual({ claimed: true });
      expect(await claim("run_3")).toMatchObject({ claimed: false, id: "run_2", status: null });
    });
  });
}
