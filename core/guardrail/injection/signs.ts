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
import { type WalkedWord, walksFor } from "../word-walk.ts";
import { normalise } from "./normalise.ts";
import { openMarks, PLAIN_PROSE } from "./sign-marks.ts";
import { spellingsOf } from "./spellings.ts";

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
  "important(?:!|:| !| :| (?:message|you must|new|please))",
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

/** Also after "didn't", "can't" and the like. */
const SAYS_NOTHING = "n't (?:ever )?(?:say|break|mention|reject|deny|follow)";
/** What `RUN_TOGETHER` (patterns.ts) begins with: letters only, whatever stood between them. */
const RUN_TOGETHER = "ignore|disregard|forget|override|(?:reveal|show|print|repeat|tellme)(?:me)?(?:the|your)";

const spelled = (source: string, whole = false): readonly WalkedWord[] => spellingsOf(source).map((text) => ({ text, whole }));
/** Where a word begins. */
const wordsThere = walksFor([
  ...STEMS.split(" ").flatMap((word) => (word.endsWith("-") ? spelled(word.slice(0, -1)) : spelled(word, true))),
  ...PHRASES.flatMap((phrase) => spelled(phrase)),
]);
const wordsAnywhere = walksFor([SAYS_NOTHING, ANYWHERE, TURNED].flatMap((source) => spelled(source)));
const wordsRunTogether = walksFor(spelled(RUN_TOGETHER));

const BLANK = 32;
const LINE_BREAK = 10;
const isLetter = (code: number): boolean => code >= 97 && code <= 122;

/** Searches for signs in a text that comes in pieces. */
export type Signs = {
  /** Whether a sign ends in the next piece of the text. */
  see(piece: string): boolean;
};

/** Reads normalised text unit by unit; a unit that ends a sign is told. */
function openReading(): { read(code: number): boolean; mayEnd(): boolean } {
  const marks = openMarks();
  const [there, anywhere, together] = [wordsThere(), wordsAnywhere(), wordsRunTogether()];
  let last = LINE_BREAK;
  return {
    read(code) {
      const isBlank = code === BLANK || code === LINE_BREAK;
      const follows = last === BLANK || last === LINE_BREAK;
      // Blanks collapse across pieces as they do within one, but for line breaks.
      if (code === BLANK && follows) return false;
      let found = marks.read(code);
      if (!(isBlank && follows)) {
        const unit = isBlank ? BLANK : code;
        if (there.read(unit, !isLetter(last))) found = true;
        if (anywhere.read(unit, true)) found = true;
        if (isLetter(code) && together.read(code, true)) found = true;
      }
      last = code;
      return found;
    },
    mayEnd: () => marks.mayEnd() || there.mayEnd(),
  };
}

/** `reading`: a whole text, normalised. */
export function hasSign(reading: string): boolean {
  if (!PLAIN_PROSE.test(reading)) return true;
  const { read, mayEnd } = openReading();
  for (let at = 0; at < reading.length; at++) if (read(reading.charCodeAt(at))) return true;
  return mayEnd();
}

/** Begins a text. Nothing of it is kept but how far signs are read, so that one across a border is seen. */
export function openSigns(): Signs {
  const { read, mayEnd } = openReading();
  return {
    see(piece) {
      const text = normalise(piece).text;
      let found = false;
      // The reading of a piece begins without the blanks that the piece begins with.
      if (BEGINS_BLANK.test(piece)) found = read(BLANK);
      for (let at = 0; at < text.length; at++) if (read(text.charCodeAt(at))) found = true;
      // What ends the piece may end a sign.
      return found || mayEnd();
    },
  };
}
const BEGINS_BLANK = /^\s/;
