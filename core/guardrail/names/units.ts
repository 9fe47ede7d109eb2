/**
 * Where a text is cut into the pieces that the sequence model reads at once: behind sentences and paragraphs, behind a line or a word
 * where a piece grows long. A cut depends on the text before it alone, so a text comes to the same pieces however it arrives.
 */

/** From this length on a line end cuts, and from the next a blank: in UTF-16 units. Beyond the last anything does. */
const LINE_UNITS = 320;
const WORD_UNITS = 640;
/** Maximum units of a piece, apart from personal data of other kinds at its end. */
export const PIECE_UNITS = 1024;
/** How far back a cut looks. */
export const LOOKBACK_UNITS = 12;

const LINE_END = 10;
const STOP = new Set([..."!?\u2026\u3002\uff01\uff1f"].map((sign) => sign.charCodeAt(0)));
const DOT = 46;
/** What a dot ends without ending the sentence. */
const ABBREVIATIONS = new Set(
  (
    "mr mrs ms dr prof st ste jr sr inc ltd co corp llc plc vs no nr etc approx dept est gen gov hon rev sgt capt col lt maj ave blvd rd ln hwy apt bldg fl " +
    "jan feb mar apr jun jul aug sep sept oct nov dec hr fr str bzw ca evtl ggf inkl usw zb tel mme mlle sra dra srta av avda ul al os pl dott sig mevr dhr"
  ).split(" "),
);

const isBlank = (code: number): boolean => code === 32 || code === LINE_END || code === 9 || code === 13;

/** Whether a piece of `units` ends behind the last unit of `text`, the piece's last units. */
export function endsPiece(text: string, units: number): boolean {
  const last = text.length - 1;
  const code = text.charCodeAt(last);
  if (units >= PIECE_UNITS) return code < 0xd800 || code > 0xdbff;
  if (!isBlank(code)) return false;
  if (units >= WORD_UNITS) return true;
  const before = text.charCodeAt(last - 1);
  if (code === LINE_END) return units >= LINE_UNITS || before === LINE_END || (before === 13 && text.charCodeAt(last - 2) === LINE_END);
  if (STOP.has(before)) return true;
  return before === DOT && !isAbbreviation(text.slice(0, last - 1));
}

/** Initials, short figures and abbreviations before a dot. */
function isAbbreviation(text: string): boolean {
  const word = /[\p{L}\p{N}]+$/u.exec(text)?.[0] ?? "";
  return word.length < 2 || /^\d{1,2}$/.test(word) || ABBREVIATIONS.has(word.toLowerCase());
}
