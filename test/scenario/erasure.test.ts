/**
 * The rights of the person whose data it is, over the composed platform: words that no detector knows are planted wherever a text can come
 * in, the person is exported and erased, and every store is searched for them in every form.
 */
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import type { Json, JsonObject } from "../../core/json.ts";
import { sealSegments } from "../../workers/audit/index.ts";
import { formsOf, unpacked } from "../support/canaries/forms.ts";
import { everythingStored } from "../support/canaries/stores.ts";
import { FAR } from "../support/far.ts";
import handler, { outside } from "../support/platform.ts";
import { ADMIN, call, eventually, makeKey, status } from "../support/scenario/api.ts";
import { openWorld, SHOP, type World } from "../support/scenario/world.ts";

const ORG = "rights";
const PERSON = "cust-quillon";

/** By the place where it comes in; a find names the leak. Words of no language, since not only what detectors know has to go. */
const CANARIES = new Map([
  ["the input of a run", "zorvaxel-inputnote-81"],
  ["the input of an archived run", "zorvaxel-archived-82"],
  ["a memory", "zorvaxel-memory-79"],
  ["a large input", "zorvaxel-largeinput-83"],
  ["a tool's answer", "zorvaxel-toolanswer-84"],
  ["a model's answer", "zorvaxel-modelanswer-85"],
  ["a signal", "zorvaxel-signalled-86"],
  ["the reason of a cancellation", "zorvaxel-cancelled-87"],
  ["the reason of a decision", "zorvaxel-decided-88"],
  ["feedback", "zorvaxel-feedback-89"],
  ["metadata", "zorvaxel-metadata-90"],
  ["a callback's address", "zorvaxel-callback-91"],
  ["the input of a run under way", "zorvaxel-underway-92"],
  ["a failure's message", "zorvaxel-failure-93"],
  ["a chat", "zorvaxel-chatted-95"],
  ["a mail address", "quentin.zorvaxel94@planted.org"],
]);
const word = (place: string): string => CANARIES.get(place) ?? "";

let world: World;
let admin: string;
const made: Record<"done" | "archived" | "waiting" | "dead" | "cancelled" | "other", string> = {
  done: "",
  archived: "",
  waiting: "",
  dead: "",
  cancelled: "",
  other: "",
};

const definition = (name: string, steps: JsonObject, output: Json): JsonObject => ({
  name,
  tools: ["rights.look", "rights.fail"],
  input: { type: "object", properties: { note: { type: "string" } }, required: ["note"], additionalProperties: false },
  steps,
  output,
});
const look = { kind: "tool", tool: "rights.look", input: { note: { cel: "input.note" } } };

const sweep = () =>
  handler.scheduled({ scheduledTime: Date.now(), cron: "*/5 * * * *", noRetry: () => undefined } as ScheduledController, env);

async function start(workflow: string, note: string, more: JsonObject = {}): Promise<string> {
  const answer = await call("POST", "/v1/runs", world.keys.app, { workflow, input: { note }, subject: PERSON, ...more });
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  return String(answer.body["id"]);
}

beforeAll(async () => {
  world = await openWorld(ORG);
  admin = await makeKey(ORG, "ada", ["admin"]);
  world.model = async (request) => {
    if (request.url.includes("/fail")) return Response.json({ error: "broken", message: word("a failure's message") }, { status: 422 });
    // Somebody else's run gets an answer of its own.
    if (request.url.includes("/look") && (await request.text()).includes("bystander")) return Response.json({ note: "found" });
    if (request.url.includes("/look")) return Response.json({ note: `${word("a tool's answer")} ${word("a mail address")}` });
    return Response.json({
      id: "c",
      object: "chat.completion",
      created: 1,
      model: "m",
      choices: [{ index: 0, message: { role: "assistant", content: word("a model's answer") }, finish_reason: "stop" }],
      usage: { prompt_tokens: 9, completion_tokens: 9, total_tokens: 18 },
    });
  };
  const { developer } = world.keys;
  const did = async (method: string, path: string, key: string, body: Json, headers = {}) => {
    const answer = await call(method, path, key, body, headers);
    expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
  };
  const note = { type: "object", properties: { note: { type: "string" } }, required: ["note"] };
  for (const name of ["look", "fail"])
    await did("PUT", `/v1/tools/rights.${name}`, developer, {
      description: "Looks a note up.",
      effect: name === "fail" ? "write" : "read",
      kind: "http",
      http: { url: `https://tools.example/${name}`, method: "POST" },
      input: note,
      output: note,
      approval: "never",
    });
  const model = { upstream_id: "m", base_url: "https://models.example/v1", price: { input: 1, output: 2 }, context: 900_000 };
  await did(
    "PUT",
    "/v1/models/acme/rights-2026-01-01",
    ADMIN,
    { ...model, tasks: ["chat", "write"], pii: "redacted" },
    { "bulkhead-org": ORG },
  );
  await did("PUT", `/v1/orgs/${ORG}`, admin, { callback_hosts: ["shop.test"], retention_days: 0 });
  const say = {
    kind: "model",
    needs: ["look"],
    model: { task: "write" },
    prompt: { template: "Sum up: {{n}}", slots: { n: { cel: "steps.look.output.note" } } },
  };
  const wait = { kind: "wait", needs: ["say"], signal: "go", timeout_ms: 600_000 };
  const ask = { kind: "review", needs: ["wait"], severity: "high", proposal: { cel: "input.note + steps.say.output" } };
  for (const one of [
    definition("rights-story", { look, say, wait, ask }, { cel: "steps.say.output" }),
    definition("rights-look", { look }, { cel: "steps.look.output" }),
    {
      ...definition(
        "rights-dead",
        { look, fail: { kind: "tool", needs: ["look"], tool: "rights.fail", input: { note: { cel: "input.note" } } } },
        null,
      ),
      on_failure: "park",
    },
  ])
    await did("POST", "/v1/workflows", developer, one);
});

it("plants a word in every place that takes text", async () => {
  const { app, reviewer } = world.keys;
  made.archived = await start("rights-look", word("the input of an archived run"));
  await eventually(`/v1/runs/${made.archived}`, app, status("completed"));
  await expect
    .poll(
      async () => {
        await sweep();
        return env.ARCHIVE.head(`${ORG}/${made.archived}/run.json`);
      },
      { interval: 300 },
    )
    .toBeTruthy();
  await call("PUT", `/v1/orgs/${ORG}`, admin, { retention_days: 30 });
  made.done = await start("rights-story", `${word("the input of a run")} ${word("a mail address")}`, {
    metadata: { about: word("metadata") },
    session: "talk",
    callback_url: `${SHOP}/hook?about=${word("a callback's address")}`,
  });
  made.dead = await start("rights-dead", `${"long ".repeat(60_000)}${word("a large input")}`);
  made.waiting = await start("rights-story", word("the input of a run under way"));
  made.cancelled = await start("rights-story", word("the input of a run"));
  made.other = String(
    (await call("POST", "/v1/runs", app, { workflow: "rights-look", input: { note: "bystander-note" }, subject: "cust-other" })).body["id"],
  );
  await eventually(`/v1/runs/${made.done}`, app, status("waiting"));
  expect((await call("POST", `/v1/runs/${made.done}/signals/go`, app, { said: word("a signal") })).status).toBe(202);
  await eventually(`/v1/runs/${made.cancelled}`, app, status("waiting"));
  await call("POST", `/v1/runs/${made.cancelled}/cancel`, app, { reason: word("the reason of a cancellation") });
  const pending = await eventually("/v1/reviews?status=pending", reviewer, ({ data }) =>
    (data as JsonObject[]).some((one) => one["run"] === made.done),
  );
  const review = String((pending["data"] as JsonObject[]).find((one) => one["run"] === made.done)?.["id"]);
  const decided = await call("POST", `/v1/reviews/${review}/decision`, reviewer, {
    action: "approve",
    reason: word("the reason of a decision"),
  });
  expect(decided.status, JSON.stringify(decided.body)).toBe(200);
  await eventually(`/v1/runs/${made.done}`, app, status("completed"));
  await eventually(`/v1/runs/${made.dead}`, app, status("dead_lettered"));
  await eventually(`/v1/runs/${made.waiting}`, app, status("waiting"));
  await eventually(`/v1/runs/${made.other}`, app, status("completed"));
  await call("POST", `/v1/runs/${made.done}/feedback`, app, { score: 1, comment: word("feedback") });
  const remembered = { subject: PERSON, tier: "episodic", text: word("a memory") };
  expect((await call("POST", "/v1/memories", app, remembered)).status).toBe(201);
  // The person calls for themselves too: a model, and what a caller may not do.
  const own = await makeKey(ORG, PERSON, ["caller"]);
  const said = { model: "acme/rights-2026-01-01", messages: [{ role: "user", content: word("a chat") }] };
  expect((await call("POST", "/v1/chat/completions", own, said)).status).toBe(200);
  expect((await call("GET", "/v1/audit/entries", own)).status).toBe(403);
  expect((await call("DELETE", "/v1/sessions/talk", own)).status).toBe(204);
  const found = await planted();
  expect(
    [...CANARIES.keys()].filter((place) => !found.some((one) => one.endsWith(place))).filter((place) => place !== "a mail address"),
  ).toEqual([]);
});

it("[RIGHTS-2] [BIND-8] an export holds all of it, with the person's own data, and is on record", async () => {
  // The index of runs, which an export goes by, is seconds behind the runs.
  await eventually(`/v1/users/${PERSON}/export`, world.keys.auditor, ({ runs }) => (runs as Json[]).length === 5);
  const got = await call("GET", `/v1/users/${PERSON}/export`, world.keys.auditor);
  expect(got.status).toBe(200);
  const text = JSON.stringify(got.body);
  const missing = [...CANARIES].filter(([, canary]) => !text.includes(canary)).map(([place]) => place);
  expect(missing.filter((place) => place !== "a callback's address")).toEqual([]);
  expect(text).not.toContain("bystander-note");
  expect(JSON.stringify(got.body["memories"])).toContain(word("a memory"));
  const [chat] = got.body["calls"] as JsonObject[];
  expect([JSON.stringify(chat).includes(word("a chat")), chat?.["texts_cut"]]).toEqual([true, false]);
  const entries = `/v1/audit/entries?run=${String(chat?.["id"])}`;
  const log = await eventually(entries, world.keys.auditor, ({ data }) => JSON.stringify(data).includes('"model.called"'));
  expect(log["persons"]).toEqual({ [String(got.body["pseudonym"])]: PERSON });
  for (const { sha256 } of chat?.["texts"] as { sha256: string }[]) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  const told = got.body["runs"] as { texts: { value: Json }[] }[];
  expect(told.filter(({ texts }) => texts.length > 0).length).toBe(5);
  expect((got.body["runs"] as JsonObject[]).map((one) => (one["run"] as JsonObject)["id"]).toSorted()).toEqual(
    [made.archived, made.done, made.dead, made.waiting, made.cancelled].toSorted(),
  );
  const first = await call("GET", `/v1/users/${PERSON}/export?limit=2`, world.keys.auditor);
  const second = await call("GET", `/v1/users/${PERSON}/export?limit=200&cursor=${String(first.body["next_cursor"])}`, world.keys.auditor);
  expect([(first.body["runs"] as Json[]).length, (second.body["runs"] as Json[]).length, second.body["next_cursor"]]).toEqual([2, 3, null]);
  for (const key of [world.keys.app, world.keys.developer, await makeKey(ORG, "nosy", ["caller"])])
    expect((await call("GET", `/v1/users/${PERSON}/export`, key)).status).toBe(403);
  const own = await call("GET", `/v1/users/${PERSON}/export`, await makeKey(ORG, PERSON, ["caller"]));
  expect(own.body).toMatchObject({ values: "from_input" });
  expect((await call("GET", `/v1/users/${PERSON}/export`, await makeKey("rights-else", "eve", ["admin"]))).body).toMatchObject({
    runs: [],
  });
  const exported = await eventually(
    "/v1/audit/entries?type=person.exported",
    world.keys.auditor,
    ({ data }) => (data as Json[]).length >= 3,
  );
  expect((exported["data"] as JsonObject[]).map(({ data }) => (data as JsonObject)["subject"])).toContain(got.body["pseudonym"]);
});

it("[RIGHTS-8] [RIGHTS-9] what somebody else reads of a person's memories and sessions is on record, and what they read themselves is not", async () => {
  const own = await makeKey(ORG, PERSON, ["caller"]);
  const session = { workflow: "rights-look", input: { note: "hello" }, session: "seen" };
  const run = String((await call("POST", "/v1/runs", own, session)).body["id"]);
  await eventually(`/v1/runs/${run}`, own, status("completed"));
  await eventually("/v1/sessions/seen", own, () => true);
  const ownMemories = (await call("GET", "/v1/memories", own)).body["data"] as JsonObject[];
  expect(ownMemories).toHaveLength(1);
  const one = `/v1/memories/${String(ownMemories[0]?.["id"])}`;
  expect([(await call("GET", one, own)).status, (await call("GET", one, admin)).status]).toEqual([200, 200]);
  expect((await call("GET", `/v1/sessions/seen?subject=${PERSON}`, admin)).status).toBe(200);
  expect((await call("GET", "/v1/sessions/unknown?subject=cust-nobody", admin)).status).toBe(404);
  expect((await call("GET", `/v1/memories?subject=${PERSON}`, admin)).body["data"]).toHaveLength(1);
  expect((await call("GET", "/v1/memories?subject=cust-nobody", admin)).body["data"]).toHaveLength(0);
  const known = (await call("GET", `/v1/users/${PERSON}/export`, world.keys.auditor)).body["pseudonym"];
  for (const [type, times] of [
    ["memory.read", 2],
    ["session.read", 1],
  ] as const) {
    const read = await eventually(`/v1/audit/entries?type=${type}`, world.keys.auditor, ({ data }) => (data as Json[]).length >= times);
    expect(read["data"], type).toMatchObject(Array(times).fill({ actor: { type: "user", id: "ada" }, data: { subject: known } }));
    expect(JSON.stringify(read["data"]), type).not.toContain("/seen");
  }
});

it("[RIGHTS-3] [RIGHTS-7] [RIGHTS-8] [PSEUDO-7] [PSEUDO-9] [PSEUDO-10] an erasure leaves none of it in any store, in any form, and the chain verifies", async () => {
  const named = await call("GET", "/v1/audit/entries?limit=200", world.keys.auditor);
  expect(Object.values(named.body["persons"] as JsonObject)).toContain(PERSON);
  expect(await segmented()).toContain("pseudonym/");
  const pseudonym = String((await call("GET", `/v1/users/${PERSON}/export`, world.keys.auditor)).body["pseudonym"]);
  const costs = async () => (await call("GET", "/v1/costs?by=user", world.keys.auditor)).body;
  const spent = await costs();
  expect(JSON.stringify(spent)).toContain(PERSON);
  for (const key of [world.keys.auditor, world.keys.app, world.keys.developer])
    expect((await call("DELETE", `/v1/users/${PERSON}`, key)).status).toBe(403);
  const before = await env.DB.prepare("SELECT COUNT(*) AS runs FROM runs WHERE subject = ?").bind(PERSON).first<{ runs: number }>();
  const asked = await call("DELETE", `/v1/users/${PERSON}`, admin);
  expect(asked.status, JSON.stringify(asked.body)).toBe(202);
  expect(asked.body).toMatchObject({ status: "running", asked_by: "ada", completed_at: null });
  expect(asked.body["within_30_days"]).not.toEqual([]);
  expect(asked.body["gone"]).toContainEqual({ store: "VAULT_KEYS", entries: 1 });
  // Complete only when no run can turn up in the index any more; what its isolate did not reach, the sweep does.
  const { now } = outside;
  let ahead = 61_000;
  const underWay = async (person: string) => call("GET", `/v1/users/${person}/erasure`, world.keys.auditor);
  expect(await underWay(PERSON)).toMatchObject({ status: 200, body: { id: asked.body["id"], status: "running" } });
  // What is asked meanwhile names the person for no longer than the erasure takes: reads make no pseudonym.
  expect((await call("GET", `/v1/users/${PERSON}/export`, world.keys.auditor)).body).toMatchObject({
    ...{ pseudonym: null, runs: [], calls: [], erasure: { id: asked.body["id"] } },
  });
  const own = await makeKey(ORG, PERSON, ["caller"]);
  expect((await call("GET", `/v1/users/${PERSON}/erasure`, own)).status).toBe(200);
  expect((await call("GET", `/v1/users/${PERSON}/export`, own)).status).toBe(200);
  const told = await eventually(
    "/v1/audit/entries?type=person.erasure_read",
    world.keys.auditor,
    ({ data }) => (data as Json[]).length > 1,
  );
  expect((told["data"] as JsonObject[]).map(({ actor }) => actor)).toContainEqual({ type: "system", id: "erasure" });
  expect(Object.values(told["persons"] as JsonObject)).not.toContain(PERSON);
  const state = async () => (await call("GET", `/v1/erasures/${String(asked.body["id"])}`, world.keys.auditor)).body;
  await expect
    .poll(
      async () => {
        ahead += 31_000;
        const at = ahead;
        outside.now = () => now() + at;
        await sweep().finally(() => {
          outside.now = now;
        });
        return (await state())["status"];
      },
      { interval: 1_000 },
    )
    .toBe("completed");
  const done = await state();
  expect(done["runs_left"]).toBe(0);
  // Each table by itself: what people said of the runs is no run.
  const gone = new Map((done["gone"] as { store: string; entries: number }[]).map(({ store, entries }) => [store, entries]));
  expect(gone.get("DB.runs")).toBe(before?.runs);
  expect(gone.get("DB.feedback")).toBe(1);
  expect(gone.get("DB.dead_letters")).toBe(1);
  await eventually("/v1/audit/entries?type=person.erased", world.keys.auditor, ({ data }) => (data as Json[]).length === 1);
  const read = await eventually(
    "/v1/audit/entries?type=person.erasure_read",
    world.keys.auditor,
    ({ data }) => (data as Json[]).length > 1,
  );
  expect((read["data"] as JsonObject[])[0]).toMatchObject({
    resource: `erasure/${String(asked.body["id"])}`,
    data: { status: "running" },
  });
  // Who guesses the id is told the same as of one that never was.
  const [guessed, never] = [await underWay(PERSON), await underWay("cust-never")];
  expect([guessed.status, guessed.body["detail"]]).toEqual([404, never.body["detail"]]);
  const { body: after } = await call("GET", `/v1/users/${PERSON}/export`, world.keys.auditor);
  expect(after).toMatchObject({ pseudonym: null, erasure: null, runs: [] });
  const log = await eventually(
    "/v1/audit/entries?limit=200&type=person.exported",
    world.keys.auditor,
    ({ data }) =>
      (data as JsonObject[]).at(-1)?.["actor"] !== undefined && JSON.stringify((data as JsonObject[]).at(-1)).includes('"subject":null'),
  );
  const inOthers = new Set((log["data"] as JsonObject[]).slice(0, -1).flatMap(wordsOf));
  expect([...inOthers]).toContain(pseudonym);
  expect(wordsOf((log["data"] as JsonObject[]).at(-1) ?? {}).filter((text) => inOthers.has(text) && text.length > 12)).toEqual([]);
  const later = await costs();
  expect([JSON.stringify(later).includes(PERSON), later["total_usd"]]).toEqual([false, spent["total_usd"]]);
  expect(await planted()).toEqual([]);
  expect(await holds(PERSON)).toEqual([]);
  expect((await call("POST", "/v1/audit/verify", world.keys.auditor)).body).toMatchObject({ ok: true });
  const unnamed = await call("GET", "/v1/audit/entries?limit=200", world.keys.auditor);
  expect([Object.values(unnamed.body["persons"] as JsonObject).includes(PERSON), JSON.stringify(unnamed.body).includes(PERSON)]).toEqual([
    false,
    false,
  ]);
});

it("[RIGHTS-4] what is left of a run says that it was, and a new run of the person has a new key", async () => {
  const left = await call("GET", `/v1/runs/${made.done}`, world.keys.auditor);
  expect(left).toMatchObject({
    status: 200,
    body: { status: "completed", subject: "erased", input: null, output: null, steps: [], metadata: {} },
  });
  expect((await call("GET", `/v1/runs/${made.waiting}`, world.keys.auditor)).body).toMatchObject({
    status: "cancelled",
    subject: "erased",
  });
  expect((await call("GET", `/v1/runs/${made.done}/events`, world.keys.auditor)).body).toMatchObject({ data: [] });
  for (const path of ["replay", "trace", "explain", "context", "steps/any/output"]) {
    const gone = await call(path === "replay" ? "POST" : "GET", `/v1/runs/${made.done}/${path}`, world.keys.auditor);
    expect(gone, path).toMatchObject({ status: 409, body: { code: "conflict", detail: expect.stringContaining("was erased") } });
  }
  const writes: readonly [string, JsonObject][] = [
    [`runs/${made.done}/feedback`, { score: 1, comment: "zorvaxel-too-late" }],
    [`runs/${made.done}/signals/late`, { note: "zorvaxel-too-late" }],
    ["overrides", { run: made.done, step: "look", reason: "zorvaxel-too-late", expires_at: new Date(Date.now() + 60_000).toISOString() }],
  ];
  for (const [path, body] of writes) {
    const refused = await call("POST", `/v1/${path}`, admin, body);
    expect(refused, path).toMatchObject({ status: 409, body: { code: "conflict", detail: expect.stringContaining("was erased") } });
  }
  const letters = (await call("GET", "/v1/dead-letters", world.keys.operator)).body["data"] as JsonObject[];
  expect(letters.find((one) => one["run"] === made.dead)).toMatchObject({ status: "discarded", reason: { message: "erased" } });
  expect((await call("GET", `/v1/runs/${made.other}`, world.keys.auditor)).body).toMatchObject({ input: { note: "bystander-note" } });
  expect((await call("GET", `/v1/users/${PERSON}/export`, world.keys.auditor)).body).toMatchObject({
    ...{ runs: [], feedback: [], memories: [], sessions: [] },
  });
  const again = await start("rights-look", "write to quentin.later@planted.org");
  await eventually(`/v1/runs/${again}`, world.keys.app, status("completed"));
  await eventually(`/v1/users/${PERSON}/export`, world.keys.auditor, ({ runs }) =>
    JSON.stringify(runs).includes("quentin.later@planted.org"),
  );
});

/** The texts in what an entry is about. */
function wordsOf({ resource, data }: JsonObject): string[] {
  return [...JSON.stringify([resource, data]).matchAll(/"([^"]*)"/g)].map(([, text]) => text ?? "");
}

/** Which store holds which canary. */
async function planted(): Promise<string[]> {
  const stored = (await everythingStored()).map(({ where, text }) => ({ where, text: unpacked(text) }));
  return [...CANARIES].flatMap(([place, canary]) => {
    const forms = formsOf(canary);
    return [...new Set(stored.filter(({ text }) => forms.some((form) => text.includes(form))).map(({ where }) => `${where}: ${place}`))];
  });
}

/** Stores, apart from the sums and the keys of callers, that still hold a text, packed or not. */
async function holds(text: string): Promise<string[]> {
  const callers = ["BUDGET_LEDGER", "D1 api_keys", "LIMITS"];
  return (await everythingStored())
    .filter((one) => unpacked(one.text).includes(text) && !callers.some((name) => one.where.startsWith(name)))
    .map(({ where }) => where);
}

/** Seals the org's log into a segment in R2; answers what is in it. */
async function segmented(): Promise<string> {
  const { body } = await call("GET", "/v1/audit/entries?limit=200", world.keys.auditor);
  const hashes = new Map((body["data"] as { seq: number; hash: string }[]).map(({ seq, hash }) => [seq, hash]));
  const ports = { db: env.DB, bucket: env.AUDIT, now: () => FAR, log: () => undefined };
  const covered = Math.max(...hashes.keys());
  expect(await sealSegments(ports, ORG, covered, async (seq) => hashes.get(seq) ?? "")).toBeGreaterThan(5);
  return (await everythingStored())
    .filter(({ where }) => where === "R2 AUDIT")
    .map(({ text }) => unpacked(text))
    .join("\n");
}
