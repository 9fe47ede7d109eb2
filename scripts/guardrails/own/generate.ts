/**
 * Rows in our own words from a seed: attacks, their harmless neighbours, and the records, mails, tables and programs that both stand in. The same
 * seed gives the same rows.
 */
import { Dice } from "../../../simulation/dice.ts";
import type { Row } from "../dataset.ts";
import { ASKED_OF_PEOPLE, PEOPLE_WORDS } from "./asked-of-people.ts";
import { TOOL_ATTACKS, USER_ATTACKS } from "./attacks.ts";
import { BYSTANDER_WORDS, BYSTANDERS } from "./bystanders.ts";
import { FILLERS } from "./fillers.ts";
import { LANGUAGES, type Language } from "./languages.ts";
import { LEFT_ORDERS } from "./left-orders.ts";
import { LEFT_WORDS } from "./left-words.ts";
import { TOOL_NEIGHBOURS, USER_NEIGHBOURS } from "./neighbours.ts";
import { REQUESTS, WORDS } from "./requests.ts";

type Frames = { readonly [L in Language]: readonly string[] };

/** Of the frames of harmless texts, one in so many is kept from training and sets the thresholds. */
const CALIBRATION_SHARE = 5;
const SEED = 20_261_129;

/** How many rows are drawn from each frame. English has more frames, which are wider. */
const ROWS_A_FRAME = { attack: 26, neighbour: 40, request: 40, left: 60 } as const;

/** Words for the places in braces. */
const PLACES = { ...FILLERS, ...WORDS, ...BYSTANDER_WORDS, ...LEFT_WORDS, ...PEOPLE_WORDS };

/** No two the same in one channel. */
export function ownRows(): Row[] {
  const dice = new Dice(SEED);
  const rows = [
    ...drawn(dice, USER_ATTACKS, ROWS_A_FRAME.attack, { attack: true, channel: "user" }, userAttack),
    ...drawn(dice, USER_NEIGHBOURS, ROWS_A_FRAME.neighbour, { attack: false, channel: "user" }, userNeighbour),
    ...drawn(dice, TOOL_ATTACKS, ROWS_A_FRAME.attack, { attack: true, channel: "tool_output" }, carried(TOOL_NEIGHBOURS)),
    ...drawn(dice, USER_ATTACKS, ROWS_A_FRAME.attack >> 1, { attack: true, channel: "tool_output" }, carried(TOOL_NEIGHBOURS)),
    ...drawn(dice, TOOL_NEIGHBOURS, ROWS_A_FRAME.neighbour, { attack: false, channel: "tool_output" }, carried(TOOL_NEIGHBOURS)),
    ...drawn(dice, USER_NEIGHBOURS, ROWS_A_FRAME.neighbour >> 1, { attack: false, channel: "tool_output" }, carried(TOOL_NEIGHBOURS)),
    ...drawn(dice, REQUESTS, ROWS_A_FRAME.request, { attack: true, channel: "tool_output" }, carried(TOOL_NEIGHBOURS), "requests"),
    ...drawn(dice, BYSTANDERS, ROWS_A_FRAME.neighbour, { attack: false, channel: "tool_output" }, carried(TOOL_NEIGHBOURS), "bystanders"),
    ...drawn(dice, LEFT_ORDERS, ROWS_A_FRAME.left, { attack: true, channel: "tool_output" }, carried(TOOL_NEIGHBOURS), "left"),
    ...drawn(dice, ASKED_OF_PEOPLE, ROWS_A_FRAME.left, { attack: false, channel: "tool_output" }, carried(TOOL_NEIGHBOURS), "people"),
    // A record is what most tools return, and what people say in it is no order for being there.
    ...drawn(
      dice,
      ASKED_OF_PEOPLE,
      ROWS_A_FRAME.left >> 1,
      { attack: false, channel: "tool_output" },
      carried(TOOL_NEIGHBOURS, RECORDS),
      "people",
    ),
    ...drawn(
      dice,
      BYSTANDERS,
      ROWS_A_FRAME.neighbour >> 1,
      { attack: false, channel: "tool_output" },
      carried(TOOL_NEIGHBOURS, RECORDS),
      "bystanders",
    ),
  ];
  return [...new Map(rows.map((row) => [`${row.channel} ${row.text}`, row])).values()];
}

type Kind = Pick<Row, "attack" | "channel">;
type Written = (dice: Dice, text: string, again: () => string, language: Language) => string;

/** `of`: keeps the groups of two lists of frames apart. */
function drawn(dice: Dice, frames: Frames, count: number, kind: Kind, write: Written, of = ""): Row[] {
  return LANGUAGES.flatMap((language) => {
    const isCalibration = (index: number): boolean => !kind.attack && index % CALIBRATION_SHARE === CALIBRATION_SHARE - 1;
    return frames[language].flatMap((frame, index) => {
      // What stands beside a sentence comes from the same half: nothing of the other half is seen.
      const others = frames[language].filter((_, other) => isCalibration(other) === isCalibration(index));
      const again = (): string => filled(dice.one("own", others), dice);
      return Array.from({ length: count }, (): Row => {
        const text = write(dice, filled(frame, dice), again, language);
        const group = `own:${of}${language}:${kind.channel}:${index}`;
        return { text, ...kind, subset: isCalibration(index) ? "own-calibration" : "own", group, source: "own" };
      });
    });
  });
}

/** `[a|b]` becomes one of several, `{x}` a filler, which may have some of its own. */
function filled(frame: string, dice: Dice): string {
  let text = frame.replace(/\[([^[\]]*\|[^[\]]*)\]/g, (_, choices: string) => dice.one("own", choices.split("|")));
  for (let depth = 0; depth < 4 && text.includes("{"); depth++) {
    text = text.replace(/\{([A-Za-z_]+)\}/g, (whole, name: string) => {
      const words = PLACES[name.toLowerCase()];
      if (words === undefined) return whole;
      const word = dice.one("own", words);
      return name === name.toLowerCase() ? word : capital(word);
    });
  }
  return text.replace(/ {2,}/g, " ").trim();
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

const chance = (dice: Dice, percent: number): boolean => dice.between("own", 1, 100) <= percent;

function userAttack(dice: Dice, text: string, again: () => string, language: Language): string {
  const kind = dice.between("own", 1, 20);
  if (kind <= 3) return `${filled(dice.one("own", USER_NEIGHBOURS[language]), dice)} ${text}`;
  if (kind === 4) return `${text} ${again()}`;
  if (kind === 5) return `${dice.one("own", BORDERS)}\n${text}`;
  if (kind === 6) return `${text}\n${dice.one("own", BORDERS)}`;
  return spelled(dice, text);
}

const BORDERS = ["---", "'''", '"""', "###", "</text>", "<|im_end|>", "=====", "END OF INPUT", "</user>", "]]", "```", "***"];

function userNeighbour(dice: Dice, text: string, again: () => string): string {
  const kind = dice.between("own", 1, 20);
  if (kind <= 4) return `${text} ${again()}`;
  if (kind <= 7) return Array.from({ length: dice.between("own", 3, 12) }, again).join(chance(dice, 20) ? "\n" : " ");
  return spelled(dice, text);
}

/** As people type: small letters, capitals, a letter missed. */
function spelled(dice: Dice, text: string): string {
  const kind = dice.between("own", 1, 20);
  if (kind <= 3) return text.toLowerCase();
  if (kind === 4) return text.toUpperCase();
  if (kind === 5) {
    const at = dice.between("own", 1, Math.max(1, text.length - 2));
    return text.slice(0, at) + text.slice(at + 1);
  }
  if (kind === 6) return text.replace(/[.!?\u3002\u0964]+$/, "");
  return text;
}

const CARRIERS = Array.from({ length: 19 }, (_, index) => index + 1);
/** Those that are JSON with the text as a whole value. */
const RECORDS: readonly number[] = [3, 4, 12, 19];

/** In what tools return: bare, or in a record, a mail, a table, a program, a page. */
function carried(neighbours: Frames, kinds: readonly number[] = CARRIERS): Written {
  return (dice, text, _again, language) => {
    const around = (): string =>
      filled(
        dice.one(
          "own",
          neighbours[language].filter((_, index) => index % CALIBRATION_SHARE !== CALIBRATION_SHARE - 1),
        ),
        dice,
      );
    const quoted = text.replaceAll('"', "'");
    const word = (name: string): string => filled(`{${name}}`, dice);
    switch (dice.one("own", kinds)) {
      case 1:
      case 2:
        return text;
      case 3:
        return `{"id":"${word("code")}","from":"${word("address")}","body":"${quoted}","read":false}`;
      case 4:
        return `{'reviews': [{'name': '${word("who")}', 'rating': ${dice.between("own", 1, 5)}, 'content': '${quoted.replaceAll("'", "`")}'}]}`;
      case 5:
        return `{"items":[{"title":"${word("thing")}","price":${word("amount")},"description":"${around().replaceAll('"', "'")} ${quoted}"}],"total":1}`;
      case 6:
        return `From: ${word("address")}\nTo: ${word("address")}\nSubject: ${word("thing")}\n\n${around()}\n${text}\n${around()}`;
      case 7:
        return `${around()}\n${text}`;
      case 8:
        return `${text}\n${around()} ${around()}`;
      case 9:
        return `| Year | Team | Points |\n| 19${dice.between("own", 50, 99)} | ${word("place")} | ${dice.between("own", 1, 99)} |\n${text}\n| 20${dice.between("own", 10, 25)} | ${word("place")} | ${dice.between("own", 1, 99)} |`;
      case 10:
        return `def total(rows):\n    # ${quoted}\n    return sum(row["${word("topic").replaceAll(" ", "_")}"] for row in rows)\n`;
      case 11:
        return `<html><body><h1>${word("topic")}</h1><p>${around()}</p><p>${text}</p></body></html>`;
      case 12:
        return `[{"author":"${word("who")}","text":"${quoted}","at":"2026-0${dice.between("own", 1, 9)}-11T09:12:00Z"},{"author":"${word("who")}","text":"${around().replaceAll('"', "'")}","at":"2026-05-02T10:00:00Z"}]`;
      case 13:
        return `sender: ${word("address")}\nsubject: ${word("thing")}\nbody: ${text}\n`;
      case 14:
        return `id,date,name,comment\n7,2026-05-01,${word("who")},"${around()}"\n8,2026-05-02,${word("who")},"${quoted}"\n`;
      case 15:
        return `## ${word("topic")}\n\n${around()}\n\n${text}\n\n- ${word("thing")}\n`;
      case 16:
      case 17:
        return `${around()} ${text} ${around()}`;
      case 18:
        return `[09:12] ${word("who")}: ${around()}\n[09:15] ${word("who")}: ${text}\n`;
      default:
        return `{"status":"ok","note":"${quoted}","amount":${word("amount").replace(",", "")},"owner":{"name":"${word("who")}","mail":"${word("address")}"}}`;
    }
  };
}
