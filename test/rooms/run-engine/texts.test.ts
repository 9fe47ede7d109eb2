/** The texts that audit entries name: durable before a record that names them leaves. */
import { abortAllDurableObjects, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { DIGESTS } from "../../../core/audit/content.ts";
import type { RecordsMessage } from "../../../core/audit/record.ts";
import { isObject } from "../../../core/json.ts";
import { runEngineOf } from "../../../durable-objects/run-engine/stub.ts";
import { defineTexts } from "../../../workers/audit/index.ts";
import { FAR } from "../../support/far.ts";
import { until } from "../../support/patience.ts";
import { define, tool } from "../../support/run/definition.ts";
import { seals, runEngineWorld as world } from "../../support/worlds/run-engine.ts";

const texts = defineTexts(env.TEXTS, seals);
const definition = define({ a: tool("payments.refund", { input: { id: 7 } }) }, { output: { cel: "steps.a.output" } });
let sent: RecordsMessage[] = [];
let count = 0;
const newRun = (subject = "ada") => {
  const id = `run_texts-${++count}`;
  const birth = {
    ...{
      id,
      org: "texts",
      user: "ada",
      roles: [],
      subject,
      definition,
      version: 1,
      digest: "d",
      input: { who: subject },
      inputFindings: [],
    },
    ...{ metadata: {}, budget: { usd: 1_000_000, tokens: 1000 }, deadlineAt: null, traceId: "0af7651916cd43dd8448eb211c80319c" },
    ...{ parentSpanId: null, redrive: null, parent: null, callbackUrl: null },
  };
  return { id, start: () => runEngineOf(env.RUN_ENGINE, id).start(birth, { epoch: 0, active: [], asOf: FAR }, 3_000) };
};
const recordsOf = (id: string) =>
  sent.filter(({ source }) => source.id === id).flatMap(({ rows }) => rows.flatMap(({ records }) => records));
const digestsOf = (id: string): string[] =>
  recordsOf(id).flatMap(({ data }) => DIGESTS.flatMap((name) => (isObject(data) && typeof data[name] === "string" ? [data[name]] : [])));
/** Digests that records which left name, and whose texts are not there. */
const missing = async (id: string, subject = "ada") => {
  const kept = (await texts.read({ org: "texts", subject, run: id }, 1_000_000)).texts;
  return digestsOf(id).filter((digest) => !kept.has(digest));
};
const { keepTexts } = world;

beforeEach(() => {
  sent = [];
  world.now = () => FAR;
  world.keepTexts = keepTexts;
  world.resends = { enter: () => 0, leave: () => {} };
  world.send = async (message) => void sent.push(structuredClone(message));
  world.authorize = async () => ({
    kind: "tool",
    permission: { decision: "allow", policyVersion: "p", reasons: [] },
    facts: { tool: "payments.refund", version: 1, effect: "write", idempotency: "key", timeout_ms: 1000 },
  });
  world.callTool = async () => ({
    ...{ result: { ok: true, output: { id: "r1" } }, reached: "answered", status: 200, durationMs: 1, openings: [], findings: [] },
  });
});

describe("texts of a run", () => {
  it("[BIND-5] are kept by the next life when the object dies before", async () => {
    const { id, start } = newRun();
    world.keepTexts = () => new Promise(() => {});
    await start();
    await abortAllDurableObjects();
    expect(recordsOf(id)).toEqual([]);
    world.keepTexts = keepTexts;
    world.now = () => FAR + 60_000;
    await runDurableObjectAlarm(env.RUN_ENGINE.getByName(id));
    await until(() => recordsOf(id).some(({ event_type }) => event_type === "run.completed"));
    expect(await missing(id)).toEqual([]);
    expect(digestsOf(id).length).toBeGreaterThan(3);
  });

  it("[BIND-6] go with their person, and those of others stay", async () => {
    const [hers, his] = [newRun("eve"), newRun("bob")];
    for (const run of [hers, his]) {
      await run.start();
      await until(() => recordsOf(run.id).some(({ event_type }) => event_type === "run.completed"));
    }
    expect([await missing(hers.id, "eve"), await missing(his.id, "bob")]).toEqual([[], []]);
    expect(await texts.forget("texts", "eve")).toBeGreaterThan(0);
    expect(await missing(hers.id, "eve")).toEqual(digestsOf(hers.id));
    expect(await missing(his.id, "bob")).toEqual([]);
  });
});
