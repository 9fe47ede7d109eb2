/**
 * Whether this machine can run containers, and with which settings. Either it has Docker and reaches a registry, or the variable
 * `BULKHEAD_CONTAINER_LAB` names a folder whose program `up` brings a Docker engine up and, with `--env`, prints the settings for it.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** The base image that a lab's engine has, in place of the one that the sandbox's Dockerfile pins. */
const LAB_BASE = "debian:bookworm-slim";

/** Variables to set for whatever starts containers; or why there is nothing to start them with. */
export type ContainerMachine =
  | { readonly ok: true; readonly env: { readonly [name: string]: string } }
  | { readonly ok: false; readonly why: string };

/** Brings the lab up where there is one. `tell`: for what takes long. */
export function containerMachine(tell: (what: string) => void = () => undefined): ContainerMachine {
  const lab = process.env["BULKHEAD_CONTAINER_LAB"];
  if (lab === undefined || lab === "") {
    const isThere = spawnSync("docker", ["info"], { stdio: "ignore" }).status === 0;
    return isThere ? { ok: true, env: {} } : { ok: false, why: "needs Docker, or BULKHEAD_CONTAINER_LAB" };
  }
  tell("bringing the container lab up");
  const program = join(lab, "up");
  const up = spawnSync(program, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  if (up.status !== 0)
    return { ok: false, why: `the container lab did not come up: ${(up.stderr || String(up.error)).trim().slice(-500)}` };
  const settings = spawnSync(program, ["--env"], { encoding: "utf8" }).stdout ?? "";
  const env = Object.fromEntries([...settings.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value]));
  return { ok: true, env: { ...env, BULKHEAD_SANDBOX_BASE: LAB_BASE } };
}
