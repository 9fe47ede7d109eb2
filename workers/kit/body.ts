/** Bodies of answers, read with a bound: what is counted is what arrives, whatever the headers said. */
import { type Deadline, DeadlineError } from "./deadline.ts";

/** A body, or why there is none. */
export type Body =
  | { readonly ok: true; readonly text: string }
  /** `cut`: the connection ended before the body did. `not_text`: the bytes are no UTF-8. */
  | { readonly ok: false; readonly reason: "too_large" | "cut" | "not_text" };

/** Throws a `DeadlineError` and nothing else; stops reading, and lets the other side know, at the first byte over `limitBytes`. */
export async function readBody(response: Response, limitBytes: number, { within }: Deadline): Promise<Body> {
  const reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader();
  if (reader === undefined) return { ok: true, text: "" };
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  let text = "";
  let bytes = 0;
  try {
    for (;;) {
      const chunk = await within(reader.read()).catch(nullUnlessOver);
      if (chunk === null) return { ok: false, reason: "cut" };
      if (chunk.done) break;
      bytes += chunk.value.byteLength;
      if (bytes > limitBytes) return { ok: false, reason: "too_large" };
      try {
        text += decoder.decode(chunk.value, { stream: true });
      } catch {
        return { ok: false, reason: "not_text" };
      }
    }
    try {
      return { ok: true, text: text + decoder.decode() };
    } catch {
      return { ok: false, reason: "not_text" };
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

function nullUnlessOver(error: unknown): null {
  if (error instanceof DeadlineError) throw error;
  return null;
}
