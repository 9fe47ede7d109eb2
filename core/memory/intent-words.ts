/** The words by which a message refers to the past or to its person, or asks for advice, in ten languages. Data for intent.ts; each is a part of a pattern. */

/** What a message does with these words. */
export type IntentWords = {
  readonly past: readonly string[];
  readonly person: readonly string[];
  readonly advice: readonly string[];
};

/** Any letters that follow: the rest of a word. */
const REST = "[\\p{L}\\p{M}]*";

/** Languages whose words are parted by blanks. Apostrophes are `'`. */
export const PARTED: { readonly [language: string]: IntentWords } = {
  en: {
    past: [
      "again|last (?:time|week|month|year|order|visit)|as (?:before|usual|always|discussed|agreed)|like (?:before|always|last time)|previous(?:ly)?|earlier|before|remember(?:ed)?|recall|remind",
      "(?:you|we|i) (?:said|told|talked|spoke|agreed|discussed|ordered|bought|mentioned)|(?:did|have|had) (?:i|we) (?:\\S+ )?(?:say|said|tell|told|talk|talked|speak|spoken|mention|mentioned|order|ordered|buy|bought|agree|agreed|discuss|discussed)",
      "told you|still|already|the same|usual(?:ly)?|our (?:conversation|conversations|chat|chats|talk)",
    ],
    person: ["my|mine|myself|(?:about|for|of|on) me|do you know me|who am i|i (?:prefer|like|love|hate|want|need|always|never)"],
    advice: [`recommend${REST}|suggest${REST}|advise|advice|should i|which (?:one|of)|what (?:would|should)`],
  },
  de: {
    past: [
      "wieder|noch ?mal|letzte[nrsm]? (?:mal|woche|monat|jahr|bestellung)|wie (?:immer|zuvor|besprochen|vereinbart|gehabt|üblich)|vorhin|neulich|damals|früher|schon|immer noch|dasselbe|das gleiche",
      `erinner${REST}|üblich${REST}|(?:haben|hatten) wir|(?:habe|hatte) ich|(?:weißt|wissen|weiss?t) (?:du|sie|ihr) noch|verblieben`,
    ],
    person: [
      "mein(?:e[nrsm]?)?|(?:über|für|von|zu|an) mich|(?:von|zu|bei) mir|kenn(?:st|en|t) (?:du|sie|ihr) mich|wer bin ich|ich (?:bevorzuge|mag|möchte|hasse|brauche|will)",
    ],
    advice: [
      `empfiehl${REST}|empfehl${REST}|vorschlag${REST}|schlag${REST} .{0,20}vor|(?:rat|rät)(?:e[nt]?|st)? (?:mir|sie|du|ihr)|soll(?:te)? ich|welche[nrsm]?`,
    ],
  },
  es: {
    past: [
      "otra vez|de nuevo|nuevamente|(?:la )?última (?:vez|semana|compra|visita)|último (?:pedido|mes|año)|(?:semana|vez) pasada|(?:mes|año) pasado|como (?:siempre|antes|acordamos|hablamos|quedamos|dijimos)|lo de siempre|de costumbre",
      `anteriormente|anterior(?:es)?|rec(?:uerd|ord)${REST}|ac(?:uérd|uerd|ord)a(?:s|te|se|n|mos)?|ya (?:te|le|os|les) ${REST}|(?:te|le|os|les) (?:dije|conté|comenté|mencioné|hablé)|(?:dije|pedí|compré|encargué|hablamos|mencioné)`,
      "todavía|aún|lo mismo|(?:la misma|el mismo|las mismas|los mismos)",
    ],
    person: [
      "mi(?=\\s+[\\p{L}])|mis|mí[oa]s?|(?:sobre|de|para|por) mí|me conoce[sn]?|quién soy|yo|prefiero|quiero|quisiera|necesito|me (?:gusta|gustan|gustaría|encanta)|odio",
    ],
    advice: [`recom(?:iend|end)${REST}|sug(?:er|ier)${REST}|aconsej${REST}|consejos?|debería|me conviene|cuál (?:me|de)`],
  },
  fr: {
    past: [
      "encore|(?:de|à) nouveau|(?:la )?dernière (?:fois|commande|visite)|(?:semaine|commande|année|fois) (?:dernière|passée)|(?:mois|an) (?:dernier|passé)|comme (?:d'habitude|avant|toujours|convenu|prévu|la dernière fois)|d'habitude",
      `précéd${REST}|auparavant|rappel${REST}|souven${REST}|souviens|déjà|toujours|(?:j'ai|nous avons|on a|(?:vous|t')ai|je vous ai|je t'ai)(?: \\S+)? (?:dit|parlé|commandé|acheté|discuté|convenu|mentionné|raconté)`,
      "(?:la|le|les) mêmes?|l'autre jour",
    ],
    person: [
      `mon|ma(?! (?:il|la|lo|non|che|se|è|le|i|gli|un|una|anche|quando|posso)(?![\\p{L}]))|(?<!\\b(?:un|el|al|del|este|cada|por|ese|próximo) )mes(?! (?:pasado|y|o|en|de|del)(?![\\p{L}]))|le mien|la mienne|(?:sur|de|pour|chez) moi|à mon sujet|me connai${REST}|qui suis-je|je (?:préfère|veux|voudrais|déteste|adore|n'aime|aime)|j'(?:aime|adore|aimerais)|j'ai besoin`,
    ],
    advice: [`recommand${REST}|suggé?r${REST}|conseil${REST}|devrais-je|dois-je|je devrais|lequel|laquelle|lesquel(?:le)?s`],
  },
  it: {
    past: [
      "di nuovo|ancora|un'altra volta|(?:l')?ultima (?:volta|visita)|ultimo ordine|(?:settimana|volta) scorsa|la scorsa volta|(?:anno|mese) scorso|come (?:sempre|al solito|prima|concordato|d'accordo)|(?:il|al|del) solito",
      `precedent${REST}|ricord${REST}|già|(?:ho|abbiamo|avevo|avevamo)(?: \\S+)? (?:detto|parlato|ordinato|comprato|acquistato|discusso|concordato|menzionato|raccontato)`,
      "l[oa] stess[oa]|stess[oaie]|la stessa cosa",
    ],
    person: [
      `mi[oa]|miei|mie|(?:di|su di|per|a) me|mi conosc${REST}|chi sono io|preferisco|vorrei|voglio|mi (?:piace|piacciono|serve|servono)|odio|ho bisogno`,
    ],
    advice: [`consigli${REST}|raccomand${REST}|sugger${REST}|dovrei|cosa devo|quale (?:dei|delle|mi)`],
  },
  pt: {
    past: [
      "de novo|novamente|outra vez|última (?:vez|compra|encomenda|visita)|último (?:pedido|mês|ano)|(?:semana|vez) passada|(?:mês|ano) passado|como (?:sempre|antes|combinado|combinamos|habitual)|o de sempre|de costume|do costume",
      `anterior(?:mente|es)?|lembr${REST}(?:-${REST})?|record(?:a|as|am|ar|o)(?:-${REST})?|ainda|já (?:lhe|te|vos|me|lhes) ${REST}|(?:disse|falei|pedi|comprei|encomendei|mencionei|combinamos|conversamos)`,
      "[oa] mesm[oa]|mesm[oa]s?",
    ],
    person: [
      "meus?|minhas?|(?:sobre|de|para|por) mim|me conhece(?:m|s)?|conhece-me|quem sou|prefiro|quero|queria|gostaria|preciso|gosto de|odeio",
    ],
    advice: [`recomend${REST}|sug(?:er|est|ir)${REST}|aconselh${REST}|conselhos?|(?:eu )?dev(?:o|eria) eu|devo|qual d[aeo]s?`],
  },
  ru: {
    past: [
      `снова|опять|ещё раз|еще раз|прошл${REST} (?:раз|недел${REST}|месяц${REST}|год${REST}|заказ${REST})|последн${REST} (?:раз|заказ${REST}|покупк${REST})|как (?:всегда|раньше|обычно|и раньше|договаривались|обсуждали|в прошлый раз)|раньше|ранее|прежде`,
      `(?:за|на|вс|при)?помн${REST}|(?:я|мы) (?:уже )?(?:вам |тебе )?(?:говорил|сказал|рассказывал|заказывал|покупал|обсуждал|договаривал|упоминал)${REST}|до сих пор|всё ещё|все еще|уже|по-прежнему`,
      "(?:тот|та|то|те|ту|того|той|тому|тем|том) же|так же",
    ],
    person: [
      `мо(?:й|я|ё|е|и|его|ей|ему|ем|ём|их|им|ими|ю)|(?:об|обо|про|для) (?:мне|меня)|зна(?:ешь|ете) меня|меня зна${REST}|кто я|я (?:предпочитаю|люблю|хочу|ненавижу|хотел${REST}|всегда|никогда)|мне (?:нрав${REST}|нуж${REST})`,
    ],
    advice: [
      `(?:по)?совет${REST}|(?:по)?рекоменд${REST}|предложи(?:те|шь)?|подскаж${REST} .{0,20}выбрать|стоит ли мне|что (?:мне )?(?:лучше|выбрать)`,
    ],
  },
  tr: {
    past: [
      "tekrar|yine|yeniden|geçen (?:sefer|kez|hafta|ay|yıl|defa)|son (?:sefer|kez|siparişim)|daha önce|önceki|önceden|eskisi gibi|aynısı|aynı",
      `her zaman ?ki${REST}|hatırl${REST}|konuş(?:tu|muştu)${REST}|(?:söyle|söylemiş|bahset|bahsetmiş|anlat|anlatmış|sipariş et|almış)(?:di|ti|dı|tı)?(?:m|k|im|ım)?|miydim|mıydım|hâlâ|hala|anlaşt${REST}`,
    ],
    person: [
      "benim|bana|beni|benden|hakkımda|ben kimim|tercih ederim|severim|seviyorum|istiyorum|isterim|ihtiyacım|nefret ediyorum",
      "(?:bilgi|veri|sipariş|adres|fatura|iade|tercih|abonelik|abonelig|aboneliğ|hesab|paket|numara|randevu)(?:ler|lar)?(?:im|ım|um|üm|m)(?:i|ı|u|ü|de|da|den|dan|in|ın|e|a)?",
    ],
    advice: [`öner${REST}|tavsiye${REST}|hangisi${REST}|almalıyım|seçmeliyim|ne (?:yapmalı|almalı|seçmeli)${REST}`],
  },
  hi: {
    past: [
      "फिर से|दोबारा|दुबारा|पिछल[ािीे]\\S* (?:बार|हफ़्ते|हफ्ते|महीने|साल|ऑर्डर)|पहले (?:भी|की|जैसा|बताया|कहा)|याद|हमेशा की तरह|अभी भी|अब भी|वही|उसी|वैसा ही",
      "(?:मैंने|हमने)",
    ],
    person: ["मेर[ािीे]|मुझे (?:पसंद|चाहिए|ज़रूरत|जरूरत|जानते)|मैं कौन हूँ|मैं (?:चाहता|चाहती|पसंद)"],
    advice: ["सुझ\\S*|सलाह|सिफ़?ारिश|कौन ?(?:सा|सी|से) \\S+ (?:लूँ|लूं|चुनूँ|खरीदूँ)"],
  },
};

/** Chinese, whose words stand in one row. */
export const UNPARTED: IntentWords = {
  past: [
    "再次|再来|上一?次|上回|上个?(?:周|月|星期)|去年|之前|以前|先前|曾经|记得|记住|提醒|照旧|老样子|像往常|往常|一如既往|(?:说|提|告诉|聊|谈|买|订)过|依然|仍然|还是(?:一样|老)|同一个|同样的|跟.{0,6}一样|和.{0,6}一样",
  ],
  person: ["我的|关于我|对我|我是谁|认识我|了解我|知道我|我(?:喜欢|偏好|想要|需要|讨厌|总是|从不|更喜欢)"],
  advice: ["推荐|建议|我该|我应该|哪(?:个|种|款|件|一)(?:更|比较|最|适合)"],
};
