/**
 * A notice as each kind of destination takes it. Slack and Teams: incoming webhooks; PagerDuty: Events API v2
 * (developer.pagerduty.com/docs/events-api-v2-overview); Opsgenie: Alert API (docs.opsgenie.com/docs/alert-api). Pure.
 */
import type { Json, JsonObject } from "../json.ts";
import { type EpochMs, toRfc3339 } from "../time.ts";
import { DEFAULT_URLS, type Destination } from "./destination.ts";
import { linesOf, type Notice, tidyData, titleOf, topicOf } from "./notice.ts";

/** A request that tells of a notice. `isSigned`: as Standard Webhooks says. */
export type NoticeRequest = {
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: JsonObject;
  readonly isSigned: boolean;
};

/** Where a notice comes from. */
export type NoticeFrom = {
  readonly org: string;
  /** The console, behind a login; null: nobody said where this deployment is reached. */
  readonly console: string | null;
  readonly at: EpochMs;
};

const PAGERDUTY_SEVERITY = { info: "info", warning: "warning", critical: "critical" } as const;
const OPSGENIE_PRIORITY = { info: "P5", warning: "P3", critical: "P1" } as const;
const SLACK_MARK = { info: ":information_source:", warning: ":warning:", critical: ":rotating_light:" } as const;

/** The request for a destination that is called by URL. `secret`: opened; null: it has none. */
export function noticeRequest(notice: Notice, to: Destination, from: NoticeFrom, secret: string | null): NoticeRequest | null {
  const url = to.url ?? DEFAULT_URLS[to.kind] ?? null;
  if (url === null) return null;
  const plain = (body: JsonObject): NoticeRequest => ({ url, headers: {}, body, isSigned: false });
  switch (to.kind) {
    case "webhook":
      return { url, headers: {}, body: webhookBody(notice, from), isSigned: true };
    case "slack":
      return plain(slackBody(notice, from));
    case "teams":
      return plain(teamsBody(notice, from));
    case "pagerduty":
      return secret === null ? null : plain(pagerDutyBody(notice, from, secret));
    case "opsgenie":
      return secret === null ? null : opsgenieRequest(url, notice, from, secret);
    case "email":
      return null;
  }
}

/** A mail in plain text. */
export const mailOf = (notice: Notice, from: NoticeFrom): { readonly subject: string; readonly text: string } => ({
  subject: `[${from.org}] ${titleOf(notice)}`,
  text: [titleOf(notice), "", ...linesOf(notice), ...linkLines(from)].join("\n"),
});

const linkLines = ({ console }: NoticeFrom): string[] => (console === null ? [] : ["", `More, after signing in: ${console}`]);
const severityOf = ({ severity = "warning" }: Notice): NonNullable<Notice["severity"]> => severity;
/** One key for the beginning and the end of a thing. */
const dedupOf = (notice: Notice, { org }: NoticeFrom): string => `${org}/${notice.dedup ?? notice.id}`;

function webhookBody(notice: Notice, { at, console }: NoticeFrom): JsonObject {
  return {
    type: notice.type,
    timestamp: toRfc3339(at),
    data: tidyData(notice.data),
    topic: topicOf(notice.type),
    severity: severityOf(notice),
    ...(notice.dedup === undefined ? {} : { dedup: notice.dedup, resolved: notice.resolves === true }),
    ...(console === null ? {} : { link: console }),
  };
}

/** Text in Slack's own markup: three characters have a meaning there. */
const slackText = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function slackBody(notice: Notice, from: NoticeFrom): JsonObject {
  const title = slackText(titleOf(notice));
  const lines = [...linesOf(notice).map(slackText), ...(from.console === null ? [] : [`<${from.console}|Open the console>`])];
  const section = (text: string): Json => ({ type: "section", text: { type: "mrkdwn", text: text.slice(0, 2_900) } });
  const mark = notice.resolves === true ? ":white_check_mark:" : SLACK_MARK[severityOf(notice)];
  return { text: title, blocks: [section(`${mark} *${title}*`), ...(lines.length === 0 ? [] : [section(lines.join("\n"))])] };
}

function teamsBody(notice: Notice, { console }: NoticeFrom): JsonObject {
  const facts = Object.entries(tidyData(notice.data)).map(([title, value]) => ({
    title,
    value: typeof value === "string" ? value : JSON.stringify(value),
  }));
  const content = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    body: [
      { type: "TextBlock", size: "Medium", weight: "Bolder", wrap: true, text: titleOf(notice) },
      ...(facts.length === 0 ? [] : [{ type: "FactSet", facts }]),
    ],
    ...(console === null ? {} : { actions: [{ type: "Action.OpenUrl", title: "Open the console", url: console }] }),
  };
  return { type: "message", attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content }] };
}

function pagerDutyBody(notice: Notice, from: NoticeFrom, routingKey: string): JsonObject {
  const event = { routing_key: routingKey, dedup_key: dedupOf(notice, from).slice(0, 255) };
  if (notice.resolves === true) return { ...event, event_action: "resolve" };
  return {
    ...event,
    event_action: "trigger",
    payload: {
      summary: titleOf(notice).slice(0, 1_024),
      source: `bulkhead/${from.org}`,
      severity: PAGERDUTY_SEVERITY[severityOf(notice)],
      timestamp: toRfc3339(from.at),
      class: notice.type,
      custom_details: tidyData(notice.data),
    },
    ...(from.console === null ? {} : { links: [{ href: from.console, text: "Bulkhead's console" }] }),
  };
}

function opsgenieRequest(url: string, notice: Notice, from: NoticeFrom, apiKey: string): NoticeRequest {
  const headers = { authorization: `GenieKey ${apiKey}` };
  const alias = dedupOf(notice, from).slice(0, 512);
  if (notice.resolves === true) {
    const close = `${url.replace(/\/+$/, "")}/${encodeURIComponent(alias)}/close?identifierType=alias`;
    return { url: close, headers, body: { source: `bulkhead/${from.org}` }, isSigned: false };
  }
  const body = {
    message: titleOf(notice).slice(0, 130),
    alias,
    description: [...linesOf(notice), ...linkLines(from)].join("\n").slice(0, 15_000),
    source: `bulkhead/${from.org}`,
    priority: OPSGENIE_PRIORITY[severityOf(notice)],
    tags: [topicOf(notice.type)],
  };
  return { url, headers, body, isSigned: false };
}
