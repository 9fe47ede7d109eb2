/** Sending notices: to whom, signed how, and what each answer means. */
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { callbackKey, toCallbackSecret } from "../../../core/callback/sign.ts";
import type { NotifyEntry } from "../../../core/notice/destination.ts";
import { type Notice, workflowOf } from "../../../core/notice/notice.ts";
import { openIncidentOf } from "../../../workers/notices/incidents.ts";
import { mailOver } from "../../../workers/notices/mail.ts";
import { defineNotices, type NoticePorts } from "../../../workers/notices/notices.ts";

const SECRET = toCallbackSecret(new Uint8Array(32).fill(1));
const OWN = toCallbackSecret(new Uint8Array(32).fill(2));
const NOW = Date.UTC(2030, 0, 1);
const KILL: Notice = { id: "evt_1", type: "kill_switch.thrown", data: { scope: "all", workflow: "refund" } };

type Answer = { readonly status: number; readonly header?: string };
/** `answers`: by URL; elsewhere `script.status`. */
function makeWorld(notify: readonly NotifyEntry[], over: Partial<NoticePorts> = {}, answers: Record<string, Answer> = {}) {
  const sent: { url: string; headers: Headers; body: string }[] = [];
  const script = { status: 204, hosts: [] as string[] };
  const fetcher = (async (url: string, init: RequestInit) => {
    sent.push({ url, headers: new Headers(init.headers), body: String(init.body) });
    const { status, header } = answers[url] ?? { status: script.status };
    return new Response(null, { status, headers: header === undefined ? {} : { "retry-after": header } });
  }) as typeof fetch;
  const notices = defineNotices({
    settings: async () => ({ notify, callback_hosts: script.hosts }),
    owner: async () => null,
    secrets: async () => [SECRET],
    open: async (_org, sealed) => sealed,
    mail: mailOver({ url: "https://mail.example/send", key: "k", from: "bulkhead@example.com" }, fetcher, () => NOW),
    fetch: fetcher,
    now: () => NOW,
    allowPrivateHosts: false,
    console: null,
    log: () => undefined,
    ...over,
  });
  return { notices, sent, script };
}
const only = (url: string): NotifyEntry => ({ kind: "webhook", url, on: ["budget"] });

describe("sending a notice", () => {
  it("[NOTICE-7] goes to the destinations that ask for its topic, signed with their own secret or the org's", async () => {
    const world = makeWorld([
      "https://a.example/h",
      only("https://b.example/"),
      { kind: "webhook", url: "https://c.example/", secret: OWN, on: ["kill"] },
    ]);
    const { taken, left } = await world.notices.send("acme", KILL, []);
    expect([left, taken.length, world.sent.map(({ url }) => url)]).toEqual([[], 2, ["https://a.example/h", "https://c.example/"]]);
    const signatures = world.sent.map(({ headers, body }) => {
      const secret = headers.get("webhook-signature");
      const by = [SECRET, OWN].findIndex((one) => {
        const hmac = createHmac("sha256", callbackKey(one) ?? new Uint8Array())
          .update(`evt_1.${NOW / 1000}.${body}`)
          .digest("base64");
        return secret === `v1,${hmac}`;
      });
      return by;
    });
    expect(signatures).toEqual([0, 1]);
    await world.notices.send("acme", KILL, taken);
    expect(world.sent).toHaveLength(2);
  });

  it.each([
    [204, false],
    [500, true],
    [429, true],
    [404, true],
    [410, false],
    [400, false],
  ])("[NOTICE-7] status %i is tried again: %s", async (status, again) => {
    const world = makeWorld(["https://a.example/h"]);
    world.script.status = status;
    expect((await world.notices.send("acme", KILL, [])).left.length > 0).toBe(again);
  });

  it.each([
    ["seconds", 429, "120", 120_000],
    ["a date", 503, new Date(NOW + 300_000).toUTCString(), 300_000],
    ["longer than it is believed", 429, "999999", 2 * 3_600_000],
    ["a date of the past", 429, new Date(NOW - 300_000).toUTCString(), 0],
    ["nothing that HTTP knows", 503, "soon", null],
    ["with another status", 500, "120", null],
  ])("[NOTICE-14] a receiver that asks to be left alone is: %s", async (_what, status, header, restMs) => {
    const busy = "https://busy.example/h";
    const world = makeWorld([{ kind: "slack", url: busy, on: ["kill"] }], {}, { [busy]: { status, header } });
    const first = await world.notices.send("acme", KILL, []);
    const until = restMs === null ? null : NOW + restMs;
    expect([first.left.length, first.notBefore]).toEqual([1, until]);
    expect(first.resting.map(([, at]) => at)).toEqual(until === null ? [] : [until]);
    await world.notices.send("acme", KILL, first.taken, first.resting);
    expect(world.sent).toHaveLength(restMs === null || restMs === 0 ? 2 : 1);
  });

  it("[NOTICE-14] one that rests holds up no other, by mail neither", async () => {
    const [busy, other] = ["https://busy.example/h", "https://other.example/h"];
    const world = makeWorld(
      [
        { kind: "webhook", url: busy, on: ["kill"] },
        { kind: "webhook", url: other, on: ["kill"] },
        { kind: "email", to: "ann@example.com", on: ["kill"] },
      ],
      {},
      { [busy]: { status: 503, header: "60" }, [other]: { status: 500 }, "https://mail.example/send": { status: 429, header: "30" } },
    );
    const first = await world.notices.send("acme", KILL, []);
    expect(first).toMatchObject({ taken: [], notBefore: null });
    expect(first.resting.map(([, at]) => at - NOW).sort()).toEqual([30_000, 60_000]);
    world.sent.length = 0;
    const second = await world.notices.send("acme", KILL, [], first.resting);
    expect(world.sent.map(({ url }) => url)).toEqual([other]);
    expect(second.resting).toEqual(first.resting);
  });

  it("[NOTICE-16] who is held is not asked, and may take it later", async () => {
    const [held, other] = ["https://held.example/h", "https://other.example/h"];
    const busy = makeWorld([held, other], {}, { [held]: { status: 500 } });
    const [key] = (await busy.notices.send("acme", KILL, [])).left;
    const world = makeWorld([held, other]);
    const round = await world.notices.send("acme", KILL, [], [], [key ?? ""]);
    expect([world.sent.map(({ url }) => url), round.left, round.notBefore]).toEqual([[other], [key], null]);
  });

  it("[NOTICE-8] never calls a private host, nor a workflow's owner at a host that no admin has listed", async () => {
    const inside = makeWorld(["https://127.0.0.1/h", "https://10.0.0.1/"]);
    expect(await inside.notices.send("acme", KILL, [])).toMatchObject({ left: [] });
    expect(inside.sent).toEqual([]);
    const owned = makeWorld([], { owner: async () => "https://elsewhere.example/in" });
    await owned.notices.send("acme", KILL, []);
    expect(owned.sent).toEqual([]);
    owned.script.hosts = ["elsewhere.example"];
    await owned.notices.send("acme", KILL, []);
    expect(owned.sent.map(({ url }) => url)).toEqual(["https://elsewhere.example/in"]);
  });

  it("[NOTICE-8] never leaves unsigned", async () => {
    const world = makeWorld(["https://a.example/h"], { secrets: async () => [] });
    await world.notices.send("acme", KILL, []);
    expect(world.sent).toEqual([]);
  });

  it.each([
    ["by its name", "anomaly.detected", { workflow: "rv" }],
    ["with its version", "escalation.raised", { workflow: "rv@12" }],
    ["as the scope of a switch", "kill_switch.thrown", { scope: "workflow:rv" }],
    ["as the scope of a switch that is lifted", "kill_switch.recovered", { scope: "workflow:rv" }],
    ["as the scope of a cap", "budget.alert", { scope: "workflow:rv", cap: "usd_per_day" }],
  ])("[NOTICE-15] tells the owner of the workflow that a notice names %s", async (_how, type, data) => {
    const world = makeWorld([], { owner: async (_org, workflow) => `${workflow}@example.com` });
    await world.notices.send("acme", { id: "evt_1", type, data }, []);
    expect(world.sent.map(({ body }) => JSON.parse(body)["to"])).toEqual([["rv@example.com"]]);
    await world.notices.send("acme", { id: "evt_1", type, data: { scope: "org:rv" } }, []);
    expect(world.sent).toHaveLength(1);
  });

  it.each([
    ["a switch of a workflow", { scope: "workflow:rv" }, { workflow: "rv" }],
    ["an alert about a workflow", { workflow: "rv", rule: "errors" }, { workflow: "rv" }],
    ["a switch of the org", { scope: "org:acme" }, {}],
  ])("[NOTICE-15] an incident that %s opens names the workflow", async (_what, data, named) => {
    const told: Notice[] = [];
    const ports = { now: () => NOW, random: (bytes: number) => new Uint8Array(bytes), incidents: { open: async () => true } };
    const tell = async (_org: string, notice: Notice) => void told.push(notice);
    await openIncidentOf({ ...ports, tell }, "acme", { id: "evt_1", type: "kill_switch.thrown", data });
    expect(told).toMatchObject([{ type: "incident.opened" }]);
    expect(told.map((notice) => workflowOf(notice.data))).toEqual([(named as { workflow?: string }).workflow ?? null]);
  });

  it("[NOTICE-9] tells a workflow's owner by mail, and sends none where the deployment has no mail", async () => {
    const world = makeWorld([], { owner: async (_org, workflow) => `${workflow}@example.com` });
    await world.notices.send("acme", KILL, []);
    expect(JSON.parse(world.sent[0]?.body ?? "{}")).toMatchObject({ from: "bulkhead@example.com", to: ["refund@example.com"] });
    expect(world.sent[0]?.headers.get("authorization")).toBe("Bearer k");
    const without = makeWorld([], { owner: async () => "ops@example.com", mail: mailOver(null, fetch, () => NOW) });
    expect(await without.notices.send("acme", KILL, [])).toMatchObject({ left: [] });
  });
});
