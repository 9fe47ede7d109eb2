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
  const asked = el("div", { class: "cards" });
  const none = el("p", {}, "Nobody has asked to lift a switch that you may approve.");
  const drawAsked = keyed(
    asked,
    (recovery) => recovery.id,
    (recovery) => recoveryCard(view, recovery, refresh),
  );
  view.root.append(state, list, el("h2", {}, "Requests to go on"), none, asked, throwForm(view, refresh));

  async function refresh() {
    const { switches, recoveries, in_flight, drained_at } = await read("/admin/kill-switch", view.signal);
    const active = switches.filter((stop) => stop.active);
    draw(active);
    drawAsked(recoveries);
    none.hidden = recoveries.length > 0;
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
    await write("POST", "/admin/kill-switch/recovery", { scope: stop.scope, reason });
    setText(note, "Requested. Another admin approves it on this page, below.");
    await refresh();
  };
  const since = el("p", {});
  const why = el("p", {});
  const element = el(
    "article",
    { class: "card stopped", "aria-labelledby": `stop-${stop.id}` },
    el("h2", { id: `stop-${stop.id}` }, stop.scope),
    since,
    why,
    el("p", { class: "actions" }, el("button", { type: "button", on: { click: () => view.guard(recover) } }, "Ask for recovery")),
    note,
  );
  return {
    element,
    update: (now) => {
      const again = now.thrown_again;
      const repeated =
        again === undefined ? "" : ` Thrown again by ${again.by}, ${relative(again.at, Date.now())}${because(again.reason)}.`;
      setText(since, `Thrown by ${now.by}, ${relative(now.at, Date.now())}.${repeated}`);
      setText(why, now.reason === null ? "The platform's admins know why." : `Reason: ${now.reason}`);
    },
  };
}

const because = (reason) => (reason === null || reason === "" ? "" : `: ${reason}`);

/** What the second person decides by: what would go on, who asks, and why. */
function recoveryCard(view, { id, scope, reason, by, at, expires_at }, refresh) {
  const approve = async () => {
    const lifted = await write("POST", `/admin/kill-switch/recovery/${encodeURIComponent(id)}/approve`);
    view.say(`Recovered: ${lifted.scope}. Work is accepted again within five seconds.`);
    await refresh();
  };
  const asked = el("p", {});
  const element = el(
    "article",
    { class: "card", "aria-labelledby": `ask-${id}` },
    el("h3", { id: `ask-${id}` }, `Lift ${scope}`),
    asked,
    el("p", {}, `Reason: ${reason}`),
    el("p", {}, "It takes an admin other than the one who asks, whose key existed before the switch was thrown."),
    el("p", { class: "actions" }, el("button", { class: "primary", type: "button", on: { click: () => view.guard(approve) } }, "Approve")),
  );
  return {
    element,
    update: () => setText(asked, `Asked by ${by}, ${relative(at, Date.now())}; void ${relative(expires_at, Date.now())}.`),
  };
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
