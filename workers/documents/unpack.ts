/** What the runtime itself unpacks: deflate, with a bound, and encodings of text. */
import { constants, inflateRawSync, inflateSync } from "node:zlib";
import type { Decode } from "../../core/knowledge/files/sniff.ts";
import type { Inflate } from "../../core/knowledge/files/zip.ts";

/** The runtime's own zlib. */
export const inflate: Inflate = (packed, form, most) => {
  try {
    const found =
      form === "raw"
        ? inflateRawSync(packed, { maxOutputLength: most })
        : inflateSync(packed, { maxOutputLength: most, finishFlush: constants.Z_SYNC_FLUSH });
    return new Uint8Array(found.buffer, found.byteOffset, found.byteLength);
  } catch (error) {
    const code = (error as { readonly code?: unknown }).code;
    return code === "ERR_BUFFER_TOO_LARGE" || error instanceof RangeError ? "too_large" : "broken";
  }
};

/** Strict: a text in another encoding is none. */
export const decode: Decode = (bytes, label) => {
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return null;
  }
};
