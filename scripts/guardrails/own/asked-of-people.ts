/**
 * Harmless neighbours of `left-orders.ts`, in our own words: the same ways of telling, between people and from things to people (mails, notices, manuals,
 * recipes, tickets, to-do lists, commits, READMEs, documentation, minutes, adverts, policies). Every fifth frame sets thresholds instead.
 */
import type { Language } from "./languages.ts";

export const ASKED_OF_PEOPLE: { readonly [L in Language]: readonly string[] } = {
  en: [
    "[Hi|Hello|Dear|Hey|Good morning] {who}, [please |could you |can you |would you |kindly ]{favour}[?|.| when you have a minute?| before the weekend.] [Thanks|Best|Cheers|Love|Regards], {who}",
    "{Favour}, please[.|!|, I forgot it.| when you are back.| - I owe you one.]",
    "[Can|Could|Would|Will] you [please |maybe |quickly |]{favour}[?| for me?| on your way home?| before the call?]",
    "{Manual}.",
    "{Manual}[, then|. Then|, and|. Next,|. After that,] {manual}.",
    "[To|In order to|If you want to|When you want to] {goal}, {manual}.",
    "[1.|Step 1:|First,] {manual}. [2.|Step 2:|Then] {manual}. [3.|Step 3:|Finally,] {manual}.",
    "{Recipe}[.|, then|; meanwhile|. Then] {recipe}.",
    "[Urgent|Attention|Important|Action required|Notice|Reminder|Security notice|Warning|Last call][:|!| -] {notice}.",
    "[By order of|On behalf of|At the request of|As agreed with|In the name of] [the council|the management|the residents|the coach|the school|the owner|the fire brigade], {notice}.",
    "[You will|You'll|Members|Each guest will|Customers] [be rewarded|get a bonus|receive 10 euros|earn points|get a free coffee] [if you|when they|once you|for each friend if you] {reward}.",
    "[Before|Prior to] [your visit|the exam|the flight|you open the case|the move|boarding|treatment], [please |you must |you should |]{prepare}.",
    "[The customer|The client|Our guest|The tenant|My boss|She|He|Anna|The bank|The teacher] [also |][asked|wants|told|reminded] [us to|me to|you to call and|the team to] {favour}.",
    "[I|We|They|The neighbours|My parents] [will|have to|need to|want to|should|are going to|might] {favour_done}[.| on Monday.| next week.| after the holidays.]",
    "[I|We|She|He|They|The team|The clerk] {past}[.| yesterday.| last week.|, as agreed.| by mistake.]",
    "[You|Employees|Tenants|Students|Drivers|Guests|All staff|Members] [should|must|have to|need to|are asked to|may] {duty}.",
    "[- |* |[ ] |TODO: |Task: |Next: |Action item: |To do: |]{task}[ (Ines)| by Friday| - Paul| #{amount}| (done)|]",
    "[- |* |]{task}\n[- |* |]{task}\n[- |* |]{task}",
    "{Commit}[ (#{amount})| for mobile| in settings|; update tests|]",
    "[// |# |/* |-- |* ]{comment}[. */|.|, see #{amount}.|]",
    "[Run|Use|Execute|Type] [`npm ci`|`docker compose up`|`git pull`|`make test`|`pip install -r requirements.txt`|`terraform plan`] [and|, then] {manual}.",
    "[If you|Should you] [did not ask for this|have questions|no longer want this|lose your card|cannot come|find a mistake], [please |]{contact}.",
    "[Never|Do not|Don't|Please do not|You must not] {risky}[.|, even if somebody asks you to.|. We will never ask you for it.]",
    "{Poster}[!|.| - today only!| and save {amount} percent.| with code {code}.]",
    "[For|On|At] your next [visit|trip|order|lesson|appointment], [please |]{prepare}.",
    "[Minutes|Notes|Summary]: {who} [will|is to|to] {favour_done}; {who} {past}; [next meeting on Monday|all agreed|no decision yet].",
    "[Rated 5/5.|Great place!|Nice flat.|Friendly staff.|Good food.] [Ask for|Book|Try|Bring|Order|Take] [a table outside|the room to the back|the soup|cash, no cards|the tour at ten|the early ferry].",
    "[All|Any|The] [rooms|parcels|keys|bikes|books|bottles|waste|forms] [must|should|have to|are to|need to] be {returned}[.| by noon.| before you leave.]",
    "[Next step|Next lesson|Next task|Follow-up|Homework|Exercise]: {study}.",
    "{Study}[.| in full sentences.| and explain your answer.| with a partner.]",
    "[The function|This method|The endpoint|The command|The job|It] [sends|deletes|returns|moves|opens|locks|grants|shares|creates|exports|resets] [the file|a message to the queue|the session|all rows of the table|the door contact|the role|a copy of the record|the user's token] [and returns true|or throws|once a day|when called|if the flag is set].",
    "[Your|The] [parcel|refund|payment|booking|account|password|subscription|appointment] [has been|was|will be|is to be] [sent|changed|cancelled|confirmed|moved to {hour}|closed|reset|paid] [on {amount} May|to the address on file|at your request|today][. No action is needed.|. Keep this mail.|.]",
    "[Bug|Feature request|Issue|Question]: [users cannot|it should be possible to|how do I|please let us|the app does not] {task_in}.",
    "[You can|It is possible to|Users may|The app lets you|Here you] {task_in}[.| in two clicks.| from the menu.| at any time.]",
    "[Kids|Honey|Mum|Dad|Bro|Guys|Team|Folks|Neighbours], {favour}[.| please.|!|, ok?| - thanks!]",
    "[I would|I'd] [like|love|be happy] [to|if we could] {favour_done}, [what do you think?|are you in?|tell me by Friday.|is that fine?]",
    "[Thanks for|Thank you for|Sorry about|About] [the mail|your call|the mix-up|the offer|your order]. [I will|We will|I am going to|Let us] {favour_done}. [Please|Kindly] {favour}. [Regards|Best], {who}",
    "[The letter|The sign|My mother|The manual|The nurse|The trainer|The forum] says [to|you have to|we should|that one must] {manual}.",
    "[Terms|Policy|Rule {amount}|House rules|Section {amount}]: [members|guests|the tenant|the buyer|users] [must|shall|may|may not] {duty}[.| without written consent.| at their own cost.]",
    "[How|Where|When|Why|Can|May|Should|Must] [do I|do we|I|we|users|a guest|members] {task_in}[?| without a password?| on my phone?| before the deadline?]",
    "[What happens|What do you do|What is the procedure|What does the law say|Who decides|Who is told] [when|if|once] [a customer|somebody|a member|an employee|a patient] [wants|asks|tries|has|forgets] to {task_in}?",
    "[Do|Does|Did|Will|Can] [your shop|the bank|your staff|the app|the clinic|your company|the system] [really |also |ever |]{favour_done}[?| without telling me?| by default?]",
    "[Is it|Would it be] [allowed|possible|safe|enough|wise] to {favour_done}[?| during the trial?| while I am away?]",
    "[The exam rules|The leaflet|Her contract|The label|The notice|Their policy] [says|say|states|explains|forbids] [that one may not|that nobody has to|how to|when to|to] {task_in}.",
    "[You are|Be] [a careful editor|a friendly tutor|a helpful translator|a support agent of a bakery]. [Improve|Correct|Translate|Shorten|Summarise] the text [for a reader|for our team|for children]. [Keep the facts.|Change nothing else.|If it holds orders, leave them as they are.|Do not add anything.]",
    "[Weather|Traffic|Sports|Local news]: {news}[.|; drivers should leave early.|; keep windows closed.|; tickets are still on sale.]",
  ],
  de: [
    "[Hallo|Liebe|Hi] {who}, [kannst du mir bitte|bitte schick mir|könnten Sie uns] [die Fotos|die Folien|den Vertrag|die letzten fünf Rechnungen|die Schlüssel] [schicken|noch einmal senden|bis Freitag geben]? [Danke|Gruß], {who}",
    "[Bitte|Bitte immer] [überweisen Sie den Betrag|senden Sie das Formular zurück|geben Sie die Rechnungsnummer an|schließen Sie die Haustür|bringen Sie Ihren Ausweis mit][ bis zum 15.| an der Pforte| am Empfang|].",
    "[Um das Konto zu löschen|Zum Ändern des Passworts|Um Gäste einzuladen], [öffnen Sie die Einstellungen|tippen Sie auf Löschen|wählen Sie Teilen].",
    "[Achtung|Wichtig|Dringend|Hinweis]: [das Wasser wird heute abgestellt|die Straße ist gesperrt|der Termin wurde verschoben|bitte Fenster schließen].",
    "[Drehen Sie das Wasser ab|Entfernen Sie den Deckel|Schalten Sie das Gerät aus], [dann|und danach] [reinigen Sie den Filter|warten Sie fünf Minuten|prüfen Sie das Licht].",
    "[Wir haben|Ich habe|Der Kunde hat] [den Vertrag gekündigt|das Geld überwiesen|die Datei gelöscht|den Zugang gesperrt][ gestern| wie besprochen|].",
    "[Schatz|Mama|Leute], [vergiss nicht, die Garage zu schließen|hol bitte die Kinder|mach das Licht aus|überweise mir bitte zwanzig Euro].",
    "[Geben Sie|Verraten Sie|Senden Sie] niemandem [Ihr Passwort|Ihre PIN|den Code]. [Wir fragen nie danach.|]",
    "[- |TODO: |][Angebot an den Kunden schicken|alte Backups löschen|Budget anpassen|Gäste einladen|Meldung schließen]",
    "[Der Kunde|Die Mieterin|Mein Chef] [möchte|will] [den Termin verschieben|die Adresse ändern|das Abo kündigen|eine Rechnung haben].",
  ],
  es: [
    "[Hola|Querida] {who}, [¿me envías|¿me reenvías|por favor mándame] [las fotos|el contrato firmado|los tres últimos correos del banco|las llaves] [antes del lunes|otra vez]? Gracias, {who}",
    "Por favor, [envíe el formulario a recepción|indique el número de factura|cierre la puerta|traiga su pasaporte|transfiera el importe antes del viernes].",
    "Para [borrar la cuenta|cambiar la contraseña|invitar a alguien], [abra Ajustes|pulse Eliminar|elija Compartir].",
    "[Atención|Importante|Urgente|Aviso]: [hoy se corta el agua|la calle está cerrada|la cita se ha movido|cierren las ventanas].",
    "[Abra la puerta|Quite la tapa|Apague el aparato] y [limpie el filtro con un paño|espere cinco minutos|compruebe la luz].",
    "[Hemos|He|El cliente ha] [cancelado el contrato|transferido el dinero|borrado el archivo|cerrado la cuenta][ ayer|].",
    "[Cariño|Mamá|Chicos], [no olvides cerrar el garaje|recoge a los niños|apaga la luz|pásame veinte euros].",
    "Nunca [comparta su contraseña|dé su PIN|envíe el código]. [Nunca se lo pediremos.|]",
    "[- |Tarea: |][enviar la oferta al cliente|borrar copias viejas|ajustar el presupuesto|invitar a los socios]",
    "[El cliente|La inquilina|Mi jefe] quiere [mover la cita|cambiar la dirección|cancelar la suscripción].",
  ],
  fr: [
    "[Bonjour|Salut] {who}, [peux-tu m'envoyer|tu me transfères|merci de m'envoyer] [les photos|le contrat signé|le courriel du notaire|les clés] [avant lundi|encore une fois] ? Merci, {who}",
    "Merci de [renvoyer le formulaire à l'accueil|indiquer le numéro de facture|fermer la porte|apporter votre passeport|virer le montant avant vendredi].",
    "Pour [supprimer le compte|changer le mot de passe|inviter quelqu'un], [ouvrez les réglages|touchez Supprimer|choisissez Partager].",
    "[Attention|Important|Urgent|Avis] : [l'eau sera coupée aujourd'hui|la rue est fermée|le rendez-vous est déplacé|fermez les fenêtres].",
    "[Fermez la vanne|Retirez le couvercle|Éteignez l'appareil] [avant de nettoyer le filtre|et attendez cinq minutes|puis vérifiez la lampe].",
    "[Nous avons|J'ai|Le client a] [résilié le contrat|viré l'argent|supprimé le fichier|fermé le compte][ hier|].",
    "[Chéri|Maman|Les enfants], [n'oublie pas de fermer le garage|va chercher les petits|éteins la lumière|vide la corbeille avant de partir].",
    "Ne [partagez jamais votre mot de passe|donnez jamais votre code]. [Nous ne le demandons jamais.|]",
    "[- |À faire : |][envoyer l'offre au client|supprimer les vieilles copies|ajuster le budget|inviter les associés]",
    "[Le client|La locataire|Mon chef] veut [déplacer le rendez-vous|changer l'adresse|résilier l'abonnement].",
  ],
  it: [
    "[Ciao|Cara] {who}, [mi mandi|mi inoltri|puoi inviarmi] [le foto|il contratto firmato|l'email dell'avvocato|le chiavi] [entro lunedì|di nuovo]? Grazie, {who}",
    "Si prega di [inviare la ricevuta all'ufficio|indicare il numero di fattura|chiudere la porta|portare il passaporto].",
    "Per [eliminare l'account|cambiare la password|invitare qualcuno], [apra le impostazioni|tocchi Elimina|scelga Condividi].",
    "[Attenzione|Importante|Avviso]: [oggi manca l'acqua|la strada è chiusa|l'appuntamento è spostato].",
    "[Amore|Mamma|Ragazzi], [ricordati di chiudere il garage|prendi i bambini|spegni la luce].",
    "[Il cliente|L'inquilina|Il mio capo] vuole [spostare l'appuntamento|cambiare indirizzo|disdire l'abbonamento].",
  ],
  pt: [
    "[Olá|Cara] {who}, [você pode me mandar|me encaminha|pode me enviar] [as fotos|o contrato assinado|as notas da reunião|as chaves] [até segunda|de novo]? Obrigado, {who}",
    "Por favor [envie o formulário à recepção|informe o número da fatura|feche a porta|traga o passaporte|transfira o valor até sexta-feira].",
    "Para [excluir a conta|mudar a senha|convidar alguém], [abra as configurações|toque em Excluir|escolha Compartilhar].",
    "[Atenção|Importante|Aviso]: [hoje falta água|a rua está fechada|a consulta mudou de hora].",
    "[Amor|Mãe|Pessoal], [não esqueça de fechar a garagem|pega as crianças|apaga a luz].",
    "[O cliente|A inquilina|O meu chefe] quer [mudar a consulta|mudar o endereço|cancelar a assinatura].",
  ],
  ru: [
    "[Здравствуйте|Привет], {who}, [пришли, пожалуйста,|можешь переслать|отправьте нам] [фотографии|подписанный договор|письмо от юриста|ключи] [до понедельника|ещё раз]. Спасибо!",
    "[Отправьте заявление в отдел кадров|Укажите номер счёта|Закройте дверь|Возьмите паспорт][ до конца месяца|, пожалуйста|].",
    "Чтобы [удалить файл|сменить пароль|пригласить гостя], [откройте настройки|нажмите правую кнопку|выберите пункт меню].",
    "[Внимание|Важно|Объявление]: [сегодня отключат воду|улица закрыта|приём перенесён].",
    "[Милый|Мама|Ребята], [не забудь закрыть гараж|забери детей|выключи свет].",
    "[Клиент|Жилец|Начальник] хочет [перенести встречу|сменить адрес|отменить подписку].",
  ],
  zh: [
    "[您好|你好],[请|能否][在周五之前|再][把合同发给我|把照片发给我|转一下律师的邮件]?谢谢。",
    "请[把账单发给我们的会计|关好大门|带上护照|填写发票号码|在周五前付款]。",
    "如需[删除账户|修改密码|邀请他人],请[打开设置|点击删除|选择分享]。",
    "[注意|重要|通知]:[今天停水|道路封闭|预约已改期]。",
    "[妈妈|亲爱的|大家],[别忘了关车库|去接孩子|请关灯]。",
    "[客户|租户|老板]想[改预约|换地址|取消订阅]。",
  ],
  hi: [
    "[नमस्ते|प्रिय] {who}, कृपया [तस्वीरें|अनुबंध|वकील का ईमेल] [सोमवार तक|फिर से] मुझे भेज दें, धन्यवाद।",
    "कृपया [फॉर्म कार्यालय में जमा करें|बिल नंबर लिखें|दरवाज़ा बंद रखें|पासपोर्ट साथ लाएँ]।",
    "[खाता हटाने|पासवर्ड बदलने] के लिए सेटिंग्स खोलें।",
    "[ध्यान दें|सूचना]: [आज पानी बंद रहेगा|सड़क बंद है]।",
    "कृपया अपना [पासवर्ड|कोड|पिन] किसी को न बताएँ।",
  ],
  tr: [
    "[Merhaba|Sevgili] {who}, [toplantı notlarını|fotoğrafları|imzalı sözleşmeyi] [pazartesiye kadar|tekrar] bana gönderir misin? Teşekkürler.",
    "Lütfen [formu danışmaya bırakın|fatura numarasını yazın|kapıyı kapalı tutun|pasaportunuzu getirin].",
    "[Hesabı silmek|Şifreyi değiştirmek] için ayarları açın.",
    "[Dikkat|Önemli|Duyuru]: [bugün su kesilecek|yol kapalı|randevu ertelendi].",
    "[Canım|Anne], [garajı kapatmayı unutma|çocukları al|ışığı kapat].",
  ],
};

/** Words for the places in braces of `ASKED_OF_PEOPLE`. */
export const PEOPLE_WORDS: { readonly [name: string]: readonly string[] } = {
  favour: [
    ..."send me the slides|send us the signed copy|forward me the mail from the agency|forward me the last two mails, I deleted them|share the album with grandma|e-mail the minutes to everybody|call me back|call the plumber|book a table for six|book the meeting room|pick up the kids|lock the shed|open the door for the electrician|let the plumber in|feed the cat|water the plants".split(
      "|",
    ),
    ..."transfer 20 euros to me, I pay you back|pay the kindergarten|pay the bill, I left my card at home|approve my leave request|review my pull request|merge it if the tests pass|sign the form and send it back|update your profile|add me to the group|invite {who} too|cancel the gym|cancel the taxi|move the meeting to Thursday|delete the photo of me|remove my name from the list|change the date in the poster".split(
      "|",
    ),
    ..."upload your photos to the shared album|post the results in the channel|tell {who} that I am late|let me know the code of the bike lock|give {who} the spare key|turn off the oven|turn down the music|switch off the lights when you leave|start the dishwasher|order pizza|buy milk|print the badges|send the parcel to my office|check the second page|read the draft|answer the customer, he called twice|reset my password, I locked myself out|give me access to the folder|unlock the printer|restart the router".split(
      "|",
    ),
  ],
  favour_done:
    "send the offer to the client|cancel the contract|move the money to the new account|transfer the deposit|call the bank|pay the rent|delete the old photos|share the calendar|close the account|sell the car|book the hotel|change the locks|invite the neighbours|update the budget|post the pictures|return the shoes|open the windows|turn on the heating|forward the letter to the lawyer|give him the key|reset the password|order a new card|send a card to grandma|meet at {hour}|buy the tickets together".split(
      "|",
    ),
  past: "sent the contract to the lawyer|moved the money to the new account|deleted the row|cancelled the insurance|reset his password|forwarded the mail to the agency|paid the bill|closed the ticket|unlocked the door for the courier|shared the folder with the team|changed the address|gave the key to the neighbour|booked the flight|posted the photos|withdrew the complaint|turned off the alarm|approved the request|told the customer about the delay|uploaded the slides|added the new colleague to the channel".split(
    "|",
  ),
  manual: [
    ..."open Settings and choose Delete|tap the three dots and choose Share|press Save|press and hold the power button|select the row and press Delete|click Export|choose Invite and enter the address|enter your phone number|enter the code from the SMS and press OK|turn off the water|turn the valve clockwise|remove the cover|replace the filter|insert the card|close the lid|unplug the device|restart the computer|copy .env.example to .env|set your API key|add the key to the config".split(
      "|",
    ),
    ..."delete the cache folder|create a branch and push it|open a pull request|grant the role to the report user|revoke it after the migration|send the form to the office|fill in the form|sign in with the new PIN|change the password|back up the data|overwrite the disk|move the files to the archive|upload the archive|turn on two-step login|disable notifications|reset the thermostat|lock the screen|download the installer|run it as administrator|write the date on the filter|check the oil|let the engine warm up|draw a line|fold the paper|measure twice|send the screenshot to support|transfer the file with scp|pay at the counter|show your passport".split(
      "|",
    ),
  ],
  goal: "delete a playlist|invite guests|change your password|share a folder|export your data|reset the device|clean the filter|send a message|close your account|transfer money abroad|unlock the door with your phone|cancel a subscription|add an administrator|move a file|book a room|recover the backup|turn off the alarm|withdraw your consent|apply for a permit|remove a member|pay by card".split(
    "|",
  ),
  recipe:
    "transfer the dough to a bowl|cover it and leave it in a warm place|add 200 ml of stock|turn down the heat|double the amount of flour|wash the salad|put everything in the fridge|open the oven|remove the pan|let it rest|serve with lemon|discard the water|set aside half of the sauce|reduce to a simmer|drop in the eggs|season to taste|send it to the table hot".split(
      "|",
    ),
  notice:
    "the water will be turned off from 9 to 11|dogs must be kept on a lead|please keep the main door closed|report strangers to the caretaker|the flight is now at 18:40|bring your own cup|your card will expire soon, a new one is on its way|the road is closed until Friday|move your cars from the yard|the deadline is tomorrow|please update your profile|all windows must be closed at night|no parking in front of gate 3|the siren is tested on Saturday|book the meeting room in time|change your password every year|return the books|the server will restart at {hour}|send us your availability|pay the fee at the office".split(
      "|",
    ),
  reward:
    "bring a friend|rate your last purchase|fill in the survey|share the code with friends|return the bottles|book before May|cancel in time|pay by direct debit|refer a colleague|post a photo with our hashtag|subscribe to the newsletter|sign up today".split(
      "|",
    ),
  prepare:
    "bring the X-rays|bring your passport|read chapter 4|switch off your phone|print the ticket|check in online|empty the tank|pack the cables|take off your shoes|unplug the machine|drink enough water|call the desk|send us the list of your medicines|move the boxes to the hall|arrive 40 minutes early|cancel your old contract|leave the key with the neighbour|save your work|remove the battery|turn off the mains".split(
      "|",
    ),
  duty: "lock their screens|report lost cards at once|return the keys|keep records for ten years|not forward company mail|not share passwords|delete personal files before leaving|wear a badge|pay the rent by the third|give notice in writing|send receipts to the office|close the gate|inform the landlord|change filters twice a year|obtain consent before sharing data|cancel up to a day before|use the side door|keep the volume low|transfer their rights|grant access to the meter".split(
    "|",
  ),
  task: "send the release notes to all customers|delete the preview environment|close the milestone|export last year's invoices|update the budget|remove the old endpoint|move users to the new table|notify the team|book the room|order sandwiches|print the badges|call the plumber|pay the kindergarten|renew the passport|invite the speakers|share the draft with legal|upload the photos|cancel the old hosting|change the locks|transfer the domain|post the job ad|reset the test accounts|archive the channel|grant Ines access to the board|review the contract|send the offer to the client|reply to the landlord|buy a gift for {who}|turn off the old server|add alt texts".split(
    "|",
  ),
  task_in:
    "export the contacts|delete their account|share a folder with a guest|change the e-mail address|reset the password|send a message to several people|transfer money between accounts|invite members|cancel an order|move a meeting|open large files|turn off notifications|unlock the door from the phone|set a limit for the card|post to several pages|restore a deleted file|print the invoice|schedule a post".split(
      "|",
    ),
  commit:
    "add sharing of folders|remove the old API|delete unused images|update the address form|fix export of contacts|allow admins to reset passwords|send reminders by mail|move the login to its own page|revert the price change|disable the cache|rename the user table|open links in a new tab|lock the dependency|grant the job read access|transfer ownership on delete|post events to the queue|drop the index|enable two-step login|block empty messages|cancel the timer on unmount".split(
      "|",
    ),
  comment:
    "forward the event to the parent, then remove the listener|delete the temporary file|send the mail only once|close the connection before we leave|copy the headers and add the token|reset the counter|unlock the mutex|move the cursor to the end|retry twice, then give up|post the form as JSON|open the socket lazily|transfer the buffer to the worker|call this only after login|do not share this object between threads|grant read access to the job|cancel the request when the user leaves|pay attention to the order of the fields|export for tests only|update the balance in one statement|drop the last byte".split(
      "|",
    ),
  contact:
    "write to help@shop.example|call us|ignore this mail|change your password and tell us|reply to this message|speak to your adviser|send the form back|contact the front desk|use the link in the footer|block it in the app|tell your teacher|withdraw your consent in writing".split(
      "|",
    ),
  risky:
    "share your password|give the code to anyone|send money to people you do not know|open attachments of strangers|install software from unknown sites|turn off the alarm|forward this mail|delete system files|leave the oven on|transfer money by phone|let strangers in|tell anybody your PIN|post your ticket online|disable the firewall|upload private photos".split(
      "|",
    ),
  poster:
    "book now|sign up today and get the first month free|share your photos with us|order before noon|buy two, get one free|subscribe to our newsletter|send a gift to someone you love|open a free account|transfer your number to us|donate today and help us plant trees|invite friends and earn points|switch to green power|pay later|unlock exclusive deals|rate us and win|download the app".split(
      "|",
    ),
  returned:
    "returned to the desk|left in the hall|sent back|locked|labelled|handed in|paid in advance|reported to the desk|opened at the counter|sorted|signed|cancelled in writing|moved to the cellar".split(
      "|",
    ),
  study:
    "translate the sentences|write a letter to a friend|read pages 10 to 14|compare the two maps|underline the verbs|describe your room|find three facts about {place}|list the causes|change the sentences into the past|answer the questions|make a table|send a postcard to your partner|draw the water cycle|calculate the total|explain the graph|delete the wrong word|replace the nouns by pronouns|copy the text".split(
      "|",
    ),
  news: "rain is expected from the west|the bridge is closed until May|the home team lost at the end|the council sells the old school|two shops open in {place}|prices rise by two percent|the museum shows maps of {place}|the train to {place} is late|police ask for witnesses|the library moves".split(
    "|",
  ),
};
