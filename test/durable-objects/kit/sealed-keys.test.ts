/** Keys that an object fetches to seal and open texts of several owners: fetched once, for a minute, and a destroyed one opens nothing. */
import { describe, expect, it } from "vitest";
import { SealedKeys } from "../../../durable-objects/kit/sealed-keys.ts";
import type { SealedRun } from "../../../durable-objects/kit/sealing-port.ts";
import type { SealedBy } from "../../../kit/sealed-text.ts";

const NOW = 1_000_000;
const OWNER: SealedRun = { org: "org-1", run: "con_a", subject: "ann" };
const OTHER: SealedRun = { org: "org-1", run: "con_b", subject: "bob" };

function makeVault() {
  const vault = { now: NOW, generation: 1, destroyed: new Set<string>(), made: [] as string[], opened: [] as string[][] };
  const keyId = (): string => String(vault.generation).padStart(16, "0");
  const bytesOf = (run: string, id: string): Uint8Array => new Uint8Array(32).fill(run.charCodeAt(run.length - 1) + Number(id));
  const keys = () =>
    new SealedKeys(
      {
        sealingKey: async ({ run }) => {
          vault.made.push(run);
          return { person: "a".repeat(64), keyId: keyId(), bytes: bytesOf(run, keyId()) };
        },
        openingKeys: async (by: readonly SealedBy[]) => {
          vault.opened.push(by.map((one) => `${one.run} ${Number(one.keyId)}`));
          return by.flatMap((one) => (vault.destroyed.has(one.keyId) ? [] : [bytesOf(one.run, one.keyId)]));
        },
      },
      () => vault.now,
    );
  return { vault, keyId, keys };
}

async function opened(keys: SealedKeys, texts: readonly { readonly place: string; readonly text: string }[]) {
  await keys.fetchFor(() => keys.openAll(texts));
  return keys.openAll(texts);
}

describe("the keys of an object", () => {
  it("[SEAL-17] seal for their own owner, and are fetched again when less than ten seconds are left", async () => {
    const { vault, keys } = makeVault();
    const mine = keys();
    expect(() => mine.seal("con_a", "p", "x")).toThrow("its owner has no key");
    await mine.prepare(OWNER);
    expect(() => mine.seal("con_b", "p", "x")).toThrow("its owner has no key");
    await mine.prepare(OTHER);
    const texts = [OWNER, OTHER].map(({ run }) => ({ place: "p", text: mine.seal(run, "p", `of ${run}`) }));
    expect(texts.map(({ text }) => text.split(":")[3])).toEqual(["con_a", "con_b"]);
    expect(await opened(keys(), texts)).toEqual(["of con_a", "of con_b"]);
    vault.now = NOW + 49_999;
    await mine.prepare(OWNER);
    expect(vault.made).toEqual(["con_a", "con_b"]);
    vault.now = NOW + 50_000;
    await mine.prepare(OWNER);
    expect(vault.made).toEqual(["con_a", "con_b", "con_a"]);
  });

  it("[SEAL-17] seal under the newest of an owner's keys", async () => {
    const { vault, keys } = makeVault();
    const mine = keys();
    await mine.prepare(OWNER);
    vault.generation = 2;
    vault.now += 55_000;
    await mine.prepare(OWNER);
    expect(mine.seal("con_a", "p", "x").split(":")[5]).toBe("2".padStart(16, "0"));
  });

  it("[SEAL-17] open what they sealed for a minute, then are fetched again, each once for all texts", async () => {
    const { vault, keys } = makeVault();
    const mine = keys();
    await mine.prepare(OWNER);
    await mine.prepare(OTHER);
    const texts = [OWNER, OTHER, OWNER].map(({ run }, at) => ({ place: `p${at}`, text: mine.seal(run, `p${at}`, `${at}`) }));
    const all = [{ place: "p", text: "not sealed" }, ...texts];
    expect([await opened(mine, all), vault.opened]).toEqual([["not sealed", "0", "1", "2"], []]);
    vault.now = NOW + 59_999;
    await opened(mine, all);
    expect(vault.opened).toEqual([]);
    vault.now = NOW + 60_000;
    expect(await opened(mine, all)).toEqual(["not sealed", "0", "1", "2"]);
    expect(vault.opened).toEqual([["con_a 1", "con_b 1"]]);
  });

  it("[SEAL-17] that are destroyed open nothing, and are not asked for again within a minute", async () => {
    const { vault, keys, keyId } = makeVault();
    const writer = keys();
    await writer.prepare(OWNER);
    const texts = [
      { place: "p", text: writer.seal("con_a", "p", "gone") },
      { place: "q", text: "plain" },
    ];
    vault.destroyed.add(keyId());
    const reader = keys();
    expect([await opened(reader, texts), await opened(reader, texts)]).toEqual([
      [null, "plain"],
      [null, "plain"],
    ]);
    expect(vault.opened).toHaveLength(1);
    expect(() => reader.seal("con_a", "p", "x")).toThrow("its owner has no key");
    await reader.prepare(OWNER); // whose key is not here yet
    expect(vault.made).toHaveLength(2);
  });

  it("[SEAL-17] do not hide a failure: neither the vault's nor that of whoever reads", async () => {
    const { keys } = makeVault();
    const mine = keys();
    await expect(
      mine.fetchFor(() => {
        throw new RangeError("a bug");
      }),
    ).rejects.toThrow("a bug");
    const broken = new SealedKeys(
      { sealingKey: () => Promise.reject(new Error("no")), openingKeys: () => Promise.reject(new Error("out of reach")) },
      () => NOW,
    );
    await mine.prepare(OWNER);
    const text = mine.seal("con_a", "p", "x");
    await expect(opened(broken, [{ place: "p", text }])).rejects.toThrow("out of reach");
    await expect(broken.prepare(OWNER)).rejects.toThrow("no");
    await expect(opened(mine, [{ place: "elsewhere", text }])).rejects.toThrow("does not open under its key");
  });
});
