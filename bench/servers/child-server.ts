/** A server of the benchmarks as a process of its own: it prints its port on a line of its own, and ends with its standard input. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

export type ChildServer = {
  /** Without a slash at its end. */
  readonly url: string;
  stop(): Promise<void>;
};

/** `file`: a script beside this one. */
export async function startChildServer(file: string): Promise<ChildServer> {
  const child = spawn(process.execPath, ["--no-warnings", join(import.meta.dirname, file)], { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return {
    url: `http://127.0.0.1:${line.toString().trim()}`,
    async stop() {
      child.kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}
