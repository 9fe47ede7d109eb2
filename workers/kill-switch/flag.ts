/** The flag in KV as `KillSwitch` reads and writes it. No other code reads the key: nobody decides from KV. */
import type { FlagMark, FlagReading, FlagValue } from "../../core/kill-switch/flag.ts";

/** docs/contract.md, "People and control". */
const KEY = "kill-switch";
/** The shortest that KV allows (developers.cloudflare.com/kv/api/read-key-value-pairs, 2026-10). */
const CACHE_SECONDS = 30;

/** The flag in KV. */
export type FlagStore = {
  read(): Promise<FlagReading>;
  write(value: FlagValue, mark: FlagMark): Promise<void>;
};

/** The flag over its binding. */
export const flagStore = (flags: KVNamespace): FlagStore => ({
  async read() {
    const { value, metadata } = await flags.getWithMetadata(KEY, { type: "text", cacheTtl: CACHE_SECONDS });
    return { value, mark: asMark(metadata) };
  },
  async write(value, mark) {
    await flags.put(KEY, value, { metadata: mark });
  },
});

/** Metadata that is not exactly ours is a hand's. */
function asMark(metadata: unknown): FlagMark | null {
  if (typeof metadata !== "object" || metadata === null || !("serial" in metadata) || !("value" in metadata)) return null;
  const { serial, value } = metadata;
  return Number.isSafeInteger(serial) && (value === "on" || value === "off") ? { serial: serial as number, value } : null;
}
