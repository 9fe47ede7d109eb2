/** Why a run cost what it cost and took as long as it took: one screen, the heaviest cause first. Figures are the API's; nothing is computed here. */
import { read } from "./api.client.js";
import { el, svg } from "./dom.client.js";
import { duration, money } from "./format.client.js";
import { runLink } from "./runs.client.js";

/** Lines of a list before "and so many more"; the API has all of them. */
const LINES = 12;

export async function showExplanation(view, id) {
  view.title("Cost and time of a run");
  const it = await read(`/v1/runs/${encodeURIComponent(id)}/explain`, view.signal);
  view.root.append(
    el("p", { class: "lead" }, "Run ", runLink(it.run)),
    el("p", { class: "summary" }, it.summary.replaceAll("`", "")),
    el("dl", { class: "facts" }, ...facts(it).map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))),
    ...causes(it),
    el("div", { class: "columns" }, criticalPath(it.time), costs(it.cost, it.beside)),
    ...listed("Waste", it.waste, ({ what, usd, ms }) => `${what}: ${amounts(ms, usd)}`),
    ...listed("Would have saved money", it.what_ifs, ({ what, usd }) => `${what}: ${money(usd)}`),
    ...listed("Decisions", it.decisions, decisionLine),
  );
}

const facts = ({ cost, time, median }) => [
  ["Cost", median === null ? money(cost.usd) : `${money(cost.usd)} (median ${money(median.usd)})`],
  ["Time", median === null ? duration(time.total_ms) : `${duration(time.total_ms)} (median ${duration(median.ms)})`],
  ["Waiting for people or signals", duration(time.waiting_ms)],
  ["Retries", duration(time.retry_ms)],
  ["Queueing", duration(time.queue_ms)],
];

function causes({ causes: all }) {
  if (all.length === 0) return [el("p", { class: "empty" }, "Nothing stands out.")];
  return [
    el("h2", {}, "What weighed most"),
    el(
      "ol",
      { class: "causes" },
      ...all
        .slice(0, LINES)
        .map(({ what, step, ms, usd }) =>
          el("li", {}, el("strong", {}, amounts(ms, usd)), " ", step === null ? what : `${step}: ${what}`.replaceAll("`", "")),
        ),
    ),
  ];
}

/** A bar for each stretch of the path, in its share of the whole time; a child run's own path is indented below the step that called it. */
function criticalPath({ critical_path: path, total_ms: total }) {
  const lines = [];
  const walk = (part, depth) => {
    lines.push({ ...part, depth });
    for (const inner of part.within ?? []) walk(inner, depth + 1);
  };
  for (const part of path) walk(part, 0);
  const shown = lines.slice(0, LINES);
  return el(
    "section",
    { "aria-label": "Critical path" },
    el("h2", {}, "Critical path"),
    ...(shown.length === 0 ? [el("p", { class: "empty" }, "No step has started.")] : []),
    el("ol", { class: "bars" }, ...shown.map(({ step, ms, what, depth }) => bar(`${step}: ${what}`, duration(ms), ms, total, depth))),
    more(lines),
  );
}

/** The tree of what was paid for, as indented bars in their share of the total. */
function costs(root, beside) {
  const lines = [];
  const walk = (node, depth) => {
    lines.push({ ...node, depth });
    for (const child of node.children ?? []) walk(child, depth + 1);
  };
  walk(root, 0);
  const shown = lines.slice(0, 2 * LINES);
  return el(
    "section",
    { "aria-label": "Cost" },
    el("h2", {}, "Money"),
    el(
      "ol",
      { class: "bars" },
      ...shown.map(({ name, usd, calls, depth }) => bar(named(name, calls), `$${usd.toFixed(6)}`, usd, root.usd, depth)),
    ),
    more(lines, 2 * LINES),
    ...(beside.usd > 0 ? [el("p", { class: "meta" }, besideLine(beside))] : []),
  );
}

const besideLine = ({ children }) =>
  `Beside it, in no ledger: ${children.map(({ name, usd }) => `${name} $${usd.toFixed(6)}`).join(", ")}.`;

const named = (name, calls) => (calls === undefined ? name : `${name} (${calls} ${calls === 1 ? "call" : "calls"})`);

function bar(name, figure, part, whole, depth = 0) {
  const share = whole > 0 ? Math.min(1000, Math.max(0, (part / whole) * 1000)) : 0;
  return el(
    "li",
    { class: `depth-${Math.min(depth, 4)}` },
    el("span", { class: "bar-head" }, el("span", {}, name), el("span", { class: "meta" }, figure)),
    svg(
      "svg",
      { class: "track", viewBox: "0 0 1000 8", preserveAspectRatio: "none", "aria-hidden": "true" },
      svg("rect", { x: 0, y: 0, height: 8, rx: 3, width: share }),
    ),
  );
}

const more = (items, most = LINES) => (items.length > most ? [el("p", { class: "meta" }, `and ${items.length - most} more`)] : []);

const listed = (title, items, line) =>
  items.length === 0
    ? []
    : [
        el("h2", {}, title),
        el("ul", {}, ...items.slice(0, LINES).map((item) => el("li", {}, line(item).replaceAll("`", "")))),
        ...more(items),
      ];

const decisionLine = ({ step, what, why }) => `${step === null ? "" : `${step}: `}${what}${why === "" ? "" : `: ${why}`}`;

const amounts = (ms, usd) => [...(ms > 0 ? [duration(ms)] : []), ...(usd > 0 ? [money(usd)] : [])].join(" and ") || "nothing";
