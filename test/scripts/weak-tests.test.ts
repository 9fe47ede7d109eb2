/** Tests that cannot fail are found, and there are none. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { WHY, weakTests } from "../../scripts/weak-tests/weak-tests.ts";

const TESTS = resolve(import.meta.dirname, "..");
const found = (body: string, before = ""): string[] => weakTests(`${before}\nit("says", async () => { ${body} });`).map(({ why }) => why);

describe("[WEAK-1] a weak test is found", () => {
  it.each<[keyof typeof WHY, string]>([
    ["every", "const list = made(); expect(list.every((one) => one.ok)).toBe(true);"],
    ["every", "expect(world.sent.filter(isOurs).every((one) => one.ok)).toBe(true); expect(other).toHaveLength(2);"],
    ["every", "expect(list).toEqual([]); expect(list.every((one) => one.ok)).toBe(true);"],
    ["loop", "for (const one of world.sent) expect(one).toBe(1); expect(other).toBe(2);"],
    ["loop", "world.sent.forEach((one) => expect(one.ok).toBe(true));"],
    ["loop", "for (const [at, one] of world.sent.entries()) { expect(one).toBe(at); }"],
    ["bound", "expect(world.sent.length).toBeLessThan(5);"],
    ["bound", "expect(run.usage.modelCalls).toBeLessThanOrEqual(4);"],
    ["nothing", "await call();"],
    ["caught", "try { await call(); } catch (error) { expect(error.code).toBe(5); }"],
  ])("%s: %s", (kind, body) => expect(found(body)).toEqual([WHY[kind]]));
});

describe("[WEAK-1] a strong one is not", () => {
  it.each([
    "expect(list).toHaveLength(2); expect(list.every((one) => one.ok)).toBe(true);",
    "expect(world.sent.length).toBeGreaterThan(0); for (const one of world.sent) expect(one).toBe(1);",
    "for (const one of [1, 2]) expect(one).toBeGreaterThan(0);",
    "for (const one of TABLE) expect(one).toBeGreaterThan(0);",
    "expect(world.sent.length).toBeLessThan(5); expect(world.sent).toContain(7);",
    "await vi.waitUntil(() => world.sent.length > 2); expect(world.sent.every((one) => one.ok)).toBe(true);",
    "const list = [1, 2]; for (const one of list) expect(one).toBeGreaterThan(0);",
    "fc.assert(fc.property(lists, (list) => { for (const one of list) expect(one).toBe(one); }));",
    "await expect(call()).rejects.toThrow();",
    "holds(5);",
    "expect(JSON.stringify(view).length).toBeLessThan(10);",
  ])("%s", (body) => expect(found(body, "const holds = (n: number) => { expect(n).toBe(5); };")).toEqual([]));
});

const files = readdirSync(TESTS, { recursive: true, encoding: "utf8" }).filter((path) => /\.(test|suite)\.ts$/.test(path));

describe("[WEAK-1] the tests of this project have none", () => {
  const folders = [...Map.groupBy(files, (path) => path.split("/").slice(0, 2).join("/"))];

  it("of all their folders", () => expect([files.length > 400, folders.length > 60]).toEqual([true, true]));

  // A test for each folder, so that each has the whole time that a test is given.
  it.each(folders)("in test/%s", (_folder, paths) => {
    const weak = paths.flatMap((path) =>
      weakTests(readFileSync(join(TESTS, path), "utf8")).map(({ line, why }) => `test/${path}:${line} ${why}`),
    );
    expect(weak).toEqual([]);
  });
});

/** A bound of its own on how long a test waits, or runs: a busy machine takes longer, and test/support/patience.ts has one for all. */
const OWN_PATIENCE = /\bvi\.waitUntil\(|\bvi\.waitFor\([^\n]*[^S]\);|\.poll\([^\n]*\{ timeout:|^ {0,4}\}, \d+_000\);/;
const impatient = (source: string): number[] => source.split("\n").flatMap((line, at) => (OWN_PATIENCE.test(line) ? [at + 1] : []));

describe("[WEAK-2] a test in workerd waits as long as all others do", () => {
  it.each([
    "await vi.waitUntil(() => sent === 1);",
    "await vi.waitFor(() => expect(sent).toBe(1));",
    "await expect.poll(() => sent, { timeout: 5_000 }).toBe(1);",
    "  }, 60_000);",
  ])("%s is found", (line) => expect(impatient(`it("says", async () => {\n${line}`)).toEqual([2]));

  it.each(["await until(() => sent === 1);", "await expect.poll(() => sent, { interval: 300 }).toBe(1);", "await tick(stub, 60_000);"])(
    "%s is not",
    (line) => expect(impatient(line)).toEqual([]),
  );

  it("and none has a bound of its own", () => {
    const inWorkerd = files.filter((path) => /^(rooms|scenario)\//.test(path));
    expect(inWorkerd.length).toBeGreaterThan(80);
    expect(inWorkerd.flatMap((path) => impatient(readFileSync(join(TESTS, path), "utf8")).map((line) => `test/${path}:${line}`))).toEqual(
      [],
    );
  });
});
