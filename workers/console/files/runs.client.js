/** The list of runs, newest first, kept fresh while it is looked at. */
import { read, withQuery } from "./api.client.js";
import { chip, el, field, keyed, select, setText, submitted } from "./dom.client.js";
import { money, relative } from "./format.client.js";

const STATUSES = ["queued", "running", "waiting", "paused", "compensating", "completed", "failed", "cancelled", "dead_lettered"];
const REFRESH_MS = 3_000;
const PAGE = 50;

export const runLink = (id) => el("a", { href: `#/runs/${encodeURIComponent(id)}`, class: "id" }, id);

export function showRuns(view) {
  view.title("Runs");
  const status = select([["", "Any status"], ...STATUSES.map((name) => [name, name.replaceAll("_", " ")])], "");
  const workflow = el("input", { type: "search", autocomplete: "off", spellcheck: "false", maxlength: 63 });
  const body = el("tbody");
  const empty = el("p", { class: "empty", hidden: true }, "No runs here yet.");
  const more = el("button", { type: "button", hidden: true, on: { click: () => view.guard(older) } }, "Show older runs");
  const draw = keyed(body, (run) => run.id, runLine);
  let first = [];
  let olderRuns = [];
  let next = null;

  view.root.append(
    el(
      "form",
      { class: "filters", role: "search", on: { submit: submitted(() => {}), input: () => view.guard(restart) } },
      field("Status", status),
      field("Workflow", workflow),
    ),
    el(
      "table",
      { class: "list" },
      el("caption", { class: "unseen" }, "Runs, newest first"),
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          ["Run", "Workflow", "Status", "User", "Cost", "Age"].map((head) => el("th", { scope: "col" }, head)),
        ),
      ),
      body,
    ),
    empty,
    el("p", {}, more),
  );

  const page = (cursor) =>
    read(withQuery("/v1/runs", { status: status.value, workflow: workflow.value.trim(), limit: PAGE, cursor }), view.signal);

  async function refresh() {
    const asked = `${status.value} ${workflow.value}`;
    const answer = await page(null);
    if (asked !== `${status.value} ${workflow.value}`) return;
    first = answer.data;
    if (olderRuns.length === 0) next = answer.next_cursor;
    redraw();
  }
  async function restart() {
    olderRuns = [];
    await refresh();
  }
  async function older() {
    const answer = await page(next);
    olderRuns = [...olderRuns, ...answer.data];
    next = answer.next_cursor;
    redraw();
  }
  function redraw() {
    const lines = new Map([...first, ...olderRuns].map((run) => [run.id, run]));
    for (const run of first) lines.set(run.id, run);
    draw([...lines.values()].sort((a, b) => (a.id < b.id ? 1 : -1)));
    empty.hidden = lines.size > 0;
    more.hidden = next === null;
  }
  return view.every(REFRESH_MS, refresh);
}

function runLine(run) {
  const status = chip(run.status);
  const cost = el("td", { "data-label": "Cost", class: "number" });
  const age = el("td", { "data-label": "Age", title: run.created_at });
  const element = el(
    "tr",
    {},
    el("th", { scope: "row", "data-label": "Run" }, runLink(run.id)),
    el("td", { "data-label": "Workflow" }, `${run.workflow}@${run.version}`),
    el("td", { "data-label": "Status" }, status.element),
    el("td", { "data-label": "User" }, run.user),
    cost,
    age,
  );
  return {
    element,
    update(now) {
      status.update(now.status);
      setText(cost, money(now.usage?.usd));
      setText(age, relative(now.created_at, Date.now()));
    },
  };
}
