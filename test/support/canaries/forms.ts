/** The forms in which a text may lie in a store: as it is, escaped as JSON once and twice, in UTF-16, in base64 at each alignment, in hex, and inside gzip. */
import { gunzipSync } from "node:zlib";

const bytesOf = (binary: string): Uint8Array => Uint8Array.from(binary, (character) => character.charCodeAt(0) & 255);
/** A string of one character per byte. */
const binary = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");

function utf16(text: string): Uint8Array {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let index = 0; index < text.length; index++) view.setUint16(index * 2, text.charCodeAt(index), true);
  return new Uint8Array(view.buffer);
}

/** Characters of base64 that depend on nothing around the text, for its three alignments. */
function base64Forms(bytes: Uint8Array): string[] {
  return [0, 1, 2].map((shift) => {
    const text = btoa(`${"\0".repeat(shift)}${binary(bytes)}`).replace(/=+$/, "");
    return text.slice(shift === 0 ? 0 : shift + 1, -2);
  });
}

/** Each form as it would be found in text or in bytes that are read as Latin-1. */
export function formsOf(canary: string): readonly string[] {
  const [narrow, wide] = [new TextEncoder().encode(canary), utf16(canary)];
  const hex = Array.from(narrow, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const escaped = JSON.stringify(canary).slice(1, -1);
  const base64 = [...base64Forms(narrow), ...base64Forms(wide), ...base64Forms(new TextEncoder().encode(escaped))];
  const url = base64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"));
  return [...new Set([canary, escaped, JSON.stringify(escaped).slice(1, -1), binary(wide), hex, hex.toUpperCase(), ...base64, ...url])];
}

/** The text, and what every gzip in it unpacks to. `text`: bytes read as Latin-1. */
export function unpacked(text: string): string {
  const found: string[] = [text];
  for (let at = text.indexOf("\x1f\x8b\x08"); at >= 0; at = text.indexOf("\x1f\x8b\x08", at + 1)) {
    try {
      found.push(binary(gunzipSync(bytesOf(text.slice(at)))));
    } catch {
      // These three bytes began no gzip.
    }
  }
  return found.join("\n");
}
