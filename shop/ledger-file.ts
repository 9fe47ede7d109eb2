/** The ledger as a file of JSON lines: each is on the disk (fsync) before `append` returns. Runs under Node only. */
import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import type { Append, LedgerLine } from "./ledger.ts";

export function openLedgerFile(path: string): {
  readonly lines: readonly LedgerLine[];
  readonly append: Append;
  readonly close: () => void;
} {
  const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  // A kill in mid-write leaves an unfinished last line; its answer never left, so it never happened.
  const whole = bytes.lastIndexOf(0x0a) + 1;
  const lines = bytes
    .subarray(0, whole)
    .toString("utf8")
    .split("\n")
    .filter((line: string) => line !== "")
    .map((line: string) => JSON.parse(line) as LedgerLine);
  const file = openSync(path, "a");
  if (whole < bytes.length) ftruncateSync(file, whole);
  return {
    lines,
    append: (line) => {
      writeSync(file, `${JSON.stringify(line)}\n`);
      fsyncSync(file);
    },
    close: () => closeSync(file),
  };
}
