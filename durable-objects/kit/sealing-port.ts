/** What an object needs of the vaults to seal what it keeps of runs (kit/sealed-text.ts). */
import type { SealedBy } from "../../kit/sealed-text.ts";

/** Who seals: its org, itself (a run, a session by its `con_` id, a memory), and the person that it is about. */
export type SealedRun = { readonly org: string; readonly run: string; readonly subject: string };

/** Where the keys of runs come from. Each throws when nobody can say now. */
export type SealingPort = {
  /** The key to seal with: made when there is none. */
  readonly sealingKey: (of: SealedRun) => Promise<{ readonly person: string; readonly keyId: string; readonly bytes: Uint8Array }>;
  /** In order; null: it is destroyed. All are of one org. */
  readonly openingKeys: (by: readonly SealedBy[]) => Promise<readonly (Uint8Array | null)[]>;
};
