/** Headers that every answer has. What a route says itself (the docs, the console) stands. */
import type { IngressMiddleware } from "../context.ts";
import { setHeaders } from "./answer-headers.ts";

const DEFAULTS: Readonly<Record<string, string>> = {
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
  "Cache-Control": "no-store",
};
/** RFC 6797: means something only over https. Two years. */
const STRICT_TRANSPORT = "max-age=63072000; includeSubDomains";

export const setSecurityHeaders: IngressMiddleware = async (context, next) => {
  await next();
  const said = context.res.headers;
  const missing = Object.entries(DEFAULTS).filter(([name]) => !said.has(name));
  const transport = context.req.url.startsWith("https:") ? [["Strict-Transport-Security", STRICT_TRANSPORT]] : [];
  setHeaders(context, Object.fromEntries([...missing, ...transport]));
};
