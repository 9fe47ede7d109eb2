import { describe, expect, it } from "vitest";
import { cpuMsOf, readStat, runtimesUnder } from "../../bench/engines/processes.ts";

describe("processes as /proc shows them", () => {
  it("reads the parent and the times behind a command that holds blanks and parentheses", () => {
    const line = "4242 (a) odd (name)) S 17 4242 4242 0 -1 4194560 100 200 3 4 250 150 9 9 20 0 8 0 12345 1000 200 18446744073709551615";
    expect(readStat(line)).toEqual({ parent: 17, cpuMs: 4_000 });
  });

  it("sees this process's own time grow, and nothing of one that does not exist", () => {
    const before = cpuMsOf(process.pid);
    for (const until = performance.now() + 60; performance.now() < until; );
    expect(cpuMsOf(process.pid)).toBeGreaterThan(before);
    expect(cpuMsOf(2 ** 22 + 1)).toBe(0);
  });

  it("finds no runtime under a process that started none", () => {
    expect(runtimesUnder(process.pid)).toEqual([]);
  });
});
