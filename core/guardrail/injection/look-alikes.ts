/** Letters that stand for Latin ones because they look like them (Unicode TS 39, confusables), or because they are such letters in a frame. */

/** Those that occur in practice; of Cherokee and of letters with strokes and hooks, whole alphabets, since nobody mixes them with English words. */
export const LOOKALIKES: ReadonlyMap<string, string> = new Map(
  (
    "аa бb вb гr дd еe ёe зz иu йu кk лn мm нh оo пn рp сc тt уy фf хx ѕs іi їi јj ԛq ԝw һh ь6 ӏl ԁd ɡg ıi ƚl ɑa ɩi ʀr ʏy ᴀa ʙb ᴄc ᴅd ᴇe ɢg ʜh ɪi ᴊj ᴋk ʟl ᴍm ɴn ᴏo ᴘp ꜱs ᴛt ᴜu ᴠv ᴡw ᴢz ꜰf ᴙr ᴎn " +
    "αa βb γy εe ηn ιi κk μu νv οo ρp τt υu χx ωw ⅼl օo սu ցg հh ոn ρp ɯw ßss æae œoe øo đd ħh łl ҽe ҏp " +
    "ⱥa ƀb ȼc ɇe ǥg ɨi ɉj ꝁk ɍr ŧt ʉu ɏy ƶz ᵽp ꝺd ɓb ƈc ɗd ɠg ɦh ƙk ɱm ɲn ƞn ŋn ƥp ɽr ʂs ƭt ʋv ƴy ȥz ʐz ɖd ɭl ɳn ʈt ɛe ɔo ʌv ʒz ƨs " +
    "ꭺa ꭰd ꭼe ꭵi ꮮl ꮇm ꮎo ꮲp ꮢr ꮪs ꭲt ꮃw Ꭺa ᏼb Ꮯc Ꭰd Ꭼe Ꮐg Ꮋh Ꭵi Ꭻj Ꮶk Ꮮl Ꮇm Ꮎo Ꮲp Ꮢr Ꮪs Ꭲt Ꮩv Ꮃw Ꮓz Ᏼb Ꭹy ℓl ℯe ℊg ℴo"
  )
    .split(" ")
    .flatMap((pair) => [pair.slice(0, 1), pair.slice(0, 1).toLowerCase()].map((letter) => [letter, pair.slice(1)] as const)),
);

/** First code points of alphabets in frames, which compatibility forms leave as they are or spell with brackets. */
const FRAMES = [0x249c, 0x1f110, 0x1f130, 0x1f150, 0x1f170, 0x1f1e6] as const;

/** The letter in a circle, a square or brackets, or a regional indicator; null: it is none. */
export function enclosedLetter(code: number): string | null {
  if (code < 0x249c || (code > 0x24b5 && code < 0x1f110) || code > 0x1f1ff) return null;
  for (const first of FRAMES) if (code >= first && code < first + 26) return String.fromCharCode(97 + code - first);
  return null;
}
