/** What travels with one request through the ingress, and the words its parts share. */
import type { Context, MiddlewareHandler } from "hono";
import type { Principal } from "../../core/access/principal.ts";
import type { Refusal } from "../../core/errors/problem.ts";
import type { Result } from "../../core/result.ts";
import type { EpochMs } from "../../core/time.ts";
import type { Trace } from "../use-cases/requester.ts";

/** What middleware leaves in a request's context, as Hono types it. */
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

/** The context of one request. */
export type IngressContext = Context<IngressEnv>;
/** Middleware of the ingress. */
export type IngressMiddleware = MiddlewareHandler<IngressEnv>;

/**
 * What a route answers: data with a status, or a response it built itself (streams, texts). `endpoint.ts` accepts a reply only with a
 * status that the endpoint declares and a body of the schema declared for it.
 */
export type Reply<Status extends number, Body> =
  | { readonly response: Response }
  | (Status extends number ? { readonly status: Status; readonly body: Body; readonly headers?: Readonly<Record<string, string>> } : never);
/** What a handler returns: a reply with its declared status and body, or a refusal. */
export type Answer<Status extends number, Body> = Result<Reply<Status, Body>, Refusal>;
