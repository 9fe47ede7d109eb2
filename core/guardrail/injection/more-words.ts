/**
 * Words of instructions in ten more languages (Dutch, Polish, Swedish, Czech, Ukrainian, Indonesian, Vietnamese, Japanese, Korean, Arabic), and with those of
 * further-words.ts in eighteen others, by the meanings of lexicon.ts. The rules of meaning.ts know them; the classifier does not, since it was trained
 * without. Written as in the lexicon.
 */
import { FURTHER_WORDS } from "./further-words.ts";
import type { Concept } from "./lexicon.ts";
import { WORD_BOOK } from "./word-book.ts";

/** The lists of ten languages by what they mean. */
const OF_TEN: { readonly [C in Concept]?: string } = {
  ignore:
    "negeer vergeet negeert zignoruj zignorujcie pomin zapomnij zapomnijcie odrzuc ignorera glom bortse ignoruj ignorujte zapomen zapomente prehlizej ігноруй ігноруйте забудь забудьте " +
    "abaikan lupakan hiraukan bo quen 無視 忘れ 忘れて 破棄 무시- 잊- تجاهل تجاهلي انس انسي اهمل",
  forget: "vergeet zapomnij glom zapomen lupakan quen 忘れ 忘れて 잊- انس",
  earlier:
    "vorige eerdere voorgaande bovenstaande poprzedni- wczesniejsz- dotychczasow- powyzsz- tidigare foregaende ovanstaende predchozi dosavadni drivejsi predesl- попередн- раніш- " +
    "sebelumnya terdahulu tadi truoc 以前 これまで 今まで 上記 先ほど 従来 前の 위의 atas 이전- 앞- 지금까지- 기존- السابقة السابقه السابق اعلاه",
  instruction:
    "instructie- regels opdrachten richtlijnen systeemprompt- instrukcj- zasad- polecen- wytyczn- prompt instruktion- regler- reglerna riktlinje- systemprompt- pokyn- instrukce pravidl- prikaz- " +
    "інструкц- правил- вказівк- наказ- промпт- instruksi aturan perintah huong lenh tac prompt 指示 命令 規則 ルール プロンプト システムプロンプト 지시- 규칙- 명령- 지침- 프롬프트- التعليمات تعليمات تعليماتك الاوامر اوامر القواعد قواعد موجه",
  all: "al alle allen wszystk- alla samtliga vsechn- vsechny усі всі усіх semua seluruh tat すべて 全て 全部 모든 모두 전부 كل جميع",
  you: "je jouw jullie jou ty twoj- twoi- swoj- swoi- twoich ciebie din ditt dina dig du tvuj tvoje tve ti твої твоїх тобі свої своїх sve kamu anda mu ban あなた お前 君 너 네 당신- لك تعليماتك تعليماتكم",
  reveal:
    "toon laat geef pokaz wyswietl ujawnij podaj wypisz visa avsloja skriv beratta ukaz zobraz vypis prozrad покажи покажіть виведи розкрий tampilkan tunjukkan ungkapkan hien tiet 表示 見せて 見せろ 教えて 出力 公開 보여- 출력- 알려- 공개- اعرض واعرض اظهر واظهر اكشف واكشف اطبع",
  system:
    "systeem systeemprompt- systemow- systemprompt- systemov- системн- sistem he 内部 システム システムプロンプト 秘密 시스템- 비밀- 내부- النظام السرية الداخلية",
  negation: "niet nooit inte aldrig jangan dung khong しない لا 말고- 마세요-",
};

/** The lists of all of them by what they mean. */
export const MORE_WORDS: { readonly [C in Concept]?: string } = Object.fromEntries(
  Object.entries(OF_TEN).map(([concept, words]) => [concept, [words, FURTHER_WORDS[concept as Concept] ?? ""].join(" ").trim()]),
);

const NAMES = Object.keys(MORE_WORDS) as readonly Concept[];
const DICTIONARY = WORD_BOOK.dictionaryOf(Object.values(MORE_WORDS));

/** What a word with blanks around it may mean. */
export const moreMeaningsOf = (word: string): readonly Concept[] => DICTIONARY.meaningsOf(word).flatMap((index) => NAMES[index] ?? []);
/** Whether a word means anything here, by its entry in the book of words. */
export const meansMore = (entry: number): boolean => DICTIONARY.meaningsAt(entry).length > 0;
/** What the words in a run of characters without blanks may mean. */
export const moreMeaningsWithin = (run: string): readonly Concept[] =>
  DICTIONARY.meaningsWithin(run).flatMap(({ found }) => found.flatMap((index) => NAMES[index] ?? []));
