/** How often a caller may ask, and how much at once, told in every answer (draft-ietf-httpapi-ratelimit-headers-10). */
import { refuse } from "../../../core/errors/problem.ts";
import { WINDOW_MS } from "../../../core/limits/book.ts";
import { rulesOf } from "../../../core/limits/rules.ts";
import type { Entry, Left } from "../../limits/limits.ts";
import type { IngressContext, IngressMiddleware } from "../context.ts";
import type { IngressPorts } from "../ports.ts";
import { problemResponse } from "../problem.ts";
import { setHeaders } from "./answer-headers.ts";

/** After authentication, before the org is changed: what counts is the caller's own org. */
export const limitRate = (ports: Pick<IngressPorts, "limits" | "settings" | "store">): IngressMiddleware => {
  return async (context, next) => {
    const principal = context.get("principal");
    const { limits } = await ports.store.orgs.settings(principal.org);
    const entry = await ports.limits.enter(principal.org, rulesOf(principal, ports.settings.perMinute, limits));
    if (!entry.ok) {
      context.res = problemResponse(context, { ...refuse("rate_limited", detailOf(entry)), retryAfterSeconds: entry.retryAfterSeconds });
      setHeaders(context, headersOf(entry.left));
      return;
    }
    if (entry.background !== null) context.executionCtx.waitUntil(entry.background);
    try {
      await next();
    } catch (error) {
      entry.leave();
      throw error;
    }
    if (entry.holdsSlot) leaveWithAnswer(context, entry.leave);
    else entry.leave();
    setHeaders(context, headersOf(entry.left));
  };
};

/**
 * A stream is under way until it ends or its reader goes, of which the request's signal or the stream tells, or neither. Nothing of it is
 * read ahead: the reader's pace stays the source's.
 */
function leaveWithAnswer(context: IngressContext, leave: () => void): void {
  const { res } = context;
  if (res.body === null || res.headers.get("Content-Type")?.startsWith("text/event-stream") !== true) return leave();
  const { signal } = context.req.raw;
  if (signal.aborted) leave();
  else signal.addEventListener("abort", leave, { once: true });
  const reader = (res.body as ReadableStream<Uint8Array>).getReader();
  const watched = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const piece = await reader.read().catch((error: unknown) => {
          leave();
          throw error;
        });
        if (!piece.done) return controller.enqueue(piece.value);
        leave();
        controller.close();
      },
      async cancel(reason) {
        leave();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  context.res = new Response(watched, res);
}

function headersOf(left: readonly Left[]): Record<string, string> {
  const named = left.map((one) => ({ ...one, name: one.scope.replace(/:.*$/s, "") }));
  return {
    "RateLimit-Policy": named.map(({ name, perMinute }) => `"${name}";q=${perMinute};w=${WINDOW_MS / 1000}`).join(", "),
    RateLimit: named.map(({ name, remaining, resetSeconds }) => `"${name}";r=${remaining};t=${resetSeconds}`).join(", "),
  };
}

const WHOSE: { readonly [kind: string]: string } = { key: "this key", user: "this user", org: "this org" };

function detailOf({ scope, why }: Extract<Entry, { ok: false }>): string {
  const whose = WHOSE[scope.replace(/:.*$/s, "")] ?? "this caller";
  return why === "at_once"
    ? `${whose} has as many requests under way as it may have`
    : `${whose} made too many requests in the last minute`;
}
