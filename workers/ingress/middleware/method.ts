/** A path that exists, a method that it does not take: RFC 9110 section 15.5.6. `OPTIONS` is answered with what it takes. */
import { refuse } from "../../../core/errors/problem.ts";
import type { IngressMiddleware } from "../context.ts";
import { problemResponse } from "../problem.ts";

export const refuseMethod = (methods: readonly string[]): IngressMiddleware => {
  const allow = [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
  return async (context) => {
    const refused = context.req.method !== "OPTIONS";
    const response = refused
      ? problemResponse(context, refuse("method_not_allowed", `this path only allows ${allow}`))
      : new Response(null, { status: 204 });
    response.headers.set("Allow", allow);
    return response;
  };
};
