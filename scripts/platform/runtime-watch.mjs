/**
 * Loaded into wrangler's process before wrangler. It runs two runtimes: one with the platform, which it starts again when it dies, and
 * one before it that holds the port; when that one dies, wrangler starts it again but it answers nobody any more. Then this ends
 * wrangler, so that the process that started it notices. A runtime that wrangler stops itself is no death.
 */
import childProcess from "node:child_process";

const { spawn } = childProcess;

childProcess.spawn = (command, args, options) => {
  const child = spawn(command, args, options);
  if (String(command).includes("workerd") && holdsPort(args)) {
    child.once("exit", (code, signal) => {
      if (child.killed || process.exitCode !== undefined) return;
      console.error(`the runtime that holds the port ended by itself (${signal ?? code}); stopping`);
      process.exit(1);
    });
  }
  return child;
};

/** The other one listens on a port that the system picks (`:0`). */
function holdsPort(args) {
  return Array.isArray(args) && args.some((word) => /^--socket-addr=entry=.*:[1-9][0-9]*$/.test(word));
}
