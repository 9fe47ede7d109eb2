/** Turns in the sessions of a person: who has one, who is called and when, and who is given up. */
import { describe, expect, it } from "vitest";
import { WAITING_RUNS } from "../../../core/session/session.ts";
import { FAR } from "../../support/far.ts";
import { makeSessions, SECOND, says } from "../../support/sessions-in-node.ts";

describe("the turn in a session", () => {
  it("[SESSION-8] is one run's at a time: the next is called when it leaves or steps aside, each word counts once", async () => {
    const { object, join, enter, leave, states, saidIn, calls, world } = makeSessions();
    for (const run of ["a", "b", "c"]) expect(await join(run)).toBe("joined");
    expect(await join("b")).toBe("joined");
    expect(states()).toEqual({ a: "called", b: "waiting", c: "waiting" });
    expect([await enter("b"), await enter("c"), calls()]).toEqual([null, null, []]);
    const turn = await enter("a");
    expect([turn, states()["a"]]).toEqual([
      { owner: expect.stringMatching(/^con_/), content: { messages: [], summary: null } },
      "speaking",
    ]);
    expect([await enter("a"), calls()]).toEqual([turn, []]);
    await object.room.stepAside("a");
    await object.settled();
    expect([states(), calls()]).toEqual([{ a: "apart", b: "called", c: "waiting" }, ["b"]]);
    const told = object.rows("SELECT told_at FROM member WHERE run = 'a'");
    world.now += SECOND;
    await object.room.stepAside("a");
    expect([object.rows("SELECT told_at FROM member WHERE run = 'a'"), calls()]).toEqual([told, []]);
    expect(await enter("a")).toEqual(turn); // it may read what was said while it waits for its person
    expect(states()["a"]).toBe("apart");
    await leave("a", says("one"), says("two"));
    expect([states(), calls()]).toEqual([{ a: "left", b: "called", c: "waiting" }, []]);
    await leave("a", says("again"));
    await object.room.stepAside("a");
    expect([await saidIn(), await enter("a"), states()["a"]]).toEqual([["one", "two"], null, "left"]);
    await leave("b");
    expect([states()["c"], calls(), await saidIn()]).toEqual(["called", ["c"], ["one", "two"]]);
    await leave("nobody", says("x", "restricted"));
    await object.room.stepAside("nobody");
    expect((await object.room.read("s"))?.runs).toEqual([{ run: "c", state: "called" }]);
  });

  it("[SESSION-8] is taken by a run that never joined when nobody has it, and by nobody else's call", async () => {
    const { enter, states, calls, object } = makeSessions();
    expect(await enter("a")).not.toBeNull();
    expect([await enter("b"), states()]).toEqual([null, { a: "speaking", b: "waiting" }]);
    // The turn is free, and nobody was told of it: whoever asks lets the first one be called.
    object.rows("DELETE FROM member WHERE run = 'a'");
    expect(await enter("c")).toBeNull();
    await object.settled();
    expect([states(), calls()]).toEqual([{ b: "called", c: "waiting" }, ["b"]]);
  });

  it("[SESSION-9] has room for 20 that wait, beside the one that has it, in each session", async () => {
    const { object, join, states } = makeSessions();
    await join("first");
    for (let n = 0; n < WAITING_RUNS; n++) expect(await join(`w${n}`)).toBe("joined");
    expect([await join("late"), await join("w3"), await join("other", "s2")]).toEqual(["full", "joined", "joined"]);
    expect(states()["late"]).toBeUndefined();
    await object.room.leave("first", []);
    expect([await join("late"), await join("later")]).toEqual(["joined", "full"]);
    // Nobody has the turn: then a further one lets the next go on.
    object.rows("UPDATE member SET state = 'waiting' WHERE state = 'called' AND session = 's'");
    expect(await join("later")).toBe("joined");
  });

  it("[SESSION-10] goes on from a run that was called and not born a minute after it joined, and is looked after every ten minutes", async () => {
    const { world, object, join, enter, ring, states, calls } = makeSessions();
    world.callRun = async () => "unborn";
    await join("a");
    await join("b");
    expect(object.alarmAt).toBe(FAR + 5 * SECOND);
    world.now = FAR + 5 * SECOND - 1;
    await ring();
    expect([calls(), object.alarmAt]).toEqual([[], FAR + 5 * SECOND]);
    for (const [at, called, next] of [
      [5, ["a"], 10],
      [59, ["a"], 64],
    ] as const) {
      world.now = FAR + at * SECOND;
      await ring();
      expect([calls(), states(), object.alarmAt]).toEqual([called, { a: "called", b: "waiting" }, FAR + next * SECOND]);
    }
    world.callRun = async (run) => (run === "a" ? "unborn" : "told");
    world.now = FAR + 64 * SECOND;
    await ring();
    expect([calls(), states()]).toEqual([["a", "b"], { b: "called" }]);
    await enter("b");
    const spoke = world.now;
    expect(object.alarmAt).toBe(spoke + 600 * SECOND);
    world.now = spoke + 600 * SECOND - 1;
    await ring();
    expect(calls()).toEqual([]);
    world.now = spoke + 600 * SECOND;
    await ring();
    expect([calls(), states(), object.alarmAt]).toEqual([["b"], { b: "speaking" }, world.now + 600 * SECOND]);
    await join("c");
    world.callRun = async (run) => (run === "b" ? "unborn" : "told");
    world.now += 600 * SECOND;
    await ring();
    expect([calls(), states()]).toEqual([["b", "c"], { c: "called" }]);
  });

  it("[SESSION-10] stays with a run that was called a minute after it joined, to the second", async () => {
    const { world, join, ring, states } = makeSessions();
    world.callRun = async () => "unborn";
    await join("a");
    world.now = FAR + 55 * SECOND;
    await ring();
    expect(states()).toEqual({ a: "called" });
    world.now = FAR + 60 * SECOND;
    await ring();
    expect(states()).toEqual({});
  });

  it("[SESSION-10] is not taken from a run that is out of reach, that left or that was called anew while it was asked", async () => {
    const { world, object, join, enter, leave, ring, states, calls } = makeSessions();
    await join("a");
    await enter("a");
    await join("b");
    world.callRun = () => Promise.reject(new Error("out of reach"));
    world.now += 600 * SECOND;
    await ring();
    expect([states(), object.alarmAt]).toEqual([{ a: "speaking", b: "waiting" }, world.now + 600 * SECOND]);
    world.callRun = async (run) => {
      if (run === "a") await object.room.leave("a", []);
      return run === "a" ? "unborn" : "told";
    };
    world.now += 600 * SECOND;
    calls();
    await ring();
    expect(states()).toMatchObject({ a: "left", b: "called" });
    // One that waits again is left in peace.
    world.callRun = async (run) => {
      object.rows("UPDATE member SET state = 'waiting' WHERE run = ?", run);
      return "unborn";
    };
    await join("c");
    world.now += 60 * SECOND;
    await ring();
    expect(states()).toMatchObject({ b: "waiting", c: "waiting" });
    world.callRun = async (run) => {
      object.rows("DELETE FROM member WHERE run = ?", run);
      return "told";
    };
    await enter("c");
    await object.settled();
    await leave("c");
    expect(states()).not.toHaveProperty("b");
  });

  it("[SESSION-8] is remembered of a run that left for a day, until another one leaves", async () => {
    const { world, talk, states } = makeSessions();
    await talk("a", says("one"));
    world.now = FAR + 86_400 * SECOND;
    await talk("b");
    expect(states()).toEqual({ a: "left", b: "left" });
    world.now += 1;
    await talk("c");
    expect(states()).toEqual({ b: "left", c: "left" });
  });
});
