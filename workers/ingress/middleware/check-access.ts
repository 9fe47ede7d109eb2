/** Asks the policy before the handler runs: of things of the caller's own, by the route's action. */
import { type Action, denied } from "../../use-cases/access.ts";
import type { IngressMiddleware } from "../context.ts";
import type { IngressPorts } from "../ports.ts";
import { problemResponse } from "../problem.ts";

export const checkAccess = (ports: IngressPorts, action: Action): IngressMiddleware => {
  return async (context, next) => {
    const refusal = await denied(ports, { principal: context.get("principal"), trace: context.get("trace") }, action);
    return refusal === null ? next() : problemResponse(context, refusal);
  };
};
