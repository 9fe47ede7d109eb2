/** The books of an org's limits and credentials in their object: one row for each, kept as long as it says something. */
import { expect, it } from "vitest";
import type { Wish } from "../../../core/limits/book.ts";
import { DEFAULT_CREDENTIAL_RULES, FORGOTTEN_MS } from "../../../core/limits/credential-use.ts";
import { defineLimits } from "../../../durable-objects/limits/limits.ts";
import { FAR } from "../../support/far.ts";
import { ObjectInNode } from "../../support/object-in-node.ts";

const wish = (scope: string): Wish => ({
  scope,
  perMinute: 1,
  atOnce: null,
  unused: [],
  permits: 1,
  usedAtOnce: true,
  underWay: 0,
  slots: 0,
});
const USE = { tool: "pay", destinations: ["https://a.example.com"], scopes: [], made: 0 };

function makeLimits() {
  const world = { now: FAR };
  const object = new ObjectInNode(defineLimits(() => ({ now: () => world.now })));
  return {
    world,
    object,
    permits: async (isolate: string, ...scopes: string[]) =>
      (await object.room.ask(isolate, scopes.map(wish))).map(({ permits }) => permits),
  };
}

it("[LIMITS-1] counts each scope by itself for all isolates, through the death of the object, and forgets it a minute later", async () => {
  const { world, object, permits } = makeLimits();
  expect([await permits("i", "a", "b"), await permits("j", "a", "c")]).toEqual([
    [1, 1],
    [0, 1],
  ]);
  object.die();
  world.now = FAR + 59_999;
  expect([await permits("j", "a"), object.rows("SELECT scope FROM book")]).toEqual([[0], [{ scope: "a" }, { scope: "b" }, { scope: "c" }]]);
  world.now = FAR + 60_000;
  expect([await permits("j", "a"), object.rows("SELECT scope FROM book")]).toEqual([[1], [{ scope: "a" }]]);
});

it("[LIMITS-1] of scopes that nobody uses any more twenty rows go at each asking", async () => {
  const { world, object, permits } = makeLimits();
  await permits("i", ...Array.from({ length: 30 }, (_, n) => `s${n}`));
  world.now = FAR + 60_000;
  await permits("i", "a");
  expect(object.rows("SELECT COUNT(*) AS n FROM book")).toEqual([{ n: 11 }]);
});

it("[TOOLC-16] remembers what each tool's credentials are used for, until nobody made one for ninety days", async () => {
  const { world, object } = makeLimits();
  const { room } = object;
  expect([await room.credentialUse("pay"), object.rows("SELECT name FROM sqlite_master")]).toEqual([null, []]);
  expect(await room.noteCredential(USE, DEFAULT_CREDENTIAL_RULES)).toMatchObject({ unusual: [], refused: null });
  expect([await room.credentialUse("ship"), (await room.credentialUse("pay"))?.destinations]).toEqual([null, USE.destinations]);
  const elsewhere = { ...USE, destinations: ["https://b.example.com"] };
  object.die();
  expect((await object.room.noteCredential(elsewhere, DEFAULT_CREDENTIAL_RULES)).unusual).toMatchObject([{ kind: "new_destination" }]);
  await object.room.admitCredential(elsewhere);
  expect((await object.room.noteCredential(elsewhere, DEFAULT_CREDENTIAL_RULES)).unusual).toEqual([]);
  world.now = FAR + FORGOTTEN_MS - 1;
  await object.room.noteCredential({ ...USE, tool: "ship" }, DEFAULT_CREDENTIAL_RULES);
  expect(await object.room.credentialUse("pay")).not.toBeNull();
  world.now = FAR + FORGOTTEN_MS;
  await object.room.admitCredential({ ...USE, tool: "ship" });
  expect([await object.room.credentialUse("pay"), (await object.room.credentialUse("ship"))?.destinations]).toEqual([
    null,
    USE.destinations,
  ]);
});

it("[TOOLC-16] the first word about a tool may be that a person admits its use", async () => {
  const { object } = makeLimits();
  await object.room.admitCredential(USE);
  expect((await object.room.credentialUse("pay"))?.destinations).toEqual(USE.destinations);
});
