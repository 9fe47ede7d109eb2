/** Who may do what: keys, roles, orgs, sessions, rates. */
import { beforeEach, describe, expect, it } from "vitest";
import type { Role } from "../../../core/access/principal.ts";
import { ADMIN_KEY, makeWorld, NOW, TOOL, WORKFLOW, type World } from "../../support/ingress-fakes.ts";

let world: World;
beforeEach(() => {
  world = makeWorld();
});

const DAY = 24 * 60 * 60_000;

describe("keys", () => {
  const refused = async (key: string | null, headers: Record<string, string> = {}) => {
    const answer = await world.send("GET", "/v1/runs", { key, headers });
    const body = (await answer.json()) as { detail: string; code: string };
    expect([answer.status, body.code, answer.headers.get("WWW-Authenticate")]).toEqual([401, "unauthenticated", 'Bearer realm="bulkhead"']);
    return body.detail;
  };

  it("whatever is wrong with a key, the answer is the same", async () => {
    const key = await world.makeKey(["caller"]);
    const expired = await world.makeKey(["caller"], { expires_at: new Date(NOW + 1000).toISOString() });
    const elsewhere = await world.makeKey(["caller"], { allow_from: ["203.0.113.0/24", "2001:db8::/32"] });
    const revoked = await world.makeKey(["caller"]);
    const id = [...world.keys.values()].find(({ last4 }) => revoked.endsWith(last4))?.id;
    expect((await world.send("DELETE", `/v1/api-keys/${id}`, { key: ADMIN_KEY, headers: { "Bulkhead-Org": "acme" } })).status).toBe(204);
    world.clock.at = NOW + 2000;
    const swapped = key.slice(0, 10) + (key[10] === "A" ? "B" : "A") + key.slice(11);
    const details = new Set<string>();
    for (const wrong of [
      null,
      "",
      "bh_",
      "nonsense",
      swapped,
      key.slice(0, -1),
      `${key}0`,
      expired,
      elsewhere,
      revoked,
      ADMIN_KEY.slice(1),
      `${ADMIN_KEY}x`,
    ]) {
      details.add(await refused(wrong));
    }
    details.add(await refused(elsewhere, { "CF-Connecting-IP": "198.51.100.7" }));
    expect(details.size).toBe(1);
    expect((await world.send("GET", "/v1/runs", { key })).status).toBe(200);
  });

  it.each(["203.0.113.9", "2001:db8:1::7", "::ffff:203.0.113.9"])("a key that may come from there comes from %s", async (address) => {
    const key = await world.makeKey(["caller"], { allow_from: ["203.0.113.0/24", "2001:db8::/32"] });
    expect((await world.send("GET", "/v1/runs", { key, headers: { "CF-Connecting-IP": address } })).status).toBe(200);
  });

  it("a made-up key is turned away without asking storage", async () => {
    world.script.touched.length = 0;
    await refused(`bh_${"A".repeat(49)}`);
    expect(world.script.touched).not.toContain("keys.byHash");
  });

  it("other schemes are not keys", async () => {
    const key = await world.makeKey(["caller"]);
    for (const Authorization of [key, `Basic ${btoa(`a:${key}`)}`, `Bearer ${key} ${key}`, `Bearer\t${key}`])
      await refused(null, { Authorization });
  });

  it("an admin key under 24 characters is none", async () => {
    world = makeWorld({ adminApiKey: "short-admin-key" });
    await refused("short-admin-key");
    world = makeWorld({ adminApiKey: "" });
    await refused("");
  });

  it("is kept as a hash and shown once", async () => {
    const key = await world.makeKey(["admin"], { user: "anna" });
    const listed = await world.send("GET", "/v1/api-keys", { key });
    const text = await listed.text();
    const [row] = [...world.keys.values()];
    expect(text).toContain(row?.id);
    for (const kept of [text, JSON.stringify([...world.keys.values()]), JSON.stringify(world.records), JSON.stringify(world.lines)])
      expect(kept).not.toContain(key);
    expect(text).not.toContain(row?.hash);
  });

  it("lives 90 days when nothing is said", async () => {
    const key = await world.makeKey(["caller"]);
    world.clock.at = NOW + 90 * DAY - 1;
    expect((await world.send("GET", "/v1/runs", { key })).status).toBe(200);
    world.clock.at = NOW + 90 * DAY;
    expect((await world.send("GET", "/v1/runs", { key })).status).toBe(401);
  });
});

describe("a key in use", () => {
  const create = async (body: object, key = ADMIN_KEY) => {
    const answer = await world.send("POST", "/v1/api-keys", { key, body: { org: "acme", ...body } });
    return (await answer.json()) as { id: string; key: string };
  };
  const me = async (key: string) => (await world.send("GET", "/v1/me", { key })).json();
  const rotate = (id: string, key: string, body?: object, headers: Record<string, string> = {}) =>
    world.send("POST", `/v1/api-keys/${id}/rotate`, { key, headers, ...(body === undefined ? {} : { body }) });

  it.each<Role>(["caller", "monitor", "admin"])("[CALLER-1] a %s learns who it is", async (role) => {
    const { id, key } = await create({ user: "ann", roles: [role], for_others: true });
    expect(await me(key)).toEqual({
      ...{ org: "acme", user: "ann", roles: [role], credential: id, for_others: true, platform_admin: false },
      expires_at: new Date(NOW + 90 * DAY).toISOString(),
    });
    expect(await me(ADMIN_KEY)).toMatchObject({ org: "default", credential: "admin", platform_admin: true, expires_at: null });
  });

  it("[CALLER-2] replaces itself with an overlap, and the new key has its rights and its root", async () => {
    const old = await create({
      user: "ann",
      roles: ["caller"],
      allow_from: ["203.0.113.0/24"],
      expires_at: new Date(NOW + 10 * DAY).toISOString(),
    });
    const from = { "CF-Connecting-IP": "203.0.113.7" };
    world.clock.at = NOW + DAY;
    const answer = await rotate(old.id, old.key, { overlap_seconds: 3600 }, from);
    expect(answer.status).toBe(201);
    const next = (await answer.json()) as { id: string; key: string };
    expect(next).toMatchObject({
      user: "ann",
      roles: ["caller"],
      allow_from: ["203.0.113.0/24"],
      // The end that was set for the first key.
      expires_at: new Date(NOW + 10 * DAY).toISOString(),
      rotated_from: old.id,
    });
    expect([world.keys.get(next.id)?.root, world.keys.get(next.id)?.created_by]).toEqual([
      world.keys.get(old.id)?.root,
      world.keys.get(old.id)?.created_by,
    ]);
    const works = async (key: string) => (await world.send("GET", "/v1/runs", { key, headers: from })).status === 200;
    expect([await works(old.key), await works(next.key)]).toEqual([true, true]);
    world.clock.at += 3600_000;
    expect([await works(old.key), await works(next.key)]).toEqual([false, true]);
    expect(world.records.find(({ record }) => record.event_type === "key.rotated")?.record.data).toMatchObject({ key: next.id });
    expect((await rotate(old.id, ADMIN_KEY, undefined, { "Bulkhead-Org": "acme" })).status).toBe(404);
  });

  it("[CALLER-21] that rotates itself outlives neither the end that was chosen for it, nor its limits, nor its revocation with successors", async () => {
    const boss = await create({ user: "eve", roles: ["admin"] });
    const made = async (body: object) => {
      const first = await create({ user: "ann", roles: ["caller"], ...body });
      const next = (await (await rotate(first.id, first.key)).json()) as { id: string; key: string; expires_at: string };
      return { first, next };
    };
    world.clock.at = NOW + DAY;
    const free = await made({});
    expect(free.next.expires_at).toBe(new Date(NOW + 91 * DAY).toISOString());
    const bound = await made({ expires_at: new Date(NOW + 3 * DAY).toISOString() });
    expect(bound.next.expires_at).toBe(new Date(NOW + 3 * DAY).toISOString());
    // An admin chooses anew.
    expect(await (await rotate(bound.next.id, boss.key)).json()).toMatchObject({ expires_at: new Date(NOW + 3 * DAY).toISOString() });
    const left = async (key: string) =>
      Number(/"key";r=(\d+)/.exec((await world.send("GET", "/v1/runs", { key })).headers.get("RateLimit") ?? "")?.[1]);
    // Requests of either count for both: the first key's own two would leave it more.
    for (let n = 0; n < 4; n++) await left(free.next.key);
    const ofNext = await left(free.next.key);
    expect(await left(free.first.key)).toBe(ofNext - 1);
    const remove = (id: string, query = "") => world.send("DELETE", `/v1/api-keys/${id}${query}`, { key: boss.key });
    const status = async (key: string) => (await world.send("GET", "/v1/me", { key })).status;
    expect((await remove(free.first.id)).status).toBe(204);
    expect([await status(free.first.key), await status(free.next.key)]).toEqual([401, 200]);
    expect((await remove(free.first.id, "?successors=yes")).status).toBe(400);
    expect((await remove(free.first.id, "?successors=true")).status).toBe(204);
    expect(await status(free.next.key)).toBe(401);
    expect((await remove(free.first.id, "?successors=true")).status).toBe(404);
  });

  it("[CALLER-2] replaces no other key without an admin's right, not even one of the same user", async () => {
    const strong = await create({ user: "ann", roles: ["admin"] });
    const weak = await create({ user: "ann", roles: ["caller"] });
    expect((await rotate(strong.id, weak.key)).status).toBe(403);
    const answer = await rotate(weak.id, strong.key);
    expect(answer.status).toBe(201);
    const { id } = (await answer.json()) as { id: string };
    // Whoever holds the new key is at its root.
    expect([world.keys.get(id)?.root, world.keys.get(id)?.created_by]).toEqual(["ann", "ann"]);
    for (const body of [{ overlap_seconds: -1 }, { overlap_seconds: 1.5 }, { overlap_seconds: 30 * 86_400 + 1 }, { overlap: 1 }]) {
      expect((await rotate(weak.id, strong.key, body)).status, JSON.stringify(body)).toBe(400);
    }
    const other = await create({ org: "globex", user: "bob", roles: ["admin"] });
    expect((await rotate(weak.id, other.key)).status).toBe(404);
  });

  it("[CALLER-2] with a successor does not rotate itself again: from overlap to overlap it would live for ever", async () => {
    const boss = await create({ user: "eve", roles: ["admin"] });
    const old = await create({ user: "ann", roles: ["caller"] });
    const next = (await (await rotate(old.id, old.key, { overlap_seconds: 30 * 86_400 })).json()) as { id: string; key: string };
    for (const body of [{}, { overlap_seconds: 0 }])
      expect(await (await rotate(old.id, old.key, body)).json()).toMatchObject({ status: 409, code: "conflict" });
    expect((await rotate(old.id, boss.key)).status).toBe(201); // an admin may
    const both = await Promise.all([rotate(next.id, next.key), rotate(next.id, next.key)]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    // Two overlap at most.
    expect((await rotate(old.id, boss.key)).status).toBe(404);
  });

  it("[CALLER-2] gives a repeated rotation its first answer, without the key", async () => {
    const old = await create({ user: "ann", roles: ["admin"] });
    const again = { "Idempotency-Key": "once" };
    const first = (await (await rotate(old.id, old.key, {}, again)).json()) as { id: string; key: string };
    const second = await rotate(old.id, old.key, {}, again);
    expect([second.status, second.headers.get("Idempotent-Replayed")]).toEqual([201, "true"]);
    const { key: _, ...shown } = first;
    expect(await second.json()).toEqual({ ...shown, last_used_at: null });
  });

  it("[CALLER-3] says when it was used, and in the last two weeks when it ends", async () => {
    const { id, key } = await create({ user: "ann", roles: ["caller"], expires_at: new Date(NOW + 20 * DAY).toISOString() });
    const first = await world.send("GET", "/v1/runs", { key });
    expect([first.headers.get("Bulkhead-Key-Expires"), world.keys.get(id)?.last_used_at]).toEqual([null, new Date(NOW).toISOString()]);
    world.clock.at = NOW + 4 * 60_000;
    await world.send("GET", "/v1/runs", { key });
    expect(world.keys.get(id)?.last_used_at).toBe(new Date(NOW).toISOString());
    world.clock.at = NOW + 7 * DAY;
    const late = await world.send("GET", "/v1/runs", { key });
    expect(late.headers.get("Bulkhead-Key-Expires")).toBe(new Date(NOW + 20 * DAY).toISOString());
    expect(world.keys.get(id)?.last_used_at).toBe(new Date(NOW + 7 * DAY).toISOString());
  });

  it("[CALLER-4] a monitor reads the counts of the platform's own org, and nothing else", async () => {
    const { key } = await create({ org: "default", user: "prometheus", roles: ["monitor"] });
    expect((await world.send("GET", "/metrics", { key })).status).toBe(200);
    for (const path of `runs workflows api-keys reviews models incidents alerts anomalies costs tools`
      .split(" ")
      .map((name) => `/v1/${name}`))
      expect((await world.send("GET", path, { key })).status, path).toBe(403);
    const other = await create({ user: "prometheus", roles: ["monitor"] });
    expect((await world.send("GET", "/metrics", { key: other.key })).status).toBe(403);
  });
});

describe("roles", () => {
  const ALL: readonly Role[] = ["caller", "developer", "reviewer", "operator", "auditor", "admin"];
  const STAFF: readonly Role[] = ["developer", "reviewer", "operator", "auditor", "admin"];
  const TABLE: readonly (readonly [string, string, unknown, readonly Role[]])[] = [
    ["GET", "/v1/runs", undefined, ALL],
    ["POST", "/v1/runs", { workflow: "none", input: {} }, ["caller", "admin"]],
    ["GET", "/v1/workflows", undefined, STAFF],
    ["POST", "/v1/workflows", {}, ["developer", "admin"]],
    ["GET", "/v1/tools", undefined, STAFF],
    ["PUT", "/v1/tools/a", {}, ["developer", "admin"]],
    ["POST", "/v1/tools/a/test", { input: {} }, ["developer", "admin"]],
    ["PUT", "/v1/models/acme/a", {}, ["developer", "admin"]],
    ["GET", "/v1/routes", undefined, ALL],
    ["PUT", "/v1/routes/a", {}, ["developer", "admin"]],
    ["DELETE", "/v1/routes/a", undefined, ["developer", "admin"]],
    ["PUT", "/v1/secrets/a", {}, ["developer", "admin"]],
    ["GET", "/v1/api-keys", undefined, ["admin"]],
    ["POST", "/v1/api-keys", {}, ["admin"]],
    ["DELETE", "/v1/api-keys/x", undefined, ["admin"]],
    ["GET", "/v1/reviews", undefined, STAFF],
    ["POST", "/v1/reviews/x/decision", { action: "approve", reason: "r" }, ["reviewer", "admin"]],
    ["GET", "/v1/dead-letters", undefined, STAFF],
    ["POST", "/v1/dead-letters/x/redrive", undefined, ["operator", "admin"]],
    ["POST", "/v1/dead-letters/x/discard", { reason: "r" }, ["operator", "admin"]],
    ["GET", "/admin/kill-switch", undefined, STAFF],
    ["POST", "/admin/kill-switch", {}, ["operator", "admin"]],
    ["POST", "/admin/kill-switch/recovery", {}, ["admin"]],
    ["POST", "/admin/kill-switch/recovery/rec_x/approve", undefined, ["admin"]],
    ["GET", "/v1/audit/entries", undefined, ["auditor", "admin"]],
    ["POST", "/v1/audit/verify", undefined, ["auditor", "admin"]],
    ["GET", "/v1/audit/raw/pages", undefined, ["auditor", "admin"]],
    ["POST", "/v1/guardrails/check", { texts: [], channel: "user" }, ALL],
    ["GET", "/metrics", undefined, []],
  ];

  it.each(TABLE)("%s %s", async (method, path, body, allowed) => {
    for (const role of ALL) {
      const key = await world.makeKey([role], { user: `u-${role}` });
      world.records.length = 0;
      const answer = await world.send(method, path, { key, ...(body === undefined ? {} : { body }) });
      if (allowed.includes(role)) expect([role, answer.status]).not.toContain(401);
      // The last step of a recovery is refused for another reason, by the switch itself.
      const code = answer.status < 400 ? "" : ((await answer.json()) as { code: string }).code;
      expect([role, code === "forbidden"]).toEqual([role, !allowed.includes(role)]);
      expect([role, answer.status < 500]).toEqual([role, true]);
      const onRecord = !allowed.includes(role) || code === "second_person_required";
      expect(world.records.some(({ org, record }) => org === "acme" && record.decision === "deny")).toBe(onRecord);
    }
    expect((await world.send(method, path, body === undefined ? {} : { body })).status).toBe(401);
  });

  it("a policy that cannot be evaluated denies", async () => {
    const key = await world.makeKey(["admin"]);
    world.script.decide = () => {
      throw new Error("broken policy");
    };
    expect((await world.send("GET", "/v1/runs", { key })).status).toBe(403);
    expect(world.records.at(-1)?.record.data).toEqual({ layer: "policy", reasons: ["policy_unavailable"] });
  });
});

describe("orgs", () => {
  it("see nothing of each other", async () => {
    const acme = await world.makeKey(["admin"], { user: "anna" });
    const globex = await world.makeKey(["admin"], { org: "globex", user: "gus" });
    expect((await world.send("POST", "/v1/workflows", { key: acme, body: WORKFLOW })).status).toBe(201);
    expect((await world.send("PUT", "/v1/tools/orders.get", { key: acme, body: TOOL })).status).toBe(200);
    const run = (await (await world.send("POST", "/v1/runs", { key: acme, body: { workflow: "echo", input: { text: "a" } } })).json()) as {
      id: string;
    };
    const keyId = [...world.keys.values()].find(({ org }) => org === "acme")?.id ?? "";
    const paths: [string, string, unknown?][] = [
      ["GET", "/v1/workflows/echo"],
      ["GET", "/v1/workflows/echo/versions/1"],
      ["GET", "/v1/tools/orders.get"],
      ["POST", "/v1/tools/orders.get/test", { input: { id: "1" } }],
      ["GET", `/v1/runs/${run.id}`],
      ["GET", `/v1/runs/${run.id}/events`],
      ["GET", `/v1/runs/${run.id}/trace`],
      ["POST", `/v1/runs/${run.id}/cancel`, { reason: "r" }],
      ["POST", "/v1/runs", { workflow: "echo", input: { text: "a" } }],
      ["DELETE", `/v1/api-keys/${keyId}`],
    ];
    for (const [method, path, body] of paths) {
      const answer = await world.send(method, path, { key: globex, ...(body === undefined ? {} : { body }) });
      expect([path, answer.status]).toEqual([path, 404]);
    }
    for (const path of ["/v1/runs", "/v1/workflows", "/v1/tools"]) {
      expect(((await (await world.send("GET", path, { key: globex })).json()) as { data: unknown[] }).data, path).toEqual([]);
    }
    expect(await (await world.send("GET", "/v1/api-keys", { key: globex })).text()).not.toContain("anna");
    expect(await (await world.send("GET", "/v1/audit/entries", { key: globex })).text()).not.toContain("workflow.registered");
  });

  it("`Bulkhead-Org` is for the platform's admins", async () => {
    const headers = { "Bulkhead-Org": "globex" };
    const acme = await world.makeKey(["admin"], { user: "anna" });
    expect((await world.send("GET", "/v1/runs", { key: acme, headers })).status).toBe(403);
    expect((await world.send("GET", "/v1/runs", { key: acme, headers: { "Bulkhead-Org": "acme" } })).status).toBe(200);
    expect((await world.send("GET", "/v1/runs", { key: ADMIN_KEY, headers })).status).toBe(200);
    const platform = await world.makeKey(["admin"], { org: "default", user: "pat" });
    expect((await world.send("GET", "/v1/runs", { key: platform, headers })).status).toBe(200);
    expect((await world.send("GET", "/metrics", { key: platform })).status).toBe(200);
    const mere = await world.makeKey(["caller"], { org: "default", user: "mere" });
    expect((await world.send("GET", "/v1/runs", { key: mere, headers })).status).toBe(403);
  });

  it("a credential of another org is told apart from a bad one by nobody", async () => {
    const ask = async (key: string, token: string, form = false) => {
      const body = form ? `token=${token}` : { token };
      const headers = form ? { "Content-Type": "application/x-www-form-urlencoded" } : {};
      return (await world.send("POST", "/v1/credentials/introspect", { key, body, headers })).json();
    };
    const acme = await world.makeKey(["caller"]);
    expect(await ask(acme, "good-acme")).toMatchObject({ active: true, sub: "run_1" });
    expect(await ask(acme, "good-acme", true)).toMatchObject({ active: true });
    expect(await ask(acme, "good-globex")).toEqual({ active: false });
    expect(await ask(acme, "bad")).toEqual({ active: false });
  });
});

describe("console sessions", () => {
  const SAME = { "Sec-Fetch-Site": "same-origin" };
  const open = async (key: string) => {
    const answer = await world.send("POST", "/console/session", { key });
    expect(answer.status).toBe(201);
    const cookie = answer.headers.get("Set-Cookie") ?? "";
    expect(cookie).toMatch(/^__Host-bulkhead=[^;]+; Path=\/; Max-Age=28800; HttpOnly; Secure; SameSite=Strict$/);
    return cookie.slice(0, cookie.indexOf(";"));
  };
  const read = async (Cookie: string, headers: Record<string, string> = SAME) =>
    (await world.send("GET", "/v1/runs", { headers: { Cookie, ...headers } })).status;

  it("counts for pages of our own origin only", async () => {
    const cookie = await open(await world.makeKey(["admin"]));
    expect(await read(cookie)).toBe(200);
    expect(await read(`a=b; ${cookie}; c=d`)).toBe(200);
    for (const site of ["same-site", "cross-site", "none", ""]) expect(await read(cookie, { "Sec-Fetch-Site": site }), site).toBe(401);
    expect(await read(cookie, {})).toBe(401);
  });

  it("counts on writes with the console's header only", async () => {
    const cookie = await open(await world.makeKey(["admin"]));
    const write = async (headers: Record<string, string>) =>
      (await world.send("POST", "/v1/workflows", { body: WORKFLOW, headers: { Cookie: cookie, ...headers } })).status;
    expect(await write(SAME)).toBe(401);
    expect(await write({ "X-Bulkhead-Console": "1" })).toBe(401);
    expect(await write({ ...SAME, "X-Bulkhead-Console": "1" })).toBe(201);
  });

  it("ends with its time, with its key, and with the admin's key", async () => {
    const key = await world.makeKey(["admin"]);
    const cookie = await open(key);
    world.clock.at = NOW + 8 * 60 * 60_000 - 1;
    expect(await read(cookie)).toBe(200);
    world.clock.at = NOW + 8 * 60 * 60_000;
    expect(await read(cookie)).toBe(401);
    world.clock.at = NOW;
    const id = [...world.keys.keys()][0];
    await world.send("DELETE", `/v1/api-keys/${id}`, { key });
    expect(await read(cookie)).toBe(401);
    const admin = await open(ADMIN_KEY);
    expect(await read(admin)).toBe(200);
    world = makeWorld({ adminApiKey: "another-admin-key-of-enough-length" });
    expect(await read(admin)).toBe(401);
  });

  it("cannot be made up or stretched", async () => {
    const cookie = await open(await world.makeKey(["caller"]));
    const [name, value] = cookie.split("=") as [string, string];
    const parts = value.split(".");
    const later = [parts[0], String(Number(parts[1]) + 1), parts[2], parts[3]].join(".");
    const admin = [parts[0], parts[1], "admin", parts[3]].join(".");
    for (const forged of ["", "1", later, admin, `${value}0`, value.slice(0, -1), "1.9999999999999.admin."])
      expect(await read(`${name}=${forged}`)).toBe(401);
  });

  it("holds no key, and no hash of the admin's key", async () => {
    const key = await world.makeKey(["caller"]);
    expect(await open(key)).not.toContain(key.slice(3));
    const digest = [...new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(ADMIN_KEY)))]
      .map((byte) => byte.toString(16).padStart(2, "0"))
      .join("");
    expect(await open(ADMIN_KEY)).not.toContain(digest);
  });

  it("a wrong bearer is not made good by a cookie", async () => {
    const cookie = await open(await world.makeKey(["caller"]));
    expect(await read(cookie, { ...SAME, Authorization: "Bearer bh_wrong" })).toBe(401);
  });

  it("[PERSON-4] opens nothing after its sign-out, wherever its cookie was copied to, and others live on", async () => {
    const key = await world.makeKey(["caller"]);
    const cookie = await open(key);
    world.clock.at += 1;
    const other = await open(key);
    const console = { ...SAME, "X-Bulkhead-Console": "1" };
    // A page of elsewhere signs nobody out.
    expect((await world.send("DELETE", "/console/session", { headers: { Cookie: cookie } })).status).toBe(204);
    expect(await read(cookie)).toBe(200);
    for (let n = 0; n < 2; n++) {
      expect((await world.send("DELETE", "/console/session", { headers: { Cookie: cookie, ...console } })).status).toBe(204);
      expect([await read(cookie), await read(other)]).toEqual([401, 200]);
    }
    const types = world.records.map(({ record }) => record.event_type).filter((type) => type.startsWith("session."));
    expect(types).toEqual(["session.opened", "session.opened", "session.closed"]);
  });

  it("[PERSON-4] a refused sign-in is on record, in the org of its key; strangers at the door do not flood the chain", async () => {
    const key = await world.makeKey(["caller"]);
    const id = [...world.keys.keys()][0];
    world.clock.at += 91 * 24 * 60 * 60_000;
    expect((await world.send("POST", "/console/session", { key })).status).toBe(401);
    expect(world.records.at(-1)).toMatchObject({
      org: "acme",
      record: { event_type: "session.refused", resource: `api-key/${id}`, decision: "deny" },
    });
    world.records.length = 0;
    for (let n = 0; n < 50; n++) await world.send("POST", "/console/session", { key: "bh_wrong" });
    expect(world.records.map(({ org, record }) => [org, record.event_type])).toEqual(Array(10).fill(["default", "session.refused"]));
  });

  it("needs a key to open and none to end", async () => {
    expect((await world.send("POST", "/console/session")).status).toBe(401);
    const cookie = await open(await world.makeKey(["caller"]));
    expect((await world.send("POST", "/console/session", { headers: { Cookie: cookie, ...SAME, "X-Bulkhead-Console": "1" } })).status).toBe(
      401,
    );
    const answer = await world.send("DELETE", "/console/session");
    expect(answer.status).toBe(204);
    expect(answer.headers.get("Set-Cookie")).toContain("__Host-bulkhead=; Path=/; Max-Age=0;");
  });
});

describe("rates", () => {
  it("tells what is left, and refuses what is over", async () => {
    world = makeWorld({ perMinute: 3 });
    const first = await world.send("GET", "/v1/runs", { key: ADMIN_KEY });
    expect(first.headers.get("RateLimit-Policy")).toBe('"key";q=3;w=60');
    expect(first.headers.get("RateLimit")).toBe('"key";r=2;t=62');
    await world.send("GET", "/v1/runs", { key: ADMIN_KEY });
    await world.send("GET", "/v1/runs", { key: ADMIN_KEY });
    const over = await world.send("GET", "/v1/runs", { key: ADMIN_KEY });
    expect([over.status, ((await over.json()) as { code: string }).code]).toEqual([429, "rate_limited"]);
    expect(Number(over.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect(over.headers.get("RateLimit")).toBe(`"key";r=0;t=${over.headers.get("Retry-After")}`);
    expect((await world.send("GET", "/healthz")).status).toBe(200);
    world.clock.at += 121_000;
    expect((await world.send("GET", "/v1/runs", { key: ADMIN_KEY })).status).toBe(200);
  });

  it("[LIMITS-3] an org limits its users with all of their keys, and itself", async () => {
    const admin = await world.makeKey(["admin"], { user: "root" });
    const limits = { user: { per_minute: 4 }, org: { per_minute: 10, at_once: 5 } };
    const put = await world.send("PUT", "/v1/orgs/acme", { key: admin, body: { limits } });
    expect([put.status, ((await put.json()) as { limits: unknown }).limits]).toEqual([200, limits]);
    const [one, two] = [await world.makeKey(["caller"], { user: "ann" }), await world.makeKey(["caller"], { user: "ann" })];
    const statuses: number[] = [];
    for (let n = 0; n < 6; n++) statuses.push((await world.send("GET", "/v1/runs", { key: n % 2 === 0 ? one : two })).status);
    expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
    const over = await world.send("GET", "/v1/runs", { key: one });
    expect(((await over.json()) as { detail: string }).detail).toBe("this user made too many requests in the last minute");
    expect(over.headers.get("RateLimit-Policy")).toBe('"key";q=1000000;w=60, "user";q=4;w=60, "org";q=10;w=60');
    const bob = await world.makeKey(["caller"], { user: "bob" });
    expect((await world.send("GET", "/v1/runs", { key: bob })).status).toBe(200);
    for (const wrong of [{ user: { per_minute: 0 } }, { user: { per_second: 1 } }, { tool: {} }, { org: { at_once: 1.5 } }]) {
      expect(
        (await world.send("PUT", "/v1/orgs/acme", { key: ADMIN_KEY, headers: { "Bulkhead-Org": "acme" }, body: { limits: wrong } })).status,
      ).toBe(400);
    }
  });

  it("[LIMITS-2] a stream holds its slot until it ends or its reader goes", async () => {
    const admin = await world.makeKey(["admin"], { user: "root" });
    const key = await world.makeKey(["caller"], { user: "ann" });
    expect((await world.send("POST", "/v1/workflows", { key: admin, body: WORKFLOW })).status).toBe(201);
    const run = (await (await world.send("POST", "/v1/runs", { key, body: { workflow: "echo", input: { text: "hello" } } })).json()) as {
      id: string;
    };
    expect((await world.send("PUT", "/v1/orgs/acme", { key: admin, body: { limits: { user: { at_once: 1 } } } })).status).toBe(200);
    const stream = await world.send("GET", `/v1/runs/${run.id}/events`, { key, headers: { Accept: "text/event-stream" } });
    expect([stream.status, stream.headers.get("Content-Type")]).toEqual([200, expect.stringContaining("text/event-stream")]);
    const refused = await world.send("GET", "/v1/runs", { key });
    expect([refused.status, ((await refused.json()) as { detail: string }).detail]).toEqual([
      429,
      "this user has as many requests under way as it may have",
    ]);
    await stream.body?.cancel();
    expect((await world.send("GET", "/v1/runs", { key })).status).toBe(200);
  });

  it("[LIMITS-6] whoever guesses is slowed down, by address; a valid key is never asked about", async () => {
    const tried: string[] = [];
    world.script.mayTry = (address) => tried.push(address) < 3;
    const key = await world.makeKey(["caller"]);
    const guess = async () => world.send("GET", "/v1/runs", { key: "bh_wrong", headers: { "CF-Connecting-IP": "203.0.113.7" } });
    expect([(await guess()).status, (await guess()).status]).toEqual([401, 401]);
    const slowed = await guess();
    expect([slowed.status, slowed.headers.get("Retry-After")]).toEqual([429, "10"]);
    expect((await world.send("GET", "/v1/runs", { key })).status).toBe(200);
    expect(tried).toEqual(Array(3).fill("203.0.113.7"));
  });
});
