/** Starts the tool server and asks it. */
import { type ChildServer, startChildServer } from "./child-server.ts";

export type Arrival = { readonly at: number; readonly value: number };
export type ToolServer = ChildServer & {
  /** The calls since the last question, oldest first. */
  arrivals(): Promise<readonly Arrival[]>;
};

export async function startToolServer(): Promise<ToolServer> {
  const server = await startChildServer("tool-server.ts");
  return {
    ...server,
    arrivals: async () => ((await (await fetch(`${server.url}/arrivals`)).json()) as { arrivals: Arrival[] }).arrivals,
  };
}
