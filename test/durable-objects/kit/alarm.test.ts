/** An object's one alarm: when it rings, what it leaves alone, and how a dropped one is noticed. */
import { describe, expect, it } from "vitest";
import { Alarm } from "../../../durable-objects/kit/alarm.ts";

const NOW = 1_000_000;

function makeWorld(stored: number | null = null) {
  const world = { now: NOW, stored, writes: 0, reads: 0 };
  const storage = {
    getAlarm: async () => {
      world.reads += 1;
      return world.stored;
    },
    setAlarm: async (at: number | Date) => {
      world.stored = Number(at);
      world.writes += 1;
    },
    deleteAlarm: async () => {
      world.stored = null;
      world.writes += 1;
    },
  };
  return { world, alarm: new Alarm(storage, () => world.now), again: () => new Alarm(storage, () => world.now) };
}

describe("an object's alarm", () => {
  it("rings at the earliest of what the object waits for, and at 1 ms from now at the soonest", async () => {
    const { world, alarm } = makeWorld();
    await alarm.setTo([NOW + 500, null, NOW + 90]);
    expect(world.stored).toBe(NOW + 90);
    for (const wish of [NOW, NOW - 5_000]) {
      await alarm.setTo([wish]);
      expect(world.stored).toBe(NOW + 1);
    }
    await alarm.setTo([NOW + 700]);
    expect(world.stored).toBe(NOW + 700);
  });

  it("is set for a year from now at the farthest, and again when it rings before its time", async () => {
    const { world, alarm, again } = makeWorld();
    const year = 365 * 24 * 60 * 60_000;
    const never = Date.parse("9999-12-31T23:59:59Z");
    await alarm.setTo([never]);
    expect(world.stored).toBe(NOW + year);
    world.now += year;
    const woken = again();
    await woken.setTo([never]);
    expect(world.stored).toBe(NOW + 2 * year);
    const writes = world.writes;
    world.now += 1_000;
    for (let n = 0; n < 3; n++) await woken.setByAll([never]);
    expect(world.writes).toBe(writes);
  });

  it("is taken away when the object waits for nothing, also by an instance that did not set it", async () => {
    for (const clear of ["setTo", "setByAll"] as const) {
      const { world, alarm, again } = makeWorld();
      await alarm.setTo([NOW + 90]);
      await again()[clear]([null]);
      expect(world.stored).toBeNull();
    }
  });

  it("stays where it is when it rings early enough", async () => {
    for (const set of ["setByAny", "setByAll"] as const) {
      const { world, alarm } = makeWorld();
      await alarm[set]([NOW + 90]);
      await alarm[set]([NOW + 500]);
      expect([world.stored, world.writes]).toEqual([NOW + 90, 1]);
      await alarm[set]([NOW + 20]);
      expect([world.stored, world.writes]).toEqual([NOW + 20, 2]);
    }
  });

  it("leaves an earlier alarm of an earlier life alone where the caller knows only some of the wishes", async () => {
    const { world, alarm } = makeWorld(NOW + 10);
    await alarm.setByAny([NOW + 90]);
    expect([world.stored, world.writes]).toEqual([NOW + 10, 0]);
    await alarm.setByAny([null]);
    expect(world.stored).toBe(NOW + 10);
  });

  it("is set before anything is awaited: what was committed in the same turn and its alarm become durable together", () => {
    for (const stored of [null, NOW + 10]) {
      const { world, alarm } = makeWorld(stored);
      void alarm.setByAll([NOW + 5]);
      expect(world.stored).toBe(NOW + 5);
    }
  });

  it("is set again when it was dropped after it should have rung", async () => {
    const { world, alarm } = makeWorld();
    await alarm.setByAny([NOW + 90]);
    world.stored = null;
    world.now = NOW + 90 + 60_001;
    await alarm.setByAny([world.now + 200]);
    expect(world.stored).toBe(world.now + 200);
  });

  it("counts as lost when storage has none or one that is a minute late", async () => {
    const { world, alarm } = makeWorld(NOW - 60_000);
    expect(await alarm.isLost()).toBe(false);
    world.stored = NOW - 60_001;
    expect(await alarm.isLost()).toBe(true);
    await alarm.setTo([NOW + 5]);
    expect(await alarm.isLost()).toBe(false);
    world.stored = null;
    expect(await alarm.isLost()).toBe(true);
  });

  it("stands half a minute ahead while it is answered, and goes where the wishes are afterwards", async () => {
    const { world, alarm } = makeWorld();
    await alarm.lease();
    expect(world.stored).toBe(NOW + 30_000);
    await alarm.setTo([NOW + 300_000]);
    expect(world.stored).toBe(NOW + 300_000);
  });

  it("is written only where it changes, and cleared only where it stands", async () => {
    const { world, alarm } = makeWorld();
    for (const set of ["setByAll", "setByAny"] as const) for (let n = 0; n < 2; n++) await alarm[set]([NOW + 90]);
    expect(world.writes).toBe(1);
    for (let n = 0; n < 2; n++) await alarm.setTo([null]);
    expect(world.writes).toBe(2);
    await alarm.setByAll([null]);
    await alarm.setByAny([null]);
    expect([world.writes, world.stored]).toEqual([2, null]);
  });

  it("counts as rung from its time on for a caller that knows all wishes, and as late a minute after it for one that does not", async () => {
    const { world, alarm } = makeWorld();
    await alarm.setByAll([NOW + 90]);
    world.now = NOW + 90;
    await alarm.setByAny([NOW + 500]);
    expect([world.stored, world.writes]).toEqual([NOW + 90, 1]);
    await alarm.setByAll([NOW + 500]);
    expect(world.stored).toBe(NOW + 500);
  });

  it("is read from storage only where it is not known, or late", async () => {
    const { world, alarm } = makeWorld();
    for (let n = 0; n < 3; n++) await alarm.setByAny([NOW + 90]);
    await alarm.setTo([null]);
    await alarm.setByAny([NOW + 90]);
    expect(world.reads).toBe(1);
    world.now = NOW + 90 + 60_000;
    await alarm.setByAny([NOW + 90]);
    expect(world.reads).toBe(1);
    world.now += 1;
    await alarm.setByAny([NOW + 90]);
    expect(world.reads).toBe(2);
  });

  it("that was set while storage was asked for it stays", async () => {
    const { world, alarm } = makeWorld(NOW + 700);
    const asked = alarm.setByAny([NOW + 900]);
    await alarm.setTo([NOW + 800]);
    await asked;
    await alarm.setByAny([NOW + 750]);
    expect(world.stored).toBe(NOW + 750);
    const writes = world.writes;
    await alarm.setByAny([NOW + 900]);
    expect(world.writes).toBe(writes);
  });

  it("that is forgotten is set again, whatever it was", async () => {
    const { world, alarm } = makeWorld();
    await alarm.setTo([NOW + 90]);
    world.stored = null;
    alarm.forget();
    await alarm.setByAll([NOW + 500]);
    expect(world.stored).toBe(NOW + 500);
  });
});
