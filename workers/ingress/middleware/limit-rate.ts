/** How many requests a key may make, told in every answer (draft-ietf-httpapi-ratelimit-headers-10). */
import { refuse } from "../../../core/errors/problem.ts";
import type { IngressMiddleware } from "../context.ts";
import type { IngressPorts } from "../ports.ts";
import { problemResponse } from "../problem.ts";
import { setHeaders } from "./answer-headers.ts";

const WINDOW_SECONDS = 60;

export const limitRate = (ports: Pick<IngressPorts, "rateLimit">): IngressMiddleware => {
  return async (context, next) => {
    const { allowed, limit, remaining, resetSeconds } = ports.rateLimit.take(context.get("principal").credential, context.get("at"));
    const headers = { "RateLimit-Policy": `"key";q=${limit};w=${WINDOW_SECONDS}`, RateLimit: `"key";r=${remaining};t=${resetSeconds}` };
    let refused: Response | undefined;
    if (allowed) await next();
    else {
      const refusal = refuse("rate_limited", "this key made too many requests in the last minute");
      refused = problemResponse(context, { ...refusal, retryAfterSeconds: Math.max(1, resetSeconds) });
      context.res = refused;
    }
    setHeaders(context, headers);
  };
};
