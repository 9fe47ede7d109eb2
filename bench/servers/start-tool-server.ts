/** Starts the tool server and asks it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

export type Arrival = { readonly at: number; readonly value: number };
export type ToolServer = {
  readonly url: string;
  /** The calls since the last question, oldest first. */
  arrivals(): Promise<readonly Arrival[]>;
  stop(): Promise<void>;
};

export async function startToolServer(): Promise<ToolServer> {
  const child = spawn(process.execPath, ["--no-warnings", join(import.meta.dirname, "tool-server.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const url = `http://127.0.0.1:${line.toString().trim()}`;
  return {
    url,
    arrivals: async () => ((await (await fetch(`${url}/arrivals`)).json()) as { arrivals: Arrival[] }).arrivals,
    async stop() {
      child.kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}
