/** On what the figures were taken: nothing that names the machine, all that explains a figure. */
import { execFileSync } from "node:child_process";
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { cpus, loadavg, platform, release, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../scripts/platform/places.ts";
import { median } from "./statistics.ts";

export type MachineFacts = {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly wrangler: string;
  readonly workerd: string;
  readonly commit: string;
  /** Averages of one, five and fifteen minutes before the measurement: other work on the machine. */
  readonly load: readonly number[];
  /** Median of 50, where the databases lie. */
  readonly fsyncMs: number;
};

export function machineFacts(): MachineFacts {
  return {
    cores: cpus().length,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()}`,
    node: process.versions.node,
    wrangler: versionOf("wrangler"),
    workerd: versionOf("workerd"),
    commit: said("git", ["rev-parse", "--short", "HEAD"]),
    load: loadavg().map((value) => Math.round(value * 100) / 100),
    fsyncMs: fsyncMs(),
  };
}

function versionOf(name: string): string {
  const text = said(process.execPath, ["-p", `require(${JSON.stringify(join(ROOT, "node_modules", name, "package.json"))}).version`]);
  return text;
}

function said(command: string, words: readonly string[]): string {
  try {
    return execFileSync(command, words, { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "unknown";
  }
}

function fsyncMs(): number {
  const folder = mkdtempSync(join(tmpdir(), "bulkhead-bench-fsync-"));
  const file = openSync(join(folder, "file"), "w");
  try {
    const taken = Array.from({ length: 50 }, () => {
      writeSync(file, "4096 bytes make a page, but one line is enough\n");
      const from = performance.now();
      fsyncSync(file);
      return performance.now() - from;
    });
    return Math.round(median(taken) * 1000) / 1000;
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true, force: true });
  }
}
