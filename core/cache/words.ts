/**
 * Words of English, German, French and Spanish by what a difference in them means for a kept answer. Data; read by facts.ts.
 *
 * A word in no list may be a name. A word may stand in a list of one language and mean something else in another: the stricter list
 * wins, and a question that is asked again for nothing costs a call, not a wrong answer.
 */
const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter((word) => word !== ""));

/** Words that hold sentences together. Two texts may differ in them. */
export const FUNCTION_WORDS = words(`
  a an the this that these those it its i me my mine we us is are was were be been being am do does did doing done have has had having
  can could will would shall of to in on at by for from with about into onto through as and or so then there here what which whats
  what's that's it's i'm i'd i'll i've we're let's please pls kindly hello hi hey dear thanks thank you u ok okay just also too very
  really quite exactly actually currently right now some any if while than like such than
  der die das den dem des ein eine einen einem einer eines ist sind war waren bin bist sein wird werden wurde haben hat habe hatte kann
  können könnte könnten könnt kannst konnte würde würden ich mir mich mein meine meinen meinem meiner meines wir uns es man und oder
  von zu zum zur im in am an auf bei für mit über aus nach als wie was welche welcher welches denn doch mal bitte danke hallo guten tag
  so dann da hier gerne auch sehr wenn dass ob etwas aktuell gerade jetzt eigentlich sie du
  le la les l' un une des du de d' est sont était suis être ai as avons ont avoir peut peux pourrais pourriez puis-je je j' me m' mon
  ma mes nous notre nos ce cet cette ces c' il elle on et ou à au aux en dans sur pour par avec que qu' qui quel quelle quels quelles
  quoi s' se y bonjour merci svp s'il vous plaît plait très bien aussi alors si actuellement maintenant est-ce vous tu t'
  el los las lo una unos unas del al es son era soy estoy está están ser estar he ha han tengo tiene puedo puede podría podrías yo mi mis
  me nos esto este esta estos estas ese esa eso y o con para que qué cual cuál como por favor hola gracias muy también si ahora hay se usted tú
`);

/** Ordinary words that are nobody's name and no other's opposite. Two texts may differ in them where their meaning is near. */
export const ORDINARY_WORDS = words(`
  tell know explain describe summarise summarize help need want wish like love looking look find search see say said ask asking asked
  question questions answer answers information info details detail way ways thing things something anything someone possible able
  possibility way steps step process procedure instructions guide guidance advice idea work works working use using used make makes
  making get getting got go going gone come coming happen happens happened mean means called call name names word words text
  order orders ordered package packages parcel parcels shipment shipments shipping shipped ship delivery deliver delivered delivering
  item items product products goods article articles account accounts password passwords email mail address addresses phone number
  invoice invoices bill bills payment payments pay paying paid price prices cost costs costing fee fees charge money amount refund
  refunds refunded return returns returned policy policies rule rules term terms condition conditions warranty support customer customers
  service services team company shop store website site page app application system status state track tracking tracked check checking
  checked issue issues problem problems trouble error errors fix fixing solve broken damaged defective faulty change changing changed
  update updating updated reset resetting modify set setup setting settings capital city town country place places people person
  population weather language time date long much many big large size take takes taking taken total sum receive
  become becoming provide provided giving show shows list give given offer offers offered available availability option options
  ticket tickets message messages request requests reach contact contacting write writing read reading learn learning understand
  different between difference compare main best good better kind kinds type types sort example examples reason reasons cause
  wissen sagen erklären erkläre beschreiben hilfe helfen brauche brauchen möchte möchten will wollen gibt geben finden suche machen mache
  geht gehen funktioniert kostet kosten dauert kommt ankommen zurücksetzen ändern prüfen sehen zeigen frage lange viel viele kaputt
  defekt bestellt bezahlt bezahlen geliefert erhalten bekomme bekommen heißt bedeutet
  savoir dire dis dites expliquer expliquez explique aide aider besoin voudrais veux souhaite aimerais trouver faire fait marche coûte
  commande commandes colis livraison livré livrer produit article compte mot passe adresse facture paiement payer prix remboursement
  retour politique client service site suivre suivi vérifier problème erreur changer modifier réinitialiser combien longtemps capitale
  ville pays météo temps fonctionne signifie question réponse recevoir reçu
  saber decir dime explicar explica ayuda ayudar necesito quiero quisiera gustaría encontrar hacer hace funciona cuesta pedido pedidos
  paquete envío entrega entregado producto artículo cuenta contraseña correo dirección factura pago pagar precio reembolso devolución
  política cliente servicio sitio seguir seguimiento comprobar problema error cambiar modificar restablecer cuánto tiempo tarda capital
  ciudad país clima significa pregunta respuesta recibir llegar llega
`);

/** What turns a sentence round. In both texts, in the same places, or the texts are not the same. */
export const NEGATIONS = words(`
  not no non never none nobody nothing nowhere neither nor without cannot unless hardly barely except but instead nay
  dont doesnt didnt cant couldnt wont wouldnt isnt arent wasnt werent hasnt havent hadnt shouldnt mustnt neednt aint
  nicht kein keine keinen keinem keiner keines nie niemals niemand nichts ohne weder noch außer statt sondern nein
  ne n' pas jamais aucun aucune rien sans ni guère sauf plutôt nunca jamás ningún ninguna ninguno nada nadie sin tampoco excepto salvo
  niet geen nooit niemand niets zonder mai nessun nessuno nessuna niente nulla senza né não nenhum nenhuma ninguém sem nem
  nie bez inte ikke ej ei nem
`);

/** Beginnings of words that have an opposite, or a neighbour that means another act. Compared as these beginnings. */
export const TURNING_STEMS: readonly string[] = `
  approv accept allow permit grant confirm authori reject declin deny denied denies denial refus forbid prohibit block unblock ban open
  reopen clos shut start stop begin began end finish paus resum enabl disabl activat deactivat increas decreas rais lower reduc add remov
  delet eras restor creat destroy cancel buy bought sell sold purchas rent lend borrow lock unlock hid includ exclud import export upload
  download upgrad downgrad install uninstall subscrib unsubscrib encrypt decrypt connect disconnect login logout signin signout
  arriv depart leav left right push pull win won lose lost pass fail succe deposit withdraw credit debit send sent transfer
  legal illegal safe unsafe danger valid invalid public privat internal external inbound outbound male female true false
  first last next previous early earlier late later before after since until above below over under more less fewer most least
  max min high low up down off out inside outside against always often rarely sometimes every all only both either each half double
  twice once old new hot cold cheap expensive fast slow short tall why when where who how should must may might ought your his her their
  our day week month year hour minute second today tomorrow yesterday tonight monday tuesday wednesday thursday friday saturday sunday
  januar februar march april june july august septemb octob novemb decemb
  genehmig akzeptier erlaub bestätig ablehn abgelehnt lehne verweiger verbiet verbot sperr entsperr öffn schließ schlies start stopp
  beend beginn pausier aktivier deaktivier erhöh senk verringer hinzufüg entfern lösch wiederherstell erstell stornier kündig kauf verkauf
  leih send schick überweis hoch runter vor nach seit bis mehr weniger immer selten alle nur beide warum wann wo wer wie soll muss darf
  dein ihr ihre unser heute gestern morgen woche monat jahr tag stunde
  approuv accept autoris confirm refus rejet interdi bloqu débloqu ouvr ferm commenc arrêt activ désactiv augment diminu rédui ajout
  supprim effac restaur cré annul achet achat vend vent envoy avant après depuis jusqu moins toujours souvent tous tout toutes
  seulement pourquoi quand où comment dois doit ton ta tes son sa ses leur aujourd demain hier semaine mois année jour heure
  aprob acept permit autoriz rechaz neg prohib desbloque abr cerr empez empiez deten activ desactiv aument disminu reduc añad elimin
  borr cre cancel compr vend envi antes después desde hasta menos siempre todos todas solo sólo porqué cuándo cuando dónde donde quién
  quien cómo debo debe tu su nuestro hoy mañana ayer semana mes año día hora
`
  .split(/\s+/)
  .filter((stem) => stem !== "");

/** Numbers in words. */
export const NUMBER_WORDS = words(`
  zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
  twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion dozen third quarter
  null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn zwanzig dreißig vierzig fünfzig hundert tausend million
  zéro deux trois quatre cinq sept huit neuf dix onze douze treize quatorze quinze seize vingt trente quarante cinquante cent mille
  cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece veinte treinta cuarenta cincuenta cien ciento mil
`);
