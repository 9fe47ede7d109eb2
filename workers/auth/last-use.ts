/**
 * When a credential was last used, noted every five minutes at most by each isolate, and never in the way of a request: a note that
 * fails is logged and made again at a later use.
 */
import type { Principal } from "../../core/access/principal.ts";
import { type Log, logLine } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";

/** How far `last_used_at` may lag behind. */
const EVERY_MS = 5 * 60_000;
/** Credentials that an isolate remembers having noted; beyond it the one that was noted longest ago is noted again early. */
const MOST_NOTED = 10_000;

/** Where uses are noted. */
export type LastUsePorts = {
  readonly now: () => EpochMs;
  readonly log: Log;
  readonly key: (id: string, at: EpochMs) => Promise<void>;
  /** Somebody came from an identity provider, with these roles. */
  readonly login: (principal: Principal, at: EpochMs) => Promise<void>;
};

/** Answers the note under way, for the isolate to stay for; null: there is nothing to note. */
export function defineLastUse(ports: LastUsePorts): (principal: Principal) => Promise<void> | null {
  const noted = new Map<string, EpochMs>();
  return (principal) => {
    const { credential } = principal;
    const at = ports.now();
    // A login with other roles than before is news at once: what its runs may do is read from the note.
    const name = `${credential} ${principal.roles.join(" ")}`;
    if (credential === "admin" || at - (noted.get(name) ?? Number.NEGATIVE_INFINITY) < EVERY_MS) return null;
    noted.delete(name);
    noted.set(name, at);
    if (noted.size > MOST_NOTED) noted.delete(noted.keys().next().value ?? name);
    const note = credential.startsWith("key_") ? ports.key(credential, at) : ports.login(principal, at);
    return note.catch(() => {
      noted.delete(name);
      ports.log(logLine("credential.unnoted", { credential }));
    });
  };
}
