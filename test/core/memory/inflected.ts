/**
 * Memories, and questions that ask for one of them in other forms of its words: what a recall by English stems alone does not find. Six to a
 * language; each question names the memory that answers it.
 */

/** One language: its memories, and questions with the place of the memory that answers. */
export type Inflected = { readonly memories: readonly string[]; readonly questions: readonly (readonly [string, number])[] };

export const INFLECTED: { readonly [language: string]: Inflected } = {
  en: {
    memories: [
      "Prefers deliveries on Friday afternoons.",
      "Is allergic to peanuts.",
      "Cancelled the subscription in March.",
      "Has two dogs and an aquarium.",
      "Was refunded for a torn raincoat.",
      "Works night shifts at a hospital.",
    ],
    questions: [
      ["When should you deliver?", 0],
      ["Which allergies are there?", 1],
      ["What about the cancellation?", 2],
      ["Was there a refund for raincoats?", 4],
    ],
  },
  de: {
    memories: [
      "Möchte Lieferungen immer am Freitagnachmittag.",
      "Ist allergisch gegen Erdnüsse.",
      "Hat das Abonnement im März gekündigt.",
      "Hat zwei Hunde und ein Aquarium.",
      "Bekam den Kaufpreis für einen zerrissenen Regenmantel erstattet.",
      "Arbeitet nachts in einem Krankenhaus.",
    ],
    questions: [
      ["Wann soll geliefert werden?", 0],
      ["Welche Allergien gibt es?", 1],
      ["Wann kam die Kündigung der Abonnements?", 2],
      ["Gab es eine Erstattung für Regenmäntel?", 4],
      ["Wie viele Hunden?", 3],
      ["In welchen Krankenhäusern?", 5],
    ],
  },
  es: {
    memories: [
      "Prefiere las entregas los viernes por la tarde.",
      "Es alérgica a los cacahuetes.",
      "Canceló la suscripción en marzo.",
      "Tiene dos perros y un acuario.",
      "Recibió un reembolso por un impermeable roto.",
      "Trabaja de noche en un hospital.",
    ],
    questions: [
      ["¿Cuándo se debe entregar?", 0],
      ["¿Qué alergias hay?", 1],
      ["¿Cuándo fue la cancelación?", 2],
      ["¿Reembolsaron los impermeables?", 4],
    ],
  },
  fr: {
    memories: [
      "Préfère les livraisons le vendredi après-midi.",
      "Est allergique aux arachides.",
      "A résilié son abonnement en mars.",
      "A deux chiens et un aquarium.",
      "A été remboursée pour un imperméable déchiré.",
      "Travaille la nuit dans un hôpital.",
    ],
    questions: [
      ["Quand faut-il livrer ?", 0],
      ["Quelles allergies ?", 1],
      ["Et la résiliation des abonnements ?", 2],
      ["Y a-t-il eu un remboursement des imperméables ?", 4],
    ],
  },
  it: {
    memories: [
      "Preferisce le consegne il venerdì pomeriggio.",
      "È allergica alle arachidi.",
      "Ha disdetto l'abbonamento a marzo.",
      "Ha due cani e un acquario.",
      "Ha ricevuto il rimborso per un impermeabile strappato.",
      "Lavora di notte in un ospedale.",
    ],
    questions: [
      ["Quando si può consegnare?", 0],
      ["Quali allergie ci sono?", 1],
      ["Che ne è degli abbonamenti?", 2],
      ["È stata rimborsata per gli impermeabili?", 4],
    ],
  },
  pt: {
    memories: [
      "Prefere as entregas à sexta-feira à tarde.",
      "É alérgica a amendoins.",
      "Cancelou a assinatura em março.",
      "Tem dois cães e um aquário.",
      "Foi reembolsada por uma capa de chuva rasgada.",
      "Trabalha à noite num hospital.",
    ],
    questions: [
      ["Quando devem entregar?", 0],
      ["Que alergias existem?", 1],
      ["Quando foi o cancelamento das assinaturas?", 2],
      ["Houve um reembolso?", 4],
    ],
  },
  ru: {
    memories: [
      "Предпочитает доставку в пятницу вечером.",
      "У неё аллергия на арахис.",
      "Отменила подписку в марте.",
      "Есть две собаки и аквариум.",
      "Получила возврат денег за порванный плащ.",
      "Работает по ночам в больнице.",
    ],
    questions: [
      ["Когда доставить заказ?", 0],
      ["На что она аллергик?", 1],
      ["Когда была отмена подписки?", 2],
      ["Деньги за плащи вернули?", 4],
      ["Сколько собак?", 3],
      ["В каких больницах?", 5],
    ],
  },
  tr: {
    memories: [
      "Teslimatı cuma öğleden sonra tercih ediyor.",
      "Fıstığa alerjisi var.",
      "Aboneliğini mart ayında iptal etti.",
      "İki köpeği ve bir akvaryumu var.",
      "Yırtık yağmurluk için para iadesi aldı.",
      "Geceleri bir hastanede çalışıyor.",
    ],
    questions: [
      ["Teslimatlar ne zaman yapılmalı?", 0],
      ["Hangi alerjiler var?", 1],
      ["Abonelik iptali ne zamandı?", 2],
      ["Yağmurluğun iadesi yapıldı mı?", 4],
      ["Kaç köpek?", 3],
      ["Hangi hastanelerde?", 5],
    ],
  },
  hi: {
    memories: [
      "शुक्रवार दोपहर को डिलीवरी पसंद है।",
      "मूंगफली से एलर्जी है।",
      "मार्च में सदस्यता रद्द की।",
      "दो कुत्ते और एक मछलीघर है।",
      "फटी बरसाती के लिए पैसे वापस मिले।",
      "रात को अस्पताल में काम करती है।",
    ],
    questions: [
      ["एलर्जियाँ कौन सी हैं?", 1],
      ["कितने कुत्तों को पालती है?", 3],
      ["किन अस्पतालों में?", 5],
    ],
  },
  zh: {
    memories: ["喜欢周五下午收货。", "对花生过敏。", "三月取消了订阅。", "有两只狗和一个鱼缸。", "因雨衣破损获得退款。", "在医院上夜班。"],
    questions: [
      ["有什么过敏吗？", 1],
      ["订阅是什么时候取消的？", 2],
      ["雨衣的退款怎么样了？", 4],
    ],
  },
};
