/** Characters that nobody sees. Pure. */
import { portionsOf } from "../portions.ts";

/**
 * Without a width or a picture: zero-width blanks, soft hyphens, marks of direction, and the tags that can carry a hidden text (U+E0000 to
 * U+E007F). The joiners U+200C and U+200D are kept, which Persian and emoji are written with.
 */
const UNSEEN = /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** A text without the characters that nobody sees, and how many there were. */
export function withoutUnseen(text: string): { readonly text: string; readonly dropped: number } {
  const dropped = text.match(UNSEEN)?.length ?? 0;
  return { text: dropped === 0 ? text : text.replace(UNSEEN, ""), dropped };
}

/** The same of a long text, in turns: `pause` is awaited between two portions, for others to be served meanwhile. */
export async function withoutUnseenInTurns(
  text: string,
  pause: () => Promise<void>,
): Promise<{ readonly text: string; readonly dropped: number }> {
  const seen: string[] = [];
  let dropped = 0;
  for (const portion of portionsOf(text)) {
    const read = withoutUnseen(portion);
    seen.push(read.text);
    dropped += read.dropped;
    await pause();
  }
  return { text: dropped === 0 ? text : seen.join(""), dropped };
}
