/** What calls cost, by what was asked for, as a table with bars; and what the runs were worth. Figures are the API's; shares alone are computed here. */
import { read, withQuery } from "./api.client.js";
import { el, field, select, setText, submitted, svg } from "./dom.client.js";
import { money, whole } from "./format.client.js";

const GROUPS = [
  ["workflow", "Workflow"],
  ["model", "Model"],
  ["user", "User"],
  ["day", "Day"],
  ["tool", "Tool"],
  ["cost_type", "Kind of call"],
];
const TIMES = [
  ["7", "Last 7 days"],
  ["30", "Last 30 days"],
  ["90", "Last 90 days"],
  ["365", "Last 365 days"],
];
/** What no ledger pays: the platform, estimated, and people at the org's price. */
const INCLUDED = [
  ["", "Calls alone"],
  ["storage,people", "The platform and people"],
];
/** Lines of the table before "and so many more"; the API has all of them. */
const LINES = 100;
const DAY_MS = 24 * 60 * 60_000;
const NO_NAME = new Map([
  ["workflow", "chats and embeddings"],
  ["model", "tools and people"],
  ["tool", "models and people"],
]);

export function showCosts(view) {
  view.title("Costs");
  const by = select(GROUPS, "workflow");
  const days = select(TIMES, "30");
  const include = select(INCLUDED, "");
  const facts = el("dl", { class: "facts" });
  const head = el("tr", {});
  const body = el("tbody", {});
  const more = el("p", { class: "meta" });
  const empty = el("p", { class: "empty", hidden: true }, "Nothing cost anything in this time.");
  const worth = el("section", { "aria-label": "What runs are worth" });
  const caption = el("caption", { class: "unseen" });
  view.root.append(
    el(
      "form",
      { class: "filters", on: { submit: submitted(() => {}), change: () => view.guard(refresh) } },
      field("By", by),
      field("Time", days),
      field("Include", include),
    ),
    facts,
    el("table", { class: "list costs" }, caption, el("thead", {}, head), body),
    more,
    empty,
    worth,
  );

  async function refresh() {
    const asked = [by.value, days.value, include.value].join(" ");
    // Whole days: sums of days are kept longest.
    const from = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS - (Number(days.value) - 1) * DAY_MS).toISOString();
    const [answer, outcomes] = await Promise.all([
      read(withQuery("/v1/costs", { by: by.value, from, include: include.value }), view.signal),
      read(withQuery("/v1/costs/outcomes", { from }), view.signal),
    ]);
    if (asked !== [by.value, days.value, include.value].join(" ")) return;
    const [name, title] = GROUPS.find(([key]) => key === by.value);
    const lines = name === "day" ? [...answer.data].sort((a, b) => (a.day < b.day ? 1 : -1)) : answer.data;
    const columns = columnsOf(title, name, lines, include.value !== "");
    setText(caption, `Costs by ${title.toLowerCase()}`);
    head.replaceChildren(...columns.map(({ label }) => el("th", { scope: "col" }, label)));
    body.replaceChildren(
      ...lines.slice(0, LINES).map((line) => el("tr", {}, ...columns.map((column, index) => cell(column, line, index === 0)))),
    );
    setText(more, lines.length > LINES ? `and ${lines.length - LINES} more` : "");
    empty.hidden = lines.length > 0;
    facts.replaceChildren(...factsOf(answer).map(([label, value]) => el("div", {}, el("dt", {}, label), el("dd", {}, value))));
    worth.replaceChildren(...worthOf(outcomes.data));
  }
  return view.guard(refresh);
}

/** All that a line costs, with what was included. */
const totalOf = ({ usd, storage_usd = 0, people_usd = 0 }) => usd + storage_usd + people_usd;

function columnsOf(title, name, lines, withBeside) {
  const dearest = Math.max(0, ...lines.map(totalOf));
  return [
    { label: title, show: (line) => line[name] ?? NO_NAME.get(name) ?? "none" },
    { label: "Share", show: (line) => bar(totalOf(line), dearest) },
    { label: "Calls' cost", show: (line) => money(line.usd) },
    ...(withBeside
      ? [
          { label: "Platform", show: (line) => money(line.storage_usd) },
          { label: "People", show: (line) => money(line.people_usd) },
        ]
      : []),
    { label: "Calls", show: (line) => whole(line.calls) },
    { label: "Tokens", show: (line) => `${whole(line.tokens_in)} in, ${whole(line.tokens_out)} out` },
  ];
}

const cell = ({ label, show }, line, isName) =>
  el(isName ? "th" : "td", isName ? { scope: "row", "data-label": label } : { "data-label": label, class: "number" }, show(line));

/** In its share of the dearest line. The figure stands beside it, so that readers lose nothing. */
function bar(part, dearest) {
  const width = dearest > 0 ? Math.min(1000, (part / dearest) * 1000) : 0;
  return svg(
    "svg",
    { class: "track", viewBox: "0 0 1000 8", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { x: 0, y: 0, height: 8, rx: 3, width }),
  );
}

const factsOf = ({ total_usd, total }) => [
  ["Calls of models and tools", money(total_usd)],
  ...(total === undefined
    ? []
    : [
        ["The platform itself, estimated", money(total.storage_usd)],
        ["People", `${money(total.people_usd)} (${total.people_minutes.toLocaleString("en")} min)`],
      ]),
];

/** Workflows of which the org says what a success is worth. */
function worthOf(outcomes) {
  const told = outcomes.filter(({ hours_saved, value_usd }) => hours_saved !== null || value_usd !== null);
  if (told.length === 0) return [];
  const columns = [
    { label: "Workflow", show: ({ workflow }) => workflow },
    { label: "Completed", show: ({ completed, runs }) => `${whole(completed)} of ${whole(runs)}` },
    { label: "Hours saved", show: ({ hours_saved }) => (hours_saved === null ? "–" : hours_saved.toLocaleString("en")) },
    { label: "Cost", show: ({ total_usd }) => money(total_usd) },
    { label: "Worth", show: ({ value_usd }) => money(value_usd) },
    { label: "Break-even", show: breakEven },
  ];
  return [
    el("h2", {}, "What runs are worth"),
    el(
      "table",
      { class: "list" },
      el("caption", { class: "unseen" }, "What completed runs are worth, by workflow"),
      el("thead", {}, el("tr", {}, ...columns.map(({ label }) => el("th", { scope: "col" }, label)))),
      el("tbody", {}, ...told.map((line) => el("tr", {}, ...columns.map((column, index) => cell(column, line, index === 0))))),
    ),
  ];
}

const breakEven = ({ break_even: even }) =>
  even === null
    ? "–"
    : `${whole(even.successes)} ${even.successes === 1 ? "success" : "successes"}, ${even.reached ? "reached" : "not reached"}`;
