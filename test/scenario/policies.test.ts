/** An org's own policies over HTTP: a draft decides nothing, two people put it in force, and then both sets must allow. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../core/json.ts";
import sequence from "../../policies/examples/nothing-leaves-after-restricted.cedar";
import handler, { outside } from "../support/platform.ts";
import { ADMIN, call, eventually, makeKey, status } from "../support/scenario/api.ts";

const ORG = "law-givers";
const JOBS = { replay: "job_01JCZ5M1R5T0000000000000ZZ", analysis: "job_01JCZ5M1R5T0000000000000ZY" };
const tool = (host: string, more: JsonObject): JsonObject => ({
  description: "does one thing",
  effect: "read",
  kind: "http",
  http: { url: `https://${host}/do`, method: "POST" },
  input: { type: "object", additionalProperties: true },
  output: { type: "object", additionalProperties: true },
  ...more,
});
const common = { input: { type: "object", additionalProperties: true }, limits: { usd: 1, tokens: 1000 } };
const send = { kind: "tool", tool: "mail.send", input: { to: "x" } };
const FLOWS: JsonObject[] = [
  {
    ...common,
    name: "read-then-send",
    tools: ["vault.get", "mail.send"],
    steps: { read: { kind: "tool", tool: "vault.get", input: { id: "1" } }, send: { ...send, needs: ["read"] } },
    output: { cel: "steps.send.output" },
  },
  { ...common, name: "just-send", tools: ["mail.send"], steps: { send }, output: { cel: "steps.send.output" } },
];

let ann: string;
let bob: string;
let caller: string;
let auditor: string;
const keys: { [name: string]: string } = {};
beforeAll(async () => {
  outside.fetch = async () => Response.json({ done: true });
  [ann, bob, caller, auditor] = await Promise.all([
    makeKey(ORG, "ann", ["admin"]),
    makeKey(ORG, "bob", ["admin"]),
    makeKey(ORG, "cleo", ["caller"]),
    makeKey(ORG, "audra", ["auditor"]),
  ]);
  const tools = {
    "vault.get": tool("vault.law-givers.example", { sensitivity: "restricted", scopes: ["read:records"] }),
    "mail.send": tool("mail.elsewhere.example", { effect: "write", scopes: ["send:mail"] }),
  };
  for (const [name, manifest] of Object.entries(tools)) {
    const put = await call("PUT", `/v1/tools/${name}`, ann, manifest);
    expect(put.status, JSON.stringify(put.body)).toBe(200);
  }
  for (const flow of FLOWS) {
    const posted = await call("POST", "/v1/workflows", ann, flow as unknown as Json);
    expect(posted.status, JSON.stringify(posted.body)).toBe(201);
  }
});

const run = async (workflow: string): Promise<JsonObject> => {
  const started = await call("POST", "/v1/runs", caller, { workflow, input: {} });
  expect(started.status, JSON.stringify(started.body)).toBe(202);
  return eventually(`/v1/runs/${started.body["id"]}`, caller, status("completed", "failed", "waiting", "dead_lettered"));
};
const register = async (cedar: string): Promise<string> => {
  const { status: code, body } = await call("POST", "/v1/policies", ann, { cedar });
  expect([code, body["status"]], JSON.stringify(body)).toEqual([201, "draft"]);
  return String(body["version"]);
};
const approve = async (id: unknown): Promise<void> => {
  const approved = await call("POST", `/v1/policies/activations/${id}/approve`, bob, {});
  expect([approved.status, approved.body["status"]], JSON.stringify(approved.body)).toEqual([200, "active"]);
};
const activate = async (version: string): Promise<void> => {
  const asked = await call("POST", `/v1/policies/${version}/activate`, ann, { reason: "agreed in the meeting" });
  expect(asked.status, JSON.stringify(asked.body)).toBe(202);
  await approve(asked.body["id"]);
};

describe("an org's policies", () => {
  it("[POLICY-10] are refused with the place of the fault, and where they name what is not the org's to decide", async () => {
    const flaws: [string, number, number, RegExp][] = [
      ["permit(principal, action, resource)\nwhen { context.hour < };", 2, 23, /unexpected token/],
      ['// é\nforbid(principal, action == Action::"tool.call", resource)\n  when { context.colour == "red" };', 3, 10, /colour/],
      ['permit(principal, action == Action::"kill.recover", resource);', 1, 1, /kill\.recover.*may name only/],
      ['permit(principal, action, resource);\n\nforbid(principal, action, resource) when { principal.name == "x" };', 3, 1, /every action/],
      ['forbid(principal, action in [Action::"tool.call", Action::"policy.activate"], resource);', 1, 1, /policy\.activate/],
      ['@id("a") permit(principal, action, resource);\n@id("a") permit(principal, action, resource);', 2, 1, /twice/],
      ["permit(principal == ?principal, action, resource);", 1, 1, /template/],
      ["// nothing", 1, 1, /no policy/],
    ];
    for (const [cedar, line, column, message] of flaws) {
      const { status: code, body } = await call("POST", "/v1/policies", ann, { cedar });
      const [error] = body["errors"] as JsonObject[];
      expect([code, error?.["path"], error?.["line"], error?.["column"]], `${cedar}: ${JSON.stringify(body)}`).toEqual([
        400,
        "/cedar",
        line,
        column,
      ]);
      expect(error?.["message"]).toMatch(message);
    }
    for (const key of [caller, auditor])
      expect((await call("POST", "/v1/policies", key, { cedar: "permit(principal, action, resource);" })).status).toBe(403);
  });

  it("[POLICY-11] [POLICY-13] decide once two people put them in force: nothing leaves after something restricted was read", async () => {
    const version = await register(sequence);
    keys["sequence"] = version;
    expect((await call("GET", `/v1/policies/${version}`, auditor)).body).toMatchObject({
      version,
      status: "draft",
      cedar: sequence,
      created_by: "ann",
    });
    const before = await run("read-then-send");
    expect(before["status"], JSON.stringify(before)).toBe("completed"); // a draft decides nothing

    const asked = await call("POST", `/v1/policies/${version}/activate`, ann, { reason: "after the audit" });
    const path = `/v1/policies/activations/${asked.body["id"]}/approve`;
    expect(await call("POST", path, ann, {})).toMatchObject({ status: 403, body: { code: "second_person_required" } });
    const annsOther = await call("POST", "/v1/api-keys", ann, { user: "friend", roles: ["admin"] });
    expect(await call("POST", path, String(annsOther.body["key"]), {})).toMatchObject({
      status: 403,
      body: { code: "second_person_required" },
    });
    expect((await call("POST", path, caller, {})).status).toBe(403);
    expect((await run("read-then-send"))["status"]).toBe("completed");
    await approve(asked.body["id"]);
    expect(await call("POST", path, bob, {})).toMatchObject({ status: 409, body: { code: "conflict" } });

    const after = await run("read-then-send");
    expect(after, JSON.stringify(after)).toMatchObject({ status: "failed", error: { code: "policy_denied", step: "send" } });
    expect((await run("just-send"))["status"]).toBe("completed");

    const { data: events } = (await call("GET", `/v1/runs/${after["id"]}/events`, auditor)).body as { data: JsonObject[] };
    const denied = events.find(({ type, step }) => type === "policy.decided" && step === "send");
    expect(denied?.["data"]).toMatchObject({
      decision: "deny",
      reasons: ["org:restricted.stays"],
      policy_version: expect.stringMatching(new RegExp(`^[0-9a-f]{16}\\+${version}$`)),
      asked: { context: { seen_class: "restricted", tools_called: ["vault.get"], destination: "mail.elsewhere.example" } },
    });
    const entries = await eventually(
      `/v1/audit/entries?run=${after["id"]}&type=policy.decided`,
      auditor,
      (body) => (body["data"] as Json[]).length === 2,
    );
    expect(entries["data"]).toMatchObject([
      { decision: "allow" },
      { decision: "deny", policy_version: denied?.["data"] && expect.stringContaining(version) },
    ]);
    const attempts = await eventually("/v1/audit/entries?type=policy.decided", auditor, (body) =>
      (body["data"] as JsonObject[]).some(({ resource }) => resource === `policy-activation/${asked.body["id"]}`),
    );
    expect((attempts["data"] as JsonObject[]).filter(({ resource }) => resource === `policy-activation/${asked.body["id"]}`)).toHaveLength(
      2,
    );
    const list = (await call("GET", "/v1/policies/activations", auditor)).body["data"];
    expect(list).toMatchObject([{ id: asked.body["id"], version, status: "active", requested_by: "ann", approved_by: "bob" }]);
  });

  it("[POLICY-14] replay the decisions on record, and name what would change", async () => {
    const open = await register("permit(principal, action, resource);");
    keys["open"] = open;
    // Decisions come on record through a queue.
    const onRecord = async () => (await call("POST", `/v1/policies/${open}/replay`, ann, { runs: 10 })).body["decisions"];
    await expect.poll(onRecord).toBeGreaterThanOrEqual(6);
    const replayed = await call("POST", `/v1/policies/${open}/replay`, ann, { runs: 10 });
    expect(replayed.status, JSON.stringify(replayed.body)).toBe(200);
    const changed = replayed.body["changed"] as JsonObject[];
    expect(changed).toMatchObject([{ step: "send", action: "tool.call", resource: "tool:mail.send", before: "deny", after: "allow" }]);

    const shut = await register(
      '@id("no.mail") forbid(principal, action == Action::"tool.call_unattended", resource == Tool::"law-givers/mail.send");',
    );
    const again = async () => (await call("POST", `/v1/policies/${shut}/replay`, ann)).body["changed"] as JsonObject[];
    await expect
      .poll(async () => (await again()).map(({ before, after }) => `${before} ${after}`).sort())
      .toEqual(["allow ask", "allow ask", "allow ask", "deny ask"]);
    expect((await again())[0]).toMatchObject({ policies: ["org:no.mail"] });
    expect((await call("POST", `/v1/policies/${"0".repeat(32)}/replay`, ann)).status).toBe(404);
  });

  it("[JOB-2] [JOB-3] [PSEUDO-8] a replay and an analysis that broke off as jobs are ended by the sweep, as if they had been answered", async () => {
    const version = await register(
      'permit(principal, action, resource); @id("no.cleo") forbid(principal == User::"law-givers/cleo", action == Action::"tool.call", resource);',
    );
    const answered = {
      replay: (await call("POST", `/v1/policies/${version}/replay`, ann, { runs: 3 })).body,
      analysis: (await call("POST", `/v1/policies/${version}/analysis`, ann)).body,
    };
    expect((answered.replay["changed"] as Json[]).length).toBeGreaterThan(1);
    // As a request leaves them whose isolate ended right after they were kept.
    const active = await env.DB.prepare("SELECT version FROM policy_activations WHERE org = ? AND status = 'active'")
      .bind(ORG)
      .first("version");
    const { results } = await env.DB.prepare(
      "SELECT run FROM audit_pages WHERE org = ?1 AND run IS NOT NULL GROUP BY run ORDER BY MAX(first_seq) DESC LIMIT 3",
    )
      .bind(ORG)
      .all<{ run: string }>();
    const runs = results.map(({ run: id }) => id);
    const common = { v: 1, shipped: "of an older deployment", done: 0, bytes: 0 };
    const states = {
      replay: { ...common, kind: "replay", runs, after: null, decisions: 0, changed: [], truncated: false },
      analysis: { ...common, kind: "analysis", of: 9, never_applies: [], widened: [], narrowed: [], sampled: false },
    };
    for (const [kind, state] of Object.entries(states)) {
      const task = JSON.stringify(kind === "replay" ? { kind, runs: 3 } : { kind });
      await env.DB.prepare(
        `INSERT INTO policy_jobs (id, org, version, task, against, asked_by, asked_at, status, state, progress, completed_at, tries, looked_at)
         VALUES (?, ?, ?, ?, ?, 'ann', ?, 'running', ?, '{"done":0,"of":3}', NULL, 0, 0)`,
      )
        .bind(
          ...[JOBS[kind as "replay"], ORG, version, task, JSON.stringify({ policies: active, permissions: null })],
          ...[Date.now(), JSON.stringify(state)],
        )
        .run();
    }
    expect((await call("GET", "/v1/policy-jobs", ann)).body["data"]).toHaveLength(2);
    expect((await call("GET", `/v1/policy-jobs/${JOBS.replay}`, auditor)).status).toBe(403);
    await handler.scheduled({ scheduledTime: Date.now(), cron: "*/5 * * * *", noRetry: () => undefined } as ScheduledController, env);
    for (const kind of ["replay", "analysis"] as const) {
      const { body } = await call("GET", `/v1/policy-jobs/${JOBS[kind]}`, ann);
      expect(body, JSON.stringify(body)).toMatchObject({ kind, status: "completed", result: answered[kind], error: null });
    }
  });

  it("[PSEUDO-8] are replayed for the person that they were about, whom the log has by a pseudonym only", async () => {
    const about = async (user: string) => {
      const version = await register(
        `permit(principal, action, resource); forbid(principal == User::"law-givers/${user}", action == Action::"tool.call", resource);`,
      );
      return (await call("POST", `/v1/policies/${version}/replay`, ann)).body["changed"] as JsonObject[];
    };
    expect((await about("nobody")).filter(({ after }) => after === "deny")).toEqual([]);
    expect((await about("cleo")).filter(({ before, after }) => before === "allow" && after === "deny").length).toBeGreaterThan(2);
  });

  it("[POLICY-15] say over the finite domain what they widen, narrow, and which of them never decides", async () => {
    const cedar = `@id("writes.few") forbid(principal, action == Action::"tool.call", resource) when { context.writes >= 3 && resource.effect == "write" };
      @id("never") forbid(principal, action == Action::"tool.call", resource) when { context.hour > 24 };`;
    const { status: code, body } = await call("POST", `/v1/policies/${await register(cedar)}/analysis`, ann);
    expect(code, JSON.stringify(body)).toBe(200);
    expect(body["never_applies"]).toEqual(["never"]);
    const narrowed = body["narrowed"] as JsonObject[];
    expect(narrowed.length).toBeGreaterThan(0);
    expect(narrowed.every((example) => example["after"] === "deny" && (example["policies"] as string[]).includes("org:writes.few"))).toBe(
      true,
    );
    const widened = body["widened"] as JsonObject[]; // what the sequence in force forbids, and this set does not
    expect(widened.length).toBeGreaterThan(0);
    expect(
      widened.every(
        (example) =>
          (example["context"] as JsonObject)["seen_class"] === "restricted" || (example["context"] as JsonObject)["class"] === "restricted",
      ),
    ).toBe(true);
  });

  it("[POLICY-12] decide about starts, and cannot stop anybody from changing them or from recovery", async () => {
    await activate(
      await register(
        '@id("closed") forbid(principal, action in [Action::"run.start", Action::"tool.call", Action::"model.call", Action::"egress"], resource);',
      ),
    );
    const refused = await call("POST", "/v1/runs", caller, { workflow: "just-send", input: {} });
    expect(refused).toMatchObject({ status: 403, body: { code: "policy_denied", detail: expect.stringContaining("org:closed") } });
    expect((await call("POST", "/admin/kill-switch", ann, { scope: "workflow:just-send", reason: "drill" })).status).toBe(200);
    const asked = await call("POST", "/admin/kill-switch/recovery", ann, { scope: "workflow:just-send", reason: "over" });
    expect((await call("POST", `/admin/kill-switch/recovery/${asked.body["id"]}/approve`, bob, {})).status).toBe(200);
    await activate(keys["open"] ?? "");
    await expect.poll(async () => (await call("POST", "/v1/runs", caller, { workflow: "just-send", input: {} })).status).toBe(202);
  });

  it("[KNOW-19] decide who searches and fills a collection, over HTTP and in a run", async () => {
    const look: JsonObject = {
      ...common,
      name: "look-it-up",
      tools: ["knowledge.search"],
      knowledge: ["shut", "free"],
      steps: { find: { kind: "tool", tool: "knowledge.search", input: { collection: { cel: "input.at" }, query: "terms" } } },
      input: { type: "object", properties: { at: { type: "string" } }, required: ["at"] },
      output: { cel: "steps.find.output.mode" },
    };
    expect((await call("POST", "/v1/workflows", ann, look as unknown as Json)).status).toBe(201);
    for (const name of ["shut", "free"]) expect((await call("PUT", `/v1/knowledge/${name}`, ann, {})).status).toBe(200);
    const search = (name: string, key = caller) => call("POST", `/v1/knowledge/${name}/search`, key, { query: "terms" });
    const upload = (name: string) => call("POST", `/v1/knowledge/${name}/documents`, ann, { title: "t", text: "the terms" });
    const find = async (at: string) => {
      const started = await call("POST", "/v1/runs", caller, { workflow: "look-it-up", input: { at } });
      return eventually(`/v1/runs/${started.body["id"]}`, caller, status("completed", "failed"));
    };
    expect((await search("shut")).status).toBe(200);
    await activate(
      await register(`permit(principal, action, resource);
        @id("no.search") forbid(principal, action == Action::"knowledge.search", resource == Collection::"${ORG}/shut") unless { principal in Role::"admin" };
        @id("no.write") forbid(principal, action == Action::"knowledge.write", resource) when { resource.name == "shut" };`),
    );
    await expect.poll(async () => (await search("shut")).status).toBe(403);
    expect((await search("shut")).body).toMatchObject({ code: "policy_denied", detail: expect.stringContaining("org:no.search") });
    expect([(await search("shut", ann)).status, (await search("free")).status]).toEqual([200, 200]);
    expect(await upload("shut")).toMatchObject({ status: 403, body: { code: "policy_denied" } });
    expect((await call("DELETE", "/v1/knowledge/shut", ann)).status).toBe(403);
    expect((await upload("free")).status).toBe(202);
    expect(await find("shut")).toMatchObject({ status: "failed", error: { code: "policy_denied" } });
    expect(await find("free")).toMatchObject({ status: "completed", output: "hybrid" });
    await activate(keys["open"] ?? "");
  });

  it("[RECALL-15] decide what a run recalls and remembers by itself, before its first step and after its last", async () => {
    const talk = {
      ...{ ...common, name: "recall-it", memory: { recall: "auto", remember: "facts" }, output: "done" },
      steps: { reply: { kind: "transform", value: 1 } },
      input: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
    };
    expect((await call("POST", "/v1/workflows", ann, talk as unknown as Json)).status).toBe(201);
    expect((await call("POST", "/v1/memories", caller, { tier: "semantic", text: "Likes red lamps." })).status).toBe(201);
    const recalledBy = async (text: string) => {
      const started = await call("POST", "/v1/runs", caller, { workflow: "recall-it", input: { text } });
      await eventually(`/v1/runs/${started.body["id"]}`, caller, status("completed"));
      const { items } = (await call("GET", `/v1/runs/${started.body["id"]}/context`, caller)).body as { items: JsonObject[] };
      const [memory] = items.filter(({ kind }) => kind === "memory");
      return [memory?.["failed"], (memory?.["entries"] as Json[]).length];
    };
    const texts = async () => ((await call("GET", "/v1/memories", caller)).body["data"] as JsonObject[]).map(({ text }) => text);
    expect(await recalledBy("Which lamps do I like? I live in Linz.")).toEqual([false, 1]);
    await expect.poll(texts).toContain("I live in Linz.");
    const memories = 'action in [Action::"memory.recall", Action::"memory.remember"]';
    await activate(await register(`permit(principal, action, resource); @id("no.memory") forbid(principal, ${memories}, resource);`));
    await expect.poll(() => recalledBy("Which lamps do I like? I live in Graz.")).toEqual([true, 0]);
    expect(await texts()).not.toContain("I live in Graz.");
    await activate(keys["open"] ?? "");
  });

  it("[POLICY-11] an older version in force again is the rollback", async () => {
    await activate(keys["sequence"] ?? "");
    expect(await run("read-then-send")).toMatchObject({ status: "failed", error: { code: "policy_denied" } });
    const { data } = (await call("GET", "/v1/policies", auditor)).body as { data: JsonObject[] };
    expect(data.filter((version) => version["status"] === "active").map((version) => version["version"])).toEqual([keys["sequence"]]);
    await activate(keys["open"] ?? "");
  });
});

describe("the permission matrix", () => {
  it("[PERM-1] decides by its first rule that matches, asks a person where it says so, and denies what no rule matches", async () => {
    expect((await call("GET", "/v1/permissions", auditor)).body).toEqual({ version: null, rules: [] });
    const set = async (rules: Json[]): Promise<void> => {
      const asked = await call("PUT", "/v1/permissions", ann, { rules });
      expect(asked.status, JSON.stringify(asked.body)).toBe(202);
      await approve(asked.body["id"]);
      expect((await call("GET", "/v1/permissions", auditor)).body).toMatchObject({ version: asked.body["version"], rules });
    };
    await set([
      { role: "caller", tool: "mail.send", resource: "own:ma*", effect: "ask" },
      { role: "*", tool: "*", resource: "*", effect: "allow" },
    ]);
    expect((await run("just-send"))["status"]).toBe("waiting");
    await set([{ role: "caller", tool: "vault.*", resource: "records", effect: "allow" }]);
    expect(await run("read-then-send")).toMatchObject({ status: "failed", error: { code: "policy_denied", step: "send" } });
    await set([
      { role: "caller", tool: "vault.*", resource: "records", effect: "deny" },
      { role: "*", tool: "*", resource: "*", effect: "allow" },
    ]);
    expect(await run("read-then-send")).toMatchObject({ status: "failed", error: { code: "policy_denied", step: "read" } });
    expect((await run("just-send"))["status"]).toBe("completed");
  });

  it("[PERM-2] refuses what is no role, no pattern and no effect", async () => {
    const rule = { role: "caller", tool: "*", resource: "*", effect: "allow" };
    const flawed: [Json, string][] = [
      [{ ...rule, role: "king" }, "/rules/0/role"],
      [{ ...rule, tool: 'x" }; permit(principal, action, resource); //' }, "/rules/0/tool"],
      [{ ...rule, resource: "a*b" }, "/rules/0/resource"],
      [{ ...rule, effect: "maybe" }, "/rules/0/effect"],
    ];
    for (const [flaw, path] of flawed) {
      const { status: code, body } = await call("PUT", "/v1/permissions", ann, { rules: [flaw] });
      expect([code, (body["errors"] as JsonObject[])[0]?.["path"]], JSON.stringify(body)).toEqual([400, path]);
    }
    expect((await call("PUT", "/v1/permissions", ADMIN, { rules: [] }, { "bulkhead-org": ORG })).status).toBe(400);
    expect((await call("PUT", "/v1/permissions", caller, { rules: [rule] })).status).toBe(403);
  });
});
