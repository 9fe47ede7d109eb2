/**
 * What the words before a number say it is: a phone, a payment card, or an identifier of something that is no person. The nearest
 * words win. `before` is what `wordsBefore` (detector.ts) gives: lower case, bounded.
 */

/** Words that announce a phone number, in the languages and scripts that people write them in. */
const PHONE =
  /\bphone|phone\b|\btel\b|\btele|\bcell|\bmobil|\bfax|whats ?app|\bcall(?:ing|back)?\b|\bsms\b|\btext me|\breach\b|\bdial\b|\bring me|\bcontact|hotline|(?:team|support|service|desk) at\b|toll[- ]?free|\brufnummer|\bhandy|\banruf|\bruf(?:en)?\b|durchwahl|m[óo]vil|celular|telem[óo]vel|tel[eé]fon|ll[aá]m|t[eé]l[eé]phone|portable|appel|\bfon\b|\bgsm\b|\btelf\b|\btlf\b|\bpuh\b|[☎📞📱]|тел|моб|звон|τηλ|κιν|هاتف|جوال|موبايل|تلفون|تلفن|טלפון|נייד|फ़ोन|फोन|मोबाइल|ফোন|মোবাইল|மொபைல்|தொலைபேசி|கைபேசி|ఫోన్|మొబైల్|ഫോൺ|മൊബൈൽ|ಫೋನ್|ಮೊಬೈಲ್|ફોન|મોબાઇલ|ਫ਼ੋਨ|ਫੋਨ|ਮੋਬਾਈਲ|فون|موبائل|โทร|電話|电话|電话|手机|手機|携帯|전화|휴대폰|연락처|điện thoại|(?<!\p{L})(?:gọi|sđt|đt)(?!\p{L})|(?<!\p{L})сот\.|(?<!\p{L})tél(?!\p{L})|\bcel\b|puhelin|kännykkä|拨打|致电|打$|(?:号码|號碼|手机号)(?=是|为|$)|հեռ|ტელ/gu;
/** Words that announce an identifier of a thing, a company or a record. */
const IDENTIFIER =
  /order|invoice|ticket|\bref\b|reference|tracking|account|customer|\bcase|serial|(?:\b|_|[a-z])id\b|\bids\b|\bsku\b|\bpart\b|\bmodel|\bversion|\bvin\b|policy|routing|bestell|rechnung|kunden|auftrag|vorgang|teile|\bteil\b|artikel|\bitem\b|dossier|\bloan\b|\bchannel\b|\bsscc\b|\bdoi\b|pedido|factura|commande|\bnpi\b|\bmrn\b|medical record|\breport|\bincident|\bdea\b|\bisbn|\bissn|\bimei|\biccid|\biban|\bdate|\bpostal|\bzip\b|\bsire[nt]|\bvat\b|\btva\b|\bust\b|steuer|\bnif\b|\bcif\b|\bcnpj|\bcuit|\babn\b|\bein\b|\bkvk\b|\bnuss\b|\bsnils\b|\bp\.? ?iva\b|partita ?iva|tax file|\bduns\b|\bnhs\b|\bspi\b|burgerservice|\bnino\b|versicher|seguridad social|s[ée]curit[ée] sociale|\bcpf\b|\bpis\b|\bcns\b|(?:\b|_)sus\b|\b(?:sin|nas)\b(?=(?:[^\p{L}]| is| est){0,4}$)|\btfn\b|\bihi\b|medicare|rijksregister|\bbsn\b|\bcpr\b|personnummer|\brut\b|pesel|\bregon\b|\bnip\b|aadh?aar|\baadhar|passport|\bohip\b|\bphn\b|social insurance|social security|kimlik|снилс|(?<!\p{L})инн|身份证|\bahv\b|\bgstin?\b|message|snowflake|duration|timestamp|\bean|\bupc|\bgtin|\bjan\b|barcode|strichcode|заказ|сч[её]т|договор|накладн|订单|單號|单号|\$|€|£|\busd|\beur/gu;
const BARCODE =
  /(?:\bean(?:-?(?:8|13))?|\bupc(?:-?a)?|\bgtin(?:-?\d{1,2})?|\bjan|barcodes?|strichcode|\bisbn(?:-?1[03])?|\bissn|\bimei|\biccid)\b[^\d]{0,14}$/u;
/** A product's numbers, one after the other: what stands between are codes. */
const PRODUCT_LIST =
  /(?:\bparts?\b|teile|artikel|\bsku\b|\bisbn|\bean\b|\bupc\b|\bmodel|\bserial)[^\d,;]{0,8}(?:[\w./-]{0,12}\d[\w./-]{0,16}|[\s,;]|\b[a-z]\b){1,12}$/u;
const CARD =
  /card|\buatp\b|karte|tarjeta|carte|cart[ãa]o|carta|\bvisa|master|maestro|amex|diners|discover|\bjcb\b|unionpay|rupay|hipercard|\belo\b|\bpan\b|debit|credit|kredit|карт|カード|卡/gu;

/** Without a letter or a sign nothing is named. */
const WORDS = /[a-z$]|[^ -~]/;

/** Where the last match ends; -1 without one. */
function lastEnd(expression: RegExp, text: string): number {
  let end = -1;
  expression.lastIndex = 0;
  for (let match = expression.exec(text); match !== null; match = expression.exec(text)) end = match.index + match[0].length;
  return end;
}

/** `right`: the word stands right before the number. `near`: somewhere before it. `thing`: it is named as an identifier. */
export type Naming = "right" | "near" | "thing" | "none";

/** Whether the words before a number call it a phone number. Linear in their length. */
export function phoneNaming(before: string): Naming {
  if (!WORDS.test(before)) return "none";
  const phone = lastEnd(PHONE, before);
  // The key of a field joins its words by `_`.
  const thing = lastEnd(IDENTIFIER, before.replaceAll("_", " "));
  if (phone > thing)
    return /^[^\p{L}\d]*(?:\p{L}{1,3}[^\p{L}\d]+|\p{L}*[^\p{L}\d]{1,4}|(?:号码|号|號碼|號|番号|번호)?[是为為は는은]?|[^\p{L}\d]{0,3}n(?:[ro°º]|[ro][°º])?)?$/u.test(
      before.slice(phone),
    )
      ? "right"
      : "near";
  if (thing >= 0 && (/^[^\d]{0,14}$/.test(before.slice(thing)) || PRODUCT_LIST.test(before))) return "thing";
  if (phone < 0) return "none";
  // "call us about order 12" names an order, "call, account closed on 3 May" nothing.
  return /^\W*\S{1,16}\W{1,3}$/.test(before.slice(thing)) ? "thing" : "near";
}

/** Whose number it is, in words that do not say of what. */
const OWN =
  /(?<!\p{L})(?:(?:my|your|his|her|our|their) (?:number|no\.?|#)|(?:mein|dein|ihr|sein|unser)e? (?:nummer|nr\.?)|(?:mi|tu|su) n[uú]mero|(?:mon|ton|son|votre|notre) num[eé]ro|(?:il )?(?:mio|suo) numero|(?:meu|seu) n[uú]mero|(?:мой|ваш|его|е[её])? ?номер|(?:मेरा|आपका) (?:नंबर|नम्बर)|numaram|số|mijn nummer|m[oó]j numer|mitt nummer)(?: (?:is|ist|lautet|es|est|è|é|to|är|है))?[^\p{L}\d]{1,3}$/u;
/** What stands behind a number: "is my mobile". */
const BEHIND =
  /^,? ?(?:\(|(?:is|was|ist|est|es|è|é|to|это|jest|är) )?(?:(?:my|our|the|his|her|mein|meine|mon|ma|mi|mio|il mio|meu|o meu|minha|мой|mój|mijn|mitt|min) )?(?:(?:new|neue|nouveau|nuevo) )?(?:phone|mobile|cell|handy|tel\b|telefon|telephone|téléphone|portable|m[óo]vil|celular|cellulare|telem[óo]vel|telefono|teléfono|телефон|мобильный|komórka)/iu;

/** Whether words behind a number, or before it without saying of what it is, call it somebody's. */
export const isOwnNumber = (before: string, behind: string): boolean => OWN.test(before) || BEHIND.test(behind);

/** Between the words that name a number and the number: other numbers of the same kind, and what joins a list. */
const LIST = /^(?:[^\p{L}]|(?<!\p{L})(?:and|or|und|oder|et|ou|y|o|e|i|en|of|oraz|lub|и|или|और|no|nr|n[ro]?)(?!\p{L}))*$/u;
/** "taxpayer reference number": words that name nothing else. */
const GENERIC = /^[^\p{L}\d]*(?:(?:reference|ref|number|no|nr|code|card)[^\p{L}\d]*)*$/u;
const THING =
  /(?:order|invoice|ticket|\bref\b|reference|tracking|serial|\bsku\b|\bparts?\b|\bmodel|\bversion|bestell|rechnung|teile|artikel|article|pedido|factura|commande|zam[óo]wieni|ordine|fattura|\bcommit|\bhash|\bbuild\b|shipment|sendung|product|\basin\b|\bcode\b|coupon|voucher|\bseat|flight)[^\d]{0,14}$/u;

/** Whether words of `naming` (global) announce what comes right behind `before`, or a list that it belongs to. */
export function isNamedBy(before: string, naming: RegExp): boolean {
  const end = lastEnd(naming, before);
  if (end < 0) return false;
  const between = before.slice(end);
  return /\d/.test(between) ? LIST.test(between) : GENERIC.test(between) || !THING.test(between);
}

/** Whether the words say that it is an order, a part, a product or the like. */
export const isThing = (before: string): boolean => THING.test(before);

/** What kind of number the words before a row of digits announce. */
export function cardNaming(before: string): "card" | "barcode" | "thing" | "none" {
  const card = lastEnd(CARD, before);
  const thing = lastEnd(IDENTIFIER, before);
  if (card > thing) return "card";
  if (BARCODE.test(before)) return "barcode";
  return thing >= 0 && /^[^\d]{0,14}$/.test(before.slice(thing)) ? "thing" : card >= 0 ? "card" : "none";
}

/** ISO/IEC 15420: the check digit of EAN-8, UPC-A, EAN-13 and GTIN-14, which all weigh from the right. */
export function passesBarcodeCheck(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++)
    sum += (digits.charCodeAt(digits.length - 1 - index) - 48) * (index % 2 === 1 ? 3 : 1);
  return sum % 10 === 0;
}
