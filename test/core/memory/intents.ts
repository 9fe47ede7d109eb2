/** What people say when what is remembered of them is needed to answer, and what they say beside that needs nothing of it. Seven of each to a language. */

/** Of one language. */
type Said = { readonly needed: readonly string[]; readonly alone: readonly string[] };

export const SAID: { readonly [language: string]: Said } = {
  en: {
    needed: [
      "What do you know about me?",
      "Which of my details have you stored?",
      "Did I tell you about my allergy?",
      "The same as last month, please.",
      "Do you recall our conversation in May?",
      "Have we spoken about this already?",
      "What would you recommend for a rainy trip?",
    ],
    alone: [
      "What are your opening hours?",
      "How much does shipping to Canada cost?",
      "Is the blue coat waterproof?",
      "Who founded the company?",
      "Please translate this sentence into French.",
      "Can orders be returned within 30 days?",
      "Does the warranty cover zippers?",
    ],
  },
  de: {
    needed: [
      "Was wissen Sie über mich?",
      "Welche Daten haben Sie von mir gespeichert?",
      "Wissen Sie noch, was ich letztes Jahr gekauft habe?",
      "Bitte wieder das Übliche.",
      "Weißt du noch, wie wir verblieben sind?",
      "Habe ich Ihnen von meiner Allergie erzählt?",
      "Zu welchem Mantel raten Sie mir?",
    ],
    alone: [
      "Wann haben Sie geöffnet?",
      "Was kostet der Versand nach Kanada?",
      "Ist der blaue Mantel wasserdicht?",
      "Wer hat die Firma gegründet?",
      "Übersetzen Sie den Satz bitte ins Französische.",
      "Kann man Bestellungen innerhalb von 30 Tagen zurückgeben?",
      "Gilt die Garantie auch für Reißverschlüsse?",
    ],
  },
  es: {
    needed: [
      "¿Qué sabe usted de mí?",
      "¿Qué datos míos tienen guardados?",
      "¿Recuerdas lo que compré el año pasado?",
      "Lo de siempre, por favor.",
      "¿Ya te conté lo de mi alergia?",
      "Envíelo otra vez a la misma dirección.",
      "¿Qué abrigo me recomienda?",
    ],
    alone: [
      "¿Cuál es el horario de apertura?",
      "¿Cuánto cuesta el envío a Canadá?",
      "¿El abrigo azul es impermeable?",
      "¿Quién fundó la empresa?",
      "Traduzca esta frase al francés.",
      "¿Se pueden devolver los pedidos en 30 días?",
      "¿La garantía cubre las cremalleras?",
    ],
  },
  fr: {
    needed: [
      "Que savez-vous de moi ?",
      "Quelles données avez-vous sur moi ?",
      "Vous souvenez-vous de ce que j'ai acheté l'an dernier ?",
      "Comme d'habitude, s'il vous plaît.",
      "Est-ce que je vous ai déjà parlé de mon allergie ?",
      "Renvoyez-le à la même adresse.",
      "Quel manteau me conseillez-vous ?",
    ],
    alone: [
      "Quels sont vos horaires d'ouverture ?",
      "Combien coûte la livraison au Canada ?",
      "Le manteau bleu est-il imperméable ?",
      "Qui a fondé l'entreprise ?",
      "Traduisez cette phrase en anglais.",
      "Peut-on retourner une commande sous 30 jours ?",
      "La garantie couvre-t-elle les fermetures éclair ?",
    ],
  },
  it: {
    needed: [
      "Che cosa sapete di me?",
      "Quali miei dati avete salvato?",
      "Si ricorda che cosa ho comprato l'anno scorso?",
      "Il solito, per favore.",
      "Le ho già parlato della mia allergia?",
      "Lo mandi di nuovo allo stesso indirizzo.",
      "Quale cappotto mi consiglia?",
    ],
    alone: [
      "Quali sono gli orari di apertura?",
      "Quanto costa la spedizione in Canada?",
      "Il cappotto blu è impermeabile?",
      "Chi ha fondato l'azienda?",
      "Traduca questa frase in francese.",
      "Si possono restituire gli ordini entro 30 giorni?",
      "La garanzia copre le cerniere?",
    ],
  },
  pt: {
    needed: [
      "O que vocês sabem sobre mim?",
      "Que dados meus estão guardados?",
      "Lembra-se do que comprei no ano passado?",
      "O de sempre, por favor.",
      "Já lhe falei da minha alergia?",
      "Envie novamente para o mesmo endereço.",
      "Que casaco me recomenda?",
    ],
    alone: [
      "Qual é o horário de funcionamento?",
      "Quanto custa o envio para o Canadá?",
      "O casaco azul é impermeável?",
      "Quem fundou a empresa?",
      "Traduza esta frase para francês.",
      "É possível devolver encomendas em 30 dias?",
      "A garantia cobre os fechos?",
    ],
  },
  ru: {
    needed: [
      "Что вы обо мне знаете?",
      "Какие мои данные у вас хранятся?",
      "Помните, что я покупала в прошлом году?",
      "Мне как обычно, пожалуйста.",
      "Я уже рассказывала вам про аллергию?",
      "Отправьте снова на тот же адрес.",
      "Какой плащ вы посоветуете?",
    ],
    alone: [
      "Когда вы открыты?",
      "Сколько стоит доставка в Канаду?",
      "Синий плащ непромокаемый?",
      "Кто основал компанию?",
      "Переведите это предложение на французский.",
      "Можно ли вернуть заказ в течение 30 дней?",
      "Распространяется ли гарантия на молнии?",
    ],
  },
  tr: {
    needed: [
      "Hakkımda ne biliyorsunuz?",
      "Hangi bilgilerimi saklıyorsunuz?",
      "Geçen yıl ne aldığımı hatırlıyor musunuz?",
      "Her zamankinden lütfen.",
      "Size alerjimden bahsetmiş miydim?",
      "Yine aynı adrese gönderin.",
      "Hangi montu önerirsiniz?",
    ],
    alone: [
      "Saat kaçta açılıyorsunuz?",
      "Kanada'ya kargo ne kadar?",
      "Mavi mont su geçirmez mi?",
      "Şirketi kim kurdu?",
      "Bu cümleyi Fransızcaya çevirin.",
      "Siparişler 30 gün içinde iade edilebilir mi?",
      "Garanti fermuarları kapsıyor mu?",
    ],
  },
  hi: {
    needed: [
      "आप मेरे बारे में क्या जानते हैं?",
      "मेरी कौन सी जानकारी आपके पास है?",
      "क्या आपको याद है कि मैंने पिछले साल क्या खरीदा था?",
      "हमेशा की तरह भेज दीजिए।",
      "क्या मैंने आपको एलर्जी के बारे में बताया था?",
      "उसी पते पर फिर से भेजिए।",
      "आप कौन सा कोट सुझाएँगे?",
    ],
    alone: [
      "आप कितने बजे खुलते हैं?",
      "कनाडा तक भेजने में कितना खर्च आता है?",
      "क्या नीला कोट जलरोधक है?",
      "कंपनी की स्थापना किसने की?",
      "इस वाक्य का फ़्रेंच में अनुवाद कीजिए।",
      "क्या ऑर्डर 30 दिनों में लौटाए जा सकते हैं?",
      "क्या वारंटी में ज़िप शामिल है?",
    ],
  },
  zh: {
    needed: [
      "你们知道我的哪些信息？",
      "你还记得我去年买了什么吗？",
      "跟上次一样，谢谢。",
      "我之前说过我过敏吗？",
      "请再次寄到同一个地址。",
      "你对我了解多少？",
      "你推荐哪件外套？",
    ],
    alone: [
      "你们几点开门？",
      "寄到加拿大要多少钱？",
      "蓝色外套防水吗？",
      "公司是谁创立的？",
      "请把这句话翻译成法语。",
      "订单可以在三十天内退货吗？",
      "保修包括拉链吗？",
    ],
  },
};

/** Written after the rules, which were not changed for them: how often they are right on what they have not seen. */
export const HELD_OUT: { readonly [language: string]: Said } = {
  en: {
    needed: ["Is my size on file?", "You promised me a discount, do you recall?", "Could you advise on a gift for a cyclist?"],
    alone: ["List the steps to reset a router.", "How heavy is the parcel allowed to be?", "Is there parking at the shop?"],
  },
  de: {
    needed: ["Merken Sie sich eigentlich, was ich sage?", "Liegt meine Kleidergröße vor?", "Hatten wir darüber nicht gesprochen?"],
    alone: ["Wie setzt man den Router zurück?", "Wie schwer darf ein Paket sein?", "Gibt es Parkplätze am Laden?"],
  },
  es: {
    needed: ["¿Tienen apuntada mi talla?", "Me prometieron un descuento, ¿se acuerda?", "¿Qué regalo me aconseja para un ciclista?"],
    alone: ["¿Cómo se reinicia el router?", "¿Cuánto puede pesar un paquete?", "¿Hay aparcamiento en la tienda?"],
  },
  fr: {
    needed: ["Avez-vous ma taille ?", "On m'avait promis une remise, vous vous rappelez ?", "Que me suggérez-vous pour un cycliste ?"],
    alone: ["Comment réinitialiser le routeur ?", "Combien un colis peut-il peser ?", "Y a-t-il un parking au magasin ?"],
  },
  it: {
    needed: ["Avete la mia taglia?", "Mi avevate promesso uno sconto, ricordate?", "Che regalo mi suggerisce per un ciclista?"],
    alone: ["Come si ripristina il router?", "Quanto può pesare un pacco?", "C'è un parcheggio vicino al negozio?"],
  },
  pt: {
    needed: ["Têm o meu tamanho?", "Prometeram-me um desconto, lembram-se?", "Que presente sugere para um ciclista?"],
    alone: ["Como se reinicia o router?", "Quanto pode pesar uma encomenda?", "Há estacionamento na loja?"],
  },
  ru: {
    needed: ["Мой размер у вас записан?", "Вы обещали скидку, вспомните.", "Что посоветуете в подарок велосипедисту?"],
    alone: ["Как сбросить настройки роутера?", "Сколько может весить посылка?", "Есть ли парковка у магазина?"],
  },
  tr: {
    needed: ["Bedenim sizde kayıtlı mı?", "Bana indirim sözü vermiştiniz.", "Bir bisikletçi için ne tavsiye edersiniz?"],
    alone: ["Modem nasıl sıfırlanır?", "Bir paket ne kadar ağır olabilir?", "Mağazada otopark var mı?"],
  },
  hi: {
    needed: ["क्या मेरा साइज़ दर्ज है?", "आपने छूट का वादा किया था, याद है?", "साइकिल वाले के लिए कोई सुझाव दीजिए।"],
    alone: ["राउटर कैसे रीसेट करें?", "पार्सल कितना भारी हो सकता है?", "क्या दुकान पर पार्किंग है?"],
  },
  zh: {
    needed: ["你们有我的尺码吗？", "你们答应过给我折扣。", "给骑车的人送什么礼物，有什么建议？"],
    alone: ["怎么重置路由器？", "包裹最多可以多重？", "店里有停车位吗？"],
  },
};
