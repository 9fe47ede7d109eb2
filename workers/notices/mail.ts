/** Mail over an HTTP API that takes `{from, to, subject, text}` as JSON with a bearer, as most services of mail do. */
import type { SendMail } from "./notices.ts";

/** Where mail goes. null: the deployment sends none. */
export type MailSettings = { readonly url: string; readonly key: string | null; readonly from: string } | null;

/** Without settings no mail leaves, and none is kept for later. */
export const mailOver =
  (settings: MailSettings, fetcher: typeof fetch): SendMail =>
  async ({ to, subject, text }, signal) => {
    if (settings === null) return "gone";
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
    if (response.ok) return "delivered";
    return response.status === 400 || response.status === 422 ? "gone" : "retry";
  };
