/** One incident: who looks after it, where it stands, what the audit log says of its time, and which runs failed in it. */
import { read, write } from "./api.client.js";
import { chip, el, field, keyed, select, setText, submitted } from "./dom.client.js";
import { clock, relative } from "./format.client.js";
import { runLink } from "./runs.client.js";

const REFRESH_MS = 5_000;
const STATUSES = [
  ["open", "Open"],
  ["investigating", "Investigating"],
  ["resolved", "Resolved"],
];

export async function showIncident(view, id) {
  const path = `/v1/incidents/${encodeURIComponent(id)}`;
  view.title("Incident");
  const incident = await read(path, view.signal);
  view.title(incident.title);
  const status = chip(incident.status);
  const facts = el("p", {});
  const moments = el("ol", { class: "events" });
  const runs = el("ul", {});
  const noMoments = el("p", { class: "empty", hidden: true }, "The audit log has nothing of this time.");
  const noRuns = el("p", { class: "empty", hidden: true }, "No run failed in this time.");
  const drawMoments = keyed(moments, (moment) => String(moment.seq), momentLine);
  const drawRuns = keyed(runs, (run) => run.id, runLine);
  const form = changeForm(view, path, incident, draw);
  view.root.append(
    el("p", {}, el("a", { href: "#/incidents" }, "All incidents")),
    el("p", { class: "lead" }, status.element, " ", el("span", { class: "meta" }, incident.severity)),
    facts,
    form.element,
    el("section", { "aria-labelledby": "timeline" }, el("h2", { id: "timeline" }, "Timeline"), moments, noMoments),
    el("section", { "aria-labelledby": "runs" }, el("h2", { id: "runs" }, "Runs that failed in this time"), runs, noRuns),
  );

  function draw(now) {
    status.update(now.status);
    const why = now.source === now.id ? "" : `, because of ${now.source}`;
    const opened = `Opened by ${now.opened_by}, ${relative(now.opened_at, Date.now())}${why}.`;
    const ended = now.resolved_at === null ? "" : ` Resolved ${relative(now.resolved_at, Date.now())}.`;
    setText(facts, `${opened}${ended} ${now.owner === null ? "Nobody looks after it yet." : `Owner: ${now.owner}.`}`);
    form.update(now);
    if (now.timeline === undefined) return; // the answer to a change has none
    drawMoments(now.timeline);
    noMoments.hidden = now.timeline.length > 0;
    drawRuns(now.runs);
    noRuns.hidden = now.runs.length > 0;
  }
  draw(incident);
  return view.every(REFRESH_MS, async () => draw(await read(path, view.signal)));
}

/** What somebody is writing stays as it is, whatever the platform says meanwhile. */
function changeForm(view, path, incident, draw) {
  const owner = el("input", { autocomplete: "off", spellcheck: "false", maxlength: 128 });
  const status = select(STATUSES, incident.status);
  const postmortem = el("textarea", { rows: 6, maxlength: 20_000 });
  let shown = {};
  const submit = async () => {
    const said = { owner: owner.value.trim() || null, status: status.value, postmortem: postmortem.value.trim() || null };
    const change = Object.fromEntries(Object.entries(said).filter(([name, value]) => value !== shown[name]));
    if (Object.keys(change).length === 0) return view.say("Nothing was changed.");
    const now = await write("PUT", path, change);
    shown = {};
    draw(now);
    view.say("Saved.");
  };
  const element = el(
    "form",
    { class: "card", on: { submit: submitted(() => view.guard(submit)) } },
    el("h2", {}, "Look after it"),
    el("div", { class: "filters" }, field("Owner (a user)", owner, "Who resolves an incident names its owner."), field("Status", status)),
    field("Post-mortem", postmortem, "What happened, why, and what is done about it. Do not enter personal data."),
    el("p", { class: "actions" }, el("button", { class: "primary" }, "Save")),
  );
  const controls = [
    ["owner", owner],
    ["status", status],
    ["postmortem", postmortem],
  ];
  return {
    element,
    update(now) {
      for (const [name, control] of controls) {
        const isTouched = name in shown && control.value.trim() !== (shown[name] ?? "");
        if (!isTouched) control.value = now[name] ?? "";
        if (!isTouched) shown[name] = now[name];
      }
    },
  };
}

function momentLine(moment) {
  const [, run] = /^run\/([^/]+)/.exec(moment.resource) ?? [];
  const element = el(
    "li",
    {},
    el("time", { datetime: moment.at, title: moment.at }, clock(moment.at)),
    el("span", { class: "type" }, moment.type),
    el(
      "span",
      {},
      `${moment.actor}${moment.decision === null ? "" : ` (${moment.decision})`} `,
      run === undefined ? el("code", { class: "id" }, moment.resource) : runLink(run),
      ` entry ${moment.seq}`,
    ),
  );
  return { element, update: () => {} };
}

function runLine(run) {
  const status = chip(run.status);
  const element = el("li", {}, runLink(run.id), ` ${run.workflow} `, status.element);
  return { element, update: (now) => status.update(now.status) };
}
