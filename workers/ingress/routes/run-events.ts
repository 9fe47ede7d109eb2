/** `GET /v1/runs/{id}/events`: a list, or a stream of server-sent events (event-stream.ts). */
import { z } from "@hono/zod-openapi";
import type { Principal } from "../../../core/access/principal.ts";
import { type Refusal, refuse } from "../../../core/errors/problem.ts";
import type { RunId } from "../../../core/ids.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { endsRun, sizeWithin, withoutBookkeeping } from "../../../core/run/outside/bounded.ts";
import { type EventView, FINAL_STATUSES } from "../../../core/run/outside/view.ts";
import { findRun } from "../../use-cases/runs.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import { eventStream } from "../event-stream.ts";
import { HeldPages } from "../held-pages.ts";
import type { IngressPorts } from "../ports.ts";
import { listOf } from "../schemas/answers.ts";
import { after, cursor, limit } from "../schemas/requests.ts";
import { RunEvent } from "../schemas/views.ts";

/** Pages that streams hold: together some 50 MB at most, of the 128 MB that an isolate has. */
const HELD = { most: 24, idleMs: 2_000, readingMs: 30_000, againMs: 100 };
/** A list without `limit` has the whole of any ordinary run. */
const MOST_EVENTS = 1_000;
/** UTF-16 units of the events of one list, about; further ones come with its cursor. */
const LIST_SIZE = 4 * 1024 * 1024;

const lastEventId = z
  .string()
  .regex(/^(0|[1-9]\d{0,15})$/, "is the `seq` of an event")
  .optional()
  .openapi({ description: "the stream continues after this `seq`" });

export function runEventRoutes(ports: IngressPorts): Endpoint[] {
  const pages = new HeldPages(HELD, ports.now, (ms) => new Promise((resolve) => setTimeout(resolve, ms)));
  return [
    endpointsOf(ports)({
      method: "get",
      path: "/v1/runs/{id}/events",
      operationId: "listRunEvents",
      tag: "runs",
      summary: "Returns the events of a run as a list, or with `Accept: text/event-stream` as a stream",
      action: "run.read",
      params: { id: z.string() },
      query: { after, limit, cursor },
      headers: { "Last-Event-ID": lastEventId, Accept: z.string().optional() },
      answers: {
        200: {
          description: "events in order",
          schema: listOf(RunEvent),
          stream: "one event of the run in each `data`, with `id` = its `seq` and `event` = its `type`",
        },
        204: { description: "for a stream: the run has ended, and `Last-Event-ID` is the event that ended it, or a later one" },
      },
      async handle(call) {
        const found = await findRun(ports, call, call.params.id, "run.read");
        if (!found.ok) return found;
        const streams = /(^|,)\s*text\/event-stream\b/i.test(call.headers.Accept ?? "");
        const from = startOf(call.query, streams ? call.headers["Last-Event-ID"] : undefined);
        if (!from.ok) return from;
        if (!streams)
          return reply(200, await listEvents(ports, found.value.view.org, found.value.id, from.value, call.query.limit ?? MOST_EVENTS));
        if (from.value > 0 && (await isRead(ports, found.value.view.org, found.value.id, from.value))) return reply(204, undefined);
        const { request, trace, principal } = call;
        const isStillAllowed = async (): Promise<boolean> => isSame(principal, await ports.auth.authenticate(request));
        const body =
          request.method === "HEAD"
            ? null
            : eventStream(ports, pages, principal.org, found.value.id, from.value, trace.traceId, isStillAllowed);
        return ok({
          response: new Response(body, {
            headers: { "Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store", "X-Accel-Buffering": "no" },
          }),
        });
      },
    }),
  ];
}

/** The credential still says what it said when the stream began. */
const isSame = (before: Principal, now: Principal | null): boolean =>
  now !== null &&
  now.credential === before.credential &&
  now.org === before.org &&
  now.user === before.user &&
  now.roles.join() === before.roles.join();

/** The run has ended, and the client has the event that ended it: 204 tells a browser not to come back (WHATWG HTML, "Server-sent events"). */
async function isRead(ports: IngressPorts, org: string, id: RunId, from: number): Promise<boolean> {
  const news = await ports.runs(id, org).news(from, 0);
  if (news === null || !FINAL_STATUSES.includes(news.status)) return false;
  if (!news.hasMore) return true;
  const rest = await ports.runs(id, org).events(from);
  return rest?.done === true && !rest.events.some(endsRun);
}

/** `Last-Event-ID` is what a client that comes back knows best; the cursor of a list of events is a `seq`. */
function startOf(query: { after?: number | undefined; cursor?: string | undefined }, last: string | undefined): Result<number, Refusal> {
  if (last !== undefined) return ok(Number(last));
  if (query.cursor === undefined) return ok(query.after ?? 0);
  if (/^(0|[1-9]\d{0,15})$/.test(query.cursor)) return ok(Number(query.cursor));
  return err(
    refuse("invalid_request", "the query is invalid", [{ path: "query.cursor", message: "is not a cursor returned by this list" }]),
  );
}

/** Of an ended run, up to the last event that tells a client something: the one that ended it, or an alert, a try of the callback, … behind it. */
async function listEvents(
  ports: IngressPorts,
  org: string,
  id: RunId,
  from: number,
  most: number,
): Promise<{ data: EventView[]; next_cursor: string | null }> {
  const data: EventView[] = [];
  let left = LIST_SIZE;
  for (;;) {
    const page = await ports.runs(id, org).events(data.at(-1)?.seq ?? from);
    if (page === null || page.events.length === 0) return { data, next_cursor: null };
    const shown = page.done ? withoutBookkeeping(page.events) : page.events;
    data.push(...shown);
    for (const event of shown) left -= sizeWithin(event.data, LIST_SIZE) + 100;
    if (left <= 0 && data.length <= most) return { data, next_cursor: String(data.at(-1)?.seq ?? from) };
    if (data.length > most) {
      const first = data.slice(0, most);
      return { data: first, next_cursor: String(first.at(-1)?.seq ?? from) };
    }
    if (page.done) return { data, next_cursor: null };
  }
}
