/** A model of the task `moderate` over the composed platform: for a run, a chat and a check. */
import { beforeAll, expect, it } from "vitest";
import type { Json, JsonObject } from "../../core/json.ts";
import { ADMIN, call, eventually, status } from "../support/scenario/api.ts";
import { openWorld, type World } from "../support/scenario/world.ts";

const WRITER = "acme/writer-2026-01-01";
const JUDGE = "acme/judge-2026-01-01";
const ENDED = status("completed", "failed", "cancelled", "dead_lettered");

let world: World;
/** What the writer says in turn; the last again and again. */
let answers: readonly string[] = [];
let written = 0;
/** What the judge was sent. Of a text with "vote" or "Good day" in it, it says that its rule is broken. */
let judged: string[] = [];
let judgeSays: (text: string) => Response | null = () => null;

const usage = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };
const answer = (content: string): Response =>
  Response.json({ choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }], usage });

beforeAll(async () => {
  world = await openWorld("moderated");
  world.model = async (request) => {
    const body = (await request.json()) as JsonObject;
    if (body["model"] !== "judge") return answer(answers[Math.min(++written, answers.length) - 1] ?? "");
    const text = String((body["messages"] as JsonObject[])[1]?.["content"]);
    judged.push(text);
    const broken = text.includes("vote") || text.includes("Good day");
    return judgeSays(text) ?? answer(JSON.stringify({ answers: [{ question: 1, broken, confidence: 0.9 }] }));
  };
  const entry = { base_url: "https://llm.test/v1", price: { input: 1, output: 1 }, context: 32_000, pii: "redacted" };
  const put = (id: string, upstream_id: string, tasks: readonly string[]) =>
    call("PUT", `/v1/models/${id}`, ADMIN, { ...entry, upstream_id, tasks: [...tasks] }, { "bulkhead-org": world.org });
  expect((await put(WRITER, "writer", ["reply"])).status).toBe(200);
  expect((await put(JUDGE, "judge", ["moderate"])).status).toBe(200);
});

let made = 0;
async function start(guardrails: Json, said: readonly string[], text = "Where is my order?") {
  answers = said;
  written = 0;
  judged = [];
  const name = `moderated-${++made}`;
  const prompt = { template: "Reply: {{text}}", slots: { text: { cel: "input.text" } } };
  const steps = { reply: { kind: "model", model: { id: WRITER }, prompt } };
  const definition = { name, input: true, output: { cel: "steps.reply.output" }, guardrails, steps };
  const posted = await call("POST", "/v1/workflows", world.keys.developer, definition as unknown as Json);
  expect(posted.status, JSON.stringify(posted.body)).toBe(201);
  return { name, ...(await call("POST", "/v1/runs", world.keys.app, { workflow: name, input: { text } })) };
}
const ended = ({ body }: { body: JsonObject }) => eventually(`/v1/runs/${body["id"]}`, world.keys.app, ENDED);

it("[MOD-12] a run's answer is judged, asked for again, paid for and on record", async () => {
  const run = await ended(await start({ output: { tone: { want: "like a pirate", action: "retry" } } }, ["Good day.", "Arr."]));
  expect(run).toMatchObject({ status: "completed", output: "Arr." });
  expect(judged).toHaveLength(2);
  // Two answers of the writer and two of the judge, of 120 tokens each.
  expect(run["usage"]).toMatchObject({ tokens_in: 400, tokens_out: 80, usd: 0.00048 });
  await eventually("/v1/audit/entries?type=model.called&limit=200", world.keys.auditor, (body) => {
    const calls = (body["data"] as JsonObject[]).filter(({ resource }) => resource === `run/${run["id"]}/reply`);
    return calls.filter(({ data }) => (data as JsonObject)["task"] === "moderate").length === 2;
  });
});

it("[MOD-12] a run's input is judged by its meaning, redacted, and what was said of it counts in the run", async () => {
  const topics = { input: { topics: { deny: ["politics"], action: "block" } } };
  const refused = await start(topics, ["Fine."], "Who wins the vote? Tell ada.lovelace@example.com.");
  expect([refused.status, refused.body["code"]]).toEqual([422, "content_blocked"]);
  expect(judged[0]).toContain("[EMAIL_1]");
  expect(judged[0]).not.toContain("ada.lovelace");
  const run = await ended(await start(topics, ["Fine."], "Politics aside: where is it?"));
  expect(run).toMatchObject({ status: "completed", usage: { tokens_in: 200, tokens_out: 40 } });
});

it("[MOD-12] a signal is judged by the rules for input", async () => {
  const guardrails = { input: { topics: { deny: ["politics"], action: "block" } } };
  const steps = { word: { kind: "wait", signal: "word", timeout_ms: 600_000 } };
  const definition = { name: "moderated-signal", input: true, output: { cel: "steps.word.output" }, guardrails, steps };
  const posted = await call("POST", "/v1/workflows", world.keys.developer, definition as unknown as Json);
  expect(posted.status, JSON.stringify(posted.body)).toBe(201);
  const run = await call("POST", "/v1/runs", world.keys.app, { workflow: "moderated-signal", input: {} });
  const say = (text: string) => call("POST", `/v1/runs/${run.body["id"]}/signals/word`, world.keys.app, { text });
  const refused = await say("Who wins the vote?");
  expect([refused.status, refused.body["code"]]).toEqual([422, "content_blocked"]);
  expect((await say("No politics, please.")).status).toBe(202);
  const done = await ended(run);
  expect(done).toMatchObject({ status: "completed", output: { text: "No politics, please." } });
  // The judge's 120 tokens for the signal that was taken; the one that was refused is no part of the run.
  expect(done["usage"]).toMatchObject({ tokens_in: 100, tokens_out: 20, usd: 0.00012 });
  const spentBy = async () => {
    const { body } = await call("GET", "/v1/budgets", ADMIN, undefined, { "bulkhead-org": world.org });
    return (body["data"] as JsonObject[]).find(({ scope }) => scope === "workflow:moderated-signal");
  };
  expect(JSON.stringify(await spentBy())).toContain('"spent":0.00024');
});

it("[MOD-12] a judge that fails leaves the built-in word, or breaks the rule where that is asked for", async () => {
  judgeSays = () => answer("I would rather not.");
  const tone = { want: "like a pirate", action: "block" };
  expect(await ended(await start({ output: { tone } }, ["Good day."]))).toMatchObject({ status: "completed" });
  const closed = await ended(await start({ output: { tone, on_failure: "closed" } }, ["Arr."]));
  expect(closed).toMatchObject({ status: "failed", error: { code: "content_blocked" } });
  judgeSays = () => null;
});

it("[MOD-12] a check asks it too, by the rules of the workflow that it names", async () => {
  const { name } = await start({ input: { topics: { deny: ["politics"], action: "block" } } }, ["Fine."]);
  const check = (texts: readonly string[]) =>
    call("POST", "/v1/guardrails/check", world.keys.app, { texts: [...texts], channel: "user", workflow: name });
  const { body } = await check(["Who wins the vote?", "No politics."]);
  expect(body["results"]).toMatchObject([
    { verdict: "block", findings: [{ type: "topics", rule: "input.topics", detector: `moderate:${JUDGE}` }] },
    { verdict: "pass", findings: [] },
  ]);
});

it("[MOD-12] a chat's message and answer are judged by the org's rules", async () => {
  const guardrails = {
    input: { topics: { deny: ["politics"], action: "block" } },
    output: { tone: { want: "like a pirate", action: "retry" } },
  };
  const put = await call("PUT", `/v1/orgs/${world.org}`, ADMIN, { guardrails }, { "bulkhead-org": world.org });
  expect(put.status, JSON.stringify(put.body)).toBe(200);
  answers = ["Good day.", "Arr."];
  const chat = async (content: string) => {
    written = 0;
    return call("POST", "/v1/chat/completions", world.keys.app, { model: WRITER, messages: [{ role: "user", content }] });
  };
  // Settings are read from a cache that lives five seconds.
  await expect.poll(async () => (await chat("Who wins the vote?")).status, { interval: 500 }).toBe(422);
  const given = await chat("Where is it?");
  expect(JSON.stringify(given.body)).toContain("Arr.");
  expect(judged.at(-1)).toContain("Arr.");
});
