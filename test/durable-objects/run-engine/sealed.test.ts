/** What a run keeps once it has read something of class `restricted`: sealed wherever it lies, and back in the clear wherever it may be shown. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Json } from "../../../core/json.ts";
import type { DataClass } from "../../../core/label/label.ts";
import type { Labels } from "../../../core/label/labels.ts";
import type { SealingPort } from "../../../durable-objects/kit/sealing-port.ts";
import { personOf } from "../../../kit/sealed-text.ts";
import { define, tool, transform } from "../../support/run/definition.ts";
import { answered } from "../../support/run/drive.ts";
import { away, MINUTE, makeRun, SECOND, settled, standStill, type World } from "../../support/run-in-node.ts";

const CANARY = "zebra-diagnosis-7731";
const LONG = `${CANARY}${"long ".repeat(2_000)}${CANARY}`;
const definition = define(
  {
    first: transform({ n: 1 }),
    look: tool("orders.get", { needs: ["first"], input: { of: { cel: "input.who" } } }),
    told: transform({ cel: "steps.look.output" }, { needs: ["look"] }),
  },
  { output: { cel: "steps.told.output" } },
);
const RESTRICTED: Labels = [{ at: "/who", label: { trust: "trusted", class: "restricted", sources: ["caller"] } }];
const gone = { code: "seal_gone" };
const broken = { code: "seal_broken" };

/** A vault: a key per person, until they are erased. */
function vault() {
  const keys = new Map<string, Uint8Array>();
  let made = 0;
  return {
    forget: () => keys.clear(),
    replace: () => {
      for (const id of keys.keys()) keys.set(id, new Uint8Array(32).fill(99));
    },
    sealingKey: vi.fn<SealingPort["sealingKey"]>(async ({ subject }) => {
      const keyId = String(++made).padStart(16, "0");
      const bytes = new Uint8Array(32).fill(made);
      keys.set(keyId, bytes);
      return { person: personOf(subject), keyId, bytes };
    }),
    openingKeys: vi.fn<SealingPort["openingKeys"]>(async (by) => by.map(({ keyId }) => keys.get(keyId) ?? null)),
  };
}

function restricted(over: Parameters<typeof makeRun>[1] = {}, output: Json = { text: CANARY }, sensitivity: DataClass = "restricted") {
  const keeper: { name: string; lines: readonly string[] }[] = [];
  const sealing = vault();
  const callTool = vi.fn(async () => answered(output));
  const ports: Partial<World> = {
    sealing,
    callTool,
    keepTexts: async (_of, name, lines) => void keeper.push({ name, lines }),
    authorize: async () => ({
      kind: "tool",
      permission: { decision: "allow", policyVersion: "p", reasons: [] },
      facts: { tool: "orders.get", version: 1, effect: "read", idempotency: "key", timeout_ms: 30_000, sensitivity },
    }),
  };
  const made = makeRun(definition, { input: { who: "x" }, ...over }, ports);
  made.world.values = { ...made.world.values, largerThan: 8_000 };
  const tables = () =>
    made.object
      .rows<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'")
      .map(({ name }) => [name, JSON.stringify(made.object.rows(`SELECT * FROM "${name}"`))] as const);
  return Object.assign(made, {
    ...{ sealing, keeper, callTool },
    table: (name: string) => new Map(tables()).get(name) ?? "",
    /** All that lies somewhere of the run. */
    everything: () => JSON.stringify([tables(), [...made.bucket], keeper, made.messages]),
  });
}

let goOn: () => void;
beforeEach(() => {
  goOn = standStill();
});
afterEach(() => goOn());

describe("a run that read something restricted", () => {
  it.each([
    ["a tool's answer", {}, { text: CANARY }],
    ["a large one", {}, { text: LONG }],
    ["its input", { input: { who: CANARY }, inputLabels: RESTRICTED }, { text: CANARY }],
  ])("[SEAL-1] keeps no byte of it in the clear, and reads it back in a new life: %s", async (_what, over, output) => {
    const made = restricted(over, output);
    expect((await made.start()).output).toEqual(output);
    await made.wait(300);
    const kept = made.everything();
    expect([made.keeper.length, kept.includes("sealed:1:"), kept.includes(CANARY)]).toEqual([1, true, false]);
    expect(kept).not.toContain(Buffer.from(CANARY).toString("base64").slice(2, -4));
    expect(made.keeper[0]?.lines).toEqual([expect.stringMatching(/^sealed:1:/)]);
    expect(made.sealing.sealingKey.mock.calls).toEqual([[{ org: "acme", run: made.id, subject: "ada" }]]);
    made.die();
    expect((await made.view())?.output).toEqual(output);
    expect(made.sealing.openingKeys).toHaveBeenCalledTimes(1);
    expect(await settled(made.run.replay())).toMatchObject({ identical: true });
    expect(JSON.stringify(await made.events())).toContain(CANARY);
    expect((await settled(made.run.record()))?.sealedFor).toBe("ada");
    expect(made.sealing.sealingKey).toHaveBeenCalledTimes(1);
  });

  it("[SEAL-1] seals the texts that it keeps in a new life, too, under the key that it has", async () => {
    const made = restricted({ inputLabels: RESTRICTED });
    const { keepTexts } = made.world;
    made.world.keepTexts = away;
    await made.start();
    await made.wait(300);
    made.die();
    made.world.keepTexts = keepTexts;
    await made.pass(MINUTE);
    expect(made.keeper.map(({ lines }) => lines)).toEqual([[expect.stringMatching(/^sealed:1:/)]]);
    expect(made.sealing.sealingKey).toHaveBeenCalledTimes(1);
    expect(made.messages.length).toBeGreaterThan(0);
  });

  it("[SEAL-1] stores a large value once, and needs it again in a further life", async () => {
    const made = restricted({}, { text: LONG });
    await made.start();
    expect(made.bucket.size).toBe(1);
    expect([...made.bucket.keys()][0]).toMatch(/[0-9a-f]{64}$/);
    const [key = ""] = made.bucket.keys();
    made.die();
    const sealed = made.bucket.get(key) ?? "";
    made.bucket.set(key, JSON.stringify(LONG)); // it lies there in the clear: nobody sealed that
    await expect(made.view()).rejects.toMatchObject({ code: "value_damaged" });
    made.bucket.set(key, `${sealed.slice(0, -8)}AAAAAAA=`);
    await expect(made.view()).rejects.toMatchObject(broken);
    made.bucket.delete(key);
    await expect(made.view()).rejects.toMatchObject({ code: "value_damaged" });
    made.bucket.set(key, sealed);
    expect((await made.view())?.output).toEqual({ text: LONG });
  });

  it("[SEAL-2] a run that read nothing restricted asks for no key and stores what it always did", async () => {
    const made = restricted({}, { text: CANARY }, "confidential");
    await made.start();
    await made.wait(300);
    made.die();
    expect((await made.view())?.output).toEqual({ text: CANARY });
    expect(made.everything()).not.toContain("sealed:1:");
    expect(await settled(made.run.record())).not.toHaveProperty("sealedFor");
    expect([made.sealing.sealingKey.mock.calls, made.sealing.openingKeys.mock.calls]).toEqual([[], []]);
  });

  it("[SEAL-3] leaves what it stored before its first restricted value as it was, and reads both", async () => {
    const made = restricted();
    const slow = Promise.withResolvers<void>();
    made.callTool.mockImplementation(async () => {
      await slow.promise;
      return answered({ text: CANARY });
    });
    await made.start(0);
    const before = made.table("birth");
    expect(made.everything()).not.toContain("sealed:1:");
    slow.resolve();
    await made.wait(300);
    expect((await made.view())?.output).toEqual({ text: CANARY });
    expect([made.table("birth"), made.table("journal").includes("sealed:1:")]).toEqual([before, true]);
    made.die();
    expect(await settled(made.run.replay())).toMatchObject({ identical: true, run: { output: { text: CANARY } } });
  });

  it("[SEAL-4] whose key cannot be had now commits nothing, is asked again, and loses no answer", async () => {
    const made = restricted();
    const { sealing } = made.world;
    made.world.sealing = { ...sealing, sealingKey: away };
    expect((await made.start(0)).status).toBe("running");
    await made.wait(SECOND);
    expect(made.callTool).toHaveBeenCalledTimes(1);
    expect(made.everything()).not.toContain(CANARY);
    made.world.sealing = sealing;
    await made.pass(11 * SECOND);
    expect(await made.view()).toMatchObject({ status: "completed", output: { text: CANARY } });
    expect(made.callTool).toHaveBeenCalledTimes(1);
    expect(made.everything()).not.toContain(CANARY);
  });

  it("[SEAL-4] is not read while its key cannot be had, and reads as before once it can", async () => {
    const made = restricted({ inputLabels: RESTRICTED });
    await made.start();
    made.die();
    const { sealing } = made.world;
    made.world.sealing = { ...sealing, openingKeys: away };
    await expect(made.view()).rejects.toMatchObject({ code: "overloaded" });
    made.world.sealing = sealing;
    expect((await made.view())?.output).toEqual({ text: CANARY });
  });

  it("[SEAL-5] does not open under another key, and says so at once", async () => {
    const made = restricted({ inputLabels: RESTRICTED });
    await made.start();
    made.die();
    made.sealing.replace();
    await expect(made.view()).rejects.toMatchObject(broken);
    const asked = vi.fn(async () => {
      throw Object.assign(new Error("another key of the deployment"), { code: "seal_broken" });
    });
    made.die();
    made.world.sealing = { ...made.sealing, openingKeys: asked };
    await expect(made.view()).rejects.toMatchObject(broken);
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it.each([
    ["was changed", (text: string) => `${text.slice(0, -8)}AAAAAAA=`],
    ["is of another form", (text: string) => text.replace("sealed:1:", "sealed:9:")],
  ])("[SEAL-5] a row that %s does not open", async (_what, damage) => {
    const made = restricted({ inputLabels: RESTRICTED });
    await made.start();
    const body = String(made.object.rows("SELECT body FROM birth")[0]?.["body"]);
    made.object.rows("UPDATE birth SET body = ?", damage(body));
    made.die();
    await expect(made.view()).rejects.toMatchObject(broken);
  });

  it("[SEAL-5] a row that stands in another's place, or is another run's, does not open", async () => {
    const made = restricted({ inputLabels: RESTRICTED });
    await made.start();
    const body = String(made.object.rows("SELECT body FROM birth")[0]?.["body"]);
    const [last] = made.object.rows<{ last_seq: number; events: string }>(
      "SELECT last_seq, events FROM journal ORDER BY last_seq DESC LIMIT 1",
    );
    made.object.rows("UPDATE journal SET events = ? WHERE last_seq = ?", body, last?.last_seq);
    made.die();
    await expect(made.view()).rejects.toMatchObject(broken);
    made.object.rows(
      "UPDATE journal SET events = ? WHERE last_seq = ?",
      String(last?.events).replace(made.id, "run_01ARZ3NDEKTSV4RRFFQ6OTHER0"),
      last?.last_seq,
    );
    made.die();
    await expect(made.view()).rejects.toMatchObject(broken);
    made.object.rows("UPDATE journal SET events = ? WHERE last_seq = ?", last?.events, last?.last_seq);
    made.die();
    expect((await made.view())?.output).toEqual({ text: CANARY });
  });

  it("[SEAL-6] opens nothing any more once its person is erased, and goes with its unsent records sent", async () => {
    const left: string[] = [];
    const made = restricted({ inputLabels: RESTRICTED });
    const { send } = made.world;
    made.world.send = away;
    made.world.resends = { enter: () => 0, leave: (run) => void left.push(run) };
    await made.start();
    await made.wait(300);
    made.die();
    made.sealing.forget();
    await expect(made.view()).rejects.toMatchObject(gone);
    expect(await settled(made.run.erase())).toBe("later");
    made.world.send = send;
    await made.wait(10 * MINUTE);
    expect(await settled(made.run.erase())).toBe("later");
    const rows = made.rows();
    expect([rows.length > 0, left]).toEqual([true, []]);
    await settled(made.run.confirm(rows.slice(1).map(({ id }) => id)));
    expect([await settled(made.run.erase()), left]).toEqual(["later", []]);
    await settled(made.run.confirm(rows.map(({ id }) => id)));
    expect(left).toEqual([made.id]);
    expect(await settled(made.run.erase())).toBe("erased");
    expect(made.object.rows("SELECT name FROM sqlite_master WHERE type = 'table'")).toEqual([]);
    expect(await made.view()).toBeNull();
  });

  it("[SEAL-6] goes on, where its person was erased and is there again, under a key of its own for what follows", async () => {
    const made = restricted();
    await made.start();
    await made.wait(300);
    await made.confirmAll();
    expect(await settled(made.run.erase())).toBe("erased");
    // The same object bears a run of a person that has a new key.
    made.sealing.forget();
    expect((await made.start()).output).toEqual({ text: CANARY });
    expect(made.sealing.sealingKey).toHaveBeenCalledTimes(2);
    made.die();
    expect((await made.view())?.output).toEqual({ text: CANARY });
  });
});
