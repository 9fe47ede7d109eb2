/**
 * The same request twice (draft-ietf-httpapi-idempotency-key-header): a key is claimed before anything is done, for an id that
 * is chosen beforehand. What is kept is a status, an id and a keyed digest of the request, never the request.
 */
import { canonicalJson } from "../../core/canonical-json.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import type { Json } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { AnyCall } from "./endpoint.ts";
import type { IngressPorts } from "./ports.ts";

export type Claim = {
  /** The id of what the request makes: a fresh one, or the one that its first try reserved. */
  readonly id: string;
  /** The first answer's status; null: nothing was answered yet, the work is to be done (again). */
  readonly replayed: number | null;
  /** Answered: from now on the answer is given again. `madeId`: of what another room made under an id of its own choosing. */
  settle(status: number, madeId?: string): Promise<void>;
  /** Refused: nothing was made, the key is free again. */
  release(): Promise<void>;
};

export const REPLAYED = { "Idempotent-Replayed": "true" } as const;

/** `sent`: the body as the client sent it. Without a key the claim is the request's own and nothing is kept. */
export async function claim(
  ports: Pick<IngressPorts, "store" | "keys">,
  call: AnyCall,
  key: string | undefined,
  sent: unknown,
  freshId: string,
): Promise<Result<Claim, Refusal>> {
  const nothing = async (): Promise<void> => undefined;
  if (key === undefined) return ok({ id: freshId, replayed: null, settle: nothing, release: nothing });
  const scope = `${call.principal.org} ${callerOf(call)} ${call.routeName}`;
  const mac = await ports.keys.mac("idempotency", `${scope}\n${new URL(call.request.url).pathname}\n${canonicalJson(sent as Json)}`);
  const claimed = await ports.store.idempotency.claim({ scope, key, mac, id: freshId, at: call.at });
  const held = {
    async settle(status: number, madeId?: string) {
      if (madeId !== undefined) {
        await ports.store.idempotency.release(scope, key);
        await ports.store.idempotency.claim({ scope, key, mac, id: madeId, at: call.at });
      }
      await ports.store.idempotency.settle(scope, key, status);
    },
    release: () => ports.store.idempotency.release(scope, key),
  };
  if (claimed.claimed) return ok({ id: freshId, replayed: null, ...held });
  if (claimed.mac !== mac) return err(refuse("idempotency_key_reused", "this idempotency key was already used for a different request"));
  return ok({ id: claimed.id, replayed: claimed.status, ...held });
}

/** The platform's admin is nobody's user: in an org it acts in, its keys are its own. */
const callerOf = ({ principal }: AnyCall): string => (principal.credential === "admin" ? "platform" : `user/${principal.user}`);
