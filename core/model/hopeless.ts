/**
 * Requests that no second try would help: their text does not fit into the model's window, or nobody has paid for the model any more. Told
 * by servers in codes and sentences of their own. Pure.
 */
import type { Json } from "../json.ts";
import { textOf } from "./refusal.ts";

const TOO_LONG_CODE = /context_?(?:length|size|window)|too_long|string_above_max_length|exceed_context/i;
const TOO_LONG =
  /(?:context|sequence|input|prompt)[ _](?:length|size|window)|maximum context|(?:prompt|input|messages?|request)s? (?:is|are|was) too (?:long|large)|too many (?:input )?tokens|input token(?:s| count)|\btokens? (?:limit|count) (?:of|exceed)|exceeds? [^.]{0,60}\btokens\b|reduce (?:the length|your prompt)/i;

/** The messages do not fit into the model's window. `codes`: the error's own. */
export const isTooLong = (text: string, codes: readonly string[]): boolean =>
  codes.some((code) => TOO_LONG_CODE.test(code)) || TOO_LONG.test(text);

/** No credit: AI Gateway's 2021, Z.ai's 1113, MiniMax's 1008, and words such as `insufficient_quota`. */
const UNPAID_CODE =
  /^(?:2021|1113|1008)$|insufficient_(?:quota|balance|funds|credits?)|current_quota|billing_(?:hard_limit|not_active)|arrearage/i;
const UNPAID =
  /insufficient (?:balance|funds|credits?|quota)|credit balance is too low|exceeded your current quota|out of credits|no credits? (?:left|remaining)|\u4f59\u989d\u4e0d\u8db3|\u6b20\u8d39/i;
/** AI Gateway answers a reached spend limit with 429 like a rate limit; only its sentence tells them apart. */
const SPEND_LIMIT = /spend(?:ing)?[ _-]limit/i;

/** The upstream's own account is used up. A sentence counts only where no time is told: with one, a quota is a rate. */
export function isUsedUp(told: Json, codes: readonly string[], retryAfterMs: number | null): boolean {
  const text = textOf(told);
  return codes.some((code) => UNPAID_CODE.test(code)) || SPEND_LIMIT.test(text) || (retryAfterMs === null && UNPAID.test(text));
}
