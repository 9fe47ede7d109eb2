/**
 * Words of instructions to a model, in the Latin alphabet and normalised, by which turned, stirred and stretched letters are recognised; and the words that
 * a row of letters is cut into.
 */
import { LEXICON } from "../lexicon.ts";
import { normalise } from "../normalise.ts";

/** Six letters or more: fewer are met by chance. */
export const KEYWORDS: readonly string[] = (
  "ignore ignoring disregard disregarding forget override bypass previous previously earlier preceding instruction instructions directive directives " +
  "guideline guidelines system prompt prompts reveal display repeat everything password passwords secret secrets hidden confidential restriction " +
  "restrictions unrestricted unfiltered uncensored jailbreak developer assistant pretend without filters content policy policies safety conversation " +
  "execute command commands credentials transfer account message messages original initial configuration programming limits respond response " +
  "ignoriere vergiss missachte anweisung anweisungen vorherigen bisherigen regeln verrate zeige systemprompt passwort geheime " +
  "ignora olvida instrucciones anteriores reglas muestra revela contrasena sistema oublie ignorez instructions precedentes consignes regles affiche revele " +
  "systeme dimentica istruzioni precedenti regole mostra rivela password esqueca instrucoes anteriores regras mostre revele senha talimatlari onceki " +
  "kurallari goster unut sistem"
)
  .split(" ")
  .filter((word, index, all) => word.length >= 6 && all.indexOf(word) === index);

/** Words without which there are hardly sentences, beside those of the lexicon. */
const COMMON =
  "a i the and of to in is it that this with for on as at by from or be are was were have has had do does did not no yes but if then than so what which who " +
  "whom when where why how all any each every more most other some such only own same too very can will just should now please me my your our their his her " +
  "its them they we us he she there here about into over after before above below up down out off again once first last next new old one two three never " +
  "always print say tell show give write make send use let get want need must could would may might like know think help answer question text word words " +
  "name email address card number order file data code list time day way work user customer human people person best good bad right wrong true false an am " +
  "been being down under between both during against because until while further also ever even still back off long great little high low und der die das " +
  "nicht mit von zu dem den ein eine einen ist auf fur im sie es an auch nach bei aus el la los las un una que en con por para es su se lo del al le les des " +
  "est une vous il elle dans pour sur pas ne ce qui au il lo gli di e che per non sono con o os as um uma do da em no na nao bir ve bu icin ile de da ne";

const words = new Set<string>();
const stems = new Set<string>();
for (const entry of [COMMON, ...Object.values(LEXICON), ...KEYWORDS].join(" ").split(" ")) {
  const isStem = entry.endsWith("-");
  const word = normalise(isStem ? entry.slice(0, -1) : entry).text.replace(/[^\p{L}]/gu, "");
  if (word !== "") (isStem ? stems : words).add(word);
}
/** Letters of an ending behind the beginning of a word. */
const LONGEST_ENDING = 4;
/** No word is longer. */
const LONGEST_WORD = 20;

/** What it costs to take letters for one word; null: they are none. */
function costOf(word: string): number | null {
  if (words.has(word)) return 1;
  for (let ending = 0; ending <= LONGEST_ENDING && word.length - ending >= 4; ending++) {
    if (stems.has(word.slice(0, word.length - ending))) return 1.2 + ending * 0.2;
  }
  return null;
}

/** Whether this is a word that the lexicon or everybody knows. */
export const isWord = (word: string): boolean => costOf(word) !== null;

const UNKNOWN_LETTER = 2;

/** A row of letters as words, by the fewest of them (dynamic programming). Work: twenty look-ups a letter. */
export function segmented(letters: string): string {
  const best = [0];
  const from = [0];
  for (let end = 1; end <= letters.length; end++) {
    let least = (best[end - 1] ?? 0) + UNKNOWN_LETTER;
    let start = -(end - 1) - 1;
    for (let length = 1; length <= LONGEST_WORD && length <= end; length++) {
      const cost = costOf(letters.slice(end - length, end));
      if (cost === null || (best[end - length] ?? 0) + cost >= least) continue;
      least = (best[end - length] ?? 0) + cost;
      start = end - length;
    }
    best.push(least);
    from.push(start);
  }
  // Letters that are in no word stay together; they are marked by a place below zero.
  const parts: string[] = [];
  let unknown = "";
  for (let end = letters.length; end > 0; ) {
    const start = from[end] ?? 0;
    if (start < 0) {
      unknown = (letters[end - 1] ?? "") + unknown;
      end--;
      continue;
    }
    if (unknown !== "") parts.unshift(unknown);
    unknown = "";
    parts.unshift(letters.slice(start, end));
    end = start;
  }
  if (unknown !== "") parts.unshift(unknown);
  return parts.join(" ");
}
