/** Mail over an HTTP API that takes `{from, to, subject, text}` as JSON with a bearer, as most services of mail do. */
import type { EpochMs } from "../../core/time.ts";
import { restOf, type SendMail } from "./notices.ts";

/** Where mail goes. null: the deployment sends none. */
export type MailSettings = { readonly url: string; readonly key: string | null; readonly from: string } | null;

/** Without settings no mail leaves, and none is kept for later. */
export const mailOver =
  (settings: MailSettings, fetcher: typeof fetch, now: () => EpochMs): SendMail =>
  async ({ to, subject, text }, signal) => {
    if (settings === null) return { result: "gone", why: "", afterMs: null };
    const { url, key, from } = settings;
    const authorization = key === null ? {} : { authorization: `Bearer ${key}` };
    const response = await fetcher(url, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "Bulkhead", ...authorization },
      body: JSON.stringify({ from, to: [to], subject, text }),
      redirect: "manual",
      signal,
    });
    void response.body?.cancel().catch(() => undefined);
    const { ok, status } = response;
    const result = ok ? "delivered" : status === 400 || status === 422 ? "gone" : "retry";
    return { result, why: "", afterMs: restOf(response, now()) };
  };
