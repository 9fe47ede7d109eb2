/**
 * Loaded into wrangler's process before wrangler. It runs two runtimes: one with the platform, which it starts again when it dies, and
 * one before it that holds the port; when that one dies, wrangler starts it again but it answers nobody any more. Then this ends
 * wrangler, so that the process that started it notices. A runtime that wrangler stops itself is no death.
 */
import childProcess from "node:child_process";
import { readDevArguments } from "./arguments.ts";
import { DEFAULT_PORT, holdsPort } from "./port-holder.ts";

const { spawn } = childProcess;
const port = readDevArguments(process.argv.slice(2)).port ?? DEFAULT_PORT;

childProcess.spawn = (command, args, options) => {
  const child = spawn(command, args, options);
  if (String(command).includes("workerd") && Array.isArray(args) && holdsPort(args, port)) {
    child.once("exit", (code, signal) => {
      if (child.killed || process.exitCode !== undefined) return;
      console.error(`the runtime that holds the port ended by itself (${signal ?? code}); stopping`);
      process.exit(1);
    });
  }
  return child;
};
