/** An answer to a request that carried a pinned secret, without the secret: sandboxed code never sees it, also not from a host that repeats it. */
import { err, ok, type Result } from "../../core/result.ts";
import { disguiseFinder } from "../../core/secret-forms.ts";

const WITHHELD = "[withheld]";

/** Headers that repeat the secret are left out. A body that holds it in another form (base64, escapes) is refused: where that begins is not known. */
export function withoutSecret(
  secret: string,
  init: { readonly status: number; readonly headers: Headers },
  body: Uint8Array<ArrayBuffer>,
): Result<Response, "secret_echoed"> {
  const isDisguised = disguiseFinder([secret]);
  const headers = new Headers([...init.headers].filter(([, value]) => !value.includes(secret) && !isDisguised(value)));
  if (body.byteLength === 0) return ok(new Response(null, { status: init.status, headers }));
  // Latin-1 keeps every byte, so that a body that is no text comes out as it was.
  const [held, bytes] = [latin1(new TextEncoder().encode(secret)), latin1(body)];
  const cleaned = bytes.replaceAll(held, WITHHELD);
  if (isDisguised(new TextDecoder().decode(toBytes(cleaned)))) return err("secret_echoed");
  return ok(new Response(cleaned === bytes ? body : toBytes(cleaned), { status: init.status, headers }));
}

function latin1(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 8_192) parts.push(String.fromCharCode(...bytes.subarray(at, at + 8_192)));
  return parts.join("");
}

const toBytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(text, (unit) => unit.charCodeAt(0));
