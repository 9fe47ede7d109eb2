/**
 * Watches what credentials are used for, for all isolates together: a burst, a host or a scope that is new for the tool is put on record,
 * and refused where the org says so. The decision is core/limits/credential-use.ts'; an isolate asks once for some credentials of the same
 * use. Where the book is out of reach, an org that refuses anything gets no credential.
 */
import type { CredentialRules, Unusual, UnusualKind, UseAnswer, UseWish } from "../../core/limits/credential-use.ts";
import { DEFAULT_CREDENTIAL_RULES } from "../../core/limits/credential-use.ts";
import type { CallContext } from "../../core/run/calls/call.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";

/** A credential that is about to be made. `destinations`: origins it goes to; `scopes`: what it carries. */
export type IntendedUse = {
  readonly context: CallContext;
  readonly tool: string;
  readonly destinations: readonly string[];
  readonly scopes: readonly string[];
};

/** Why none is made. `retryMs` 0: not before a person admits it. */
export type RefusedUse = { readonly kind: UnusualKind; readonly retryMs: number };

/** What the watch needs from outside. */
export type CredentialUsePorts = {
  readonly now: () => EpochMs;
  readonly log: Log;
  /** What the org wants of unusual uses. */
  readonly rules: (org: string) => Promise<CredentialRules>;
  /** The org's book; a stub for each call. */
  readonly book: (org: string) => {
    noteCredential(wish: UseWish, rules: CredentialRules): Promise<UseAnswer>;
    admitCredential(wish: Pick<UseWish, "tool" | "destinations" | "scopes">): Promise<void>;
  };
  /** Puts it on record. */
  readonly record: (use: IntendedUse, unusual: Unusual) => Promise<void>;
};

/** Uses that an isolate holds a lease of; the oldest is forgotten. */
const MOST_HELD = 5_000;

type Held = { left: number; until: EpochMs; made: number };

/** null: the credential may be made. Throws when that is not known and the org refuses what is unusual. */
export function defineCredentialUse(ports: CredentialUsePorts): (use: IntendedUse) => Promise<RefusedUse | null> {
  const helds = new Map<string, Held>();

  async function ask(use: IntendedUse, name: string, made: number): Promise<RefusedUse | null> {
    const { org } = use.context;
    const { tool, destinations, scopes } = use;
    const rules = await ports.rules(org);
    const at = ports.now();
    const wish = { tool, destinations, scopes };
    const answer = await ports.book(org).noteCredential({ ...wish, made }, rules);
    for (const unusual of answer.unusual) await ports.record(use, unusual);
    if (answer.refused !== null) return { kind: answer.refused, retryMs: answer.retryMs };
    if (answer.unusual.some(({ kind }) => kind !== "burst")) await ports.book(org).admitCredential(wish);
    const [oldest] = helds.keys();
    if (helds.size >= MOST_HELD && oldest !== undefined) helds.delete(oldest);
    helds.set(name, { left: answer.lease.more, until: at + answer.lease.ms, made: 0 });
    return null;
  }

  return async (use) => {
    const { org } = use.context;
    const name = JSON.stringify([org, use.tool, use.destinations, use.scopes]);
    const held = helds.get(name);
    if (held !== undefined && held.left > 0 && held.until > ports.now()) {
      held.left -= 1;
      held.made += 1;
      return null;
    }
    helds.delete(name);
    try {
      return await ask(use, name, held?.made ?? 0);
    } catch (error) {
      ports.log(logLine("limits.out_of_reach", { org, error: errorName(error) }));
      const { burst, new_destination, new_scope } = await ports.rules(org).catch(() => STRICT);
      if ([burst, new_destination, new_scope].includes("refuse")) throw error;
      return null;
    }
  };
}

/** What is assumed where the org's rules cannot be read. */
const STRICT: CredentialRules = { ...DEFAULT_CREDENTIAL_RULES, new_destination: "refuse" };
