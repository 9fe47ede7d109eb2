import { createLocalJWKSet, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../../core/json.ts";
import { ACTIONS } from "../../../shop/actions.ts";
import { defineShop, newShopState, type Shop } from "../../../shop/app.ts";
import { verifyWith } from "../../../shop/credential.ts";
import type { LedgerLine } from "../../../shop/ledger.ts";

const post = (shop: Shop, path: string, body: Json, headers: Record<string, string> = {}): Promise<Response> =>
  shop(new Request(`http://shop${path}`, { method: "POST", body: JSON.stringify(body), headers }));
const get = async (shop: Shop, path: string): Promise<JsonObject> => (await shop(new Request(`http://shop${path}`))).json();
const key = (name: string): Record<string, string> => ({ "idempotency-key": name });
const bodyOf = (response: Response): Promise<JsonObject> => response.json();

describe("what the shop does", () => {
  const WRITES: readonly [path: string, input: JsonObject, answer: JsonObject][] = [
    ["/payments/refund", { order: "A-1002" }, { order: "A-1002", amount: 249.9, status: "refunded" }],
    ["/payments/charge", { order: "A-1001" }, { order: "A-1001", amount: 49.5, status: "charged" }],
    ["/stock/reserve", { order: "A-1001", items: [{ sku: "mug-blue", quantity: 2 }] }, { order: "A-1001", status: "reserved" }],
    ["/shipping/ship", { order: "A-1001" }, { order: "A-1001", tracking: expect.stringMatching(/^TRACK-/) as unknown as string }],
    ["/mail/send", { to: "ada@example.com", subject: "Hello", text: "There" }, { status: "sent" }],
  ];
  it.each(WRITES)("%s", async (path, input, answer) => {
    const shop = defineShop(newShopState());
    const response = await post(shop, path, input, key("run_1/a"));
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ id: expect.any(String), ...answer });
    expect(await get(shop, "/ledger")).toMatchObject({ writes: [{ key: "run_1/a", path, calls: 1, effects: 1 }] });
  });

  it("knows orders under and over a hundred dollars", async () => {
    const shop = defineShop(newShopState());
    expect(await bodyOf(await post(shop, "/orders/get", { id: "A-1001" }))).toMatchObject({
      id: "A-1001",
      total: 49.5,
      currency: "USD",
      customer: "C-77",
    });
    expect(await bodyOf(await post(shop, "/orders/get", { id: "A-1002" }))).toMatchObject({
      total: 249.9,
      items: [{ sku: "espresso-machine", quantity: 1 }],
    });
    expect((await post(shop, "/orders/get", { id: "A-9999" })).status).toBe(404);
    expect(await get(shop, "/ledger")).toEqual({ writes: [] });
  });

  const UNDONE: readonly [path: string, undo: string, field: string, status: string][] = [
    ["/payments/refund", "/payments/cancel", "refund", "cancelled"],
    ["/payments/charge", "/payments/void", "charge", "voided"],
    ["/stock/reserve", "/stock/release", "reservation", "released"],
  ];
  it.each(UNDONE)("%s is taken back by %s, once", async (path, undo, field, status) => {
    const shop = defineShop(newShopState());
    const made = await bodyOf(await post(shop, path, { order: "A-1003" }, key("k")));
    expect(await bodyOf(await post(shop, undo, { [field]: made["id"] ?? null }, key("k/compensate")))).toMatchObject({
      id: made["id"],
      status,
    });
    expect((await post(shop, undo, { [field]: made["id"] ?? null }, key("other"))).status).toBe(409);
    expect((await post(shop, undo, { [field]: "none" }, key("third"))).status).toBe(404);
  });

  it("never refunds more than an order came to", async () => {
    const shop = defineShop(newShopState());
    expect((await post(shop, "/payments/refund", { order: "A-1001", amount: 49.51 }, key("a"))).status).toBe(409);
    expect((await post(shop, "/payments/refund", { order: "A-1001", amount: 40 }, key("b"))).status).toBe(200);
    expect((await post(shop, "/payments/refund", { order: "A-1001", amount: 9.51 }, key("c"))).status).toBe(409);
    expect(await bodyOf(await post(shop, "/payments/refund", { order: "A-1001" }, key("d")))).toMatchObject({ amount: 9.5 });
    expect((await post(shop, "/payments/refund", { order: "A-1001" }, key("e"))).status).toBe(409);
    for (const amount of [0, -1, "40", null])
      expect((await post(shop, "/payments/refund", { order: "A-1002", amount }, key(`f${amount}`))).status).toBe(422);
  });

  it("keeps the mails that it sent, and takes no placeholder for an address", async () => {
    const shop = defineShop(newShopState());
    await post(shop, "/mail/send", { to: "ada@example.com", subject: "Hello", text: "There" }, key("m"));
    expect((await post(shop, "/mail/send", { to: "{{EMAIL_1}}", subject: "x", text: "y" }, key("n"))).status).toBe(422);
    expect(await get(shop, "/mails")).toMatchObject({ mails: [{ to: "ada@example.com", subject: "Hello", text: "There", key: "m" }] });
  });
});

describe("[SHOP-1] idempotency keys", () => {
  it("give the first answer again, marked", async () => {
    const shop = defineShop(newShopState());
    const first = await post(shop, "/payments/refund", { order: "A-1001" }, key("k"));
    const again = await post(shop, "/payments/refund", { order: "A-1001" }, key("k"));
    expect(await again.json()).toEqual(await first.json());
    expect([first.headers.get("idempotent-replayed"), again.headers.get("idempotent-replayed")]).toEqual([null, "true"]);
    expect(await get(shop, "/ledger")).toMatchObject({ writes: [{ key: "k", calls: 2, effects: 1 }] });
  });

  it("refuse another body and another path, and change nothing", async () => {
    const shop = defineShop(newShopState());
    await post(shop, "/payments/refund", { order: "A-1001", amount: 1 }, key("k"));
    expect((await post(shop, "/payments/refund", { order: "A-1001", amount: 2 }, key("k"))).status).toBe(422);
    expect((await post(shop, "/payments/charge", { order: "A-1001", amount: 1 }, key("k"))).status).toBe(422);
    expect((await post(shop, "/payments/refund", { amount: 1, order: "A-1001" }, key("k"))).status).toBe(200);
    expect(await get(shop, "/ledger")).toMatchObject({ writes: [{ calls: 4, effects: 1 }] });
  });

  it("are asked for", async () => {
    expect((await post(defineShop(newShopState()), "/payments/refund", { order: "A-1001" })).status).toBe(400);
  });

  it("twenty at once are one effect", async () => {
    const lines: LedgerLine[] = [];
    const shop = defineShop(newShopState([], (line) => lines.push(line)));
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post(shop, "/payments/refund", { order: "A-1001" }, key("k")).then(bodyOf)),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(lines.filter(({ kind }) => kind === "effect")).toHaveLength(1);
    expect(await get(shop, "/ledger")).toMatchObject({ writes: [{ calls: 20, effects: 1 }] });
  });

  it("outlive the process", async () => {
    const lines: LedgerLine[] = [];
    const first = await bodyOf(
      await post(defineShop(newShopState([], (line) => lines.push(line))), "/payments/refund", { order: "A-1001" }, key("k")),
    );
    const reborn = defineShop(newShopState(JSON.parse(JSON.stringify(lines)) as LedgerLine[]));
    const again = await post(reborn, "/payments/refund", { order: "A-1001" }, key("k"));
    expect([await again.json(), again.headers.get("idempotent-replayed")]).toEqual([first, "true"]);
    expect((await post(reborn, "/payments/refund", { order: "A-1001" }, key("l"))).status).toBe(409);
  });

  it("an effect is on the disk before its answer, or it did not happen", async () => {
    const state = newShopState([], (line) => {
      if (line.kind === "effect") throw new Error("the disk is full");
    });
    await expect(post(defineShop(state), "/payments/refund", { order: "A-1001" }, key("k"))).rejects.toThrow("full");
    expect(state.ledger.writes()).toMatchObject([{ calls: 1, effects: 0 }]);
  });
});

describe("faults", () => {
  const told = async (fault: JsonObject) => {
    const shop = defineShop(newShopState());
    expect((await post(shop, "/faults", { path: "/payments/refund", ...fault })).status).toBe(201);
    return shop;
  };
  const refund = (shop: Shop) => post(shop, "/payments/refund", { order: "A-1001" }, key("k"));

  it("fail: as often as told, with what is told, and nothing happens", async () => {
    const shop = await told({ mode: "fail", times: 2, status: 503, retry_after: 2 });
    const first = await refund(shop);
    expect([first.status, first.headers.get("retry-after")]).toEqual([503, "2"]);
    expect((await refund(shop)).status).toBe(503);
    expect(await get(shop, "/ledger")).toMatchObject({ writes: [{ calls: 2, effects: 0 }] });
    expect((await refund(shop)).status).toBe(200);
  });

  it("fail_for_good: until it is told otherwise", async () => {
    const shop = await told({ mode: "fail_for_good" });
    for (let index = 0; index < 3; index++) expect((await refund(shop)).status).toBe(422);
    await shop(new Request("http://shop/faults", { method: "DELETE" }));
    expect((await refund(shop)).status).toBe(200);
  });

  it("hang: it was done, and nobody hears of it", async () => {
    const shop = await told({ mode: "hang", times: 1 });
    const caller = new AbortController();
    const hanging = shop(
      new Request("http://shop/payments/refund", { method: "POST", body: '{"order":"A-1001"}', headers: key("k"), signal: caller.signal }),
    );
    setTimeout(() => caller.abort(), 10);
    await expect(hanging).rejects.toThrow();
    expect((await refund(shop)).headers.get("idempotent-replayed")).toBe("true");
  });

  it("cut and garbage: half an answer, and none", async () => {
    await expect((await refund(await told({ mode: "cut" }))).text()).rejects.toThrow();
    await expect((await refund(await told({ mode: "garbage" }))).json()).rejects.toThrow();
  });

  it.each([{}, { mode: "explode" }, { mode: "fail", times: 0 }, { mode: "fail", status: 99 }, { mode: "slow", delay_ms: -1 }])(
    "%j is none",
    async (fault) => {
      expect((await post(defineShop(newShopState()), "/faults", { path: "/x", ...fault } as Json)).status).toBe(400);
    },
  );
});

describe("[SHOP-2] credentials", async () => {
  const pair = await generateKeyPair("EdDSA", { extractable: true });
  const other = await generateKeyPair("EdDSA", { extractable: true });
  const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: "k1", alg: "EdDSA" }] });
  const shop = defineShop(newShopState([], undefined, verifyWith(keys)));
  const seconds = Math.floor(Date.now() / 1000);
  const GOOD: JWTPayload = {
    iss: "bulkhead",
    aud: "orders.get",
    sub: "run_1",
    jti: "cred_1",
    org: "acme",
    scope: "read:orders:org:acme",
    iat: seconds,
    exp: seconds + 30,
  };
  const sign = (claims: JWTPayload, privateKey = pair.privateKey) =>
    new SignJWT(claims).setProtectedHeader({ alg: "EdDSA", kid: "k1" }).sign(privateKey);
  const statusWith = async (token: string) =>
    (await post(shop, "/orders/get", { id: "A-1001" }, { authorization: `Bearer ${token}` })).status;

  it("made by the platform for this tool are taken", async () => {
    expect(await statusWith(await sign(GOOD))).toBe(200);
    expect(await statusWith(await sign({ ...GOOD, scope: "read:stock:org:acme read:orders:org:acme" }))).toBe(200);
  });

  it.each([
    ["of another tool", { aud: "payments.refund" }],
    ["that have ended", { exp: seconds - 10 }],
    ["without an end", { exp: undefined }],
    ["for something else", { scope: "write:orders:org:acme" }],
    ["for another org's orders", { scope: "read:orders:org:other" }],
    ["without an org", { org: undefined, scope: "read:orders:org:undefined" }],
    ["without a name", { jti: undefined }],
  ])("%s are refused", async (_, changes) => {
    expect(await statusWith(await sign({ ...GOOD, ...changes } as JWTPayload))).toBe(401);
  });

  it("of another signer, without a signature, and none at all are refused", async () => {
    expect(await statusWith(await sign(GOOD, other.privateKey))).toBe(401);
    const unsigned = `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify(GOOD))}.`;
    for (const token of [unsigned, "x", ""]) expect(await statusWith(token)).toBe(401);
    expect((await post(shop, "/orders/get", { id: "A-1001" })).status).toBe(401);
  });

  it("refused ones change nothing, not even the count of calls", async () => {
    await post(shop, "/payments/refund", { order: "A-1001" }, { ...key("k"), authorization: `Bearer ${await sign(GOOD)}` });
    expect(await get(shop, "/ledger")).toEqual({ writes: [] });
  });

  it("every tool asks for its own", () => {
    for (const [path, { audience, scope }] of ACTIONS) {
      expect(`/${audience.replace(".", "/")}`).toBe(path);
      expect(scope).toMatch(/^(read|write):[a-z]+$/);
    }
  });
});
