/** In which org the request acts: the caller's own, or the one that a platform admin names. */
import { abroad } from "../../../core/access/person.ts";
import { refuse } from "../../../core/errors/problem.ts";
import { type Action, edgeRule, forbid } from "../../use-cases/access.ts";
import type { IngressMiddleware } from "../context.ts";
import type { IngressPorts } from "../ports.ts";
import { problemResponse } from "../problem.ts";
import { ORG_NAME } from "../schemas/names.ts";

/** The header by which a platform admin acts in another org. */
export const ORG_HEADER = "Bulkhead-Org";

/** Sets the org of the request. Refuses the header `bulkhead-org` from anybody but a platform admin. */
export const actInOrg = (ports: IngressPorts, action: Action): IngressMiddleware => {
  return async (context, next) => {
    const principal = context.get("principal");
    const org = context.req.header(ORG_HEADER) ?? principal.org;
    if (org === principal.org) return next();
    if (!ORG_NAME.test(org)) {
      const errors = [
        { path: `header.${ORG_HEADER}`, message: "is not the name of an org: it has 1 to 63 of `a-z`, `0-9` and `-`, the first no `-`" },
      ];
      return problemResponse(context, refuse("invalid_request", "a header cannot be read", errors));
    }
    if (!principal.platformAdmin) {
      const detail = `\`${ORG_HEADER}\` is for the platform's admins`;
      const asked = { principal, trace: context.get("trace") };
      return problemResponse(context, await forbid(ports, asked, action, "org", detail, edgeRule("platform_admin")));
    }
    context.set("principal", { ...abroad(principal, principal.org), org });
    return next();
  };
};
