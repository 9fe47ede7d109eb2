/** Characters that nobody sees, and styles that hide what they are put on. Pure. */

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

const NO_SIZE = /(?:^|;)\s*font-size\s*:\s*(?:0|0?\.\d+|1)(?:px|pt|em|rem|%)?\s*(?:!important\s*)?(?:;|$)/i;
const GONE =
  /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0\d*)?(?![.\d])|content-visibility\s*:\s*hidden|(?:text-indent|left|top|margin-left)\s*:\s*-\d{3,}|clip-path\s*:\s*inset\(\s*(?:50|100)%|clip\s*:\s*rect\(\s*0|color\s*:\s*transparent)/i;
const COLOUR = /(?:^|;)\s*color\s*:\s*([^;!]{1,40})/i;
const GROUND = /(?:^|;)\s*background(?:-color)?\s*:\s*([^;!]{1,40})/i;

/** Whether a CSS declaration list hides the text it is put on, or writes it in the colour of its ground: that of the page is white. */
export function hides(style: string, ground: string | null = null): boolean {
  if (NO_SIZE.test(style) || GONE.test(style)) return true;
  const colour = COLOUR.exec(style)?.[1];
  return colour !== undefined && colourOf(colour) === (groundOf(style) ?? ground ?? "#ffffff");
}

/** The ground that a declaration list gives; null: none. */
export function groundOf(style: string): string | null {
  const ground = GROUND.exec(style)?.[1];
  return ground === undefined ? null : colourOf(ground);
}

/** `#fff`, `white` and `rgb(255, 255, 255)` are one. Nearly white is white, since nobody reads it. */
function colourOf(written: string): string {
  const text = written.trim().toLowerCase();
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/.exec(text);
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/.exec(text);
  const numbers = /^rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})/.exec(text);
  const parts =
    short !== null
      ? short.slice(1, 4).map((digit) => Number.parseInt(digit + digit, 16))
      : long !== null
        ? long.slice(1, 4).map((digits) => Number.parseInt(digits, 16))
        : numbers !== null
          ? numbers.slice(1, 4).map(Number)
          : text === "white"
            ? [255, 255, 255]
            : null;
  if (parts === null) return text;
  return parts.every((part) => part >= 245) ? "#ffffff" : `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
