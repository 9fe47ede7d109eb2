/** What went wrong: the list of incidents, newest first, and the form that opens one by hand. */
import { read, withQuery, write } from "./api.client.js";
import { chip, el, field, keyed, select, setText, submitted } from "./dom.client.js";
import { relative } from "./format.client.js";

const REFRESH_MS = 5_000;
const SEVERITIES = [
  ["warning", "Warning"],
  ["critical", "Critical"],
  ["info", "For information"],
];

export function showIncidents(view) {
  view.title("Incidents");
  const list = el("div", { class: "cards" });
  const empty = el("p", { class: "empty", hidden: true }, "No incidents.");
  const more = el("button", { type: "button", hidden: true, on: { click: () => view.guard(older) } }, "Show older ones");
  const draw = keyed(list, (incident) => incident.id, incidentCard);
  let first = [];
  let olderOnes = [];
  let next = null;
  view.root.append(list, empty, el("p", {}, more), openForm(view));

  const page = (cursor) => read(withQuery("/v1/incidents", { limit: 50, cursor }), view.signal);
  async function refresh() {
    const answer = await page(null);
    first = answer.data;
    if (olderOnes.length === 0) next = answer.next_cursor;
    redraw();
  }
  async function older() {
    const answer = await page(next);
    olderOnes = [...olderOnes, ...answer.data];
    next = answer.next_cursor;
    redraw();
  }
  function redraw() {
    const incidents = new Map([...olderOnes, ...first].map((incident) => [incident.id, incident]));
    draw([...incidents.values()].sort((a, b) => (a.id < b.id ? 1 : -1)));
    empty.hidden = incidents.size > 0;
    more.hidden = next === null;
  }
  return view.every(REFRESH_MS, refresh);
}

function incidentCard(incident) {
  const status = chip(incident.status);
  const note = el("p", {});
  const element = el(
    "article",
    { class: "card", "data-severity": incident.severity, "aria-labelledby": `incident-${incident.id}` },
    el("h2", { id: `incident-${incident.id}` }, el("a", { href: `#/incidents/${encodeURIComponent(incident.id)}` }, incident.title)),
    el("p", { class: "lead" }, status.element, " ", el("span", { class: "meta" }, incident.severity)),
    note,
  );
  return {
    element,
    update(now) {
      status.update(now.status);
      const opened = `Opened by ${now.opened_by}, ${relative(now.opened_at, Date.now())}.`;
      const ended = now.resolved_at === null ? "" : ` Resolved ${relative(now.resolved_at, Date.now())}.`;
      setText(note, `${opened}${ended} ${now.owner === null ? "Nobody looks after it yet." : `Owner: ${now.owner}.`}`);
    },
  };
}

function openForm(view) {
  const title = el("input", { autocomplete: "off", maxlength: 300, required: true });
  const severity = select(SEVERITIES, "warning");
  const owner = el("input", { autocomplete: "off", spellcheck: "false", maxlength: 128 });
  const submit = async () => {
    const named = owner.value.trim();
    const body = { title: title.value.trim(), severity: severity.value, ...(named === "" ? {} : { owner: named }) };
    const incident = await write("POST", "/v1/incidents", body, { "Idempotency-Key": crypto.randomUUID() });
    view.go(`#/incidents/${encodeURIComponent(incident.id)}`);
  };
  return el(
    "form",
    { class: "card", on: { submit: submitted(() => view.guard(submit)) } },
    el("h2", {}, "Open an incident"),
    field("What went wrong", title, "Do not enter personal data. A kill, a critical alert and a broken audit log open one by themselves."),
    el("div", { class: "filters" }, field("Severity", severity), field("Owner (a user)", owner)),
    el("p", { class: "actions" }, el("button", { class: "primary" }, "Open")),
  );
}
