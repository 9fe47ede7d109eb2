/** The sessions of a person: turns in order, each once, whatever dies in between; nothing is said twice or after a session is gone. */
import { abortAllDurableObjects, env, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mintId } from "../../../core/ids.ts";
import { forgottenIn } from "../../../core/session/forgotten.ts";
import type { Said } from "../../../core/session/session.ts";
import { sessionsOf } from "../../../durable-objects/sessions/stub.ts";
import { vaultOf } from "../../../durable-objects/vault/stub.ts";
import { FAR } from "../../support/far.ts";
import { vaultSealing } from "../../support/worlds/sealing.ts";
import { sessionsWorld } from "../../support/worlds.ts";

let name: string;
let called: string[] = [];
let unborn: string[] = [];
let now = FAR;
const book = () => sessionsOf(env.SESSIONS, name);
const subjectOf = (): [string, string] => ["acme", name.slice("acme/".length)];
const join = (run: string, session = "s1") => book().join(...subjectOf(), session, run);
const enter = (run: string, session = "s1") => book().enter(...subjectOf(), session, run);
const alarm = () => runDurableObjectAlarm(env.SESSIONS.getByName(name));
const says = (content: string): Said => ({ role: "user", content, label: { trust: "trusted", class: "internal", sources: ["caller"] } });
const saidIn = async (session = "s1") => (await book().read(session))?.messages.map(({ content }) => content);
const record = () => ({ event_id: mintId("evt", FAR, crypto.getRandomValues(new Uint8Array(10))) }) as never;

beforeEach(() => {
  name = `acme/u-${crypto.randomUUID()}`;
  [called, unborn, now] = [[], [], FAR];
  sessionsWorld.now = () => now;
  sessionsWorld.send = async () => undefined;
  sessionsWorld.forget = async () => undefined;
  sessionsWorld.sealing = { ...vaultSealing };
  sessionsWorld.callRun = async (run) => {
    called.push(run);
    return unborn.includes(run) ? "unborn" : "told";
  };
});
afterEach(() => {
  sessionsWorld.now = () => FAR;
});

describe("the runs of a session", () => {
  it("[SESSION-8] have their turn one after the other, in the order in which they joined", async () => {
    for (const run of ["run_1", "run_2", "run_3"]) expect(await join(run)).toBe("joined");
    expect((await enter("run_3")) ?? (await enter("run_2"))).toBeNull();
    expect((await enter("run_1"))?.content).toEqual({ messages: [], summary: null });
    await book().leave("run_1", [says("one")]);
    expect(called).toEqual(["run_2"]);
    expect(await enter("run_3")).toBeNull();
    expect((await enter("run_2"))?.content.messages.map(({ content }) => content)).toEqual(["one"]);
    await book().stepAside("run_2");
    expect((await enter("run_3"))?.content.messages.map(({ content }) => content)).toEqual(["one"]);
    await book().leave("run_3", [says("three")]);
    await book().leave("run_2", [says("two")]);
    await book().leave("run_2", [says("two")]); // told again
    expect(await saidIn()).toEqual(["one", "three", "two"]);
    expect((await book().read("s1"))?.runs).toEqual([]);
    expect(await book().read("other")).toBeNull();
  });

  it("[SESSION-9] wait, 20 at most, and a further one is refused", async () => {
    expect(await join("run_now")).toBe("joined");
    const waiting = await Promise.all(Array.from({ length: 21 }, (_, n) => join(`run_${n}`)));
    expect(waiting.filter((answer) => answer === "full")).toHaveLength(1);
    expect(await join("run_0")).toBe("joined"); // the same start again
    expect(await join("run_other", "s2")).toBe("joined");
    await book().leave("run_now", []);
    expect(await join("run_late")).toBe("joined");
  });

  it("[SESSION-10] lose no turn when the object dies, and none to a run that was never born", async () => {
    for (const run of ["run_1", "run_2", "run_3"]) await join(run);
    await enter("run_1");
    sessionsWorld.callRun = async () => Promise.reject(new Error("out of reach"));
    await book().leave("run_1", [says("one")]);
    await abortAllDurableObjects();
    unborn = ["run_2"];
    sessionsWorld.callRun = async (run) => {
      called.push(run);
      return unborn.includes(run) ? "unborn" : "told";
    };
    now += 6_000;
    await alarm();
    expect([called, await enter("run_3")]).toEqual([["run_2"], null]); // it may still be on its way
    now += 60_000;
    await alarm();
    expect(called).toEqual(["run_2", "run_2", "run_3"]);
    expect((await enter("run_3"))?.content.messages.map(({ content }) => content)).toEqual(["one"]);
    // Born after all, it joins again, behind.
    expect(await enter("run_2")).toBeNull();
    await book().leave("run_3", []);
    expect(await enter("run_2")).not.toBeNull();
    // One that had the turn and was erased says no last word: the next goes on.
    await join("run_4");
    now += 601_000;
    await alarm();
    expect(await enter("run_4")).not.toBeNull();
  });

  it("[SESSION-11] say nothing in a session that was deleted, and it ends by itself when its time is over", async () => {
    await join("run_1");
    const first = await enter("run_1");
    await book().leave("run_1", [says("one")]);
    await join("run_2");
    await enter("run_2");
    expect(await book().remove("s1", record())).toBe(true);
    await book().leave("run_2", [says("two")]);
    expect([await book().read("s1"), await book().remove("s1", record())]).toEqual([null, false]);
    await join("run_3");
    expect((await enter("run_3"))?.owner).not.toBe(first?.owner);
    await book().leave("run_3", [says("three"), { ...says("secret"), label: { trust: "trusted", class: "restricted", sources: [] } }]);
    now += 29 * 86_400_000;
    await alarm();
    expect(await saidIn()).toEqual(["three", "secret"]);
    now += 2 * 86_400_000;
    expect(await book().read("s1")).toBeNull();
    const forgotten: string[] = [];
    sessionsWorld.forget = async (_org, owner) => void forgotten.push(owner);
    await alarm();
    expect(forgotten).toHaveLength(1);
    const left = await runInDurableObject(env.SESSIONS.getByName(name), (_room, { storage }) => [
      ...storage.sql.exec("SELECT n FROM message"),
      ...storage.sql.exec("SELECT id FROM session"),
    ]);
    expect(left).toEqual([]);
  });

  it("[SESSION-11] say nothing of a session that is over to a later run, also where the alarm is late", async () => {
    await join("run_1");
    const first = await enter("run_1");
    await book().leave("run_1", [says("one")]);
    now += 181 * 86_400_000;
    const forgotten: string[] = [];
    sessionsWorld.forget = async (_org, owner) => void forgotten.push(owner);
    await join("run_2");
    const next = await enter("run_2");
    expect(next?.content).toEqual({ messages: [], summary: null });
    expect([forgotten, next?.owner === first?.owner]).toEqual([[first?.owner], false]);
    await book().leave("run_2", [says("two")]);
    expect(await saidIn()).toEqual(["two"]);
  });

  it("[SESSION-17] lose the sentences of a memory that is forgotten, in messages and summaries", async () => {
    await book().forgetSaid(forgottenIn("nobody has said this"));
    const tables = "SELECT name FROM sqlite_master WHERE name = 'session'";
    const begun = await runInDurableObject(env.SESSIONS.getByName(name), (_room, { storage }) => [...storage.sql.exec(tables)]);
    expect(begun).toEqual([]);
    await join("run_1");
    await enter("run_1");
    await book().leave("run_1", [
      says("Remember that I live in Oslo. It is cold."),
      ...Array.from({ length: 3 }, () => says(`${"It snows again today. ".repeat(300)}\n`)),
    ]);
    expect((await book().read("s1"))?.summary?.text).toContain("I live in Oslo");
    await join("run_2");
    await enter("run_2");
    await book().leave("run_2", [says("Hello there! Remember that I live in Oslo.")]);
    await book().forgetSaid(forgottenIn("Remember that I live in Oslo."));
    const left = await book().read("s1");
    expect(JSON.stringify(left)).not.toContain("Oslo");
    expect(left?.messages.at(-1)?.content).toBe("Hello there!");
    const rows = await runInDurableObject(env.SESSIONS.getByName(name), (_room, { storage }) =>
      JSON.stringify([...storage.sql.exec("SELECT body FROM message"), ...storage.sql.exec("SELECT summary FROM session")]),
    );
    expect(rows).not.toContain("Oslo");
  });

  it("[SESSION-12] are asked for without leaving anything, and erased with their person", async () => {
    expect([await book().read("s1"), await book().list("", 10), await book().erase(FAR)]).toEqual([null, [], 0]);
    await join("run_1", "a");
    await join("run_2", "b");
    expect([await book().list("", 10), await book().list("a", 10)]).toEqual([["a", "b"], ["b"]]);
    expect([await book().erase(FAR - 1), await book().erase(FAR), await book().list("", 10)]).toEqual([0, 2, []]);
  });
});

/** What became of work that fails. */
const failureOf = (work: PromiseLike<unknown>): Promise<string> =>
  Promise.resolve(work).then(
    () => "it did not fail",
    (error: unknown) => String(error),
  );

describe("what is restricted in a session", () => {
  const SECRET = "the diagnosis is vexolith";
  const restricted = (content: string): Said => ({
    ...says(content),
    label: { trust: "untrusted", class: "restricted", sources: ["tool"] },
  });
  const talk = async (run: string, ...said: Said[]) => {
    await join(run);
    await enter(run);
    await book().leave(run, said);
  };
  const stored = () =>
    runInDurableObject(env.SESSIONS.getByName(name), (_room, { storage }) =>
      JSON.stringify([...storage.sql.exec("SELECT body FROM message"), ...storage.sql.exec("SELECT summary FROM session")]),
    );

  it("[SEAL-14] lies sealed, what is not does not, and a later run and life reads both; what is forgotten goes out of it", async () => {
    await talk("run_1", says("Good morning to you."), restricted(`Remember: ${SECRET}. Nothing else is known so far.`));
    expect(await stored()).toContain("Good morning");
    expect(await stored()).toContain("sealed:1:");
    expect(await stored()).not.toContain("vexolith");
    await abortAllDurableObjects();
    expect((await saidIn())?.[1]).toContain(SECRET);
    await book().forgetSaid(forgottenIn("Nothing else is known so far."));
    expect((await saidIn())?.[1]).toBe(`Remember: ${SECRET}.`);
    expect(await stored()).not.toContain("vexolith");
  });

  it("[SEAL-14] is in a sealed summary when the session is long", async () => {
    for (let run = 1; run <= 4; run++)
      await talk(`run_${run}`, restricted(`Remember: ${SECRET} ${run}. ${"It was a long day. ".repeat(400)}`));
    expect(await stored()).not.toContain("vexolith");
    await abortAllDurableObjects();
    const read = await book().read("s1");
    expect(read?.summary?.text).toContain("vexolith 1");
    expect(read?.messages.at(-1)?.content).toContain("vexolith 4");
  });

  it("[SEAL-14] is neither stored nor shown while its key cannot be had, and is said once then", async () => {
    await join("run_1");
    await enter("run_1");
    const away = () => Promise.reject(new Error("the vault is away"));
    Object.assign(sessionsWorld.sealing, { sealingKey: away, openingKeys: away });
    expect(await failureOf(book().leave("run_1", [restricted(SECRET)]))).toContain("away");
    expect(await saidIn()).toEqual([]);
    Object.assign(sessionsWorld.sealing, vaultSealing);
    await book().leave("run_1", [restricted(SECRET)]);
    await book().leave("run_1", [restricted(SECRET)]);
    expect(await saidIn()).toEqual([SECRET]);
    await abortAllDurableObjects();
    Object.assign(sessionsWorld.sealing, { sealingKey: away, openingKeys: away });
    expect(await failureOf(book().read("s1"))).toContain("away");
  });

  it("[SEAL-14] was never said once the key of its person is destroyed", async () => {
    await talk("run_1", says("Good morning."), restricted(SECRET));
    await vaultOf(env.VAULT, "acme").erase(name.slice("acme/".length), now);
    await abortAllDurableObjects();
    expect(await saidIn()).toEqual(["Good morning."]);
    await talk("run_2", says("And goodbye."));
    expect(await saidIn()).toEqual(["Good morning.", "And goodbye."]);
  });
});
