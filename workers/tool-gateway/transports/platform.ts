/**
 * Services of the platform itself as tools. A search has the rights of the run's user, and reaches the collections that the definition names; the
 * memory is that of the run's person.
 */
import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import { DEFAULT_RESULTS } from "../../../core/knowledge/search.ts";
import type { Label } from "../../../core/label/label.ts";
import { DEFAULT_RECALLED } from "../../../core/memory/recall.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import type { CallContext, Failure } from "../../../core/run/calls/call.ts";
import type { ManifestOf, PlatformBinding } from "../../../core/tool/manifest.ts";
import type { Deadline } from "../../kit/deadline.ts";
import { failure } from "../failure.ts";
import type { MemoryAnswer, MemoryService, ToolGatewayPorts } from "../ports.ts";
import type { Answer, Plan, Sent, Transport } from "./transport.ts";

type Service = PlatformBinding["service"];
type PlatformPlan = Plan & { readonly service: Service; readonly input: JsonObject };
type PlatformRequest = { readonly service: Service; readonly input: JsonObject; readonly context: CallContext };
type Ports = Pick<ToolGatewayPorts, "searchKnowledge" | "memory">;
/** The input has passed the tool's schema. */
type Served = (ports: Ports, request: PlatformRequest, deadline: Deadline) => Promise<Sent>;

const ONLY_RUNS = failure("permanent", "invalid_request", "the tool works for a run: only a run can call it");
const NOT_NAMED = failure("permanent", "policy_denied", "the workflow's `knowledge` does not name this collection");
const NO_COLLECTION = failure("permanent", "not_found", "there is no such collection, or the run's user is not among its readers");
const UNAVAILABLE = failure("transient", "upstream_unavailable", "the collection could not be searched", 1_000);
const NO_MEMORY = failure("transient", "upstream_unavailable", "the memory could not be reached", 1_000);
const REFUSED: { readonly [W in Extract<MemoryAnswer, { ok: false }>["why"]]: Failure } = {
  empty: failure("permanent", "invalid_request", "`text` has no character that anybody sees: send what is to be remembered"),
  injection: failure("safety", "injection_detected", "a memory that carries an instruction is not kept"),
  full: failure("permanent", "limit_reached", "there are too many memories of this person; some have to be forgotten first"),
  rights: failure("permanent", "policy_denied", "the run's user may not do this with what is remembered of its person any more"),
};

const SERVICES: { readonly [S in Service]: { readonly flaw: (request: PlatformRequest) => Failure | null; readonly serve: Served } } = {
  "knowledge.search": {
    flaw({ context: { reader }, input }) {
      if (reader === undefined) return ONLY_RUNS;
      return reader.knowledge.includes(String(input["collection"])) ? null : NOT_NAMED;
    },
    serve: search,
  },
  "memory.recall": overMemory((memory, context, { query, k }) =>
    memory.recall(context, String(query), typeof k === "number" ? k : DEFAULT_RECALLED),
  ),
  "memory.remember": overMemory((memory, context, { text, tier, ttl_days: days }) =>
    memory.remember(context, String(text), {
      tier: tier === "episodic" ? "episodic" : "semantic",
      ttlDays: typeof days === "number" ? days : null,
    }),
  ),
  "memory.forget": overMemory((memory, context, { id }) => memory.forget(context, String(id))),
};

export function platformTransport(ports: Ports): Transport<ManifestOf<"platform">, PlatformPlan, PlatformRequest> {
  return {
    check: ({ platform: { service } }, input) => ok({ target: null, secret: null, service, input: isObject(input) ? input : {} }),

    prepare(_manifest, { service, input }, { context }): Result<PlatformRequest, Failure> {
      const request = { service, input, context };
      const flaw = SERVICES[service].flaw(request);
      return flaw === null ? ok(request) : err(flaw);
    },

    send: (request, deadline) => SERVICES[request.service].serve(ports, request, deadline),
  };
}

async function search({ searchKnowledge }: Ports, { input, context }: PlatformRequest, deadline: Deadline): Promise<Sent> {
  const { org, user, workflow, traceId, spanId, reader } = context;
  if (searchKnowledge === undefined || reader === undefined) return noAnswer(UNAVAILABLE);
  const { collection, query, k } = input;
  const asked = { collection: String(collection), query: String(query), k: typeof k === "number" ? k : DEFAULT_RESULTS };
  const { roles, soFar } = reader;
  const searching = searchKnowledge({ ...asked, began: { user, roles }, asker: { org, user, workflow, soFar, traceId, spanId } });
  const found = await deadline.within(searching.catch(() => undefined));
  if (found === undefined) return noAnswer(UNAVAILABLE);
  return found === null ? noAnswer(NO_COLLECTION) : answered(found);
}

function overMemory(
  ask: (memory: MemoryService, context: CallContext, input: JsonObject) => Promise<MemoryAnswer>,
): (typeof SERVICES)[Service] {
  return {
    flaw: ({ context }) => (context.origin === undefined ? ONLY_RUNS : null),
    async serve({ memory }, { input, context }, deadline) {
      // A write that may have happened is repeated under its key.
      const said = memory === undefined ? undefined : await deadline.within(ask(memory, context, input).catch(() => undefined));
      if (said === undefined) return noAnswer(NO_MEMORY);
      return said.ok ? answered(said.value, said.label) : noAnswer(REFUSED[said.why]);
    },
  };
}

const noAnswer = (why: Failure): Sent => ({ reached: "no", status: null, answer: err(why) });

function answered(value: Json, label?: Label): Sent {
  const answer: Answer = {
    ageMs: 0,
    // What one caller may read is no answer to another.
    mayBeKept: false,
    ...(label === undefined ? {} : { label }),
    read: async () => ({ reached: "answered", body: ok({ value, long: [] }) }),
    drop: () => undefined,
  };
  return { reached: "answered", status: null, answer: ok(answer) };
}
