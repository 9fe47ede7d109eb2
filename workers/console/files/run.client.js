/** One run, live: what it is doing, where its time and money went, and every event it told. */
import { read, write } from "./api.client.js";
import { chip, confirmWith, el, keyed, setText, svg } from "./dom.client.js";
import { brief, clock, duration, money, pretty, relative, whole } from "./format.client.js";
import { runGraph } from "./run-graph.client.js";
import { timelineOf } from "./timeline.client.js";

const FINAL = ["completed", "failed", "cancelled", "dead_lettered"];
/** docs/contract.md, "Runs": the types of events. An event source tells only of the types that are asked for. */
const EVENT_TYPES = (
  "run.created run.started run.waiting run.resumed run.paused run.compensating run.completed run.failed run.cancelled " +
  "run.dead_lettered step.started step.retrying step.completed step.failed step.skipped step.compensated model.routed model.called " +
  "tool.called review.requested review.decided budget.alert guardrail.flagged policy.decided escalation.raised"
).split(" ");
/** A burst of events is one look at the run. */
const SETTLE_MS = 150;
const TICK_MS = 1_000;

export async function showRun(view, id) {
  const path = `/v1/runs/${encodeURIComponent(id)}`;
  view.title("Run");
  let run = await read(path, view.signal);
  view.title(`${run.workflow}, version ${run.version}`);

  const status = chip(run.status);
  const facts = el("dl", { class: "facts" });
  const steps = el("ol", { class: "steps" });
  const ending = el("section", { "aria-label": "Outcome", hidden: true });
  const events = el("ol", { class: "events" });
  const cancel = el("button", { type: "button", class: "danger", on: { click: () => view.guard(askCancel) } }, "Cancel this run");
  const decide = el("a", { href: "#/reviews", hidden: true }, "Decide its review");
  const explain = el("a", { href: `#/runs/${encodeURIComponent(id)}/explain` }, "Explain its cost and time");
  const drawing = el("div", {});
  view.root.append(
    el("p", { class: "lead" }, status.element, el("code", { class: "id" }, run.id), decide, explain, cancel),
    facts,
    drawing,
    ending,
    el("h2", {}, "Steps"),
    steps,
    el("h2", {}, "Events"),
    events,
  );
  let graph = null;
  const drawFacts = factList(facts);
  const drawSteps = keyed(steps, (step) => step.id, stepLine);

  function draw() {
    const final = FINAL.includes(run.status);
    const now = Date.now();
    status.update(run.status);
    drawFacts(run, now);
    const bars = timelineOf(run, now);
    graph?.update(run.steps);
    drawSteps(run.steps.map((step) => ({ ...step, bar: bars.get(step.id) ?? null })));
    cancel.hidden = final;
    decide.hidden = run.waiting_for?.kind !== "review";
    if (final && ending.hidden) ending.append(...outcome(run));
    ending.hidden = !final;
  }

  async function refresh() {
    const before = run.status;
    run = await read(path, view.signal);
    draw();
    if (run.status !== before) view.say(`The run is ${run.status.replaceAll("_", " ")}.`);
  }

  async function askCancel() {
    const reason = await confirmWith({
      title: "Cancel this run?",
      text: "No new work starts. Completed writes are undone if the workflow says how.",
      action: "Cancel the run",
      danger: true,
    });
    if (reason === null) return;
    await write("POST", `${path}/cancel`, { reason });
    await refresh();
  }

  draw();
  view.guard(async () => {
    graph = await runGraph(run, view.signal);
    if (graph === null) return;
    drawing.append(graph.element);
    graph.update(run.steps);
  });
  let due = null;
  const source = new EventSource(`${path}/events`);
  const told = (message) => {
    events.append(eventLine(JSON.parse(message.data)));
    due ??= setTimeout(() => {
      due = null;
      view.guard(refresh);
    }, SETTLE_MS);
  };
  for (const type of EVENT_TYPES) source.addEventListener(type, told);
  // The stream ends with the run, and after half a minute of silence; the browser comes back by itself, and only for the latter should it.
  source.addEventListener("error", () => FINAL.includes(run.status) && source.close());
  view.signal.addEventListener("abort", () => {
    source.close();
    clearTimeout(due);
  });
  return view.every(TICK_MS, async () => {
    if (!FINAL.includes(run.status)) draw();
  });
}

function factList(list) {
  const draw = keyed(
    list,
    ([name]) => name,
    ([name]) => {
      const value = el("dd");
      return { element: el("div", {}, el("dt", {}, name), value), update: ([, text]) => setText(value, text) };
    },
  );
  return (run, now) => {
    const from = Date.parse(run.started_at ?? run.created_at);
    const facts = [
      ["Cost", `${money(run.usage.usd)} of ${money(run.budget.usd)}`],
      ["Tokens", `${whole(run.usage.tokens_in + run.usage.tokens_out)} of ${whole(run.budget.tokens)}`],
      ["Calls", `${run.usage.model_calls} model, ${run.usage.tool_calls} tool`],
      ["Time", duration((run.ended_at === null ? now : Date.parse(run.ended_at)) - from)],
      ["Started by", run.user],
      ["Started", relative(run.created_at, now)],
      ["Trace", run.trace_id],
    ];
    if (run.waiting_for !== null) facts.unshift(["Waiting for", `${run.waiting_for.kind} since ${relative(run.waiting_for.since, now)}`]);
    if (run.flags.length > 0) facts.push(["Flags", run.flags.join(", ")]);
    if (run.redrive_of !== undefined) facts.push(["Redrive of", run.redrive_of]);
    draw(facts);
  };
}

function stepLine(step) {
  const status = chip(step.status);
  const meta = el("span", { class: "meta" });
  const bar = svg("rect", { y: 0, height: 8, rx: 3 });
  const track = svg("svg", { class: "track", viewBox: "0 0 1000 8", preserveAspectRatio: "none", "aria-hidden": "true" }, bar);
  const text = el("pre", {});
  const details = el("details", { hidden: true }, el("summary", {}, "Output"), text);
  const element = el(
    "li",
    { "data-step": step.id, tabindex: -1 },
    el("div", { class: "step-head" }, el("strong", {}, step.id), el("span", { class: "kind" }, step.kind), status.element, meta),
    track,
    details,
  );
  return {
    element,
    update(now) {
      status.update(now.status);
      element.setAttribute("data-status", now.status);
      const parts = [
        now.bar === null ? null : duration(now.bar.ms),
        now.attempts > 1 ? `${now.attempts} attempts` : null,
        now.usage === null || now.usage.usd === 0 ? null : money(now.usage.usd),
      ];
      setText(meta, parts.filter((part) => part !== null).join(" · "));
      bar.setAttribute("x", String(now.bar?.start ?? 0));
      bar.setAttribute("width", String(now.bar?.width ?? 0));
      const shown = now.error === null ? now.output : now.error;
      details.hidden = shown === null;
      setText(details.firstElementChild, now.error === null ? "Output" : `Error: ${now.error.code}`);
      setText(text, shown === null ? "" : pretty(shown));
    },
  };
}

function outcome(run) {
  if (run.error === null) return [el("h2", {}, "Answer"), el("pre", {}, pretty(run.output))];
  const where = run.error.step === null ? "" : ` in step ${run.error.step}`;
  return [el("h2", {}, "Why it ended"), el("p", { class: "problem" }, `${run.error.message} (${run.error.code})${where}`)];
}

const eventLine = (event) =>
  el(
    "li",
    {},
    el("time", { datetime: event.at, title: event.at }, clock(event.at)),
    el("span", { class: "type" }, event.type),
    event.step === undefined ? null : el("span", { class: "kind" }, event.step),
    el("code", {}, brief(event.data)),
  );
