/** Which models may answer: the policy's and the route's answer, with the entries that are needed to call them. */
import { NOTHING_YET } from "../../core/access/circumstances.ts";
import type { ModelWish } from "../../core/chat/request.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { nearestName, unknownName } from "../../core/errors/unknown-name.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { errorName, logLine } from "../../core/telemetry/log-line.ts";
import type { AuthorityAnswer } from "../../core/workflow/authority.ts";
import type { ModelWishes } from "../../core/workflow/definition.ts";
import type { Chosen } from "./attempt.ts";
import type { Call } from "./call.ts";
import type { ChatPorts } from "./ports.ts";
import { routeRecord } from "./records.ts";

/** What decides about the route: the model or the task, and the size of the call in tokens. */
export type RouteWish = {
  readonly wish: ModelWish;
  readonly expectedTokens: number;
  readonly maxTokens: number;
  readonly wishes: ModelWishes;
};

/** Names a model that is near, also where its provider or `task:` was left out. */
async function unknownModel(ports: ChatPorts, { asked }: Call): Promise<Refusal> {
  const said = typeof asked.body["model"] === "string" ? asked.body["model"] : "";
  const models = await ports.models(asked.principal.org).catch(() => []);
  const short = new Map<string, string>(
    models.flatMap(({ id, tasks }) => [
      ...tasks.map((task) => [task, `task:${task}`] as const),
      [id.slice(id.indexOf("/") + 1), id] as const,
    ]),
  );
  const full = [...new Set([...models.map(({ id }) => id), ...short.values()])];
  const name = short.get(said) ?? nearestName(said, full) ?? short.get(nearestName(said, [...short.keys()]) ?? "");
  const { detail } = unknownName("model", said, []);
  return refuse("not_found", name === undefined ? detail : `${detail}; did you mean \`${name}\`?`, [
    { path: "/model", message: "names no model that this org has: a model's id, or `task:` and a task" },
  ]);
}

/** The models that may answer, in order. A denial by the policy is on record when this resolves. */
export async function routeCall(ports: ChatPorts, call: Call, asked: RouteWish): Promise<Result<readonly Chosen[], Refusal>> {
  const { wish } = asked;
  if (wish.model === null && wish.task === null) return err(await unknownModel(ports, call));
  let answer = await authorityOn(ports, call, asked);
  // An answer as long as the caller allows fits into no window: as long as the window allows, it may.
  if (answer.kind === "refused" && answer.code === "limit_reached") answer = await authorityOn(ports, call, { ...asked, maxTokens: 1 });
  if (answer.kind === "refused") return err(refusalOf(answer));
  if (answer.kind !== "model") return err(refuse("internal", "the policy decision does not match the call"));
  const record = routeRecord(ports, call, answer);
  if (answer.permission.decision !== "allow" || answer.candidates.length === 0) {
    await ports.record(call.asked.principal.org, record);
    return err(refuse("policy_denied", "the policy denies this call"));
  }
  call.records.push(record);
  const entries = new Map((await ports.models(call.asked.principal.org)).map((entry) => [entry.id, entry]));
  const chosen = answer.candidates.flatMap((candidate): Chosen[] => {
    const entry = entries.get(candidate.id);
    return entry === undefined ? [] : [{ candidate, entry }];
  });
  return chosen.length === 0 ? err(await unknownModel(ports, call)) : ok(chosen);
}

async function authorityOn(ports: ChatPorts, call: Call, { wish, expectedTokens, maxTokens, wishes }: RouteWish): Promise<AuthorityAnswer> {
  const { org, user, roles } = call.asked.principal;
  const stops = await ports.stops().catch((error: unknown) => {
    ports.log(logLine("call.not_opened", { question: "kill switch", org, upstream: null, error: errorName(error) }));
    return null;
  });
  if (stops === null) return { kind: "refused", code: "overloaded", message: "the kill switch cannot be read", transient: true };
  const question = {
    kind: "model",
    caller: { org, user, roles },
    workflow: call.exchange.workflow,
    run: call.run,
    ...wish,
    fallback: [],
    holdsPersonalData: call.memory.holdsPersonalData(),
    expectedTokens,
    maxTokens,
    wishes,
    seed: call.run,
    tools: [],
    soFar: NOTHING_YET,
  } as const;
  return ports.authorize(question, stops.epoch);
}

function refusalOf({ code, message, transient }: Extract<AuthorityAnswer, { kind: "refused" }>): Refusal {
  if (code === "limit_reached") {
    return refuse("invalid_request", "the messages do not fit into any model's context window", [
      { path: "/messages", message: "are too long" },
    ]);
  }
  if (code === "not_found") return refuse("not_found", message, [{ path: "/model", message: "names no model that may answer this" }]);
  if (transient) return refuse("overloaded", "the models cannot be read right now; try again");
  if (code === "policy_denied") return refuse(code, message);
  return refuse("internal", "no policy decided this call");
}
