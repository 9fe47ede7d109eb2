/** Sessions over the composed platform: runs take turns and hear what was said, and no placeholder of a run outlives it. */
import { beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../core/json.ts";
import { call, eventually, makeKey, status } from "../support/scenario/api.ts";
import { openWorld, SHOP, type World } from "../support/scenario/world.ts";

const ORG = "talker";
let world: World;
let mara: string;
let paul: string;

const define = async (name: string, more: JsonObject) => {
  const made = await call("POST", "/v1/workflows", world.keys.developer, {
    name,
    input: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
    session: { user: { cel: "input.text" }, assistant: { cel: "output" } },
    ...more,
  } as JsonObject);
  expect(made.status, JSON.stringify(made.body)).toBe(201);
};
const mailTool = (name: string, kinds: string[]) =>
  call("PUT", `/v1/tools/${name}`, world.keys.developer, {
    description: "Writes to a person.",
    effect: "write",
    kind: "http",
    http: { url: `${SHOP}/mail/send` },
    input: { type: "object", properties: { to: {}, text: {} } },
    output: true,
    approval: "never",
    personal_data: { "/to": kinds },
  });

beforeAll(async () => {
  world = await openWorld(ORG);
  mara = await makeKey(ORG, "u-mara", ["caller"]);
  paul = await makeKey(ORG, "u-paul", ["caller"]);
  expect([(await mailTool("mail.now", ["EMAIL"])).status, (await mailTool("mail.again", ["EMAIL", "recalled"])).status]).toEqual([
    200, 200,
  ]);
  await define("say", { output: { cel: "'heard: ' + input.text" }, steps: { a: { kind: "transform", value: 1 } } });
  await define("ask", {
    output: "asked",
    steps: { a: { kind: "review", severity: "medium", proposal: { text: { cel: "input.text" } } } },
  });
  await define("echo", {
    output: { cel: "session" },
    session: { user: { cel: "input.text" } },
    steps: { a: { kind: "transform", value: 1 } },
  });
  for (const [name, tool] of [
    ["write-now", "mail.now"],
    ["write-again", "mail.again"],
  ] as const)
    await define(name, {
      output: { cel: "steps.a.output.ok" },
      tools: [tool],
      session: { user: { cel: "input.text" } },
      steps: {
        a: {
          kind: "tool",
          tool,
          input: { to: { cel: "session.messages[0].content" }, text: { cel: "input.text" } },
          on_error: { value: { ok: false } },
        },
      },
    });
});

const start = (workflow: string, text: string, session: string, key = mara, wait = 10) =>
  call("POST", "/v1/runs", key, { workflow, input: { text }, session }, wait > 0 ? { prefer: `wait=${wait}` } : {});
const read = (session: string, key = mara, more = "") => call("GET", `/v1/sessions/${session}${more}`, key);
const saidIn = async (session: string, key = mara) =>
  ((await read(session, key)).body["messages"] as JsonObject[] | undefined)?.map(({ role, content }) => `${role}: ${content}`);
const letters = () => world.sent.filter(({ url }) => url.includes("/mail/")).map(({ body }) => JSON.parse(body) as JsonObject);

describe("a session", () => {
  it("[SESSION-13] is the person's own: its runs hear what was said, another person's session of the same id is another one", async () => {
    const first = await start("say", "My lamp is broken.", "s1");
    expect(first, JSON.stringify(first.body)).toMatchObject({ status: 200, body: { status: "completed", session: "s1" } });
    await eventually("/v1/sessions/s1", mara, (body) => (body["messages"] as unknown[] | undefined)?.length === 2);
    const second = await start("echo", "And now?", "s1");
    expect(second.body["output"]).toEqual({
      messages: [
        { role: "user", content: "My lamp is broken." },
        { role: "assistant", content: "heard: My lamp is broken." },
      ],
      summary: "",
    });
    expect((await start("echo", "Hello", "s1", paul)).body["output"]).toEqual({ messages: [], summary: "" });
    await eventually("/v1/sessions/s1", paul, (body) => (body["messages"] as unknown[] | undefined)?.length === 1);
    expect(await saidIn("s1", paul)).toEqual(["user: Hello"]);
    expect((await read("s1", paul, "?subject=u-mara")).status).toBe(404);
    expect((await read("s1", world.keys.app, "?subject=u-mara")).body["subject"]).toBe("u-mara");
    for (const bad of ["", "a b", "x".repeat(65), 7]) {
      const refused = await call("POST", "/v1/runs", mara, { workflow: "say", input: { text: "x" }, session: bad } as JsonObject);
      expect([refused.status, JSON.stringify(refused.body["errors"])]).toEqual([400, expect.stringContaining("/session")]);
    }
    const listed = await eventually("/v1/runs?session=s1", mara, (body) => (body["data"] as unknown[]).length === 2);
    expect((listed["data"] as JsonObject[]).map(({ session }) => session)).toEqual(["s1", "s1"]);
    const held = (await call("GET", "/v1/users/u-mara/export", mara)).body["sessions"] as JsonObject[];
    expect([held.map(({ id }) => id), JSON.stringify(held)]).toEqual([["s1"], expect.stringContaining("heard: My lamp is broken.")]);
    expect((await call("DELETE", "/v1/sessions/s1", paul)).status).toBe(204);
    expect([(await read("s1", paul)).status, (await saidIn("s1"))?.length]).toEqual([404, 3]);
    expect((await call("DELETE", "/v1/sessions/s1", paul)).status).toBe(404);
  });

  it("[SESSION-14] has its runs one after the other; one that waits for a person lets the next go", async () => {
    const asked = await start("ask", "May I?", "s2", mara, 0);
    const id = String(asked.body["id"]);
    await eventually(`/v1/runs/${id}`, mara, status("waiting"));
    const next = await start("say", "Meanwhile.", "s2");
    expect(next.body["status"]).toBe("completed");
    const [review] = (
      await eventually("/v1/reviews?status=pending", world.keys.reviewer, ({ data }) =>
        (data as JsonObject[]).some(({ run }) => run === id),
      )
    )["data"] as JsonObject[];
    await call("POST", `/v1/reviews/${review?.["id"]}/decision`, world.keys.reviewer, { action: "approve", reason: "fine" });
    await eventually(`/v1/runs/${id}`, mara, status("completed"));
    await eventually("/v1/sessions/s2", mara, (body) => (body["messages"] as unknown[]).length === 4);
    expect(await saidIn("s2")).toEqual(["user: Meanwhile.", "assistant: heard: Meanwhile.", "user: May I?", "assistant: asked"]);
    const many = await Promise.all(Array.from({ length: 12 }, (_, n) => start("say", `n${n}`, "s3", mara, 20)));
    expect(many.map(({ body }) => body["status"])).toEqual(Array(12).fill("completed"));
    const times = many.map(({ body }) => [String(body["started_at"]), String(body["ended_at"])] as const).sort();
    const early = times.filter(([started], index) => index > 0 && started < (times[index - 1]?.[1] ?? ""));
    expect(early).toEqual([]);
  });

  it("[SESSION-15] keeps no placeholder of a run: with another address in each run, mail goes to whom it was meant for", async () => {
    const [old, fresh, pauls] = ["mara.old@example.com", "mara.new@example.org", "paul@example.net"];
    await start("say", `Write to ${old}`, "s4");
    await start("say", `Write to ${pauls}`, "s4", paul);
    await eventually("/v1/sessions/s4", mara, (body) => (body["messages"] as unknown[] | undefined)?.length === 2);
    expect((await saidIn("s4"))?.[0]).toBe(`user: Write to ${old}`);
    const shown = await read("s4", world.keys.app, "?subject=u-mara");
    expect(JSON.stringify(shown.body)).not.toContain(old);
    // In the second run the first placeholder is its own address; the one of the session is another, and only a tool that says so opens it.
    const closed = await start("write-now", `My address is ${fresh}`, "s4");
    expect(closed.body["status"], JSON.stringify(closed.body)).toBe("completed");
    expect(letters().at(-1)?.["to"]).toMatch(/^Write to \{\{EMAIL_2\}\}$/);
    await start("write-again", `My address is ${fresh}`, "s4");
    expect(letters().at(-1)).toMatchObject({ to: `Write to ${old}`, text: "My address is {{EMAIL_1}}" });
    await eventually("/v1/sessions/s4", paul, (body) => (body["messages"] as unknown[] | undefined)?.length === 2);
    await start("write-again", "Hi", "s4", paul);
    expect(letters().at(-1)?.["to"]).toBe(`Write to ${pauls}`);
  });
});
