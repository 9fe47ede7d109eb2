/** The kill switch: what is stopped, how to stop more, and the way back, which takes two people. */
import { read, write } from "./api.client.js";
import { confirmWith, el, field, keyed, select, setText, submitted } from "./dom.client.js";
import { relative } from "./format.client.js";

const REFRESH_MS = 2_000;
const KINDS = [
  ["workflow", "One workflow"],
  ["tool", "One tool"],
  ["model", "One model"],
  ["org", "This whole org"],
  ["all", "Everything (platform admins)"],
];

export function showKillSwitch(view) {
  view.title("Kill switch");
  const state = el("p", { class: "lead", role: "status" });
  const list = el("div", { class: "cards" });
  const draw = keyed(
    list,
    (stop) => stop.scope,
    (stop) => stopCard(view, stop, refresh),
  );
  view.root.append(state, list, throwForm(view, refresh), approveForm(view, refresh));

  async function refresh() {
    const { switches, in_flight, drained_at } = await read("/admin/kill-switch", view.signal);
    const active = switches.filter((stop) => stop.active);
    draw(active);
    const drained = drained_at === null ? `${in_flight} still in flight` : `drained ${relative(drained_at, Date.now())}`;
    setText(state, active.length === 0 ? "Nothing is stopped. Work is accepted." : `Stopped: ${drained}.`);
    view.stopped(active);
  }
  return view.every(REFRESH_MS, refresh);
}

function stopCard(view, stop, refresh) {
  const note = el("p", { role: "status" });
  const recover = async () => {
    const reason = await confirmWith({
      title: `Request recovery of ${stop.scope}?`,
      text: "Another admin must approve it. Until then everything stays stopped.",
      action: "Ask for recovery",
    });
    if (reason === null) return;
    const { id } = await write("POST", "/admin/kill-switch/recovery", { scope: stop.scope, reason });
    note.replaceChildren("Requested. Another admin approves it below with the id ", el("code", { class: "id" }, id));
    await refresh();
  };
  const since = el("p", {});
  const element = el(
    "article",
    { class: "card stopped", "aria-labelledby": `stop-${stop.id}` },
    el("h2", { id: `stop-${stop.id}` }, stop.scope),
    since,
    el("p", { class: "actions" }, el("button", { type: "button", on: { click: () => view.guard(recover) } }, "Ask for recovery")),
    note,
  );
  return { element, update: (now) => setText(since, `Thrown by ${now.by}, ${relative(now.at, Date.now())}.`) };
}

function throwForm(view, refresh) {
  const kind = select(KINDS, "workflow");
  const name = el("input", { autocomplete: "off", spellcheck: "false", maxlength: 200, required: true });
  const named = field("Name", name);
  kind.addEventListener("input", () => {
    named.hidden = kind.value === "all";
    name.required = kind.value !== "all";
  });
  const submit = async () => {
    const scope = kind.value === "all" ? "all" : `${kind.value}:${name.value.trim()}`;
    const reason = await confirmWith({
      title: `Stop ${scope}?`,
      text: "New work is refused within two seconds, running work pauses at its next step. Only two people together can start it again.",
      action: "Throw the switch",
      danger: true,
    });
    if (reason === null) return;
    await write("POST", "/admin/kill-switch", { scope, reason });
    view.say(`Thrown: ${scope}.`);
    name.value = "";
    await refresh();
  };
  return el(
    "form",
    { class: "card", on: { submit: submitted(() => view.guard(submit)) } },
    el("h2", {}, "Stop work"),
    el("div", { class: "filters" }, field("What", kind), named),
    el("p", { class: "actions" }, el("button", { class: "danger" }, "Stop…")),
  );
}

function approveForm(view, refresh) {
  const id = el("input", { autocomplete: "off", spellcheck: "false", maxlength: 64, required: true });
  const approve = async () => {
    const { scope } = await write("POST", `/admin/kill-switch/recovery/${encodeURIComponent(id.value.trim())}/approve`);
    view.say(`Recovered: ${scope}. Work is accepted again within five seconds.`);
    id.value = "";
    await refresh();
  };
  return el(
    "form",
    { class: "card", on: { submit: submitted(() => view.guard(approve)) } },
    el("h2", {}, "Approve a recovery"),
    field("Id of the request", id, "It must have been requested by another admin; nobody can approve their own request."),
    el("p", { class: "actions" }, el("button", { class: "primary" }, "Approve recovery")),
  );
}
