import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { leastId } from "../../../core/ids.ts";
import { FAR } from "../../support/far.ts";
import { PATIENCE_MS, until } from "../../support/patience.ts";
import { vaultWorld, wrappedKeys } from "../../support/worlds/vault.ts";

const EMAIL = { type: "EMAIL", value: "ada@example.com" } as const;
const CARD = { type: "CREDIT_CARD", value: "4111 1111 1111 1111" } as const;
const request = { run: "run_1", subject: "ada", origin: "input", values: [EMAIL] } as const;
let vault: ReturnType<typeof env.VAULT.getByName>;
let count = 0;
const scripted = { ...vaultWorld, keys: { ...vaultWorld.keys } };

beforeEach(() => {
  Object.assign(vaultWorld, scripted, { keys: { ...scripted.keys } });
  wrappedKeys.clear();
  vault = env.VAULT.getByName(`vault-${count++}`);
});

// The files of this project share a runtime: the next one finds the key store as it was.
afterAll(() => {
  Object.assign(vaultWorld, scripted, { keys: { ...scripted.keys } });
});

const openOne = async (placeholder: string, run = "run_1", inputOnly = false) =>
  (await vault.open({ run, placeholders: [placeholder], inputOnly }))[0];

describe("placeholders", () => {
  it("[VAULT-1] numbers each kind from 1 in order of first appearance, the same value the same placeholder", async () => {
    const values = [EMAIL, CARD, EMAIL, { type: "EMAIL", value: "bob@example.com" } as const];
    expect(await vault.assign({ ...request, values })).toEqual(["{{EMAIL_1}}", "{{CREDIT_CARD_1}}", "{{EMAIL_1}}", "{{EMAIL_2}}"]);
    expect(await vault.assign({ ...request, origin: "tool", values: [{ type: "EMAIL", value: "bob@example.com" }, CARD] })).toEqual([
      "{{EMAIL_2}}",
      "{{CREDIT_CARD_1}}",
    ]);
  });

  it("[VAULT-1] gives numbers without gap or double when many come at once", async () => {
    const values = Array.from({ length: 30 }, (_, index) => ({ type: "EMAIL", value: `p${index % 20}@example.com` }) as const);
    const names = await Promise.all(values.map((value) => vault.assign({ ...request, values: [value] })));
    const byValue = new Map(values.map(({ value }, index) => [value, names[index]?.[0]]));
    expect(names).toEqual(values.map(({ value }) => [byValue.get(value)]));
    expect([...new Set(names.flat())].sort()).toEqual(Array.from({ length: 20 }, (_, index) => `{{EMAIL_${index + 1}}}`).sort());
  });

  it("[VAULT-2] resolve only in the run that made them", async () => {
    await vault.assign(request);
    await vault.assign({ ...request, run: "run_2", values: [CARD] });
    expect(await openOne("{{EMAIL_1}}")).toBe(EMAIL.value);
    expect(await openOne("{{EMAIL_1}}", "run_2")).toBeNull();
    expect(await openOne("{{CREDIT_CARD_1}}")).toBeNull();
  });

  it("[VAULT-11] passes hundreds of values on to the run that continues, in portions, and again where that broke off", async () => {
    const values = Array.from({ length: 450 }, (_, index) => ({ type: "EMAIL", value: `p${index}@example.com` }) as const);
    const placeholders = await vault.assign({ ...request, values });
    await Promise.all([vault.inherit({ from: "run_1", to: "run_2" }), vault.inherit({ from: "run_1", to: "run_2" })]);
    const opened = await vault.open({ run: "run_2", placeholders, inputOnly: true });
    expect(opened).toEqual(values.map(({ value }) => value));
  });

  it("[VAULT-3] opens with `inputOnly` nothing that a tool or a model brought", async () => {
    await vault.assign({ ...request, origin: "tool" });
    expect(await openOne("{{EMAIL_1}}", "run_1", true)).toBeNull();
    expect(await openOne("{{EMAIL_1}}")).toBe(EMAIL.value);
  });

  it("[VAULT-3] keeps the origin input once the input put the value in, before or after", async () => {
    await vault.assign({ ...request, origin: "model" });
    await vault.assign(request);
    await vault.assign({ ...request, origin: "tool" });
    expect(await openOne("{{EMAIL_1}}", "run_1", true)).toBe(EMAIL.value);
  });

  it("[VAULT-3] a child run's value that its parent had from a tool is not the child's own input", async () => {
    await vault.assign({ ...request, origin: "tool" });
    await vault.assign({ ...request, values: [CARD] });
    const placeholders = ["{{EMAIL_1}}", "{{CREDIT_CARD_1}}"];
    expect(await vault.carry({ from: "run_1", to: "run_2", placeholders })).toEqual(placeholders);
    expect(await vault.open({ run: "run_2", placeholders, inputOnly: true })).toEqual([null, CARD.value]);
    expect(await vault.open({ run: "run_2", placeholders, inputOnly: false })).toEqual([EMAIL.value, CARD.value]);
  });

  it("[VAULT-3] what memory brings back opens for its person alone, and is theirs again where they say it again", async () => {
    await vault.assign({ ...request, origin: "tool" });
    await vault.assign({ ...request, values: [CARD] });
    const placeholders = ["{{EMAIL_1}}", "{{CREDIT_CARD_1}}"];
    const opened = (run: string, recalledOf?: string) =>
      vault.open({ run, placeholders, inputOnly: true, ...(recalledOf === undefined ? {} : { recalledOf }) });
    await vault.carry({ from: "run_1", to: "run_2", placeholders, as: "recalled" });
    expect(await opened("run_2")).toEqual([null, null]);
    expect(await opened("run_2", "somebody-else")).toEqual([null, null]);
    expect(await opened("run_2", request.subject)).toEqual([null, CARD.value]);
    const alone = (recalledOf: string) => vault.open({ run: "run_2", placeholders, inputOnly: true, recalledOf, recalledOnly: true });
    await vault.assign({ ...request, run: "run_2", values: [{ type: "CREDIT_CARD", value: "4242424242424242" }] });
    placeholders.push("{{CREDIT_CARD_2}}");
    expect(await opened("run_2", request.subject)).toEqual([null, CARD.value, "4242424242424242"]);
    expect([await alone(request.subject), await alone("somebody-else")]).toEqual([
      [null, CARD.value, null],
      [null, null, null],
    ]);
    placeholders.pop();
    await vault.carry({ from: "run_2", to: "run_3", placeholders });
    expect([await opened("run_3"), await opened("run_3", request.subject)]).toEqual([
      [null, null],
      [null, CARD.value],
    ]);
    await vault.carry({ from: "run_2", to: "run_4", placeholders, as: "stored" });
    expect(await opened("run_4")).toEqual([null, CARD.value]);
  });

  it("[VAULT-1] one text under two types has two placeholders, and both open", async () => {
    const values = [EMAIL, { ...EMAIL, type: "SECRET" } as const];
    const placeholders = ["{{EMAIL_1}}", "{{SECRET_1}}"];
    expect(await vault.assign({ ...request, values })).toEqual(placeholders);
    expect(await vault.open({ run: "run_1", placeholders, inputOnly: false })).toEqual([EMAIL.value, EMAIL.value]);
  });

  it("answers null for what has not the form of a placeholder, and for an object that stored nothing", async () => {
    expect(await vault.open({ run: "run_1", placeholders: ["{{EMAIL_1}}", "x"], inputOnly: false })).toEqual([null, null]);
    await vault.assign(request);
    expect(await vault.open({ run: "run_1", placeholders: ["{{EMAIL_01}}", "{{NOPE_1}}", "", "{{EMAIL_1}} "], inputOnly: false })).toEqual([
      null,
      null,
      null,
      null,
    ]);
    await runInDurableObject(env.VAULT.getByName("never-used"), async (instance, state) => {
      await instance.open({ run: "run_1", placeholders: ["{{EMAIL_1}}"], inputOnly: false });
      expect(state.storage.sql.exec("SELECT name FROM sqlite_master").toArray()).toEqual([]);
    });
  });

  it("keeps any text: halves of surrogate pairs, NUL, very long ones", async () => {
    const values = ["\ud800x", "\u0000123", "y".repeat(100_000), "ü€😀"].map((value) => ({ type: "LITERAL", value }) as const);
    const placeholders = await vault.assign({ ...request, values });
    expect(await vault.open({ run: "run_1", placeholders, inputOnly: true })).toEqual(values.map(({ value }) => value));
  });
});

describe("keys", () => {
  it("[VAULT-4] stores no plaintext: not in the object, not with the keys", async () => {
    await vault.assign({ ...request, values: [EMAIL, CARD] });
    const stored = await runInDurableObject(vault, (_, state) =>
      JSON.stringify(state.storage.sql.exec("SELECT * FROM value").toArray(), (_key, value) =>
        value instanceof ArrayBuffer ? Array.from(new Uint8Array(value), (byte) => String.fromCharCode(byte)).join("") : value,
      ),
    );
    expect(stored).toContain("CREDIT_CARD");
    for (const secret of ["ada@example.com", "a\\u0000d\\u0000a", "4111", "4\\u00001\\u0000"]) expect(stored).not.toContain(secret);
    const [name = "", wrapped = new Uint8Array()] = [...wrappedKeys][0] ?? [];
    expect(name).toMatch(/^v1\/[0-9a-f]{64}\/[0-9a-f]{64}$/);
    expect(wrapped.length).toBe(1 + 12 + 32 + 16);
  });

  it("[VAULT-5] has one key per person, and still opens after it was evicted from memory", async () => {
    await vault.assign(request);
    await vault.assign({ ...request, run: "run_2" });
    await vault.assign({ ...request, subject: "bob", run: "run_3" });
    expect(wrappedKeys.size).toBe(2);
    await evictDurableObject(vault);
    expect(await openOne("{{EMAIL_1}}")).toBe(EMAIL.value);
  });

  it("[VAULT-5] two first values of a person at the same time end under one key", async () => {
    const arrivals = vi.fn();
    vaultWorld.keys.get = async (name) => {
      const seen = wrappedKeys.get(name) ?? null;
      arrivals();
      if (arrivals.mock.calls.length <= 2) await until(() => arrivals.mock.calls.length >= 2);
      return seen;
    };
    expect(await Promise.all([vault.assign(request), vault.assign({ ...request, values: [CARD] })])).toEqual([
      ["{{EMAIL_1}}"],
      ["{{CREDIT_CARD_1}}"],
    ]);
    expect(wrappedKeys.size).toBe(1);
    await evictDurableObject(vault);
    expect(await openOne("{{EMAIL_1}}")).toBe(EMAIL.value);
    expect(await openOne("{{CREDIT_CARD_1}}")).toBe(CARD.value);
  });

  it("[VAULT-6] a deleted key erases the person: within a minute, also in memory, and for good", async () => {
    await vault.assign(request);
    wrappedKeys.clear();
    vaultWorld.now = () => FAR + 61_000;
    expect(await openOne("{{EMAIL_1}}")).toBeNull();
    expect(await vault.assign(request)).toEqual(["{{EMAIL_2}}"]);
    expect(await openOne("{{EMAIL_1}}")).toBeNull();
    expect(await openOne("{{EMAIL_2}}")).toBe(EMAIL.value);
  });

  it("[VAULT-7] opens nothing under another master key, another place, or after one changed bit; no error tells a value", async () => {
    await vault.assign({ ...request, values: [EMAIL, { type: "EMAIL", value: "bob@example.com" }] });
    await runInDurableObject(vault, (_, state) => {
      state.storage.sql.exec("UPDATE value SET sealed = (SELECT sealed FROM value WHERE number = 2) WHERE number = 1");
    });
    await runInDurableObject(vault, async (instance) => {
      const failure = await instance.open({ run: "run_1", placeholders: ["{{EMAIL_1}}"], inputOnly: false }).catch((error: Error) => error);
      expect(String(failure)).toContain("does not open under its key");
      expect(String(failure)).not.toContain("bob");
    });
    await evictDurableObject(vault);
    vaultWorld.masterKey = async () => new Uint8Array(32).fill(8);
    await runInDurableObject(vault, async (instance) => {
      await expect(instance.open({ run: "run_1", placeholders: ["{{EMAIL_2}}"], inputOnly: false })).rejects.toThrow(
        "does not open under its key",
      );
      await expect(instance.assign(request)).rejects.toThrow("does not open under its key");
    });
    vaultWorld.masterKey = async () => new Uint8Array(16);
    await runInDurableObject(vault, async (instance) => {
      await expect(instance.assign({ ...request, subject: "eve" })).rejects.toThrow("not 32 bytes");
    });
    expect(wrappedKeys.size).toBe(1);
  });

  it("[VAULT-7] a sealed value that is copied into another run's row does not open there", async () => {
    await vault.assign(request);
    await vault.assign({ ...request, run: "run_2", values: [{ type: "EMAIL", value: "bob@example.com" }] });
    await runInDurableObject(vault, async (instance, state) => {
      state.storage.sql.exec("UPDATE value SET sealed = (SELECT sealed FROM value WHERE run = 'run_1') WHERE run = 'run_2'");
      await expect(instance.open({ run: "run_2", placeholders: ["{{EMAIL_1}}"], inputOnly: false })).rejects.toThrow(
        "does not open under its key",
      );
    });
  });

  it("[VAULT-8] keeps nothing when the store of keys is down", async () => {
    const { get } = vaultWorld.keys;
    vaultWorld.keys.get = async () => {
      throw new Error("store down");
    };
    await runInDurableObject(vault, async (instance, state) => {
      await expect(instance.assign(request)).rejects.toThrow("store down");
      expect(state.storage.sql.exec("SELECT name FROM sqlite_master").toArray()).toEqual([]);
    }).finally(() => {
      vaultWorld.keys.get = get;
    });
  });
});

describe("erasure", () => {
  const AT = FAR;
  const [older, younger] = [leastId("run", AT - 1), leastId("run", AT + 1)];
  const inRun = (run: string) => vault.assign({ ...request, run });

  it("[RIGHTS-5] destroys the key and the values of older runs, and leaves no way to open them", async () => {
    await inRun(older);
    await vault.assign({ ...request, run: older, subject: "bob", values: [CARD] });
    expect(wrappedKeys.size).toBe(2);
    expect(await vault.erase("ada", AT)).toEqual({ keys: 1, values: 1 });
    expect([await openOne("{{EMAIL_1}}", older), await openOne("{{CREDIT_CARD_1}}", older)]).toEqual([null, CARD.value]);
    expect(wrappedKeys.size).toBe(1);
    expect(await vault.erase("ada", AT)).toEqual({ keys: 0, values: 0 });
  });

  it("[RIGHTS-5] gives an older run that goes on placeholders that never open, and no key; a younger run has a new key", async () => {
    await inRun(older);
    await vault.erase("ada", AT);
    expect([await inRun(older), await inRun(older)]).toEqual([["{{EMAIL_1}}"], ["{{EMAIL_1}}"]]); // one that nobody keeps, and the same for both
    expect([wrappedKeys.size, await openOne("{{EMAIL_1}}", older)]).toEqual([0, null]);
    expect(await inRun(younger)).toEqual(["{{EMAIL_1}}"]);
    expect([wrappedKeys.size, await openOne("{{EMAIL_1}}", younger), await openOne("{{EMAIL_1}}", older)]).toEqual([1, EMAIL.value, null]);
    await evictDurableObject(vault);
    expect([await openOne("{{EMAIL_1}}", younger), await openOne("{{EMAIL_1}}", older)]).toEqual([EMAIL.value, null]);
    expect(await vault.erase("ada", AT)).toEqual({ keys: 0, values: 0 }); // the erasure of before, told again
    expect(await openOne("{{EMAIL_1}}", younger)).toBe(EMAIL.value);
  });

  it.each(["mem", "con"] as const)(
    "[RIGHTS-5] destroys older values of `%s_…` and keeps younger ones when it is told again",
    async (prefix) => {
      const [before, after] = [leastId(prefix, AT - 1), leastId(prefix, AT + 1)];
      await inRun(before);
      await vault.erase("ada", AT);
      await inRun(after);
      expect(await vault.erase("ada", AT)).toEqual({ keys: 0, values: 0 });
      expect([await openOne("{{EMAIL_1}}", before), await openOne("{{EMAIL_1}}", after)]).toEqual([null, EMAIL.value]);
    },
  );

  it.each(["get", "putIfAbsent"] as const)(
    "[RIGHTS-5] leaves no key when it comes while `%s` of an older run is under way",
    async (slow) => {
      let release = (): void => {};
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      const real = vaultWorld.keys[slow] as (...given: unknown[]) => Promise<unknown>;
      let reached = false;
      Object.assign(vaultWorld.keys, {
        [slow]: async (...given: unknown[]) => {
          const answer = await real(...given);
          reached = true;
          await gate;
          return answer;
        },
      });
      if (slow === "get") await scripted.keys.putIfAbsent("x", new Uint8Array()); // another key: nothing of it may change
      const assigned = inRun(older);
      await vi.waitFor(() => expect(reached).toBe(true), PATIENCE_MS);
      const erased = vault.erase("ada", AT);
      await scheduler.wait(20);
      release();
      expect([await assigned, typeof (await erased).keys]).toEqual([["{{EMAIL_1}}"], "number"]);
      wrappedKeys.delete("x");
      expect([wrappedKeys.size, await openOne("{{EMAIL_1}}", older)]).toEqual([0, null]);
    },
  );

  it("[RIGHTS-5] completes one that broke off, and forgets a run by itself", async () => {
    await inRun(older);
    Object.assign(vaultWorld.keys, { remove: vi.fn(scripted.keys.remove).mockRejectedValueOnce(new Error("R2 is away")) });
    await runInDurableObject(vault, (instance) => expect(instance.erase("ada", AT)).rejects.toThrow("R2 is away"));
    expect(await vault.erase("ada", AT)).toEqual({ keys: 1, values: 1 });
    await inRun(younger);
    expect([await vault.forget(younger), await vault.forget(younger), await openOne("{{EMAIL_1}}", younger)]).toEqual([1, 0, null]);
  });

  it("[RIGHTS-2] tells what is kept of a run, with what its input put in", async () => {
    await vault.assign({ ...request, run: older });
    await vault.assign({ ...request, run: older, origin: "tool", values: [CARD] });
    expect((await vault.valuesOf(older)).toSorted((a, b) => a.placeholder.localeCompare(b.placeholder))).toEqual([
      { placeholder: "{{CREDIT_CARD_1}}", value: CARD.value, fromInput: false },
      { placeholder: "{{EMAIL_1}}", value: EMAIL.value, fromInput: true },
    ]);
  });
});

describe("keys of what seals", () => {
  it("[SEAL-16] a session and a memory are no runs that an erasure ends; they keep the person's key, and theirs go with it", async () => {
    const [run, session, memory] = [leastId("run", FAR), leastId("con", FAR), leastId("mem", FAR)];
    for (const id of [run, session, memory]) await vault.sealingKey({ run: id, subject: "ada" });
    expect(await vault.sealedRuns("ada", FAR + 1, 10)).toEqual([run]);
    const { person, keyId, bytes } = await vault.sealingKey({ run: session, subject: "ada" });
    expect(await vault.openingKeys([{ run: session, person, keyId }])).toEqual([bytes]);
    await vault.forget(run);
    await vault.forgetName("ada", FAR);
    expect(wrappedKeys.size).toBe(1);
    for (const id of [session, memory]) await vault.forget(id);
    await vault.forgetName("ada", FAR);
    expect(wrappedKeys.size).toBe(0);
  });
});

describe("pseudonyms", () => {
  const of = (...subjects: string[]) => vault.pseudonyms(subjects.map((subject) => ({ subject, since: FAR })));

  it("[PSEUDO-3] are one a person, without their name in them, and another in another org", async () => {
    const [ada, bob, again] = await of("ada", "bob", "ada");
    expect([ada, bob].every((code) => /^[\w-]{24}$/.test(code ?? ""))).toBe(true);
    expect([again, await vault.pseudonymOf("ada"), ada === bob]).toEqual([ada, ada, false]);
    await evictDurableObject(vault);
    expect(await of("ada")).toEqual([ada]);
    expect(await vault.resolve([ada ?? "", "x".repeat(24), bob ?? ""])).toEqual(["ada", null, "bob"]);
    const elsewhere = env.VAULT.getByName("vault-elsewhere");
    expect(await elsewhere.resolve([ada ?? ""])).toEqual([null]);
    expect(await elsewhere.pseudonyms([{ subject: "ada", since: FAR }])).not.toEqual([ada]);
  });

  it("[PSEUDO-3] are known by nobody after the erasure, also by an object that was set back", async () => {
    const [ada = "", bob = ""] = await of("ada", "bob");
    const rows = await runInDurableObject(vault, (_, state) => state.storage.sql.exec("SELECT * FROM pseudonym").toArray());
    expect(JSON.stringify(rows)).not.toContain("ada");
    await vault.erase("ada", FAR);
    await runInDurableObject(vault, (_, state) => {
      expect(state.storage.sql.exec("SELECT count(*) AS n FROM pseudonym").one()["n"]).toBe(1);
      for (const { code, person, sealed } of rows)
        state.storage.sql.exec("INSERT OR IGNORE INTO pseudonym VALUES (?, ?, ?)", code as string, person as string, sealed as ArrayBuffer);
    });
    expect(await vault.resolve([ada, bob])).toEqual([null, "bob"]);
    expect(await vault.pseudonymOf("ada")).toBeNull();
    const [later = ""] = await vault.pseudonyms([{ subject: "ada", since: FAR + 1 }]);
    expect(later).not.toBe(ada);
    expect(await vault.resolve([ada, later])).toEqual([null, "ada"]);
  });

  it("[PSEUDO-4] bring no key back when a run from before the erasure names its person", async () => {
    const [ada = ""] = await of("ada");
    await vault.erase("ada", FAR);
    const [late = ""] = await of("ada");
    expect(late).not.toBe(ada);
    expect(await vault.resolve([late])).toEqual([null]);
    expect(wrappedKeys.size).toBe(0);
  });

  it("[PSEUDO-4] are not kept when the erasure comes while their key is fetched", async () => {
    await of("ada");
    await evictDurableObject(vault);
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isReached = false;
    vaultWorld.keys.get = async (name) => {
      const found = wrappedKeys.get(name) ?? null;
      isReached = true;
      await gate;
      return found;
    };
    const asked = of("ada");
    await vi.waitFor(() => expect(isReached).toBe(true), PATIENCE_MS);
    const erased = vault.erase("ada", FAR);
    await scheduler.wait(20);
    release();
    const [late = ""] = await asked;
    await erased;
    expect([await vault.resolve([late]), wrappedKeys.size]).toEqual([[null], 0]);
    await runInDurableObject(vault, (_, state) => expect(state.storage.sql.exec("SELECT 1 FROM pseudonym").toArray()).toEqual([]));
  });

  it("[PSEUDO-10] of an erasure's own time are known by nobody once it is complete; a key that keeps a value stays", async () => {
    await vault.erase("ada", FAR - 1);
    const [code = ""] = await of("ada");
    expect(await vault.resolve([code])).toEqual(["ada"]);
    await vault.forgetName("ada", FAR);
    expect([await vault.resolve([code]), await vault.pseudonymOf("ada"), wrappedKeys.size]).toEqual([[null], null, 0]);
    const [late = ""] = await of("ada"); // recorded meanwhile, and numbered now
    expect([await vault.resolve([late]), await vault.pseudonymOf("ada"), wrappedKeys.size]).toEqual([[null], null, 0]);
    await vault.assign({ ...request, run: leastId("run", FAR), subject: "ada" });
    const [today = ""] = await vault.pseudonyms([{ subject: "ada", since: FAR + 1 }]);
    await vault.forgetName("ada", FAR + 1);
    expect(await vault.resolve([today])).toEqual(["ada"]);
  });

  it("[PSEUDO-5] are refused while the key store is down", async () => {
    vaultWorld.keys.get = () => Promise.reject(new Error("R2 is resting"));
    await runInDurableObject(vault, (instance) =>
      expect(instance.pseudonyms([{ subject: "ada", since: FAR }])).rejects.toThrow("R2 is resting"),
    );
  });
});
