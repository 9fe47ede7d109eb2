/**
 * The words with which people take back, put right and ask to hear again what they and the assistant said, language by language, for ordinary.ts. Written as
 * people write them; normalised when they are read. `*` stands for any letters.
 */

/** What a word of these lists says. */
export type Saying = {
  /** "Ignore", "forget", told to somebody. */
  readonly drop: string;
  /** "Instructions". */
  readonly rules: string;
  /** "That I gave you", "I wrote". */
  readonly own: string;
  /** "Everything", "above": what stands before. */
  readonly before: string;
  /** "Wrong chat", "meant for another conversation". */
  readonly wrong: string;
  /** Things of ordinary life: deliveries, addresses, appointments, sizes, colours. */
  readonly thing: string;
  /** "Every", "your": of instructions that are not the speaker's. */
  readonly theirs: string;
  /** "Repeat". */
  readonly again: string;
  /** "You said", "you wrote". */
  readonly said: string;
  /** Written without blanks: a word is found inside others. */
  readonly isUnspaced?: true;
};

/** By language. */
export const SAYINGS: { readonly [language: string]: Saying } = {
  en: {
    drop: "ignore|disregard|forget",
    rules: "instructions|directions|orders",
    own: "i gave|i have given|i've given|i sent|i've sent|i have sent|i wrote|i left|we gave|we sent|we left",
    before: "everything above|all of the above|all the above|all of that above|everything before this|the above",
    wrong:
      "wrong chat|wrong conversation|wrong window|wrong thread|wrong tab|wrong person|another chat|another conversation|a different chat|a different conversation|another window|somebody else|someone else",
    thing:
      "delivery|address|courier|parcel|package|oven|technician|appointment|sofa|size|blue|red|green|black|white|grey|yellow|washing machine|plumber|table|doorbell|neighbour|neighbor|pick-up|pickup|moved house|hotel|booking",
    theirs: "all|any|every|your|those|system|initial|original",
    again: "repeat|say again|write again|tell me again",
    said: "you said|you've said|you have said|you wrote|you told me|you explained|you just said|your answer|your last answer|your reply|your explanation",
  },
  de: {
    drop: "ignorier*|vergiss|vergessen sie|vergesst|missacht*",
    rules: "anweisung*|anleitung*|hinweise|vorgaben",
    own: "ich ihnen*|ich dir*|ich euch*|wir ihnen*|wir dir*|ich gegeben|ich geschickt*|ich geschrieben",
    before: "alles oben|alles von oben|alles obige|alles bisherige|alles davor|alles vorherige",
    wrong:
      "falscher chat|falsche unterhaltung|falsches fenster|falsches gespräch|anderen chat|anderes gespräch|andere unterhaltung|im chat geirrt|jemand anderen",
    thing:
      "lieferung|zustellung|adresse|kurier*|paket*|ofen|techniker|termin*|sofa|größe|blaue*|rote*|grüne*|schwarze*|weiße*|graue*|waschmaschine|klempner|umgezogen|hotel|buchung|bote|boten",
    theirs: "alle|allen|sämtliche|jegliche|deine*|ihre|system*|ursprüngliche*",
    again: "wiederhole|wiederhol|wiederholen sie",
    said: "du oben gesagt|sie oben gesagt|du oben geschrieben|sie oben geschrieben|du gesagt|sie gesagt|du geschrieben|sie geschrieben|deine antwort|ihre antwort|du erklärt|sie erklärt",
  },
  es: {
    drop: "ignor*|olvid*|descart*",
    rules: "instrucciones|indicaciones|órdenes",
    own: "que le di|que te di|que les di|que os di|que le envié|que te envié|que les envié|que le mandé|que te mandé|que le escribí|que te escribí|que le dejé|que le dimos|que envié|que di",
    before: "todo lo anterior|todo lo de arriba|lo anterior|lo de arriba|todo lo de antes",
    wrong: "chat equivocado|conversación equivocada|otro chat|otra conversación|equivoqué de*|otra persona|otra ventana|chat incorrecto",
    thing:
      "entrega|dirección|mensajero|repartidor|paquete|horno|técnico|cita|sofá|talla|azul|rojo|roja|verde|negro|negra|blanco|blanca|lavadora|fontanero|mudamos|hotel|reserva",
    theirs: "todas|todos|cualquier*|tus|tu|sus|del sistema|originales|iniciales",
    again: "repite|repita|repíteme|repítame",
    said: "que dijiste|que has dicho|que ha dicho|que dijo|que escribiste|que ha escrito|que explicaste|tu respuesta|su respuesta",
  },
  fr: {
    drop: "ignore*|oublie*|écarte*",
    rules: "instructions|consignes|indications",
    own: "que je vous ai*|que je t'ai*|que je vous avais*|que nous vous avons*|que j'ai*|que je vous*",
    before: "tout ce qui précède|tout ce qui est au-dessus|tout ce qui est plus haut|tout au-dessus|ce qui précède",
    wrong:
      "mauvaise conversation|mauvais chat|mauvaise discussion|autre conversation|autre chat|autre discussion|trompé* de*|mauvaise fenêtre|quelqu'un d'autre",
    thing:
      "livraison|adresse|coursier|livreur|colis|four|technicien|rendez-vous|canapé|taille|bleu|bleue|rouge|vert|verte|noir|noire|blanc|blanche|lave-linge|plombier|déménagé|hôtel|réservation",
    theirs: "toutes|tous|tes|ton|vos|système|initiales|d'origine",
    again: "répète|répétez|redis|redites",
    said: "tu as dit|vous avez dit|tu as écrit|vous avez écrit|tu disais|vous disiez|tu as expliqué|vous avez expliqué|ta réponse|votre réponse",
  },
  it: {
    drop: "ignor*|dimentic*|scord*",
    rules: "istruzioni|indicazioni",
    own: "che le ho*|che ti ho*|che vi ho*|che ho dato|che ho mandato|che ho inviato|che le abbiamo*|che vi abbiamo*",
    before: "tutto quanto sopra|tutto quello che precede|tutto ciò che precede|quanto sopra|tutto quello sopra|tutto sopra",
    wrong:
      "chat sbagliata|conversazione sbagliata|altra chat|altra conversazione|sbagliato chat|sbagliato conversazione|sbagliato finestra|altra persona|qualcun altro",
    thing:
      "consegna|indirizzo|corriere|pacco|forno|tecnico|appuntamento|divano|taglia|blu|rosso|rossa|verde|nero|nera|bianco|bianca|lavatrice|idraulico|traslocato|albergo|hotel|prenotazione",
    theirs: "tutte|tutti|qualsiasi|tue|tuoi|vostre|sistema|originali|iniziali",
    again: "ripeti|ripeta|ripetimi|ripetete",
    said: "hai detto|ha detto|hai scritto|ha scritto|avete detto|avete scritto|hai spiegato|ha spiegato|la tua risposta|la sua risposta",
  },
  pt: {
    drop: "ignor*|esqueç*|esquec*|desconsider*",
    rules: "instruções|indicações|orientações",
    own: "que lhe dei|que te dei|que vos dei|que dei|que enviei|que lhe enviei|que te enviei|que mandei|que lhe mandei|que escrevi|que eu dei|que eu enviei",
    before: "tudo o que está acima|tudo acima|tudo o que está antes|tudo o que veio antes|o que está acima|tudo que está acima",
    wrong: "conversa errada|chat errado|outra conversa|outro chat|enganei-me na*|enganei-me no*|errei de*|janela errada|outra pessoa",
    thing:
      "entrega|endereço|estafeta|motoboy|entregador|pacote|encomenda|forno|técnico|consulta|sofá|tamanho|azul|vermelho|vermelha|verde|preto|preta|branco|branca|máquina de lavar|encanador|mudámos|mudamos|hotel|reserva",
    theirs: "todas|todos|quaisquer|suas|tuas|sistema|originais|iniciais",
    again: "repete|repita|repitam",
    said: "que disseste|você disse|que disse|que escreveste|você escreveu|que escreveu|que explicaste|você explicou|a tua resposta|a sua resposta",
  },
  ru: {
    drop: "забудь|забудьте|игнорируй|игнорируйте|проигнорируй*|не обращай*",
    rules: "инструкци*|указани*|распоряжени*",
    own: "которые я*|которое я*|которую я*|которые мы*|что я дал*|что я отправ*",
    before: "все, что выше|все что выше|все выше|все, что было выше|все написанное выше|все вышесказанное",
    wrong:
      "не тот чат|не в тот чат|ошибся чатом|ошиблась чатом|другого чата|другой чат|в другой чат|другого разговора|ошибся окном|ошиблась окном|другому человеку|не туда",
    thing:
      "доставк*|адрес*|курьер*|посылк*|духовк*|мастер*|встреч*|запис*|диван*|размер*|синий|синюю|красный|красную|зеленый|черный|белый|стиральн*|сантехник*|переехали|гостиниц*|бронь",
    theirs: "все|всех|любые|твои|твоих|свои|своих|ваши|системн*|исходн*",
    again: "повтори|повторите",
    said: "ты сказал*|вы сказали|ты написал*|вы написали|ты объяснил*|вы объяснили|твой ответ|ваш ответ",
  },
  zh: {
    drop: "忽略|忘记|忘掉|无视|不用管",
    rules: "指示|指令|说明|要求",
    own: "我之前给|我之前发|我刚才给|我刚才发|我给你|我发给|我们给你|我们之前给|我上次给|我之前写",
    before: "以上所有|上面的一切|以上内容|上面所有|上面的内容|以上全部|上面全部",
    wrong: "发错|别的聊天|另一个聊天|其他聊天|另一个对话|错误的聊天|聊错|发给别人",
    thing: "送货|配送|地址|快递|包裹|烤箱|师傅|预约|沙发|尺码|蓝色|红色|绿色|黑色|白色|灰色|洗衣机|搬家|酒店|送到|改发|预订|外卖",
    theirs: "所有|全部|一切|任何|你的|您的|系统|原始|最初",
    again: "重复|再说|再发",
    said: "你上面说|您上面说|你刚才说|您刚才说|你说|您说|你写|您写|你的回答|您的回答|你之前说|你刚才的",
    isUnspaced: true,
  },
  hi: {
    drop: "भूल|भूलें|भूलो|अनदेखा|नजरअंदाज",
    rules: "निर्देश*|हिदायत*",
    own: "मैंने|मैने|हमने",
    before: "ऊपर का सब|ऊपर सब|ऊपर का सब कुछ|ऊपर की सब",
    wrong: "गलत चैट|दूसरी चैट|किसी और चैट|गलत बातचीत|किसी और के लिए|गलत विंडो",
    thing: "डिलीवरी|पते|पता|कूरियर|पार्सल|ओवन|मिस्त्री|अपॉइंटमेंट|सोफा|साइज|नीला|नीली|लाल|हरा|काला|सफेद|शिफ्ट|होटल|बुकिंग",
    theirs: "सभी|सारे|सब|अपने|तुम्हारे|आपके|सिस्टम",
    again: "दोहराइए|दोहराओ|दोहराएं|फिर से बताइए",
    said: "आपने ऊपर|तुमने ऊपर|आपने जो|तुमने जो|आपने कहा|तुमने कहा|आपका जवाब",
  },
  tr: {
    drop: "unut|unutun|unutunuz|yok say|yok sayın|yok sayınız|görmezden gelin|dikkate almayın",
    rules: "talimat*|yönerge*",
    own: "verdiğim|gönderdiğim|yazdığım|ilettiğim|bıraktığım|verdiğimiz|gönderdiğimiz",
    before: "yukarıdaki her şeyi|yukarıdakileri|yukarıdakilerin hepsini|yukarıdaki mesajı",
    wrong: "yanlış sohbet|yanlış pencere|başka bir sohbet|başka sohbet|yanlış kişi|yanlış yere",
    thing:
      "teslim*|kurye*|adres*|paket*|fırın*|usta*|randevu*|koltuk*|beden*|mavi*|kırmızı*|yeşil*|siyah*|beyaz*|çamaşır makine*|taşındık|otel*|rezervasyon*|kargo*",
    theirs: "tüm|bütün|her|senin|sana verilen|sistem*|kendi",
    again: "tekrarla|tekrarlayın|tekrar yaz|tekrar söyle",
    said: "söylediğin*|söyledikleri*|yazdığın*|yazdıkları*|anlattığın*|cevabını|yanıtını",
  },
  ja: {
    drop: "忘れて|無視して|無視し",
    rules: "指示|指図",
    own: "私が|先ほど私|お伝えした|お送りした|お願いした",
    before: "上記はすべて|上記の内容|上記をすべて|上の内容はすべて|上記は",
    wrong: "別のチャット|チャットを間違|違うチャット|別の会話|間違えて送",
    thing: "配達|配送|住所|引っ越し|青い|赤い|黒い|白い|緑の|オーブン|予約|サイズ|荷物|宅配|届け先|ホテル|洗濯機",
    theirs: "すべての|全ての|全部の|あなた|お前|システム|最初の",
    again: "繰り返して|もう一度",
    said: "あなたが言った|言ったこと|おっしゃった|あなたの答え|説明したこと",
    isUnspaced: true,
  },
  ko: {
    drop: "잊어*|무시*",
    rules: "지시*|지침*|안내*",
    own: "제가|내가|저희가",
    before: "위 내용은|위의 내용*|위 내용*|위에 있는 것*",
    wrong: "다른 대화방*|다른 채팅*|잘못된 채팅*|잘못 보*|다른 대화*",
    thing: "배송*|배달*|주소*|이사했*|파란*|빨간*|검은*|흰*|초록*|오븐*|예약*|사이즈*|택배*|소파*|호텔*|기사님*",
    theirs: "모든|전부|당신*|너의|네|시스템*|모두",
    again: "다시",
    said: "말한 것*|말씀하신*|쓴 것*|설명한 것*|답변*",
  },
  nl: {
    drop: "negeer|vergeet",
    rules: "instructies|aanwijzingen",
    own: "ik u*|ik je*|ik jou|wij u*|wij je*|ik gaf|ik stuurde",
    before: "alles hierboven|alles daarboven|al het bovenstaande|alles boven",
    wrong: "verkeerde chat|verkeerd gesprek|verkeerde venster|ander gesprek|andere chat|iemand anders",
    thing:
      "bezorging|levering|adres|koerier|pakket*|oven|monteur|afspraak|bank|maat|blauwe|rode|groene|zwarte|witte|wasmachine|loodgieter|verhuisd|hotel|boeking",
    theirs: "alle|al|jouw|je eigen|uw|systeem*",
    again: "herhaal|herhaalt",
    said: "je hierboven zei|u hierboven zei|je zei|u zei|je schreef|u schreef|je hebt gezegd|u hebt gezegd|je antwoord|uw antwoord",
  },
};
