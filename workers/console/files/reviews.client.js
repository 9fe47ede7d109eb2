/** The inbox of people: what waits for a decision, what it would do, and the two answers. */
import { read, withQuery, write } from "./api.client.js";
import { chip, el, field, keyed, select, setText, submitted } from "./dom.client.js";
import { pretty, relative } from "./format.client.js";
import { runLink } from "./runs.client.js";

const STATUSES = ["pending", "escalated", "approved", "rejected", "modified", "expired", "cancelled"];
const OPEN = ["pending", "escalated"];
const REFRESH_MS = 5_000;

export function showReviews(view) {
  view.title("Reviews");
  const status = select([...STATUSES.map((name) => [name, name]), ["", "all"]], "pending");
  const list = el("div", { class: "cards" });
  const empty = el("p", { class: "empty", hidden: true }, "Nothing waits for you here.");
  const draw = keyed(
    list,
    (review) => review.id,
    (review) => reviewCard(view, review, refresh),
  );
  view.root.append(
    el("form", { class: "filters", on: { submit: submitted(() => {}), input: () => view.guard(refresh) } }, field("Status", status)),
    list,
    empty,
  );
  async function refresh() {
    const asked = status.value;
    const answer = await read(withQuery("/v1/reviews", { status: asked, limit: 50 }), view.signal);
    if (asked !== status.value) return;
    draw(answer.data);
    empty.hidden = answer.data.length > 0;
  }
  return view.every(REFRESH_MS, refresh);
}

function reviewCard(view, review, refresh) {
  const status = chip(review.status);
  const due = el("span", { class: "meta" });
  const proposal = el("pre", {}, pretty(review.proposal));
  const decided = el("p", { hidden: true });
  const problem = el("p", { class: "problem", role: "alert" });
  const reason = el("textarea", { rows: 2, required: true, maxlength: 1000 });
  let shown = review;

  const decide = (action) => async () => {
    problem.textContent = "";
    try {
      // The digest says which proposal was on the screen: a newer one is not approved by this click.
      await write("POST", `/v1/reviews/${encodeURIComponent(shown.id)}/decision`, {
        action,
        reason: reason.value.trim(),
        digest: shown.digest,
      });
      view.say(`Review of ${shown.step}: ${action === "approve" ? "approved" : "rejected"}.`);
      await refresh();
    } catch (error) {
      if (view.isOver(error)) throw error;
      problem.textContent = error.message;
    }
  };
  const form = el(
    "form",
    {
      on: {
        submit: submitted((event) => {
          if (reason.value.trim() === "") return reason.focus();
          view.guard(decide(event.submitter?.value === "reject" ? "reject" : "approve"));
        }),
      },
    },
    field("Reason", reason, "Goes into the audit log: no personal data."),
    el(
      "p",
      { class: "actions" },
      el("button", { class: "primary", value: "approve" }, "Approve"),
      el("button", { class: "danger", value: "reject" }, "Reject"),
    ),
    problem,
  );
  const factors = review.risk.factors.length === 0 ? null : el("p", {}, `Why it is asked: ${review.risk.factors.join(", ")}`);
  const element = el(
    "article",
    { class: "card", "data-severity": review.severity, "aria-labelledby": `review-${review.id}` },
    el("h2", { id: `review-${review.id}` }, review.step),
    el("p", { class: "lead" }, status.element, " ", el("span", { class: "kind" }, `${review.severity} severity`), " ", due),
    el("p", {}, "Run ", runLink(review.run)),
    factors,
    proposal,
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
      form.hidden = !OPEN.includes(now.status);
      decided.hidden = now.decision === null;
      if (now.decision !== null) setText(decided, `${now.decision.by}: ${now.decision.action}. ${now.decision.reason}`);
    },
  };
}
