/**
 * What every implementation of `StorePort` does. `test/rooms/store/contract.test.ts` runs these cases over D1 and over the store in
 * memory that tests of the ingress build on: a case that only one of them passes is a fake that drifted, or a bug.
 */

import { describe, expect, it } from "vitest";
import type { AuditRecord } from "../../core/audit/record.ts";
import { mintId } from "../../core/ids.ts";
import type { Activation, SetVersion } from "../../core/policy/set.ts";
import type { RunStatus } from "../../core/run/outside/view.ts";
import { toRfc3339 } from "../../core/time.ts";
import type { ToolOrigin } from "../../core/tool/import/source.ts";
import type { StorePort } from "../../workers/store/ports.ts";
import { definitionOf, keyOf, manifestOf, modelOf, nextId, recordOf, routeOf } from "../rooms/store/support.ts";

export type StoreUnderTest = {
  readonly store: StorePort;
  readonly clock: { at: number };
  /** Types of the records that the store took for this org, in order. */
  readonly recorded: (org: string) => readonly string[];
  /** Puts a run, and its dead letter, where the index shows them. */
  readonly addRun: (
    org: string,
    run: { id: string; user: string; workflow: string; status: RunStatus; isDeadLetter?: boolean },
  ) => Promise<void>;
};

const ORIGIN: ToolOrigin = {
  v: 1,
  kind: "mcp",
  url: "https://mcp.example.com/mcp",
  item: "x",
  description_sha256: "0".repeat(64),
  schema_sha256: "1".repeat(64),
  proposed_by: { user: "ann", root: null },
  proposed_at: "2030-01-01T00:00:00Z",
};
const PAGE = { limit: 50, cursor: null };
const HOUR = 3_600_000;

export function storeContract(name: string, open: () => StoreUnderTest): void {
  let orgs = 0;
  /** Tests share one database: each has orgs of its own. */
  const fresh = (): string => `${name.replaceAll(" ", "-")}-${++orgs}`;

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
      await store.keys.revoke(org, another.id, clock.at, recordOf("key.revoked"));
      const late = keyOf(org, { expires_at });
      expect(await store.keys.rotate(another.id, late, clock.at + HOUR, recordOf("key.rotated"))).toBe(false);
      expect([await store.keys.get(org, late.id), await store.keys.holding(org, another.id)]).toEqual([null, null]);
      expect(recorded(org)).toEqual(["key.created", "key.rotated", "key.rotated", "key.revoked"]);
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
      const { hash, created_by, root, ...view } = first;
      expect(await store.keys.orgExists(org)).toBe(true);
      expect(await store.keys.byHash(hash)).toEqual({ ...view, hash, created_by, root, revoked_at: null });
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

  describe(`${name}: workflows`, () => {
    it("have a version for each content", async () => {
      const { store, recorded } = open();
      const org = fresh();
      const put = (digest: string) =>
        store.workflows.put(org, definitionOf("refund", digest), digest, (version) => recordOf(`workflow.${version}`));
      expect((await put("d1")).created).toBe(true);
      expect(await put("d1")).toMatchObject({ created: false, view: { version: 1, digest: "d1", status: "active" } });
      expect(await put("d2")).toMatchObject({ created: true, view: { version: 2, definition: { description: "d2" } } });
      expect(await store.workflows.get(org, "refund", null)).toMatchObject({ version: 2 });
      expect(await store.workflows.get(org, "refund", 1)).toMatchObject({ digest: "d1" });
      for (const version of [3, null]) expect(await store.workflows.get(fresh(), "refund", version)).toBeNull();
      expect(recorded(org)).toEqual(["workflow.1", "workflow.2"]);
    });

    it("are listed by name in their newest active version, page by page", async () => {
      const { store } = open();
      const org = fresh();
      for (const [workflow, digest] of [
        ["b", "b1"],
        ["a", "a1"],
        ["c", "c1"],
        ["a", "a2"],
      ] as const)
        await store.workflows.put(org, definitionOf(workflow), digest, () => recordOf("workflow.put"));
      const first = await store.workflows.list(org, { limit: 2, cursor: null });
      expect(first.data.map(({ name, version }) => [name, version])).toEqual([
        ["a", 2],
        ["b", 1],
      ]);
      const second = await store.workflows.list(org, { limit: 2, cursor: first.next_cursor });
      expect(second).toMatchObject({ data: [{ name: "c" }], next_cursor: null });
    });

    it("give all their users to the newest version until they are split, then to those that are named", async () => {
      const { store, recorded } = open();
      const org = fresh();
      const put = (digest: string) => store.workflows.put(org, definitionOf("refund"), digest, () => recordOf("workflow.put"));
      const lines = async () =>
        (await store.workflows.versions(org, "refund", PAGE)).data.map(({ version, status, percent }) => [version, status, percent]);
      await put("d1");
      await put("d2");
      expect(await lines()).toEqual([
        [2, "active", 100],
        [1, "active", 0],
      ]);
      expect(await store.workflows.choose(org, "refund", "ann")).toMatchObject({ version: 2 });

      const split = await store.workflows.setTraffic(org, "refund", [{ version: 1, percent: 100 }], recordOf("traffic.changed"));
      expect(split).toMatchObject({ ok: true, value: [{ version: 1, percent: 100 }] });
      expect(await lines()).toEqual([
        [2, "retired", 0],
        [1, "active", 100],
      ]);
      expect(await store.workflows.choose(org, "refund", "ann")).toMatchObject({ version: 1 });
      expect(await store.workflows.get(org, "refund", null)).toMatchObject({ version: 1, status: "active" });
      expect((await store.workflows.list(org, PAGE)).data).toMatchObject([{ version: 1 }]);

      await put("d3");
      expect(await store.workflows.choose(org, "refund", "ann")).toMatchObject({ version: 1 });
      expect(recorded(org)).toEqual(["workflow.put", "workflow.put", "traffic.changed", "workflow.put"]);
    });

    it("are not split among versions that do not exist", async () => {
      const { store, recorded } = open();
      const org = fresh();
      await store.workflows.put(org, definitionOf("refund"), "d1", () => recordOf("workflow.put"));
      const shares = [
        { version: 1, percent: 50 },
        { version: 7, percent: 50 },
      ];
      expect(await store.workflows.setTraffic(org, "refund", shares, recordOf("traffic.changed"))).toEqual({
        ok: false,
        error: { unknown: 7 },
      });
      expect(await store.workflows.choose(org, "refund", "ann")).toMatchObject({ version: 1 });
      expect(await store.workflows.choose(org, "other", "ann")).toBeNull();
      expect((await store.workflows.versions(org, "other", PAGE)).data).toEqual([]);
      expect(recorded(org)).toEqual(["workflow.put"]);
    });
  });

  it(`${name}: [IMPORT-9] gives imported tools of a server to be compared to one asker, and only those in force`, async () => {
    const { store } = open();
    const org = fresh();
    const propose = (tool: string, text: string, origin = ORIGIN) =>
      store.tools.propose(org, manifestOf(tool, text), origin, (version) => recordOf(`p.${version}`));
    const elsewhere = { ...ORIGIN, url: "https://other.example.com/mcp" };
    for (const [tool, origin] of [
      ["m.a", ORIGIN],
      ["m.b", elsewhere],
      ["m.c", { ...ORIGIN, kind: "openapi" }],
    ] as const) {
      await propose(tool, "one", origin);
      expect(await store.tools.approve(org, tool, 1, origin, recordOf("approved"))).toBe(true);
    }
    await propose("m.a", "two");
    await propose("m.waits", "one");
    await store.tools.put(org, manifestOf("m.hand", "one"), (version) => recordOf(`h.${version}`));
    const claimed = await Promise.all([1, 2].map(() => store.tools.claimCheck(org, String(ORIGIN.url), 0)));
    expect(claimed.flat().map(({ manifest }) => [manifest.name, manifest.version])).toEqual([["m.a", 1]]);
    expect(await store.tools.claimCheck(fresh(), String(ORIGIN.url), Number.MAX_SAFE_INTEGER)).toEqual([]);
    expect(await store.tools.claimCheck(org, String(ORIGIN.url), Number.MAX_SAFE_INTEGER)).toHaveLength(1);
  });

  describe(`${name}: what was withdrawn`, () => {
    it("[TOOL-93] a tool is none any more, but for runs that were born before; registering it again makes a new version", async () => {
      const { store, recorded } = open();
      const org = fresh();
      const put = (text: string) => store.tools.put(org, manifestOf("w.x", text), (version) => recordOf(`w.${version}`));
      await put("one");
      await put("two");
      const propose = () => store.tools.propose(org, manifestOf("w.x", "three"), ORIGIN, (version) => recordOf(`p.${version}`));
      await propose();
      expect(await store.tools.heldBy(org, "w.x", 0)).toBeNull();
      expect(await store.tools.withdraw(org, "w.x", recordOf("withdrawn"))).toBe(true);
      expect(await store.tools.withdraw(org, "w.x", recordOf("withdrawn"))).toBe(false);
      expect(await store.tools.withdraw(fresh(), "w.x", recordOf("withdrawn"))).toBe(false);
      expect([await store.tools.get(org, "w.x", null), await store.tools.stored(org, ["w.x"]), await store.tools.names(org)]).toEqual([
        null,
        [],
        [],
      ]);
      expect([(await store.tools.list(org, PAGE)).data, await store.tools.known(org, ["w.x"])]).toEqual([[], new Set()]);
      expect(await store.tools.approve(org, "w.x", 3, ORIGIN, recordOf("approved"))).toBe(false);
      expect(await store.tools.get(org, "w.x", 2)).toMatchObject({ description: "two" });
      expect(await store.tools.heldBy(org, "w.x", 1)).toMatchObject({ version: 2 });
      expect(await store.tools.heldBy(org, "w.x", Number.MAX_SAFE_INTEGER)).toBeNull();
      expect((await put("two")).version).toBe(4);
      expect((await propose()).manifest.version).toBe(5);
      expect((await store.tools.stored(org, ["w.x"])).map(({ manifest }) => manifest.version)).toEqual([4, 5]);
      expect(recorded(org)).toEqual(["w.1", "w.2", "p.3", "withdrawn", "w.4", "p.5"]);
    });

    it("[DEF-20] a workflow has no version in force, keeps its versions, and is in force again when it is registered again", async () => {
      const { store, recorded } = open();
      const org = fresh();
      const put = (digest: string) =>
        store.workflows.put(org, definitionOf("refund", digest), digest, (version) => recordOf(`put.${version}`));
      await put("d1");
      await put("d2");
      await store.workflows.setTraffic(org, "refund", [{ version: 1, percent: 100 }], recordOf("traffic"));
      expect(await store.workflows.withdraw(org, "refund", recordOf("withdrawn"))).toBe(true);
      expect(await store.workflows.withdraw(org, "refund", recordOf("withdrawn"))).toBe(false);
      expect([await store.workflows.get(org, "refund", null), await store.workflows.choose(org, "refund", "ann")]).toEqual([null, null]);
      expect([(await store.workflows.list(org, PAGE)).data, await store.workflows.names(org)]).toEqual([[], []]);
      expect(await store.workflows.get(org, "refund", 1)).toMatchObject({ status: "retired" });
      expect(await store.workflows.heldBy(org, "refund", 1)).not.toBeNull();
      expect(await store.workflows.heldBy(org, "refund", Number.MAX_SAFE_INTEGER)).toBeNull();
      expect(await put("d1")).toMatchObject({ created: false, view: { version: 1, status: "active" } });
      expect(await store.workflows.choose(org, "refund", "ann")).toMatchObject({ version: 1, status: "active" });
      expect(await put("d2")).toMatchObject({ created: false, view: { version: 2, status: "retired" } });
      expect(recorded(org)).toEqual(["put.1", "put.2", "traffic", "withdrawn", "put.1"]);
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

  describe(`${name}: tools`, () => {
    it("get a version when they change, and are listed by name in their newest", async () => {
      const { store, recorded } = open();
      const org = fresh();
      const put = (tool: string, description: string) =>
        store.tools.put(org, manifestOf(tool, description), (version) => recordOf(`${tool}.${version}`));
      expect((await put("b.x", "one")).version).toBe(1);
      expect((await put("b.x", "one")).version).toBe(1);
      expect((await put("b.x", "two")).version).toBe(2);
      expect((await put("b.x", "one")).version).toBe(3);
      await put("a.x", "one");
      expect(await store.tools.get(org, "b.x", null)).toEqual({ ...manifestOf("b.x", "one"), version: 3 });
      expect(await store.tools.get(org, "b.x", 2)).toMatchObject({ description: "two", version: 2 });
      expect([await store.tools.get(org, "b.x", 9), await store.tools.get(org, "c.x", null)]).toEqual([null, null]);
      expect((await store.tools.list(org, PAGE)).data.map(({ manifest: { name, version } }) => [name, version])).toEqual([
        ["a.x", 1],
        ["b.x", 3],
      ]);
      expect(await store.tools.known(org, ["a.x", "c.x"])).toEqual(new Set(["a.x"]));
      expect(await store.tools.known(fresh(), ["a.x"])).toEqual(new Set());
      expect(recorded(org)).toEqual(["b.x.1", "b.x.2", "b.x.3", "a.x.1"]);
    });

    it("[IMPORT-1] a proposed version is no tool until it is approved, and never once a newer one is in force", async () => {
      const { store, recorded } = open();
      const org = fresh();
      const origin = (approved = {}): ToolOrigin => ({ ...ORIGIN, ...approved });
      const propose = async (text: string) => {
        const { isNew, status, manifest } = await store.tools.propose(org, manifestOf("p.x", text), origin(), (version) =>
          recordOf(`p.${version}`),
        );
        return [manifest.version, status, isNew];
      };
      const versions = async () =>
        (await store.tools.stored(org, ["p.x", "q.x"])).map(({ manifest, status }) => [manifest.version, status]);
      const approve = (version: number) =>
        store.tools.approve(org, "p.x", version, origin({ approved_by: "bea" }), recordOf(`ok.${version}`));
      expect(await propose("one")).toEqual([1, "proposed", true]);
      expect(await propose("one")).toEqual([1, "proposed", false]);
      expect([await store.tools.get(org, "p.x", null), await store.tools.get(org, "p.x", 1)]).toEqual([null, null]);
      expect([await store.tools.names(org), await store.tools.known(org, ["p.x"])]).toEqual([[], new Set()]);
      expect((await store.tools.list(org, PAGE)).data.map(({ manifest, status }) => [manifest.name, status])).toEqual([
        ["p.x", "proposed"],
      ]);
      expect([await approve(2), await approve(1), await approve(1)]).toEqual([false, true, false]);
      expect(await store.tools.get(org, "p.x", null)).toMatchObject({ version: 1, description: "one" });
      expect(await propose("one")).toEqual([1, "active", false]);
      expect(await propose("two")).toEqual([2, "proposed", true]);
      expect(await store.tools.get(org, "p.x", null)).toMatchObject({ version: 1 });
      expect(await store.tools.get(org, "p.x", 2)).toBeNull();
      expect((await store.tools.list(org, PAGE)).data.map(({ manifest, status }) => [manifest.version, status])).toEqual([[1, "active"]]);
      const byHand = await store.tools.put(org, manifestOf("p.x", "mine"), (version) => recordOf(`hand.${version}`));
      expect([byHand.version, await approve(2), await versions()]).toEqual([3, false, [[3, "active"]]]);
      expect(recorded(org)).toEqual(["p.1", "ok.1", "p.2", "hand.3"]);
      expect(await store.tools.stored(fresh(), ["p.x"])).toEqual([]);
    });
  });

  describe(`${name}: models, routes and secrets`, () => {
    it("a model is what was put last", async () => {
      const { store } = open();
      const org = fresh();
      await store.models.put(org, modelOf("acme/b-1.0.0", 1), recordOf("model"));
      await store.models.put(org, modelOf("acme/a-1.0.0", 1), recordOf("model"));
      await store.models.put(org, modelOf("acme/b-1.0.0", 2), recordOf("model"));
      expect(await store.models.get(org, "acme/b-1.0.0")).toEqual(modelOf("acme/b-1.0.0", 2));
      expect((await store.models.list(org)).map(({ id, quality }) => [id, quality])).toEqual([
        ["acme/a-1.0.0", 1],
        ["acme/b-1.0.0", 2],
      ]);
      expect([await store.models.get(fresh(), "acme/b-1.0.0"), await store.models.list(fresh())]).toEqual([null, []]);
    });

    it("a route is what was put last, until it is removed", async () => {
      const { store, recorded } = open();
      const org = fresh();
      for (const task of ["b", "a"]) await store.routes.put(org, routeOf(task), recordOf("route.set"));
      await store.routes.put(org, routeOf("b", "cheapest"), recordOf("route.set"));
      expect(await store.routes.get(org, "b")).toEqual(routeOf("b", "cheapest"));
      expect((await store.routes.list(org, PAGE)).data.map(({ task }) => task)).toEqual(["a", "b"]);
      expect(await store.routes.remove(org, "b", recordOf("route.removed"))).toBe(true);
      expect(await store.routes.remove(org, "b", recordOf("route.removed"))).toBe(false);
      expect(await store.routes.get(org, "b")).toBeNull();
      expect(await store.routes.remove(fresh(), "a", recordOf("route.removed"))).toBe(false);
      expect(recorded(org)).toEqual(["route.set", "route.set", "route.set", "route.removed"]);
    });

    it("[POLICY-11] one version of each kind of policy is in force, from its approval until the next", async () => {
      const { store, recorded } = open();
      const org = fresh();
      const versionOf = (digit: string, createdAt: number, content: SetVersion["content"]): SetVersion => ({
        ...{ version: digit.repeat(32), content, note: null, createdAt, createdBy: "ann" },
      });
      const one = versionOf("a", 1, { kind: "policies", cedar: "one" });
      const two = versionOf("b", 2, { kind: "policies", cedar: "two" });
      const matrix = versionOf("c", 3, { kind: "permissions", rules: [] });
      for (const version of [one, two, matrix]) expect(await store.policies.put(org, version, recordOf("policy"))).toBe(true);
      expect(await store.policies.put(org, one, recordOf("policy"))).toBe(false);
      expect(await store.policies.get(org, one.version)).toEqual(one);
      expect(await store.policies.get(fresh(), one.version)).toBeNull();
      const first = await store.policies.list(org, "policies", { limit: 1, cursor: null });
      const second = await store.policies.list(org, "policies", { limit: 1, cursor: first.next_cursor });
      expect([first.data, second.data, second.next_cursor]).toEqual([[two], [one], null]);
      expect(await store.policies.active(org)).toEqual({ policies: null, permissions: null });

      const asked = (at: number, { version, content }: SetVersion): Activation => ({
        ...{ id: mintId("act", at, new Uint8Array(10)), kind: content.kind, version, reason: "r", requestedAt: at },
        ...{ asker: { user: "ann", root: "ann", credential: "key_1" }, status: "pending", approvedBy: null, activatedAt: null },
      });
      const requests = [asked(10, one), asked(11, matrix), asked(12, two)] as const;
      for (const request of requests) await store.policies.request(org, request, recordOf("asked"));
      const approve = (request: Activation) => store.policies.approve(org, request, { by: "bob", at: 20 }, recordOf("active"));
      expect(await store.policies.active(org)).toEqual({ policies: null, permissions: null });
      expect([await approve(requests[0]), await approve(requests[0]), await approve(requests[1])]).toEqual([true, false, true]);
      expect(await store.policies.active(org)).toEqual({ policies: one, permissions: matrix });
      expect(await approve(requests[2])).toBe(true);
      expect(await store.policies.active(org)).toEqual({ policies: two, permissions: matrix });
      expect(await store.policies.activation(org, requests[2].id)).toEqual({
        ...requests[2],
        status: "active",
        approvedBy: "bob",
        activatedAt: 20,
      });
      expect((await store.policies.activations(org, PAGE)).data.map(({ status }) => status)).toEqual(["active", "active", "superseded"]);
      expect(recorded(org)).toEqual(["policy", "policy", "policy", "asked", "asked", "asked", "active", "active", "active"]);
    });

    it("a secret is replaced together with its hosts", async () => {
      const { store } = open();
      const org = fresh();
      await store.secrets.put(org, "shop", "sealed 1", ["a.example"], recordOf("secret"));
      await store.secrets.put(org, "shop", "sealed 2", ["b.example"], recordOf("secret"));
      expect(await store.secrets.get(org, "shop")).toEqual({ sealed: "sealed 2", hosts: ["b.example"] });
      expect([await store.secrets.get(org, "other"), await store.secrets.get(fresh(), "shop")]).toEqual([null, null]);
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
