/**
 * Notices that npm, or the shell it runs a script in, has gone: a signal sent to npm alone ends them and leaves the script behind,
 * with nobody to stop it. Only for scripts that npm started.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const EVERY_MS = 100;

/** Calls `gone` once, when an ancestor that was there at the start is there no more. Returns how to stop watching. */
export function watchAncestors(gone: () => void): () => void {
  if (process.env["npm_lifecycle_event"] === undefined) return () => {};
  const parent = process.ppid;
  const watched = (isShell(parent) ? [parent, parentOf(parent)] : [parent]).filter((pid) => pid > 1);
  const timer = setInterval(() => {
    if (process.ppid === parent && watched.every(isAlive)) return;
    clearInterval(timer);
    gone();
  }, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** A process that was killed stays in the table until its parent asks for it. */
function isZombie(pid: number): boolean {
  return /^State:\s+Z/m.test(readOrEmpty(`/proc/${pid}/status`));
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)/m.exec(readOrEmpty(`/proc/${pid}/status`))?.[1] ?? ps(pid, "ppid="));
}

/** npm runs a script's line in a shell; a shell that replaces itself with the last command is not there. */
function isShell(pid: number): boolean {
  return /(^|\/)-?(sh|ash|dash|bash|zsh|ksh|busybox)$/.test((readOrEmpty(`/proc/${pid}/comm`) || ps(pid, "comm=")).trim());
}

/** Where there is no /proc (macOS) there is `ps`. */
function ps(pid: number, column: string): string {
  return spawnSync("ps", ["-o", column, "-p", String(pid)], { encoding: "utf8" }).stdout?.trim() ?? "";
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
