/** A repeated request in HTTP's words: where the key stands, and which status and headers say how a use case ended. */
import type { Json } from "../../core/json.ts";
import type { Outcome, Repeatable } from "../use-cases/idempotency.ts";
import type { AnyCall } from "./endpoint.ts";

/** The header of an answer that was given before. */
export const REPLAYED = { "Idempotent-Replayed": "true" } as const;

const STATUS = { done: 200, created: 201, accepted: 202 } as const satisfies { readonly [O in Outcome]: number };

/** `sent`: the body as the client sent it. */
export const repeatable = (
  {
    routeName,
    request,
    headers,
  }: Pick<AnyCall, "routeName" | "request"> & { readonly headers: { readonly "Idempotency-Key"?: string | undefined } },
  sent: unknown,
): Repeatable => ({
  key: headers["Idempotency-Key"] ?? null,
  operation: routeName,
  target: new URL(request.url).pathname,
  sent: sent as Json,
});

/** The answer that a use case's outcome is: its status, and whether it was given before. */
export const replyOf = <O extends Outcome, Body>(
  { outcome, replayed }: { readonly outcome: O; readonly replayed: boolean },
  body: Body,
) => ({
  status: STATUS[outcome],
  body,
  headers: replayed ? REPLAYED : {},
});
