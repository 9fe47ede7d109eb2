/**
 * A long text as pieces that are judged for instructions one by one, so that no judgement takes long and others are served between two.
 * Neighbours share more units than an instruction has: each one is whole in some piece. A short text is one piece.
 */

/** Units of a piece at most: some 25 milliseconds of the dearest text. */
export const PIECE_UNITS = 16_384;
/** Units that two neighbours share. An instruction, also one in a code, is shorter. */
export const SHARED_UNITS = 2_048;

/** `text` is what is judged: that of the original from `shift` on, which is negative where a mark stands before it. */
export type Piece = { readonly text: string; readonly shift: number };

/** How far back from a cut a blank is looked for. */
const LOOK_BACK = 64;
/** Units of a run of a code that stay together: base64 is written in groups of 4, base32 and bits in groups of 8. */
const GROUP = 8;
/** A piece that begins in the middle of a text must not look like the beginning of one. */
const GOES_ON = "x";
const MOST_MARK_UNITS = 2;

/** The pieces in order. All are about as long, so that the last is no remnant that would be judged as a short text. */
export function* piecesOf(text: string): Generator<Piece> {
  if (text.length <= PIECE_UNITS) {
    yield { text, shift: 0 };
    return;
  }
  const fresh = PIECE_UNITS - SHARED_UNITS - LOOK_BACK - GROUP - MOST_MARK_UNITS;
  const step = Math.ceil(text.length / Math.ceil(text.length / fresh));
  let from = 0;
  let run = 0;
  for (let at = 0; at < text.length; at += step) {
    const next = at + step;
    const start = at === 0 ? 0 : cutBefore(text, at - SHARED_UNITS, from, run);
    if (start > 0) run = runStart(text, start, from, run);
    from = start;
    const end = next >= text.length ? text.length : cutBefore(text, next, start, run);
    yield start === 0 ? { text: text.slice(0, end), shift: 0 } : continued(text, start, end);
  }
}

function continued(text: string, start: number, end: number): Piece {
  const mark = isBlank(text.charCodeAt(start)) ? GOES_ON : `${GOES_ON} `;
  return { text: mark + text.slice(start, end), shift: start - mark.length };
}

/** Where to cut at `at` or shortly before: at a blank, else between two groups of a code that runs there. `run`: where the run begins that is known at `from`. */
function cutBefore(text: string, at: number, from: number, run: number): number {
  for (let place = at; place > at - LOOK_BACK && place > from; place--) if (isBlank(text.charCodeAt(place))) return place;
  const cut = at - ((at - runStart(text, at, from, run)) % GROUP);
  // No character is parted.
  return isLow(text.charCodeAt(cut)) ? cut - 1 : cut;
}

/** The unit behind the last blank before `at`; `run` where there is none behind `from`. */
function runStart(text: string, at: number, from: number, run: number): number {
  let start = at;
  while (start > from && !isBlank(text.charCodeAt(start - 1))) start--;
  return start > from ? start : run;
}

const isBlank = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);
const isLow = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff;
