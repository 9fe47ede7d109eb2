/** Every point of every shipped workflow at which an object may end, one end each, in the simulation (docs/simulation.md). */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { PointsOrder, PointsTold } from "../../simulation/points-worker.ts";
import type { Check } from "./check.ts";

const WORKFLOWS = ["support-refund", "order-fulfilment", "document-summary", "research-desk"];
/** Each workflow's points are cut in so many shares. */
const SHARES = 8;
const SHOWN = 10;

export const crashPoints: Check = {
  name: "crash-points",
  title: "every crash point of the shipped workflows, one crash and one code update each, simulated",
  async run({ tell, violation }) {
    const orders = WORKFLOWS.flatMap((workflow) => Array.from({ length: SHARES }, (_, share) => ({ workflow, share, of: SHARES })));
    const all = orders.length;
    const sums = new Map(WORKFLOWS.map((workflow) => [workflow, { points: 0, broken: 0 }]));
    const told = ({ workflow, points, broken }: PointsTold): void => {
      const sum = sums.get(workflow);
      if (sum === undefined) return;
      sum.points += points;
      sum.broken += broken.length;
      for (const what of broken.slice(0, SHOWN)) violation(`${workflow}: ${what}`);
      tell(`${all - orders.length} of ${all} shares handed out`);
    };
    await Promise.all(Array.from({ length: availableParallelism() }, () => work(orders, told)));
    return [
      ["workflow", "points", "ends", "broken"],
      ...[...sums].map(([name, { points, broken }]) => [name, String(points), String(points * 2), String(broken)]),
    ];
  },
};

function work(orders: PointsOrder[], told: (told: PointsTold) => void): Promise<void> {
  const worker = new Worker(join(import.meta.dirname, "../../simulation/points-worker.ts"), {
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  return new Promise<void>((resolve, reject) => {
    worker.on("message", (message: PointsTold | "ready") => {
      if (message !== "ready") told(message);
      const order = orders.shift();
      if (order === undefined) void worker.terminate().then(() => resolve());
      else worker.postMessage(order);
    });
    worker.on("error", (error) => {
      void worker.terminate();
      reject(error);
    });
  });
}
