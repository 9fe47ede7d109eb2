/**
 * A call that a queue's consumer makes, so that the run's object can sleep meanwhile. The message names the call and holds nothing
 * of it: whoever takes it up asks the run, which knows whether it is still wanted.
 *
 * PERSISTED: messages of the queue `bulkhead-calls` carry this shape.
 */
import { isObject } from "../../json.ts";

export type SlowCallMessage = {
  readonly v: 1;
  readonly run: string;
  readonly org: string;
  readonly activity: string;
  /** Number of the event that decided on the call: another call of the same activity is another message. */
  readonly call: number;
};

/** A queue also brings what an older or a newer version sent. */
export function isSlowCallMessage(body: unknown): body is SlowCallMessage {
  if (!isObject(body) || body["v"] !== 1 || !Number.isSafeInteger(body["call"])) return false;
  return [body["run"], body["org"], body["activity"]].every((name) => typeof name === "string" && name !== "");
}
