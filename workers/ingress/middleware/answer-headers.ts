/** Headers on an answer that is there already. Hono's own way copies the whole answer for each of them. */
import type { IngressContext } from "../context.ts";

export function setHeaders(context: IngressContext, headers: Readonly<Record<string, string>>): void {
  const there = context.res.headers;
  try {
    for (const [name, value] of Object.entries(headers)) there.set(name, value);
  } catch {
    // Headers of an answer that came from elsewhere cannot be changed: a copy's can.
    for (const [name, value] of Object.entries(headers)) context.header(name, value);
  }
}
