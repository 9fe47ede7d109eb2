/** The critical path: of all ways through the steps, along what they need, the one whose steps took longest together. Pure. */

/** A step that began and ended. */
export type TimedStep = { readonly id: string; readonly needs: readonly string[]; readonly ms: number };

/** In the order of the steps. `steps`: each after all that it needs; a need that is not among them is ignored. */
export function criticalPath(steps: readonly TimedStep[]): readonly string[] {
  const best = new Map<string, { readonly ms: number; readonly before: string | null }>();
  let end: { id: string; ms: number } | null = null;
  for (const { id, needs, ms } of steps) {
    let before: string | null = null;
    let longest = 0;
    for (const need of needs) {
      const reached = best.get(need)?.ms;
      if (reached !== undefined && (before === null || reached > longest)) {
        before = need;
        longest = reached;
      }
    }
    best.set(id, { ms: longest + ms, before });
    if (end === null || longest + ms > end.ms) end = { id, ms: longest + ms };
  }
  const path: string[] = [];
  for (let id = end?.id ?? null; id !== null; id = best.get(id)?.before ?? null) path.unshift(id);
  return path;
}
