/** Which person stands behind a credential. */
import { describe, expect, it } from "vitest";
import { abroad, type Holder, isOnePerson, isOwnSignIn, PLATFORM_ADMIN_USER, rootOfNewKey } from "../../../core/access/person.ts";

const platform: Holder = { user: PLATFORM_ADMIN_USER, root: PLATFORM_ADMIN_USER };
const madeBy = (maker: Holder, user: string): Holder => ({ user, root: rootOfNewKey(maker) });
const ann = madeBy(platform, "ann");
const bob = madeBy(platform, "bob");
const annsBob = madeBy(ann, "bob");
const annsCarl = madeBy(annsBob, "carl");
const bobsDora = madeBy(bob, "dora");

const ROWS: readonly (readonly [string, Holder, Holder, boolean])[] = [
  ["two people whose keys the platform made", ann, bob, false],
  ["two keys of one user", ann, { user: "ann", root: "eve" }, true],
  ["a key and one made with it", ann, annsBob, true],
  ["the two ends of a chain of keys", ann, annsCarl, true],
  ["two keys that one person made", annsBob, annsCarl, true],
  ["two keys that two people made", annsCarl, bobsDora, false],
  ["the platform's key and one made with it", platform, ann, true],
  ["the platform's key and the end of a chain", platform, annsCarl, true],
  ["the platform's key and somebody whose root is unknown", platform, { user: "old", root: null }, false],
  ["the platform's key and itself", platform, platform, true],
  ["an admin in another org, and a key made there", abroad(ann, "default"), madeBy(abroad(ann, "default"), "carl"), true],
  ["an admin's key in another org, and one at home", { user: "bob", root: abroad(annsBob, "default").root }, annsCarl, true],
  ["somebody whose root is unknown, and another", { user: "old", root: null }, bob, false],
];

describe("one person", () => {
  for (const [who, one, other, expected] of ROWS)
    it(`[PERSON-1] ${who}: ${expected ? "one" : "two"}`, () => {
      expect([isOnePerson(one, other), isOnePerson(other, one)]).toEqual([expected, expected]);
    });
});

it("[PERSON-3] a key that somebody else made is not its user's own sign-in", () => {
  expect([platform, ann, madeBy(ann, "ann"), { user: "old", root: null }].map(isOwnSignIn)).toEqual([true, true, true, true]);
  expect([annsBob, annsCarl, madeBy(abroad(ann, "default"), "ann"), abroad(ann, "default")].map(isOwnSignIn)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
