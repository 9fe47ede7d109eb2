/** What the tool gateway needs from the rest of the platform. */
import type { CallContext } from "../../core/run/call.ts";
import type { EpochMs } from "../../core/time.ts";
import type { ToolEffect, ToolManifest } from "../../core/tool/manifest.ts";
import type { Guard } from "../guardrail/ports.ts";

export type ToolGatewayPorts = {
  readonly manifest: (org: string, name: string, version: number) => Promise<ToolManifest | null>;
  readonly guard: Guard;
  /** A credential for this one call; throws when none may be made. */
  readonly credential: (request: {
    readonly context: CallContext;
    readonly tool: string;
    readonly effect: ToolEffect;
    readonly scopes: readonly string[];
  }) => Promise<string>;
  /** A secret's value and the hosts it may be sent to (`api.example.com`, `localhost:8080`); null: no such secret. */
  readonly secret: (org: string, name: string) => Promise<{ readonly value: string; readonly hosts: readonly string[] } | null>;
  /** Hosts that the org's tools may call; null: any that the deployment allows. */
  readonly egress: (org: string) => Promise<readonly string[] | null>;
  readonly fetch: typeof fetch;
  readonly now: () => EpochMs;
  readonly allowPrivateHosts: boolean;
};
