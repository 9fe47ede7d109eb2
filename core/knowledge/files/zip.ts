/**
 * Entries of a ZIP archive, one at a time and bounded: what an archive says of its sizes is not believed. Pure. Appnote 6.3.10, sections
 * 4.3.12 and 4.3.16.
 */

/**
 * Inflates what was compressed by deflate, raw (RFC 1951) or framed (RFC 1950), up to `most` bytes. `too_large`: there would be more.
 * A framed stream that is cut short gives what it has. Bytes behind the end of a stream are ignored.
 */
export type Inflate = (packed: Uint8Array, form: "raw" | "framed", most: number) => Uint8Array | "broken" | "too_large";

/** One file of an archive. */
export type ZipEntry = {
  readonly name: string;
  readonly isEncrypted: boolean;
  readonly method: number;
  readonly from: number;
  readonly size: number;
};

/** Entries of one archive; one with more is none that we read. */
const MOST_ENTRIES = 5_000;
const DIRECTORY_END = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_ENTRY = 0x04034b50;
/** The end of the directory has a comment of at most 65,535 bytes. */
const FARTHEST_END = 65_557;

/** The archive's files by name; null: it is none, or it is cut short. Of equal names the first counts. */
export function zipEntries(bytes: Uint8Array): ReadonlyMap<string, ZipEntry> | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = directoryEnd(view);
  if (end < 0) return null;
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (count > MOST_ENTRIES) return null;
  const entries = new Map<string, ZipEntry>();
  for (let n = 0; n < count; n++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== DIRECTORY_ENTRY) return null;
    const [nameLength, extra, comment] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true), view.getUint16(at + 32, true)];
    // Names that are looked for are ASCII.
    const name = Array.from(bytes.subarray(at + 46, at + 46 + nameLength), (byte) => String.fromCharCode(byte)).join("");
    const size = view.getUint32(at + 20, true);
    const local = view.getUint32(at + 42, true);
    if (local + 30 <= bytes.length && view.getUint32(local, true) === LOCAL_ENTRY && !entries.has(name)) {
      const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
      entries.set(name, { name, isEncrypted: (view.getUint16(at + 8, true) & 1) === 1, method: view.getUint16(at + 10, true), from, size });
    }
    at += 46 + nameLength + extra + comment;
  }
  return entries;
}

function directoryEnd(view: DataView): number {
  for (let at = view.byteLength - 22; at >= 0 && at >= view.byteLength - FARTHEST_END; at--)
    if (view.getUint32(at, true) === DIRECTORY_END) return at;
  return -1;
}

/** An entry's bytes; `broken`: they cannot be inflated; `too_large`: they are more than `most`. */
export function readEntry(
  bytes: Uint8Array,
  { from, size, method }: ZipEntry,
  most: number,
  inflate: Inflate,
): Uint8Array | "broken" | "too_large" {
  if (from + size > bytes.length) return "broken";
  const packed = bytes.subarray(from, from + size);
  if (method === 0) return packed.length > most ? "too_large" : packed;
  return method === 8 ? inflate(packed, "raw", most) : "broken";
}
