/** Which limits a request is under: the deployment's for each key, and those that the org chose. Pure. */
import type { Principal } from "../access/principal.ts";
import type { RequestLimit, RequestLimits } from "../org/settings.ts";
import type { Limit } from "./book.ts";

/** A limit and what it counts: `key:key_…`, `user:ann`, `org`. */
export type Rule = Limit & { readonly scope: string };

/** The limits that a request of this caller is counted against. `perMinute`: what the deployment allows each key. An org may ask for less, never for more. */
export function rulesOf(caller: Pick<Principal, "credential" | "chain" | "user">, perMinute: number, limits: RequestLimits): Rule[] {
  const key = limitOf(limits.key);
  return [
    { scope: `key:${caller.chain ?? caller.credential}`, perMinute: Math.min(perMinute, key.perMinute ?? perMinute), atOnce: key.atOnce },
    { scope: `user:${caller.user}`, ...limitOf(limits.user) },
    { scope: "org", ...limitOf(limits.org) },
  ].filter((rule) => rule.perMinute !== null || rule.atOnce !== null);
}

const limitOf = (limit: RequestLimit | undefined): Limit => ({ perMinute: limit?.per_minute ?? null, atOnce: limit?.at_once ?? null });
