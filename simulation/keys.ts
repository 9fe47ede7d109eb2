/** The keys under which runs seal what they keep: in a simulated world they are constants, and whoever watches opens everything. */
import { ok } from "../core/result.ts";
import type { SealingPort } from "../durable-objects/kit/sealing-port.ts";
import type { Sealing } from "../durable-objects/run-engine/sealing.ts";
import { openText, runKey, sealedBy, sealedName } from "../kit/sealed-text.ts";

const BYTES = new Uint8Array(32).fill(5);
const PERSON = { person: "0".repeat(64), keyId: "0".repeat(16) };

/** Gives every run the same bytes. */
export const KEYS: SealingPort = {
  sealingKey: async () => ({ ...PERSON, bytes: BYTES }),
  openingKeys: async (by) => by.map(() => BYTES),
};

/** What a text is that lies in the bucket under the name of a place; null: it is not sealed. */
export function opened(place: string, text: string): string | null {
  const by = sealedBy(text);
  return by === null ? null : openText(runKey(by, BYTES), place, text);
}

/** The name under which a sealed run keeps a value. */
export const nameInBucket = (run: string, name: string): string => sealedName(runKey({ ...PERSON, org: "", run }, BYTES), name);

/** Opens what any run sealed, and seals nothing. */
export const OPENER: Pick<Sealing, "seal" | "open"> = {
  seal: () => {
    throw new Error("whoever watches seals nothing");
  },
  open: (place, text) => ok(opened(place, text) ?? text),
};
