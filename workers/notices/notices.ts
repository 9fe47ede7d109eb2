/**
 * The one room from which people are told: finds an org's destinations of a notice, and sends it to each. When to send again is for
 * the org's `Watch` object, which keeps what was not taken. Stores nothing.
 */
import { createHmac } from "node:crypto";
import { signCallback } from "../../core/callback/sign.ts";
import { refuseHost } from "../../core/net/public-host.ts";
import { asDestination, type Destination, destinationKey, isMailAddress } from "../../core/notice/destination.ts";
import { NOTICE_TOPICS, type Notice, topicOf, workflowOf } from "../../core/notice/notice.ts";
import { mailOf, type NoticeFrom, type NoticeRequest, noticeRequest } from "../../core/notice/request.ts";
import type { OrgSettings } from "../../core/org/settings.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import { retryAfterMs } from "../../core/tool/retry-after.ts";
import { startDeadline } from "../kit/deadline.ts";
import { isToldHost } from "../kit/told-hosts.ts";

/** `gone`: never again, since the address is not allowed, nothing can be signed, or the receiver said so. */
type Taken = "delivered" | "retry" | "gone";

/** What became of one attempt. `afterMs`: the receiver asked to be left alone for this long; null: it did not. `why`: for the log. */
export type Attempt = { readonly result: Taken; readonly why: string; readonly afterMs: number | null };

/** Until when destinations, by their keys, asked to be left alone. */
export type Resting = readonly (readonly [key: string, until: EpochMs])[];

/** What a round of attempts left. */
export type Round = {
  /** Who has it now, or will never take it. */
  readonly taken: readonly string[];
  /** Who may take it later. */
  readonly left: readonly string[];
  readonly resting: Resting;
  /** Nobody who may take it later wants to be asked before; null: somebody does. */
  readonly notBefore: EpochMs | null;
};

/** Sends a mail in plain text. */
export type SendMail = (
  mail: { readonly to: string; readonly subject: string; readonly text: string },
  signal: AbortSignal,
) => Promise<Attempt>;

/** What the room needs. */
export type NoticePorts = {
  readonly settings: (org: string) => Promise<Pick<OrgSettings, "callback_hosts" | "notify">>;
  /** Whom the newest version of a workflow names as its owner; null: nobody. */
  readonly owner: (org: string, workflow: string) => Promise<string | null>;
  /** The org's callback secrets, newest first. */
  readonly secrets: (org: string) => Promise<readonly string[]>;
  /** Opens a destination's sealed secret. */
  readonly open: (org: string, sealed: string) => Promise<string>;
  readonly mail: SendMail;
  readonly fetch: typeof fetch;
  readonly now: () => EpochMs;
  readonly allowPrivateHosts: boolean;
  /** Where the console is; null: nobody said. */
  readonly console: string | null;
  readonly log: Log;
};

/** The notice room. */
export type Notices = {
  /**
   * Sends a notice to all of the org's destinations that ask for its topic and are not in `taken`, and to the owner of the workflow that
   * it names. Who asked to be left alone (`resting`) is not asked before, and who is `held` is not asked in this round.
   */
  send(org: string, notice: Notice, taken: readonly string[], resting?: Resting, held?: readonly string[]): Promise<Round>;
};

/** Standard Webhooks asks receivers to answer within 15 to 30 s. */
const TIMEOUT_MS = 10_000;
const NOBODY = new AbortController().signal;
/** `Retry-After` is read as this long at most, in ms: as long as the longest wait of a notice that nobody takes. */
const LONGEST_REST_MS = 2 * 60 * 60_000;
/** Statuses with which a receiver says when to come back. */
const COMES_BACK = [429, 503];

/** The room over the given ports. */
export function defineNotices(ports: NoticePorts): Notices {
  return {
    async send(org, notice, taken, resting = [], held = []) {
      const wanted = (await destinationsOf(ports, org, notice)).filter((to) => !taken.includes(destinationKey(to)));
      const asleep = new Map(resting.filter(([, until]) => until > ports.now()));
      const results = await Promise.all(
        wanted.map(async (to) => {
          const key = destinationKey(to);
          if (held.includes(key)) return { key, isOver: false, until: null };
          const until = asleep.get(key);
          if (until !== undefined) return { key, isOver: false, until };
          const { result, afterMs } = await deliver(ports, org, notice, to);
          return { key, isOver: result !== "retry", until: afterMs === null ? null : ports.now() + Math.min(afterMs, LONGEST_REST_MS) };
        }),
      );
      const left = results.filter(({ isOver }) => !isOver);
      const rests = left.flatMap(({ key, until }) => (until === null ? [] : [[key, until] as const]));
      return {
        taken: [...taken, ...results.filter(({ isOver }) => isOver).map(({ key }) => key)],
        left: left.map(({ key }) => key),
        resting: rests,
        notBefore: left.length > 0 && rests.length === left.length ? Math.min(...rests.map(([, until]) => until)) : null,
      };
    },
  };
}

async function destinationsOf(ports: NoticePorts, org: string, notice: Notice): Promise<readonly Destination[]> {
  const { notify } = await ports.settings(org);
  const topic = topicOf(notice.type);
  const chosen = notify.map(asDestination).filter(({ on }) => on.includes(topic));
  const workflow = workflowOf(notice.data);
  const owner = workflow === null ? null : await ports.owner(org, workflow);
  const told = owner === null ? null : ownerOf(owner);
  const all = told === null ? chosen : [...chosen, told];
  return [...new Map(all.map((to) => [destinationKey(to), to])).values()];
}

/** A user of the org has no address: people find them in the console, by the definition's `owner`. */
function ownerOf(owner: string): Destination | null {
  if (isMailAddress(owner)) return { kind: "email", to: owner, on: NOTICE_TOPICS };
  return /^https?:\/\//.test(owner) && URL.canParse(owner) ? { kind: "webhook", url: owner, on: NOTICE_TOPICS } : null;
}

async function deliver(ports: NoticePorts, org: string, notice: Notice, to: Destination): Promise<Attempt> {
  const deadline = startDeadline(TIMEOUT_MS, NOBODY);
  const from: NoticeFrom = { org, console: ports.console, at: ports.now() };
  let attempt: Attempt;
  try {
    if (to.kind === "email") attempt = await deadline.within(ports.mail({ to: to.to ?? "", ...mailOf(notice, from) }, deadline.signal));
    else {
      const secret = to.secret === undefined ? null : await deadline.within(ports.open(org, to.secret));
      const request = noticeRequest(notice, to, from, secret);
      attempt = request === null ? gone("not_callable") : await deadline.within(post(ports, org, notice, request, secret, deadline.signal));
    }
  } catch (error) {
    attempt = { result: "retry", why: errorName(error), afterMs: null };
  } finally {
    deadline.end();
  }
  // The address is not logged: its path and query may hold secrets.
  const { result, why } = attempt;
  if (result !== "delivered")
    ports.log(logLine("notice.not_delivered", { org, message_id: notice.id, result, why: why === "" ? to.kind : `${to.kind} ${why}` }));
  return attempt;
}

const gone = (why: string): Attempt => ({ result: "gone", why, afterMs: null });

async function post(
  ports: NoticePorts,
  org: string,
  { id }: Notice,
  { url: address, headers, body, isSigned }: NoticeRequest,
  secret: string | null,
  signal: AbortSignal,
): Promise<Attempt> {
  if (!URL.canParse(address)) return gone("malformed");
  const url = new URL(address);
  const refusal = refuseHost(url, ports.allowPrivateHosts);
  if (refusal !== null) return gone(refusal);
  if (!(await isToldHost(await ports.settings(org), url))) return gone("host_not_listed");
  const secrets = !isSigned ? [] : secret === null ? await ports.secrets(org) : [secret];
  if (isSigned && secrets.length === 0) return gone("no_secret");
  const text = JSON.stringify(body);
  const signed = isSigned ? signCallback({ id, at: ports.now(), body: text }, secrets, hmac) : {};
  const send = ports.fetch; // a platform's `fetch` refuses to be called as somebody's method
  const response = await send(url.href, {
    method: "POST",
    headers: { "content-type": "application/json", "user-agent": "Bulkhead", ...headers, ...signed },
    body: text,
    redirect: "manual",
    signal,
  });
  void response.body?.cancel().catch(() => undefined); // status and headers say it all: not a byte of the answer is read
  return { ...judge(response.status), afterMs: restOf(response, ports.now()) };
}

/** Milliseconds for which a receiver that has too much to do asked to be left alone; null: it said nothing of that. */
export const restOf = ({ status, headers }: Pick<Response, "status" | "headers">, now: EpochMs): number | null =>
  COMES_BACK.includes(status) ? retryAfterMs(headers.get("retry-after"), now) : null;

/** Taken is 2xx; 410 means never again. What is malformed for the receiver (4xx but for 408, 425 and 429) is not sent again either. */
function judge(status: number): Pick<Attempt, "result" | "why"> {
  if (status >= 200 && status <= 299) return { result: "delivered", why: "" };
  const isFinal = status >= 400 && status <= 499 && ![408, 425, 429].includes(status);
  const isGone = status === 410 || (isFinal && status !== 401 && status !== 403 && status !== 404);
  return { result: isGone ? "gone" : "retry", why: `status_${status}` };
}

const hmac = (key: Uint8Array, text: string): Uint8Array => new Uint8Array(createHmac("sha256", key).update(text).digest());
