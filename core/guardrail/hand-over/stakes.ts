/**
 * Whether much is at stake in what somebody says: a matter of law, or of a lot of money. Words in ten languages, and amounts. What a shop hears every day
 * (refunds, invoices, being charged twice) is not meant, nor is a lawyer's everyday life (lawyers.ts). Pure, linear.
 */

import { speaksOfLawyerInLaw } from "./lawyers.ts";

/** What is at stake. */
export type Stakes = "legal" | "financial";

/** Beginnings of words, or whole words with `$` behind them; divided by `|`. */
const WORDS: { readonly [S in Stakes]: readonly string[] } = {
  legal: [
    "lawsuit|sue$|suing|sued$|legal action|legal advice|legal proceeding|legal claim|legal rights|legal dispute|legal notice|legal matter|legal question|take you to court|take them to court|in court|to court|court order|court date|court case|subpoena|litigat|small claims|breach of contract|contract dispute|prosecut|press charges|pressing charges|file charges|filing charges|malpractice|criminal charge|custody|divorce|eviction|evict|defamation|inheritance|liable$|liability claim|gdpr|data protection authority|ombudsman|class action|cease and desist|power of attorney|asylum|deport",
    "klage$|verklag|rechtliche schritte|rechtsstreit|gericht$|vor gericht|gerichtlich|einstweilige verfügung|abmahnung|strafanzeige|anzeige erstatten|anzeige erstatte|erstatte anzeige|erstatten anzeige|erstattet anzeige|anzeige wegen|anzeige gegen|behandlungsfehler|schmerzensgeld|scheidung|sorgerecht|räumungsklage|erbschaft|dsgvo|datenschutzbehörde|rechtsberatung|vertragsbruch|schadensersatz",
    "demandar|demanda judicial|juicio|tribunal|acciones legales|asesoría legal|denuncia|incumplimiento de contrato|divorcio|custodia|desahucio|herencia|querella",
    "porter plainte|porte plainte|portons plainte|porterai plainte|porté plainte|déposer plainte|dépose plainte|déposer une plainte|dépose une plainte|poursuites|poursuivre en justice|en justice|tribunal|action en justice|conseil juridique|mise en demeure|rupture de contrat|divorce|garde des enfants|expulsion|héritage|rgpd|cnil",
    "querela|causa legale|fare causa|farò causa|faremo causa|facciamo causa|vi denuncerò|vi denunceremo|tribunale|azione legale|azioni legali|consulenza legale|denuncia|divorzio|affidamento|sfratto|eredità|risarcimento danni|inadempimento",
    "processar|processá-l|processo judicial|entrar na justiça|vou à justiça|tribunal|ação judicial|acção judicial|ações legais|consultoria jurídica|procon|quebra de contrato|divórcio|custódia|despejo|herança",
    "подам в суд|подать в суд|в суд$|суде$|судебн|иск$|прокуратур|роспотребнадзор|развод$|наследств|выселени|уголовн|нарушение договора",
    "起诉|诉讼|法院|法庭|法律|违约|离婚|抚养权|遗产|仲裁|告你们|报案",
    "मुकदमा|अदालत|कोर्ट|कानूनी|तलाक|उपभोक्ता फोरम|एफआईआर|विरासत",
    "dava aç|davacı|mahkeme|hukuki|yasal işlem|savcılı|boşanma|velayet|tahliye|miras|tüketici hakem|icra",
  ],
  financial: [
    "mortgage|bankruptcy|bankrupt$|insolven|foreclos|investment|invest$|investing|life savings|retirement|pension|tax return|tax evasion|tax fraud|tax audit|taxes$|wire transfer|unauthorised|unauthorized|fraudulent|fraud$|identity theft|stolen money|stolen card|account hacked|hacked account|account was hacked|account has been hacked|account is frozen|frozen account|debt collect|in debt|loan$|loans$|credit score|insurance claim|financial advice|financial loss|financial hardship|stocks$|shares of|cryptocurrenc|securities|inherit|large transfer|money launder|embezzl",
    "hypothek|kredit$|darlehen|insolvenz|privatinsolvenz|pfändung|altersvorsorge|ersparnisse|geldanlage|anlageberatung|investier|investition|steuererklärung|steuerhinterziehung|überweisung von|betrugsfall|unbefugte|konto gehackt|konto gesperrt|inkasso|überschuldet|rente$|finanzberatung|aktien",
    "hipoteca|préstamo|bancarrota|insolvencia|ahorros|jubilación|pensión|inversi|invertir|declaración de la renta|evasión fiscal|cargo no autorizado|cargos no autorizados|transacción no autorizada|fraude|robo de identidad|cuenta bloqueada|cuenta hackeada|embargo|asesoría financiera|acciones en bolsa",
    "hypothèque|prêt immobilier|crédit immobilier|faillite|surendettement|économies de toute|retraite|investi|déclaration d'impôts|fraude|prélèvement non autorisé|transaction non autorisée|usurpation d'identité|compte piraté|compte bloqué|saisie|conseil financier|actions en bourse|virement de",
    "mutuo|prestito|bancarotta|fallimento|risparmi|pensione|investi|dichiarazione dei redditi|evasione fiscale|frode|addebito non autorizzato|transazione non autorizzata|furto d'identità|conto bloccato|conto hackerato|pignoramento|consulenza finanziaria",
    "hipoteca|empréstimo|falência|insolvência|poupança|aposentadoria|reforma antecipada|investi|imposto de renda|evasão fiscal|fraude|cobrança não autorizada|transação não autorizada|roubo de identidade|conta bloqueada|conta hackeada|penhora|consultoria financeira",
    "ипотек|кредит|займ|банкротств|сбережени|пенси|инвести|налогов|мошеннич|несанкционированн|списание без|взломали счёт|взломали счет|счёт заблокирован|счет заблокирован|коллектор|долг$|акции на бирже",
    "贷款|房贷|破产|抵押|投资|养老金|退休金|积蓄|报税|逃税|未经授权|盗刷|诈骗|账户被盗|账户被冻结|催收|理财|股票",
    "कर्ज|ऋण|लोन|दिवालिया|निवेश|पेंशन|बचत|आयकर|टैक्स चोरी|धोखाधड़ी|अनधिकृत|खाता हैक|खाता फ्रीज",
    "kredi$|ipotek|iflas|yatırım|emeklilik|birikim|vergi beyan|vergi kaçır|dolandırıcılık|izinsiz işlem|yetkisiz|hesabım çalın|hesabım donduruldu|haciz|borç|finansal danışman|hisse senedi",
  ],
};

/** An amount from which money is much, in units of the currencies below. */
const MUCH = 10_000;
const AMOUNT =
  /(?:[$€£]|usd|eur|gbp|chf)\s?(\d[\d.,' ]{0,15})(k|m)?|(\d[\d.,' ]{0,15})(k|m)?\s?(?:[$€£](?!\p{L})|usd|eur|euros?|dollars?|gbp|pounds?|chf|franken|dólares|dollari)(?!\p{L})/gu;

const HAN = /\p{Script=Han}/u;
const PATTERNS = Object.entries(WORDS).map(([kind, lists]) => {
  const entries = lists.flatMap((list) => list.split("|"));
  const plain = entries.filter((entry) => !HAN.test(entry)).map((entry) => entry.replace("$", "(?![\\p{L}\\p{M}])"));
  const han = entries.filter((entry) => HAN.test(entry));
  return { kind: kind as Stakes, pattern: new RegExp(`(?<![\\p{L}\\p{M}])(?:${plain.join("|")})|${han.join("|")}`, "u") };
});

/** Units of a text that are looked at. */
const MOST_UNITS = 20_000;

/** What is at stake; none: nothing much. */
export function stakesOf(text: string): readonly Stakes[] {
  const plain = text.slice(0, MOST_UNITS).normalize("NFKC").toLowerCase().replace(/[’`´]/g, "'").replace(/\s+/g, " ");
  const found = PATTERNS.filter(({ kind, pattern }) => pattern.test(plain) || (kind === "legal" && speaksOfLawyerInLaw(plain))).map(
    ({ kind }) => kind,
  );
  const isMuch = [...plain.matchAll(AMOUNT)].some((match) => amountOf(match[1] ?? match[3] ?? "", match[2] ?? match[4]) >= MUCH);
  return isMuch && !found.includes("financial") ? [...found, "financial"] : found;
}

/** `12.500,00`, `12,500.00`, `12 500` and `12k` are numbers; a point or comma with one or two digits behind it parts the cents. */
function amountOf(digits: string, unit: string | undefined): number {
  const whole = digits
    .trim()
    .replace(/[.,]\d{1,2}$/, "")
    .replace(/\D/g, "");
  return Number(whole) * (unit === "k" ? 1_000 : unit === "m" ? 1_000_000 : 1);
}
