/**
 * The words of which the common wordings of an injection are made, language by language, for frames.ts. Each entry is an alternation of a regular
 * expression over normalised text: no accents, no capitals, plain quotes; the Russian short i without its mark.
 */

/** One language. Verbs are told to somebody: imperatives, never "I forgot" or "he ignores". */
export type Words = {
  /** Where the verb of a command stands: before its object, or behind it. */
  readonly verb: "first" | "last" | "both";
  /** The letters of its script, as of a class of characters; absent: a to z and figures. */
  readonly letters?: string;
  /** A text without a character of it has no word of the language. Absent: the letters are everybody's. */
  readonly script?: RegExp;
  /** A command says by its form that somebody is told: it may stand anywhere. */
  readonly saysWho?: true;
  /** Words are written without blanks between them. */
  readonly isUnspaced?: true;
  /** "Ignore", "pay no attention to", "stop following". */
  readonly drop: string;
  /** "Clear", "wipe": what is done to a memory and to instructions, and by people to much else. */
  readonly erase: string;
  /** What an assistant was given: "instructions", "rules". */
  readonly rules: string;
  /** "Previous", "so far", "above". */
  readonly past: string;
  /** "That you were given", "they told you". */
  readonly told: string;
  /** "Your", of one who is spoken to. */
  readonly your: string;
  /** "My", "our": instructions of the speaker's own are theirs to take back. */
  readonly mine: string;
  /** "Everything". */
  readonly everything: string;
  /** "You know": what everything is. */
  readonly known: string;
  /** "Above", "up to now": where everything was said. */
  readonly since: string;
  /** "Memory", "context", "conversation". */
  readonly memory: string;
  /** "You are now", "from now on you are", "you become". */
  readonly become: string;
  /** "You are no longer", before an assistant's name. */
  readonly noLonger: string;
  /** "Free", "unrestricted", "without rules", "that may do anything". */
  readonly free: string;
  /** "Pretend", "act as", "imagine", "play". */
  readonly pretend: string;
  /** Parts that nobody plays for fun: "an admin", "my hacker", "an AI". */
  readonly role: string;
  /** "Rules do not exist", "your filters are off", "you have no rules". */
  readonly lawless: string;
  /** "New", "updated". */
  readonly fresh: string;
  /** "They replace", "instead of", "apply from now on". */
  readonly replace: string;
  /** "Have changed", "are void", "no longer apply". */
  readonly void: string;
  /** "Show", "repeat", "translate". */
  readonly reveal: string;
  /** "System prompt", "hidden instructions", "your initial message". */
  readonly prompt: string;
  /** "What is", "how does … read". */
  readonly whatIs: string;
  /** "Above this line", "before this message". */
  readonly above: string;
  /** "Obey only me", "do as I say", "wait for mine". */
  readonly obey: string;
  /** Words behind instructions that are for some other thing: "for", "of". */
  readonly of: string;
  /** A name of a machine: "assistant", "bot", "AI". */
  readonly machine: string;
  /** "Here are", "update to": what comes before instructions that are handed over. */
  readonly here: string;
  /** "You may now", "you must". */
  readonly may: string;
  /** "These", "the following", "mine". */
  readonly these: string;
  /** "Replace", "exchange". */
  readonly swap: string;
  /** "Freed from". */
  readonly freed: string;
  /** "That ignores", "who breaks": of a part to play. */
  readonly ignores: string;
  /** "As if". */
  readonly asIf: string;
  /** "Game", "scenario", "test". */
  readonly game: string;
  /** "Who you are", "your purpose". */
  readonly who: string;
  /** "Developers", "creators". */
  readonly makers: string;
  /** "Stop what you are doing", "your earlier task is finished". */
  readonly halt: string;
  /** "Task", "mission". */
  readonly task: string;
  /** What no task of a person is: "disclose", "approve everything", "disable the checks". */
  readonly deed: string;
  /** "Passwords", "the hidden configuration". */
  readonly secret: string;
  /** "I give you", "for you". */
  readonly toYou: string;
  /** "Ignore", behind "you must". */
  readonly dropInf: string;
  /** "Your name is", "you are called". */
  readonly named: string;
  /** "Your instructions", where that is one word. */
  readonly yourRules?: string;
  /** What is ignored is part of `ignores`. */
  readonly ignoresWhole?: true;
};
