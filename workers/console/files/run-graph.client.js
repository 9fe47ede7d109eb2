/** The graph of a run: its steps by what needs what, each in the colour of its status. A click leads to the step's line. */
import { read } from "./api.client.js";
import { el, setText, svg } from "./dom.client.js";
import { graphOf } from "./graph.client.js";

const BOX = { width: 150, height: 44, across: 46, down: 16, edge: 4 };
/** Characters of a step's name that fit into its box. */
const NAME = 18;

/** What `update(steps)` of the run keeps fresh; null when the definition may not be read by whoever is signed in. */
export async function runGraph(run, signal) {
  const path = `/v1/workflows/${encodeURIComponent(run.workflow)}/versions/${run.version}`;
  const version = await read(path, signal).catch((error) => (error.status === 403 || error.status === 404 ? null : Promise.reject(error)));
  return version === null ? null : drawn(graphOf(version.definition));
}

function drawn(graph) {
  const place = new Map(graph.nodes.map(({ id, column, row }) => [id, at(column, row)]));
  const width = graph.columns * (BOX.width + BOX.across) - BOX.across + 2 * BOX.edge;
  const height = graph.rows * (BOX.height + BOX.down) - BOX.down + 2 * BOX.edge;
  const boxes = new Map(graph.nodes.map(({ id }) => [id, box(id, place.get(id))]));
  const picture = svg(
    "svg",
    { class: "graph", viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": "Graph of the steps" },
    ...graph.edges.map(({ from, to }) => svg("path", { class: "edge", d: line(place.get(from), place.get(to)) })),
    ...[...boxes.values()].map(({ element }) => element),
  );
  return {
    element: el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Graph" }, picture),
    update(steps) {
      for (const step of steps) boxes.get(step.id)?.update(step);
    },
  };
}

const at = (column, row) => ({ x: BOX.edge + column * (BOX.width + BOX.across), y: BOX.edge + row * (BOX.height + BOX.down) });

function line(from, to) {
  const [x1, y1, x2, y2] = [from.x + BOX.width, from.y + BOX.height / 2, to.x, to.y + BOX.height / 2];
  const bend = (x2 - x1) / 2;
  return `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

function box(id, { x, y }) {
  const title = svg("title");
  const state = svg("text", { x: x + 10, y: y + 34, class: "state" });
  const name = id.length > NAME ? `${id.slice(0, NAME - 1)}…` : id;
  const element = svg(
    "a",
    { class: "node", href: "#", on: { click: (event) => lead(event, id) } },
    title,
    svg("rect", { x, y, width: BOX.width, height: BOX.height, rx: 8 }),
    svg("text", { x: x + 10, y: y + 18, class: "name" }, name),
    state,
  );
  return {
    element,
    update(step) {
      element.setAttribute("data-status", step.status);
      setText(title, `${step.id}: ${step.status}`);
      setText(state, step.attempts > 1 ? `${step.status}, ${step.attempts} attempts` : step.status);
    },
  };
}

/** To the step's line in the list: the address of the view stays as it is. */
function lead(event, id) {
  event.preventDefault();
  const step = [...document.querySelectorAll(".steps > li")].find((item) => item.dataset.step === id);
  step?.scrollIntoView({ block: "center" });
  step?.focus({ preventScroll: true });
}
