/**
 * The script of an evidence file (`npm run build:evidence` makes evidence.client.js of it): checks the data of the page, says what it
 * found, and draws what it checked. Everything that is shown is made from the data, never from markup, and is put in as text.
 */
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { checkEvidence } from "../../../core/evidence/check.ts";

const bytesOf = (text) => new TextEncoder().encode(text);
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

function el(name, attributes = {}, ...children) {
  const svg = ["svg", "g", "rect", "path", "text", "title"].includes(name);
  const node = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  node.append(
    ...children.filter((child) => child !== null && child !== undefined).map((child) => (child instanceof Node ? child : String(child))),
  );
  return node;
}
const section = (title, ...content) => el("section", {}, el("h2", {}, title), ...content);
const facts = (pairs) => el("dl", {}, ...pairs.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value ?? "—")]));
const json = (value) => el("pre", {}, JSON.stringify(value, null, 2));
const fold = (title, ...content) => el("details", {}, el("summary", {}, title), ...content);
/** Filled when it is opened: thousands of them would be slow to make. */
function lazy(title, make) {
  const node = fold(title);
  node.addEventListener("toggle", () => node.open && node.childElementCount === 1 && node.append(make()));
  return node;
}
const table = (label, heads, rows) =>
  el(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": label },
    el(
      "table",
      {},
      el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))),
      el(
        "tbody",
        {},
        ...rows.map((cells) =>
          el("tr", {}, ...cells.map((cell) => (typeof cell === "number" ? el("td", { class: "n" }, cell) : el("td", {}, cell ?? "")))),
        ),
      ),
    ),
  );
const own = (object, key) => (object && Object.hasOwn(object, key) ? object[key] : undefined);

/** Native Ed25519 where the browser has it; else our own, which is slower. */
async function verifier() {
  const slow = (key, message, signature) => {
    try {
      return ed25519.verify(signature, message, key, { zip215: false });
    } catch {
      return false;
    }
  };
  const keys = new Map();
  try {
    if (new URLSearchParams(location.search).has("slow")) throw new Error("asked for");
    await crypto.subtle.importKey("raw", ed25519.Point.BASE.toBytes(), "Ed25519", false, ["verify"]);
  } catch {
    return { how: "in this file", verify: async (...given) => slow(...given), verifyNow: slow };
  }
  const verify = async (key, message, signature) => {
    const name = hex(key);
    if (!keys.has(name)) keys.set(name, await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]));
    return crypto.subtle.verify("Ed25519", keys.get(name), signature, message);
  };
  return { how: "by the browser", verify, verifyNow: slow };
}

function told(verdict, how, ms) {
  const { ok, findings, checks, content } = verdict;
  const head = document.getElementById("verdict");
  const complete = content?.manifest.complete === true;
  const title = ok
    ? complete
      ? "Verified: nothing in this file was changed"
      : "Verified so far: the run or its record went on after this export"
    : "Changed: this file is not what was exported";
  head.replaceChildren(el("h1", {}, title));
  if (!ok)
    head.append(
      el("ul", { id: "findings" }, ...findings.slice(0, 50).map(({ where, what }) => el("li", {}, el("strong", {}, where), `: ${what}`))),
      findings.length > 50 ? el("p", {}, `… and ${findings.length - 50} more`) : "",
    );
  head.append(
    el("ul", {}, ...checks.map(({ what, count }) => el("li", {}, `${count.toLocaleString("en")} ${what}`))),
    el("p", { class: "note" }, `Checked offline in ${ms} ms; signatures ${how}.`),
  );
  const left = content?.manifest.left_out;
  const notes = [];
  if (left?.events) notes.push(`${left.events.count} later events are left out (SHA-256 ${left.events.sha256})`);
  if (left?.entries) notes.push(`${left.entries.count} later entries are left out (SHA-256 ${left.entries.sha256})`);
  const gone = left?.texts ?? [];
  if (gone.length > 0)
    notes.push(
      `${gone.length} texts are left out: ${gone.filter(({ kept }) => !kept).length} are not kept any more (their person was erased), ${gone.filter(({ kept }) => kept).length} were too many for the file. Their digests are in the entries.`,
    );
  if (content && content.checkpoint === null) notes.push("No checkpoint of the log covered these entries yet.");
  if (notes.length > 0) head.append(el("ul", { class: "note" }, ...notes.map((note) => el("li", {}, note))));
  head.append(
    fold(
      "What this cannot show by itself",
      el(
        "ul",
        {},
        el(
          "li",
          {},
          "Whether its keys are those of the platform: compare them with ",
          el("code", {}, `https://${content?.manifest.host ?? "…"}/.well-known/jwks.json`),
          ", or with a copy that you kept.",
        ),
        el(
          "li",
          {},
          "Whether somebody changed this script too. From outside: ",
          el("code", {}, "npm run audit:verify -- FILE.html"),
          "; the file's own SHA-256 is in the audit log, in an entry evidence.exported.",
        ),
      ),
    ),
  );
  document.documentElement.dataset.verdict = ok ? "ok" : "bad";
}

/** Steps in columns by what they need. */
function graph(definition, run) {
  const steps = own(definition, "steps") ?? {};
  const ids = Object.keys(steps);
  if (ids.length === 0) return null;
  const status = new Map((run.steps ?? []).map((step) => [step.id, step]));
  const depth = new Map();
  const depthOf = (id, seen = []) => {
    if (depth.has(id)) return depth.get(id);
    const needs = (own(steps, id)?.needs ?? []).filter((need) => Object.hasOwn(steps, need) && !seen.includes(need));
    const found = needs.length === 0 ? 0 : 1 + Math.max(...needs.map((need) => depthOf(need, [...seen, id])));
    depth.set(id, found);
    return found;
  };
  const rows = [];
  const at = new Map();
  for (const id of ids) {
    const column = depthOf(id);
    rows[column] = (rows[column] ?? 0) + 1;
    at.set(id, { x: 10 + column * 200, y: 10 + (rows[column] - 1) * 62 });
  }
  const width = 20 + rows.length * 200;
  const height = 20 + Math.max(...rows) * 62;
  const edges = ids.flatMap((id) =>
    (own(steps, id).needs ?? []).flatMap((need) => {
      const [from, to] = [at.get(need), at.get(id)];
      return from
        ? [
            el("path", {
              class: "edge",
              d: `M${from.x + 160} ${from.y + 22}C${from.x + 185} ${from.y + 22} ${to.x - 25} ${to.y + 22} ${to.x} ${to.y + 22}`,
            }),
          ]
        : [];
    }),
  );
  const boxes = ids.map((id) => {
    const { x, y } = at.get(id);
    const state = status.get(id)?.status ?? "pending";
    return el(
      "g",
      {},
      el("title", {}, `${id}: ${own(steps, id).kind}, ${state}`),
      el("rect", { class: `box ${state}`, x, y, width: 160, height: 44, rx: 6 }),
      el("text", { x: x + 10, y: y + 18 }, id.length > 21 ? `${id.slice(0, 20)}…` : id),
      el("text", { class: "dim", x: x + 10, y: y + 35 }, `${own(steps, id).kind} · ${state}`),
    );
  });
  const label = `Graph of the run: ${ids.map((id) => `${id} ${status.get(id)?.status ?? "pending"}`).join(", ")}`;
  return el(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": "Graph" },
    el("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label }, ...edges, ...boxes),
  );
}

const PAIRS = {
  "model.called": "model.calling",
  "tool.answered": "tool.called",
  "child.ended": "child.called",
  "review.decided": "review.requested",
};

/** A bar for each step, and one for each call and question below it. */
function timeline(events, run) {
  const open = new Map();
  const bars = [];
  for (const step of run.steps ?? [])
    if (step.started_at)
      bars.push({
        name: step.id,
        from: Date.parse(step.started_at),
        to: Date.parse(step.ended_at ?? run.ended_at ?? step.started_at),
        kind: step.status === "failed" ? "no" : step.status === "completed" ? "ok" : "",
        step: step.id,
        rank: 0,
      });
  for (const { type, at, step, data } of events) {
    if (Object.values(PAIRS).includes(type)) open.set(`${type} ${data.activity}`, Date.parse(at));
    const begun = PAIRS[type] && open.get(`${PAIRS[type]} ${data.activity}`);
    if (begun === undefined || begun === "") continue;
    const what = data.model ?? data.tool ?? data.run ?? "a person";
    bars.push({
      name: `  ${what}`,
      from: begun,
      to: Date.parse(at),
      kind: type === "review.decided" ? "person" : data.ok === false ? "no" : "model",
      step: step ?? "",
      rank: 1,
    });
  }
  if (bars.length === 0) return null;
  const order = new Map(
    (run.steps ?? []).toSorted((a, b) => Date.parse(a.started_at ?? 0) - Date.parse(b.started_at ?? 0)).map(({ id }, index) => [id, index]),
  );
  const placeOf = ({ step }) => order.get(step) ?? -1;
  const shown = bars.sort((a, b) => placeOf(a) - placeOf(b) || a.rank - b.rank || a.from - b.from).slice(0, 400);
  const first = Math.min(...shown.map(({ from }) => from));
  const span = Math.max(1, ...shown.map(({ to }) => to - first));
  const height = 24 + shown.length * 20;
  const rows = shown.flatMap(({ name, from, to, kind }, index) => {
    const y = 8 + index * 20;
    const x = 210 + ((from - first) / span) * 560;
    const width = Math.max(2, ((to - from) / span) * 560);
    return [
      el("text", { x: name.startsWith(" ") ? 20 : 6, y: y + 12 }, name.trim().slice(0, 30)),
      el("rect", { class: `bar ${kind}`, x, y, width, height: 14, rx: 2 }, el("title", {}, `${name.trim()}: ${to - from} ms`)),
      el("text", { class: "dim", x: Math.min(x + width + 4, 800), y: y + 12 }, `${to - from} ms`),
    ];
  });
  return el(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": "Timeline" },
    el(
      "svg",
      {
        width: 860,
        height,
        viewBox: `0 0 860 ${height}`,
        role: "img",
        "aria-label": `Timeline of ${shown.length} steps and calls over ${span} ms`,
      },
      ...rows,
    ),
    bars.length > shown.length ? el("p", { class: "note" }, `${bars.length - shown.length} more calls are in the journal.`) : "",
  );
}

function show({ manifest, run, definition, outline, keys, events, entries, texts, proofs, checkpoint, persons }) {
  const main = document.getElementById("main");
  const usage = run.usage ?? {};
  const textOf = (digest) => (texts.has(digest) ? json(texts.get(digest)) : el("p", { class: "note" }, "The text is not in this file."));
  const calls = entries.filter(({ event_type: type }) => type === "model.called" || type === "tool.answered" || type === "child.ended");
  const decisions = entries.filter(({ event_type: type }) => type === "policy.decided" || type === "model.routed");
  const people = entries.filter(({ event_type: type }) => /^(review|escalation|hand_over|override)\./.test(type));
  const content = entries.flatMap(({ seq, event_type: type, resource, data }) =>
    ["input_sha256", "prompt_sha256", "answer_sha256", "output_sha256"].flatMap((name) =>
      typeof own(data, name) === "string" ? [{ seq, type, resource, name, digest: data[name] }] : [],
    ),
  );
  const stepOf = (resource) => String(resource).split("/").slice(2).join("/") || "the run";
  main.replaceChildren(
    section(
      `Run ${manifest.run}`,
      facts([
        ["Workflow", `${run.workflow} version ${run.version}`],
        ["Status", run.status],
        ["For", `${run.user}${run.subject === run.user ? "" : `, about ${run.subject}`}, of ${manifest.org}`],
        ["Started, ended", `${run.started_at ?? "—"} – ${run.ended_at ?? "—"}`],
        [
          "Cost",
          `$${usage.usd ?? 0} of $${run.budget?.usd ?? "—"} · ${usage.tokens_in ?? 0} tokens in, ${usage.tokens_out ?? 0} out · ${usage.model_calls ?? 0} model calls, ${usage.tool_calls ?? 0} tool calls`,
        ],
        ["Risk", `${run.risk_score ?? 0} of 100`],
        ["Error", run.error ? `${run.error.code}: ${run.error.message}` : null],
        ["Exported", `${manifest.exported_at} by ${manifest.host}`],
        ["Keys", el("code", {}, [...keys].map(([kid, key]) => `${kid} (SHA-256 ${hex(sha256(key)).slice(0, 16)}…)`).join(", "))],
      ]),
      fold("Input", json(run.input)),
      fold("Output", json(run.output)),
    ),
    section("Graph", graph(definition ?? outline, run) ?? el("p", { class: "note" }, "The definition has no steps.")),
    section("Timeline", timeline(events, run) ?? el("p", { class: "note" }, "Nothing was called.")),
    section(
      "Policy decisions",
      table(
        "Policy decisions",
        ["Entry", "Step", "About", "Decision", "Reasons", "Policy version"],
        decisions.map(({ seq, resource, data, decision, policy_version: version }) => [
          seq,
          stepOf(resource),
          own(data, "subject") ?? "models",
          decision,
          (own(data, "reasons") ?? []).join(", "),
          String(version ?? "").slice(0, 16),
        ]),
      ),
    ),
    section(
      "People",
      people.length === 0
        ? el("p", { class: "note" }, "No person was asked.")
        : table(
            "People",
            ["Entry", "When", "What", "Who", "Decision", "Details"],
            people.map(({ seq, timestamp, event_type: type, actor, decision, data }) => [
              seq,
              timestamp,
              type,
              `${actor?.type} ${persons.get(actor?.id) ?? actor?.id}`,
              decision,
              JSON.stringify(data),
            ]),
          ),
    ),
    persons.size === 0
      ? ""
      : section(
          "Persons behind pseudonyms",
          el("p", { class: "note" }, "As the platform knew them when it exported this file; the entries have the pseudonyms only."),
          table("Persons behind pseudonyms", ["Pseudonym", "Person"], [...persons]),
        ),
    section(
      "Calls and costs",
      table(
        "Calls and costs",
        ["Entry", "Step", "Called", "Attempt", "Ok", "ms", "Tokens", "$"],
        calls.map(({ seq, resource, data }) => [
          seq,
          stepOf(resource),
          own(data, "model") ?? own(data, "tool") ?? own(data, "child"),
          own(data, "attempt"),
          own(data, "ok") === false ? `no: ${own(data, "code")}` : "yes",
          own(data, "duration_ms"),
          own(data, "tokens_in") === undefined ? "" : `${data.tokens_in} + ${data.tokens_out}`,
          own(data, "usd"),
        ]),
      ),
    ),
    section(
      "What was asked and answered",
      ...content.map(({ seq, type, resource, name, digest }) =>
        lazy(`Entry ${seq} · ${stepOf(resource)} · ${type} · ${name.replace("_sha256", "")} · ${digest.slice(0, 16)}…`, () =>
          textOf(digest),
        ),
      ),
    ),
    section(
      "Audit entries",
      el(
        "p",
        { class: "note" },
        checkpoint === null
          ? "Each is hashed, linked and signed."
          : `Each is hashed, linked and signed; ${proofs.size} are proved to be in the log of this checkpoint:`,
      ),
      checkpoint === null ? "" : el("pre", {}, checkpoint.note),
      ...entries.map((entry) =>
        lazy(`${entry.seq} · ${entry.timestamp} · ${entry.event_type} · ${entry.resource}`, () =>
          el("div", {}, json(entry), proofs.has(entry.seq) ? json(proofs.get(entry.seq)) : ""),
        ),
      ),
    ),
    section(
      "Journal",
      ...events.map((event) =>
        lazy(`${event.seq} · ${event.at} · ${event.type}${event.step ? ` · ${event.step}` : ""}`, () => json(event.data)),
      ),
    ),
    section(
      "Definition",
      definition === null
        ? el("p", { class: "note" }, `The definition is not in this file. Its digest: ${own(events[0]?.data, "digest") ?? "unknown"}`)
        : fold(`${run.workflow} version ${run.version} · ${own(events[0]?.data, "digest") ?? ""}`, json(definition)),
    ),
  );
}

async function start() {
  const startedAt = performance.now();
  const tools = await verifier();
  const data = document.getElementById("evidence");
  const rest = [...document.scripts];
  const text = data?.textContent ?? "";
  const verdict = await checkEvidence(text, {
    ...tools,
    sha256: (bytes) => sha256(bytes),
    sha256Hex: (input) => hex(sha256(bytesOf(input))),
  });
  if (rest.length !== 2) verdict.findings.push({ where: "the page", what: "it has other scripts than its own" });
  if (verdict.content !== null) {
    try {
      show(verdict.content);
    } catch (error) {
      document.getElementById("main").replaceChildren(el("p", { class: "bad" }, `It cannot be shown: ${error}`));
    }
  }
  told({ ...verdict, ok: verdict.findings.length === 0 }, tools.how, Math.round(performance.now() - startedAt));
}

addEventListener("beforeprint", () => {
  for (const node of document.querySelectorAll("header details, section:nth-of-type(-n+6) details")) node.open = true;
});
start().catch((error) => {
  document.documentElement.dataset.verdict = "bad";
  document
    .getElementById("verdict")
    .replaceChildren(el("h1", {}, "Changed, or not readable: this file cannot be checked"), el("p", {}, String(error)));
});
