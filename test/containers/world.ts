/**
 * A whole platform with containers over a fresh state, reached over HTTP; a Docker engine that can be taken away from it; and a host that
 * counts who comes.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, openSync, rmSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freeze } from "../../scripts/platform/freeze.ts";
import { type Platform, startPlatform, waitUntilHealthy } from "../../scripts/platform/platform.ts";
import { freePort } from "../../scripts/platform/ports.ts";
import { makePeople, type People } from "../../scripts/start/people.ts";

export type ContainerWorld = {
  readonly people: People;
  platform(): Platform;
  /** An address of this machine that a container could reach, with a port where every visitor is counted. */
  readonly host: {
    readonly address: string;
    readonly port: number;
    /** The port 80 shows the same; false where this machine does not give it to us. Only that one reaches the runtime's interception. */
    readonly hasPort80: boolean;
    visits(): number;
  };
  /** After the platform was killed: over the same state, on the same port. */
  startAgain(): Promise<void>;
  /** Until the returned function is called, nobody reaches the Docker engine through the platform's socket. */
  takeEngineAway(): Promise<() => Promise<void>>;
  stop(): Promise<void>;
};

/** Instances of the sandbox that run now, by name; without the local runtime's sidecars. */
export const running = (): string[] =>
  docker(["ps", "--filter", "name=workerd-bulkhead-ToolSandbox-", "--format", "{{.Names}}"])
    .split("\n")
    .filter((name) => name !== "" && !name.endsWith("-proxy"));

export const docker = (args: readonly string[]): string => execFileSync("docker", [...args], { encoding: "utf8" }).trim();

/** Resolves with the first answer that `isGood`; throws after `patienceMs`. */
export async function until<T>(ask: () => T | Promise<T>, isGood: (answer: T) => boolean, patienceMs: number): Promise<T> {
  for (const end = Date.now() + patienceMs; ; await sleep(200)) {
    const answer = await ask();
    if (isGood(answer)) return answer;
    if (Date.now() > end) throw new Error(`not within ${patienceMs} ms: ${JSON.stringify(answer)}`);
  }
}

export async function openContainerWorld(): Promise<ContainerWorld> {
  const folder = mkdtempSync(join(tmpdir(), "bulkhead-containers-"));
  const engine = await engineProxy(join(folder, "docker.sock"));
  const frozen = await freeze(join(folder, "bundle"));
  const ports = ["--port", String(await freePort()), "--inspector-port", String(await freePort())];
  const start = async (): Promise<Platform> => {
    process.env["DOCKER_HOST"] = `unix://${engine.path}`; // for wrangler and the local runtime; tests ask the engine itself
    try {
      return await startPlatform({
        args: [...frozen, "--env", "containers", ...ports, "--persist-to", join(folder, "state")],
        output: openSync(join(folder, "platform.log"), "a"),
      });
    } finally {
      delete process.env["DOCKER_HOST"];
    }
  };
  let platform = await start();
  const visitors = await countingHost();
  const stop = async (): Promise<void> => {
    await platform.child.stop(20_000);
    await engine.stop();
    visitors.close();
    await until(running, (names) => names.length === 0, 40_000).catch(() => undefined);
    const left = docker(["ps", "--all", "--quiet", "--filter", "name=workerd-bulkhead-ToolSandbox-"]).split("\n").filter(Boolean);
    if (left.length > 0) docker(["rm", "--force", ...left]);
    if (process.env["BULKHEAD_KEEP"] === undefined) rmSync(folder, { recursive: true, force: true });
    else console.log(`kept: ${folder}`);
  };
  try {
    await waitUntilHealthy(platform, 180_000);
    const people = await makePeople(platform.url, platform.adminKey);
    return {
      people,
      platform: () => platform,
      host: visitors,
      async startAgain() {
        platform = await start();
        await waitUntilHealthy(platform, 180_000);
      },
      takeEngineAway: engine.takeAway,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A socket in front of the engine's, which can be closed: whoever has only this one sees an engine that is gone. */
async function engineProxy(path: string) {
  const open = new Set<Socket>();
  const listen = (): Promise<Server> =>
    new Promise((resolve) => {
      const server = createServer((client) => {
        const upstream = connect("/var/run/docker.sock");
        for (const socket of [client, upstream]) {
          open.add(socket);
          socket.on("close", () => open.delete(socket)).on("error", () => socket.destroy());
        }
        client.pipe(upstream).pipe(client);
      });
      server.listen(path, () => resolve(server));
    });
  const close = (server: Server): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of open) socket.destroy();
    });
  let server = await listen();
  return {
    path,
    stop: () => close(server),
    async takeAway() {
      await close(server);
      return async () => {
        server = await listen();
      };
    },
  };
}

async function countingHost() {
  let count = 0;
  const server = createHttpServer((_request, response) => response.end("here is something that no container may read"));
  server.on("connection", () => {
    count++;
  });
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
  const plain = createHttpServer((_request, response) => response.end("port 80"));
  const hasPort80 = await new Promise<boolean>((resolve) => {
    plain.once("error", () => resolve(false));
    plain.listen(80, "0.0.0.0", () => resolve(true));
  });
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const address = addresses.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "127.0.0.1";
  return {
    address,
    port: (server.address() as AddressInfo).port,
    hasPort80,
    visits: () => count,
    close: () => {
      server.close();
      plain.close();
    },
  };
}
