/**
 * The console's files. They are the same for everybody and hold no data: what they show, they fetch from the HTTP API as the
 * person who signed in. Knows nothing of sessions, rooms or bindings.
 */
import { createHash } from "node:crypto";
import alerts from "./files/alerts.client.js";
import api from "./files/api.client.js";
import app from "./files/app.client.js";
import styles from "./files/console.css";
import costs from "./files/costs.client.js";
import deadLetters from "./files/dead-letters.client.js";
import dom from "./files/dom.client.js";
import explain from "./files/explain.client.js";
import format from "./files/format.client.js";
import graph from "./files/graph.client.js";
import icon from "./files/icon.svg";
import incident from "./files/incident.client.js";
import incidents from "./files/incidents.client.js";
import killSwitch from "./files/kill-switch.client.js";
import memories from "./files/memories.client.js";
import page from "./files/page.html";
import reviews from "./files/reviews.client.js";
import run from "./files/run.client.js";
import runGraph from "./files/run-graph.client.js";
import runbook from "./files/runbook.client.js";
import runs from "./files/runs.client.js";
import timeline from "./files/timeline.client.js";
import views from "./files/views.css";
import { RUNBOOKS } from "./runbooks.ts";

const SCRIPT = "text/javascript; charset=utf-8";
const PAGE = "text/html; charset=utf-8";
const STYLES = "text/css; charset=utf-8";
const PLAIN = "text/plain; charset=utf-8";

const FILES: { readonly [path: string]: { readonly type: string; readonly text: string } } = {
  "/console": { type: PAGE, text: page },
  "/console/": { type: PAGE, text: page },
  "/console/console.css": { type: STYLES, text: styles },
  "/console/views.css": { type: STYLES, text: views },
  "/console/icon.svg": { type: "image/svg+xml", text: icon },
  "/console/alerts.client.js": { type: SCRIPT, text: alerts },
  "/console/api.client.js": { type: SCRIPT, text: api },
  "/console/app.client.js": { type: SCRIPT, text: app },
  "/console/costs.client.js": { type: SCRIPT, text: costs },
  "/console/dead-letters.client.js": { type: SCRIPT, text: deadLetters },
  "/console/dom.client.js": { type: SCRIPT, text: dom },
  "/console/explain.client.js": { type: SCRIPT, text: explain },
  "/console/format.client.js": { type: SCRIPT, text: format },
  "/console/graph.client.js": { type: SCRIPT, text: graph },
  "/console/incident.client.js": { type: SCRIPT, text: incident },
  "/console/incidents.client.js": { type: SCRIPT, text: incidents },
  "/console/kill-switch.client.js": { type: SCRIPT, text: killSwitch },
  "/console/memories.client.js": { type: SCRIPT, text: memories },
  "/console/reviews.client.js": { type: SCRIPT, text: reviews },
  "/console/run.client.js": { type: SCRIPT, text: run },
  "/console/run-graph.client.js": { type: SCRIPT, text: runGraph },
  "/console/runbook.client.js": { type: SCRIPT, text: runbook },
  "/console/runs.client.js": { type: SCRIPT, text: runs },
  "/console/timeline.client.js": { type: SCRIPT, text: timeline },
  ...Object.fromEntries(Object.entries(RUNBOOKS).map(([path, text]) => [path, { type: PLAIN, text }])),
};

/**
 * Nothing but our own files runs, and nothing from elsewhere is loaded or spoken to. Trusted Types without a policy: where the
 * browser knows them, a script that tries to make markup from text is stopped. Forms are read by script and never sent.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const HEADERS = {
  "Content-Security-Policy": CONTENT_SECURITY_POLICY,
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  // Kept, and asked for again each time: a deploy is seen at the next look, and costs one small answer.
  "Cache-Control": "no-cache",
} as const;

/** Answers GET and HEAD of the console's files; null for everything else. */
export function defineConsole(): (request: Request) => Response | null {
  const tags = new Map(Object.entries(FILES).map(([path, file]) => [path, tagOf(file.text)]));
  return (request) => {
    if (request.method !== "GET" && request.method !== "HEAD") return null;
    const path = new URL(request.url).pathname;
    const tag = tags.get(path);
    const file = tag === undefined ? undefined : FILES[path];
    if (tag === undefined || file === undefined) return null;
    const headers = { ...HEADERS, "Content-Type": file.type, ETag: tag };
    if (namesTag(request.headers.get("If-None-Match"), tag)) return new Response(null, { status: 304, headers });
    return new Response(request.method === "HEAD" ? null : file.text, { headers });
  };
}

const tagOf = (text: string): string => `"${createHash("sha256").update(text).digest("hex").slice(0, 32)}"`;

/** RFC 9110 section 13.1.2: weak comparison, since what is between us and the browser may weaken a tag when it compresses. */
const namesTag = (header: string | null, tag: string): boolean =>
  (header ?? "").split(",").some((named) => named.trim().replace(/^W\//, "") === tag);
