/**
 * Credentials: tokens with a known form, and values that are named as a secret and look random. Private keys and JSON Web Tokens,
 * which may be of any length, are open-ended.ts's.
 */
import type { Finding } from "../finding.ts";
import { finderOf } from "../needs.ts";
import { type Detector, finding, isDigit, LONGEST_FINDING, matchesFrom } from "./detector.ts";
import { findEncodedData } from "./encoded-data.ts";
import { findForms } from "./token-forms.ts";

/** Words that name a secret, in the languages and scripts that people write them in. */
const LONG_WORDS = [
  ...["api[ _-]?key", "secret(?:[ _-]?(?:key|access[ _-]?key))?", "access[ _-]?token", "auth[ _-]?token", "client[ _-]?secret", "bearer"],
  ...["passw(?:or)?d", "passwort", "kennwort", "losungswort", "zugangscode", "pass[ _-]?phrase", "pass[ _-]?code", "passkey"],
  ...[
    "contrase[ñn]a",
    "palabra[ _-]de[ _-]paso",
    "mot[ _-]de[ _-]passe",
    "phrase[ _-]de[ _-]passe",
    "parola[ _-]d'ordine",
    "palavra[ _-]?passe",
  ],
  ...["парол(?:ь|я|ю|ем|е)", "パスワード", "비밀번호", "पासवर्ड", "कूटशब्द", "[şs]ifre(?:m|n|si|niz|miz|sini|nizi|mi|ni)?"],
  ...["wachtwoord", "has[łl]o", "l[öo]senord", "passord", "adgangskode", "salasana", "jelsz[óo]", "κωδικ[όο]ς(?:[ _-]πρόσβασης)?"],
  ...["كلمة[ _-](?:المرور|السر)", "סיסמ[הא]", "mật[ _-]khẩu", "รหัสผ่าน", "kata[ _-]sandi"],
];
/** Words that also mean something else: a sign has to follow. */
const WEAK_WORDS = [
  "clave",
  "senha",
  "parol[aă](?:m|n|s[ıi]|n[ıi]z)?",
  "mdp",
  "pwd",
  "pass",
  "heslo",
  "code[ _-]secret",
  "codice[ _-]segreto",
];
/** Too short to be looked for with the others. */
const SHORT_WORDS = /密码|密碼|口令|\bpw\b/;
const FINDER = finderOf([...LONG_WORDS, ...WEAK_WORDS]);

const STRONG = `${LONG_WORDS.join("|")}|密码|密碼|口令`;
const WEAK = `(?<!palabras? )(?<![\\p{L}\\d])(?:${WEAK_WORDS.join("|")}|pw)(?![\\p{L}\\d])`;
const VERB = "is|was|ist|war|lautet|es|era|est|è|é|wordt|to|это|har|är|er|jest|है|dir";
/** "for the VPN", "do usuário": what the secret opens. */
const FOR =
  "(?:[ _-](?:wi-?fi|wlan|vpn|admin|root|e-?mail|login|ssh|router)|[ _-](?:for|to|of|from|on|f[üu]r|zum|zur|vom|von|des|der|de|del|da|do|para|pour|du|per|di|от|для|к|на|na|van|voor)(?:[ _-][\\p{L}\\d.-]{1,16}){1,3})";
/** The value is looked ahead at: a word of it may name the next one. */
const SIGN = `\\s{0,2}[:=]|\\s(?:${VERB}):?(?=\\s)|\\s-{1,2}>?(?=\\s)|是|为|為|は`;
const NAMED = new RegExp(
  `(?:(?:${STRONG})["']?(?:${FOR}?(?:${SIGN})|(?=\\s)|(?<=[^ -~]))|(?:${WEAK})${FOR}?["']?(?:\\s{0,2}[:=]|(?<=(?:my|mein|mi|ma|mon|mia|minha|tu|su|a|la) \\S{3,8}(?: .{0,40})?)\\s(?:${VERB})(?=\\s)))\\s{0,2}["'\x60]?(?=([^\\s"'\x60<>{},;]{8,200}))`,
  "giu",
);
/** Eight units with a letter and a digit, or with a sign inside and both cases: words of a sentence ("the password is forgotten") do not look so. */
const RANDOM =
  /^(?=[^A-Za-z]{0,199}[A-Za-z])(?:(?=\D{0,199}\d)|(?=[^A-Z]{0,199}[A-Z])(?=[^a-z]{0,199}[a-z])(?=.{0,198}[!#$%&*+=?@^|~][A-Za-z]))[\x21-\x7e]{8,200}$/;
/** An address of a page, or a call in code. */
const NO_SECRET = /^(?:(?:https?|ftp):\/\/|www\.)|^[A-Za-z_$][\w$.]*\((?!.*[!#$%&*@^~])/i;

/** `secret_access_key`, a preposition and three words, quotes, blanks and a sign: how far before its value a name may begin. */
const NAME_UNITS = 100;
const SHORTEST_ENCODED = 12;
const SHORTEST_NAMED = 8;

/** Finds credentials of bounded length. */
export const secrets: Detector = {
  type: "SECRET",
  names: ["secret_form", "secret_named", "secret_url", "secret_encoded"],
  stage: "first",
  longest: LONGEST_FINDING,
  mayFind: ({ longestRun, digits, colons, signs }) =>
    longestRun >= SHORTEST_ENCODED || (longestRun >= SHORTEST_NAMED && digits > 0) || (colons >= 1 && signs >= 1),
  find: (text, from) => [...findNamed(text, from), ...findForms(text, from), ...findInUrls(text, from), ...findEncodedData(text, from)],
  samples: {
    hits: [
      "key «sk-live-51H8xQ2eZvKYlo2C0pGd»",
      "token «bh_0123456789abcdefABCDEF», thanks",
      "password: «hunter2hunter2»",
      "пароль от почты: «kR9#vLm2Qz!w»",
      "minha senha é «Tr0ub4dor&3x»",
      "密码是«kR9#vLm2Qz!w»",
      '{"api_key":"«Xk29fjs02lq»"}',
      "in base64: «YWRhQGV4YW1wbGUuY29t»",
      "in hex: «616461406578616d706c652e636f6d»",
      "in base32: «MFSGCQDFPBQW24DMMUXGG33N»",
      "in quoted-printable: «=61=64=61=40=65=78=61=6D=70=6C=65=2E=63=6F=6D»",
      "a card in it: «4111=201111=201111=201111»",
      "byte by byte: «61:64:61:40:65:78:61:6d:70:6c:65:2e:63:6f:6d»",
      "in octal: «\\141\\144\\141\\100\\145\\170\\141\\155\\160\\154\\145\\056\\143\\157\\155»",
      "in ROT13: «tuc_nopqrstuvwxyzabcdefghijklmno0123456789»",
      "postgres://«ada:s3cret!pw»@db.acme.org:5432/shop",
    ],
    misses: [
      "the password is forgotten",
      "palabras clave: covid-19",
      "const rows: typeof secrets.$inferSelect = passwords.slice(0, 12)",
      "password: z.string().min(8)",
      "sk-short",
      "the secret of a good espresso",
      "https://acme.org:8080/@ada",
      "https://user@acme.org/x",
      "JBSWY3DPEBLW64TMMQ, x=20y=20z, AB:CD:EF:01:23:45:67:89:9A:BC, page=20&size=2050",
      "d41d8cd98f00b204e9800998ecf8427e, iVBORw0KGgoAAAANSUhEUgAAAAUA, SGVsbG8gd29ybGQsIGFnYWlu",
    ],
  },
};

/** RFC 3986 section 3.2.1: name and password before the host of a URL. */
const CREDENTIALS = /(?<=[a-z]:\/\/)[^\s/?#@:"'<>]{0,100}:[^\s/?#@"'<>]{1,200}(?=@[\w[])/gi;

function findInUrls(text: string, from: number): Finding[] {
  if (!text.includes("://")) return [];
  return matchesFrom(CREDENTIALS, text, from).map(({ 0: pair, index }) =>
    finding("SECRET", index, index + pair.length, 0.95, "secret_url"),
  );
}

/** The name may stand before `from`: only the value is found. */
function findNamed(text: string, from: number): Finding[] {
  const found: Finding[] = [];
  if (!holdsRandom(text, from) || !isNamed(text.slice(Math.max(0, from - NAME_UNITS)).toLowerCase())) return found;
  for (const match of matchesFrom(NAMED, text, Math.max(0, from - NAME_UNITS))) {
    const value = (match[1] ?? "").replace(/[.?)\]]+$/, "");
    const start = match.index + match[0].length;
    if (start < from || value.length < SHORTEST_NAMED || !looksRandom(value)) continue;
    found.push(finding("SECRET", start, start + value.length, 0.85, "secret_named"));
  }
  return found;
}

const isNamed = (text: string): boolean => FINDER.mayMatch(text).length > 0 || SHORT_WORDS.test(text);

/** What ends a value, as `NAMED` has it: blanks, quotes, brackets and signs between values. */
const ENDS_VALUE = Uint8Array.from({ length: 128 }, (_, code) =>
  code <= 32 || code === 127 || `"'\`<>{},;`.includes(String.fromCharCode(code)) ? 1 : 0,
);

/** Whether a run from `from` on has what `RANDOM` asks for, and is more than a mail address: few texts have one. */
function holdsRandom(text: string, from: number): boolean {
  let [units, digits, capitals, small, signs, mails] = [0, 0, 0, 0, 0, 0];
  for (let at = from; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 32;
    if (code < 128 && ENDS_VALUE[code] === 0) {
      units++;
      if (isDigit(code)) digits++;
      else if (code >= 97 && code <= 122) small++;
      else if (code >= 65 && code <= 90) capitals++;
      else if (code === 64) mails++;
      else if (code !== 46) signs++;
      continue;
    }
    if (units >= SHORTEST_NAMED && capitals + small > 0 && (digits > 0 || (capitals > 0 && small > 0))) {
      const isMail = mails === 1 && signs === 0 && MAIL_FORM.test(text.slice(at - units, at));
      if (!isMail && (digits > 0 || signs + mails > 0)) return true;
    }
    units = digits = capitals = small = signs = mails = 0;
  }
  return false;
}
const MAIL_FORM = /^[\w.]+@[\w.]+\.[a-z]{2,}$/;

const looksRandom = (value: string): boolean => RANDOM.test(value) && !NO_SECRET.test(value);

const SECRET_FIELD = new RegExp(
  `(?:${STRONG}|(?:^|[ _-])(?:clave|senha|parol[aă]|mdp|pwd|pw|pass|private[ _-]?key))${FOR}?(?:[ _-]?(?:confirm(?:ation)?|repeat|again|new|old|\\d))?$`,
  "iu",
);

/** A whole text that looks random in a field that is named as a secret, or the code of a card in one that is named so. */
export const isSecretField = (text: string, field: string): boolean =>
  isCodeField(text, field) || (SECRET_FIELD.test(field.slice(-40)) && looksRandom(text));

/** The security code of a card, and the PIN: six digits under `pin` are an Indian postal code, and one or two a contact of a plug. */
const CARD_CODE_FIELD = /(?:^|[ _-]|card)(?:cvv2?|cvc2?|(?:card[ _-]?)?(?:security|verification)[ _-]?(?:code|value))$/i;
const PIN_FIELD = /(?:^|[ _-]|card)pin$/i;
/** A whole text of a few digits that the key of its field calls the code of a card. */
export const isCodeField = (text: string, field: string): boolean =>
  (/^\d{3,4}$/.test(text) && CARD_CODE_FIELD.test(field.slice(-40))) || (/^\d{4}$/.test(text) && PIN_FIELD.test(field.slice(-40)));
