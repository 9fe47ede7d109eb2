/**
 * What words of anger mean, in ten languages (English, German, Spanish, French, Italian, Portuguese, Russian, Chinese, Hindi, Turkish). A meaning decides
 * nothing: the classifier weighs it beside everything else. Entries are divided by `|`: the beginning of a word, a whole word with `$` behind it; those in Han match anywhere.
 */
export const TONE_LEXICON = {
  outrage:
    "unacceptable|outrageous|disgrace|disgust|appalling|ridiculous|shameful|pathetic|a joke|frechheit|unverschämt|skandal|katastroph|schande|lächerlich|inaceptable|indignante|vergüenza|verguenza|asco$|ridícul|inadmissible|inacceptable|scandal$|honte|ridicule|inaccettabile|vergogn|schifo|ridicol|inaceitáv|vergonha|absurdo|palhaçada|безобрази|возмутительн|позор|отвратительн|ужасн|太过分|过分|离谱|丢脸|恶心|बर्दाश्त|शर्म|शर्मनाक|rezalet|kabul edilemez|utan$|skandal|iğrenç",
  enough:
    "sick and tired|fed up|had enough|had it|losing my patience|lost my patience|done with you|last straw|how many times|schnauze voll|nase voll|mir reicht|es reicht|satt$|ya basta|estoy hart|hasta las narices|j'en ai marre|ras le bol|ça suffit|marre de|mi avete stufato|basta$|non ne posso più|estou fart|chega de|já chega|agora chega|chega!|chega,|cansado de|надоел|хватит|достал|сколько можно|受够|够了|忍无可忍|तंग आ|बहुत हुआ|bıktım|yeter$|canıma tak",
  fury: "furious|livid$|fuming|enraged|pissed|infuriat|hate you|i hate|stinksauer|wütend|sauer$|kotzt mich|furios|enfadad|cabread|rabia|furieu|énerv|colère|arrabbiat|incazzat|furibond|com raiva|irritad|в бешенстве|бесит|взбеш|зол$|气死|愤怒|火大|गुस्सा|öfkeli|sinirli|çıldır|kudur",
  insult:
    "idiot|moron|stupid|incompetent|useless|worthless|liar$|thieves|thief$|clown|blöd|dumm|unfähig|lügner|diebe|trottel|inútil|incompetente|mentiros|ladron|imbécil|incapable|menteu|voleu|débile|incapaci|bugiard|ladri$|stupid|incompetent|ladrões|mentiros|burros$|бездар|идиот|дурак|лжец$|вор$|тупы|白痴|蠢|骗子|废物|无能|निकम्मे|मूर्ख|चोर|झूठे|aptal|hırsız|yalancı|beceriksiz|salak",
  swear:
    "fuck|shit|bullshit|damn|goddamn|crap|ass$|bastard|bitch|wtf$|scheiß|scheiss|verdammt|mist$|saftladen|mierda$|joder|puta|coño|carajo|merde|putain|bordel$|foutre|foutez|merda|cazzo|vaffanculo|stronz|porcaria|caralho|porra$|foda$|дерьм|черт|чёрт|блин$|хрен|他妈|妈的|狗屁|बकवास|घटिया|कमीन|kahretsin|lanet$|bok$",
  trash:
    "garbage|trash|rubbish|worst|terrible|horrible|awful|letzte dreck|letzte mist|das letzte|basura|peor$|pire$|nul$|spazzatura|peggior|lixo|pior$|мусор|худш|垃圾|烂透|最差|烂|कूड़ा|सबसे खराब|çöp|berbat|en kötü",
  scam: "scam|fraud|ripoff|rip-off|rip off|cheat$|abzocke|betrug|betrüger|estafa|timo$|arnaque|escroc|truffa|truffator|golpe|fraude|обман|мошенн|развод|诈骗|欺诈|骗钱|धोखा|ठगी|dolandır",
  kind: "thank|thanks|please|sorry|danke|bitte|leider|gracias|por favor|merci|s'il vous plaît|grazie|per favore|obrigad|спасибо|пожалуйста|谢谢|麻烦|请问|धन्यवाद|कृपया|teşekkür|lütfen",
} as const;
