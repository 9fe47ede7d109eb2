/**
 * Texts of customers in our own words, in ten languages: furious ones, and calm ones about the same troubles. The last of each list is kept from
 * training and tests it. `{thing}` is filled with a word of the language.
 */
import type { ToneRow } from "./rows.ts";

type Voice = { readonly things: readonly string[]; readonly furious: readonly string[]; readonly calm: readonly string[] };

const VOICES: { readonly [language: string]: Voice } = {
  en: {
    things: ["order", "parcel", "phone", "refund", "invoice", "booking", "subscription", "laptop", "delivery", "account"],
    furious: [
      "This is absolutely unacceptable, I am furious about my {thing}!",
      "You are the worst company I have ever dealt with. My {thing} is a disgrace!",
      "I am sick and tired of your excuses about my {thing}!!!",
      "What a joke. Your {thing} is complete garbage and your service is useless.",
      "Are you people idiots? I have asked about my {thing} five times!",
      "I have never been treated so badly. This {thing} is a total scam!",
      "This is outrageous. I am done with you and your damn {thing}.",
      "HOW HARD CAN IT BE TO SEND ONE {thing}? RIDICULOUS!",
      "Absolutely disgusting service, you lied to me about the {thing} again.",
      "I hate this. You ruined my week with your pathetic {thing}.",
      "I am losing my patience, this is the third time that my {thing} is wrong and nobody cares!",
      "This is bullshit, give me my {thing} now!",
      "I've had enough of this nonsense, the {thing} is still broken and your bot is worthless!!",
    ],
    calm: [
      "Where is my {thing}? It was due on Monday.",
      "My {thing} has not arrived yet, could you have a look?",
      "I am a little disappointed that the {thing} is late.",
      "The {thing} is broken, how do I return it?",
      "Hello, I would like to cancel my {thing}, please.",
      "Sorry to bother you again, there is still a problem with my {thing}.",
      "Unfortunately the {thing} does not work for me.",
      "Could somebody explain why the {thing} was charged twice?",
      "I'm not happy with the {thing}, what are my options?",
      "Thanks for the quick answer! One more thing about my {thing}.",
      "How do I change the address of my {thing}?",
      "There seems to be a mistake in my {thing}, can you correct it?",
      "The {thing} came damaged, please send another one.",
    ],
  },
  de: {
    things: ["Bestellung", "Lieferung", "Rechnung", "Rückerstattung", "Buchung", "Sendung"],
    furious: [
      "Das ist eine absolute Frechheit, meine {thing} ist schon wieder falsch!",
      "Ich habe die Schnauze voll von Ihren Ausreden zur {thing}!!",
      "So ein Saftladen, eure {thing} ist der letzte Mist.",
      "Unverschämt! Seit drei Wochen kümmert sich niemand um meine {thing}!",
      "Seid ihr eigentlich zu blöd, eine {thing} richtig zu bearbeiten?",
      "Ich bin stinksauer, das ist reine Abzocke mit der {thing}.",
      "Eine Katastrophe! So schlecht wurde ich noch nie behandelt.",
      "Mir reicht es jetzt endgültig, das ist eine Unverschämtheit mit der {thing}!",
    ],
    calm: [
      "Wo ist meine {thing}? Sie sollte am Montag kommen.",
      "Könnten Sie bitte nach meiner {thing} sehen?",
      "Leider ist die {thing} noch nicht angekommen.",
      "Ich bin etwas enttäuscht, dass die {thing} so lange dauert.",
      "Wie kann ich meine {thing} stornieren?",
      "In meiner {thing} ist ein Fehler, können Sie das korrigieren?",
      "Vielen Dank für die schnelle Antwort zu meiner {thing}!",
      "Die {thing} war beschädigt, was kann ich tun?",
    ],
  },
  es: {
    things: ["pedido", "envío", "reembolso", "paquete", "contrato"],
    furious: [
      "¡Esto es inaceptable, estoy furioso con mi {thing}!",
      "Son unos incompetentes, el {thing} es una vergüenza.",
      "¡Estoy harto de sus excusas sobre el {thing}!",
      "Qué asco de servicio, son unos estafadores con el {thing}.",
      "¿Son idiotas? ¡Ya pregunté cinco veces por mi {thing}!",
      "Esto es una estafa, la peor empresa del mundo.",
      "¡Ya basta, es indignante lo que hacen con mi {thing}!",
    ],
    calm: [
      "¿Dónde está mi {thing}? Debía llegar el lunes.",
      "¿Podrían revisar mi {thing}, por favor?",
      "Lamentablemente el {thing} todavía no ha llegado.",
      "¿Cómo puedo cancelar el {thing}?",
      "Hay un error en mi {thing}, ¿pueden corregirlo?",
      "Gracias por la respuesta rápida sobre mi {thing}.",
      "El {thing} llegó dañado, ¿qué puedo hacer?",
    ],
  },
  fr: {
    things: ["commande", "livraison", "facture", "réservation"],
    furious: [
      "C'est absolument inadmissible, je suis furieux pour ma {thing} !",
      "J'en ai marre de vos excuses pour la {thing} !!",
      "Vous êtes des incapables, cette {thing} est une honte.",
      "Service de merde, la {thing} est encore fausse.",
      "C'est une arnaque, vous vous foutez de moi avec ma {thing} !",
      "Scandaleux ! Personne ne s'occupe de ma {thing} depuis trois semaines !",
      "J'en ai ras le bol, c'est honteux ce que vous faites avec ma {thing} !",
    ],
    calm: [
      "Où est ma {thing} ? Elle devait arriver lundi.",
      "Pourriez-vous vérifier ma {thing}, s'il vous plaît ?",
      "Malheureusement la {thing} n'est pas encore arrivée.",
      "Comment puis-je annuler ma {thing} ?",
      "Il y a une erreur dans ma {thing}, pouvez-vous la corriger ?",
      "Merci pour votre réponse rapide au sujet de ma {thing}.",
      "La {thing} est arrivée abîmée, que puis-je faire ?",
    ],
  },
  it: {
    things: ["ordine", "pacco", "rimborso", "contratto"],
    furious: [
      "È assolutamente inaccettabile, sono furioso per il mio {thing}!",
      "Mi avete stufato con le vostre scuse sul {thing}!!",
      "Siete degli incompetenti, questo {thing} è una vergogna.",
      "Che schifo di servizio, il {thing} è di nuovo sbagliato.",
      "È una truffa, siete dei ladri!",
      "Vergognatevi! Nessuno si occupa del mio {thing} da tre settimane!",
      "Adesso basta, è uno schifo quello che fate con il mio {thing}!",
    ],
    calm: [
      "Dov'è il mio {thing}? Doveva arrivare lunedì.",
      "Potreste controllare il mio {thing}, per favore?",
      "Purtroppo il {thing} non è ancora arrivato.",
      "Come posso annullare il {thing}?",
      "C'è un errore nel mio {thing}, potete correggerlo?",
      "Grazie per la risposta rapida sul mio {thing}.",
      "Il {thing} è arrivato danneggiato, che cosa posso fare?",
    ],
  },
  pt: {
    things: ["pedido", "pacote", "reembolso", "contrato"],
    furious: [
      "Isto é inaceitável, estou furioso com o meu {thing}!",
      "Estou farto das vossas desculpas sobre o {thing}!!",
      "Vocês são uns incompetentes, este {thing} é uma vergonha.",
      "Que porcaria de serviço, o {thing} está errado outra vez.",
      "Isso é um golpe, vocês são uns ladrões!",
      "Que absurdo! Ninguém resolve o meu {thing} há três semanas!",
      "Chega, é uma palhaçada o que fazem com o meu {thing}!",
    ],
    calm: [
      "Onde está o meu {thing}? Devia chegar na segunda-feira.",
      "Podem verificar o meu {thing}, por favor?",
      "Infelizmente o {thing} ainda não chegou.",
      "Como posso cancelar o {thing}?",
      "Há um erro no meu {thing}, podem corrigir?",
      "Obrigado pela resposta rápida sobre o meu {thing}.",
      "O {thing} chegou danificado, o que posso fazer?",
    ],
  },
  ru: {
    things: ["заказ", "возврат", "договор", "платёж"],
    furious: [
      "Это просто безобразие, я в бешенстве, где мой {thing}!",
      "Мне надоели ваши отговорки про {thing}!!",
      "Вы бездари, ваш {thing} это позор.",
      "Отвратительный сервис, {thing} опять неправильный.",
      "Это обман, вы мошенники и воры!",
      "Возмутительно! Никто не занимается моим делом три недели!",
      "Хватит, это позор и безобразие, верните мой {thing}!",
    ],
    calm: [
      "Где мой {thing}? Он должен был прийти в понедельник.",
      "Проверьте, пожалуйста, мой {thing}.",
      "К сожалению, {thing} ещё не пришёл.",
      "Как я могу отменить {thing}?",
      "В документе ошибка, можете исправить?",
      "Спасибо за быстрый ответ про мой {thing}.",
      "Мой {thing} повреждён, что мне делать?",
    ],
  },
  zh: {
    things: ["订单", "包裹", "退款", "发票"],
    furious: [
      "太过分了,我的{thing}到底在哪里!",
      "你们的服务烂透了,{thing}又错了!",
      "我受够了你们的借口,{thing}呢!",
      "简直是垃圾公司,骗子!",
      "你们是白痴吗?我的{thing}问了五遍了!",
      "气死我了,这是诈骗!",
      "受够了,垃圾服务,太过分了!",
    ],
    calm: [
      "请问我的{thing}在哪里?应该星期一到。",
      "麻烦帮我查一下{thing},谢谢。",
      "很遗憾,{thing}还没有到。",
      "请问怎么取消{thing}?",
      "我的{thing}有一个错误,可以改吗?",
      "谢谢你们的快速回复。",
      "{thing}坏了,我该怎么办?",
    ],
  },
  hi: {
    things: ["ऑर्डर", "पार्सल", "रिफंड", "बिल"],
    furious: [
      "यह बिल्कुल बर्दाश्त के बाहर है, मेरा {thing} कहाँ है!",
      "मैं तुम्हारे बहानों से तंग आ गया हूँ, {thing} दो!!",
      "घटिया सेवा, तुम लोग निकम्मे हो।",
      "यह धोखा है, तुम सब चोर हो!",
      "बकवास कंपनी, {thing} फिर गलत है!",
      "शर्म आनी चाहिए, तीन हफ्ते से कोई नहीं सुनता!",
      "बस बहुत हुआ, घटिया और बकवास सेवा, तंग आ गया हूँ!",
    ],
    calm: [
      "मेरा {thing} कहाँ है? सोमवार को आना था।",
      "कृपया मेरा {thing} जाँच लीजिए।",
      "दुर्भाग्य से {thing} अभी तक नहीं आया।",
      "मैं {thing} कैसे रद्द कर सकता हूँ?",
      "मेरे {thing} में एक गलती है, क्या आप ठीक कर सकते हैं?",
      "जल्दी जवाब देने के लिए धन्यवाद।",
      "{thing} टूटा हुआ आया, मैं क्या करूँ?",
    ],
  },
  tr: {
    things: ["siparişim", "paketim", "iadem", "faturam"],
    furious: [
      "Bu kesinlikle kabul edilemez, {thing} nerede!",
      "Bahanelerinizden bıktım artık, {thing} yok!!",
      "Rezalet bir hizmet, {thing} yine yanlış.",
      "Siz dolandırıcısınız, hırsızlar!",
      "Aptal mısınız? Beş kez sordum, {thing} nerede!",
      "Utanın! Üç haftadır kimse ilgilenmiyor!",
      "Yeter artık, tam bir rezalet, bıktım sizden!",
    ],
    calm: [
      "{thing} nerede? Pazartesi gelecekti.",
      "Lütfen {thing} için bakar mısınız?",
      "Maalesef {thing} henüz gelmedi.",
      "Nasıl iptal edebilirim?",
      "{thing} konusunda bir hata var, düzeltebilir misiniz?",
      "Hızlı cevabınız için teşekkürler.",
      "{thing} hasarlı geldi, ne yapabilirim?",
    ],
  },
};

/** `kept`: the frames that no training saw. */
export function ownToneRows(kept: boolean): ToneRow[] {
  return Object.entries(VOICES).flatMap(([language, { things, furious, calm }]) =>
    [[furious, true] as const, [calm, false] as const].flatMap(([frames, isFurious]) =>
      frames
        .filter((_, index) => (index === frames.length - 1) === kept)
        .flatMap((frame, index) =>
          (frame.includes("{thing}") ? things : [""]).map(
            (thing): ToneRow => ({
              text: frame.replace("{thing}", thing),
              tones: isFurious ? ["negative", "furious"] : [],
              // Calm words of somebody in trouble are neither positive nor furious; whether they are negative is left open.
              known: isFurious ? ["negative", "positive", "furious"] : ["furious"],
              source: "own",
              group: `own ${language} ${isFurious} ${index}`,
            }),
          ),
        ),
    ),
  );
}
