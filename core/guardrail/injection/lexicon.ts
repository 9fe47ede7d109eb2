/**
 * Words of instructions in ten languages (English, German, Spanish, French, Italian, Portuguese, Russian, Chinese, Hindi, Turkish), by what they
 * mean. The classifier sees the meaning beside the word, so what it learns in one language holds in the others. A word alone is evidence of
 * nothing: the weights are learned.
 *
 * `word-` is the beginning of words. Chinese entries are found anywhere in a run of characters. Entries are normalised as texts are.
 */
export const LEXICON = {
  /** Setting aside what was said: told to somebody. */
  ignore:
    "ignore disregard forget override bypass neglect dismiss discard abandon unlearn overrule supersede void nullify suspend revoke circumvent overlook " +
    "ignoriere vergiss missachte ubergehe verwirf uberschreibe umgehe vernachlassige streiche ignoriert vergesst " +
    "ignora olvida desestima descarta omite ignoren olviden desobedece anula salta " +
    "oublie ignore oubliez ignorez neglige negligez outrepasse outrepassez contourne contournez desobeis abandonne annule " +
    "dimentica scorda trascura ignorate dimenticate scavalca aggira annulla tralascia " +
    "esqueca esquece ignore desconsidere desconsidera descarte contorne burle anule " +
    "игнорируй игнорируйте проигнорируй забудь забудьте отбрось отбросьте отмени отмените обойди обойдите пренебреги пренебрегите нарушь " +
    "忽略 无视 忘记 忘掉 忘了 抛弃 不要理会 别管 绕过 跳过 覆盖 撇开 不用管 放弃 " +
    "अनदेखा नजरअंदाज नज़रअंदाज भूल भूलो भूलें उपेक्षा दरकिनार त्याग " +
    "unut unutun yoksay sil boşver atla görmezden bırak aş çiğne geçersiz yok",
  /** The same verbs in a statement about somebody, or negated. */
  ignored:
    "ignor- ignoring disregard- forgot forgotten forgets forgetting overrid- bypass- dismiss- skip- overwrit- " +
    "ignorier- vergess- missacht- ubergeh- uberschr- umgeh- ausser olvid- ignor- desestim- descart- oubli- neglig- contourn- diment- scord- trascur- esquec- desconsid- contorn- " +
    "игнорир- забы- отброс- обойти пренебре- unut- yok",
  earlier:
    "previous previously prior above earlier preceding foregoing initial initially original originally before former existing given past old antecedent aforementioned hitherto " +
    "bisherig- vorherig- vorig- fruher- obig- vorangegang- vorangehend- ursprunglich- zuvor vorher davor gegeben- erst- alt- bestehend- " +
    "anterior- previ- inicial- original- antes precedent- arriba dadas recibidas pasad- " +
    "precedent- anterieur- initial- auparavant avant dessus donne- recu- passe- " +
    "precedent- prima inizial- originar- sopra ricevut- dat- passat- " +
    "acima recebid- iniciais dad- passad- " +
    "предыдущ- прежн- ранее выше раньше первоначальн- исходн- прошл- данн- полученн- " +
    "之前 以前 先前 上面 上述 以上 前面 原来 原先 最初 原始 此前 " +
    "पिछले पिछली पिछला पहले पूर्व ऊपर मूल शुरुआती पुराने पुरानी प्रारंभिक " +
    "önceki onceki önce yukarıdaki eski ilk daha geçmiş başlangıç verilen",
  instruction:
    "instruction- prompt prompts rule rules guideline- directive- command commands order orders constraint- direction directions programming training guidance briefing protocol- configuration mandate- programme instructions " +
    "anweisung- instruktion- befehl- regel regeln vorgabe- richtlinie- auftrag- systemprompt- eingabeaufforderung- weisung- anleitung- vorschrift- " +
    "instruccion- indicacion- reglas regla ordenes directric- directiva- mandato- normas consigna- orden " +
    "consigne- regle- directive- ordre ordres indication- " +
    "istruzion- regol- direttiv- ordin- indicazion- comand- consegn- " +
    "instruc- regra- diretriz- ordens ordem orientac- comando- diretiva- " +
    "инструкци- указани- правил- команд- директив- распоряжени- приказ- промпт- установк- предписани- " +
    "指令 指示 规则 提示词 提示 命令 要求 说明 设定 准则 规定 " +
    "निर्देश- नियम- आदेश- प्रॉम्प्ट- हिदायत- अनुदेश- सूचना- " +
    "talimat- kural- komut- yönerge- emir emri emirleri istem- direktif- yönlendirme-",
  all: "all any every everything anything whatever each entire whole alle alles sämtlich- ganze- jede- todo todos toda todas cualquier tout tous toute toutes tutto tutti tutte tutta qualsiasi tudo qualquer все всё всех всю любые любую любой 所有 一切 全部 任何 सभी सब सारे सारी हर tüm bütün her hepsini herhangi tümünü şeyi",
  fresh:
    "new updated revised instead following actual real now henceforth onwards neu- ab jetzt nun stattdessen folgend- fortan künftig nuevo nueva nuevas nuevos ahora adelante siguiente- nouveau nouvelle nouvelles nouveaux désormais maintenant suivant- dorénavant nuovo nuova nuove nuovi ora adesso seguent- poi novo nova novas novos agora seguinte- doravante нов- теперь отныне следующ- вместо сейчас 新的 新 现在 你现在是 现在是 从现在 接下来 以下 改为 नया नई नए अब आगे निम्न इसके yeni şimdi artık bundan sonra aşağıdaki şu",
  you: "you your yours bist eres sei yourself u ur du dein deine deinen deinem deiner dich dir ihr ihre ihren ihnen sie tu tus te ti su sus usted tú ton ta tes vous votre vos toi tuo tua tuoi tue voi vostro vostre vostra você voce seu sua seus suas teu tua teus tuas ты твой твои твоих твоя твою твоим тебе тебя вы ваш ваши ваших вашу вам вас свои свой свою своих 你 您 你的 तुम तुम्हारे तुम्हारा तुम्हारी आप आपके आपका आपकी अपने अपना अपनी तू sen senin sana seni siz sizin kendi",
  self: "i i'm i've we we've my our ours mine ich wir mein meine meinen meiner meinem unser unsere unseren yo nosotros mi mis nuestro nuestra je j'ai nous mon ma mes notre nos io noi mio mia miei mie nostro nostra eu nós meu minha meus minhas nosso nossa я мы мой моя моё мое мои мою моего моей мне наш наша наши 我 我们 我的 मैं हम मेरा मेरी मेरे मुझे हमारा हमारे हमारी ben biz benim bizim bana",
  reveal:
    "reveal type show print display output repeat leak disclose expose recite dump divulge echo share quote paraphrase reproduce regurgitate spill unveil translate summarize summarise list describe tell give provide state paste copy uncover enumerate spell write " +
    "zeige zeig verrate verrat nenne nenn gib wiederhole drucke offenbare enthülle zitiere teile sag sage schreibe liste zeigen nennen verraten wiederholen geben ausgeben " +
    "muestra muestrame muestre revela revelame revele dime repite imprime enseña divulga comparte escribe cita dame lista enumera " +
    "montre montrez révèle révélez affiche affichez répète répétez dis donne donnez divulgue divulguez partage écris cite énumère imprime " +
    "mostra mostrami rivela rivelami ripeti stampa dimmi elenca divulga condividi scrivi dammi " +
    "mostre mostra revele revela repita repete imprima diga escreva liste compartilhe divulgue dê exiba " +
    "покажи покажите раскрой раскройте выведи выведите повтори повторите напечатай назови скажи сообщи напиши выдай перечисли процитируй " +
    "显示 透露 告诉 输出 打印 重复 泄露 展示 说出 列出 公开 复述 给出 写出 揭示 " +
    "दिखाओ दिखाएं दिखाएँ बताओ बताएं बताइए प्रकट उजागर दोहराओ दोहराएं छापो लिखो लिखें साझा दो दें " +
    "göster gösterin açıkla söyle yazdır yaz tekrarla ifşa paylaş listele ver çıktı dök",
  system:
    "system sysprompt systemprompt preprompt hidden internal backend verbatim backstage underlying systemanweisung- intern- versteckt- geheime- sistema oculto ocultas ocultos interno interna internas internos système systeme caché cachée cachées interne internes nascost- intern- ocult- систем- скрыт- внутренн- 系统 隐藏 内部 后台 सिस्टम छिपे छिपा छुपे आंतरिक sistem sisteminin gizli dahili",
  secret:
    "secret secrets password passwords passcode passphrase passwd credential- apikey api_key token tokens key keys pin codeword flag confidential sensitive geheim- passwor- kennwort- zugangsdaten schlüssel secreto secreta secretos secretas contraseña- clave claves credencial- mot secret secrète passe identifiant- clé clés segret- parola chiave password chiavi credenzial- senha senhas segredo- chave chaves секрет- парол- ключ ключи ключа ключей конфиденциальн- 密码 口令 秘密 密钥 机密 凭证 暗号 पासवर्ड गुप्त रहस्य राज कुंजी गोपनीय şifre- parola- sır sırrı anahtar- gizli-",
  persona:
    "pretend act roleplay simulate imagine behave impersonate emulate become embody role persona character playing simulating acting alter tue tu spiele verhalte simuliere stell rolle benimm handle actúa finge simula imagina compórtate rol interpreta hazte conviértete personaje agis joue simule imagine rôle prétends incarne comporte faites fais fingi finta agisci simula immagina interpreta ruolo comportati impersona finja aja atue simule imagine papel comporte interprete personagem притворись притворитесь представь представьте действуй веди играй роль роли сыграй вообрази изобрази стань 假装 扮演 想象 模拟 充当 扮作 角色 假设 当作 假扮 नाटक अभिनय भूमिका कल्पना बनो ढोंग दिखावा व्यवहार davran rol yap oyna canlandır taklit hayal gibi",
  free: "unrestricted uncensored unfiltered unlimited jailbroken jailbreak limitless unmoderated amoral unethical unbound unchained uninhibited liberated dan lawless omnipotent evil böser böse malvado malvada maléfique malvagio kötü дьявольский 邪恶 दुष्ट uneingeschränkt- unzensiert- ungefiltert- grenzenlos- befreit- libre ilimitad- irrestrict- sinrestriccion- desbloquead- illimité- débridé- liber- libero illimitat- senza- livre ilimitad- irrestrit- неограниченн- свободн- безгранич- злой 无限制 不受限制 不受约束 自由 越狱 无约束 没有限制 असीमित आज़ाद स्वतंत्र मुक्त kuralsız sınırsız sansürsüz özgür kısıtlamasız filtresiz",
  limits:
    "restriction- filter filters limit limits limitation- censorship ethics ethical morals morality moral safety safeguard- guardrail- policy policies boundaries inhibitions moderation einschränkung- beschränkung- zensur grenzen ethik moral sicherheits- schranken filtern restriccion- censure filtro filtros límite- limitacion- censura ética moral politica- seguridad limite- éthique sécurité politique- filtre- restrizion- limit- etic- sicurezza restric- limitac- segurança ограничени- границ- рамк- фильтр- цензур- этик- морал- запрет- безопасност- политик- 限制 过滤 审查 道德 约束 伦理 安全 政策 प्रतिबंध- सेंसर- सीमा- फिल्टर- नैतिक- सुरक्षा रोक- kısıtlama- filtre- sınır- sansür- etik ahlak- güvenlik politika-",
  without:
    "without no none zero free lacking beyond regardless ohne kein keine keinen keinerlei frei sin ningún ninguna ningun sans aucun aucune aucunes senza nessun nessuna nessuno sem nenhum nenhuma без никаких нет вне 没有 无 不受 毫无 बिना कोई रहित olmadan hiçbir olmayan yok sız",
  assistant:
    "ai ia modell assistant assistants llm chatbot chatbots bot bots gpt chatgpt agent agents model models copilot claude gemini bard siri alexa intelligence ki assistent assistentin sprachmodell- agente asistente modelo modèle assistente modello modelo ассистент- бот бота боту модель модели ии помощник- искусственн- 人工智能 助手 模型 机器人 智能 一个ai एआई सहायक असिस्टेंट मॉडल चैटबॉट बॉट yapay asistan- modeli bot-",
  mode: "mode modus modo mode modalità режим- 模式 मोड modu moduna mod developer debug debugging admin administrator sudo root maintenance superuser entwickler- wartungs- desarrollador depuración développeur sviluppatore desenvolvedor разработчик- отладк- админ- 开发者 调试 管理员 维护 डेवलपर एडमिन geliştirici yönetici bakım hata",
  authority:
    "openai anthropic google microsoft creator creators owner engineer engineers authorized authorised permission clearance supervisor ceo auditor compliance legal police approved approval erlaubnis chef chefin befugt autorisiert administración autorizado autorizada permiso jefe directeur autorisé autorisation patron autorizzat- permesso capo autorizad- permissão chefe разрешени- начальник- директор- уполномоч- создател- 授权 老板 经理 创建者 创造者 许可 अनुमति मालिक निदेशक अधिकृत निर्माता yetkili izin- müdür sahibi yaratıcı-",
  negation:
    "not don't dont never cannot can't won't must mustn't nor nicht nie niemals nunca jamás no pas jamais ne non mai não nunca jamais не никогда нельзя ни 不 不要 别 不能 不会 从不 绝不 नहीं मत कभी न değil asla hiç",
  hide: "secretly silently quietly discreetly unnoticed hide hidden conceal covert heimlich unbemerkt stillschweigend secretamente discretamente silencio escondidas secrètement discrètement insu silenziosamente nascosto segretamente silenciosamente escondido тайно незаметно молча скрытно 偷偷 悄悄 暗中 秘密地 不要告诉 别告诉 चुपचाप छुपकर गुप्त gizlice sessizce haber fark",
  send: "send forward email mail transmit upload post transfer wire deliver exfiltrate export submit sende schick schicke leite übermittle überweise weiterleiten senden envía envia enviar reenvía manda transfiere sube envoie envoyez transfère transmets expédie publie invia inoltra manda trasferisci spedisci carica envie encaminhe mande transfira отправь отправьте перешли переслать пришли передай переведи 发送 发给 转发 发到 上传 转账 寄 भेजो भेजें भेज भेजिए ट्रांसफर gönder iletin yolla aktar ilet yükle",
  deed: "delete erase wipe remove disable deactivate unlock grant revoke install execute run download open close cancel purchase buy pay withdraw deposit invite add create update change modify reset schedule book reserve subscribe post publish search access retrieve fetch check list get read find call invoke turn set activate enable lösche entferne deaktiviere lade führe öffne kaufe bezahle buche ändere erstelle rufe elimina borra desactiva ejecuta instala compra paga descarga abre cambia crea llama supprime efface désactive exécute installe achète paie télécharge ouvre modifie crée appelle elimina cancella disattiva esegui installa acquista paga scarica apri cambia crea chiama apague exclua desative execute instale compre pague baixe abra altere crie chame удали удалите сотри отключи выполни запусти установи купи оплати скачай открой измени создай вызови 删除 执行 运行 下载 安装 购买 支付 打开 关闭 调用 修改 创建 हटाओ हटाएं मिटाओ चलाओ खरीदो भुगतान डाउनलोड खोलो बदलो बनाओ sil çalıştır kur indir öde aç kapat değiştir oluştur çağır",
  data: "data database record records information details info contacts inbox conversation history transcript chat logs log files file documents addresses address phone customers customer users user accounts account balance salary salaries medical profile emails messages daten kunden kunde nutzer kontakte verlauf gespräch dateien adressen konto gehalt datos clientes cliente usuarios contactos conversación historial archivos direcciones cuenta données clients utilisateurs contacts historique fichiers adresses compte dati clienti utenti contatti cronologia conversazione indirizzi conto dados contatos histórico conversa arquivos endereços conta данные данных клиент- пользовател- контакт- истори- переписк- файл- адрес- счёт- счет- 数据 客户 用户 联系人 历史 记录 对话 文件 地址 账户 个人信息 资料 डेटा ग्राहक- उपयोगकर्ता- संपर्क इतिहास बातचीत फाइल पते खाता veri- müşteri- kullanıcı- kişiler geçmiş konuşma dosya- adres- hesab-",
  answer:
    "sagen decirlo decir dire dizer говорить 可以说 都可以说 कह söyleyebilirsin answer answers respond response responses reply replies say write output antworte antwort antworten sage schreibe sag ausgabe responde respuesta respuestas di contesta réponds réponse réponses répondez dis rispondi risposta risposte di' responda resposta respostas diga отвечай ответь ответ ответы ответе скажи напиши 回答 回复 答案 说 写 回应 उत्तर जवाब कहो बोलो cevap yanıt cevapla yanıtla de söyle",
  must: "must always only strictly immediately urgent important mandatory required exactly simply just attention critical absolutely priority musst sofort nur immer unbedingt wichtig dringend ausschließlich genau debes siempre solo solamente inmediatamente importante urgente obligatorio exactamente dois toujours seulement immédiatement uniquement impérativement devi sempre solo subito immediatamente soltanto esclusivamente deve sempre apenas somente imediatamente должен должна должны всегда только немедленно срочно важно обязательно строго просто 必须 总是 只 立即 马上 重要 只能 务必 紧急 ज़रूर हमेशा केवल सिर्फ तुरंत अनिवार्य महत्वपूर्ण mutlaka her zaman sadece hemen yalnızca acil önemli zorunda",
  harm: "bomb bombs weapon weapons drug drugs hack hacking malware ransomware kill murder poison exploit meth cocaine steal theft fraud explosive explosives virus phishing keylogger napalm counterfeit launder laundering smuggle terrorist terrorism suicide torture assassinate illegal harmful hate racist violence bombe waffe drogen hacken gift töten stehlen sprengstoff illegal bomba arma armas drogas hackear veneno matar robar explosivo bombe arme drogue pirater poison tuer voler explosif bomba arma droga veleno uccidere rubare esplosivo matar roubar бомб- оружи- наркот- взлом- яд убить украсть взрывчат- вирус- 炸弹 武器 毒品 黑客 毒药 杀 爆炸 病毒 偷 बम हथियार ड्रग हैक ज़हर जहर मारना विस्फोटक चोरी bomba silah uyuşturucu hackle zehir öldür patlayıcı çal",
  excuse:
    "hypothetically hypothetical fictional fiction theoretical theoretically research educational academic purposes grandmother grandma novel screenplay researcher professor expert demonstration consent consenting responsible ethically harmless hypothetisch fiktiv forschung bildungszwecke großmutter wissenschaftlich hipotético ficción investigación educativo abuela académico hypothétique fiction recherche éducatif grand-mère ipotetic- finzione ricerca educativ- nonna fictício pesquisa educacional avó гипотетич- вымышлен- исследовани- образовательн- бабушк- 假设 虚构 研究 教育 奶奶 学术 小说 काल्पनिक शोध शैक्षिक दादी varsayım- kurgusal araştırma eğitim büyükanne",
  decode:
    "decode decoding base64 rot13 hex hexadecimal cipher decrypt encoded binary morse ascii backwards reversed caesar unscramble dekodiere entschlüssle kodiert decodifica descifra codificado décode décodez déchiffre codé decodifica decifra codificato decodifique decifre codificado декодируй расшифруй закодирован- 解码 解密 编码 डिकोड çöz kodu",
  refuse:
    "refuse decline comply obey refuses refusal warn warnings disclaimer disclaimers apologize apologise sorry reject deny weigere ablehnen gehorche gehorchen befolge warnung entschuldige niegues negarte rechaces obedece obedecer advertencia disculpes refuse refuses obéis obéir avertissement excuses rifiutare obbedisci obbedire avvertenze scuse recuse recusar obedeça aviso desculpas отказ- подчиняйся слушайся предупрежд- извин- 拒绝 服从 遵守 警告 道歉 मना इनकार पालन चेतावनी माफी reddet reddetme itaat uyarı özür uy",
  task: "task tasks job mission goal objective identity assignment assignments purpose aufgabe- ziel mission tarea- objetivo misión tâche- mission objectif compito compiti obiettivo missione tarefa- objetivo missão задач- задани- цель мисси- 任务 目标 身份 职责 कार्य काम लक्ष्य मिशन görev- amaç hedef",
  text: "learned know knew lernt gelernt weißt aprendido sabes appris sais imparato aprendeu sabe disseram сказали знаешь выучил выше जानते सीखा bildiğin öğrendiğin text context message messages words sentence paragraph line lines content conversation everything told said written texte nachricht text wörter gesagt geschrieben gespräch texto mensaje palabras dicho contexto texte message mots contexte dit testo messaggio parole contesto detto texto mensagem palavras contexto dito текст- сообщени- слова сказан- контекст- 文字 内容 消息 话 上下文 文本 पाठ संदेश शब्द कहा बातें metin mesaj- söylenen- içerik bağlam",
  other:
    "somebody someone somebody's someone's another other others employee employees patient patients neighbour neighbor colleague person's people's anderen anderer fremde jemand otro otra otros otras alguien autre autres quelqu'un altro altri altra qualcuno outro outra outros outras alguém другого других другой другому кого-то чужой чужие 其他 别人 他人 另一 某人 दूसरे अन्य किसी başka diğer birinin başkasının",
  quoted:
    "says said told asks asked wants claims according wrote instructed ordered demanded begged boss colleague friend teacher uncle sagt sagte meint behauptet befohlen laut dice dijo pide ordenó según dit demande selon ordonné dice detto chiede secondo disse pediu mandou segundo сказал сказала говорит велел просит приказал 说 说过 叫 让 कहा बोला कहता dedi söyledi istedi göre diyor",
  /** The assistant is told what it is. */
  are: "are you're bist wirst eres serás sei sarai serás ты 你现在是 你是 您是 现在是 起你 हो तुम sen zekasın asistansın botsun modelsin sensin dan'sın",
  forget:
    "forget vergiss vergesst olvida olvide oublie oubliez dimentica dimenticate scorda esqueça esqueca esquece забудь забудьте 忘记 忘掉 忘了 भूल भूलो भूलें unut unutun",
  obey: "haz fais fai faça делай करो yap obey follow comply gehorche gehorchen befolge hör höre obedece obedéceme obedeceme obéis obéissez obéis-moi obbedisci obbediscimi obedeça obedeca obedece слушайся подчиняйся выполняй делай 服从 听我 照我 听从 मानो मानें पालन itaat dediğimi uy become werde tu conviértete deviens diventa torne стань 变成 बनो ol",
  example:
    "how why what when where who which does example examples explain difference meaning wie warum was wann wo wer welche beispiel erkläre unterschied cómo por qué cuándo dónde quién ejemplo explica comment pourquoi quoi quand où qui exemple explique come perché quando dove chi esempio spiega como porquê quando onde quem exemplo explique как почему что когда где кто пример объясни 如何 怎么 为什么 什么 例子 解释 कैसे क्यों क्या कब कहाँ कौन उदाहरण समझाओ nasıl neden niçin ne nerede kim örnek açıklar mısın",
} as const satisfies { readonly [concept: string]: string };

/** A name of the lexicon. */
export type Concept = keyof typeof LEXICON;
