/**
 * Whether a clause only tells of a talk that is over ("Ich habe gestern mit einem Mitarbeiter gesprochen", "昨天我和客服谈过了"), in ten languages: it says
 * that somebody has talked, and beside that has no word of a request. Pure; every gap is bounded, so that looking is linear.
 */

type Past = {
  /** The talk, told as over. */
  readonly told: string;
  /** What makes a request of the rest of the clause. */
  readonly request: string;
};

const W = "(?<![\\p{L}\\p{M}\\p{N}])";
const E = "(?![\\p{L}\\p{M}\\p{N}])";

/** By the codes of asked.ts. */
const PAST: { readonly [code: string]: Past } = {
  en: {
    told: `${W}(?:(?:was|were|been) able to|got to|managed to|(?:was|were|have been|has been|had been) (?:just |already )?(?=talking|speaking|chatting)|after (?=talking|speaking|chatting))`,
    request: `${W}(?:want|need|please|pls|can|could|would|will|let|give|get|put|connect|transfer|if|wish|again|until|bot|robot|machine)${E}`,
  },
  de: {
    told: `${W}(?:habe?|hab'|hast|hat|haben|hatten?|wurden?|bin|war) [^.!?;]{0,80}?(?:gesprochen|geredet|telefoniert|gechattet|unterhalten|geschrieben|verbunden|weitergeleitet)${E}|${W}(?:sprach|sprachen|redeten?|telefonierten?|chatteten?)${E}`,
    request: `${W}(?:will|wollen|möchten?|kann|können|könnten?|dürfte|darf|brauchen?|hätten?|würden?|bitte|lass|lassen|geben|gib|verbinden?|verlange|wünsche|muss|noch nie|erst|bis|wenn|bevor)${E}`,
  },
  es: {
    told: `${W}(?:pude|pudimos|he podido|hemos podido|logré|logramos|conseguí|conseguimos|acabo de|acabamos de|después de|tras)${E}`,
    request: `${W}(?:quiero|quisiera|necesito|prefiero|exijo|deseo|puedo|podría|puede|pueden|por favor|otra vez|de nuevo|no)${E}`,
  },
  fr: {
    told: `${W}(?:(?:j'ai|on a|nous avons) (?:déjà |enfin |bien )?(?:pu|réussi à)|(?:je viens|nous venons) de|après avoir)${E}`,
    request: `${W}(?:veux|voudrais|voulons|souhaite|aimerais|besoin|préfère|exige|puis-je|peux|pouvez|s'il vous|svp|encore|nouveau|jamais|pas|passez)${E}`,
  },
  it: {
    told: `${W}(?:sono riuscit[oa] a|siamo riusciti a|ho potuto|abbiamo potuto|ho appena|dopo aver)${E}`,
    request: `${W}(?:voglio|vorrei|desidero|preferisco|pretendo|bisogno|posso|potrei|può|per favore|di nuovo|ancora|non|mai)${E}`,
  },
  pt: {
    told: `${W}(?:consegui|conseguimos|pude|pudemos|acabei de|acabamos de|depois de|após)${E}`,
    request: `${W}(?:quero|queria|gostaria|preciso|prefiro|exijo|posso|poderia|pode|podem|por favor|de novo|outra vez|não|nunca)${E}`,
  },
  ru: {
    told: `${W}(?:(?:мне|нам) удалось|удалось|смогл?[аи]?|смог|получилось|после того как)${E}`,
    request: `${W}(?:хочу|хотел|хотела|хотим|нужен|нужна|нужно|требую|могу|можно|дайте|позовите|соедините|переключите|пожалуйста|снова|ещё|еще|не|если|чтобы)${E}`,
  },
  zh: {
    told: "(?:谈|聊|说|讲|沟通|联系|找|问|咨询|通话|交流|反映|打电话)(?:过了?|完了?|好了|了)|(?:已经|昨天|刚才|上次|刚刚)(?:跟|和|与|找|联系|问)",
    request: "要|想|请|转|能|可以|帮|需要|找|叫|换|再|让|给我|没|别|不|机器",
  },
  hi: {
    told: `(?<=\\s)ने [^.!?।]{0,40}?(?:किया|दिया|बताया|दी)(?: है| था| थी)?(?=[ ,.!?।]|$)|(?:बात|बातचीत|संपर्क|चैट) (?:की|हुई|हो गई|हो गयी|हो चुकी|कर ली|कर चुका|कर चुकी|किया)(?: है| हैं| थी| थीं| था)?(?! ?(?:जा|कोशिश|ज़रूरत|जरूरत|इच्छा))(?=[ ,.!?।]|$)`,
    request: "चाह|करनी|करना|करने|कराए|कराएँ|करवा|कृपया|दीजिए|सकत|जोड़|कनेक्ट|ट्रांसफर|बुला|फिर|दो(?![\\p{L}\\p{M}])|अगर|नहीं",
  },
  tr: {
    told: `(?:konuş|görüş|yazış|ulaş)(?:m[ıiuü]ş)?t[ıiuü](?:m|k|n|n[ıiuü]z|l[ae]r)?${E}|(?:bağlan|aktarıl|yönlendiril)(?:m[ıiuü]şt|d)[ıiuü](?:m|k|n|l[ae]r)?${E}`,
    request:
      "ist[ei]|lütfen|lazım|gerek|ihtiya|bağlay|bağlar|aktarın|aktarır|verin|verir|yönlendir(?!il)|çağır|bilir m|tekrar|yine|hiç|robot|makine",
  },
};

const compiled = new Map(
  Object.entries(PAST).map(([code, { told, request }]) => [
    code,
    { told: new RegExp(told.normalize("NFKC"), "gu"), request: new RegExp(request.normalize("NFKC"), "u") },
  ]),
);

/** Units before and behind what was found that its clause can have. */
const AROUND_UNITS = 80;

/** The clause of `text` from `start` to `end` only tells. `text`: folded as asked.ts does it; `code`: a language of it. */
export function tellsOfPastTalk(text: string, start: number, end: number, code: string): boolean {
  const past = compiled.get(code);
  if (past === undefined) return false;
  const before = /[^.!?,;。！？，।\n]*$/u.exec(text.slice(Math.max(0, start - AROUND_UNITS), start))?.[0] ?? "";
  const behind = /^[^.!?,;。！？，।\n]*/u.exec(text.slice(end, end + AROUND_UNITS))?.[0] ?? "";
  const clause = before + text.slice(start, end) + behind;
  const rest = clause.replace(past.told, " ");
  return rest !== clause && !past.request.test(rest);
}
