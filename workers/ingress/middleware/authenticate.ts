/** Who asks: the caller of a request, or 401 without a word about what was wrong. */

import { EXPIRES_SOON_MS } from "../../../core/access/view.ts";
import { refuse } from "../../../core/errors/problem.ts";
import { toRfc3339 } from "../../../core/time.ts";
import type { IngressMiddleware } from "../context.ts";
import type { IngressPorts } from "../ports.ts";
import { problemResponse } from "../problem.ts";
import { setHeaders } from "./answer-headers.ts";

export const authenticate = (ports: Pick<IngressPorts, "auth" | "noteUse" | "mayTry">): IngressMiddleware => {
  return async (context, next) => {
    const principal = await ports.auth.authenticate(context.req.raw);
    if (principal === null) {
      // Whoever guesses is slowed down by the edge itself; a valid credential is never asked about.
      if (!(await ports.mayTry(context.req.header("CF-Connecting-IP") ?? ""))) {
        const refusal = refuse("rate_limited", "too many requests without a valid credential came from this address");
        return problemResponse(context, { ...refusal, retryAfterSeconds: 10 });
      }
      return problemResponse(
        context,
        refuse("unauthenticated", "send a valid API key, or a token of an identity provider that is set up, as `Authorization: Bearer`"),
      );
    }
    context.set("principal", principal);
    const noted = ports.noteUse(principal);
    if (noted !== null) context.executionCtx.waitUntil(noted);
    await next();
    const { credentialExpiresAt: end, credential } = principal;
    // A token always ends soon.
    if (end !== null && !credential.startsWith("login_") && end - context.get("at") < EXPIRES_SOON_MS)
      setHeaders(context, { "Bulkhead-Key-Expires": toRfc3339(end) });
    return;
  };
};
