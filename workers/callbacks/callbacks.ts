/**
 * Callbacks: one signed POST of one message to one address. Whether the address is allowed is asked at every attempt: an org that
 * takes a host off its list is obeyed at once. Sends and judges; when to send again is the caller's to decide (core/callback/retry.ts).
 */
import { createHmac } from "node:crypto";
import { signCallback } from "../../core/callback/sign.ts";
import type { Json } from "../../core/json.ts";
import { isListedHost } from "../../core/net/listed-host.ts";
import { refuseHost } from "../../core/net/public-host.ts";
import { logLine } from "../../core/telemetry/log-line.ts";
import { writeJson } from "../../core/write-json.ts";
import { startDeadline } from "../kit/deadline.ts";
import type { CallbackPorts } from "./ports.ts";

/** A finished run on its way to its callback URL. */
export type Callback = {
  readonly org: string;
  readonly url: string;
  /** The message's, the same on every attempt. */
  readonly id: string;
  /** Redacted. */
  readonly body: Json;
};

/** `gone`: never again, since the address is not allowed, nothing can be signed, or the receiver said 410. */
export type Delivery = "delivered" | "retry" | "gone";

/** Sends callbacks. An address that does not answer is a result, not an error. */
export type Callbacks = {
  deliver(callback: Callback): Promise<Delivery>;
};

/** Standard Webhooks asks receivers to answer within 15 to 30 s; a run's object waits no longer than this. */
export const CALLBACK_TIMEOUT_MS = 10_000;
const GONE = 410;
const NOBODY = new AbortController().signal;

const hmac = (key: Uint8Array, text: string): Uint8Array => new Uint8Array(createHmac("sha256", key).update(text).digest());

/** Callbacks over the given ports. */
export function defineCallbacks(ports: CallbackPorts): Callbacks {
  const deliver = async (callback: Callback): Promise<Delivery> => {
    const { result, why } = await attempt(ports, callback);
    // The address is not logged: its path and query may hold secrets.
    if (result !== "delivered") ports.log(logLine("callback.not_delivered", { org: callback.org, message_id: callback.id, result, why }));
    return result;
  };
  return {
    deliver,
  };
}

type Attempt = { readonly result: Delivery; readonly why: string };
const gone = (why: string): Attempt => ({ result: "gone", why });
const retry = (why: string): Attempt => ({ result: "retry", why });

async function attempt(ports: CallbackPorts, { org, url: address, id, body }: Callback): Promise<Attempt> {
  if (!URL.canParse(address)) return gone("malformed");
  const url = new URL(address);
  const refusal = refuseHost(url, ports.allowPrivateHosts);
  if (refusal !== null) return gone(refusal);
  const deadline = startDeadline(CALLBACK_TIMEOUT_MS, NOBODY);
  try {
    const { callback_hosts: hosts } = await deadline.within(ports.settings(org));
    if (!isListedHost(url, hosts)) return gone("host_not_listed");
    const secrets = await deadline.within(ports.secrets(org));
    if (secrets.length === 0) return gone("no_secret");
    const text = writeJson(body);
    const headers = {
      "content-type": "application/json",
      "user-agent": "Bulkhead",
      ...signCallback({ id, at: ports.now(), body: text }, secrets, hmac),
    };
    const send = ports.fetch; // a platform's `fetch` refuses to be called as somebody's method
    const response = await deadline.within(
      send(url.href, { method: "POST", headers, body: text, redirect: "manual", signal: deadline.signal }),
    );
    void response.body?.cancel().catch(() => undefined); // the status says it all: not a byte of the answer is read
    return judge(response.status);
  } catch (error) {
    return retry(error instanceof Error ? error.name : "unknown");
  } finally {
    deadline.end();
  }
}

/** Standard Webhooks, "Deliverability": 2xx is taken, 410 means never again, everything else, redirects too, is tried again. */
function judge(status: number): Attempt {
  if (status >= 200 && status <= 299) return { result: "delivered", why: "" };
  return status === GONE ? gone("status_410") : retry(`status_${status}`);
}
