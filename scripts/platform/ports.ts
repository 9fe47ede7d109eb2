/** Free ports, and ports that are about to be free. */
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A port that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** The wanted port when it is free, else any. */
export async function freePortNear(wanted: number): Promise<number> {
  return (await isFree(wanted)) ? wanted : freePort();
}

/** The first free port of some behind this one, for advice; where all are taken, any. */
export async function freePortAfter(taken: number): Promise<number> {
  for (let port = taken + 1; port <= Math.min(taken + 50, 65_535); port++) if (await isFree(port)) return port;
  return freePort();
}

/** A platform that was just killed may hold its port for a moment longer. False when it is still taken after `patienceMs`. */
export async function waitForPort(port: number, patienceMs = 10_000): Promise<boolean> {
  for (const until = Date.now() + patienceMs; Date.now() < until; await sleep(50)) {
    if (await isFree(port)) return true;
  }
  return false;
}

/** Asked of both loopbacks: wrangler listens on `localhost`, which may be either. */
async function isFree(port: number): Promise<boolean> {
  return (await canListen(port, "127.0.0.1")) && (await canListen(port, "::1"));
}

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "EADDRINUSE"));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
