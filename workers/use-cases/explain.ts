/** The explanation of a run with its child runs in it, as far as the caller may see them. */
import type { Refusal } from "../../core/errors/problem.ts";
import { unknownId } from "../../core/errors/unknown-name.ts";
import { withChildren } from "../../core/explain/children.ts";
import type { Explanation } from "../../core/explain/explain.ts";
import { type PastRun, typicalOf } from "../../core/explain/typical.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Asked } from "./access.ts";
import type { UseCasePorts } from "./ports.ts";
import { findRunWithJournal } from "./runs.ts";

/** Child runs that one explanation enters, and how deep. Further ones are named with their sums. */
const MOST_CHILDREN = 20;
const MOST_DEPTH = 4;

type Ports = UseCasePorts & { readonly pastRuns: (org: string, workflow: string, besides: string) => Promise<readonly PastRun[]> };

/** Reads the run's journal, and those of its children with the same rights. */
export async function explainRun(ports: Ports, asked: Asked, id: string): Promise<Result<Explanation, Refusal>> {
  const found = await findRunWithJournal(ports, asked, id, "run.read");
  if (!found.ok) return found;
  const { org, workflow } = found.value.view;
  const typical = typicalOf(await ports.pastRuns(org, workflow, found.value.id));
  const explanation = await ports.runs(found.value.id, org).explain(typical);
  if (explanation === null) return err(unknownId("run", id));
  return ok(await entered(ports, asked, explanation, MOST_DEPTH, { children: MOST_CHILDREN }));
}

/** `left`: shared by the whole tree. A child that the caller may not see, or whose person is erased, stays as its parent tells of it. */
async function entered(ports: Ports, asked: Asked, parent: Explanation, depth: number, left: { children: number }): Promise<Explanation> {
  const onPath = new Set(parent.time.critical_path.map(({ run }) => run));
  const first = parent.child_runs.toSorted((a, b) => Number(onPath.has(b.run)) - Number(onPath.has(a.run)));
  const some = depth === 0 ? [] : first.slice(0, left.children);
  left.children -= some.length;
  const children = await Promise.all(
    some.map(async ({ run }): Promise<readonly [string, Explanation] | null> => {
      const found = await findRunWithJournal(ports, asked, run, "run.read");
      const child = found.ok ? await ports.runs(found.value.id, found.value.view.org).explain(null) : null;
      return child === null ? null : [run, await entered(ports, asked, child, depth - 1, left)];
    }),
  );
  return withChildren(parent, new Map(children.filter((child) => child !== null)));
}
