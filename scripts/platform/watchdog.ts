/**
 * Watches over the runtime of a local platform, which bounds neither the time nor the memory of code that tools bring: it asks the
 * platform something each second, looks at the runtime's process, and ends that process when `stuck` says so; wrangler starts it again.
 * Needs /proc, so it works on Linux alone.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Platform } from "./platform.ts";
import { holdsPort } from "./port-holder.ts";
import { type Sample, type Stuck, stuck } from "./stuck.ts";

/** Answered by the runtime's process, which one loop silences as a whole, and written to no log: `/healthz` would fill it. Any status is an answer. */
const PING_PATH = "/cdn-cgi/local/r2/public";
const PING_EVERY_MS = 1_000;
/** A ping without an answer is left open this long: a platform that is merely slow is not silent. */
const PING_PATIENCE_MS = 30_000;
/** Often, since a loop that takes memory takes gigabytes in a second. */
const SAMPLE_EVERY_MS = 250;
/** Kills after which a person is told what to do: a run that repeats its call would go on for ever. */
const TIMES_THAT_ASK_FOR_A_PERSON = 3;
/** As many samples as are looked at: 100 seconds. */
const MOST_SAMPLES = 400;
/** Milliseconds of a clock tick, in which /proc counts processor time (proc_pid_stat(5)): 100 a second on every Linux that Node runs on. */
const TICK_MS = 10;

/** Watches as long as this process lives. `tell` gets one line for each runtime that is ended, and for a system that cannot be watched. */
export function startWatchdog({ child, port, url }: Platform, tell: (line: string) => void): void {
  if (!existsSync("/proc/self/stat")) {
    tell("Code of a tool that never ends is not ended on this system, which has no /proc: it holds up the platform until you restart it.");
    return;
  }
  let answered = false;
  let hasAnswered = false;
  let ended = 0;
  let pid: number | null = null;
  let samples: Sample[] = [];
  setInterval(async () => {
    try {
      await (await fetch(`${url}${PING_PATH}`, { signal: AbortSignal.timeout(PING_PATIENCE_MS) })).arrayBuffer();
      answered = true;
    } catch {
      // Silence.
    }
  }, PING_EVERY_MS).unref();
  setInterval(() => {
    if (pid === null || !isRuntime(pid, child.group, port)) {
      pid = runtimeOf(child.group, port);
      samples = [];
      hasAnswered = answered = false;
    }
    const usage = pid === null ? null : usageOf(pid);
    if (pid === null || usage === null) return;
    if (answered) samples = [];
    samples.push({ at: performance.now(), answered, ...usage });
    if (samples.length > MOST_SAMPLES) samples.shift();
    hasAnswered ||= answered;
    answered = false;
    const why = stuck(samples, hasAnswered);
    if (why === null) return;
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      return; // it ended by itself
    }
    tell(`${reasonOf(why)} Its process ${pid} was ended and starts again; calls under way end as after any crash.`);
    tell(
      "The cause is a request that took too long or too much, or code of a tool (kind `isolate`) that never ends; which one is not known here. Cloudflare ends either by its own limits.",
    );
    pid = null;
    if (++ended % TIMES_THAT_ASK_FOR_A_PERSON === 0)
      tell(
        `That was time number ${ended}: a run may make the call again after each start. Stop the platform and delete its state to be rid of it.`,
      );
  }, SAMPLE_EVERY_MS).unref();
}

const reasonOf = (why: Stuck): string =>
  why.why === "silence"
    ? `The runtime answered nobody for ${why.seconds} s and worked all the time.`
    : `The runtime took ${(why.bytes / 1024 ** 3).toFixed(1)} GiB of memory.`;

/** The runtime with the platform: of wrangler's processes the one that does not hold the port. */
function runtimeOf(group: number, port: number): number | null {
  const pids = readdirSync("/proc").filter((name) => /^[0-9]+$/.test(name));
  return pids.map(Number).find((pid) => isRuntime(pid, group, port)) ?? null;
}

function isRuntime(pid: number, group: number, port: number): boolean {
  const stat = statOf(pid);
  if (stat === null || stat.name !== "workerd" || stat.group !== group) return false;
  const args = readOrEmpty(`/proc/${pid}/cmdline`).split("\0");
  return args.some((word) => word.startsWith("--socket-addr=entry=")) && !holdsPort(args, port);
}

function usageOf(pid: number): Pick<Sample, "cpuMs" | "memoryBytes"> | null {
  const stat = statOf(pid);
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(readOrEmpty(`/proc/${pid}/status`))?.[1];
  return stat === null || kib === undefined ? null : { cpuMs: stat.cpuMs, memoryBytes: Number(kib) * 1024 };
}

/** The name stands in brackets and may hold anything, also a bracket; the fields are counted from behind it. */
function statOf(pid: number): { readonly name: string; readonly group: number; readonly cpuMs: number } | null {
  const text = readOrEmpty(`/proc/${pid}/stat`);
  const end = text.lastIndexOf(")");
  if (end === -1) return null;
  const fields = text.slice(end + 2).split(" "); // from the third on
  return {
    name: text.slice(text.indexOf("(") + 1, end),
    group: Number(fields[2]),
    cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS,
  };
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
