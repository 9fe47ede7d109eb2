/** Who asks, and in which org the request acts. */
import { refuse } from "../../../core/errors/problem.ts";
import type { IngressMiddleware } from "../context.ts";
import type { IngressPorts } from "../ports.ts";
import { problemResponse } from "../problem.ts";
import { ORG_NAME } from "../schemas/names.ts";

/** The header by which a platform admin acts in another org. */
export const ORG_HEADER = "Bulkhead-Org";

export const authenticate = (ports: Pick<IngressPorts, "auth">): IngressMiddleware => {
  return async (context, next) => {
    const principal = await ports.auth.authenticate(context.req.raw);
    if (principal === null) return problemResponse(context, refuse("unauthenticated", "send a valid API key as `Authorization: Bearer`"));
    const org = context.req.header(ORG_HEADER) ?? principal.org;
    if (!ORG_NAME.test(org)) {
      const errors = [{ path: `header.${ORG_HEADER}`, message: "is not the name of an org" }];
      return problemResponse(context, refuse("invalid_request", "a header cannot be read", errors));
    }
    if (org !== principal.org && !principal.platformAdmin) {
      return problemResponse(context, refuse("forbidden", `\`${ORG_HEADER}\` is for the platform's admins`));
    }
    context.set("principal", org === principal.org ? principal : { ...principal, org });
    return next();
  };
};
