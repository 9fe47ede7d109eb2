/** The console: who is signed in, which view is open, and what views may ask of the page around them. */
import { showAlerts } from "./alerts.client.js";
import { ApiError, read, signIn, signOut } from "./api.client.js";
import { showCosts } from "./costs.client.js";
import { showDeadLetters } from "./dead-letters.client.js";
import { el, field, setText, submitted } from "./dom.client.js";
import { showExplanation } from "./explain.client.js";
import { showIncident } from "./incident.client.js";
import { showIncidents } from "./incidents.client.js";
import { showKillSwitch } from "./kill-switch.client.js";
import { showMemories } from "./memories.client.js";
import { showReviews } from "./reviews.client.js";
import { showRun } from "./run.client.js";
import { showRunbook } from "./runbook.client.js";
import { showRuns } from "./runs.client.js";

const page = (id) => document.getElementById(id);
const VIEWS = [
  [/^#\/runs\/([^/]+)\/explain$/, (view, id) => showExplanation(view, decodeURIComponent(id))],
  [/^#\/runs\/([^/]+)$/, (view, id) => showRun(view, decodeURIComponent(id))],
  [/^#\/reviews$/, showReviews],
  [/^#\/dead-letters$/, showDeadLetters],
  [/^#\/incidents\/([^/]+)$/, (view, id) => showIncident(view, decodeURIComponent(id))],
  [/^#\/incidents$/, showIncidents],
  [/^#\/memories$/, showMemories],
  [/^#\/costs$/, showCosts],
  [/^#\/alerts$/, showAlerts],
  [/^#\/alerts\/([a-z0-9-]+)$/, (view, rule) => showRunbook(view, rule)],
  [/^#\/kill-switch$/, showKillSwitch],
  [/^#\/runs$/, showRuns],
];

let leave = new AbortController();

/** What a view gets: its place on the page, and the page's words. Everything it started ends with `signal`. */
function viewOf(root, signal) {
  const view = {
    root,
    signal,
    title(text) {
      setText(page("title"), text);
      document.title = `${text} · Bulkhead`;
    },
    say: (text) => setText(page("notice"), text),
    go(hash) {
      location.hash = hash;
    },
    /** True when the view was left or the session has ended: not the view's to show. */
    isOver: (error) => error?.name === "AbortError" || error?.status === 401,
    /** Runs something that may be refused, and shows the refusal. Answers whether it was done. */
    async guard(work) {
      try {
        await work();
        return true;
      } catch (error) {
        if (signal.aborted || error?.name === "AbortError") return false;
        if (error?.status === 401) {
          showSignIn();
          return false;
        }
        const fields = (error instanceof ApiError ? error.fields : []).map((wrong) => `${wrong.path} ${wrong.message}`);
        view.say(["Not done:", error.message, ...fields].join(" "));
        return false;
      }
    },
    /** Now and then again, while somebody looks. A look that takes long is awaited, not doubled. */
    async every(ms, work) {
      let worked = true;
      const turn = async () => {
        if (signal.aborted) return;
        if (!document.hidden) {
          const works = await view.guard(work);
          if (works && !worked) view.say("");
          worked = works;
        }
        if (!signal.aborted) setTimeout(turn, ms);
      };
      await turn();
    },
    stopped: showStopped,
  };
  return view;
}

function showStopped(active) {
  page("stopped").hidden = active.length === 0;
  setText(page("stopped"), active.length === 0 ? "" : `Stopped by the kill switch: ${active.map((stop) => stop.scope).join(", ")}`);
}

/** Opens a view in place of the one before. Focus goes to the page's content, as after a link to another page. */
async function open(show, moveFocus) {
  leave.abort();
  leave = new AbortController();
  const { signal } = leave;
  for (const dialog of document.querySelectorAll("dialog")) dialog.remove();
  page("view").replaceChildren();
  page("notice").textContent = "";
  if (moveFocus) page("main").focus();
  const view = viewOf(page("view"), signal);
  await view.guard(() => show(view));
}

function route(moveFocus) {
  const hash = location.hash === "" ? "#/runs" : location.hash;
  if (!hash.startsWith("#/")) return;
  for (const link of document.querySelectorAll("#nav a")) {
    const current = hash.startsWith(link.getAttribute("href"));
    if (current) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const found = VIEWS.map(([form, show]) => [form.exec(hash), show]).find(([match]) => match !== null);
  const [match, show] = found ?? [[], showRuns];
  return open((view) => show(view, match[1]), moveFocus);
}

function signedIn(is) {
  page("nav").hidden = !is;
  page("sign-out").hidden = !is;
}

/** Why a sign-in at an identity provider did not end here: `/console/callback` puts it into the fragment. */
const NOT_SIGNED_IN = new Map([
  ["no_provider", "Choose where to sign in."],
  ["unavailable", "The identity provider does not answer. Try again in a minute."],
  ["not_begun_here", "This sign-in was started in another browser, or more than ten minutes ago. Start again."],
  ["refused_by_provider", "The identity provider did not confirm the sign-in. Start again."],
  ["not_let_in", "You are signed in, but have no role here. An admin of your org can give you one."],
]);

function problemOfSignIn() {
  const why = /^#sign-in=(\w+)$/.exec(location.hash)?.[1] ?? "";
  if (why !== "") history.replaceState(null, "", location.pathname);
  return NOT_SIGNED_IN.get(why) ?? "";
}

/** Links, one for each provider: signing in is a navigation, and the provider sends the browser back. */
async function showProviders(place) {
  const { data } = await read("/console/providers").catch(() => ({ data: [] }));
  const links = data.map(({ issuer, label }) =>
    el("a", { class: "button", href: `/console/login?issuer=${encodeURIComponent(issuer)}` }, `Sign in with ${label}`),
  );
  if (links.length > 0) place.replaceChildren(el("p", { class: "actions" }, ...links), el("p", { class: "or" }, "or with a key:"));
}

function showSignIn() {
  signedIn(false);
  showStopped([]);
  return open((view) => {
    view.title("Sign in");
    const key = el("input", { type: "password", autocomplete: "current-password", spellcheck: "false", required: true, maxlength: 4096 });
    const problem = el("p", { class: "problem", role: "alert" }, problemOfSignIn());
    const providers = el("div", {});
    const submit = async () => {
      problem.textContent = "";
      try {
        await signIn(key.value.trim());
        key.value = "";
        await start(true);
      } catch (error) {
        problem.textContent = error.status === 401 ? "This key is not accepted." : error.message;
        key.focus();
      }
    };
    view.root.append(
      el(
        "form",
        { class: "card sign-in", on: { submit: submitted(submit) } },
        providers,
        // Password managers file a key under a name.
        el("input", { hidden: true, autocomplete: "username", value: "API key", readonly: true }),
        field("API key", key, "It is sent once, and kept for eight hours as a cookie that no script can read."),
        el("p", { class: "actions" }, el("button", { class: "primary" }, "Sign in")),
        problem,
      ),
    );
    key.focus();
    return showProviders(providers);
  }, false);
}

/** A caller who may not read the switch's state learns of a stop from refusals. */
async function lookForStops() {
  try {
    showStopped((await read("/admin/kill-switch")).switches.filter((stop) => stop.active));
  } catch {
    showStopped([]);
  }
}

async function start(moveFocus) {
  try {
    await read("/v1/runs?limit=1");
  } catch (error) {
    if (error.status === 401) return showSignIn();
  }
  signedIn(true);
  await Promise.all([lookForStops(), route(moveFocus)]);
}

page("sign-out").addEventListener("click", async () => {
  await signOut().catch(() => {});
  showSignIn();
});
addEventListener("hashchange", () => {
  if (page("nav").hidden) return;
  lookForStops();
  route(true);
});
start(false);
