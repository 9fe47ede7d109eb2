/** The shipped workflow `policy-answers` over the composed platform: the shop's terms, a question, an answer that rests on them. */
import { beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../core/json.ts";
import { TERMS, TERMS_COLLECTION, TERMS_SETTINGS } from "../../workflows/policy-answers/terms.ts";
import { call } from "../support/scenario/api.ts";
import { openWorld, type World } from "../support/scenario/world.ts";

let world: World;
beforeAll(async () => {
  world = await openWorld("policy-desk");
  await call("PUT", `/v1/knowledge/${TERMS_COLLECTION}`, world.keys.developer, TERMS_SETTINGS as unknown as JsonObject);
  for (const document of TERMS) {
    const taken = await call(
      "POST",
      `/v1/knowledge/${TERMS_COLLECTION}/documents`,
      world.keys.developer,
      document as unknown as JsonObject,
    );
    expect(taken.body).toMatchObject({ status: "ready", findings: [] });
  }
});

const ask = async (question: string): Promise<JsonObject> => {
  const started = await call(
    "POST",
    "/v1/runs",
    world.keys.app,
    { workflow: "policy-answers", input: { question } },
    { prefer: "wait=20" },
  );
  expect(started.status, JSON.stringify(started.body)).toBe(200);
  return started.body;
};

/** Question, what the answer says, and the document that it rests on. */
const QUESTIONS: readonly (readonly [string, RegExp, string])[] = [
  ["How long can I return unused articles?", /30 days/, "returns"],
  ["What does shipping abroad cost?", /12 dollars/, "delivery"],
  ["Does the warranty cover damage by vinegar?", /does not cover/, "warranty"],
  ["Do you accept cheques?", /do not accept cheques/, "payment"],
  ["How long is a gift voucher valid?", /three years/, "vouchers"],
];

describe("policy-answers with the rehearsal model", () => {
  it("[SHOP-3] answers from the shop's terms, and its citations lead to the place in the document", async () => {
    for (const [question, says, document] of QUESTIONS) {
      const run = await ask(question);
      expect(run, question).toMatchObject({ status: "completed", flags: [] });
      const { answer, citations } = run["output"] as { answer: string; citations: JsonObject[] };
      expect(answer, question).toMatch(says);
      expect(
        citations.map((one) => one["document"]),
        question,
      ).toContain(document);
      for (const { document: id, chunk, start, end } of citations) {
        expect(answer).toContain(`[${String(chunk)}]`);
        const text = String(
          (await call("GET", `/v1/knowledge/${TERMS_COLLECTION}/documents/${String(id)}`, world.keys.developer)).body["text"],
        );
        const place = text.slice(Number(start), Number(end));
        const said =
          answer
            .split(` [${String(chunk)}]`)[0]
            ?.split("]. ")
            .at(-1) ?? "";
        expect(place.replaceAll(/\s+/g, " ")).toContain(said.replaceAll(/\s+/g, " "));
      }
    }
  });

  it("[SHOP-3] says that the terms do not answer what they do not answer", async () => {
    const run = await ask("Who won the chess championship in 1972?");
    expect(run["status"]).toBe("completed");
    expect((run["output"] as JsonObject)["answer"]).toMatch(/do not (say|answer)/);
    expect((run["output"] as JsonObject)["citations"]).toEqual([]);
  });
});

describe("policy-answers over two sessions", () => {
  it("[SHOP-5] remembers what a person wants to be remembered, and answers with it in the next session, and nobody else", async () => {
    const start = async (subject: string, session: string, more: JsonObject = {}) => {
      const input = { question: "How long does delivery take?", ...more };
      const { status, body } = await call(
        "POST",
        "/v1/runs",
        world.keys.app,
        { workflow: "policy-answers", input, subject, session },
        { prefer: "wait=20" },
      );
      expect([status, body["status"]], JSON.stringify(body)).toEqual([200, "completed"]);
      return body["output"] as JsonObject;
    };
    const before = await start("customer-7", "chat-1");
    expect(before).toMatchObject({ remembered: false });
    expect(before["answer"]).toMatch(/^Delivery takes two to four working days inside the country/);
    expect(await start("customer-7", "chat-1", { preference: "My delivery goes abroad, to Norway." })).toMatchObject({ remembered: true });
    const later = await start("customer-7", "chat-2");
    expect(later["answer"]).toMatch(/^Delivery abroad takes up to ten working days \[delivery@1#\d\]/);
    expect((await start("customer-8", "chat-2"))["answer"]).toBe(before["answer"]);
  });
});

describe("policy-answers with a model that invents", () => {
  const says = (text: string) =>
    new Response(
      JSON.stringify({
        ...{
          id: "c",
          object: "chat.completion",
          created: 0,
          model: "m",
          usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
        },
        choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }],
      }),
      { headers: { "content-type": "application/json" } },
    );

  it("[SHOP-4] is asked again, and what rests on nothing is not said; a judge is asked where one is registered", async () => {
    const base = {
      base_url: "http://model.test/v1",
      upstream_id: "m",
      price: { input: 1, output: 1 },
      context: 100_000,
      pii: "redacted",
      pinned: true,
    };
    const put = (name: string, tasks: string[]) =>
      call(
        "PUT",
        `/v1/models/acme/${name}`,
        "test-admin-key-of-enough-length",
        { ...base, upstream_id: name, tasks },
        { "bulkhead-org": world.org },
      );
    expect((await put("writer-1", ["answer"])).status).toBe(200);
    const asked: string[] = [];
    let judge = '{"answers": [{"question": 1, "broken": true, "confidence": 0.9}]}';
    let answers: string[] = [];
    world.model = async (request) => {
      const { model } = (await request.json()) as { model: string };
      asked.push(model);
      return says(model === "judge-1" ? judge : (answers.shift() ?? "Articles can be returned within 900 days."));
    };
    const invented = await ask("How long can I return unused articles?");
    expect(invented).toMatchObject({ status: "completed", flags: ["degraded"], output: { citations: [] } });
    expect((invented["output"] as JsonObject)["answer"]).toMatch(/do not answer/);
    expect(asked).toEqual(["writer-1", "writer-1", "writer-1"]);
    expect((await put("judge-1", ["judge"])).status).toBe(200);
    // The rules do not know these words for it; the judge does.
    asked.length = 0;
    answers = ["You get a month to change your mind and bring things back [returns@1#0]."];
    judge = '{"answers": [{"question": 1, "broken": false, "confidence": 0.9}]}';
    const agreed = await ask("How long can I return unused articles?");
    expect([agreed["status"], agreed["flags"], asked]).toEqual(["completed", [], ["writer-1", "judge-1"]]);
    const steps = agreed["steps"] as JsonObject[];
    expect(steps.find(({ id }) => id === "answer")).toMatchObject({ citations: [{ document: "returns", chunk: "returns@1#0" }] });
    const entries = await call("GET", `/v1/audit/entries?run=${String(agreed["id"])}`, world.keys.auditor);
    expect(entries.status).toBe(200);
  });
});
