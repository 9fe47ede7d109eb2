import type { VaultPorts } from "../../../durable-objects/vault/vault.ts";
import { FAR } from "../far.ts";

/** What the outside world does to this room in the current test: tests replace what they script. */
export const vaultWorld: { -readonly [K in keyof VaultPorts]: VaultPorts[K] } = { now: () => FAR };
