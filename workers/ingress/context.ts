/** What travels with one request through the ingress, and the words its parts share. */
import type { Context, MiddlewareHandler } from "hono";
import type { Principal } from "../../core/access/principal.ts";
import type { Refusal } from "../../core/errors/problem.ts";
import type { Result } from "../../core/result.ts";
import type { EpochMs } from "../../core/time.ts";
import type { Trace } from "../use-cases/requester.ts";

export type IngressEnv = {
  Variables: {
    trace: Trace;
    at: EpochMs;
    /** Set by the authentication middleware; routes without a caller never read it. */
    principal: Principal;
    /** Path pattern of the route that answered, for the log. */
    route: string;
    /** Code of the problem that answered, for the log. */
    code: string;
  };
};

export type IngressContext = Context<IngressEnv>;
export type IngressMiddleware = MiddlewareHandler<IngressEnv>;

/**
 * What a route answers: data with a status, or a response it built itself (streams, texts). `endpoint.ts` accepts a reply only with a
 * status that the endpoint declares and a body of the schema declared for it.
 */
export type Reply<Status extends number, Body> =
  | { readonly response: Response }
  | (Status extends number ? { readonly status: Status; readonly body: Body; readonly headers?: Readonly<Record<string, string>> } : never);
export type Answer<Status extends number, Body> = Result<Reply<Status, Body>, Refusal>;
