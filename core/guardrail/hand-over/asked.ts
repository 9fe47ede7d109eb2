/**
 * Whether somebody asks for a person, in ten languages: a request (to talk, to be put through, to be given) beside a word for people who answer
 * customers, a request to be called (callback.ts), or a refusal of the machine. A negation before it, a quotation around it, and one particular person ("the person who delivered it") are no
 * request, nor is a talk that is over (past-talk.ts). Pure; every gap is bounded, so that looking is linear.
 */

import { asksToBeCalled } from "./callback.ts";
import { tellsOfPastTalk } from "./past-talk.ts";

type Language = {
  /** A text without any of these asks for nobody: it is looked at no further. */
  readonly keys: string;
  /** What asks: verbs that are followed by the person. */
  readonly verbs: string;
  /** People who answer customers, or any person where the article says so. */
  readonly persons: string;
  /** Whole texts, or first clauses, that ask by naming a person. */
  readonly alone: string;
  /** Words that make a request of the opposite. */
  readonly not: string;
  /** What is refused: to go on with a machine. */
  readonly machine?: string;
  /** What follows a particular person: of whom something is told. */
  readonly whose?: string;
};

const LANGUAGES: { readonly [code: string]: Language } = {
  en: {
    keys: "human|person|people|agent|representative|\\brep|operator|supervisor|manager|advis|team|staff|employee|colleague|someone|somebody|anyone|anybody|customer|support|service|live|bot|machine|chatbot|computer|\\bai\\b",
    verbs:
      "(?:talk|speak|chat|talking|speaking|chatting|discuss (?:this|it))(?: directly)? (?:to|with)|(?:connect|transfer|put|pass|hand|forward|redirect|escalate|switch|route|refer|send)(?: (?:me|us|this|it|my \\w+|the \\w+))?(?: (?:over|through|on|up|straight|directly))?(?: (?:to|with))?|(?:get|give|find|bring|send|call|let me have) me|(?:want|need|needs|like|prefer|demand|request|require|rather have|looking for|asking for|ask for|insist on|waiting for)|(?:is|are) there|(?:can|could|may|will|would)(?: (?:i|we|somebody|you))?(?: please)? (?:get|have|reach|contact|see|involve|bring in|call)|(?:can|could|would|will)|reach|get(?: in touch with| through to| hold of)?|contact|involve",
    persons:
      "(?:a |an |any |some |another |your |one of your |the |to )?(?:(?:real|live|actual|human|proper|living|breathing|senior|different|customer|service|support|sales|billing|technical|flesh[- ]and[- ]blood) ){1,3}(?:human|person|people|being|agent|representative|rep|operator|advisor|adviser|assistant|someone|somebody|staff|team|specialist|support|service|care|chat|one|employee)\\b|(?:a |an |any |some |another |to )?human(?: being)?s?\\b(?! (?:resources?|rights|body|error|readable|touch|resource|nature|history|language))|(?:a|another|any|some) person\\b|(?:real|actual) (?:people|persons?)|(?:an?|your|the|one of your|some|any|another) (?:live )?(?:agents?|representatives?|reps?|operators?|supervisors?|managers?|advis[eo]rs?|team members?|staff members?|support (?:team|staff)|employees?|colleagues?)\\b|(?:someone|somebody|anyone|anybody|people) (?:real|human|from (?:your|the|support|customer|sales|billing)|in (?:your|the|customer)|at (?:your|the) (?:company|office|support)|who (?:can|is|actually|understands|knows|speaks)|on the phone)|(?:customer (?:service|support|care)|support (?:team|agent|person))|representatives?\\b|supervisor\\b",
    alone:
      "(?:please |just )?(?:a |an )?(?:(?:real|live|actual|human) )*(?:human|agent|representative|operator|real person|person|live agent|live chat|customer service|customer support|supervisor|human being|support agent)(?:[ ,]+(?:please|now|pls|asap|already|right now))*",
    not: "don'?t|do not|doesn'?t|no need|not|without|never|didn'?t|did not|won'?t|instead of|rather than|unlike|like a|as a|are you|is this|was i|am i|i am|i'm|become|hire|hiring",
    machine:
      "(?:don'?t want|do not want|not|stop|no more|tired of|sick of|hate|enough of|fed up with|refuse)(?: to)?(?: (?:talk|talking|speak|speaking|chat|chatting|deal|dealing))?(?: (?:to|with))? (?:a |an |this |the |your |you |another )?(?:stupid |damn |dumb |useless )?(?:bots?|robots?|machines?|chatbots?|ai\\b|computers?|automated)",
    whose:
      "(?:who|that|which|whose|named|called)\\b(?! (?:can|could|is able|will|actually|understands|knows|speaks|helps))|from (?:my|last|yesterday)|(?:said|told|delivered|came|was|were)\\b|(?:limit|login|list|training|precedence|table|account|name|material|id|number|api|portal|handbook|policy|config\\w*|software|roles?|permissions?|page|of the|to (?:sell|buy|rent|represent|manage|drive))\\b",
  },
  de: {
    keys: "mensch|person|mitarbeiter|berater|betreu|ansprechpartner|sachbearbeiter|vorgesetzt|support|agent|chef|kunden|jemand|hotline|bot|roboter|maschine|ki\\b|computer|automat",
    verbs:
      "(?:sprechen|reden|chatten|telefonieren|gesprochen)|(?:will|möchte|würde gern|würde gerne|wünsche|brauche|verlange|hätte gern|hätte gerne|kann ich|könnte ich|darf ich|lass|lassen sie|gib|geben sie|hol|holen sie)(?: (?:mir|mich|ich|bitte|jetzt|endlich|lieber|nur))*(?: (?:mit|an|zu|einen|eine|zum|zur))?|(?:verbinde|verbinden sie|verbindet|weiterleiten|leite|leiten sie|stell|stellen sie|übergib|übergeben sie|geben sie)(?: (?:mich|mir|das|uns))?(?: (?:bitte|jetzt|sofort|direkt))*(?: (?:mit|an|zu))?|gibt es|ist da|(?:mit|an) ",
    persons:
      "(?:einem|einen|einer|eine|ein|nem|nen|ner)(?: (?:echten|echte|echter|richtigen|richtige|richtiger|menschlichen|menschliche|lebenden|anderen|kompetenten|wirklichen|realen|echtem))?(?: )?(?:menschen?|person|mitarbeiter(?:in|n)?|kundenberater(?:in)?|berater(?:in)?|kundenbetreuer(?:in)?|ansprechpartner(?:in)?|sachbearbeiter(?:in)?|vorgesetzten|supportmitarbeiter|agenten|chef)|(?:echten|echte|richtigen|menschlichen) (?:menschen|person|mitarbeiter)|(?:ihrem|ihren|dem|den|eurem|eurer|zum|der) (?:kundenservice|kundendienst|kundensupport|support|vorgesetzten|chef|mitarbeiter|hotline|kundenbetreuung)|jemand(?:em|en)?(?: (?:echten|echtes|richtigen|menschlichen|aus|vom|von|im|sprechen))|menschen sprechen|mitarbeiter sprechen|support sprechen|kundenservice sprechen",
    alone:
      "(?:bitte )?(?:einen? )?(?:echter? |echten |richtigen? )?(?:mensch(?:en)?|mitarbeiter|kundenservice|kundendienst|kundenberater|ansprechpartner)(?:[ ,]+(?:bitte|jetzt|sofort))*",
    not: "nicht|kein(?:en|em|er|e)?|ohne|nie|bin|bist|sind sie|statt|anstatt",
    machine:
      "(?:nicht|kein(?:e|en|em)?|genug von|satt von|hasse)(?: (?:mit|mehr|länger|weiter))*(?: (?:einem|einer|diesem|dieser|einen|diesen|ihrem))? (?:bot|chatbot|roboter|maschine|ki|computer|automaten)",
    whose: "(?:der|die|das|den|dem|welche[rn]?|namens|von gestern)\\b(?! (?:mir|uns|sich|das|helfen))",
  },
  es: {
    keys: "persona|humano|agente|asesor|operador|representante|supervisor|gerente|empleado|ejecutivo|encargado|especialista|servicio|atención|soporte|alguien|bot|máquina|computadora|ia\\b",
    verbs:
      "(?:hablar|chatear|comunicar(?:me|nos)?|conversar|hable|contactar)(?: (?:con|directamente con|a))?|(?:quiero|quisiera|necesito|prefiero|exijo|deseo|me gustaría|pido|puedo|podría|puede|pueden)(?: (?:hablar|tener|que me))?(?: (?:con|atienda))?|(?:pás(?:a|e|en)me|pasa(?:me|rme)|conéct(?:a|e)me|comuní(?:ca|que|quen)me|transfi(?:é|e)r(?:a|e)(?:me|nme)|transferir(?:me)?|deriv(?:a|e|ar)(?:me)?|pónga(?:me|nme)|ponme)(?: (?:con|a))?|hay ",
    persons:
      "(?:una|otra|alguna)(?: \\p{L}+)? ?persona(?: (?:real|de verdad|humana|física))?|(?:un|una|algún|otro)(?: (?:ser|verdadero))? ?(?:humano|agente|asesor(?:a)?|operador(?:a)?|representante|supervisor(?:a)?|gerente|empleado|ejecutivo|encargado|especialista)|(?:el|la|su|al|con) (?:supervisor(?:a)?|gerente|encargado|operador(?:a)?|servicio al cliente|atención al cliente|soporte)|alguien (?:real|humano|de verdad|de (?:su|soporte|atención)|que pueda)|persona real|humano",
    alone:
      "(?:por favor )?(?:una? )?(?:persona real|humano|agente|operador(?:a)?|representante|asesor|atención al cliente|supervisor)(?:[ ,]+(?:por favor|ya|ahora))*",
    not: "no|sin|nunca|soy|eres|es usted|en vez de|en lugar de|derechos|recursos",
    machine:
      "(?:no quiero|no|harto de|cansado de|basta de|odio)(?: (?:hablar|seguir|chatear|hablando))?(?: con)? (?:un |una |este |esta |más )?(?:bot|robot|máquina|chatbot|ia|computadora)",
    whose: "(?:que|quien|llamad[oa])\\b(?! (?:pueda|me|sepa|entienda))",
  },
  fr: {
    keys: "humain|personne|agent|conseill|opérat|représentant|responsable|employé|technicien|superviseur|interlocuteur|collaborateur|service|support|quelqu'un|bot|machine|ordinateur|ia\\b",
    verbs:
      "(?:parler|discuter|échanger|communiquer|parle|contacter|joindre)(?: (?:à|avec|directement à|directement avec|au|aux))?|(?:veux|voudrais|souhaite|souhaiterais|aimerais|besoin|préfère|exige|puis-je|pourrais-je|peux|peut-on|demande)(?: (?:d'|de |à |avoir|avec|parler à))*|(?:passez|passe|transférez|transfère|transférer|mettez|redirigez|connectez|orientez)(?:-moi| moi)?(?: (?:en (?:relation|contact) avec|à|vers|au|avec))?|y a-t-il|mettre en relation avec",
    persons:
      "(?:un|une|d'un|d'une|l'|une autre|quelqu'un|à un|avec un)(?: ?(?:vrai|vraie|véritable|autre))? ?(?:humain|être humain|personne(?: (?:réelle|humaine|physique))?|agent|conseill(?:er|ère)|opérateur|opératrice|représentant|responsable|employé|technicien|superviseur|interlocuteur|collaborateur)|(?:le|la|votre|au|du) (?:service client(?:èle)?|support|responsable|superviseur|conseiller)|quelqu'un (?:de réel|d'humain|de vrai|de votre|du service|du support|qui (?:peut|puisse|comprend))|vraie personne|humain",
    alone:
      "(?:s'il vous plaît )?(?:une? )?(?:vrai |vraie )?(?:humain|conseiller|conseillère|agent|personne réelle|vraie personne|opérateur|service client)(?:[ ,]+(?:s'il vous plaît|svp|maintenant))*",
    not: "ne|n'|pas|sans|jamais|suis|êtes-vous|es-tu|au lieu|ressources|droits",
    machine:
      "(?:pas|plus|marre de|assez de|déteste)(?: (?:parler|discuter|envie de parler|de parler))*(?: (?:à|avec))? (?:un |une |ce |cette |votre )?(?:bot|robot|machine|chatbot|ia|ordinateur)",
    whose: "(?:qui|que|nommée?|dont)\\b(?! (?:peut|puisse|pourrait|comprend|sait|m))",
  },
  it: {
    keys: "persona|umano|operat|agente|consulente|addetto|responsabile|rappresentante|impiegato|supervisore|servizio|assistenza|supporto|qualcuno|bot|macchina|computer|ia\\b",
    verbs:
      "(?:parlare|chattare|parlo|comunicare|contattare|discutere)(?: (?:con|direttamente con))?|(?:voglio|vorrei|desidero|preferisco|pretendo|ho bisogno|mi serve|posso|potrei|chiedo)(?: (?:di|parlare|avere))*(?: con)?|(?:passatemi|passami|mi passi|mi passate|collegami|collegatemi|mettimi|mettetemi|trasferiscimi|trasferitemi|inoltra)(?: (?:in contatto))?(?: (?:con|a))?|c'è ",
    persons:
      "(?:una|un'altra|qualche)(?: vera)? ?persona(?: (?:reale|vera|umana|in carne e ossa))?|(?:un|un'|uno|una|altro|vero)(?: vero)? ?(?:essere umano|umano|operatore|operatrice|agente|consulente|addetto|responsabile|rappresentante|impiegato|assistente umano|supervisore)|(?:il|la|vostro|al|col|con il|l')(?: )?(?:servizio clienti|assistenza clienti|responsabile|supervisore|operatore|supporto)|qualcuno (?:di reale|di vero|in carne|del|dell|che (?:possa|può|capisc))|persona reale|persona vera",
    alone:
      "(?:per favore )?(?:un |una )?(?:operatore|umano|persona reale|persona vera|servizio clienti|essere umano|agente)(?:[ ,]+(?:per favore|subito|adesso))*",
    not: "non|senza|mai|sono|sei|invece di|risorse|diritti",
    machine:
      "(?:non voglio|non|stufo di|basta|odio)(?: (?:parlare|più parlare|chattare))?(?: con)? (?:un |una |questo |questa )?(?:bot|robot|macchina|chatbot|ia|computer)",
    whose: "(?:che|chiamat[oa]|di nome)\\b(?! (?:possa|può|mi|capisc|sappia))",
  },
  pt: {
    keys: "pessoa|humano|atend|agente|operador|representante|supervisor|gerente|funcionário|especialista|suporte|serviço|apoio|alguém|bot|robô|máquina|computador|ia\\b",
    verbs:
      "(?:falar|conversar|comunicar|fale|contatar|contactar)(?: (?:com|diretamente com))?|(?:quero|queria|gostaria|preciso|prefiro|exijo|desejo|posso|poderia|pode|podem|dá para)(?: (?:de|falar|ter))*(?: com)?|(?:me (?:passe|passa|transfira|transfere|coloque|conecte|encaminhe)|passe-me|transfira-me|transferir|encaminhar|ligue-me|ponha-me)(?: (?:para|com|a|em contato com|em contacto com))?|tem |há ",
    persons:
      "(?:uma|outra|alguma)(?: verdadeira)? ?pessoa(?: (?:real|de verdade|humana))?|(?:um|uma|algum|outro)(?: ser)? ?(?:humano|atendente|agente|operador(?:a)?|representante|supervisor(?:a)?|gerente|funcionário|assistente humano|especialista)|(?:o|a|seu|ao|com o|com a|vosso) (?:atendente|suporte|atendimento(?: ao cliente)?|serviço ao cliente|apoio ao cliente|supervisor(?:a)?|gerente)|alguém (?:real|humano|de verdade|do (?:suporte|atendimento)|da (?:sua|vossa)|que (?:possa|entenda))|pessoa real|pessoa de verdade|atendente|humano",
    alone:
      "(?:por favor )?(?:um |uma )?(?:atendente|humano|pessoa real|operador|atendimento humano|supervisor)(?:[ ,]+(?:por favor|agora|já))*",
    not: "não|nao|sem|nunca|sou|é você|você é|em vez de|recursos|direitos",
    machine:
      "(?:não quero|não|farto de|cansado de|chega de|odeio)(?: (?:falar|conversar|mais falar))?(?: com)? (?:um |uma |este |esta |esse )?(?:bot|robô|robot|máquina|chatbot|ia|computador)",
    whose: "(?:que|quem|chamad[oa])\\b(?! (?:possa|me|entenda|saiba))",
  },
  ru: {
    keys: "человек|оператор|сотрудник|менеджер|специалист|консультант|агент|представител|начальник|руководител|поддержк|бот|робот|машин|компьютер",
    verbs:
      "(?:поговорить|говорить|пообщаться|связаться|поговорю|общаться)(?: напрямую)?(?: с| со)?|(?:хочу|хотел(?:а)? бы|нужен|нужна|нужно|требую|предпочитаю|могу|можно|позовите|позови|дайте|дай)(?: мне)?(?: (?:к|с|со))?|(?:соедините|соедини|переключите|переключи|переведите|переведи|свяжите|свяжи|передайте)(?: (?:меня|мне|нас))?(?: (?:с|со|на|к))?|есть ",
    persons:
      "(?:с |на |к )?(?:живым|живого|живой|живому|реальным|реального|настоящим|настоящего|другим)? ?(?:человек(?:ом|а|у)?|оператор(?:ом|а|у)?|сотрудник(?:ом|а|у)?|менеджер(?:ом|а|у)?|специалист(?:ом|а|у)?|консультант(?:ом|а|у)?|агент(?:ом|а|у)?|представител(?:ем|я|ь)|начальник(?:ом|а)?|руководител(?:ем|я)|служб(?:ой|у) поддержки|поддержкой|техподдержкой)",
    alone:
      "(?:пожалуйста )?(?:живой |реальный )?(?:оператор(?:а)?|человек(?:а)?|менеджер(?:а)?|сотрудник(?:а)?)(?:[ ,]+(?:пожалуйста|срочно|сейчас))*",
    not: "не|без|никогда|я|ты|вы|вместо|права",
    machine:
      "(?:не хочу|надоел(?:о)?|хватит|устал(?:а)? от|ненавижу)(?: (?:говорить|общаться|разговаривать))?(?: с)? (?:этим |с |этот )?(?:бот(?:ом|а)?|робот(?:ом|а)?|машин(?:ой|ы)|чат-?бот(?:ом|а)?|компьютер(?:ом)?)",
    whose: "(?:котор|по имени|из вчера)",
  },
  zh: {
    keys: "人工|真人|活人|客服|工作人员|专员|经理|主管|负责人|机器|ai",
    verbs: "转接?|找|要|接|换|联系|跟|和|与|需要|想要|叫|请|呼叫|有没有|能不能|可以|让",
    persons:
      "(?:一个|一位|你们的?|您们的?|到|给我|个|位|下)?(?:真人|活人|人工(?!智能|费|湖|授|降|呼吸)|人工客服|客服(?:人员|代表|专员|经理)?|工作人员|专员|你们经理|主管|负责人)",
    alone: "(?:请)?(?:转)?(?:人工|真人|人工客服|客服|人工服务)(?:吧|呢|服务|谢谢)?",
    not: "不要|不用|不想|不需要|别|没|我是|你是|是不是",
    machine: "(?:不想|不要|别|受够|讨厌)(?:再)?(?:跟|和|与|让)?(?:这个)?(?:机器人|机器|ai)",
  },
  hi: {
    keys: "इंसान|व्यक्ति|आदमी|मनुष्य|एजेंट|प्रतिनिधि|कर्मचारी|ऑपरेटर|अधिकारी|मैनेजर|ग्राहक|कस्टमर|सुपरवाइज़र|बॉट|रोबोट|मशीन",
    verbs: "",
    persons:
      "(?:किसी |एक |असली |जीवित |वास्तविक )+(?:इंसान|व्यक्ति|आदमी|मनुष्य|एजेंट|प्रतिनिधि|कर्मचारी|ऑपरेटर|अधिकारी|मैनेजर)|(?<!(?:मेरे|मेरी|मेरा|हमारे|हमारी|हमारा) )(?:ग्राहक सेवा|कस्टमर केयर|कस्टमर सपोर्ट|प्रतिनिधि|एजेंट|ऑपरेटर|मैनेजर|इंसान|सुपरवाइज़र)",
    alone: "(?:कृपया )?(?:असली )?(?:इंसान|एजेंट|प्रतिनिधि|ऑपरेटर)(?: (?:चाहिए|से बात|दो|दीजिए))*",
    not: "नहीं|मत|बिना|मैं|क्या आप|जिसने|जो",
    machine: "(?:बॉट|रोबोट|मशीन|चैटबॉट) से (?:बात )?(?:नहीं|तंग)",
  },
  tr: {
    keys: "insan|kişi|temsilci|müşteri|yetkili|operatör|çalışan|müdür|destek|biri|bot|makine|zeka",
    verbs: "",
    persons:
      "(?:bir |gerçek |canlı )*(?:insan(?:la|a|ı)?|kişiyle|kişi|temsilci(?:yle|ye|niz(?:le|e)?|ler)?|müşteri temsilcisi(?:yle|ne)?|müşteri hizmetleri(?:yle|ne)?|yetkili(?:yle|ye|niz(?:le)?)?|operatör(?:le|e)?|çalışan(?:la|ınızla)?|müdür(?:le|ünüzle)?|destek ekibi(?:yle|ne)?|biriyle|birine)",
    alone:
      "(?:lütfen )?(?:gerçek |canlı )?(?:insan|temsilci|müşteri temsilcisi|operatör|canlı destek|yetkili)(?:[ ,]+(?:lütfen|hemen|istiyorum))*",
    not: "istemiyorum|değil|olmadan|ben|sen|siz bir|hakları",
    machine: "(?:bot|robot|makine|yapay zeka)(?:la|ile|yla)? (?:konuşmak|konuşmaktan|görüşmek) (?:istemiyorum|bıktım)",
  },
};

/** Verbs that stand behind the person: Hindi and Turkish. */
const AFTER: { readonly [code: string]: string } = {
  hi: "(?:से|को|के साथ|की)? ?(?:बात|बातचीत|जोड़|कनेक्ट|ट्रांसफर|चाहिए|मिल|संपर्क|बुला|फोन|दीजिए|दो)",
  tr: "(?:ile )?(?:konuş|görüş|bağla|aktar|istiyorum|yönlendir|ver|lazım|iletişim|ihtiyacım|ulaş|çağır)",
};

/** Units between what asks and the person, and between the person and a verb behind it. */
const GAP = "[^.!?。！？\\n;]{0,24}?";
/** Units before a request in which a negation counts. */
const BEFORE_UNITS = 24;
/** Units that a whole text may have to ask by naming a person. */
const ALONE_UNITS = 60;
/** Units of a text that are looked at. */
const MOST_UNITS = 8_000;

/** Between what asks and the person: it is asked for something else, for a person. */
const ELSE =
  /(?<![\p{L}\p{M}])(?:(?<!(?:ask|asking|looking|insist|waiting) )for|become|hire|name of|für|(?<!(?:transfira|transfere|transferir|encaminhar|encaminhe|passe|passar|passa) )para|per|pour|на одного|для|için|को लिए|के लिए)(?![\p{L}\p{M}])/u;

const EDGE = "(?<![\\p{L}\\p{M}\\p{N}])";
/** A verb ends where its entry does, or with the blank that the entry ends with. */
const END = "(?:(?<=\\s)|(?![\\p{L}\\p{M}]))";
const compiled = Object.entries(LANGUAGES).map(([code, { keys, verbs, persons, alone, not, machine, whose }]) => {
  const edge = code === "zh" ? "" : EDGE;
  const after = AFTER[code];
  const asks =
    after === undefined
      ? `${edge}(?:${verbs})${code === "zh" ? "" : END}${GAP}${edge}(?:${persons})`
      : `${edge}(?:${persons})${GAP}(?:${after})`;
  return {
    code,
    keys: new RegExp(keys, "u"),
    asks: new RegExp(asks, "gu"),
    alone: new RegExp(`^(?:${alone})[.!。！ ]*$`, "u"),
    not: new RegExp(code === "zh" ? `(?:${not})` : `${EDGE}(?:${not})(?![\\p{L}\\p{M}\\p{N}])`, "u"),
    machine: machine === undefined ? null : new RegExp(`${edge}(?:${machine})`, "u"),
    whose: whose === undefined ? null : new RegExp(`^[ ,]{0,3}(?:${whose})`, "u"),
  };
});

/** The text asks for a person, in one of the ten languages. */
export function asksForPerson(text: string): boolean {
  const plain = text.slice(0, MOST_UNITS).normalize("NFKC").toLowerCase().replace(/[’`´]/g, "'").replace(/\s+/g, " ").trim();
  if (plain === "") return false;
  if (asksToBeCalled(plain)) return true;
  return compiled.some(({ code, keys, asks, alone, not, machine, whose }) => {
    if (!keys.test(plain)) return false;
    if (plain.length <= ALONE_UNITS && alone.test(plain)) return true;
    if (machine?.test(plain)) return true;
    for (const found of plain.matchAll(asks)) {
      const [start, end] = [found.index, found.index + found[0].length];
      const clause = /[^.!?,;。！？，\n]*$/.exec(plain.slice(Math.max(0, start - BEFORE_UNITS), start))?.[0] ?? "";
      const behind = plain.slice(end, end + 40);
      const isDenied = not.test(clause) || (code in AFTER && not.test(`${found[0]}${behind}`));
      if (isDenied || ELSE.test(found[0]) || whose?.test(behind) || isQuoted(plain, start, end)) continue;
      if (tellsOfPastTalk(plain, start, end, code)) continue;
      return true;
    }
    return false;
  });
}

/** Words that somebody speaks of, not their own. */
function isQuoted(text: string, start: number, end: number): boolean {
  const [before, behind] = [text.slice(Math.max(0, start - 60), start), text.slice(end, end + 60)];
  return /["“”«»„「](?:[^"“”«»„「」]*)$/.test(before) && /^[^"“”«»„「」]*["“”«»」]/.test(behind);
}
