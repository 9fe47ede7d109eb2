/** `/v1/budgets`: who sets caps, and what a cap may be. What caps do is tested with the ledger. */
import { beforeEach, describe, expect, it } from "vitest";
import { ADMIN_KEY, makeWorld, WORKFLOW, type World } from "../../support/ingress-fakes.ts";

type Body = Record<string, unknown>;
let world: World;
let admin: string;
beforeEach(async () => {
  world = makeWorld();
  admin = await world.makeKey(["admin"]);
  const developer = await world.makeKey(["developer"]);
  await world.send("POST", "/v1/workflows", { key: developer, body: { ...WORKFLOW, name: "support-refund" } });
});

const send = async (method: string, path: string, key: string | null, body?: unknown) => {
  const answer = await world.send(method, path, { key, ...(body === undefined ? {} : { body }) });
  return { status: answer.status, body: (await answer.json().catch(() => ({}))) as Body };
};
const errorsOf = ({ body }: { body: Body }) => ((body["errors"] ?? []) as { path: string }[]).map(({ path }) => path);

describe("the caps of a scope", () => {
  it.each(["org", "user:u-1007", "user%3Au-1007", "workflow:support-refund", "workflow%3asupport-refund"])(
    "[BUDGET-1] are set for %s, and on record",
    async (scope) => {
      const name = decodeURIComponent(scope);
      const answer = await send("PUT", `/v1/budgets/${scope}`, admin, { usd_per_day: 0.1, tokens_per_month: 5, usd_per_run: 0.000001 });
      expect(answer).toMatchObject({
        status: 200,
        body: {
          scope: name,
          usd_per_day: { limit: 0.1, spent: 0, leased: 0, left: 0.1, period: "2026-10-01", resets_at: "2026-10-02T00:00:00.000Z" },
          usd_per_month: { limit: null, left: null, period: "2026-10", resets_at: "2026-11-01T00:00:00.000Z" },
          tokens_per_month: { limit: 5 },
          usd_per_run: { limit: 0.000001 },
        },
      });
      expect(world.records.at(-1)).toMatchObject({
        org: "acme",
        record: {
          event_type: "budget.changed",
          resource: `budget/${name}`,
          actor: { id: "ada" },
          data: { usd_per_day: 0.1, usd_per_month: null },
        },
      });
      expect((await send("GET", "/v1/budgets", admin)).body).toEqual({ data: [answer.body], next_cursor: null });
    },
  );

  it("[BUDGET-1] are replaced: what is absent or null is no cap any more", async () => {
    await send("PUT", "/v1/budgets/org", admin, { usd_per_day: 1, usd_per_month: 2, usd_per_run: 3 });
    const answer = await send("PUT", "/v1/budgets/org", admin, { usd_per_month: null, tokens_per_month: 4 });
    expect(answer.body).toMatchObject({
      usd_per_day: { limit: null },
      usd_per_month: { limit: null },
      tokens_per_month: { limit: 4 },
      usd_per_run: null,
    });
  });

  it("[BUDGET-2] [CALLER-20] are the admins' alone", async () => {
    const others = await world.makeKey(["caller", "developer", "reviewer", "operator", "auditor"]);
    expect(await send("PUT", "/v1/budgets/org", others, { usd_per_day: 1 })).toMatchObject({ status: 403 });
    expect(await send("GET", "/v1/budgets", others)).toMatchObject({ status: 403 });
    const caller = await world.makeKey(["caller"]);
    const detailOf = async (path: string) => (await send("GET", path, caller)).body["detail"];
    expect(await detailOf("/v1/budgets")).toBe("this caller may not do `budget.read`; the role `admin` may");
    expect(await detailOf("/v1/audit/entries")).toMatch(/; the roles `auditor` and `admin` may$/);
    expect(await send("PUT", "/v1/budgets/org", null, {})).toMatchObject({ status: 401 });
  });

  it.each([
    ["seven decimals", { usd_per_day: 0.0000001 }, "/usd_per_day"],
    ["less than nothing", { usd_per_month: -1 }, "/usd_per_month"],
    ["a text", { usd_per_run: "1" }, "/usd_per_run"],
    ["half a token", { tokens_per_month: 1.5 }, "/tokens_per_month"],
    ["too much to count", { usd_per_day: 1e300 }, "/usd_per_day"],
    ["a cap that is none", { usd_per_year: 1 }, "/usd_per_year"],
  ])("[BUDGET-3] %s is refused with its place", async (_, body, path) => {
    const answer = await send("PUT", "/v1/budgets/org", admin, body);
    expect([answer.status, errorsOf(answer)]).toEqual([400, [path]]);
    expect(world.writes.filter((write) => write.startsWith("budget"))).toEqual([]);
  });

  it.each(["user:", "user:jo@example.com", "user:+4912345678", "workflow:Refund", "team:a", "orgs"])(
    "[BUDGET-3] %s is no scope",
    async (scope) => {
      const answer = await send("PUT", `/v1/budgets/${encodeURIComponent(scope)}`, admin, {});
      expect([answer.status, errorsOf(answer)]).toEqual([400, ["path.scope"]]);
    },
  );
});

describe("every user's default and the deployment", () => {
  it.each(["user:*", "user%3A%2A", "user%3a*"])("[BUDGET-1] %s is a scope, and no user can have the name", async (scope) => {
    expect(await send("PUT", `/v1/budgets/${scope}`, admin, { usd_per_day: 1 })).toMatchObject({ status: 200, body: { scope: "user:*" } });
    expect(await send("POST", "/v1/api-keys", admin, { name: "x", user: "*", roles: ["caller"] })).toMatchObject({ status: 400 });
  });

  it("[BUDGET-4] the deployment's caps are the platform admin's alone, to set and to see", async () => {
    const refused = await send("PUT", "/v1/budgets/deployment", admin, { usd_per_day: 1 });
    expect(refused).toMatchObject({ status: 403, body: { code: "forbidden" } });
    expect(world.records.at(-1)?.record).toMatchObject({ event_type: "policy.decided", decision: "deny", resource: "budget/deployment" });
    expect(world.writes.filter((write) => write.startsWith("budget"))).toEqual([]);
    expect(await send("PUT", "/v1/budgets/deployment", ADMIN_KEY, { usd_per_day: 1 })).toMatchObject({
      status: 200,
      body: { scope: "deployment", usd_per_day: { limit: 1 } },
    });
    await send("PUT", "/v1/budgets/org", admin, { usd_per_day: 2 });
    const scopes = async (key: string, query = "") =>
      ((await send("GET", `/v1/budgets${query}`, key)).body["data"] as { scope: string }[]).map(({ scope }) => scope);
    expect(await scopes(admin)).toEqual(["org"]);
    expect((await scopes(ADMIN_KEY))[0]).toBe("deployment");
    expect(await scopes(ADMIN_KEY, "?limit=1")).toEqual(["deployment"]);
  });
});
