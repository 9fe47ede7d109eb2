/**
 * The way of a run's call of a model, from the run to the upstream and back. The run has decided before (core/run/calls): that the
 * call is allowed, not stopped, and paid for. Calls that are no run's go another way (workers/governed-call).
 */
import type { ModelCall, ModelOutcome } from "../../core/run/calls/call.ts";
import type { AnswerCache } from "../answer-cache/answer-cache.ts";
import { withAnswerCache } from "../answer-cache/with-answer-cache.ts";
import type { Health } from "../breaker/health.ts";
import { withBreaker } from "../breaker/with-breaker.ts";
import type { BreakOff } from "../kill-switch/break-off.ts";
import type { ModelGateway } from "../model-gateway/gateway.ts";
import type { ModelGatewayPorts } from "../model-gateway/ports.ts";
import type { Moderate } from "../moderation/ports.ts";
import { withModeration } from "../moderation/with-moderation.ts";

type Stations = {
  readonly moderate: Moderate;
  readonly judge: Moderate;
  readonly answers: Pick<AnswerCache, "find">;
  readonly health: Health;
  readonly model: ModelGatewayPorts["model"];
  readonly breakOff: BreakOff;
  readonly modelGateway: Pick<ModelGateway, "call">;
};

type CallModel = (call: ModelCall) => Promise<ModelOutcome>;
type Station = (next: CallModel) => CallModel;

/** In the order in which a call passes them; each may answer instead of those after it. */
export function wayOfACall({ moderate, judge, answers, health, model, breakOff, modelGateway }: Stations): CallModel {
  const stations: readonly Station[] = [
    (next) => withModeration(moderate, judge, next), // whoever answered: what is said is judged, where the rules ask a model
    (next) => withAnswerCache(answers, next), // a kept answer: nothing else is asked
    (next) => withBreaker(health, model, next), // an upstream that rests is not asked
  ];
  const upstream: CallModel = (call) => {
    const { org, workflow } = call.context;
    // Cut short where the kill switch stops it under way.
    return breakOff({ org, workflow, model: call.model }, (signal) => modelGateway.call(call, signal));
  };
  return stations.reduceRight((next, station) => station(next), upstream);
}
