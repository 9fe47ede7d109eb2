/** What an object needs of the vaults to seal what it keeps of runs (kit/sealed-text.ts). */
import type { SealedBy } from "../../kit/sealed-text.ts";

/** The run that seals: its org, itself, and the person that it is about. */
export type SealedRun = { readonly org: string; readonly run: string; readonly subject: string };

/** Where the keys of runs come from. Each throws when nobody can say now. */
export type SealingPort = {
  /** The key to seal with: made when there is none. */
  readonly sealingKey: (of: SealedRun) => Promise<{ readonly person: string; readonly keyId: string; readonly bytes: Uint8Array }>;
  /** null: it is destroyed. */
  readonly openingKey: (by: SealedBy) => Promise<Uint8Array | null>;
};
