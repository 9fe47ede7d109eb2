/** Whom an org has told: `notify` of its settings (docs/contract.md, "Costs, explanations, health"). Pure. */
import { callbackKey } from "../callback/sign.ts";
import type { FieldError } from "../errors/problem.ts";
import { NOTICE_TOPICS, type NoticeTopic } from "./notice.ts";

/** How a destination is spoken to. */
export const DESTINATION_KINDS = ["webhook", "slack", "teams", "pagerduty", "opsgenie", "email"] as const;
/** One of them. */
export type DestinationKind = (typeof DESTINATION_KINDS)[number];

/** PERSISTED: one that an org has chosen. */
export type Destination = {
  readonly kind: DestinationKind;
  readonly url?: string;
  /** An address of mail. */
  readonly to?: string;
  /** Sealed by the credential broker: what signs a webhook, PagerDuty's routing key, Opsgenie's API key. */
  readonly secret?: string;
  readonly on: readonly NoticeTopic[];
};

/** PERSISTED: an entry of `notify`. A bare URL means a webhook for all. */
export type NotifyEntry = string | Destination;

/** The entry with everything filled in. */
export const asDestination = (entry: NotifyEntry): Destination =>
  typeof entry === "string" ? { kind: "webhook", url: entry, on: NOTICE_TOPICS } : entry;

/** The name that the secrets of destinations are sealed under: no secret that a client names can have it. */
export const NOTIFY_SECRET_NAME = "notify:secret";

/** Names a destination within its org: two entries with one name are one destination. */
export const destinationKey = ({ kind, url, to }: Pick<SentDestination, "kind" | "url" | "to">): string => `${kind} ${url ?? to ?? ""}`;

/** What the destination of a kind is called where it names none. */
export const DEFAULT_URLS: { readonly [K in DestinationKind]?: string } = {
  pagerduty: "https://events.pagerduty.com/v2/enqueue",
  opsgenie: "https://api.opsgenie.com/v2/alerts",
};

/** An entry as it was sent. */
export type SentDestination = {
  readonly kind: DestinationKind;
  readonly url?: string | undefined;
  readonly to?: string | undefined;
  readonly secret?: string | undefined;
  readonly on?: readonly NoticeTopic[] | undefined;
};

const MAIL = /^[^\s@<>,;:"]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;
/** True for an address of mail without a name beside it. */
export const isMailAddress = (text: string): boolean => MAIL.test(text);

/** What is wrong with an entry. `flawOfUrl`: why the deployment calls no such URL, or null. `hasSecret`: it had one before. */
export function flawsOfDestination(
  entry: string | SentDestination,
  path: string,
  flawOfUrl: (url: string) => string | null,
  hasSecret: boolean,
): FieldError[] {
  const sent: SentDestination = typeof entry === "string" ? { kind: "webhook", url: entry } : entry;
  const at = typeof entry === "string" ? path : `${path}/url`;
  const errors: FieldError[] = [];
  if (sent.kind === "email") {
    if (sent.url !== undefined) errors.push({ path: `${path}/url`, message: "is not for `email`, which takes `to`" });
    if (sent.to === undefined || !isMailAddress(sent.to))
      errors.push({ path: `${path}/to`, message: "must be an address like `ops@example.com`" });
  } else {
    if (sent.to !== undefined) errors.push({ path: `${path}/to`, message: "is for `email` only" });
    const url = sent.url ?? DEFAULT_URLS[sent.kind];
    const flaw = url === undefined ? "is missing" : flawOfUrl(url);
    if (flaw !== null) errors.push({ path: at, message: flaw });
  }
  const needsKey = sent.kind === "pagerduty" || sent.kind === "opsgenie";
  if (needsKey && sent.secret === undefined && !hasSecret)
    errors.push({
      path: `${path}/secret`,
      message: `is missing: ${sent.kind === "pagerduty" ? "the routing key" : "the API key"} of the integration`,
    });
  if (sent.kind === "webhook" && sent.secret !== undefined && callbackKey(sent.secret) === null)
    errors.push({ path: `${path}/secret`, message: "must be `whsec_` and 24 to 64 bytes in base64, as Standard Webhooks says" });
  return errors;
}
