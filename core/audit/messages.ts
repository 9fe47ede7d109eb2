/** How rows of an outbox are split into messages of the records queue. */

/** Maximum size of a message, in bytes: the queue takes 128 KB (developers.cloudflare.com/queues/platform/limits, 2026-10), envelope included. */
const MESSAGE_BYTES = 100_000;

/** The rows in their order, cut into lists that each fit into one message. A single row that is larger gets a message of its own. */
export function inMessages<Row extends { readonly body: string }>(rows: readonly Row[]): Row[][] {
  const messages: Row[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    const size = row.body.length * 3; // UTF-8 takes at most three bytes per UTF-16 unit
    if (bytes + size > MESSAGE_BYTES) {
      messages.push([]);
      bytes = 0;
    }
    messages.at(-1)?.push(row);
    bytes += size;
  }
  return messages;
}
