/** Processes as Linux shows them in /proc: who is whose child, and how much CPU each has used. */
import { readdirSync, readFileSync } from "node:fs";

/** USER_HZ: the unit of the times in /proc/<pid>/stat is 10 ms on every Linux that Node runs on (proc(5), sysconf(_SC_CLK_TCK)). */
const MS_PER_TICK = 10;

type Status = { readonly parent: number; readonly cpuMs: number };

/** proc(5): the command (field 2) is in parentheses and may hold anything; the fields after it are counted from its end. */
export function readStat(text: string): Status {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]); // utime and stime, fields 14 and 15
  return { parent: Number(fields[1]), cpuMs: ticks * MS_PER_TICK };
}

/** Milliseconds of CPU of one process; 0 when it is gone. */
export function cpuMsOf(pid: number): number {
  return statusOf(pid)?.cpuMs ?? 0;
}

/** Memory that one process really has, in bytes, and its open files; zeros when it is gone. proc(5): VmRSS is in KiB. */
export function heldBy(pid: number): { readonly bytes: number; readonly files: number } {
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? "")?.[1];
  let files = 0;
  try {
    files = readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    // the process has ended in between
  }
  return { bytes: Number(resident ?? 0) * 1024, files };
}

/** The runtimes (`workerd`) under a process, at any depth. */
export function runtimesUnder(ancestor: number): number[] {
  const parents = new Map(pids().flatMap((pid): [number, number][] => [[pid, statusOf(pid)?.parent ?? 0]]));
  const isUnder = (pid: number): boolean => {
    for (let at = parents.get(pid) ?? 0; at > 1; at = parents.get(at) ?? 0) if (at === ancestor) return true;
    return false;
  };
  return [...parents.keys()].filter((pid) => isUnder(pid) && commandOf(pid) === "workerd");
}

const pids = (): number[] => readdirSync("/proc").map(Number).filter(Number.isInteger);
const commandOf = (pid: number): string => read(`/proc/${pid}/comm`)?.trim() ?? "";

function statusOf(pid: number): Status | null {
  const text = read(`/proc/${pid}/stat`);
  return text === null ? null : readStat(text);
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null; // the process has ended in between
  }
}
