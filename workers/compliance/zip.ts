/** A folder of R2 as a ZIP, made while it is read: one file after the other, a piece at a time. */
import { Zip, ZipDeflate } from "fflate";

/** Files of one list. */
const PAGE = 1_000;

/** The files below the prefix, by name; pieces are made when there is room for them. */
export function zipOf(bucket: R2Bucket, prefix: string): ReadableStream<Uint8Array> {
  const pieces = piecesOf(bucket, prefix);
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
}

async function* piecesOf(bucket: R2Bucket, prefix: string): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const zip = new Zip((error, piece) => {
    if (error !== null) throw error;
    if (piece.length > 0) ready.push(piece);
  });
  const { objects } = await bucket.list({ prefix, limit: PAGE });
  for (const { key } of objects) {
    const object = await bucket.get(key);
    if (object === null) continue;
    const file = new ZipDeflate(key.slice(prefix.length), { level: 6 });
    zip.add(file);
    for await (const chunk of object.body) {
      file.push(chunk);
      yield* ready.splice(0);
    }
    file.push(new Uint8Array(0), true);
    yield* ready.splice(0);
  }
  zip.end();
  yield* ready.splice(0);
}
