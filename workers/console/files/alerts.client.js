/** What is over its threshold now, since when and by how much. Kept fresh while it is looked at. */
import { read } from "./api.client.js";
import { chip, el, keyed, setText } from "./dom.client.js";
import { figure, relative } from "./format.client.js";

const REFRESH_MS = 15_000;

export function showAlerts(view) {
  view.title("Alerts");
  const list = el("div", { class: "cards" });
  const none = el("p", { class: "empty", hidden: true }, "Nothing is over its threshold.");
  const draw = keyed(list, ({ rule, workflow }) => `${rule} ${workflow}`, alertCard);
  view.root.append(
    list,
    none,
    el("p", { class: "meta" }, "The platform looks once a minute. It tells the org's destinations within five."),
  );
  return view.every(REFRESH_MS, async () => {
    const { data } = await read("/v1/alerts?limit=200", view.signal);
    draw([...data].sort((a, b) => Number(b.severity === "critical") - Number(a.severity === "critical") || (a.since < b.since ? -1 : 1)));
    none.hidden = data.length > 0;
  });
}

function alertCard({ rule, workflow, severity, what }) {
  const status = chip(severity);
  const heading = `alert-${rule}-${workflow ?? ""}`;
  const value = el("dd", {});
  const since = el("dd", {});
  const threshold = el("dd", {});
  const fact = (name, place) => el("div", {}, el("dt", {}, name), place);
  const element = el(
    "article",
    { class: "card", "data-severity": severity, "aria-labelledby": heading },
    el("h2", { id: heading }, what),
    el("p", { class: "lead" }, status.element, el("span", { class: "meta" }, workflow === null ? "the whole org" : `workflow ${workflow}`)),
    el("dl", { class: "facts" }, fact("Now", value), fact("Threshold", threshold), fact("Since", since)),
    el("p", {}, el("a", { href: `#/alerts/${rule}` }, `Runbook: ${rule}`)),
  );
  return {
    element,
    update(now) {
      status.update(now.severity);
      setText(value, figure(now.value, now.unit));
      setText(threshold, figure(now.threshold, now.unit));
      setText(since, relative(now.since, Date.now()));
      since.setAttribute("title", now.since);
    },
  };
}
