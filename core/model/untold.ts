/** Whether a call without reported usage may have cost something; its worst case then stays held. Pure. */

/**
 * An upstream that answered with a refusal bills nothing, and one that was not reached neither. One that was cut off after it began to
 * answer, that answered in no known format, or that never came back, may. `status`: the upstream's, in digits; undefined: it gave none.
 */
export function mayHaveCost(failure: { readonly class: string; readonly code: string } | null, status: string | undefined): boolean {
  if (failure === null || failure.class === "unknown") return true;
  return status === undefined ? failure.code === "timeout" || failure.code === "cancelled" : status.startsWith("2");
}
