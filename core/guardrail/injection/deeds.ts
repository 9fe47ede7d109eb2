/**
 * Words of requests to do something, in ten languages, by what they do or are: verbs of what an assistant with tools can do, the things that it does it
 * with, and where they go. The classifier sees which of them stand in one sentence, and whether the sentence begins with the verb. A word alone is
 * evidence of nothing: the weights are learned.
 *
 * `word-` is the beginning of words. Chinese entries are found anywhere in a run of characters.
 */
import { WORD_BOOK } from "./word-book.ts";

const LISTS = {
  // Verbs
  fetch:
    "retrieve fetch get obtain collect gather list lookup find search locate read check view access extract export download dump compile query pull grab copy acquire see scan screenshot dig inspect capture record " +
    "hole ruf lies suche finde sammle exportiere kopiere prüfe busca obtén recupera consulta descarga lee copia récupère cherche trouve télécharge consulte lis copie " +
    "recupera cerca trova scarica leggi copia recupere busque procure baixe leia copie найди получи собери прочитай скачай скопируй 获取 查找 检索 读取 收集 下载 查看 खोजो निकालो पढ़ो bul getir topla oku indir al kopyala",
  send:
    "send forward email e-mail mail text message hand leak reveal disclose supply provide stream sync ship route transmit deliver submit relay dispatch share upload post publish tweet fax cc bcc attach reply notify " +
    "sende schick schicke leite übermittle teile veröffentliche lade envía envia reenvía manda comparte sube publica envoie envoyez transfère transmets partage publie " +
    "invia inoltra manda condividi pubblica carica envie encaminhe mande compartilhe publique отправь отправьте перешли пришли опубликуй поделись 发送 发给 转发 发到 上传 分享 发布 भेजो भेजें साझा gönder ilet paylaş yayınla yükle",
  pay:
    "pay transfer wire deposit withdraw donate refund reimburse remit invest sell buy purchase order trade exchange convert bid tip charge subscribe redeem borrow lend " +
    "zahle bezahle überweise kaufe bestelle verkaufe spende paga transfiere compra vende dona paie payez vire achète vends verse paga trasferisci compra vendi acquista pague transfira compre venda " +
    "оплати переведи купи продай закажи 支付 转账 汇款 购买 出售 付款 भुगतान खरीदो ट्रांसफर öde aktar satın sat havale",
  change:
    "update change modify edit set replace alter adjust amend rename revise correct redirect reroute reset switch increase decrease raise lower reduce convert overwrite rewrite mark assign move reassign extend " +
    "ändere aktualisiere ersetze setze verschiebe benenne cambia actualiza modifica reemplaza mueve renombra change modifie remplace déplace renomme mets cambia aggiorna modifica sostituisci sposta " +
    "altere atualize mude substitua mova измени обнови замени перемести переименуй 修改 更改 更新 替换 移动 重置 बदलो अपडेट değiştir güncelle taşı",
  destroy:
    "delete remove erase wipe trash shred overwrite withdraw resign reject cancel disable deactivate close leave unsubscribe uninstall drop purge clear destroy revoke terminate unfollow unfriend block ban mute stop kill archive empty discard shut suspend abort void detach " +
    "lösche entferne storniere deaktiviere schließe sperre leere elimina borra cancela desactiva cierra bloquea supprime efface annule désactive ferme bloque quitte elimina cancella annulla disattiva chiudi blocca " +
    "apague exclua cancele desative feche bloqueie удали удалите отмени отключи закрой заблокируй сотри 删除 清空 取消 禁用 关闭 屏蔽 हटाओ मिटाओ रद्द बंद sil kaldır iptal kapat engelle",
  permit:
    "grant allow let give share subscribe unblock vouch invite authorize authorise approve permit whitelist allowlist accept admit enable unlock promote elevate confirm verify release waive exempt trust add join follow connect link " +
    "gewähre erlaube gib genehmige bestätige füge lade autoriza permite aprueba invita añade concede autorise accorde approuve invite ajoute autorizza concedi approva invita aggiungi autorize conceda aprove convide adicione " +
    "разреши дай одобри пригласи добавь предоставь 授权 允许 批准 邀请 添加 授予 给予 अनुमति जोड़ो izin ver ekle onayla davet",
  make:
    "create generate make schedule book reserve register initiate open plan arrange prepare produce build draft compose write organize organise setup launch start begin request file apply sign enroll enrol clone commit merge deploy push " +
    "erstelle plane buche reserviere eröffne schreibe crea genera programa reserva agenda redacta crée génère planifie réserve rédige crea genera pianifica prenota crie gere agende reserve " +
    "создай запланируй забронируй сделай составь 创建 生成 安排 预订 预约 编写 बनाओ बुक oluştur planla rezerve yaz",
  operate:
    "run execute install call invoke use operate activate trigger control turn switch move guide drive steer fly park lock open close unlock start play dial ring restart reboot shut lift navigate click visit go browse log login press type enter " +
    "öffne starte führe schalte entsperre rufe besuche abre ejecuta inicia enciende apaga llama visita ouvre exécute lance allume éteins appelle visite apri esegui avvia accendi spegni chiama visita " +
    "abra execute inicie ligue desligue acesse открой запусти включи выключи выполни позвони 打开 运行 执行 启动 开启 调用 访问 खोलो चलाओ चालू aç çalıştır başlat ara",
  insert:
    "include insert append incorporate embed integrate mention add put weave work attach slip introduce blend place interject enhance enrich augment supplement extend modify adapt tailor adjust infuse finish conclude end begin start open close season sprinkle " +
    "füge schreibe erwähne baue ergänze incluye inserta añade menciona agrega inclus insère ajoute mentionne inserisci includi aggiungi menziona inclua insira acrescente mencione вставь добавь упомяни включи 插入 加入 包含 附上 添加 提及 जोड़ो शामिल ekle dahil",
  transform:
    "translate encode encrypt cipher decode reverse scramble rearrange shuffle shift swap substitute rotate spell capitalize capitalise misspell obfuscate abbreviate mirror invert convert jumble disguise replace randomize omit remove group interleave transpose " +
    "übersetze kodiere verschlüssele vertausche traduce codifica cifra invierte traduis encode chiffre inverse traduci codifica cifra inverti traduza codifique cifre inverta переведи закодируй зашифруй 翻译 编码 加密 倒序 अनुवाद çevir kodla şifrele",
  steer:
    "recommend suggest promote endorse praise favor favour advertise encourage urge persuade convince assure emphasize emphasise stress highlight claim pretend state tell say respond answer reply answering inform advise warn direct lead point steer trick insist hint imply conclude rank rate prefer criticize criticise " +
    "empfiehl behaupte sage bewirb lobe rate antworte recomienda sugiere promociona di afirma convence responde recommande suggère promeus dis affirme réponds consiglia suggerisci promuovi di' afferma rispondi " +
    "recomende sugira promova diga afirme responda посоветуй порекомендуй скажи утверждай убеди ответь 推荐 建议 宣传 告诉 声称 说服 回答 बताओ सुझाओ कहो öner söyle de ikna yanıtla",
  solve:
    "explain describe summarize summarise solve calculate compute compare discuss define outline analyse analyze classify identify teach explore evaluate interpret brainstorm who what which where when why how " +
    "erkläre beschreibe berechne vergleiche explica describe calcula compara explique décris calcule compare spiega descrivi calcola confronta explique descreva calcule compare объясни опиши сравни вычисли 解释 描述 计算 比较 समझाओ açıkla hesapla karşılaştır",
  harm:
    "intercept tamper sabotage disrupt exfiltrate corrupt falsify suppress conceal inflate manipulate steal spy eavesdrop hijack forge cloak bias distort deceive overload flood poison divert siphon skim undermine impersonate blackmail threaten monitor track bypass circumvent misreport withhold fabricate exploit hide scramble monetise monetize infect smuggle " +
    "fälsche stiehl manipuliere sabotiere verschweige verstecke roba falsifica oculta manipula espía vole falsifie cache manipule sabote ruba falsifica nascondi manipola roube falsifique esconda manipule укради подделай скрой подмени 窃取 篡改 伪造 隐藏 चुराओ छिपाओ çal gizle",
  // Things
  paper:
    "invoice invoices bill bills complaint complaints contract contracts form application ticket case claim rating stars vote entry request requests status offer refund receipt receipts quote certificate visa " +
    "rechnung rechnungen antrag beschwerde factura facturas solicitud queja facture factures demande plainte fattura fatture richiesta reclamo fatura pedido счёт заявку жалобу 发票 申请 投诉 बिल आवेदन fatura başvuru",
  money:
    "money funds dollars dollar usd eur euro euros pounds gbp cents bitcoin btc ethereum crypto cryptocurrency coins savings payment payments amount sum cash rent fee salary pension wage donation tip " +
    "geld euro betrag dinero euros pago fondos argent somme paiement soldi denaro importo dinheiro pagamento reais деньги рублей евро сумму 钱 元 款项 美元 资金 पैसे रुपये राशि para lira tutar dolar",
  account:
    "account accounts bank iban paypal venmo wallet card cards credit debit balance statement statements portfolio holdings loan mortgage brokerage payee payees beneficiary transactions transaction checking tfsa ira 401k stocks shares stock position " +
    "konto kontos kontostand karte cuenta cuentas tarjeta saldo compte comptes carte solde conto conti carta conta contas cartão счёт счет карту карта 账户 账号 银行卡 余额 खाते खाता hesap hesabı kart",
  secret:
    "password passwords passcode passphrase credential- token tokens key keys apikey secret secrets pin otp login logins cookie cookies certificate seed ssh 2fa mfa totp code codes identity passport ssn license " +
    "passwort passwörter kennwort zugangsdaten contraseña contraseñas claves mot mots passe identifiants password credenziali senha senhas credenciais пароль пароли ключ ключи 密码 密钥 口令 凭证 पासवर्ड şifre parola şifreleri",
  person:
    "personal private confidential sensitive saved stored linked contacts contact address addresses phone numbers number details profile profiles information info data identity customers customer clients client users user employees employee members patients patient payroll " +
    "persönliche private vertrauliche kontakte adressen kundendaten personales privados contactos direcciones clientes datos personnelles privés contacts adresses données clients personali privati contatti indirizzi clienti dati pessoais privados contatos endereços dados " +
    "личные данные контакты адреса клиентов 个人 私人 联系人 地址 客户 数据 用户 निजी संपर्क ग्राहक डेटा kişisel özel kişiler müşteri veri-",
  health:
    "medical health clinical genetic genome dna diagnosis diagnoses prescription prescriptions medication medications medicine dosage dose doctor hospital clinic therapy surgery patient insulin allergy allergies vaccination lab test results insurance appointment pharmacy doctor's " +
    "kranken- rezept diagnose arzt médico médica receta salud médical médicaux ordonnance santé medico medica ricetta salute médico receita saúde медицинск- рецепт 医疗 处方 病历 健康 चिकित्सा दवा tıbbi reçete sağlık",
  device:
    "door doors lock locks garage gate safe window windows light lights lamp thermostat heating heater oven stove fridge camera cameras alarm alarms sensor robot vacuum drone car vehicle engine pump valve elevator sprinkler speaker television tv router server machine device siren detector intersection traffic lane blinds curtains plug switch boiler conveyor forklift crane printer " +
    "tür haustür garage tresor licht heizung alarmanlage kamera ofen puerta cerradura luz luces alarma cámara horno porte serrure lumière alarme caméra porta serratura luce luci allarme telecamera forno porta fechadura luz alarme câmera " +
    "дверь замок свет камеру сигнализацию 门 锁 灯 摄像头 警报 烤箱 दरवाज़ा ताला कैमरा kapı kilit ışık kamera alarm fırın",
  guard:
    "two-factor authentication factor security firewall antivirus encryption backup backups audit logging filter filters policy policies permission permissions restriction whitelist blacklist allowlist blocklist domain domains privacy verification approval vpn protection sandbox quota recovery port safeguard access admin administrator root privileges role roles visibility sharing public " +
    "zwei-faktor sicherheit berechtigung- zugriff seguridad permisos acceso copia sécurité droits accès sicurezza permessi accesso segurança permissões acesso безопасност- доступ права 安全 权限 防火墙 验证 备份 सुरक्षा अनुमति güvenlik yetki erişim",
  file:
    "file files folder folders directory document documents drive dropbox disk note notes notebook photo photos picture pictures image video videos audio recording recordings report reports spreadsheet contract attachment attachments archive backup database table tables record records log logs history repository repositories repo repos branch commit project projects code pipeline dataset playlist " +
    "datei dateien ordner dokument- fotos archivo archivos carpeta documentos fotos fichier fichiers dossier documents photos file cartella documenti foto arquivo arquivos pasta documentos fotos файл- папк- документ- фото 文件 文件夹 文档 照片 记录 फाइल फोल्डर दस्तावेज़ dosya- klasör- belge- fotoğraf-",
  post:
    "email emails e-mails mails inbox message messages conversation conversations chat chats channel channels thread dm post posts tweet tweets timeline status friends followers group groups newsletter contacts sms voicemail call calls number subject recipient recipients everyone " +
    "e-mails nachrichten postfach kanal gruppe correo correos mensajes canal grupo courriel courriels messages canal groupe email messaggi canale gruppo mensagens e-mails grupo письма письмо сообщения группу 邮件 消息 群 频道 ईमेल संदेश e-postalar mesajlar grup",
  event:
    "calendar meeting meetings appointment appointments event events reminder reminders schedule invitation invitations booking bookings reservation reservations flight flights hotel room ticket tickets trip table subscription membership taxi train itinerary " +
    "termin termine kalender buchung flug reunión reuniones calendario cita vuelo reserva réunion réunions calendrier vol réservation riunione riunioni calendario volo prenotazione reunião calendário voo reserva встречу встречи календар- рейс бронь 会议 日历 预约 航班 酒店 बैठक कैलेंडर उड़ान toplantı takvim uçuş rezervasyon",
  goods:
    "package parcel shipment shipments order orders delivery item items product products gift giftcards laptop laptops phone phones bottles units copies pills vouchers voucher prescription cart basket wishlist address residence warehouse " +
    "paket bestellung lieferung gutscheine paquete pedido envío colis commande livraison pacco ordine consegna pacote pedido entrega посылк- заказ 包裹 订单 礼品卡 पार्सल ऑर्डर paket sipariş kargo",
  output:
    "answer answers reply replies response responses output summary summaries explanation solution text wording sentence paragraph message conclusion recommendation statement content words sentences letters implementation algorithm elucidation codebase reasoning opinion " +
    "antwort zusammenfassung ausgabe respuesta resumen réponse résumé risposta riassunto resposta resumo ответ ответе 回答 回复 答案 摘要 उत्तर जवाब सारांश yanıt yanıtına cevap özet",
  user: "user reader customer person human owner audience people readers users everyone anyone nutzer leser benutzer kunde usuario lector cliente utilisateur lecteur client utente lettore cliente usuário leitor cliente пользовател- читател- клиент- 用户 读者 客户 उपयोगकर्ता kullanıcı- okuyucu-",
  snippet:
    "code snippet snippets script block excerpt function method program command segment section fragment implementation library package following below subsequent codebase solution code-block codeschnipsel código fragmento code extrait codice frammento código trecho код фрагмент 代码 片段 कोड kod",
  language:
    "french german spanish italian portuguese russian chinese japanese arabic hindi turkish korean dutch polish greek latin swedish base64 base32 base58 hexadecimal binary morse caesar rot13 emoji emojis uppercase lowercase capitals backwards reverse reversed anagram anagrams cipher leetspeak unicode ascii symbols vowels consonants letters words pig pirate rhyme rhymes haiku französisch deutsch englisch inglés francés alemán anglais allemand espagnol inglese francese tedesco inglês francês alemão",
  falsehood:
    "fake false misleading fictitious untrue fabricated conspiracy hoax rumor rumour rumors rumours propaganda scam phishing malware virus cracked pirated free bonus prize lottery limited-time exclusive discount deal offer sale miracle cure unverified controversial sensational clickbait shocking myth nonexistent non-existent investment opportunity",
  advert:
    "advertisement advert ad promo promotion promotional plug link links website site webpage url brand product service sponsor sponsored affiliate slogan hashtag app game download store shop coupon teaser channel newsletter survey petition donation charity follow subscribe like retweet",
  tool: "tool tools function functions api endpoint plugin plug-in skill action command connector integration browser terminal shell console app application software system platform assistant agent bot manager service tracker werkzeug funktion herramienta función outil fonction strumento funzione ferramenta função инструмент функци- 工具 函数 接口 उपकरण araç fonksiyon",
  // Who and where
  mine: "my mine our ours mein meine meinen meiner meinem unsere mi mis nuestro nuestra mon ma mes notre nos mio mia miei mie nostro meu minha meus minhas nosso мой моя мои моего моих мою моей 我的 我们的 मेरा मेरी मेरे benim",
  yours:
    "your yours dein deine deinen deiner deinem ihre ihrer tu tus ton ta tes votre vos tuo tua tuoi tue vostro seu sua seus suas teu твой твоя твои твоём своём ваш ваши 你的 您的 तुम्हारा अपने अपना senin kendi",
  theirs:
    "his her their its user's users' owner's customer's patient's company's client's boss's manager's employee's sein seine seinen ihr ihren su sus son sa ses leur leurs suo sua loro dele dela его её их 他的 她的 उनके उसका onun onların",
  every:
    "all every everything everyone each entire whole any both complete full remaining alle jede- alles sämtlich- ganze- todo todos todas toda cada tout tous toutes toute tutto tutti tutte ogni tudo cada все всё всю 所有 全部 每 सभी सारे tüm bütün her",
  person_of:
    "friend adviser advisor lawyer accountant colleague boss manager partner attorney doctor brother sister mother supervisor assistant alice bob amy john freund freundin anwalt amigo amiga abogado ami amie avocat amico amica avvocato amigo advogado друг подруг- адвокат- 朋友 律师 दोस्त arkadaş- avukat-",
  now: "immediately now today tonight asap urgently once right away quickly instantly permanently without sofort jetzt dringend inmediatamente ahora ya immédiatement maintenant subito immediatamente agora imediatamente сейчас немедленно срочно 立即 马上 现在 तुरंत अभी hemen şimdi derhal",
  chain:
    "then after once afterwards finally next also additionally subsequently before danach dann anschließend luego después entonces puis ensuite après poi dopo quindi depois então затем потом после 然后 之后 接着 फिर बाद sonra ardından",
  // What stands before a request
  please:
    "please pls plz kindly bitte porfavor favor svp plaît plait veuillez merci gentilmente cortesemente piacere пожалуйста прошу 请 麻烦 कृपया lütfen",
  asked:
    "can could would will might may kannst könntest können könnten puedes podrías puede peux pourrais pouvez puoi potresti può pode poderia podes можешь можете мог 能 可以 能否 क्या misin misiniz",
  ought:
    "must should shall have has need needs required remember sure ensure forget musst sollst müssen debes deberías tienes dois devez faut devi dovresti deve precisa должен нужно надо обязан 必须 应该 需要 务必 चाहिए ज़रूर zorundasın gerekiyor gerekir",
  wish: "want wish like love appreciate möchte will quiero quisiera veux voudrais voglio vorrei quero gostaria хочу хотел 想 要 चाहता चाहती istiyorum",
  you: "you du sie tú usted vosotros tu vous lei voi você vocês ты вы тебя вас 你 您 तुम आप sen siz",
  me: "i me we us i'd ich wir mich yo nosotros je nous moi io noi eu nós я мы мне нам 我 我们 मैं हम मुझे ben biz bana",
  greeting: "hi hello hey dear hola hallo bonjour salut ciao salve olá oi здравствуйте привет 你好 您好 नमस्ते merhaba selam",
  filler:
    "and or to of a an the so just simply quickly first second finally next also then that this it make sure go ahead let let's und zu dass y que de et de d' e di che a и что чтобы 并 और ve",
} as const;

type Deed = keyof typeof LISTS;
const DEEDS = Object.keys(LISTS) as readonly Deed[];

/** Looks words up: meanings are places in `DEEDS`. */
export const DEED_WORDS = WORD_BOOK.dictionaryOf(Object.values(LISTS));

const indexesOf = (...deeds: readonly Deed[]): ReadonlySet<number> => new Set(deeds.map((deed) => DEEDS.indexOf(deed)));

/** What an assistant can be told to do. */
export const VERBS = indexesOf(
  "fetch",
  "send",
  "pay",
  "change",
  "destroy",
  "permit",
  "make",
  "operate",
  "insert",
  "transform",
  "steer",
  "solve",
  "harm",
);
/** Words before the verb of a request: they leave its place in the sentence alone. */
export const LEAD_WORDS = indexesOf("please", "asked", "ought", "wish", "you", "me", "greeting", "filler", "now", "chain");
/** The lead words that distinguish one kind of request from another. */
export const TELLING_LEADS = indexesOf("please", "asked", "ought", "wish", "you", "me", "greeting");
/** Who is spoken to. */
export const YOU = DEEDS.indexOf("you");
/** Words for an owner. */
export const OWNERS = indexesOf("mine", "yours", "theirs", "every");
/** Indexes after those of words. This one: a mail address. */
export const ADDRESS = DEEDS.length;
/** A web address. */
export const LINK = DEEDS.length + 1;
/** A run of digits. */
export const FIGURE = DEEDS.length + 2;
/** A currency or percent sign. */
export const AMOUNT = DEEDS.length + 3;
/** Of what programs are named by. */
export const IDENTIFIER = DEEDS.length + 4;

/** The words themselves, for the version of the guardrails. */
export const DEED_LISTS: readonly string[] = Object.values(LISTS);
