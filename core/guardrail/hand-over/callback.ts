/**
 * Whether somebody asks that a person calls them, or asks for a person in an order of words that begins with the person ("is there anybody I can talk
 * to"), in ten languages. Who only tells that somebody called, or asks to be called for another reason than to talk ("call me Sam", "call me a cab"),
 * asks for nobody. Pure; every gap is bounded, so that looking is linear.
 */

const W = "(?<![\\p{L}\\p{M}\\p{N}])";
const E = "(?![\\p{L}\\p{M}\\p{N}])";
const some = (units: number): string => `[^.!?。！？;\\n]{0,${units}}?`;

const ANY_EN =
  "(?:someone|somebody|anyone|anybody|a person|a human|(?:one|some|any) of (?:you|your (?:people|colleagues|team|staff))|(?:a|an|your|some|another|the) (?:agent|colleague|advis[eo]r|representative|rep|technician|specialist|team|support|support team|staff|employee|consultant))";
const ANY_DE =
  "(?:jemand(?: \\p{L}+){0,3}|(?:ein|eine|einer) (?:mensch|mitarbeiter(?:in)?|kolleg(?:e|in)|berater(?:in)?|techniker(?:in)?|von (?:euch|ihnen))|ihr team|euer team|der (?:support|kundendienst|kundenservice))";
const ANY_ES = "(?:alguien|(?:un|una|alg[uú]n) (?:persona|asesora?|agente|empleado|compañer[oa]|t[eé]cnico|humano|operador))";
const ANY_FR = "(?:quelqu'un|(?:un|une)(?: de vos)? (?:humain|personne|coll[eè]gues?|conseill(?:er|[eè]re)|agent|technicien|employ[eé]e?))";
const ANY_IT =
  "(?:qualcuno|(?:un|una)(?: vostro| vostra)? (?:persona|umano|operator[ei]|operatrice|collega|consulente|tecnico|addett[oa])|un(?:'| )addetta)";
const ANY_PT = "(?:algu[eé]m|(?:um|uma) (?:pessoa|humano|atendente|colega|funcion[aá]ri[oa]|t[eé]cnico|consultora?))";

/** One entry a kind of request. */
const REQUESTS: readonly string[] = [
  // English
  `${W}(?:can|could|would|will|may)${some(6)} ${ANY_EN}${some(30)} (?:please )?(?:call|phone|ring)(?: us| me) ?(?:back|please|today|tomorrow|now|on|at|about|this|later|when|$|[.!?,])`,
  `${W}(?:have|get|let|ask|tell|want|need|like) (?:${ANY_EN}|your (?:people|support|colleagues|experts?))${some(30)} (?:to )?(?:call|phone|ring)(?: us| me)${E}`,
  `${W}(?:^|please |kindly |can you |could you |would you |will you |can you please |could you please |just )(?:call|phone|ring) (?:me|us) back${E}`,
  `${W}(?:(?:give|giving) (?:me|us) a (?:call|ring|buzz|phone call)(?: back)?|(?:request|want|need|like|arrange|schedule|book|get|have)(?: \\p{L}+)? (?:a )?(?:call ?back|callback|call-back|phone call from (?:you|your|a|an|one|some)))${E}`,
  `${W}is there (?:anyone|anybody|someone|somebody)(?: \\p{L}+){0,3} (?:i|we) (?:can|could|may) (?:\\p{L}+ )?(?:speak|talk|chat)${E}`,
  `${W}(?:can|could) (?:a human|a real person|a person|somebody real|someone real) (?:\\p{L}+ )?(?:answer|help|reply|write)`,
  // German
  `${W}(?:kann|könnte|könnten|soll|sollte|möge|würde|wird|lassen sie|lasst)(?: (?:bitte|vielleicht))?(?: (?:mich|uns))?(?: (?:bitte|mal))? ${ANY_DE}${some(36)} ?(?:zurückrufen|anrufen|zurückruft|anruft)${E}`,
  `${W}(?:rufen sie|ruft|ruf) (?:mich|uns)${some(24)} (?:zurück|an)${E}`,
  `${W}(?:bitte um|erbitte|wünsche|möchte|brauche|hätte gern|hätte gerne|will|vereinbaren)${some(16)} ?(?:rückruf|(?:mich|uns) zurückrufen lassen|zurückgerufen werden|angerufen werden)${E}|${W}(?:(?:bitte )?(?:um )?rückruf(?: bitte| erbeten| gewünscht)|(?:bitte )?(?:mich |uns )?zurückrufen(?: bitte)?[.! ]*$)`,
  `${W}gibt es(?: \\p{L}+){0,3} (?:(?:echte|richtige|wirkliche|lebende) (?:menschen|personen|leute|mitarbeiter)|jemanden, mit dem)`,
  // Spanish
  `${W}(?:puede|pueden|podría|podrían)(?: \\p{L}+)?(?: (?:${ANY_ES}))? ?${some(12)}(?:llamarme|devolverme la llamada)${E}|${W}me (?:puede|pueden|podría|podrían) (?:volver a )?(?:llamar|telefonear)${E}(?! (?:un|una|a un|a una|a la|al) (?:taxi|grúa|ambulancia))`,
  `${W}(?:que (?:me llame ${ANY_ES}|${ANY_ES}${some(20)} me (?:llame|telefonee))|que me (?:llamen|devuelvan la llamada)|ll[aá]m[ae]n?me (?:de vuelta|por favor|cuanto antes|al|a este)|llámenme|llámeme|devuélvan?me la llamada|solicito una llamada|hay alguien con quien)${E}`,
  // French
  `${W}(?:pouvez-vous|pourriez-vous|peut-on|pourrait-on|est-ce que ${ANY_FR}${some(20)} (?:peut|pourrait|va)|${ANY_FR}${some(20)} (?:peut|pourrait)(?:-il|-elle)?) me (?:faire )?(?:r?appeler|téléphoner|rappeller)${E}(?! (?:un|une) (?:taxi|ambulance|dépanneuse))`,
  `${W}(?:rappelez-moi|appelez-moi|rappelle-moi|téléphonez-moi|faites-moi rappeler|(?:je (?:veux|voudrais|souhaite|souhaiterais|demande)|j'aimerais)(?: à)? (?:être rappel[eé]e?|qu'(?:on|quelqu'un) me rappelle)|(?:demande|demander) (?:à être|un|d'un) rappel(?:ée?)?|qu'on me rappelle|que ${ANY_FR}${some(16)} me rappelle)${E}`,
  `${W}(?:est-ce qu'|est-ce que )?(?:un humain|un vrai conseiller|une vraie personne|quelqu'un de réel)(?: \\p{L}+)? (?:peut|pourrait)(?:-il|-elle)? (?:me|nous) (?:répondre|aider|parler)`,
  // Italian
  `${W}(?:(?:può|potrebbe|possono|potete|potreste)(?: \\p{L}+)?(?: ${ANY_IT})? ?(?:ri)?chiamarmi|${ANY_IT}${some(20)} (?:può|potrebbe|mi)(?: può| potrebbe)? (?:(?:ri)?chiamarmi|(?:ri)?chiam(?:are|i))|mi (?:può|potete|potrebbe|potreste)(?: (?:far|fare))? ri?chiamare)${E}(?! (?:un|il) (?:taxi|carro attrezzi))`,
  `${W}(?:richiamatemi|mi richiami(?:no)?|fatemi (?:ri)?chiamare|mi faccia (?:ri)?chiamare|vorrei essere (?:ri)?chiamat[oa]|(?:fatemi|mi faccia|mi fate) parlare con (?:un|una|uno)(?: vostro| vostra)? (?:collega|operator[ei]|operatrice|persona|consulente|responsabile|addett[oa]))${E}`,
  // Portuguese
  `${W}(?:${ANY_PT}${some(20)} (?:pode|poderia|consegue|podia)(?: me)? (?:me )?(?:ligar|telefonar|retornar)(?:-me)?|(?:podem|poderiam|pode|poderia)(?: \\p{L}+)? (?:me )?(?:ligar|telefonar)(?:-me)? ?(?:de volta|por favor|hoje|amanhã|para|mais|$|[.?!])|(?:quero|preciso|gostaria|peço|pode ser) que(?: ${ANY_PT})?${some(16)} me (?:ligue|liguem|telefone|telefonem|ligasse|ligassem|telefonasse)|(?:liguem|ligue)(?:-me| para mim)|me (?:ligue|liguem|retornem)(?: de volta)?(?: por favor)?|retornem? (?:a )?minha (?:ligação|chamada))${E}(?! um táxi)`,
  // Russian
  `${W}(?:пусть|может|могут|могли бы|можете|можно,? чтобы|попросите|хочу,? чтобы|нужно,? чтобы|прошу,? чтобы|скажите,? чтобы)${some(40)}(?:мне|нам)?${some(16)}(?:перезвон|позвон)\\p{L}{0,6}`,
  `${W}(?:перезвоните|позвоните) (?:мне|нам)|${W}(?:мне|нам),? ?(?:пожалуйста,? )?перезвоните|${W}прошу (?:мне )?(?:перезвонить|связаться со мной по телефону)|${W}(?:заказать|закажите|хочу|нужен|нужно|прошу) обратный звонок`,
  // Chinese
  "(?:能|可以|可否|让|叫|请|麻烦|安排|派|希望|想要|需要)[^。！？\\n]{0,10}(?:人|员工|客服|工作人员|同事|你们|您们|专员|师傅|经理)[^。！？\\n]{0,8}(?:(?:给|跟|向)(?:我|我们)(?:打|回|来)(?:一?个|个|一下)?(?:电话|电)|(?:打|回)(?:一?个)?(?:电话|电)给我|联系我)",
  "(?:请|麻烦)(?:您|你|你们|尽快|给我|再|稍后|今天|明天){0,3}(?:给我)?回(?:一?个)?电(?:话)?(?!影|话号码|话是|话簿)",
  // Hindi
  "(?:कोई|किसी)[^.!?।\\n]{0,24}(?:मुझे|मुझको|हमें)[^.!?।\\n]{0,12}(?:फ़ोन|फोन|कॉल)[^.!?।\\n]{0,8}(?:कर सक|करवा|करे|करें|कर दे|कर ले|करा)",
  "क्या आप (?:लोग )?(?:मुझे|हमें)[^.!?।\\n]{0,12}(?:फ़ोन|फोन|कॉल)[^.!?।\\n]{0,8}(?:कर सक|करवा|करेंगे)",
  "(?:मुझे|हमें) (?:कृपया |वापस |जल्दी |आज |कल ){0,3}(?:फ़ोन|फोन|कॉल(?: ?बैक)?) (?:वापस )?(?:करें|कीजिए|करिए|करवाइए|करवा दें|करो|कीजिये|चाहिए)",
  // Turkish
  `${W}(?:biri|birisi|biriniz|(?:bir|ekibinizden|müşteri)${some(16)}(?:biri|temsilci(?:niz|si)?|yetkili(?:niz)?|çalışan(?:ınız)?|uzman|arkadaş))${some(20)}(?:beni|bizi|bana)${some(16)} ?(?:ara(?:yabil|sın|r mı|salar|manız)|telefon e[td])`,
  `${W}(?:beni|bizi)(?: \\p{L}+)? (?:geri )?(?:ara(?:yın|yınız|r mısınız|yabilir misiniz|manızı|manız)|aratın)${E}|${W}geri (?:aranmak|arama talep|aranma|arama rica)`,
];

/** Told, denied, or about another call: what stands before. */
const NOT =
  /(?:(?<=\p{L})n't|(?<![\p{L}\p{M}])(?:nobody|no one|never|not|stop|without|was supposed|were supposed|promised|said|asked if|why (?:did|does|would)|when(?:ever)?|if|nicht|kein(?:er|e)?|niemand|wann|wenn|warum|versprochen|nadie|nunca|cuando|si|personne ne|ne|quand|nessuno|quando|se|non|ninguém|não|se|никто|не|когда|если|почему|नहीं|मत|कोई नहीं|जब|अगर|neden|kimse|eğer))(?![\p{L}\p{M}])[^.!?。！？,，;]{0,16}$/u;
const NOT_HAN = /(?:别|不要|不用|不想|没有?|没人|为什么|不必)[^。！？，]{0,8}$/u;

const PATTERN = REQUESTS.map((request) => new RegExp(request.normalize("NFKC"), "gu"));
/** A text without any of these asks for no call and for nobody so. */
const KEYS =
  /call|phone|ring |is there|human|person|rückruf|ruf|gibt es|llam|llám|devuelv|devuélv|hay alguien|appel|téléphon|humain|conseiller|réel|chiam|parlare|lig|telefon|retorn|звон|связаться|电|联系|फ|कॉल|ara/u;
/** Units before a request in which something else may be said of it. */
const BEFORE_UNITS = 28;

/** `text`: folded as asked.ts does it. */
export function asksToBeCalled(text: string): boolean {
  if (!KEYS.test(text)) return false;
  return PATTERN.some((pattern) => {
    for (const found of text.matchAll(pattern)) {
      const before = text.slice(Math.max(0, found.index - BEFORE_UNITS), found.index);
      if (!NOT.test(before) && !NOT_HAN.test(before)) return true;
    }
    return false;
  });
}
