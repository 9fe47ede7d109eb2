/**
 * Texts for the model of wordings: wordings of attacks and harmless sentences by several authors (training/injection), our own generated ones, everyday
 * texts, and as harmless ones the benign texts of BULKHEAD_DATA.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PROMPT_TALK, READERS_TALK, ROLE_TALK, SHORT_TALK } from "../../../test/support/attack-kinds/further.ts";
import { ASKED, ASKED_LATER, ASKED_TOO } from "../../../test/support/attack-kinds/left.ts";
import {
  CLOTHED,
  CLOTHED_LATER,
  CORRECTIONS,
  OWN_INSTRUCTIONS,
  PARTS,
  REPORTS,
  SAID_AGAIN,
  WRONG_CHAT,
} from "../../../test/support/attack-kinds/ordinary.ts";
import { PLAIN_KINDS } from "../../../test/support/attack-kinds/plain.ts";
import { FRESH_TALK, TALK_ABOUT_WORDS } from "../../../test/support/attack-kinds/quoted.ts";
import { FRESH_TAKEN_BACK, TAKEN_BACK } from "../../../test/support/attack-kinds/taken-back.ts";
import { ATTACK_KINDS } from "../../../test/support/attack-kinds/unquoted.ts";
import { everydayTexts } from "../../../test/support/everyday/generate.ts";
import { setAsideTexts } from "../../../test/support/everyday/set-aside.ts";
import { TUNED } from "../../../test/support/everyday/tuned.ts";
import { attackPhrasings, ordinaryPhrasings } from "../../../test/support/phrasings.ts";
import { HARMLESS } from "../../../test/support/told.ts";
import { readRows } from "../dataset.ts";
import { ownRows } from "../own/generate.ts";
import { phraseTexts } from "./phrases.ts";
import type { Text } from "./text.ts";

const FOLDER = join(import.meta.dirname, "../../../training/injection");
/** Three authors whose texts the frames of common wordings are tested with. */
const COMMON = join(import.meta.dirname, "../../../test/support/attack-kinds/common");
const EARLIER = [
  { file: "tuned.txt", author: "tuned", attack: true },
  { file: "by-another.txt", author: "another", attack: true },
  { file: "harmless.txt", author: "another", attack: false },
  { file: "by-a-third.txt", author: "third", attack: true },
  { file: "harmless-of-a-third.txt", author: "third", attack: false },
] as const;
const KINDS: { readonly [name: string]: string } = { newinstr: "new", sysprompt: "system" };

/** Lines `language|kind|text`; `\\n` is a line break. */
function linesOf(path: string, author: string, attack: boolean): Text[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"))
    .map((line) => {
      const [language = "", kind = "", ...rest] = line.split("|");
      const text = (rest.length === 0 ? kind : rest.join("|")).replaceAll("\\n", "\n");
      return { text, attack, language, kind: attack ? (KINDS[kind] ?? kind) : rest.length === 0 ? "near" : kind, author };
    })
    .filter(({ text }) => text.length > 3);
}

/** What the authors wrote. `folder`: other authors' texts than those of the project. */
export function writtenTexts(folder = FOLDER): Text[] {
  const common = folder === FOLDER ? EARLIER.flatMap(({ file, author, attack }) => linesOf(join(COMMON, file), author, attack)) : [];
  const written = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ name }) =>
      readdirSync(join(folder, name))
        .filter((file) => file.endsWith(".txt"))
        .sort()
        .flatMap((file) => linesOf(join(folder, name, file), name, file.startsWith("attacks"))),
    );
  return [...written, ...common];
}

const EACH = 150;

/** What is made from seeds. */
export function madeTexts(): Text[] {
  const harmless = (texts: readonly string[], kind: string, author: string): Text[] =>
    texts.map((text) => ({ text, attack: false, language: "", kind, author }));
  return [
    ...phraseTexts(EACH),
    ...neighbours(),
    ...[...CLOTHED, ...CLOTHED_LATER].map((text) => ({ text, attack: true, language: "", kind: "clothed", author: "tests" })),
    ...attackPhrasings().map(({ language, kind, text }) => ({ text, attack: true, language, kind, author: "phrasings" })),
    ...harmless(
      ordinaryPhrasings().map(({ text }) => text),
      "near",
      "phrasings",
    ),
    ...harmless(
      setAsideTexts()
        .filter((_, index) => index % 3 === 0)
        .map(({ text }) => text),
      "near",
      "set-aside",
    ),
    ...harmless(everydayTexts({ ...TUNED, seed: 79 }, 3000), "long", "everyday"),
    ...ownRows()
      .filter(({ channel, attack }) => channel === "user" && !attack)
      .map(({ text }) => ({ text, attack: false, language: "", kind: "near", author: "own" })),
    ...ownRows()
      .filter(({ channel, attack, group }) => channel === "user" && attack && group !== "")
      .filter((_, index) => index % 3 === 0)
      .map(({ text }) => ({ text, attack: true, language: "", kind: "own", author: "own" })),
  ];
}

/** Harmless sentences that the tests of other rules hold the guard to: what people ask each other, take back, and say with the words of an attack. */
const neighbours = (): Text[] =>
  [
    ...[...PLAIN_KINDS, ...ATTACK_KINDS].flatMap(({ harmless, freshHarmless, laterHarmless }) => [
      ...harmless,
      ...freshHarmless,
      ...laterHarmless,
    ]),
    ...[ASKED, ASKED_TOO, ASKED_LATER, TALK_ABOUT_WORDS, FRESH_TALK, TAKEN_BACK, FRESH_TAKEN_BACK, ...Object.values(HARMLESS)].flat(),
    ...[READERS_TALK, PROMPT_TALK, ROLE_TALK, SHORT_TALK].flat(),
    ...[CORRECTIONS, OWN_INSTRUCTIONS, PARTS, REPORTS, SAID_AGAIN, WRONG_CHAT].flat(),
  ].map((text) => ({ text, attack: false, language: "", kind: "near", author: "tests" }));

/** Harmless texts of BULKHEAD_DATA. */
export function strangersTexts(): Text[] {
  return (readRows() ?? [])
    .filter(({ attack }) => !attack)
    .map(({ text, channel, source }) => ({ text, attack: false, language: "en", kind: channel, author: source }));
}

/** How much a text counts: what people wrote more than what programs made. */
export const weightOf = ({ attack, author, kind }: Text): number =>
  author === "phrases"
    ? attack
      ? 0.5
      : 1.5
    : attack
      ? author === "phrasings" || author === "own"
        ? 0.5
        : 2
      : author === "tests" || author.startsWith("ordinary-")
        ? 3
        : kind === "near"
          ? 1.5
          : 1;
