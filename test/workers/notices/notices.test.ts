/** Sending notices: to whom, signed how, and what each answer means. */
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { callbackKey, toCallbackSecret } from "../../../core/callback/sign.ts";
import type { NotifyEntry } from "../../../core/notice/destination.ts";
import type { Notice } from "../../../core/notice/notice.ts";
import { mailOver } from "../../../workers/notices/mail.ts";
import { defineNotices, type NoticePorts } from "../../../workers/notices/notices.ts";

const SECRET = toCallbackSecret(new Uint8Array(32).fill(1));
const OWN = toCallbackSecret(new Uint8Array(32).fill(2));
const NOW = Date.UTC(2030, 0, 1);
const KILL: Notice = { id: "evt_1", type: "kill_switch.thrown", data: { scope: "all", workflow: "refund" } };

function makeWorld(notify: readonly NotifyEntry[], over: Partial<NoticePorts> = {}) {
  const sent: { url: string; headers: Headers; body: string }[] = [];
  const script = { status: 204, hosts: [] as string[] };
  const fetcher = (async (url: string, init: RequestInit) => {
    sent.push({ url, headers: new Headers(init.headers), body: String(init.body) });
    return new Response(null, { status: script.status });
  }) as typeof fetch;
  const notices = defineNotices({
    settings: async () => ({ notify, callback_hosts: script.hosts }),
    owner: async () => null,
    secrets: async () => [SECRET],
    open: async (_org, sealed) => sealed,
    mail: mailOver({ url: "https://mail.example/send", key: "k", from: "bulkhead@example.com" }, fetcher),
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
    const { taken, again } = await world.notices.send("acme", KILL, []);
    expect([again, taken.length, world.sent.map(({ url }) => url)]).toEqual([false, 2, ["https://a.example/h", "https://c.example/"]]);
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
    expect((await world.notices.send("acme", KILL, [])).again).toBe(again);
  });

  it("[NOTICE-8] never calls a private host, nor a workflow's owner at a host that no admin has listed", async () => {
    const inside = makeWorld(["https://127.0.0.1/h", "https://10.0.0.1/"]);
    expect(await inside.notices.send("acme", KILL, [])).toMatchObject({ again: false });
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

  it("[NOTICE-9] tells a workflow's owner by mail, and sends none where the deployment has no mail", async () => {
    const world = makeWorld([], { owner: async (_org, workflow) => `${workflow}@example.com` });
    await world.notices.send("acme", KILL, []);
    expect(JSON.parse(world.sent[0]?.body ?? "{}")).toMatchObject({ from: "bulkhead@example.com", to: ["refund@example.com"] });
    expect(world.sent[0]?.headers.get("authorization")).toBe("Bearer k");
    const without = makeWorld([], { owner: async () => "ops@example.com", mail: mailOver(null, fetch) });
    expect(await without.notices.send("acme", KILL, [])).toMatchObject({ again: false });
  });
});
