/** Text in R2 that is never in memory as a whole: written in parts, read back, and read by its lines. */
import { createHash } from "node:crypto";

/** Bytes that are written at a time: R2 wants parts of one size, at least 5 MiB, but for the last one. */
const PART = 8 * 1024 * 1024;
const JSON_TYPE = { httpMetadata: { contentType: "application/json" } };

/** Writes and reads back: what is not there byte by byte is not relied on. Overwrites what an earlier sweep left of the same run. */
export async function keepText(bucket: R2Bucket, key: string, pieces: Iterable<string> | AsyncIterable<string>): Promise<void> {
  const written = createHash("sha256");
  const encoder = new TextEncoder();
  let waiting = new Uint8Array(0);
  let upload: R2MultipartUpload | null = null;
  const parts: R2UploadedPart[] = [];
  const pending: Uint8Array[] = [];
  let size = 0;
  const gather = (): void => {
    const all = new Uint8Array(size);
    let at = 0;
    for (const bytes of pending.splice(0)) {
      all.set(bytes, at);
      at += bytes.length;
    }
    waiting = all;
  };
  for await (const piece of pieces) {
    const bytes = encoder.encode(piece);
    written.update(bytes);
    pending.push(bytes);
    size += bytes.length;
    if (size < PART) continue;
    gather();
    upload ??= await bucket.createMultipartUpload(key, JSON_TYPE);
    let from = 0;
    for (; size - from >= PART; from += PART) parts.push(await upload.uploadPart(parts.length + 1, waiting.slice(from, from + PART)));
    pending.push(waiting.slice(from));
    size -= from;
  }
  gather();
  if (upload === null) await bucket.put(key, waiting, JSON_TYPE);
  else {
    if (size > 0) parts.push(await upload.uploadPart(parts.length + 1, waiting));
    await upload.complete(parts);
  }
  const kept = await bucket.get(key);
  const read = createHash("sha256");
  if (kept !== null) for await (const chunk of kept.body) read.update(chunk);
  if (kept === null || read.digest("hex") !== written.digest("hex")) throw new Error("the archive did not keep what was written");
}

/**
 * Lines from number `from` on, counted from 0: at most `most`, and none after `size` UTF-16 units are read. `isAll`: there are no
 * further lines.
 */
export async function linesFrom(
  body: ReadableStream<Uint8Array>,
  from: number,
  most: number,
  size: number,
): Promise<{ readonly lines: readonly string[]; readonly isAll: boolean }> {
  const lines: string[] = [];
  let [at, left, rest] = [0, size, [] as string[]];
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    const [first = "", ...others] = decoder.decode(chunk, { stream: true }).split("\n");
    rest.push(first);
    for (const next of others) {
      if (at++ >= from) {
        if (lines.length === most || (left < 0 && lines.length > 0)) return { lines, isAll: false };
        const line = rest.join("");
        lines.push(line);
        left -= line.length;
      }
      rest = [next];
    }
  }
  return { lines, isAll: true };
}
