/** What every implementation of `StorePort` does with what an org defines: workflows, tools, models, routes, secrets. See store-contract.ts. */
import { describe, expect, it } from "vitest";
import { mintId } from "../../core/ids.ts";
import type { Activation, SetVersion } from "../../core/policy/set.ts";
import type { ToolOrigin } from "../../core/tool/import/source.ts";
import { definitionOf, manifestOf, modelOf, recordOf, routeOf } from "../rooms/store/support.ts";
import { freshOrgs, PAGE, type StoreUnderTest } from "./store-under-test.ts";

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

export function definitionsContract(name: string, open: () => StoreUnderTest): void {
  const fresh = freshOrgs(`${name} definitions`);

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
}
