/**
 * The tests of which `npm test` takes a part, whole: more seeds, runs and requests, and longer texts (test/support/depth.ts says which).
 * They are the same tests; this check only asks for all that they would do.
 */
import { spawn } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import type { Check } from "./check.ts";

const ROOT = join(import.meta.dirname, "../..");
const FROM_DEPTH = /from "[./]*support\/depth\.ts"/;

type Report = {
  readonly numTotalTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
};

export const repeated: Check = {
  name: "repeated",
  title: "the tests that npm test takes a part of, whole",
  async run({ tell, violation }) {
    const files = globSync("test/**/*.test.ts", { cwd: ROOT }).filter((file) => FROM_DEPTH.test(readFileSync(join(ROOT, file), "utf8")));
    if (files.length === 0) throw new Error("no test takes a part of what it repeats");
    tell(`${files.length} files`);
    const folder = mkdtempSync(join(tmpdir(), "bulkhead-repeated-"));
    try {
      const written = join(folder, "report.json");
      await vitest([...files, "--reporter=json", `--outputFile=${written}`]);
      const report = JSON.parse(readFileSync(written, "utf8")) as Report;
      for (const { name, status, message, assertionResults } of report.testResults) {
        const failed = assertionResults.filter((test) => test.status === "failed");
        for (const { title } of failed) violation(`${relative(ROOT, name)}: ${title}`);
        if (status === "failed" && failed.length === 0) violation(`${relative(ROOT, name)}: ${message ?? "could not be run"}`);
      }
      if (report.testResults.length !== files.length) violation(`${report.testResults.length} of ${files.length} files were run`);
      return [
        ["files", "tests"],
        [String(report.testResults.length), String(report.numTotalTests)],
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Ends when vitest does, whatever it found: the report says that. */
function vitest(args: readonly string[]): Promise<void> {
  const env = { ...process.env, BULKHEAD_DEEP_TESTS: "1" };
  const child = spawn(process.execPath, [join(ROOT, "node_modules/vitest/vitest.mjs"), "run", ...args], {
    cwd: ROOT,
    env,
    stdio: "ignore",
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => resolve());
  });
}
