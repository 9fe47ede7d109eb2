/** Services of the platform itself as tools. A search has the rights of the run's user, and reaches the collections that the definition names. */
import { isObject, type Json } from "../../../core/json.ts";
import { DEFAULT_RESULTS } from "../../../core/knowledge/search.ts";
import { err, ok } from "../../../core/result.ts";
import type { CallContext, Failure } from "../../../core/run/calls/call.ts";
import type { ManifestOf } from "../../../core/tool/manifest.ts";
import { failure } from "../failure.ts";
import type { ToolGatewayPorts } from "../ports.ts";
import type { Answer, Plan, Sent, Transport } from "./transport.ts";

type Asked = { readonly collection: string; readonly query: string; readonly k: number };
type PlatformPlan = Plan & { readonly asked: Asked };
type PlatformRequest = { readonly asked: Asked; readonly context: CallContext; readonly reader: NonNullable<CallContext["reader"]> };

const ONLY_RUNS = failure("permanent", "invalid_request", "the tool searches for a run: only a run can call it");
const NOT_NAMED = failure("permanent", "policy_denied", "the workflow's `knowledge` does not name this collection");
const NO_COLLECTION = failure("permanent", "not_found", "there is no such collection, or the run's user is not among its readers");
const UNAVAILABLE = failure("transient", "upstream_unavailable", "the collection could not be searched", 1_000);

export function platformTransport({
  searchKnowledge,
}: Pick<ToolGatewayPorts, "searchKnowledge">): Transport<ManifestOf<"platform">, PlatformPlan, PlatformRequest> {
  return {
    check(_manifest, input) {
      const { collection, query, k } = isObject(input) ? input : {};
      const asked = { collection: String(collection), query: String(query), k: typeof k === "number" ? k : DEFAULT_RESULTS };
      return ok({ target: null, secret: null, asked });
    },

    prepare(_manifest, { asked }, { context }) {
      if (context.reader === undefined) return err(ONLY_RUNS);
      return context.reader.knowledge.includes(asked.collection) ? ok({ asked, context, reader: context.reader }) : err(NOT_NAMED);
    },

    async send({ asked, context, reader }, deadline) {
      if (searchKnowledge === undefined) return noAnswer(UNAVAILABLE);
      const { org, user, traceId, spanId } = context;
      const searching = searchKnowledge({ ...asked, reader: { user, roles: reader.roles }, asker: { org, user, traceId, spanId } });
      const found = await deadline.within(searching.catch(() => undefined));
      if (found === undefined) return noAnswer(UNAVAILABLE);
      return found === null ? noAnswer(NO_COLLECTION) : answered(found);
    },
  };
}

const noAnswer = (why: Failure): Sent => ({ reached: "no", status: null, answer: err(why) });

function answered(value: Json): Sent {
  const answer: Answer = {
    ageMs: 0,
    // What one caller may read is no answer to another.
    mayBeKept: false,
    read: async () => ({ reached: "answered", body: ok({ value, long: [] }) }),
    drop: () => undefined,
  };
  return { reached: "answered", status: null, answer: ok(answer) };
}
