/** The inbox of people: what waits for a decision, what it would do, and the four answers. */
import { read, withQuery, write } from "./api.client.js";
import { chip, el, field, keyed, select, setText, submitted } from "./dom.client.js";
import { pretty, relative } from "./format.client.js";
import { runLink } from "./runs.client.js";

const STATUSES = ["pending", "escalated", "approved", "rejected", "modified", "expired", "cancelled"];
const OPEN = ["pending", "escalated"];
const REFRESH_MS = 5_000;
const PAGE = 50;
const DONE = { approve: "approved", reject: "rejected", modify: "approved with changes", escalate: "escalated" };

export function showReviews(view) {
  view.title("Reviews");
  const status = select([...STATUSES.map((name) => [name, name]), ["", "all"]], "pending");
  const list = el("div", { class: "cards" });
  const empty = el("p", { class: "empty", hidden: true }, "Nothing waits for you here.");
  const more = el("button", { type: "button", hidden: true, on: { click: () => view.guard(older) } }, "Show older ones");
  const draw = keyed(
    list,
    (review) => review.id,
    (review) => reviewCard(view, review, refresh),
  );
  /** How many pages are on the screen: each refresh reads all of them, so that what was decided elsewhere leaves the list. */
  let pages = 1;
  view.root.append(
    el("form", { class: "filters", on: { submit: submitted(() => {}), input: () => view.guard(restart) } }, field("Status", status)),
    list,
    empty,
    el("p", {}, more),
  );
  async function refresh() {
    const asked = status.value;
    const wanted = pages;
    const reviews = [];
    let cursor = null;
    for (let page = 0; page < wanted; page += 1) {
      const answer = await read(withQuery("/v1/reviews", { status: asked, limit: PAGE, cursor }), view.signal);
      reviews.push(...answer.data);
      cursor = answer.next_cursor;
      if (cursor === null) break;
    }
    if (asked !== status.value || wanted !== pages) return;
    draw(reviews);
    empty.hidden = reviews.length > 0;
    more.hidden = cursor === null;
  }
  async function restart() {
    pages = 1;
    await refresh();
  }
  async function older() {
    pages += 1;
    await refresh();
  }
  return view.every(REFRESH_MS, refresh);
}

function reviewCard(view, review, refresh) {
  const status = chip(review.status);
  const due = el("span", { class: "meta" });
  const proposal = el("pre", {}, pretty(review.proposal));
  const around = el("div", { class: "around" });
  let isRead = false;
  // The list tells what is asked; all that a decision rests on is read by the review's id, once.
  const details = el(
    "details",
    { on: { toggle: () => details.open && !isRead && view.guard(look) } },
    el("summary", {}, "What happened so far, and what would follow"),
    around,
  );
  const suggested = el("p", { class: "meta", hidden: true });
  const look = async () => {
    const whole = await read(`/v1/reviews/${encodeURIComponent(review.id)}`, view.signal);
    if (!isRead) around.append(suggested, ...surroundings(whole));
    isRead = true;
    tell(whole.suggestion);
  };
  /** What a model would decide; its words are text and nothing else. Asked for again while the model thinks. */
  const tell = (suggestion) => {
    suggested.hidden = suggestion === undefined || suggestion.status === "failed";
    if (suggestion !== undefined) setText(suggested, suggestionLine(suggestion));
    if (suggestion?.status === "pending" && details.open) setTimeout(() => view.guard(look), REFRESH_MS);
  };
  const decided = el("p", { hidden: true });
  const changedBy = el("p", { class: "meta", hidden: true });
  const problem = el("p", { class: "problem", role: "alert" });
  const reason = el("textarea", { rows: 2, required: true, maxlength: 1000 });
  const changes = el("textarea", { rows: 4, spellcheck: "false", maxlength: 20_000 });
  const change = el(
    "details",
    {},
    el("summary", {}, "Change the proposal"),
    field("Changes", changes, 'JSON that is merged into the proposal, such as {"refund": 20}; null takes a field away.'),
    el("p", { class: "actions" }, el("button", { value: "modify" }, "Approve with changes")),
  );
  let shown = review;

  const decide = (action) => async () => {
    problem.textContent = "";
    const changed = action === "modify" ? parsed(changes.value) : undefined;
    if (changed === null) {
      problem.textContent = "The changes are not a JSON object.";
      return changes.focus();
    }
    try {
      // The digest says which proposal was on the screen: a newer one is not approved by this click.
      const judged = await write("POST", `/v1/reviews/${encodeURIComponent(shown.id)}/decision`, {
        action,
        reason: reason.value.trim(),
        digest: shown.digest,
        changes: changed,
      });
      const other = judged?.suggestion?.status === "ready" ? ` ${suggestionLine(judged.suggestion)}` : "";
      view.say(`Review of ${shown.step}: ${DONE[action]}.${other}`);
      await refresh();
    } catch (error) {
      if (view.isOver(error)) throw error;
      problem.textContent = error.message;
    }
  };
  const escalate = el("button", { value: "escalate" }, "Escalate");
  const form = el(
    "form",
    {
      on: {
        submit: submitted((event) => {
          if (reason.value.trim() === "") return reason.focus();
          const action = event.submitter?.value;
          if (action in DONE) view.guard(decide(action));
        }),
      },
    },
    field("Reason", reason, "The text goes into the audit log. Do not enter personal data."),
    el(
      "p",
      { class: "actions" },
      el("button", { class: "primary", value: "approve" }, "Approve"),
      el("button", { class: "danger", value: "reject" }, "Reject"),
      escalate,
    ),
    change,
    problem,
  );
  const factors =
    review.risk.factors.length === 0
      ? null
      : el(
          "p",
          {},
          `Risk ${review.risk.score ?? "unknown"}: ${review.risk.factors.map(({ points, why }) => (points > 0 ? `${why} (${points})` : why)).join(", ")}`,
        );
  const element = el(
    "article",
    { class: "card", "data-severity": review.severity, "aria-labelledby": `review-${review.id}` },
    el("h2", { id: `review-${review.id}` }, review.step),
    el("p", { class: "lead" }, status.element, " ", el("span", { class: "kind" }, `${review.severity} severity`), " ", due),
    el("p", {}, "Run ", runLink(review.run)),
    approversOf(review),
    meaningOf(review),
    factors,
    changedBy,
    proposal,
    details,
    decided,
    form,
  );
  return {
    element,
    update(now) {
      shown = now;
      status.update(now.status);
      setText(due, OPEN.includes(now.status) ? `due ${relative(now.due_at, Date.now())}` : "");
      setText(proposal, pretty(now.proposal));
      changedBy.hidden = now.changed === undefined;
      if (now.changed !== undefined)
        setText(changedBy, `${now.changed.by} changed the proposal (${now.changed.reason}). It was: ${pretty(now.changed.from)}`);
      form.hidden = !OPEN.includes(now.status);
      escalate.hidden = now.status === "escalated" && now.severity === "critical"; // that is as far as it goes
      decided.hidden = now.decision === null;
      if (now.decision !== null) setText(decided, `${now.decision.by}: ${now.decision.action}. ${now.decision.reason}`);
    },
  };
}

/** Of a write of which nobody knows whether it happened: what each answer does. */
function meaningOf({ meaning }) {
  if (meaning === undefined) return null;
  const lines = [
    ["Approve", meaning.approve],
    ["Change", meaning.modify],
    ["Reject", meaning.reject],
  ];
  return el(
    "div",
    {},
    el("p", { class: "lead" }, "Nobody knows whether this call happened. Look at the other side first."),
    el("ul", {}, ...lines.map(([word, text]) => el("li", {}, el("strong", {}, `${word}: `), text))),
  );
}

function approversOf({ approvers, sample_of: sampleOf }) {
  const people = approvers === undefined ? [] : [...approvers.roles.map((role) => `role ${role}`), ...approvers.users];
  const who = people.length === 0 ? null : `Decided by ${people.join(", ")} (${approvers.operation}). `;
  const why =
    sampleOf === undefined ? null : "It has passed without a person: approve it if that was right, reject it if not. Nothing waits for it.";
  return who === null && why === null ? null : el("p", { class: "meta" }, who, why);
}

function suggestionLine({ status, action, reason, model }) {
  if (status === "pending") return "A model is asked what it would decide.";
  if (status === "hidden") return "What a model would decide is shown once you have judged.";
  return `The model ${model} would ${action}: ${reason}`;
}

/** What the decision rests on beside the proposal. Of an older review, or one that asks about a whole run, parts are empty. */
function surroundings({ context, policy }) {
  if (context === undefined) return [el("p", {}, "This review was opened before this was kept.")];
  const asks =
    policy.reasons === undefined
      ? []
      : [el("p", {}, `Asked by the policies ${policy.reasons.join(", ") || "of this org"} (version ${policy.version}).`)];
  return [
    ...asks,
    ...listed("What a yes would do", context.effects, effectLine),
    ...listed(
      "Not to be trusted in it",
      context.untrusted,
      ({ at, sources }) => `${at === "" ? "all of it" : at}, from ${sources.join(", ")}`,
    ),
    ...listed("Changed by whoever redrove the run", context.changes ?? [], ({ step, input }) => `${step}: ${shownText(input)}`),
    ...listed("Steps so far", context.trace, stepLine),
    el("h3", {}, "What the run was asked"),
    el("pre", {}, shownText(context.input)),
  ];
}

const listed = (title, items, line) =>
  items.length === 0 ? [] : [el("h3", {}, title), el("ul", {}, ...items.map((item) => el("li", {}, line(item))))];

const effectLine = ({ tool, effect, undo, hosts, description }) => {
  const to = hosts === undefined || hosts.length === 0 ? "" : ` at ${hosts.join(", ")}`;
  const back = undo === null ? "nothing would undo it" : `undone by ${undo.tool}`;
  return `${tool} (${effect})${to}: ${description ? `${description}; ` : ""}${back}`;
};

const stepLine = ({ step, kind, status, output, error }) => {
  const came = error !== undefined ? `: ${error.code}` : output === undefined ? "" : `: ${shownText(output)}`;
  return `${step} (${kind}) ${status}${came}`;
};

const shownText = (shown) => ("withheld" in shown ? shown.withheld : typeof shown.value === "string" ? shown.value : pretty(shown.value));

/** An object, or null when the text is none. */
function parsed(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
