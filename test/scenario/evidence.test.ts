/** A run's evidence over HTTP: who gets it, that it verifies, and that the log knows the file. */
import { env } from "cloudflare:workers";
import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { hashedText } from "../../core/audit/entry.ts";
import type { JsonObject } from "../../core/json.ts";
import { type EvidenceResult, verifyEvidence } from "../../scripts/audit/verify-evidence.mjs";
import handler from "../support/platform.ts";
import { call, eventually, makeKey, status } from "../support/scenario/api.ts";
import { openWorld, type World } from "../support/scenario/world.ts";

const TICKET = "Hello, my order A-1002 arrived broken and I would like my money back.";
let world: World;
beforeAll(async () => {
  world = await openWorld("proven");
});

const fileOf = async (run: string, key: string, method = "GET") => call(method, `/v1/runs/${run}/evidence`, key);
const check = async (html: unknown): Promise<EvidenceResult> => {
  const { keys } = (await call("GET", "/.well-known/jwks.json", null)).body;
  return verifyEvidence(Buffer.from(String(html)), keys as unknown as object[]);
};
const start = async (body: JsonObject): Promise<string> => String((await call("POST", "/v1/runs", world.keys.app, body)).body["id"]);
const partOf = (html: string, name: string): unknown => {
  const data = (/<script id="evidence" type="application\/json">(.*?)<\/script>/.exec(html)?.[1] ?? "").split("|");
  const { parts } = JSON.parse(data[0] ?? "") as { parts: { name: string }[] };
  return JSON.parse(data[2 + parts.findIndex((part) => part.name === name)] ?? "null");
};

describe("a run's evidence", () => {
  it("[EVID-1] [EVID-8] [EVID-9] verifies from outside with the published keys, and the log has the file's digest", async () => {
    const run = await start({ workflow: "order-fulfilment", input: { order_id: "A-1002" } });
    await eventually(`/v1/runs/${run}`, world.keys.app, status("completed"));
    const { status: code, headers, body } = await fileOf(run, world.keys.auditor);
    expect(code).toBe(200);
    expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(headers.get("content-security-policy")).toBe("sandbox");
    expect(headers.get("content-disposition")).toBe(`attachment; filename="evidence-${run}.html"`);
    const html = String(body["text"]);
    const seen = await check(html);
    expect(seen.problems).toEqual([]);
    expect(seen.head).toMatchObject({ run, complete: true });
    for (const what of ["entries", "events", "digests", "proofs"]) expect([what, (seen.counts[what] ?? 0) > 5]).toEqual([what, true]);
    expect(partOf(html, "definition")).toMatchObject({ name: "order-fulfilment" });
    const sha256 = createHash("sha256").update(html).digest("hex");
    const exported = (list: JsonObject) => (list["data"] as { data: JsonObject }[]).map(({ data }) => data["sha256"]);
    await eventually(`/v1/audit/entries?run=${run}&type=evidence.exported`, world.keys.auditor, (list) => exported(list).includes(sha256));
    const changed = html.replace("order-fulfilment", "order-fulfilmenu");
    expect((await check(changed)).ok).toBe(false);
  });

  it("[EVID-9] [PSEUDO-6] is for auditors, admins and the run's own user, and says to auditors who is behind pseudonyms", async () => {
    const run = await start({ workflow: "order-fulfilment", input: { order_id: "A-1002" } });
    await eventually(`/v1/runs/${run}`, world.keys.app, status("completed"));
    const [admin, other] = [await makeKey("proven", "ada", ["admin"]), await makeKey("proven", "olga", ["caller"])];
    expect((await fileOf(run, admin)).status).toBe(200);
    const [whole, own] = [await fileOf(run, world.keys.auditor), await fileOf(run, world.keys.app)].map(({ body }) => String(body["text"]));
    const persons = partOf(whole ?? "", "persons") as Record<string, string>;
    expect(Object.entries(persons)).toEqual([[expect.stringMatching(/^pseudonym\/[\w-]{24}$/), "app"]]);
    expect([own?.includes('"name":"persons"'), own?.includes(Object.keys(persons)[0] ?? "-")]).toEqual([false, true]);
    expect((await check(whole)).problems).toEqual([]);
    // A caller may not read the workflow: neither its definition nor what its models are asked is in the file, which holds all the same.
    expect((await check(own)).problems).toEqual([]);
    expect([whole, own].map((text) => ["definition", "outline"].filter((name) => text?.includes(`"name":"${name}"`)))).toEqual([
      ["definition"],
      ["outline"],
    ]);
    expect(partOf(own ?? "", "outline")).toMatchObject({ steps: expect.any(Object) });
    expect((await fileOf(run, other)).status).toBe(404);
    for (const key of [world.keys.operator, world.keys.developer, world.keys.reviewer]) expect((await fileOf(run, key)).status).toBe(403);
    expect((await fileOf("run_01JZ0000000000000000000000", world.keys.auditor)).status).toBe(404);
    expect((await fileOf(run, world.keys.auditor, "HEAD")).status).toBe(200);
  });

  it("[PSEUDO-6] the log lists a person by name and by pseudonym, names them beside entries that verify, and names who decides", async () => {
    const list = async (query: string) => (await call("GET", `/v1/audit/entries?limit=200&${query}`, world.keys.auditor)).body;
    const byName = await list("user=app");
    const entries = byName["data"] as JsonObject[];
    const [[pseudonym, name] = ["", ""]] = Object.entries(byName["persons"] as Record<string, string>);
    expect([entries.length > 10, name]).toEqual([true, "app"]);
    for (const entry of entries) {
      const { hash, actor, data } = entry as { hash: string; actor: JsonObject; data: JsonObject };
      expect(createHash("sha256").update(hashedText(entry)).digest("hex")).toBe(hash);
      expect([entry["version"], actor["type"] === "user" ? actor["id"] : data["user"]]).toEqual([2, pseudonym]);
    }
    expect(JSON.stringify(entries)).not.toContain('"app"');
    const byPseudonym = (await list(`user=${encodeURIComponent(pseudonym)}`))["data"] as JsonObject[];
    expect(byPseudonym.slice(0, entries.length)).toEqual(entries);
    expect(((await list("user=nobody"))["data"] as JsonObject[]).length).toBe(0);
    expect(((await list("user=anna&type=evidence.exported"))["data"] as JsonObject[])[0]?.["actor"]).toEqual({ type: "user", id: "anna" });
  });

  it("[EVID-10] of a run that waits is of the run so far; that of an archived and erased one holds and names what is gone", async () => {
    const waiting = await start({
      workflow: "support-refund",
      input: { ticket: TICKET },
      subject: "pia",
    });
    const view = await eventually(`/v1/runs/${waiting}`, world.keys.app, status("waiting", "completed", "failed"));
    const first = await check((await fileOf(waiting, world.keys.auditor)).body["text"]);
    expect(first.problems).toEqual([]);
    expect(first.head?.complete).toBe(view["status"] !== "waiting");
    const asks = async (key: string) => String((await fileOf(waiting, key)).body["text"]).includes('"role":"system"');
    await expect.poll(() => asks(world.keys.auditor), { interval: 400 }).toBe(true);
    const own = (await fileOf(waiting, world.keys.app)).body["text"];
    expect(String(own)).not.toContain('"role":"system"');
    expect((await check(own)).problems).toEqual([]);

    const run = await start({ workflow: "order-fulfilment", input: { order_id: "A-1002" }, subject: "pia" });
    await eventually(`/v1/runs/${run}`, world.keys.app, status("completed"));
    await fileOf(run, world.keys.auditor); // until its last entry is there
    const admin = await makeKey("proven", "ada", ["admin"]);
    await call("PUT", "/v1/orgs/proven", admin, { retention_days: 0 });
    const archived = () => env.DB.prepare("SELECT archived_at FROM runs WHERE id = ?").bind(run).first<{ archived_at: number | null }>();
    await expect
      .poll(
        async () => {
          await handler.scheduled({ scheduledTime: Date.now(), cron: "*/5 * * * *", noRetry: () => undefined } as ScheduledController, env);
          return (await archived())?.archived_at;
        },
        { interval: 300 },
      )
      .toBeTruthy();
    const texts = await env.TEXTS.list({ prefix: "v1/proven/" });
    const about = createHash("sha256").update("pia").digest("hex");
    const hers = texts.objects.filter(({ key }) => key.includes(about));
    expect(hers.length).toBeGreaterThan(1);
    expect((await check((await fileOf(run, world.keys.auditor)).body["text"])).problems).toEqual([]);
    await env.TEXTS.delete(hers.map(({ key }) => key));
    const html = String((await fileOf(run, world.keys.auditor)).body["text"]);
    expect((await check(html)).problems).toEqual([]);
    expect(html).toMatch(/"texts":\[\{"kept":false,"sha256"/);
  });
});
