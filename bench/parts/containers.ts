/**
 * A call of a tool in a container, over HTTP on a whole platform (`wrangler dev`): with an instance that stands ready, and with none; beside
 * both a bare `docker run` of the same image. Needs Docker, or `BULKHEAD_CONTAINER_LAB`; without, it says so and measures nothing.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { containerMachine } from "../../scripts/platform/container-lab.ts";
import { freeze } from "../../scripts/platform/freeze.ts";
import { openLog } from "../../scripts/platform/log-file.ts";
import { startPlatform, waitUntilHealthy } from "../../scripts/platform/platform.ts";
import { freePort } from "../../scripts/platform/ports.ts";
import type { Figure } from "../report/figure.ts";
import { summarise } from "../report/statistics.ts";

/** Milliseconds from the request to the answer. */
const TARGETS = { ready: 500, cold: 1_500 } as const;
/** Between two calls, in ms: the pool replaces what was taken. */
const REFILL_MS = 4_000;

export async function containers(quick: boolean, tell: (what: string) => void): Promise<readonly Figure[]> {
  const machine = containerMachine(tell);
  if (!machine.ok) {
    tell(`containers: skipped: ${machine.why}`);
    return [];
  }
  Object.assign(process.env, machine.env);
  const folder = mkdtempSync(join(tmpdir(), "bulkhead-bench-containers-"));
  const frozen = await freeze(join(folder, "bundle"));
  const measure = async (ready: number, count: number): Promise<number[]> => {
    const args = ["--env", "containers", "--port", String(await freePort()), "--inspector-port", String(await freePort())];
    const more = ["--persist-to", join(folder, `state-${ready}`), "--var", `SANDBOX_READY:${ready}`];
    const platform = await startPlatform({ args: [...frozen, ...args, ...more], output: openLog("bench-containers") });
    try {
      await waitUntilHealthy(platform, 180_000);
      const call = async (): Promise<number> => {
        const startedAt = performance.now();
        const answer = await fetch(`${platform.url}/v1/tools/code.run/test`, {
          method: "POST",
          headers: { authorization: `Bearer ${platform.adminKey}`, "content-type": "application/json" },
          body: JSON.stringify({ input: { language: "python", code: "output = 1 + 1" } }),
        });
        const { output } = (await answer.json()) as { output?: { output?: number } };
        if (output?.output !== 2) throw new Error(`the container answered wrongly (${answer.status})`);
        return performance.now() - startedAt;
      };
      await call();
      const times: number[] = [];
      for (let n = 0; n < count; n++) {
        if (ready > 0) await sleep(REFILL_MS);
        times.push(await call());
      }
      return times;
    } finally {
      await platform.child.stop();
    }
  };
  try {
    tell("containers that stand ready");
    const warm = await measure(2, quick ? 5 : 15);
    tell("containers that are started for their call");
    const cold = await measure(0, quick ? 3 : 8);
    tell("`docker run` of the same image");
    const bare = Array.from({ length: quick ? 3 : 8 }, bareRun);
    const floor = { name: "docker run, python3 -c", unit: "ms" as const, value: summarise(bare) };
    const figure = (id: string, what: string, values: readonly number[], most: number): Figure => ({
      part: "sandbox",
      id,
      what,
      unit: "ms",
      value: summarise(values),
      target: { at: "most", value: most },
      sides: [floor],
    });
    return [
      figure("sandbox.container.ready", "a call in a container that stands ready: HTTP to the answer", warm, TARGETS.ready),
      figure("sandbox.container.cold", "a call in a container that is started for it: HTTP to the answer", cold, TARGETS.cold),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function bareRun(): number {
  const image = execFileSync("docker", ["images", "--quiet", "cloudflare-dev/toolsandbox"], { encoding: "utf8" }).split("\n")[0] ?? "";
  const startedAt = performance.now();
  execFileSync("docker", ["run", "--rm", "--network", "none", "--entrypoint", "python3", image, "-c", "print(1 + 1)"]);
  return performance.now() - startedAt;
}
