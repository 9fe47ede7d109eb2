/**
 * A call that a queue consumer makes, so that the run's object can sleep meanwhile. The message only names the call: the consumer asks
 * the run for it, which knows whether it is still wanted.
 *
 * PERSISTED: messages of the queue `bulkhead-calls` carry this shape.
 */
import { isObject } from "../../json.ts";

/** Names one call of one run. */
export type SlowCallMessage = {
  readonly v: 1;
  readonly run: string;
  readonly org: string;
  readonly activity: string;
  /** Number of the event that decided on the call: another call of the same activity is another message. */
  readonly call: number;
};

/** Checks the shape of a message: a queue also delivers what an older or a newer version sent. */
export function isSlowCallMessage(body: unknown): body is SlowCallMessage {
  if (!isObject(body) || body["v"] !== 1 || !Number.isSafeInteger(body["call"])) return false;
  return [body["run"], body["org"], body["activity"]].every((name) => typeof name === "string" && name !== "");
}
