import type { VaultPorts } from "../../../durable-objects/vault/vault.ts";
import { FAR } from "../far.ts";

/** The wrapped keys of the current test; tests look into it, delete from it, and replace what they script. */
export const wrappedKeys = new Map<string, Uint8Array>();

export const vaultWorld: { -readonly [K in keyof VaultPorts]: VaultPorts[K] } = {
  now: () => FAR,
  masterKey: async () => new Uint8Array(32).fill(7),
  keys: {
    get: async (name) => wrappedKeys.get(name) ?? null,
    putIfAbsent: async (name, bytes) => {
      if (wrappedKeys.has(name)) return false;
      wrappedKeys.set(name, bytes);
      return true;
    },
    remove: async (name) => wrappedKeys.delete(name),
  },
};
