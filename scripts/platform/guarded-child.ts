/**
 * A child that cannot outlive this process. It gets a process group of its own, and a guard stands beside it: a shell that waits for
 * the end of a pipe which only this process holds open. However this process ends, SIGKILL included, the pipe closes and the guard
 * kills the child's whole group. wrangler needs this: when it is killed, its workerd lives on and holds the port.
 */
import { type ChildProcess, spawn } from "node:child_process";

export type ExitCode = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export type GuardedChild = {
  readonly process: ChildProcess;
  /** The group's id: the first process's own. */
  readonly group: number;
  /** Resolves when the first process has ended; what it left of its group is killed then. */
  readonly exited: Promise<ExitCode>;
  /** SIGINT, and SIGKILL to the whole group when it is not gone after `graceMs`. */
  stop(graceMs?: number): Promise<ExitCode>;
  /** SIGKILL to the whole group. */
  kill(): void;
};

export type ChildOptions = {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Where its output goes: our own, or the file descriptor of a log. */
  readonly output: "inherit" | number;
};

/** Reads until the pipe ends (nothing is ever written to it), then kills the group named by its first argument. */
const GUARD = 'trap "" HUP INT TERM; read -r _; kill -s KILL -- "-$1" 2>/dev/null; exit 0';

export function startGuarded(command: string, args: readonly string[], options: ChildOptions): GuardedChild {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ["ignore", options.output, options.output],
    detached: true, // a group of its own: a Ctrl-C on the terminal reaches it once, through us
  });
  const group = child.pid;
  if (group === undefined) throw new Error(`\`${command}\` could not be started`);
  const guard = spawn("/bin/sh", ["-c", GUARD, "bulkhead-guard", String(group)], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  guard.unref();
  guard.on("error", () => killGroup(group)); // without its guard it must not run

  const exited = new Promise<ExitCode>((resolve) => {
    child.once("exit", (code, signal) => {
      killGroup(group); // at once: who waits for the end may want the port
      guard.stdin?.end();
      resolve({ code, signal });
    });
  });
  const kill = () => killGroup(group);
  return {
    process: child,
    group,
    exited,
    kill,
    async stop(graceMs = 10_000) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGINT");
        const timer = setTimeout(kill, graceMs);
        await exited;
        clearTimeout(timer);
      }
      return exited;
    },
  };
}

/** Signals reach the group's members at once; one that is gone is no error. */
export function killGroup(group: number): void {
  try {
    process.kill(-group, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

export function isGroupAlive(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
