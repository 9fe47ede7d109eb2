import { describe, expect, it } from "vitest";
import { recordOf, routeOf, rowsOf, storeWorld } from "./support.ts";

describe("routes of tasks", () => {
  it("[ROUTE-4] the last one put is the route; taking it away leaves the default, and each is on record", async () => {
    const { store, db } = storeWorld();
    expect(await store.routes.get("routes-a", "classify")).toBeNull();
    await store.routes.put("routes-a", routeOf("classify", "fallback"), recordOf("route.set"));
    await store.routes.put("routes-a", routeOf("classify", "fastest"), recordOf("route.set"));
    expect(await store.routes.get("routes-a", "classify")).toEqual(routeOf("classify", "fastest"));
    expect(await store.routes.remove("routes-a", "classify", recordOf("route.removed"))).toBe(true);
    expect(await store.routes.remove("routes-a", "classify", recordOf("route.removed"))).toBe(false);
    expect(await store.routes.get("routes-a", "classify")).toBeNull();
    const kept = await rowsOf(db, "audit_outbox", "routes-a");
    expect(kept.map((row) => (JSON.parse(String(row["body"])) as { action: string }).action)).toEqual([
      "route.set",
      "route.set",
      "route.removed",
    ]);
  });

  it("are listed by task, page by page", async () => {
    const { store } = storeWorld();
    for (const task of ["write", "classify", "read"]) await store.routes.put("routes-b", routeOf(task), recordOf("route.set"));
    const first = await store.routes.list("routes-b", { limit: 2, cursor: null });
    expect(first.data.map(({ task }) => task)).toEqual(["classify", "read"]);
    const second = await store.routes.list("routes-b", { limit: 2, cursor: first.next_cursor });
    expect(second).toEqual({ data: [routeOf("write")], next_cursor: null });
  });
});
