/**
 * Signs of an instruction: words and marks of which every pattern (patterns.ts, patterns-of-deeds.ts) needs one in each of its matches,
 * and every disguise (disguise.ts) too. In a text without any, nothing
 * would be found: neither is looked for.
 *
 * INVARIANT: no pattern is fulfilled by a text in which no sign is seen, nor by what it may be read as by a disguise that is not quiet; however it is cut. Whoever adds a
 * pattern adds its sign; test/core/guardrail/signs.test.ts makes matches of every pattern and looks.
 *
 * Where a pattern begins with a rare word, that word is the sign, so that the text is held from its beginning on; where it begins as
 * every sentence may (`please`, `show`), the first word that is telling.
 */
import { normalise } from "./normalise.ts";

/** Whole words, or with a dash the beginnings of words. Together with the next list. */
const STEMS =
  "ignor- disregard- forget- overrid- bypass- neglect- discard- dismiss- skip- drop- abandon- aside attention obey- adher- comply- " +
  "cancel- eras- delet- nullif- void supersed- istruzion- context input inputs pwn- hacked jailbr- injection " +
  "caso suis scord- trascur- seguire desconsider- nao confine- lawless legality illegal- immoral- harmful illicit dangerous inappropriate explicit offensive nsfw profanity swear- curs- chains inhibitions law laws limit limits usage principles " +
  "oubli- compte obeis- desobeis- vergiss- vergess- missacht- uberschreib- beacht- olvid- desestim- descart- sigas hagas obedezcas dimentic- " +
  "esquec- anweisung- system- sys developer- creator admin- root- programmer openai- anthropic owner maker supervisor mode " +
  "hidden secret- programming confidential above preceding verbatim " +
  "ursprunglich- training parameters dan unfiltered uncensored unrestricted amoral unethical unmoderated unbounded unhinged evil limitless " +
  "ethic- moral- legal safety content censor- restriction- filter- limitation- boundar- polic- safeguard- constraint- " +
  "pretend- roleplay simulat- refus- declin- apologi- character opposite anti ego machiavel- yourself tool- function- api apis plugin- command- " +
  "action- execut- run eval- workaround decode- rm curl subprocess- powershell wget ai ais a.i.- llm- assistant- chatbot- agent- model- gpt- " +
  "chatgpt- claude- gemini- copilot- bard- llama- mistral- quiet silent mention http- passwd- shadow- whoami cookie- fromcharcode nc os.- www attacker- conversation- credential- " +
  "password- token- image link url markdown";

/** Beginnings that tell something together only; a blank is any blank. */
const PHRASES = [
  "(?:not|n't|stop) (?:follow|obey|adher|comply)",
  "(?:new|updated|revised|real|actual|true|following|secret|hidden|special) (?:task|directive|order|objective|goal|mission)",
  "your (?:new|real|actual|true|only|main) (?:task|job|goal|objective|purpose|role|directive|mission)",
  "(?:strictly|always|only) follow",
  "from (?:now|here|this (?:point|moment)) on",
  "(?:text|message)s? (?:above|before)",
  "(?:just|only|simply|exactly|exclusively) (?:say|output|print|respond|reply|answer|return|type|echo)",
  "(?:say|output|print|respond|reply|answer) (?:only|exactly|exclusively|with only|back)",
  "(?:human|user)\\s?:",
  "chat bots?",
  "say nothing",
  "(?:initial|original|first|exact|full) messages?",
  "before this|so far|at the (?:start|beginning|top)",
  "starting with|work around",
  "access (?:key|code|word|password|pass|flag)",
  "anything now",
  "you\\s*(?:are|will be|'re) (?:now|no|going|free|allowed|liberated|unchained|required|instructed|ordered|commanded)",
  "act as|imagine you|you will (?:act|play)",
  "(?:never|cannot|not|n't|not allowed to|ever) (?:ever )?(?:reject|deny|say|break|mention)",
  "not allowed to",
  "(?:two|2) (?:different )?(?:responses|answers|outputs|replies|ways)|(?:in|as|with) (?:two|2|both)",
  "without (?:any )?(?:limits)|you had no",
  "the (?:user|human|customer|owner|operator)",
  "please (?:immediately |now |also |permanently |quickly )?(?:transfer|deposit|withdraw|pay|grant|unlock|disable|deactivate|delete|erase|wipe|remove|change|reset|update|share|post|publish|make|buy|order|sell|install|download|shut|turn|open|register|add|schedule|book|give|export|upload)",
  "important[!: ]{1,6}(?:message|you must|new|please)",
  "(?:before|after|instead of|prior to|while) (?:you (?:can |could |should )?)?(?:solv|continu|answer|proceed|respond|complet|finish|summari|repl|do|perform)",
  "(?:when|while|if|once) (?:you(?:'re| are)? )?(?:summari[sz]|read|process|respond|repl|answer|generat|pars|review)",
  "(?:your|every|each|the) (?:response|reply|answer|output|summary)|your text",
  "turn(?:s|ing)? down",
  "(?:any|every|all)(?: of)? (?:my |the |user'?s? )?(?:questions?|requests?|orders?)",
  "(?:instead of|without|not|never) say(?:ing)?",
  "(?:could|can) you (?:immediately |now |also |permanently |quickly )?(?:grant|unlock|disable|deactivate|wipe|withdraw|deposit|transfer)",
];

/** Also in the middle of a word: patterns let them follow another word without a blank. */
const ANYWHERE = "prompt|instru|rules|guideline|directive|configuration";

/** What disguise.ts looks for in words read backwards or rotated. */
const TURNED = "vtaber|qvfertneq|sbetrg|cerivbhf|vafgehpgvba|flfgrz|cebzcg|erirny|bireevqr|snoitcurtsni|suoiverp|tpmorp|erongi|drageresid";

const stem = (word: string): string => (word.endsWith("-") ? word.slice(0, -1) : `${word}(?![a-z])`).replaceAll(".", "\\.");
/** Alternatives of an expression at its top. */
function alternativesOf(source: string): readonly string[] {
  const parts = [""];
  let depth = 0;
  for (const unit of source) {
    if (unit === "(") depth++;
    else if (unit === ")") depth--;
    if (unit === "|" && depth === 0) parts.push("");
    else parts[parts.length - 1] += unit;
  }
  return parts;
}

/** The same with the group that an alternative begins with taken apart: each begins with a letter. */
function opened(source: string): readonly string[] {
  const inside = /^\(\?:((?:[^()]|\([^()]*\))*)\)(?![?*+{])/.exec(source);
  const rest = source.slice(inside?.[0].length);
  return inside === null ? [source] : alternativesOf(inside[1] ?? "").flatMap((begin) => opened(begin + rest));
}

/** One expression for many, by their first letters, so that a word is not compared with each of them. `depth`: letters that are compared first. */
function byBeginning(sources: readonly string[], depth: number): string {
  const groups = Map.groupBy(sources, (source) => (depth > 0 && /^[a-z](?![?*+{])/.test(source) ? (source[0] ?? "") : ""));
  return [...groups]
    .flatMap(([first, of]) =>
      first === ""
        ? of
        : [
            `${first}(?:${byBeginning(
              of.map((source) => source.slice(1)),
              depth - 1,
            )})`,
          ],
    )
    .join("|");
}

const AT_WORDS = [...STEMS.split(" ").map(stem), ...PHRASES.flatMap(alternativesOf).flatMap(opened)];
const SIGN = new RegExp(
  `(?<![a-z])(?:${byBeginning(AT_WORDS, 3).replaceAll(/ (?!\])/g, "\\s+")})|n't\\s+(?:ever\\s+)?(?:say|break|mention|reject|deny|follow)|${ANYWHERE}|${TURNED}`,
);
/** What prose consists of. Anything else may be a mark of a template, an address, a code, or letters in disguise. */
const PROSE = /^(?:[a-z \n'",.;:?()*/-]|!(?![a-z0-9])|(?<![a-z@])\d(?![a-z]))*$/;
/** Long enough for base64 or hexadecimal bytes to say something; letters with blanks between them; Morse. */
const CODED =
  /(?<![.-])[.-]{1,5} [.-]{1,5} [.-]{1,5} [.-]|[a-z0-9+/_-]{20}|[0-9a-f ,:x]{16}|(?<![a-z0-9])[a-z][ .*-]{1,3}[a-z][ .*-]{1,3}[a-z](?![a-z0-9])/;
/** What `RUN_TOGETHER` (patterns.ts) begins with: letters only, whatever stood between them. */
const RUN_TOGETHER_SIGN = /ignore|disregard|forget|override|(?:reveal|show|print|repeat|tellme)(?:me)?(?:the|your)/;

/** The longest sign, and more. */
const TAIL_UNITS = 40;
const LETTERS_UNITS = 24;

const isSigned = (text: string): boolean => !PROSE.test(text) || SIGN.test(text) || CODED.test(text);
/** The letters of a text with nothing between them. */
const lettersOf = (text: string): string => text.replace(/[^a-z]+/g, "");

/** `reading`: a whole text, normalised. */
export const hasSign = (reading: string): boolean => isSigned(reading) || RUN_TOGETHER_SIGN.test(lettersOf(reading));

/** Searches for signs in a text that comes in pieces. */
export type Signs = {
  /** Whether a sign ends in the next piece of the text. */
  see(piece: string): boolean;
};

/** Begins a text. It remembers the end of the last piece, so that a sign across a border is seen. */
export function openSigns(): Signs {
  let tail = "";
  let letters = "";
  return {
    see(piece) {
      const read = normalise(piece).text;
      // The reading of a piece begins without the blanks that the piece begins with.
      const text = tail + (/^\s/.test(piece) ? " " : "") + read;
      const run = letters + lettersOf(read);
      tail = text.slice(-TAIL_UNITS);
      letters = run.slice(-LETTERS_UNITS);
      return isSigned(text) || RUN_TOGETHER_SIGN.test(run);
    },
  };
}
