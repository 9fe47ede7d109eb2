/** Where the steps of a run stand in its graph, and the lines between them. Pure. */

/**
 * Steps in columns: a step stands right of everything that it needs. Answers each step's column and row, the edges, and how many columns and
 * rows there are. A step that a definition names as needed and that does not exist is left out, as are circles, which definitions never have.
 */
export function graphOf(definition) {
  const ids = Object.keys(definition.steps ?? {});
  const known = new Set(ids);
  const needsOf = new Map(ids.map((id) => [id, (definition.steps[id].needs ?? []).filter((need) => known.has(need))]));
  const columns = new Map();
  let left = ids;
  while (left.length > 0) {
    const ready = left.filter((id) => needsOf.get(id).every((need) => columns.has(need)));
    if (ready.length === 0) break;
    const placed = ready.map((id) => [id, Math.max(-1, ...needsOf.get(id).map((need) => columns.get(need))) + 1]);
    for (const [id, column] of placed) columns.set(id, column);
    left = left.filter((id) => !columns.has(id));
  }
  const heights = [];
  const nodes = [...columns].map(([id, column]) => {
    const row = heights[column] ?? 0;
    heights[column] = row + 1;
    return { id, column, row };
  });
  const edges = nodes.flatMap(({ id }) => needsOf.get(id).map((need) => ({ from: need, to: id })));
  return { nodes, edges, columns: heights.length, rows: Math.max(0, ...heights) };
}
