/** Who asks: the caller of a request, or 401 without a word about what was wrong. */
import { refuse } from "../../../core/errors/problem.ts";
import type { IngressMiddleware } from "../context.ts";
import type { IngressPorts } from "../ports.ts";
import { problemResponse } from "../problem.ts";

export const authenticate = (ports: Pick<IngressPorts, "auth">): IngressMiddleware => {
  return async (context, next) => {
    const principal = await ports.auth.authenticate(context.req.raw);
    if (principal === null) return problemResponse(context, refuse("unauthenticated", "send a valid API key as `Authorization: Bearer`"));
    context.set("principal", principal);
    return next();
  };
};
