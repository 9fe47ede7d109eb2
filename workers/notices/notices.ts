/**
 * The one room from which people are told: finds an org's destinations of a notice, and sends it to each. When to send again is for
 * the org's `Watch` object, which keeps what was not taken. Stores nothing.
 */
import { createHmac } from "node:crypto";
import { signCallback } from "../../core/callback/sign.ts";
import { refuseHost } from "../../core/net/public-host.ts";
import { asDestination, type Destination, destinationKey, isMailAddress } from "../../core/notice/destination.ts";
import { NOTICE_TOPICS, type Notice, tidyData, topicOf } from "../../core/notice/notice.ts";
import { mailOf, type NoticeFrom, type NoticeRequest, noticeRequest } from "../../core/notice/request.ts";
import type { OrgSettings } from "../../core/org/settings.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import { startDeadline } from "../kit/deadline.ts";
import { isToldHost } from "../kit/told-hosts.ts";

/** `gone`: never again, since the address is not allowed, nothing can be signed, or the receiver said so. */
export type Taken = "delivered" | "retry" | "gone";

/** Sends a mail in plain text. */
export type SendMail = (
  mail: { readonly to: string; readonly subject: string; readonly text: string },
  signal: AbortSignal,
) => Promise<Taken>;

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
   * it names. Answers who has it now, or will never take it; `again`: somebody may take it later.
   */
  send(org: string, notice: Notice, taken: readonly string[]): Promise<{ readonly taken: readonly string[]; readonly again: boolean }>;
};

/** Standard Webhooks asks receivers to answer within 15 to 30 s. */
const TIMEOUT_MS = 10_000;
const NOBODY = new AbortController().signal;

/** The room over the given ports. */
export function defineNotices(ports: NoticePorts): Notices {
  return {
    async send(org, notice, taken) {
      const wanted = (await destinationsOf(ports, org, notice)).filter((to) => !taken.includes(destinationKey(to)));
      const results = await Promise.all(
        wanted.map(async (to) => ({ key: destinationKey(to), result: await deliver(ports, org, notice, to) })),
      );
      return {
        taken: [...taken, ...results.filter(({ result }) => result !== "retry").map(({ key }) => key)],
        again: results.some(({ result }) => result === "retry"),
      };
    },
  };
}

async function destinationsOf(ports: NoticePorts, org: string, notice: Notice): Promise<readonly Destination[]> {
  const { notify } = await ports.settings(org);
  const topic = topicOf(notice.type);
  const chosen = notify.map(asDestination).filter(({ on }) => on.includes(topic));
  const workflow = tidyData(notice.data)["workflow"];
  const owner = typeof workflow === "string" ? await ports.owner(org, workflow) : null;
  const told = owner === null ? null : ownerOf(owner);
  const all = told === null ? chosen : [...chosen, told];
  return [...new Map(all.map((to) => [destinationKey(to), to])).values()];
}

/** A user of the org has no address: people find them in the console, by the definition's `owner`. */
function ownerOf(owner: string): Destination | null {
  if (isMailAddress(owner)) return { kind: "email", to: owner, on: NOTICE_TOPICS };
  return /^https?:\/\//.test(owner) && URL.canParse(owner) ? { kind: "webhook", url: owner, on: NOTICE_TOPICS } : null;
}

async function deliver(ports: NoticePorts, org: string, notice: Notice, to: Destination): Promise<Taken> {
  const deadline = startDeadline(TIMEOUT_MS, NOBODY);
  const from: NoticeFrom = { org, console: ports.console, at: ports.now() };
  let why = "";
  let result: Taken;
  try {
    if (to.kind === "email") result = await deadline.within(ports.mail({ to: to.to ?? "", ...mailOf(notice, from) }, deadline.signal));
    else {
      const secret = to.secret === undefined ? null : await deadline.within(ports.open(org, to.secret));
      const request = noticeRequest(notice, to, from, secret);
      [result, why] =
        request === null ? ["gone", "not_callable"] : await deadline.within(post(ports, org, notice, request, secret, deadline.signal));
    }
  } catch (error) {
    [result, why] = ["retry", errorName(error)];
  } finally {
    deadline.end();
  }
  // The address is not logged: its path and query may hold secrets.
  if (result !== "delivered")
    ports.log(logLine("notice.not_delivered", { org, message_id: notice.id, result, why: why === "" ? to.kind : `${to.kind} ${why}` }));
  return result;
}

async function post(
  ports: NoticePorts,
  org: string,
  { id }: Notice,
  { url: address, headers, body, isSigned }: NoticeRequest,
  secret: string | null,
  signal: AbortSignal,
): Promise<[Taken, string]> {
  if (!URL.canParse(address)) return ["gone", "malformed"];
  const url = new URL(address);
  const refusal = refuseHost(url, ports.allowPrivateHosts);
  if (refusal !== null) return ["gone", refusal];
  if (!(await isToldHost(await ports.settings(org), url))) return ["gone", "host_not_listed"];
  const secrets = !isSigned ? [] : secret === null ? await ports.secrets(org) : [secret];
  if (isSigned && secrets.length === 0) return ["gone", "no_secret"];
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
  void response.body?.cancel().catch(() => undefined); // the status says it all: not a byte of the answer is read
  return judge(response.status);
}

/** Taken is 2xx; 410 means never again. What is malformed for the receiver (4xx but for 408, 425 and 429) is not sent again either. */
function judge(status: number): [Taken, string] {
  if (status >= 200 && status <= 299) return ["delivered", ""];
  const isFinal = status >= 400 && status <= 499 && ![408, 425, 429].includes(status);
  return [status === 410 || (isFinal && status !== 401 && status !== 403 && status !== 404) ? "gone" : "retry", `status_${status}`];
}

const hmac = (key: Uint8Array, text: string): Uint8Array => new Uint8Array(createHmac("sha256", key).update(text).digest());
