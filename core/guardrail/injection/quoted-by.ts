/**
 * Somebody who speaks of what a third person writes, in ten languages: staff who ask what to answer, a lecture that shows an example, a headline, a test of a
 * filter. Read in a normalised text whose quotations have become blanks; gaps are bounded.
 */

const REST = "[^.!\\u3002\\u0964\\n]{0,440}";
const SENTENCE = "[^.!?\\u3002\\u0964\\n]{0,440}";

/** "If a customer writes …, what should we answer?" */
const ASKING_FOR_ADVICE = [
  `\\b(?:if|when|whenever|suppose) (?:an? |one of )?(?:our |my |the |your )?(?:customers?|users?|clients?|students?|pupils?|someone|somebody|anyone|attackers?|visitors?|callers?|guests?|children) (?:says?|writes?|types?|sends?|asks?|enters?|posts?)\\b${REST}\\b(?:what|how|should|do we|can we|may we)\\b[^.!\\n]{0,60}\\?`,
  `\\bwenn (?:ein|eine|der|die|jemand) ?(?:kund\\w*|nutzer\\w*|benutzer\\w*|schuler\\w*|gast)?[^.!\\n]{0,20}(?:schreibt|sagt|eingibt|tippt|fragt)${REST}\\b(?:was|wie) (?:soll|sollen|sollte|sollten|antworten)\\b`,
  `\\bsi (?:un|una|algun) (?:client\\w*|usuari\\w*|alumn\\w*)[^.!\\n]{0,12}(?:dice|escribe|pregunta|envia)${REST}\\b(?:que|como) (?:debe|debemos|deberia|hay que|tiene que|contest|respond)`,
  `\\bsi (?:un|une) (?:client\\w*|utilisat\\w*|eleve)[^.!\\n]{0,12}(?:dit|ecrit|demande|envoie)${REST}\\b(?:que|comment) (?:doit|doivent|devons|devrait|repondre|faut-il)`,
  `\\bse (?:un|una|un') ?(?:client\\w*|utent\\w*|student\\w*)[^.!\\n]{0,12}(?:scrive|dice|chiede|manda)${REST}\\b(?:cosa|come) (?:deve|devono|dobbiamo|dovrebbe|rispond)`,
  `\\bse (?:um|uma) (?:client\\w*|utilizador\\w*|usuari\\w*|alun\\w*)[^.!\\n]{0,12}(?:disser|diz|escrever|escreve|perguntar|mandar)${REST}\\b(?:o que|como) (?:deve|devem|devemos|deveria|respond)`,
  `если (?:клиент|пользовател|ученик|покупател)\\S* (?:пишет|скажет|говорит|напишет)${REST}(?:что|как) (?:долж|ответ|отвеч|нам)`,
  `如果(?:有)?(?:客户|用户|顾客|学生)(?:说|写|问|输入|发)${REST}(?:应该|怎么|如何)`,
  `(?:अगर|यदि) कोई (?:ग्राहक|उपयोगकर्ता|छात्र) (?:लिखे|कहे|लिखता|कहता)${REST}(?:क्या|कैसे)[^\\u0964\\n]{0,40}चाहिए`,
  `bir (?:musteri|kullanici|ogrenci)${REST}(?:yazarsa|derse|yazinca|sorarsa)[^.!\\n]{0,60}\\b(?:ne|nasil)\\b[^.!\\n]{0,30}\\?`,
];
/** "They showed … as an example." */
const SHOWING_AN_EXAMPLE = [
  `\\b(?:show(?:ed|s|n)?|present(?:ed|s)|demonstrate[ds]|quote[ds]|cite[ds]|used|gave|mention(?:ed|s)|saw)\\b${SENTENCE}\\b(?:as|for) an? (?:\\w+ )?(?:example|case|sample|illustration)\\b`,
  `\\b(?:zeigten?|gezeigt|zitierten?|nannten?)\\b${SENTENCE}\\bals (?:\\w+ )?(?:beispiel|muster)`,
  `\\b(?:mostraron|mostro|ensenaron|citaron|pusieron)\\b${SENTENCE}\\bcomo ejemplo`,
  `\\b(?:ont|a) (?:montre|cite|presente)\\b${SENTENCE}\\bcomme exemple`,
  `\\b(?:hanno|ha) (?:mostrato|citato|presentato)\\b${SENTENCE}\\bcome esempio`,
  `\\b(?:mostraram|mostrou|citaram)\\b${SENTENCE}\\bcomo exemplo`,
  `(?:показали|показал|привели|привел|процитировали)${SENTENCE}как пример`,
  `(?:展示|引用|提到|介绍)了?${SENTENCE}作为[^\\u3002\\n]{0,8}例子`,
  `उदाहरण के (?:रूप|तौर)[^\\u0964\\n]{0,20}(?:दिखाया|बताया|दिया)`,
  `orne(?:gi|k) olarak (?:goster|sun|anlat)`,
];
/** A headline, a post, a test of a filter. */
const TELLING = [
  `\\b(?:tweet|post|meme|headline|article|slogan|t-?shirt|sticker|poster|title|comment|joke|slide|video)\\b[^.!?\\n]{0,16} {8}[^.!?\\n]{0,80}\\b(?:went viral|(?:is|was|were) about|made|became|explain\\w*|describe\\w*|warn\\w*|famous|popular|spread)\\b`,
  `\\b(?:test|prueba|teste)\\b[^.!?\\n]{0,40}\\b(?:prufe?t|uberpruft|verifi\\w+|compruebe|detecte|garanta)\\b[^.!?\\n]{0,20}\\bfilt\\w+`,
  `тест[^.!?\\n]{0,40}провер\\S+[^.!?\\n]{0,20}фильтр|单元测试[^\\u3002\\n]{0,10}检查[^\\u3002\\n]{0,6}过滤|(?:यूनिट )?टेस्ट[^\\u0964\\n]{0,16}जा[^\\u0964\\n]{0,12}फिल्टर|\\bfiltre\\w*[^.!?\\n]{0,440}\\bdogrula\\w*[^.!?\\n]{0,20}\\btest\\w*`,
  `\\btests?\\b[^.!?\\n]{0,60}\\b(?:checks?|asserts?|verif\\w+|ensures?|proves?)\\b${SENTENCE}\\b(?:blocked|flagged|refused|rejected|detected|caught|filtered)\\b`,
];

/** Whether a text, its quotations blank, speaks of what is quoted. */
export const SPEAKS_OF_QUOTED = new RegExp([...ASKING_FOR_ADVICE, ...SHOWING_AN_EXAMPLE, ...TELLING].join("|"));
/** Whether it is a line of a program that tests something. */
export const TESTS_QUOTED = new RegExp(
  `\\b(?:expect|assert\\w*)\\b ?[(a-z_]${SENTENCE}\\b(?:tobe|toequal|blocked|flagged|verdict|detected|rejected)\\b|\\bassert\\w* (?:not )?(?:is_?|was_?)?(?:blocked|flagged|detected|rejected)\\w*\\(|\\bexpect\\([^\\n]{0,440}\\)\\.(?:tobe|toequal)\\(`,
);
