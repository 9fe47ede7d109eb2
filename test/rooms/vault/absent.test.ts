/** The vault where something is not there: never stored, erased meanwhile, or under a key that another one replaced. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { leastId } from "../../../core/ids.ts";
import { FAR } from "../../support/far.ts";
import { PATIENCE_MS } from "../../support/patience.ts";
import { vaultWorld, wrappedKeys } from "../../support/worlds/vault.ts";

const EMAIL = { type: "EMAIL", value: "ada@example.com" } as const;
const CARD = { type: "CREDIT_CARD", value: "4111 1111 1111 1111" } as const;
const [older, younger] = [leastId("run", FAR - 1), leastId("run", FAR + 1)];
const placeholders = ["{{EMAIL_1}}", "{{CREDIT_CARD_1}}"];
const scripted = { ...vaultWorld, keys: { ...vaultWorld.keys } };
let vault: ReturnType<typeof env.VAULT.getByName>;
const reset = () => Object.assign(vaultWorld, scripted, { keys: { ...scripted.keys } });

beforeEach(async () => {
  reset();
  wrappedKeys.clear();
  vault = env.VAULT.getByName(crypto.randomUUID());
});
afterAll(() => void reset());

/** A value of ada's and one of bob's in one run. */
const twoPersons = async (run: string) => {
  await vault.assign({ run, subject: "ada", origin: "input", values: [EMAIL] });
  await vault.assign({ run, subject: "bob", origin: "input", values: [CARD] });
};
const open = (run: string) => vault.open({ run, placeholders, inputOnly: false });
const tables = () =>
  runInDurableObject(vault, (_, { storage }) =>
    storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\'").toArray(),
  );

it("[VAULT-2] what nothing was stored in answers nothing, and stores nothing by being asked", async () => {
  expect(await vault.assign({ run: older, subject: "ada", origin: "input", values: [] })).toEqual([]);
  expect([await open(older), await vault.carry({ from: older, to: younger, placeholders })]).toEqual([
    [null, null],
    [null, null],
  ]);
  await vault.inherit({ from: older, to: younger });
  await vault.forgetName("ada", FAR);
  expect([await vault.valuesOf(older), await vault.sealedRuns("ada", FAR, 9), await vault.forget(older)]).toEqual([[], [], 0]);
  expect([await vault.resolve(["x"]), await vault.pseudonyms([]), await vault.pseudonymOf("ada")]).toEqual([[null], [], null]);
  const named = { run: older, person: "a".repeat(64), keyId: "b".repeat(16) };
  expect(await vault.openingKeys([named])).toEqual([null]);
  expect(await tables()).toEqual([]);
});

describe("of two persons of whom one is erased", () => {
  it("[RIGHTS-5] only the other's values are opened, carried, inherited and told", async () => {
    await twoPersons(older);
    const name = [...wrappedKeys.keys()][0] ?? "";
    wrappedKeys.delete(name); // as another object's erasure leaves it
    await evictDurableObject(vault);
    expect(await open(older)).toEqual([null, CARD.value]);
    expect(await vault.carry({ from: older, to: younger, placeholders: [...placeholders, "{{EMAIL_9}}", "x"] })).toEqual([
      null,
      "{{CREDIT_CARD_1}}",
      null,
      null,
    ]);
    await vault.inherit({ from: older, to: "run_third" });
    expect(await open("run_third")).toEqual([null, CARD.value]);
    expect(await vault.valuesOf(older)).toEqual([{ placeholder: "{{CREDIT_CARD_1}}", value: CARD.value, fromInput: true }]);
  });

  it("[VAULT-6] a value under a key that another one replaced stays closed, and is carried nowhere", async () => {
    await twoPersons(older);
    wrappedKeys.delete([...wrappedKeys.keys()][0] ?? "");
    await evictDurableObject(vault);
    await vault.assign({ run: younger, subject: "ada", origin: "input", values: [EMAIL] });
    expect([await open(older), await open(younger)]).toEqual([
      [null, CARD.value],
      [EMAIL.value, null],
    ]);
    expect(await vault.carry({ from: older, to: "run_third", placeholders })).toEqual([null, "{{CREDIT_CARD_1}}"]);
    await vault.inherit({ from: older, to: "run_fourth" });
    expect([await open("run_fourth"), (await vault.valuesOf(older)).length]).toEqual([[null, CARD.value], 1]);
  });
});

describe("whose word a value is", () => {
  const opened = async (run: string, over: { recalledOf?: string; recalledOnly?: boolean } = {}) =>
    (await vault.open({ run, placeholders: ["{{EMAIL_1}}"], inputOnly: true, ...over }))[0];
  const brought = (run: string, origin: "input" | "tool") => vault.assign({ run, subject: "ada", origin, values: [EMAIL] });

  it("[VAULT-3] stays a tool's however often the tool brings it, and is nobody's memory", async () => {
    for (const _ of [1, 2]) await brought(older, "tool");
    expect([await opened(older), await opened(older, { recalledOf: "ada" })]).toEqual([null, null]);
  });

  it("[VAULT-3] is recalled where the run had it of a tool before, and is no longer so where it is stored for later runs", async () => {
    await brought(older, "input");
    await brought(younger, "tool");
    await vault.carry({ from: older, to: younger, placeholders: ["{{EMAIL_1}}"], as: "recalled" });
    expect([await opened(younger), await opened(younger, { recalledOf: "ada" })]).toEqual([null, EMAIL.value]);
    await vault.carry({ from: younger, to: "con_1", placeholders: ["{{EMAIL_1}}"], as: "stored" });
    expect([await opened("con_1"), await opened("con_1", { recalledOf: "ada", recalledOnly: true })]).toEqual([EMAIL.value, null]);
  });
});

describe("an erasure", () => {
  it("[RIGHTS-5] of an earlier time changes nothing after a later one; a later one goes on", async () => {
    await twoPersons(older);
    expect(await vault.erase("ada", FAR)).toEqual({ keys: 1, values: 1 });
    await vault.assign({ run: younger, subject: "ada", origin: "input", values: [EMAIL] });
    expect(await vault.erase("ada", FAR - 5)).toEqual({ keys: 0, values: 0 });
    expect((await open(younger))[0]).toBe(EMAIL.value);
    expect(await vault.erase("ada", FAR + 1)).toEqual({ keys: 1, values: 1 });
    expect((await open(younger))[0]).toBeNull();
    expect(await vault.erase("nobody", FAR)).toEqual({ keys: 0, values: 0 });
  });

  it("[RIGHTS-5] is of the runs of its own millisecond, too", async () => {
    const same = leastId("run", FAR);
    await twoPersons(same);
    await vault.sealingKey({ run: same, subject: "ada" });
    expect(await vault.sealedRuns("ada", FAR, 9)).toEqual([same]);
    expect(await vault.erase("ada", FAR)).toEqual({ keys: 1, values: 1 });
    expect([await vault.sealedRuns("ada", FAR, 9), await open(same)]).toEqual([[], [null, CARD.value]]);
    await vault.assign({ run: same, subject: "ada", origin: "input", values: [EMAIL] });
    expect((await open(same))[0]).toBeNull();
  });

  it("[SEAL-6] that comes while a run's key is made leaves the run one that nobody keeps, the same each time", async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isReached = false;
    vaultWorld.keys.putIfAbsent = async (name, bytes) => {
      const put = await scripted.keys.putIfAbsent(name, bytes);
      isReached = true;
      await gate;
      return put;
    };
    const asked = vault.sealingKey({ run: older, subject: "ada" });
    await vi.waitFor(() => expect(isReached).toBe(true), PATIENCE_MS);
    const erased = vault.erase("ada", FAR);
    await scheduler.wait(20);
    release();
    const key = await asked;
    expect((await erased).keys).toBe(1);
    expect(await vault.sealingKey({ run: older, subject: "ada" })).toEqual(key);
    expect(await vault.openingKeys([{ run: older, person: key.person, keyId: key.keyId }])).toEqual([null]);
    expect([await vault.sealedRuns("ada", FAR, 9), wrappedKeys.size]).toEqual([[], 0]);
  });
});

describe("keys of runs", () => {
  it("[SEAL-5] are each run's own, and open only under the id that the text names", async () => {
    const ofOlder = await vault.sealingKey({ run: older, subject: "ada" });
    const ofYounger = await vault.sealingKey({ run: younger, subject: "ada" });
    expect([ofOlder.keyId, ofOlder.person]).toEqual([ofYounger.keyId, ofYounger.person]);
    expect(ofOlder.bytes).not.toEqual(ofYounger.bytes);
    const { person, keyId } = ofOlder;
    expect(
      await vault.openingKeys([
        { run: younger, person, keyId },
        { run: older, person, keyId: "0".repeat(16) },
        { run: older, person: "0".repeat(64), keyId },
      ]),
    ).toEqual([ofYounger.bytes, null, null]);
  });

  it("[SEAL-10] the newest runs come first, as many as asked for, and none that began later", async () => {
    const runs = [FAR, FAR + 1, FAR + 2, FAR + 3].map((at) => leastId("run", at));
    for (const run of [...runs, runs[0] ?? ""]) await vault.sealingKey({ run, subject: "ada" });
    expect(await vault.sealedRuns("ada", FAR + 2, 2)).toEqual([runs[2], runs[1]]);
    expect(await vault.sealedRuns("bob", FAR + 2, 2)).toEqual([]);
  });
});

it("[VAULT-12] a row of a version that this code does not know is not read", async () => {
  await twoPersons(older);
  await runInDurableObject(vault, async (room, { storage }) => {
    storage.sql.exec("UPDATE value SET v = 2 WHERE type = 'EMAIL'");
    await expect(room.open({ run: older, placeholders, inputOnly: false })).rejects.toThrow("newer than this code knows");
  });
});
