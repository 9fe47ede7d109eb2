/**
 * Docker's leftovers of local containers. An instance ends by itself when nobody holds on to it (sandbox/runner.py); the sidecar that the
 * local runtime starts beside each one does not, and what has ended stays in Docker's list. Both are removed here.
 */
import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** What the local runtime names instances of the sandbox; a sidecar has its instance's name and `-proxy`. */
const PREFIX = "workerd-bulkhead-ToolSandbox-";
const SIDECAR = "-proxy";
const EVERY_MS = 5_000;
/** A sidecar is there before its instance: it is removed when it was alone this often. */
const LOOKS = 4;
/** After the end of the platform. */
const LAST_LOOKS = 5;
const LAST_EVERY_MS = 1_000;

/** One line of Docker's list. `state`: as Docker says it, such as `created`, `running`, `paused`, `exited`. */
export type Listed = { readonly name: string; readonly state: string };

const isSidecar = ({ name }: Listed): boolean => name.endsWith(SIDECAR);
/** The instance that a sidecar stands beside. */
const instanceOf = (sidecar: string): string => sidecar.slice(0, -SIDECAR.length);
const hasEnded = ({ state }: Listed): boolean => state === "exited" || state === "dead";

/** Pure. Instances that have ended, and sidecars whose instance has ended or is not there. */
export function leftovers(listed: readonly Listed[]): { readonly ended: readonly string[]; readonly alone: readonly string[] } {
  const alive = new Set(listed.filter((one) => !hasEnded(one)).map(({ name }) => name));
  return {
    ended: listed.filter((one) => !isSidecar(one) && hasEnded(one)).map(({ name }) => name),
    alone: listed.filter((one) => isSidecar(one) && !alive.has(instanceOf(one.name))).map(({ name }) => name),
  };
}

/** Instances and sidecars of the sandbox in Docker's list. Throws when Docker does not answer. */
async function listInstances(): Promise<Listed[]> {
  const output = await docker(["ps", "--all", "--filter", `name=${PREFIX}`, "--format", "{{.Names}} {{.State}}"]);
  return output
    .split("\n")
    .filter((line) => line.startsWith(PREFIX))
    .map((line) => ({ name: line.split(" ")[0] ?? "", state: line.split(" ")[1] ?? "" }));
}

/** Removes them, whatever they are doing. */
async function removeInstances(names: readonly string[]): Promise<void> {
  if (names.length > 0) await docker(["rm", "--force", ...names]);
}

/** A look that goes on until it is ended. */
export type Sweep = {
  readonly end: () => void;
  /** After the end of the platform: removes the sidecars of instances that were seen alive, looking until none of these runs, or a few seconds. */
  readonly last: () => Promise<void>;
};

/** Removes leftovers until the process ends, or `end` is called. */
export function sweepLeftovers(): Sweep {
  let seen = new Map<string, number>();
  const met = new Set<string>();
  const look = async () => {
    const listed = await listInstances();
    const alive = listed.filter((one) => !hasEnded(one) && !isSidecar(one)).map(({ name }) => name);
    for (const name of alive) met.add(name);
    return { ...leftovers(listed), alive };
  };
  const timer = setInterval(() => {
    void (async () => {
      const { ended, alone } = await look();
      seen = new Map(alone.map((name) => [name, (seen.get(name) ?? 0) + 1]));
      await removeInstances([...ended, ...alone.filter((name) => (seen.get(name) ?? 0) >= LOOKS)]);
    })().catch(() => undefined); // without Docker there is nothing to remove
  }, EVERY_MS);
  timer.unref();
  return {
    end: () => clearInterval(timer),
    async last() {
      for (let looks = 0; looks < LAST_LOOKS; looks++, await sleep(LAST_EVERY_MS)) {
        const { ended, alone, alive } = await look();
        await removeInstances([...ended, ...alone.filter((name) => met.has(instanceOf(name)))]);
        if (alive.length === 0) return;
      }
    },
  };
}

/** As wrangler finds it. */
const PROGRAM = process.env["WRANGLER_DOCKER_BIN"] || "docker";

function docker(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(PROGRAM, [...args], { encoding: "utf8", timeout: 30_000 }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    );
  });
}
