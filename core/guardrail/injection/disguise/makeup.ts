/**
 * Which codes the make-up of a text allows, in one walk over it: most texts have no run that is long enough for any, and the expressions of those
 * codes need not be tried. Says yes more often than they match, never less.
 */

/** What runs a text has. */
export type MakeUp = {
  /** A row of letters and digits of base32, or groups of them. */
  readonly base32: boolean;
  /** Enough hexadecimal digits with nothing between them but what parts bytes. */
  readonly bytes: boolean;
  /** Enough decimal digits with nothing between them but what parts numbers. */
  readonly numbers: boolean;
};

const FEWEST_CAPITALS = 16;
const FEWEST_SMALL = 24;
const SHORTEST_GROUP = 4;
/** Twelve bytes, and twelve numbers of two digits. */
const FEWEST_DIGITS = 24;

/** What a unit may stand in, as bits. */
const CAPITAL_32 = 1;
const SMALL_32 = 2;
const HEX_DIGIT = 4;
const PARTS_BYTES = 8;
const DECIMAL = 16;
const PARTS_NUMBERS = 32;
const ROLES = Uint8Array.from({ length: 128 }, (_, code) => {
  const unit = String.fromCharCode(code);
  const is = (expression: RegExp, role: number): number => (expression.test(unit) ? role : 0);
  return (
    is(/[A-Z2-7]/, CAPITAL_32) |
    is(/[a-z2-7]/, SMALL_32) |
    is(/[0-9a-f]/i, HEX_DIGIT) |
    is(/[x#\\ ,:;.|/\n\r\t'"-]/i, PARTS_BYTES) |
    is(/[0-9]/, DECIMAL) |
    is(/[chro(\\ ,;\n\r\t+)-]/i, PARTS_NUMBERS)
  );
});

/** Linear. */
export function makeUpOf(text: string): MakeUp {
  let [base32, bytes, numbers] = [false, false, false];
  let [capitals, small, group, hex, decimal] = [0, 0, 0, 0, 0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const role = code < 128 ? (ROLES[code] ?? 0) : 0;
    if ((role & CAPITAL_32) !== 0) {
      capitals++;
      if (capitals >= FEWEST_CAPITALS || (group >= SHORTEST_GROUP && capitals >= SHORTEST_GROUP)) base32 = true;
    } else if (capitals > 0) {
      // A blank or a hyphen parts groups.
      group = code === 32 || code === 45 ? capitals : 0;
      capitals = 0;
    } else group = 0;
    if ((role & SMALL_32) === 0) small = 0;
    else if (++small >= FEWEST_SMALL) base32 = true;
    if ((role & HEX_DIGIT) !== 0) {
      if (++hex >= FEWEST_DIGITS) bytes = true;
    } else if ((role & PARTS_BYTES) === 0) hex = 0;
    if ((role & DECIMAL) !== 0) {
      if (++decimal >= FEWEST_DIGITS) numbers = true;
    } else if ((role & PARTS_NUMBERS) === 0) decimal = 0;
  }
  return { base32, bytes, numbers };
}
