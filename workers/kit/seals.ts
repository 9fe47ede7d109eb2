/** The keys of runs for rooms that keep texts of runs outside of their objects, and open them again (kit/sealed-text.ts). */
import { openText, type RunKey, runKey, type SealedBy, SealGone, sealedBy } from "../../kit/sealed-text.ts";

/** The vault of an org, as far as runs seal with it. */
export type SealsPorts = {
  readonly sealingKey: (
    org: string,
    of: { readonly run: string; readonly subject: string },
  ) => Promise<{ readonly person: string; readonly keyId: string; readonly bytes: Uint8Array }>;
  readonly openingKeys: (org: string, of: readonly Omit<SealedBy, "org">[]) => Promise<readonly (Uint8Array | null)[]>;
};

/** A text at the place that it was sealed for. */
export type Placed = { readonly place: string; readonly text: string };

/** Seals of runs. */
export type Seals = {
  /** The key to seal with. Throws when it cannot be had now. */
  readonly keyOf: (of: { readonly org: string; readonly run: string; readonly subject: string }) => Promise<RunKey>;
  /** The texts, in order; one that is not sealed is as it is. Throws `SealGone` when a key is destroyed, `SealBroken` when a text does not open. */
  readonly openAll: (texts: readonly Placed[]) => Promise<string[]>;
};

/** Seals over the vaults. */
export function defineSeals({ sealingKey, openingKeys }: SealsPorts): Seals {
  return {
    async keyOf({ org, ...of }) {
      const { bytes, person, keyId } = await sealingKey(org, of);
      return runKey({ org, run: of.run, person, keyId }, bytes);
    },

    async openAll(texts) {
      const named = texts.map(({ text }) => sealedBy(text));
      const wanted = new Map(named.flatMap((by) => (by === null ? [] : [[nameOf(by), by] as const])));
      const keys = new Map<string, RunKey>();
      for (const [org, some] of Map.groupBy(wanted.values(), (by) => by.org)) {
        const found = await openingKeys(
          org,
          some.map(({ run, person, keyId }) => ({ run, person, keyId })),
        );
        some.forEach((by, index) => {
          const bytes = found[index] ?? null;
          if (bytes !== null) keys.set(nameOf(by), runKey(by, bytes));
        });
      }
      return texts.map(({ place, text }, index) => {
        const by = named[index] ?? null;
        if (by === null) return text;
        const key = keys.get(nameOf(by));
        if (key === undefined) throw new SealGone();
        return openText(key, place, text);
      });
    },
  };
}

const nameOf = ({ org, run, keyId }: SealedBy): string => `${org} ${run} ${keyId}`;
