/** What was said in the sessions of a person, and when nothing of it is stored any more. */
import { describe, expect, it } from "vitest";
import { expiryOf } from "../../../core/memory/memory.ts";
import { forgottenIn } from "../../../core/session/forgotten.ts";
import { KEYS } from "../../../simulation/keys.ts";
import { FAR } from "../../support/far.ts";
import { LONG, makeSessions, SECOND, says, sessionDeleted } from "../../support/sessions-in-node.ts";

it("[SESSION-12] sessions that were only asked for, store nothing and remember nobody", async () => {
  const { world, object } = makeSessions();
  for (let life = 0; life < 2; life++) {
    const { room } = object;
    expect([await room.read("s"), await room.list("", 9), await room.erase(FAR), await room.remove("s", sessionDeleted("e"))]).toEqual([
      null,
      [],
      0,
      false,
    ]);
    await room.stepAside("run");
    await room.leave("run", [says("x")]);
    await room.forgetSaid(forgottenIn("nobody has said this"));
    await room.confirm(["x"]);
    await room.alarm();
    expect([object.rows("SELECT name FROM sqlite_master"), object.alarmAt, world.called]).toEqual([[], null, []]);
    object.die();
  }
});

describe("what was said", () => {
  it("[SESSION-11] stays until the days of its highest class are over, to the millisecond, and the values in the vault go first", async () => {
    const { world, object, talk, join, saidIn, ring } = makeSessions();
    await talk("a", says("one"));
    const ends = expiryOf("internal", null, FAR);
    expect([(await object.room.read("s"))?.expiresAt, object.alarmAt]).toEqual([
      ends,
      ends > FAR + 365 * 86_400_000 ? expect.anything() : ends,
    ]);
    world.now = ends - 1;
    await ring();
    expect([await saidIn(), await object.room.list("", 9)]).toEqual([["one"], ["s"]]);
    world.now = ends;
    expect([await saidIn(), await object.room.list("", 9), world.forgotten]).toEqual([null, [], []]);
    world.forget = () => Promise.reject(new Error("the vault is away"));
    await expect(join("b")).rejects.toThrow("away");
    await expect(object.ring()).rejects.toThrow("away");
    expect(object.rows("SELECT id FROM session")).toHaveLength(1);
    world.forget = async () => undefined;
    await ring();
    expect([object.rows("SELECT * FROM session"), object.rows("SELECT * FROM message"), world.forgotten]).toEqual([
      [],
      [],
      [expect.stringMatching(/^con_/)],
    ]);
    expect([object.rows("SELECT * FROM sessions_of"), object.alarmAt]).toEqual([[], null]);
  });

  it("[SESSION-11] a session that began anew while the old one's values were forgotten stays", async () => {
    const { world, object, talk, join } = makeSessions();
    await talk("a", says("one"));
    world.now = expiryOf("internal", null, FAR);
    world.forget = async () => {
      world.forget = async () => undefined;
      await join("new");
    };
    await join("b");
    expect(object.rows("SELECT run FROM member WHERE state <> 'left' ORDER BY n")).toEqual([{ run: "new" }, { run: "b" }]);
    expect(world.forgotten).toHaveLength(2);
  });

  it("[SESSION-11] a session that was deleted while its values were forgotten is gone once", async () => {
    const { world, object, talk, join } = makeSessions();
    await talk("a", says("one"));
    world.now = expiryOf("internal", null, FAR);
    world.forget = async () => void (await object.room.remove("s", sessionDeleted("e1")));
    expect(await join("b")).toBe("joined");
    expect(object.rows("SELECT run FROM member")).toEqual([{ run: "b" }]);
  });

  it("[SESSION-11] a session's end is that of the highest class, and what is only asked moves none", async () => {
    const { world, object, talk } = makeSessions();
    await talk("a", says("one"));
    world.now += 5;
    await talk("b");
    expect(await object.room.read("s")).toMatchObject({ createdAt: FAR, updatedAt: FAR, expiresAt: expiryOf("internal", null, FAR) });
    await talk("c", says("two", "restricted"));
    expect(await object.room.read("s")).toMatchObject({
      createdAt: FAR,
      updatedAt: world.now,
      expiresAt: expiryOf("restricted", null, world.now),
    });
    world.now += 5;
    await talk("d", says("three"));
    expect((await object.room.read("s"))?.expiresAt).toBe(expiryOf("restricted", null, world.now));
  });

  it("[SESSION-7] is summarised when it is long, and the summary goes on from the one before it", async () => {
    const { object, talk, enter, join } = makeSessions();
    await talk("a", says("Remember that I live in Oslo."), says(LONG), says(LONG), says(LONG));
    const first = await object.room.read("s");
    expect([first?.summary?.text.includes("Oslo"), first?.summary?.messages, first?.messages.length]).toEqual([true, 3, 1]);
    await talk("b", says("short"));
    expect((await object.room.read("s"))?.summary).toEqual(first?.summary);
    await talk("c", says("Remember that I like tea."), says(LONG), says(LONG));
    const second = (await object.room.read("s"))?.summary;
    expect([second?.text.includes("Oslo"), second?.text.includes("tea"), (second?.messages ?? 0) > 3]).toEqual([true, true, true]);
    await join("d");
    expect((await enter("d"))?.content.summary).toMatchObject({ text: second?.text });
  });

  it("[SESSION-17] loses what is forgotten, and what has none of it is not written again", async () => {
    const { object, talk } = makeSessions();
    await talk(
      "a",
      says("Remember that I live in Oslo."),
      says(LONG),
      says(LONG),
      says(LONG),
      says("Hello. Remember that I live in Oslo."),
    );
    await object.room.join("org-1", "ann", "s2", "b");
    object.queries.length = 0;
    const writes = () => object.queries.splice(0).filter((query) => /^(UPDATE|INSERT|DELETE)/.test(query));
    await object.room.forgetSaid(forgottenIn("Nobody ever said this sentence."));
    expect(writes()).toEqual([]);
    await object.room.forgetSaid(forgottenIn("Remember that I live in Oslo."));
    expect(writes()).toHaveLength(4);
    expect(JSON.stringify([object.rows("SELECT body FROM message"), object.rows("SELECT summary FROM session")])).not.toContain("Oslo");
    expect((await object.room.read("s"))?.messages.at(-1)?.content).toBe("Hello.");
    await object.room.forgetSaid(forgottenIn("Remember that I live in Oslo."));
    expect(writes()).toEqual([]);
  });

  it("[SEAL-14] is sealed where it is restricted and nowhere else, with its summary, and nothing is fetched for a run that says nothing of it", async () => {
    const { world, object, talk, saidIn, leave, join, enter } = makeSessions();
    let made = 0;
    world.sealing.sealingKey = (of) => {
      made++;
      return KEYS.sealingKey(of);
    };
    await talk("a", says("open"));
    expect(made).toBe(0);
    await talk("b", says("a secret", "restricted"), says("open again"));
    expect(object.rows<{ body: string }>("SELECT body FROM message ORDER BY n").map(({ body }) => body.startsWith("sealed:1:"))).toEqual([
      false,
      true,
      false,
    ]);
    await talk("c", says("Remember that I live in Oslo.", "restricted"), says(LONG), says(LONG), says(LONG));
    expect(object.rows<{ summary: string }>("SELECT summary FROM session")[0]?.summary.startsWith("sealed:1:")).toBe(true);
    object.die();
    expect((await object.room.read("s"))?.summary?.text).toContain("Oslo");
    expect(await saidIn()).toHaveLength(1);
    // Destroyed: neither message nor summary was ever there.
    world.sealing.openingKeys = async (by) => by.map(() => null);
    object.die();
    await join("d");
    expect([(await object.room.read("s"))?.summary, (await enter("d"))?.content.summary]).toEqual([null, null]);
    await leave("d", says("and on"));
    expect((await saidIn())?.at(-1)).toBe("and on");
  });
});

describe("the sessions of a person", () => {
  it("[SESSION-11] are deleted with their record, once; what a run of one says afterwards is not kept, and the others stay", async () => {
    const { world, object, talk, join, enter, leave, saidIn, ring } = makeSessions();
    await talk("a", says("one"));
    await join("x", "s2");
    await join("b");
    await enter("b");
    expect(await object.room.remove("nothing", sessionDeleted("e0"))).toBe(false);
    expect(await object.room.remove("s", sessionDeleted("e1"))).toBe(true);
    expect(await object.room.remove("s", sessionDeleted("e2"))).toBe(false);
    await leave("b", says("late"));
    expect([await saidIn(), object.rows("SELECT * FROM message"), await object.room.list("", 9)]).toEqual([null, [], ["s2"]]);
    await ring();
    expect(world.sent).toMatchObject([{ org: "org-1", source: { kind: "sessions", id: "id of org-1/ann" }, rows: [{ id: "e1" }] }]);
    object.die();
    await object.room.erase(FAR);
    expect(object.rows("SELECT * FROM sessions_of")).toHaveLength(1); // its record has not left
    await object.room.confirm(["e1"]);
    expect([object.rows("SELECT * FROM sessions_of"), object.alarmAt]).toEqual([[], null]);
    await talk("c", says("anew"));
    expect(await saidIn()).toEqual(["anew"]);
  });

  it("[SESSION-12] are listed in order, page by page, and erased up to a time", async () => {
    const { world, object, join } = makeSessions();
    for (const session of ["c", "a", "b"]) await join(`run ${session}`, session);
    world.now += 1;
    await join("run d", "d");
    expect([await object.room.list("", 2), await object.room.list("b", 9)]).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
    expect([await object.room.erase(FAR - 1), await object.room.erase(FAR), await object.room.list("", 9)]).toEqual([0, 3, ["d"]]);
    expect(object.alarmAt).toBe(world.now + 5 * SECOND);
  });

  it("[SESSION-11] that are over are fifty at most in one turn of the alarm", async () => {
    const { world, object, join, ring } = makeSessions();
    for (let n = 0; n < 55; n++) await join(`run ${n}`, `s${n}`);
    object.rows("DELETE FROM member");
    world.now = expiryOf("internal", null, FAR);
    await ring();
    expect([object.rows("SELECT id FROM session").length, object.alarmAt]).toEqual([5, world.now + 1]);
    await ring();
    expect([object.rows("SELECT id FROM session").length, object.alarmAt]).toEqual([0, null]);
  });
});
