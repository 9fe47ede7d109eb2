/** What the model gateway needs from the rest of the platform. */
import type { ModelEntry } from "../../core/model/entry.ts";
import type { EpochMs } from "../../core/time.ts";
import type { Guard } from "../guardrail/ports.ts";

export type ModelGatewayPorts = {
  readonly model: (org: string, id: string) => Promise<ModelEntry | null>;
  readonly guard: Guard;
  /** A secret's value and the hosts it may be sent to; null: no such secret. */
  readonly secret: (org: string, name: string) => Promise<{ readonly value: string; readonly hosts: readonly string[] } | null>;
  readonly fetch: typeof fetch;
  /** The rehearsal model, inside this Worker, on the same wire. */
  readonly rehearsal: (request: Request) => Promise<Response>;
  /** `AI_GATEWAY_URL` (AI Gateway, or any server of the format) and the token that goes to its origin alone. */
  readonly aiGateway: { readonly url: string; readonly token: string | null } | null;
  /** A keyed hash: upstream logs tell users apart and never name one. */
  readonly hashUser: (text: string) => Promise<string>;
  readonly now: () => EpochMs;
  readonly allowPrivateHosts: boolean;
};
