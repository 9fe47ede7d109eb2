/** What is remembered of a person: found, corrected, released, exported and deleted. Asks the API as whoever signed in, and keeps nothing. */
import { read, withQuery, write } from "./api.client.js";
import { chip, confirmWith, el, field, keyed, setText, submitted } from "./dom.client.js";
import { relative } from "./format.client.js";
import { runLink } from "./runs.client.js";

const PAGE = 50;
/** Memories of one person; an export asks for no more. */
const MOST = 1_000;

export async function showMemories(view) {
  view.title("Memories");
  const me = await read("/v1/me", view.signal);
  const subject = el("input", { autocomplete: "off", spellcheck: "false", maxlength: 128, required: true, value: me.user });
  const words = el("input", { type: "search", autocomplete: "off", maxlength: 1000 });
  const list = el("div", { class: "cards" });
  const empty = el("p", { class: "empty", hidden: true }, "Nothing is remembered.");
  const more = el("button", { type: "button", hidden: true, on: { click: () => view.guard(older) } }, "Show older ones");
  const draw = keyed(
    list,
    (memory) => memory.id,
    (memory) => memoryCard(view, memory, refresh, () => words.focus()),
  );
  let shown = [];
  let next = null;

  const page = (cursor, q = words.value.trim()) =>
    read(withQuery("/v1/memories", { subject: subject.value.trim(), q, limit: PAGE, cursor }), view.signal);
  async function refresh() {
    const answer = await page(null);
    shown = answer.data;
    next = answer.next_cursor;
    redraw();
  }
  async function older() {
    const answer = await page(next);
    shown = [...shown, ...answer.data];
    next = answer.next_cursor;
    redraw();
  }
  function redraw() {
    draw(shown);
    empty.hidden = shown.length > 0;
    more.hidden = next === null;
  }
  async function download() {
    const memories = [];
    for (let cursor = null, first = true; (first || cursor !== null) && memories.length < MOST; first = false) {
      const answer = await page(cursor, "");
      memories.push(...answer.data);
      cursor = answer.next_cursor;
    }
    const text = JSON.stringify({ subject: subject.value.trim(), exported_at: new Date().toISOString(), memories }, null, 2);
    const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    el("a", { href: url, download: "memories.json" }).click();
    URL.revokeObjectURL(url);
    view.say(`Exported ${memories.length} ${memories.length === 1 ? "memory" : "memories"}.`);
  }
  const look = async () => {
    view.say("");
    await refresh();
  };

  view.root.append(
    el(
      "form",
      { class: "memory-search", on: { submit: submitted(() => view.guard(look)) } },
      el(
        "div",
        { class: "filters" },
        field("Person", subject, "The user or subject whose memories are shown. Those of others need an admin, or a key made for others."),
        field("Words in it", words, "Other forms of the words are found, too."),
      ),
      el("p", { class: "actions" }, el("button", { class: "primary" }, "Show")),
    ),
    list,
    empty,
    el(
      "p",
      { class: "actions" },
      more,
      el("button", { type: "button", on: { click: () => view.guard(download) } }, "Export all as a file"),
    ),
  );
  await refresh();
}

/** `leave`: puts the focus where it stays when the card is gone. */
function memoryCard(view, memory, refresh, leave) {
  const path = `/v1/memories/${encodeURIComponent(memory.id)}`;
  const heading = `memory-${memory.id}`;
  const status = chip(memory.status);
  const text = el("p", { class: "lead words" });
  const facts = el("p", { class: "meta" });
  const origin = el("p", { class: "meta" });
  const correction = el("textarea", { rows: 3, required: true, maxlength: 4000 });
  const form = el(
    "form",
    { hidden: true, on: { submit: submitted(() => view.guard(save)) } },
    field("What is right", correction, "It replaces the text. The way back is another correction."),
    el(
      "p",
      { class: "actions" },
      el("button", { class: "primary" }, "Save"),
      el("button", { type: "button", on: { click: () => edit(false) } }, "Cancel"),
    ),
  );
  const correct = el("button", { type: "button", on: { click: () => edit(true) } }, "Correct");
  const release = el("button", { type: "button", on: { click: () => view.guard(letIn) } }, "Release");
  const actions = el(
    "p",
    { class: "actions" },
    correct,
    release,
    el("button", { type: "button", class: "danger", on: { click: () => view.guard(forget) } }, "Delete"),
  );
  function edit(is) {
    form.hidden = !is;
    actions.hidden = is;
    if (is) {
      correction.value = text.textContent;
      correction.focus();
    } else correct.focus();
  }
  async function save() {
    await write("PUT", path, { text: correction.value.trim() });
    edit(false);
    view.say("Corrected.");
    await refresh();
  }
  async function letIn() {
    const reason = await confirmWith({
      title: "Let this memory count?",
      text: "It told an assistant what to do, or came from somebody untrusted. Runs of this person recall it from now on.",
      action: "Release",
    });
    if (reason === null) return;
    await write("POST", `${path}/release`, { reason });
    view.say("Released.");
    await refresh();
  }
  async function forget() {
    const answer = await confirmWith({
      title: "Delete this memory?",
      text: "It is gone for good, with its sentences in the person's sessions. Runs in which it was said keep it until their retention.",
      action: "Delete",
      danger: true,
      asksWhy: false,
    });
    if (answer === null) return;
    await write("DELETE", path);
    view.say("Deleted.");
    await refresh();
    leave();
  }
  const element = el(
    "article",
    { class: "card", "aria-labelledby": heading },
    el("h2", { id: heading }, memory.tier === "semantic" ? "Fact or preference" : "What happened"),
    text,
    el("p", {}, status.element, memory.pinned ? " pinned" : ""),
    facts,
    origin,
    memory.run === undefined ? null : el("p", {}, "Run ", runLink(memory.run)),
    form,
    actions,
  );
  return {
    element,
    update(now) {
      setText(text, now.text);
      status.update(now.superseded_by === undefined ? now.status : "superseded");
      setText(
        facts,
        `Remembered ${relative(now.created_at, Date.now())}, kept ${relative(now.expires_at, Date.now())}, ${now.sensitivity}.`,
      );
      setText(
        origin,
        now.source === "other"
          ? `Said by somebody else, ${now.author}: it is not taken for the person's own word.`
          : `Said by ${SAID_BY.get(now.source) ?? now.source}${now.trust === "untrusted" ? ", after something untrusted was seen" : ""}.`,
      );
      release.hidden = now.status !== "quarantined";
    },
  };
}

const SAID_BY = new Map([
  ["person", "the person"],
  ["app", "an app that may speak for others"],
  ["agent", "a model"],
  ["workflow", "a step of a workflow"],
  ["summary", "the platform's summary of a run"],
]);
