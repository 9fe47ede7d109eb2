/** The keys under which runs seal what they keep: in a simulated world they are constants, and whoever watches opens everything. */
import { ok } from "../core/result.ts";
import type { SealingPort } from "../durable-objects/kit/sealing-port.ts";
import type { Sealing } from "../durable-objects/run-engine/sealing.ts";
import { openText, runKey, sealedBy } from "../kit/sealed-text.ts";

const BYTES = new Uint8Array(32).fill(5);
const PERSON = { person: "0".repeat(64), keyId: "0".repeat(16) };

/** Gives every run the same bytes. */
export const KEYS: SealingPort = {
  sealingKey: async () => ({ ...PERSON, bytes: BYTES }),
  openingKey: async () => BYTES,
};

/** Opens what any run sealed, and seals nothing. */
export const OPENER: Pick<Sealing, "seal" | "open"> = {
  seal: () => {
    throw new Error("whoever watches seals nothing");
  },
  open: (place, text) => {
    const by = sealedBy(text);
    return ok(by === null ? text : openText(runKey(by, BYTES), place, text));
  },
};
