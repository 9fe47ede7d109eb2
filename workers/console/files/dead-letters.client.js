/** Runs that ended where a person has to look: start them again, or lay them aside. */
import { read, withQuery, write } from "./api.client.js";
import { chip, confirmWith, el, keyed, setText } from "./dom.client.js";
import { relative } from "./format.client.js";
import { runLink } from "./runs.client.js";

const REFRESH_MS = 5_000;

export function showDeadLetters(view) {
  view.title("Dead letters");
  const list = el("div", { class: "cards" });
  const empty = el("p", { class: "empty", hidden: true }, "No dead letters.");
  const more = el("button", { type: "button", hidden: true, on: { click: () => view.guard(older) } }, "Show older ones");
  const draw = keyed(
    list,
    (letter) => letter.id,
    (letter) => letterCard(view, letter, refresh),
  );
  let first = [];
  let olderLetters = [];
  let next = null;
  view.root.append(list, empty, el("p", {}, more));

  const page = (cursor) => read(withQuery("/v1/dead-letters", { limit: 50, cursor }), view.signal);
  async function refresh() {
    const answer = await page(null);
    first = answer.data;
    if (olderLetters.length === 0) next = answer.next_cursor;
    redraw();
  }
  async function older() {
    const answer = await page(next);
    olderLetters = [...olderLetters, ...answer.data];
    next = answer.next_cursor;
    redraw();
  }
  function redraw() {
    const letters = new Map([...olderLetters, ...first].map((letter) => [letter.id, letter]));
    draw([...letters.values()].sort((a, b) => (a.id < b.id ? 1 : -1)));
    empty.hidden = letters.size > 0;
    more.hidden = next === null;
  }
  return view.every(REFRESH_MS, refresh);
}

function letterCard(view, letter, refresh) {
  const path = `/v1/dead-letters/${encodeURIComponent(letter.id)}`;
  const status = chip(letter.status);
  const age = el("span", { class: "meta" });
  const redrive = async () => {
    const run = await write("POST", `${path}/redrive`, undefined, { "Idempotency-Key": crypto.randomUUID() });
    view.say("Started again.");
    view.go(`#/runs/${encodeURIComponent(run.id)}`);
  };
  const discard = async () => {
    const reason = await confirmWith({
      title: "Lay this aside?",
      text: "Effects that were not undone remain. The run cannot be restarted from here.",
      action: "Discard",
      danger: true,
    });
    if (reason === null) return;
    await write("POST", `${path}/discard`, { reason });
    await refresh();
  };
  const actions = el(
    "p",
    { class: "actions" },
    el("button", { type: "button", class: "primary", on: { click: () => view.guard(redrive) } }, "Start again"),
    el("button", { type: "button", on: { click: () => view.guard(discard) } }, "Discard"),
  );
  const element = el(
    "article",
    { class: "card", "aria-labelledby": `letter-${letter.id}` },
    el("h2", { id: `letter-${letter.id}` }, letter.step === null ? letter.workflow : `${letter.workflow}: ${letter.step}`),
    el("p", { class: "lead" }, status.element, " ", age),
    el("p", { class: "problem" }, `${letter.reason.message} (${letter.reason.code})`),
    el("p", {}, letter.undone.length === 0 ? "Nothing is left standing." : `Not undone: ${letter.undone.join(", ")}`),
    el("p", {}, "Run ", runLink(letter.run)),
    actions,
  );
  return {
    element,
    update(now) {
      status.update(now.status);
      setText(age, relative(now.created_at, Date.now()));
      actions.hidden = now.status !== "open";
    },
  };
}
