/**
 * Where what a run learned of class `restricted` comes to rest beside the run: its session and the summary of that, memories, kept answers of
 * tools and models, child runs, callbacks, queues, evidence and logs. Over the composed platform: every store, message and log line is searched for words
 * that came in as a restricted tool's answer.
 */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../core/json.ts";
import { formsOf, unpacked } from "../support/canaries/forms.ts";
import { everythingStored, type Stored } from "../support/canaries/stores.ts";
import { outside, queued } from "../support/platform.ts";
import { ADMIN, call, eventually, makeKey, status } from "../support/scenario/api.ts";
import { openWorld, SHOP, type World } from "../support/scenario/world.ts";

const ORG = "restricted-rest";
const SAID = 'restvex "tool" 21';
const ECHOED = "restvex-echo-22";
const ANSWERED = "restvex-model-23";
const PERSONS = "restvex-person-24";
const FAILED = "restvex-failure-25";
const WORDS = [SAID, ECHOED, ANSWERED, PERSONS, FAILED];
const FILLER = "and a lot more of it ".repeat(350);

let world: World;
let mara: string;
const logged: string[] = [];

const isIn = (text: string, word: string): boolean => formsOf(word).some((form) => text.includes(form));

/** Where a word lies that nobody may read there: a table, a key of KV, an object of R2, a queue, the log. */
async function found(): Promise<string[]> {
  const stored: readonly Stored[] = [
    ...(await everythingStored()),
    { where: "queues", text: queued.join("\n") },
    { where: "log", text: logged.join("\n") },
  ];
  const places = stored.flatMap(({ where, text }) => {
    const searched = unpacked(text);
    return WORDS.filter((word) => isIn(searched, word)).map((word) => `${where}: ${word}`);
  });
  return [...new Set(places)].sort();
}

const did = async (method: string, path: string, key: string, body: Json, headers = {}) => {
  const answer = await call(method, path, key, body, headers);
  expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
  return answer.body;
};
const run = async (workflow: string, more: JsonObject = {}) => {
  const started = await did("POST", "/v1/runs", mara, { workflow, input: { text: "What do you know?" }, session: "desk-1", ...more });
  return eventually(`/v1/runs/${String(started["id"])}`, mara, status("completed", "failed", "dead_lettered"));
};

beforeAll(async () => {
  world = await openWorld(ORG);
  mara = await makeKey(ORG, "u-mara", ["caller"]);
  const before = outside.log;
  outside.log = (line) => {
    logged.push(JSON.stringify(line));
    before(line);
  };
  world.model = async (request) => {
    if (request.url.includes("/look")) return Response.json({ note: `Note that ${SAID} is so. ${FILLER}` });
    if (request.url.includes("/echo")) return Response.json({ note: ECHOED });
    if (request.url.includes("/broken")) return Response.json({ error: "denied", message: FAILED }, { status: 422 });
    const message = { role: "assistant", content: `Remember ${ANSWERED}. ${FILLER}` };
    const choices = [{ index: 0, message, finish_reason: "stop" }];
    const usage = { prompt_tokens: 9, completion_tokens: 9, total_tokens: 18 };
    return Response.json({ ...{ id: "c", object: "chat.completion", created: 1, model: "m" }, choices, usage });
  };
  const note = { type: "object", properties: { note: { type: "string" } } };
  for (const [name, more] of [
    ["look", { effect: "read", sensitivity: "restricted", max_age_ms: 600_000 }],
    ["echo", { effect: "read", cache_ms: 600_000 }],
    ["broken", { effect: "read" }],
  ] as const)
    await did("PUT", `/v1/tools/rest.${name}`, world.keys.developer, {
      ...{ description: "Looks a record up.", kind: "http", input: {}, output: note },
      http: { url: `https://tools.example/${name}`, method: "POST" },
      ...more,
    });
  const model = { upstream_id: "m", base_url: "https://models.example/v1", price: { input: 1, output: 2 }, context: 900_000 };
  await did("PUT", "/v1/models/acme/rest-2026-01-01", ADMIN, { ...model, tasks: ["write"], pii: "redacted" }, { "bulkhead-org": ORG });
  await did("PUT", `/v1/orgs/${ORG}`, ADMIN, { callback_hosts: ["shop.test"] }, { "bulkhead-org": ORG });
  const input = { type: "object", properties: { text: { type: "string" } } };
  const told = { cel: "steps.look.output.note" };
  const say = { kind: "model", model: { task: "write" }, prompt: { template: "Sum up: {{n}}", slots: { n: told } } };
  const look = { kind: "tool", tool: "rest.look", input: {} };
  await did("POST", "/v1/workflows", world.keys.developer, {
    ...{ name: "rest-child", input, output: { cel: "input.text" } },
    steps: { a: { kind: "transform", value: { cel: "input.text" } } },
  });
  await did("POST", "/v1/workflows", world.keys.developer, {
    ...{
      name: "rest-story",
      input,
      output: { cel: "steps.say.output" },
      tools: ["rest.look", "rest.echo", "rest.broken", "memory.remember"],
    },
    limits: { usd: 5, tokens: 1_000_000 },
    session: { user: told, assistant: { cel: "output" } },
    memory: { recall: "off", remember: "summary" },
    steps: {
      look,
      echo: { kind: "tool", needs: ["look"], tool: "rest.echo", input: { note: told } },
      say: { ...say, needs: ["look"], cache: "exact" },
      near: { ...say, needs: ["look"], cache: "semantic" },
      slow: { ...look, needs: ["look"], async: true },
      broken: { kind: "tool", needs: ["look"], tool: "rest.broken", input: { note: told }, on_error: { value: null } },
      child: { kind: "run", needs: ["look"], workflow: "rest-child", input: { text: told } },
      each: { kind: "map", needs: ["look"], over: [1, 2], step: { kind: "transform", value: told } },
      keep: { kind: "tool", needs: ["look"], tool: "memory.remember", input: { text: { cel: "steps.look.output.note.substring(0, 40)" } } },
    },
  } as unknown as Json);
  await did("POST", "/v1/workflows", world.keys.developer, {
    ...{ name: "rest-recall", input, output: { cel: "[steps.before.output, steps.recall.output]" }, tools: ["memory.recall"] },
    steps: {
      before: { kind: "transform", value: { cel: "[session.summary, session.messages]" } },
      recall: { kind: "tool", tool: "memory.recall", input: { query: "Which restvex person am I?" } },
    },
  } as unknown as Json);
});

describe("what is restricted, beside the run that learned it", () => {
  it("[SEAL-12] lies in the clear in no store, message or log line, and is there for those who may have it", async () => {
    for (let time = 0; time < 3; time++) {
      const done = await run("rest-story", time === 0 ? { callback_url: `${SHOP}/hook` } : {});
      expect(done, JSON.stringify(done["error"])).toMatchObject({ status: "completed" });
      if (time === 0) expect((await call("GET", `/v1/runs/${String(done["id"])}/evidence`, mara)).status).toBe(200);
    }
    await did("POST", "/v1/memories", mara, { tier: "semantic", text: `I am ${PERSONS}.`, sensitivity: "restricted" });
    const session = await eventually("/v1/sessions/desk-1", mara, ({ summary }) => summary !== null);
    expect(isIn(JSON.stringify(session["summary"]), ANSWERED)).toBe(true);
    const kept = await eventually("/v1/memories", mara, ({ data }) => (data as Json[]).length >= 5);
    expect([SAID, ANSWERED, PERSONS].filter((word) => isIn(JSON.stringify(kept), word))).toEqual([SAID, ANSWERED, PERSONS]);
    expect(queued.length).toBeGreaterThan(3);
    expect(await found()).toEqual([]);
    expect((await env.ANSWERS.list()).keys.filter(({ name }) => name.includes(ORG))).toEqual([]);
    const recalled = await run("rest-recall");
    expect(isIn(JSON.stringify(recalled["output"]), ANSWERED)).toBe(true);
    expect(isIn(JSON.stringify(recalled["output"]), PERSONS)).toBe(true);
    expect(await found()).toEqual([]);
  });
});
