/** Worker threads that share out seeds; each asks for the next when it is done with one. */
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Order, Task, Told } from "./worker.ts";

export type CrewOptions = {
  readonly workers: number;
  readonly fault: string | null;
  readonly shrink: boolean;
  /** The next seed, or null when there is none any more. */
  readonly next: () => number | null;
  readonly told: (told: Told) => void;
};

/** Resolves when every seed that was handed out has been reported. Rejects when a thread breaks. */
export async function work({ workers, fault, shrink, next, told }: CrewOptions): Promise<void> {
  await Promise.all(Array.from({ length: workers }, () => one({ fault }, shrink, next, told)));
}

function one(task: Task, shrink: boolean, next: () => number | null, told: (told: Told) => void): Promise<void> {
  const worker = new Worker(join(import.meta.dirname, "worker.ts"), {
    workerData: task,
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  return new Promise<void>((resolve, reject) => {
    worker.on("message", (message: Told | "ready") => {
      if (message !== "ready") told(message);
      const seed = next();
      if (seed === null) void worker.terminate().then(() => resolve());
      else worker.postMessage({ seed, shrink } satisfies Order);
    });
    worker.on("error", (error) => {
      void worker.terminate();
      reject(error);
    });
  });
}
