/**
 * The same request twice (draft-ietf-httpapi-idempotency-key-header): a key is claimed before anything is done, for an id that
 * is chosen beforehand. What is kept is an outcome, an id and keyed digests of the request, of who sent it and of its key: a client may
 * put anything into a key, also somebody's mail address.
 */
import { canonicalJson } from "../../core/canonical-json.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import type { Json } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { UseCasePorts } from "./ports.ts";
import type { Requester } from "./requester.ts";

/** How a use case ended well. `created`: it made something new. `accepted`: what it began goes on by itself. */
export type Outcome = "done" | "created" | "accepted";

/** PERSISTED: the number that D1 keeps for an outcome. */
const KEPT: { readonly [O in Outcome]: number } = { done: 200, created: 201, accepted: 202 };

/** What makes two requests the same one. */
export type Repeatable = {
  /** The client's own word for this request; null: it gave none, and nothing is kept. */
  readonly key: string | null;
  /** What is asked for, in the words of the door: `POST /v1/runs`. A key belongs to one path of one operation, for one caller. */
  readonly operation: string;
  /** What it is asked of, in the words of the door: the path of the request. */
  readonly target: string;
  /** As the client sent it. */
  readonly sent: Json;
};

/** `O`: how the work that is claimed can end. */
export type Claim<O extends Outcome = Outcome> = {
  /** The id of what the request makes: a fresh one, or the one that its first try reserved. */
  readonly id: string;
  /** The first outcome; null: there was none yet, the work is to be done (again). */
  readonly replayed: O | null;
  /** Done: from now on this outcome is given again. `madeId`: of what another room made under an id of its own choosing. */
  settle(outcome: O, madeId?: string): Promise<void>;
  /** Refused: nothing was made, the key is free again. */
  release(): Promise<void>;
};

/** Without a key the claim is the request's own and nothing is kept. */
export async function claim<O extends Outcome = Outcome>(
  ports: Pick<UseCasePorts, "store" | "keys">,
  { principal, at }: Pick<Requester, "principal" | "at">,
  { key: sentKey, operation, target, sent }: Repeatable,
  freshId: string,
): Promise<Result<Claim<O>, Refusal>> {
  const nothing = async (): Promise<void> => undefined;
  if (sentKey === null) return ok({ id: freshId, replayed: null, settle: nothing, release: nothing });
  // The platform's admin is nobody's user: in an org it acts in, its keys are its own.
  const caller = principal.credential === "admin" ? "platform" : `user/${principal.user}`;
  const operated = `${principal.org} ${caller} ${operation}\n${target}`;
  const [scope, key, mac] = await Promise.all([
    ports.keys.mac("idempotency", `scope\n${operated}`),
    ports.keys.mac("idempotency", `key\n${operated}\n${sentKey}`),
    ports.keys.mac("idempotency", `request\n${operated}\n${canonicalJson(sent)}`),
  ]);
  const claimed = await ports.store.idempotency.claim({ scope, key, mac, id: freshId, at });
  const held = {
    async settle(outcome: O, madeId?: string) {
      if (madeId !== undefined) {
        await ports.store.idempotency.release(scope, key);
        await ports.store.idempotency.claim({ scope, key, mac, id: madeId, at });
      }
      await ports.store.idempotency.settle(scope, key, KEPT[outcome]);
    },
    release: () => ports.store.idempotency.release(scope, key),
  };
  // What is kept was settled under the same operation: it is one of its outcomes.
  if (claimed.claimed) return ok({ id: freshId, replayed: null, ...held });
  if (claimed.mac !== mac) return err(refuse("idempotency_key_reused", "this idempotency key was already used for a different request"));
  return ok({ id: claimed.id, replayed: outcomeOf(claimed.status) as O | null, ...held });
}

function outcomeOf(kept: number | null): Outcome | null {
  if (kept === null) return null;
  return kept === KEPT.created ? "created" : kept === KEPT.accepted ? "accepted" : "done";
}
