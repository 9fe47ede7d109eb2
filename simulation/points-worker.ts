/** One worker thread of the exhaustive check: ends a life at each point that it is given, in both ways, and tells what broke. */
import "./hooks.ts";
import { parentPort } from "node:worker_threads";

const { SHIPPED } = await import("./definitions.ts");
const { crashPointsOf, endAt, ENDINGS, OBJECTS } = await import("./crash-points.ts");

export type PointsOrder = { readonly workflow: string; readonly share: number; readonly of: number };
export type PointsTold = { readonly workflow: string; readonly points: number; readonly broken: readonly string[] };

parentPort?.on("message", async ({ workflow, share, of }: PointsOrder) => {
  const work = SHIPPED.find(({ definition }) => definition.name === workflow);
  if (work === undefined) throw new Error(`no workflow ${workflow}`);
  const { points } = await crashPointsOf(work, OBJECTS);
  const mine = points.filter((_point, index) => index % of === share);
  const broken: string[] = [];
  for (const point of mine) {
    for (const how of ENDINGS) {
      const outcome = await endAt(work, point, how);
      if (outcome === null) broken.push(`${point} was not passed`);
      else if (outcome.ends.join() !== "completed") broken.push(`${point} (${how}): the run ended ${outcome.ends.join()}`);
      else for (const { kind, what } of outcome.violations) broken.push(`${point} (${how}): ${kind}: ${what}`);
    }
  }
  parentPort?.postMessage({ workflow, points: mine.length, broken } satisfies PointsTold);
});
parentPort?.postMessage("ready");
