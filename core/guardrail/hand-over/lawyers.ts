/**
 * Whether a text speaks of a lawyer as of a matter of law. A word for a lawyer does, unless everyday life is told beside each of them (what they eat, where
 * they live, a parcel, that somebody is one by profession) and nothing in the whole text is what a dispute is made of. In doubt it does. Pure, linear.
 */

/** Words for a lawyer, in ten languages: beginnings of words, or whole words with `$` behind them; divided by `|`. */
const LAWYERS =
  "lawyer|attorney$|attorneys|solicitor|anwalt|anwält|rechtsanwalt|rechtsanwält|abogad|avocat$|avocats|avocate|avvocat|advogad|адвокат|юрист|律师|वकील|avukat";

/** Everyday life, beside the lawyer. */
const EVERYDAY: readonly string[] = [
  "croissant|cake|bread|birthday|coffee|tea$|lunch|dinner|breakfast|wine|flower|gift|present$|loves|likes|lives|floor|next door|neighbour|neighbor|parcel|package$|doorbell|wedding|i am a$|i'm a$|am an$|i'm an$|is a lawyer|is an attorney|is a solicitor|as a lawyer|works as",
  "kuchen|torte|brot|brötchen|geburtstag|kaffee|mittagessen|abendessen|wein$|blumen|geschenk|liebt|mag$|wohn|stock$|erdgeschoss|nebenan|nachbar|paket|klingel|hochzeit|ich bin anw|ich bin rechtsanw|ist anw|ist rechtsanw|bin von beruf",
  "pastel|tarta|pan$|cumpleaños|café|almuerzo|cena$|vino$|flores|regalo|encanta|gusta|vive$|piso|planta|vecin|paquete|timbre|boda|soy abogad|es abogad",
  "gâteau|pain$|anniversaire|déjeuner|dîner|vin$|fleurs|cadeau|adore|aime$|habite|étage|voisin|colis|sonnette|mariage|suis avocat|est avocat",
  "torta|pane$|cornett|compleanno|caffè|pranzo|fiori|adora|piace|abita|piano$|vicin|pacco|campanello|matrimonio|sono avvocat|sono un avvocat|è avvocat|è un avvocat",
  "bolo$|pão|aniversário|almoço|jantar|vinho|presente$|mora$|andar$|vizinh|encomenda$|campainha|casamento|sou advogad|é advogad",
  "торт|хлеб|день рождения|кофе|обед|ужин|вино$|цветы|подарок|любит|нравятся|живёт|живет|этаж|сосед|посылк|свадьб|я юрист|я адвокат|работает юрист|работает адвокат",
  "喜欢|爱吃|蛋糕|面包|生日|咖啡|午餐|晚餐|礼物|住在|楼|邻居|包裹|快递|婚礼|我是律师|我是一名律师|是个律师",
  "केक|रोटी|जन्मदिन|कॉफ़ी|कॉफी|चाय|पसंद|रहते|रहता|रहती|मंज़िल|मंजिल|पड़ोसी|पार्सल|शादी|वकील हूँ|वकील हूं|वकील है$",
  "pasta|ekmek|doğum gün|kahve|çay$|öğle yemeği|akşam yemeği|çiçek|hediye|seviyor|oturuyor|kat$|katta|komşu|paket|kargo|düğün|avukat olarak",
];

/** What a dispute is made of: what lawyers do in one, what is asked of them, and what went wrong. */
const DISPUTE: readonly string[] = [
  "contact|call my|call a|call you|calling|calls you|phone you|ring you|writ|wrote|letter|hear|says|said|tell|told|inform|advis|advice|consult|ask|speak|talk|hir|need a lawyer|need an attorney|need my|see a|see my|involv|get a lawyer|get my|getting|going to|threat|ill$|mould|mold|sick|poison|allerg|hospital|hurt|injur|burn|broke|tooth|teeth|glass|refund|money|pay$|paid|damage|complain|claim|contract|rights|illegal|case$|against|represent|client|owe|compensat|wrong|law$|legal|defend|notif|reach|sort|deal|handle|acting|instruct|demand|copied|court|sue|suing|fight|ruin|regret|dispute|cheat|lied|stole|fault|consequence|file|thinks|documents|reply|visit|trouble|review|scam|touch|coming|looking into|evidence|proof|sent you|sends you|lost|stolen|because of|go to",
  "kontakt|meld|gemeldet|geschrieb|gesagt|gefragt|gehör|geraten|anruf|angeruf|ruft|rufe|verlang|beweis|unterlagen|schreib|brief|hör|sagt|sage|inform|berat|frag|sprech|sprich|rede|geredet|nehme mir|nehmen uns|brauche einen anw|brauche einen rechtsanw|wegen|zum anw|zum rechtsanw|verloren|einschalt|schalt|beauftrag|droh|krank|schimmel|vergift|allerg|verletz|zahn|glas$|geld|zahl|schaden|kaputt|beschwer|anspruch|forder|vertrag|recht$|rechte$|gesetz|fall$|gegen|vertret|mandant|schuld|klag|gericht|kümmer|wende|prüf|folgen|betrog|betrug|übergeb|vorgeh|erstatt|ärger|akte",
  "contact|llam|escrib|carta$|oír|dice|dijo|decir|inform|consej|consult|pregunt|hablar|hablo|contrat|necesito un|amenaz|enferm|intoxic|alerg|herid|vidrio|dinero|reembols|pag|daño|rot[oa]$|quej|reclam|derech|ilegal|ley$|leyes|contra$|represent|client|deb|demand|juicio|tribunal|acudir|fraude|estaf|culpa|consecuencia|prueba|al abogad|por culpa|perdid|robad",
  "contact|appel|écri|lettre|courrier|dit$|dire$|inform|conseil|consult|demand|parl|engag|prends|prendre un|besoin d'un|menac|malade|intoxi|allergi|bless|verre|argent|rembours|pay|dommage|cass|plain|réclam|droit|illégal|loi$|contre$|représent|client|dois|doit|procès|tribunal|saisi|transm|justice|répon|entendre|faute|arnaque|conséquence|preuve|voir un avocat|voir mon avocat|chez un avocat|perdu|volé|à cause",
  "contatt|chiam|scriv|lettera|dice|detto|dire$|inform|consigli|consult|chied|parl|rivolg|bisogno|minacci|malat|intossic|allergi|ferit|vetro|soldi|rimbors|pag|dann|rott|reclam|lament|diritt|illegal|legge|contro$|rappresent|client|dev|causa$|tribunale|sentir|truff|colpa|conseguenz|prova$|prove$|dall'avvocat|da un avvocat|per colpa|perso$|persa$",
  "contat|contact|lig|escrev|carta$|diz$|disse|dizer|inform|conselh|consult|pergunt|fal|preciso de|ameaç|doente|intoxic|alergi|ferid|vidro|dinheiro|reembols|pag|dano|quebr|queix|reclam|direit|ilegal|lei$|contra$|represent|client|dev|process|tribunal|justiça|procur|golpe|culpa|consequênc|prova|ao advogad|a um advogad|por causa|perdid",
  "свяж|связ|звон|пиш|напи|письм|скаж|сказ|говор|сообщ|совет|консульт|спрош|обращ|обрат|наня|нанима|нужен|угрож|больн|отрав|аллерг|травм|стекл|деньг|возврат|вернит|плат|ущерб|слом|жалоб|претенз|прав|закон|договор|против|представл|клиент|долж|суд|иск|виноват|мошен|доказ|разбер|к адвокат|к юрист|из-за|потер",
  "联系|找律师|请律师|请了律师|咨询|告|诉|函|信|通知|问|说|谈|赔|退款|钱|投诉|权|法|合同|骗|委托|代理|坏|病|毒|过敏|伤|找你|处理|证据",
  "संपर्क|फोन|फ़ोन|पत्र|नोटिस|कहा|कहते|बता|सलाह|पूछ|बात|करूँगा|करूंगा|करेंगे|चाहिए|धमक|बीमार|ज़हर|पैसे|रिफंड|वापस|भुगतान|नुकसान|शिकायत|दावा|अधिकार|कानून|ख़िलाफ़|खिलाफ|मुकदम|केस|धोखा|गलत|सबूत|वकील के पास|की वजह",
  "iletişim|arayacak|arayaca|yaz|mektup|ihtar|söyl|bilgi|danış|soraca|sordu|konuş|görüş|avukat tut|ihtiyac|tehdit|hasta|zehir|alerji|yaral|cam$|paramı|parayı|iade|avukata gid|yüzünden|kayb|kayıp|öde|zarar|kırık|şikay|hak|yasa|kanun|sözleşme|karşı$|temsil|müvekkil|borç|dava|mahkeme|dolandır|suç|hesap|kanıt",
];

/** In French the fruit has the same name as the lawyer: in a dish, by weight, ripe. */
const FRUIT =
  /(?<!\p{L})(?:salades?|toasts?|tartines?|sandwichs?|wraps?|burgers?|sushis?|makis?|bols?|purée|huile|kilos? d|moitié d|tranches? d|œufs?|oeufs?|crevettes|tomates?|saumon|recette)(?!\p{L})[^.!?;,]{0,16}?(?<!\p{L})avocats?(?!\p{L})|(?<!\p{L})avocats?(?: (?:bien|très|trop|pas|encore|plus|assez)){0,2} (?:mûrs?|murs?|bios?|pourris?|frais|dénoyautés?|écrasés?|en tranches|en salade|au kilo|aux crevettes)(?!\p{L})/gu;

const HAN = /\p{Script=Han}/u;
const patternOf = (lists: readonly string[]): RegExp => {
  const entries = lists.flatMap((list) => list.split("|"));
  const plain = entries.filter((entry) => !HAN.test(entry)).map((entry) => entry.replace("$", "(?![\\p{L}\\p{M}])"));
  const han = entries.filter((entry) => HAN.test(entry));
  return new RegExp([`(?<![\\p{L}\\p{M}])(?:${plain.join("|")})`, ...han].join("|").normalize("NFKC"), "u");
};
const [LAWYER, LIFE, MATTER] = [patternOf([LAWYERS]), patternOf(EVERYDAY), patternOf(DISPUTE)];

/** `text`: folded as stakes.ts does it. */
export function speaksOfLawyerInLaw(text: string): boolean {
  if (!LAWYER.test(text)) return false;
  const plain = text.replace(FRUIT, " ");
  const clauses = plain.split(/[.!?;:,。！？；：，।\n]/u).filter((clause) => LAWYER.test(clause));
  return clauses.length > 0 && (MATTER.test(plain) || !clauses.every((clause) => LIFE.test(clause)));
}
