import { describe, expect, it } from "vitest";
import { asDestination, type Destination, flawsOfDestination } from "../../../core/notice/destination.ts";
import { NOTICE_TOPICS, type Notice, tidyData, titleOf, topicOf } from "../../../core/notice/notice.ts";
import { mailOf, noticeRequest } from "../../../core/notice/request.ts";

const AT = Date.UTC(2030, 0, 1);
const FROM = { org: "acme", console: "https://bulkhead.example/console", at: AT };
const ALERT: Notice = {
  ...{ id: "ntc_1", type: "alert.firing", severity: "critical", dedup: "alert/error-rate/refund" },
  data: { rule: "error-rate", workflow: "refund", value: 12.5, prompt: "Dear <Bob>", nested: { input: "x" } },
};
const CLEARED: Notice = { ...ALERT, type: "alert.cleared", resolves: true };
const to = (kind: Destination["kind"], url?: string): Destination => ({ kind, on: NOTICE_TOPICS, ...(url === undefined ? {} : { url }) });
const textOf = (value: unknown) => JSON.stringify(value);

describe("what people are told", () => {
  it.each([
    ["budget.alert", "budget"],
    ["kill_switch.thrown", "kill"],
    ["review.requested", "review"],
    ["override.approved", "policy"],
    ["dead_letter.opened", "dead_letter"],
    ["incident.opened", "incident"],
    ["audit.forked", "incident"],
    ["run.unstuck", "alert"],
    ["key.expires_soon", "alert"],
  ])("%s is of topic %s", (type, topic) => {
    expect(topicOf(type)).toBe(topic);
  });

  it("[NOTICE-1] never holds what a person or a model wrote, whatever it was made with", () => {
    const data = tidyData({
      ...(ALERT.data as object),
      reason: "because Bob",
      output: "a",
      input: "b",
      long: "x".repeat(201),
      list: ["a", { b: 1 }],
    });
    expect(data).toEqual({ rule: "error-rate", workflow: "refund", value: 12.5 });
    const everywhere = (["webhook", "slack", "teams"] as const).map((kind) =>
      noticeRequest(ALERT, to(kind, "https://a.example/"), FROM, null),
    );
    const all = textOf([
      ...everywhere,
      noticeRequest(ALERT, to("pagerduty"), FROM, "key"),
      noticeRequest(ALERT, to("opsgenie"), FROM, "key"),
      mailOf(ALERT, FROM),
    ]);
    expect(all).toContain("error-rate");
    expect(all).not.toMatch(/Bob|prompt|nested/);
    expect(titleOf({ ...ALERT, data: { rule: "<b>" } })).toContain("<b>");
    expect(textOf(noticeRequest({ ...ALERT, data: { rule: "<b>" } }, to("slack", "https://a.example/"), FROM, null))).not.toContain("<b>");
  });

  it("[NOTICE-2] speaks to each kind of destination in its own form", () => {
    expect(noticeRequest(ALERT, to("webhook", "https://a.example/h"), FROM, null)).toMatchObject({
      url: "https://a.example/h",
      isSigned: true,
      body: { type: "alert.firing", topic: "alert", severity: "critical", timestamp: "2030-01-01T00:00:00.000Z", link: FROM.console },
    });
    expect(noticeRequest(ALERT, to("slack", "https://hooks.slack.com/services/T"), FROM, null)).toMatchObject({
      isSigned: false,
      body: { text: titleOf(ALERT), blocks: [{ type: "section", text: { type: "mrkdwn" } }, { type: "section" }] },
    });
    const teams = noticeRequest(ALERT, to("teams", "https://a.example/t"), FROM, null);
    expect(teams?.body).toMatchObject({
      type: "message",
      attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", content: { type: "AdaptiveCard", version: "1.4" } }],
    });
    expect(noticeRequest(ALERT, to("pagerduty"), FROM, "routing")).toMatchObject({
      url: "https://events.pagerduty.com/v2/enqueue",
      body: {
        ...{ routing_key: "routing", event_action: "trigger", dedup_key: "acme/alert/error-rate/refund" },
        payload: { severity: "critical", source: "bulkhead/acme", custom_details: { rule: "error-rate" } },
      },
    });
    expect(noticeRequest(ALERT, to("opsgenie"), FROM, "genie")).toMatchObject({
      url: "https://api.opsgenie.com/v2/alerts",
      headers: { authorization: "GenieKey genie" },
      body: { alias: "acme/alert/error-rate/refund", priority: "P1" },
    });
    expect(mailOf(ALERT, FROM)).toMatchObject({ subject: `[acme] ${titleOf(ALERT)}` });
  });

  it("[NOTICE-3] ends at PagerDuty and Opsgenie what it began, under the same key", () => {
    expect(noticeRequest(CLEARED, to("pagerduty"), FROM, "routing")?.body).toEqual({
      ...{ routing_key: "routing", event_action: "resolve", dedup_key: "acme/alert/error-rate/refund" },
    });
    expect(noticeRequest(CLEARED, to("opsgenie", "https://api.eu.opsgenie.com/v2/alerts"), FROM, "genie")?.url).toBe(
      "https://api.eu.opsgenie.com/v2/alerts/acme%2Falert%2Ferror-rate%2Frefund/close?identifierType=alias",
    );
    expect(noticeRequest(ALERT, to("pagerduty"), FROM, null)).toBeNull();
    expect(noticeRequest(ALERT, to("slack"), FROM, null)).toBeNull();
  });

  it.each<[string, Parameters<typeof flawsOfDestination>[0], readonly string[]]>([
    ["a bare URL", "https://a.example/", []],
    ["a refused URL", "http://a.example/", ["/notify/0"]],
    ["slack without a URL", { kind: "slack" }, ["/notify/0/url"]],
    ["mail", { kind: "email", to: "ops@example.com" }, []],
    ["mail to nobody", { kind: "email", to: "ops" }, ["/notify/0/to"]],
    ["mail with a URL", { kind: "email", to: "ops@example.com", url: "https://a.example/" }, ["/notify/0/url"]],
    ["PagerDuty without a key", { kind: "pagerduty" }, ["/notify/0/secret"]],
    ["PagerDuty", { kind: "pagerduty", secret: "k" }, []],
    ["a webhook with a secret", { kind: "webhook", url: "https://a.example/", secret: `whsec_${"A".repeat(43)}=` }, []],
    ...[
      "abc",
      "a".repeat(64),
      "whsec_",
      "whsec_!!!!",
      "whsec_YQ==",
      ` whsec_${"A".repeat(43)}=`,
      `whsec_${"A".repeat(43)}`,
      `v1,whsec_${"A".repeat(43)}=`,
    ].map((secret): [string, Parameters<typeof flawsOfDestination>[0], readonly string[]] => [
      `a webhook whose secret could sign nothing (${secret.slice(0, 12)})`,
      { kind: "webhook", url: "https://a.example/", secret },
      ["/notify/0/secret"],
    ]),
  ])("[NOTICE-4] checks a destination: %s", (_, entry, paths) => {
    const flaw = (url: string) => (url.startsWith("https://") ? null : "is not https");
    expect(flawsOfDestination(entry, "/notify/0", flaw, false).map(({ path }) => path)).toEqual(paths);
    expect(asDestination("https://a.example/")).toEqual({ kind: "webhook", url: "https://a.example/", on: NOTICE_TOPICS });
  });
});
