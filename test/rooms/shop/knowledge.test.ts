/** The shop's knowledge base and its desk. */
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../../core/json.ts";
import { validate } from "../../../core/workflow/schema.ts";
import { defineShop, HIDDEN_INSTRUCTION, newShopState, type Shop } from "../../../shop/app.ts";
import { ARTICLES, searchArticles } from "../../../shop/knowledge.ts";
import { shopTools } from "../../../workflows/tools.ts";

const tools = shopTools("http://shop") as {
  readonly [name: string]: { readonly input: JsonObject; readonly output: JsonObject; readonly guarded?: Json };
};
const post = (shop: Shop, path: string, body: Json, key: string | null = null): Promise<Response> =>
  shop(
    new Request(`http://shop${path}`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: key === null ? {} : { "idempotency-key": key },
    }),
  );

describe("searching", () => {
  it.each([
    ["How often is the espresso machine descaled?", "KB-103"],
    ["refund for a broken parcel", "KB-101"],
    ["shipping costs", "KB-102"],
    ["oil my oak desk", "KB-105"],
    ["invoices", "KB-107"],
    ["green TEA", "KB-106"],
  ])("%s", (query, best) => expect(searchArticles(query)[0]?.id).toBe(best));

  it.each(["", "the of and", "quantum chromodynamics", "{{EMAIL_1}}"])("`%s` finds nothing", (query) =>
    expect(searchArticles(query)).toEqual([]),
  );

  it("finds three at most, with the sentence that fits", () => {
    const hits = searchArticles("order delivery warehouse warranty card water");
    expect(hits).toHaveLength(3);
    expect(searchArticles("vinegar seals")[0]?.snippet).toBe("Vinegar damages the seals and voids the warranty.");
  });
});

describe("over HTTP", () => {
  it("is searched and read as the tools promise, without a trace in the ledger", async () => {
    const shop = defineShop(newShopState());
    const hits = (await (await post(shop, "/kb/search", { query: "descaling" })).json()) as Json;
    expect(validate(tools["kb.search"]?.output ?? false, hits)).toEqual([]);
    const article = (await (await post(shop, "/kb/read", { id: "KB-103" })).json()) as Json;
    expect(validate(tools["kb.read"]?.output ?? false, article)).toEqual([]);
    expect(article).toEqual(ARTICLES.find(({ id }) => id === "KB-103"));
    expect(await (await shop(new Request("http://shop/ledger"))).json()).toEqual({ writes: [] });
  });

  it("refuses what it does not have", async () => {
    const shop = defineShop(newShopState());
    expect((await post(shop, "/kb/read", { id: "KB-999" })).status).toBe(404);
    expect((await post(shop, "/kb/read", {})).status).toBe(404);
    expect((await post(shop, "/kb/search", { query: " " })).status).toBe(422);
    expect(await (await post(shop, "/kb/search", { query: "zebra" })).json()).toEqual({ hits: [] });
  });

  const NOTE = { title: "Descaling", text: "Every 200 cups.", sources: ["KB-103"] };
  it("[SHOP-1] publishes a note once under its key", async () => {
    const shop = defineShop(newShopState());
    const first = (await (await post(shop, "/desk/publish", NOTE, "run_1/desk/4.1")).json()) as JsonObject;
    expect(validate(tools["desk.publish"]?.output ?? false, first)).toEqual([]);
    expect(first).toEqual({ id: expect.stringMatching(/^nt_[a-z]+$/), status: "published" });
    const again = await post(shop, "/desk/publish", NOTE, "run_1/desk/4.1");
    expect([again.headers.get("idempotent-replayed"), await again.json()]).toEqual(["true", first]);
    expect(await (await shop(new Request("http://shop/ledger"))).json()).toMatchObject({ writes: [{ calls: 2, effects: 1 }] });
    expect((await post(shop, "/desk/publish", NOTE)).status).toBe(400);
  });

  it.each([
    ["without sources", { ...NOTE, sources: [] }],
    ["with a source that there is not", { ...NOTE, sources: ["KB-103", "KB-000"] }],
    ["without a text", { title: "x", sources: ["KB-103"] }],
  ])("publishes nothing %s", async (_, note) => {
    const shop = defineShop(newShopState());
    expect((await post(shop, "/desk/publish", note, "k")).status).toBe(422);
  });

  it("can be told to hide an instruction in an article", async () => {
    const shop = defineShop(newShopState());
    await post(shop, "/faults", { path: "/kb/read", mode: "inject" });
    expect(await (await post(shop, "/kb/read", { id: "KB-103" })).json()).toMatchObject({ id: "KB-103", text: HIDDEN_INSTRUCTION });
  });
});

it("everything that a note says is guarded", () => expect(tools["desk.publish"]?.guarded).toEqual(["/title", "/text", "/sources"]));
