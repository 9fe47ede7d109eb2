/**
 * Whose instructions a command speaks of. "Forget all earlier appointments" and "ignore all previous delivery instructions" have the verb of an attack and
 * are about ordinary life; what decides is the object: everything, the conversation, or instructions that belong to no other thing. Pure; it looks at the
 * words next to the object only.
 */
import { isUnspaced } from "./dictionary.ts";
import type { Concept } from "./lexicon.ts";

/** A word of a sentence, with what it may mean. */
export type Meant = { readonly text: string; readonly means: ReadonlySet<Concept> };

const setOf = (words: string): ReadonlySet<string> => new Set(words.split(" "));

/** "Everything", whatever follows. */
const EVERYTHING = setOf("everything alles tudo hepsini tumunu seyi");
/** "All" that is "everything" only before one of these words: before a noun it counts things. */
const EVERYTHING_BEFORE: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["todo", setOf("lo eso esto cuanto y")],
  ["tout", setOf("ce cela ca et")],
  ["tutto", setOf("cio quello questo quanto e")],
  ["все", setOf("что чему это то выше раньше до остальное сказанное прежнее предыдущее и")],
  ["सब", setOf("कुछ")],
]);
const EVERYTHING_UNSPACED = /一切|(?:所有|全部)的?(?:内容|事情|东西|话|对话|信息|设定)|(?:所有|全部)$/;
/** "All the rest": `tutto il resto`, `tout le reste`, `todo el resto`. */
const REST = setOf("resto reste");
const CONVERSATION =
  /^(?:context|conversation|kontext|gesprach|unterhaltung|contexto|conversacion|contexte|contesto|conversazione|conversa$|контекст|разговор|диалог|संदर्भ|बातचीत|baglam|konusma)|上下文|对话/;

/** Whether the object is everything that was said, or the conversation. */
export function isAboutEverything(words: readonly Meant[]): boolean {
  return words.some(({ text, means }, index) => {
    if (EVERYTHING.has(text) || CONVERSATION.test(text)) return true;
    if (isUnspaced(text)) return EVERYTHING_UNSPACED.test(text);
    const before = EVERYTHING_BEFORE.get(text);
    if (before === undefined || !means.has("all")) return false;
    const next = words[index + 1];
    return next === undefined || before.has(next.text) || next.means.has("forget") || REST.has(words[index + 2]?.text ?? "");
  });
}

/** What the speaker, or somebody of theirs, said or agreed: "alles, was ich", "tout ce que nous", "todo lo que te conté". Words with single blanks between them. */
const SAID_BY_ONESELF = new RegExp(
  "(?:^| )(?:alles was (?:ich|wir|mein|meine|unser|unsere)" +
    "|tout ce que (?:j|je|nous|mon|ma|mes|notre|nos)" +
    "|tutto (?:quello|cio|quanto)(?: che)? (?:(?:ti|le|vi|gli) )?(?:ho|avevo|abbiamo|avevamo|dissi|mio|mia)" +
    "|todo (?:lo que|cuanto) (?:(?:te|le|les|os|se) )?(?:yo|he|hemos|habia|dije|conte|escribi|mencione|pedi|explique|comente|mande|propuse|hable|decidi|mi|mis|[a-z]{2,}[aei]mos)" +
    "|tudo o que (?:(?:te|lhe|vos) )?(?:eu|nos|escrevi|disse|falei|pedi|contei|mencionei|expliquei|mandei|meu|minha|[a-z]{2,}[aei]mos)" +
    "|(?:все|всё) что (?:(?:тебе|вам) )?(?:я|мы|мои|моя|наш|наша)" +
    "|(?:मैंने|मैने|हमने)" +
    "|[a-z]{2,}(?:[dt][iu]g[iu]m|[dt][iu]g[iu]m[iu]z))(?= |$)" +
    "|我们?(?:之前|刚才|刚刚|先前|以前|前面|上次)?(?:对你|跟你|给你)?(?:说|讲|写|提|发)",
);
/** Words before the matter that something said is about. */
const ABOUT = setOf("uber zum zur bezuglich sobre sur su sul sulla sui sugli sulle acerca про о об насчет");

/** Whether "everything" is what the speaker said, or is about a thing that is named: theirs to take back. */
export function isTakenBack(words: readonly Meant[]): boolean {
  if (SAID_BY_ONESELF.test(words.map(({ text }) => text).join(" "))) return true;
  const about = words.findIndex(({ text }) => ABOUT.has(text));
  const matter = about < 0 ? undefined : words.slice(about + 1).find(({ text }) => !ARTICLE.has(text));
  return (
    matter !== undefined &&
    !isOfAModel(matter) &&
    !matter.means.has("instruction") &&
    !words.some(({ means, text }) => means.has("obey") && text !== "tu")
  );
}

/** Words between instructions and what they are for; articles after them. */
const OF = setOf(
  "of for from in about on regarding concerning to de del des du d da do das dos di della delle dei degli per para por pour sur sobre su zur zum zu fur uber von vom der des bei aus по о об для к от voor van over dla dotyczace dotyczacych pro k ke av om untuk tentang cua cho про щодо",
);
const ARTICLE = setOf("the this that our a an el la los las le les l il lo i gli o os as um uma un una den dem die das der einen eine");
/** What a model's instructions may be of. */
const OF_A_MODEL: readonly Concept[] = [
  "system",
  "assistant",
  "you",
  "earlier",
  "all",
  "limits",
  "text",
  "mode",
  "authority",
  "fresh",
  "self",
  "other",
];
/** What else may follow "for" and "of" and is no thing: a time, a politeness, a place in the conversation. */
const NO_MATTER =
  /^(?:favor|moment|instant|istant|attim|segund|sekund|second|minut|while$|heute|hoy|oggi|hoje|aujourd|oben|vorhin|chat|dialog|session|sesion|sitzung|sessao|entwickler|betreiber|here$|hier$|aqui$|ici$|qui$|bot|момент|чат|начал|разработчик|врем|сейчас|этого$|это$|сегодня|секунд|минут)/;
/** What an assistant works on, turn by turn, is no thing of ordinary life either: "for this message", "für diese eine Antwort", "solo por hoy". */
const AT_WORK =
  /^(?:messages?$|mensaj|mensag|nachricht|messagg|сообщени|mesaj|संदेश|repl(?:y|ies)$|answers?$|responses?$|antwort|respuest|reponse|rispost|respost|ответ|cevap|cevab|yanit|जवाब|उत्तर|turns?$|prompts?$|outputs?$|completions?$|questions?$|quer(?:y|ies)$|requests?$|frage|anfrage|pregunt|solicitud|peticion|demande|requete|domand|richiest|pergunt|solicitac|вопрос|запрос|soru|istek|istegi|प्रश्न|सवाल|अनुरोध|today$|tonight$|now$|once$|jetzt$|ahora$|maintenant$|adesso$|agora$|bugun|simdi|आज|अभी)/;
/** "One", "next": before what they count. */
const COUNTED = setOf(
  "one single next last current following eine einen einem einer einzige einzigen nachste nachsten letzte letzten unica unico unique seule seul prochaine prochain proxima proximo prossima prossimo sola solo so esta este ce cette questa questo diese dieser diesen dieses dieser dies essa esse одно один одного этого это этот эту следующего",
);
/** Words before instructions that name no thing. */
const NO_THING = setOf("bu su o bir gibi verilmis दिए दिये गए गये गई हुए मिले मिली बताए वाले इन उन ये वे ही भी को");
/** "Of", behind a noun. */
const OF_BEHIND = setOf("के की का");
/** Only English says all of these; the noun that instructions are for stands before them there. */
const ENGLISH = setOf("all any previous prior disregard forget earlier the");
const LAST_WORDS = 3;
const VERB_AT_END: readonly Concept[] = ["ignore", "forget"];

/** Whether every instruction that is named is for some other thing: a delivery, the washing, a car park. */
export function areOfSomethingElse(words: readonly Meant[]): boolean {
  const named = words.flatMap((word, index) => (word.means.has("instruction") && !isBehindOf(words, index) ? [index] : []));
  return named.length > 0 && named.every((index) => isOfSomethingElse(words, index));
}

/** "Istruzioni di consegna": the second is what the first are for. */
const isBehindOf = (words: readonly Meant[], index: number): boolean => {
  const before = words[index - 1]?.text ?? "";
  return (
    OF.has(ARTICLE.has(before) ? (words[index - 2]?.text ?? "") : before) &&
    words.slice(0, index - 1).some(({ means }) => means.has("instruction"))
  );
};

function isOfSomethingElse(words: readonly Meant[], index: number): boolean {
  const word = words[index];
  if (word === undefined) return false;
  if (isUnspaced(word.text)) return isCompound(word.text);
  const behind = words.slice(index + 1);
  const [after, ...rest] = behind[0]?.means.has("earlier") === true && !OF.has(behind[0].text) ? behind.slice(1) : behind;
  // Vietnamese "before that" has a "do" that is no "of".
  if (after !== undefined && OF.has(after.text) && !(after.text === "do" && behind[0]?.text === "truoc")) {
    const thing = rest.find(({ text }) => !ARTICLE.has(text) && !COUNTED.has(text));
    // Slovene "in" is an "and".
    if (thing !== undefined && !isOfAModel(thing) && !thing.means.has("reveal")) return true;
  }
  if (after !== undefined && after.means.size === 0 && GENITIVE.test(after.text)) return true;
  return isNounBefore(words, index) && isThing(words, index - 1);
}

/** Russian has no "of": "правила парковки". */
const GENITIVE = /^(?!навсегда)[\u0430-\u044f]{3,}(?:ы|и|а|я|ов|ев|ей)$/;

const isOfAModel = ({ text, means }: Meant): boolean =>
  NO_MATTER.test(text) || AT_WORK.test(text) || OF_A_MODEL.some((one) => means.has(one));

/** English, and languages whose verb comes last. */
const isNounBefore = (words: readonly Meant[], index: number): boolean =>
  words.slice(0, index).some(({ text }) => ENGLISH.has(text)) ||
  words.slice(Math.max(index + 1, words.length - LAST_WORDS)).some(({ means }) => VERB_AT_END.some((one) => means.has(one)));

function isThing(words: readonly Meant[], index: number): boolean {
  const word = words[index];
  if (word === undefined || NO_THING.has(word.text) || ARTICLE.has(word.text)) return false;
  return OF_BEHIND.has(word.text) ? isThing(words, index - 1) : word.means.size === 0;
}

/** Chinese: a noun right before the instructions that is none of the words of an attack ("送货说明", "停车规定"). */
const COMPOUND =
  /(?:的|所有|全部|忽略|无视|忘记)([^的所有全部任何这那些你您我给以上之前先后面述系统隐藏内部安全原始初最]{2,4})(?:指令|指示|规则|提示|说明|规定|要求|准则|命令)/;
/** Japanese: "配達の指示". */
const COMPOUND_JAPANESE =
  /(?:^|の)(?!以前|これまて|今まて|上記|先ほと|最初|元|すへて|全て|全部|前|従来|内部|あなた|お前|君|開発者|システム|運営|秘密)[\u30a1-\u30fc\u4e00-\u9fff]{1,8}の(?:指示|命令|規則|ルール)/;
const isCompound = (run: string): boolean => COMPOUND.test(run) || COMPOUND_JAPANESE.test(run);

/** The rules as texts: they are part of the version of the guardrails. */
export const WHOSE_RULES: readonly string[] = [
  ...[EVERYTHING, REST, ABOUT, OF, ARTICLE, NO_THING, OF_BEHIND, ENGLISH, COUNTED].map((words) => [...words].join(" ")),
  ...[...EVERYTHING_BEFORE].map(([word, before]) => `${word}: ${[...before].join(" ")}`),
  ...[EVERYTHING_UNSPACED, SAID_BY_ONESELF, CONVERSATION, NO_MATTER, AT_WORK, GENITIVE, COMPOUND, COMPOUND_JAPANESE].map(
    ({ source }) => source,
  ),
  ...OF_A_MODEL,
];
