/** What an org chooses, over the composed platform: callbacks that verify, traffic that sticks, a limit that holds. */
import { createHmac } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { callbackKey } from "../../core/callback/sign.ts";
import type { JsonObject } from "../../core/json.ts";
import { call, eventually, makeKey, status } from "../support/scenario/api.ts";
import { openWorld, type World } from "../support/scenario/world.ts";

const HOOK = "http://hooks.test";
const MAIL = "mara.lindt@example.com";

let world: World;
let admin: string;
let secret: string;
let hookAnswers: number[];
beforeAll(async () => {
  world = await openWorld("settled");
  admin = await makeKey("settled", "ada", ["admin"]);
  world.model = async () => new Response(null, { status: hookAnswers.shift() ?? 204 });
  hookAnswers = [];
  const put = await call("PUT", "/v1/orgs/settled", admin, { callback_hosts: ["hooks.test"] });
  expect(put.status, JSON.stringify(put.body)).toBe(200);
  secret = String(put.body["callback_secret"]);
});

const fulfil = (more: JsonObject = {}, key = world.keys.app) =>
  call("POST", "/v1/runs", key, { workflow: "order-fulfilment", input: { order_id: "A-1002" }, ...more });
const ENDED = status("completed", "failed", "dead_lettered", "cancelled");

describe("a callback", () => {
  const arrived = (run: string) => world.sent.filter(({ url, body }) => url.startsWith(HOOK) && body.includes(run));

  it("[CALLBACK-8] brings the finished run, signed, with placeholders where personal data was", async () => {
    const ticket = `My order A-1001 is too small for me, please refund it. Write to ${MAIL}`;
    const body = { workflow: "support-refund", input: { ticket }, callback_url: `${HOOK}/in` };
    const started = await call("POST", "/v1/runs", world.keys.app, body);
    expect(started.status, JSON.stringify(started.body)).toBe(202);
    const run = String(started.body["id"]);
    const done = await eventually(`/v1/runs/${run}`, world.keys.app, ENDED);
    expect(done["status"]).toBe("completed");
    await expect.poll(() => arrived(run).length).toBe(1);
    const [message] = arrived(run);
    if (message === undefined) throw new Error("no callback");
    expect(JSON.parse(message.body)).toMatchObject({ id: run, status: "completed" });
    expect(message.body).not.toContain(MAIL);
    const signed = ["webhook-id", "webhook-timestamp"].map((name) => message.headers.get(name)).join(".");
    const hmac = createHmac("sha256", callbackKey(secret) ?? new Uint8Array()).update(`${signed}.${message.body}`);
    expect(message.headers.get("webhook-signature")).toBe(`v1,${hmac.digest("base64")}`);
  });

  it("[CALLBACK-5] to a host that the org did not list is no run", async () => {
    const refused = await fulfil({ callback_url: "http://elsewhere.test/in" });
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ path: "/callback_url" }] } });
  });
});

describe("traffic", () => {
  it("[TRAFFIC-8] a canary takes its share and keeps it, a rollback takes it back", async () => {
    const shown = await call("GET", "/v1/workflows/order-fulfilment", world.keys.developer);
    const definition = { ...(shown.body["definition"] as JsonObject), description: "the next one" };
    expect((await call("POST", "/v1/workflows", world.keys.developer, definition)).body["version"]).toBe(2);
    const split = async (first: number) => {
      const versions = [1, 2].map((version) => ({ version, percent: version === 1 ? first : 100 - first }));
      expect((await call("POST", "/v1/workflows/order-fulfilment/traffic", world.keys.developer, { versions })).status).toBe(200);
    };
    const users = await Promise.all(Array.from({ length: 12 }, (_, index) => makeKey("settled", `canary-${index}`, ["caller"])));
    const versionFor = async (key: string): Promise<number> => Number((await fulfil({}, key)).body["version"]);
    const seen = () => Promise.all(users.map(versionFor));
    await split(50);
    const half = await seen();
    expect(new Set(half)).toEqual(new Set([1, 2]));
    expect(await seen()).toEqual(half);
    await split(20);
    const more = await seen();
    expect(half.every((version, index) => version === 1 || more[index] === 2)).toBe(true);
    await split(100);
    expect(new Set(await seen())).toEqual(new Set([1]));
    const listed = await call("GET", "/v1/workflows/order-fulfilment/versions", world.keys.developer);
    expect((listed.body["data"] as JsonObject[]).map(({ version, percent }) => [version, percent])).toEqual([
      [2, 0],
      [1, 100],
    ]);
  });
});

describe("an org's limit", () => {
  it("[LIMIT-6] a start beyond it is 429; when a run has ended, the next one is taken", async () => {
    const strict = await openWorld("strict");
    const boss = await makeKey("strict", "ada", ["admin"]);
    await call("PUT", "/v1/orgs/strict", boss, { max_runs: 1 });
    const ticket = "Hello, my order A-1002 arrived broken and I would like my money back.";
    const begin = () => call("POST", "/v1/runs", strict.keys.app, { workflow: "support-refund", input: { ticket } });
    const first = await begin();
    expect(first.status, JSON.stringify(first.body)).toBe(202);
    const second = await begin();
    expect(second).toMatchObject({ status: 429, body: { code: "rate_limited" } });
    expect(Number(second.headers.get("retry-after"))).toBeGreaterThan(0);
    const run = String(first.body["id"]);
    await eventually(`/v1/runs/${run}`, strict.keys.app, status("waiting"));
    expect((await begin()).status).toBe(429);
    await call("POST", `/v1/runs/${run}/cancel`, strict.keys.app, { reason: "changed my mind" });
    await eventually(`/v1/runs/${run}`, strict.keys.app, ENDED);
    await expect.poll(async () => (await begin()).status, { interval: 250 }).toBe(202);
  });
});
