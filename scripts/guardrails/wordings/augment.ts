/** Written texts as they also come: an attack inside an ordinary request, all in capitals or small letters, without end marks, with small typing errors. From a seed. */
import { Dice } from "../../../simulation/dice.ts";
import type { Text } from "./text.ts";

export function augmented(texts: readonly Text[], seed = 7): Text[] {
  const dice = new Dice(seed);
  const plain = new Map<string, string[]>();
  for (const { attack, language, text } of texts) if (!attack) plain.set(language, [...(plain.get(language) ?? []), text]);
  const out: Text[] = [];
  for (const each of texts) {
    const others = plain.get(each.language) ?? [];
    if (others.length > 0) {
      const other = others[dice.between("wordings", 0, others.length - 1)] ?? "";
      const joined = dice.between("wordings", 0, 2 - 1) === 0 ? `${ended(other)} ${each.text}` : `${ended(each.text)} ${other}`;
      out.push({ ...each, text: joined });
    }
    out.push({ ...each, text: mistyped(each.text, dice).replace(/[.,!?]/g, "") });
  }
  return out;
}

const ended = (text: string): string => (/[.!?\u3002\u0964]$/.test(text) ? text : `${text}.`);

/** One letter in some twenty is doubled, left out or swapped with the next. */
function mistyped(text: string, dice: Dice): string {
  const units = [...text];
  for (let at = 1; at + 1 < units.length; at++) {
    if (dice.between("wordings", 0, 25 - 1) !== 0 || !/\p{L}/u.test(units[at] ?? "")) continue;
    const kind = dice.between("wordings", 0, 3 - 1);
    if (kind === 0) units.splice(at, 1);
    else if (kind === 1) units.splice(at, 0, units[at] ?? "");
    else [units[at], units[at + 1]] = [units[at + 1] ?? "", units[at] ?? ""];
  }
  return units.join("");
}
