/** How long keys of people stay open, and that no removal is overtaken. */
import { beforeEach, describe, expect, it } from "vitest";
import { unwrapKey, wrapKey } from "../../../durable-objects/vault/envelope.ts";
import { KeyShelf, type KeyStore } from "../../../durable-objects/vault/key-shelf.ts";

const MINUTE = 60_000;
const MASTER = new Uint8Array(32).fill(7);
const NEVER = (): boolean => false;

let now = 0;
let wrapped = new Map<string, Uint8Array>();
let reads = 0;
/** Runs before a read is answered, with what it found. */
let whileReading: () => Promise<unknown> = async () => undefined;
let shelf: KeyShelf;
beforeEach(() => {
  now = 0;
  reads = 0;
  wrapped = new Map();
  whileReading = async () => undefined;
  const keys: KeyStore = {
    async get(name) {
      reads++;
      const found = wrapped.get(name) ?? null;
      await whileReading();
      return found;
    },
    async putIfAbsent(name, bytes) {
      if (wrapped.has(name)) return false;
      wrapped.set(name, bytes);
      return true;
    },
    remove: async (name) => wrapped.delete(name),
  };
  shelf = new KeyShelf({ keys, masterKey: async () => MASTER, now: () => now }, "org");
});
const people = Array.from({ length: 501 }, (_, n) => `person-${n}`);

describe("an open key", () => {
  it("[VAULT-6] is read again after a minute", async () => {
    const { id } = await shelf.findOrMake("ada", NEVER);
    reads = 0;
    now = MINUTE - 1;
    expect([(await shelf.find("ada"))?.id, reads]).toEqual([id, 0]);
    now = MINUTE;
    expect([(await shelf.find("ada"))?.id, reads]).toEqual([id, 1]);
    wrapped.clear();
    now = 2 * MINUTE;
    expect(await shelf.find("ada")).toBeNull();
  });

  it("[VAULT-6] makes room for a newer one where 500 are open", async () => {
    for (const person of people.slice(0, 500)) await shelf.findOrMake(person, NEVER);
    reads = 0;
    for (const person of people.slice(0, 500)) await shelf.find(person);
    expect(reads).toBe(0);
    await shelf.findOrMake("person-500", NEVER);
    reads = 0;
    await shelf.find("person-1");
    expect(reads).toBe(0);
    await shelf.find("person-0");
    expect(reads).toBe(1);
  });
});

describe("a key that nobody keeps", () => {
  it("[RIGHTS-5] is the same for a person as long as the object lives, of which it remembers 500", () => {
    const ids = people.slice(0, 500).map((person) => shelf.lostKey(person).id);
    expect(people.slice(1, 500).map((person) => shelf.lostKey(person).id)).toEqual(ids.slice(1));
    expect(new Set(ids).size).toBe(500);
  });

  it("[RIGHTS-5] is given for an erased person, and never kept", async () => {
    const key = await shelf.findOrMake("ada", () => true);
    expect([key.id, wrapped.size]).toEqual([shelf.lostKey("ada").id, 0]);
    expect((await shelf.findOrMake("ada", NEVER)).id).not.toBe(key.id);
  });
});

describe("a removal", () => {
  it("[RIGHTS-5] that comes while the key is read is not overtaken: the read is made again", async () => {
    await shelf.findOrMake("ada", NEVER);
    now = MINUTE;
    whileReading = async () => {
      whileReading = async () => undefined;
      await shelf.remove("ada");
    };
    expect(await shelf.find("ada")).toBeNull();
  });

  it("[RIGHTS-5] says whether there was a key, and comes after a making that is under way", async () => {
    expect(await shelf.remove("ada")).toBe(false);
    let isErased = false;
    whileReading = async () => {
      isErased = true;
    };
    const [made, removed] = await Promise.all([shelf.findOrMake("ada", () => isErased), shelf.remove("ada")]);
    expect([made.id, removed, wrapped.size]).toEqual([shelf.lostKey("ada").id, false, 0]);
  });

  it("[RIGHTS-5] that comes while a known key is read leaves one that nobody keeps", async () => {
    await shelf.findOrMake("ada", NEVER);
    now = MINUTE;
    let isErased = false;
    whileReading = async () => {
      isErased = true;
    };
    expect((await shelf.findOrMake("ada", () => isErased)).id).toBe(shelf.lostKey("ada").id);
  });

  it("[RIGHTS-5] is waited for by whoever needs the key meanwhile, and that one makes a new key", async () => {
    const before = await shelf.findOrMake("ada", NEVER);
    const [removed, after] = await Promise.all([shelf.remove("ada"), shelf.findOrMake("ada", NEVER)]);
    expect([removed, after.id === before.id, (await shelf.find("ada"))?.id]).toEqual([true, false, after.id]);
  });
});

describe("making a key", () => {
  it("[VAULT-5] takes the key of another object that was quicker", async () => {
    let theirs = "";
    whileReading = async () => {
      whileReading = async () => undefined;
      theirs = (await otherShelf().findOrMake("ada", NEVER)).id;
    };
    expect((await shelf.findOrMake("ada", NEVER)).id).toBe(theirs);
  });

  it("[VAULT-5] fails where the other's key is gone again", async () => {
    const keys: KeyStore = { get: async () => null, putIfAbsent: async () => false, remove: async () => false };
    const unlucky = new KeyShelf({ keys, masterKey: async () => MASTER, now: () => now }, "org");
    await expect(unlucky.findOrMake("ada", NEVER)).rejects.toThrow("was there and is gone");
  });

  it("[VAULT-7] needs a master key of 32 bytes, and opens no key of another size or form", () => {
    const name = "v1/org/ada";
    expect(() => wrapKey(MASTER.slice(1), name, MASTER)).toThrow("not 32 bytes");
    expect(() => unwrapKey(MASTER, name, wrapKey(MASTER, name, MASTER.slice(1)))).toThrow("wrong size");
    expect(() => unwrapKey(MASTER, name, new Uint8Array(3))).toThrow("unknown form");
    expect(() => unwrapKey(MASTER, "v1/org/bob", wrapKey(MASTER, name, MASTER))).toThrow("does not open");
    expect(unwrapKey(MASTER, name, wrapKey(MASTER, name, MASTER))).toEqual(MASTER);
  });

  const otherShelf = () =>
    new KeyShelf(
      {
        keys: {
          get: async (name) => wrapped.get(name) ?? null,
          async putIfAbsent(name, bytes) {
            if (wrapped.has(name)) return false;
            wrapped.set(name, bytes);
            return true;
          },
          remove: async (name) => wrapped.delete(name),
        },
        masterKey: async () => MASTER,
        now: () => now,
      },
      "org",
    );
});
