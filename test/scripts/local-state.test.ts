import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { adminKey } from "../../scripts/platform/admin-key.ts";
import { startGuarded } from "../../scripts/platform/guarded-child.ts";
import { releaseState, takeState, waitForState } from "../../scripts/platform/state-lock.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bulkhead-state-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the admin's key", () => {
  it("is random, made once, and readable by its owner alone", () => {
    const file = join(folder, "own", "admin-key");
    const key = adminKey(file);
    expect(key).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(adminKey(file)).toBe(key);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(adminKey(join(folder, "another"))).not.toBe(key);
  });

  it("is made anew where a file holds none that the platform would take", () => {
    const file = join(folder, "admin-key");
    writeFileSync(file, "short\n", { mode: 0o644 });
    expect(adminKey(file)).toHaveLength(43);
    expect(readFileSync(file, "utf8").trim()).toHaveLength(43);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

describe("one platform at a time on one state", () => {
  it("is refused while another is at work, and let in when that one has gone", async () => {
    // The last word stands for the program's name, which is what tells a platform from a number given to another program since.
    const other = startGuarded(process.execPath, ["-e", "setTimeout(() => {}, 60000)", "wrangler"], { cwd: folder, output: "inherit" });
    takeState(folder, other.group);
    await expect(waitForState(folder, 60)).rejects.toThrow(`process ${other.group}`);
    const waiting = waitForState(folder, 5_000);
    other.kill();
    await waiting;
  });

  it("is not kept out by a number that another program has now", async () => {
    const stranger = startGuarded(process.execPath, ["-e", "setTimeout(() => {}, 60000)"], { cwd: folder, output: "inherit" });
    takeState(folder, stranger.group);
    await expect(waitForState(folder, 0)).resolves.toBeUndefined();
    await stranger.stop(0);
  });

  it("gives back only what is its own", async () => {
    takeState(folder, 4_000_001);
    releaseState(folder, 4_000_002);
    expect(readFileSync(join(folder, "bulkhead.lock"), "utf8")).toBe("4000001");
    releaseState(folder, 4_000_001);
    expect(() => statSync(join(folder, "bulkhead.lock"))).toThrow();
  });
});
