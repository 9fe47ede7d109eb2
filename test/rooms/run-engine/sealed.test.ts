/** What a run keeps once it has read something of class `restricted`: sealed wherever it lies, and back in the clear wherever it may be shown. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { RecordsMessage } from "../../../core/audit/record.ts";
import type { Json } from "../../../core/json.ts";
import type { DataClass } from "../../../core/label/label.ts";
import type { Labels } from "../../../core/label/labels.ts";
import type { ToolOutcome } from "../../../core/run/calls/call.ts";
import type { RunStart } from "../../../core/run/machine/birth.ts";
import { valuePrefix } from "../../../core/run/outside/value-key.ts";
import { runEngineOf } from "../../../durable-objects/run-engine/stub.ts";
import { vaultOf } from "../../../durable-objects/vault/stub.ts";
import { personOf } from "../../../kit/sealed-text.ts";
import { defineTexts } from "../../../workers/audit/index.ts";
import { refusalOf } from "../../../workers/ingress/middleware/errors.ts";
import { FAR } from "../../support/far.ts";
import { define, tool, transform } from "../../support/run/definition.ts";
import { seals, runEngineWorld as world } from "../../support/worlds/run-engine.ts";
import { vaultWorld } from "../../support/worlds/vault.ts";

const CANARY = "zebra-diagnosis-7731";
const LONG = `${CANARY}${"long ".repeat(80_000)}${CANARY}`;
const ORG = "sealed";

const answered = (output: Json): ToolOutcome => ({
  result: { ok: true, output },
  reached: "answered",
  status: 200,
  durationMs: 1,
  openings: [],
  findings: [],
});
const definition = define(
  {
    first: transform({ n: 1 }),
    look: tool("orders.get", { needs: ["first"], input: { of: { cel: "input.who" } } }),
    told: transform({ cel: "steps.look.output" }, { needs: ["look"] }),
  },
  { output: { cel: "steps.told.output" } },
);

const RESTRICTED: Labels = [{ at: "/who", label: { trust: "trusted", class: "restricted", sources: ["caller"] } }];
let count = 0;
const birth = (over: Partial<RunStart> = {}): RunStart => ({
  ...{ id: `run_sealed-${++count}`, org: ORG, user: "ada", roles: [], subject: `ada-${count}`, definition, version: 1, digest: "d" },
  ...{ input: { who: "x" }, inputFindings: [], metadata: {}, budget: { usd: 1_000_000, tokens: 1000 }, deadlineAt: null },
  ...{ traceId: "0af7651916cd43dd8448eb211c80319c", parentSpanId: null, redrive: null, parent: null, callbackUrl: null },
  ...over,
});
const engine = (id: string) => runEngineOf(env.RUN_ENGINE, id);
const object = (id: string) => env.RUN_ENGINE.getByName(id);
const start = (run: RunStart, waitMs = 3_000) => engine(run.id).start(run, { epoch: 0, active: [], asOf: FAR }, waitMs);
const forgotten = (id: string) => evictDurableObject(object(id));
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "answered",
    (error: { code?: string }) => ({ code: error.code, problem: refusalOf(error).code }),
  );

/** Every row of every table of the run's object, by table. */
const rowsOf = (id: string): Promise<Record<string, string>> =>
  runInDurableObject(object(id), (_run, { storage: { sql } }) => {
    const tables = sql
      .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'")
      .toArray();
    return Object.fromEntries(tables.map(({ name }) => [name, JSON.stringify(sql.exec(`SELECT * FROM "${name}"`).toArray())]));
  });
const under = async (bucket: R2Bucket, prefix: string): Promise<string> => {
  const { objects } = await bucket.list({ prefix });
  const texts = await Promise.all(objects.map(async ({ key }) => `${key} ${await (await bucket.get(key))?.text()}`));
  return texts.join("\n");
};
/** All that lies somewhere of the run. */
const everything = async ({ id, subject }: RunStart): Promise<string> =>
  [
    JSON.stringify(await rowsOf(id)),
    await under(env.VALUES, valuePrefix(env.RUN_ENGINE.idFromName(id).toString())),
    await under(env.TEXTS, `v1/${ORG}/${personOf(subject)}/`),
  ].join("\n");

let sent: RecordsMessage[] = [];
const deployed = { ...world.sealing };
const scripted = (sensitivity: DataClass, output: Json) => {
  world.authorize = async (question) => ({
    kind: "tool",
    permission: { decision: "allow", policyVersion: "p", reasons: [] },
    facts: {
      tool: question.kind === "tool" ? question.tool : "",
      version: 1,
      effect: "read",
      idempotency: "key",
      timeout_ms: 1000,
      sensitivity,
    },
  });
  world.callTool = vi.fn(async () => answered(output));
};

beforeEach(() => {
  sent = [];
  world.now = () => FAR;
  world.send = async (message) => void sent.push(message);
  world.sealing = { ...deployed };
  vaultWorld.masterKey = async () => new Uint8Array(32).fill(7);
  scripted("restricted", { text: CANARY });
});

describe("a run that read something restricted", () => {
  it.each([
    ["a tool's answer", {}, { text: CANARY }],
    ["a large one", {}, { text: LONG }],
    ["its input", { input: { who: CANARY }, inputLabels: RESTRICTED }, { text: CANARY }],
  ] as const)("[SEAL-1] keeps no byte of it in the clear: %s", async (_what, over, output) => {
    scripted("restricted", output);
    const run = birth(over as Partial<RunStart>);
    expect((await start(run)).output).toEqual(output);
    await vi.waitFor(async () =>
      expect((await defineTexts(env.TEXTS, seals).read({ org: ORG, subject: run.subject, run: run.id }, 1e7)).texts.size).toBeGreaterThan(
        0,
      ),
    );
    const kept = await everything(run);
    expect(kept).toContain("sealed:1:");
    expect(kept).not.toContain(CANARY);
    expect(kept).not.toContain(Buffer.from(CANARY).toString("base64").slice(2, -4));
    expect(JSON.stringify(sent)).not.toContain(CANARY);
    await forgotten(run.id);
    expect((await engine(run.id).view())?.output).toEqual(output);
    expect(await engine(run.id).replay()).toMatchObject({ identical: true });
    expect(JSON.stringify(await engine(run.id).events(0))).toContain(CANARY);
  });

  it("[SEAL-5] does not open under another key of the deployment, and says so", async () => {
    const run = birth();
    await start(run);
    await forgotten(run.id);
    await evictDurableObject(env.VAULT.getByName(ORG));
    vaultWorld.masterKey = async () => new Uint8Array(32).fill(8);
    expect(await codeOf(engine(run.id).view())).toEqual({ code: "seal_broken", problem: "internal" });
    vaultWorld.masterKey = async () => new Uint8Array(32).fill(7);
    expect((await engine(run.id).view())?.output).toEqual({ text: CANARY });
  });

  it("[SEAL-6] opens nothing any more once its person is erased, and goes with its unsent records sent", async () => {
    const run = birth({ id: `run_01ARZ3NDEKTSV4RRFFQ69G5F${String(++count).padStart(2, "0")}` });
    world.send = async () => {
      throw new Error("the queue is away");
    };
    await start(run);
    await forgotten(run.id);
    await vaultOf(env.VAULT, ORG).erase(run.subject, FAR);
    expect(await codeOf(engine(run.id).view())).toEqual({ code: "seal_gone", problem: "conflict" });
    expect(await engine(run.id).erase()).toBe("later");
    world.send = async (message) => void sent.push(message);
    world.now = () => FAR + 600_000;
    expect(await engine(run.id).erase()).toBe("later");
    const rows = sent.filter(({ source }) => source.id === run.id).flatMap((message) => message.rows);
    expect(rows.length).toBeGreaterThan(0);
    await engine(run.id).confirm(rows.map(({ id }) => id));
    expect(await engine(run.id).erase()).toBe("erased");
    expect(await rowsOf(run.id)).toEqual({});
  });
});
