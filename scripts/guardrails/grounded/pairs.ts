/**
 * Sentences of our own making beside the passage that they are checked against, by kind. The scorer was tuned on those of `SEEN`; those of `FRESH` were
 * written when it was finished, and it was not changed for them. Knows no scorer.
 */

/** Kinds of sentences that a passage supports. */
const SUPPORTED = ["verbatim", "edit", "paraphrase", "merge"] as const;
/** Kinds of sentences that it does not. */
const UNSUPPORTED = ["number", "name", "negation", "relation", "outside", "partial"] as const;
export type Kind = (typeof SUPPORTED)[number] | (typeof UNSUPPORTED)[number];
/** A passage and sentences about it. */
type PairSet = { readonly language: "en" | "de" | "fr" | "es"; readonly passage: string } & {
  readonly [K in Kind]?: readonly string[];
};

const SEEN: readonly PairSet[] = [
  {
    language: "en",
    passage:
      "Customers may return an unused article within 30 days of delivery. A refund is paid to the card that was charged within five working days after the parcel has arrived in the warehouse. Return shipping is free for broken articles and costs 5 dollars otherwise.",
    verbatim: ["Customers may return an unused article within 30 days of delivery."],
    edit: ["You may return unused articles within 30 days of delivery.", "Return shipping costs $5 unless the article is broken."],
    paraphrase: [
      "Unworn goods can be sent back up to 30 days after they were delivered.",
      "Once the package is back at our depot, you are reimbursed on the same card in 5 working days.",
    ],
    merge: ["Unused articles can be returned within 30 days of delivery, and the refund goes to the card that was charged."],
    number: [
      "Customers may return an unused article within 60 days of delivery.",
      "A refund is paid within seven working days after the parcel has arrived.",
    ],
    name: ["A refund is paid to the PayPal account within five working days after the parcel has arrived in the warehouse."],
    negation: [
      "Customers may not return an unused article within 30 days of delivery.",
      "Return shipping is not free for broken articles.",
    ],
    relation: ["The parcel arrives in the warehouse after a refund is paid to the card."],
    outside: ["Every customer gets a voucher for the next birthday.", "Gift wrapping is available at the counter."],
    partial: ["You may return unused articles within 30 days of delivery, and the original gift wrapping is refunded too."],
  },
  {
    language: "en",
    passage:
      "Orders that are paid before noon leave the warehouse on the same working day. Delivery takes two to four working days inside the country and up to ten days abroad. Shipping is free above 50 dollars and costs 4.90 dollars below. Furniture is delivered by the carrier Northwind, who agrees on a date with the customer.",
    verbatim: ["Shipping is free above 50 dollars and costs 4.90 dollars below."],
    edit: [
      "Delivery inside the country takes 2 to 4 working days.",
      "Northwind delivers furniture and agrees on a date with the customer.",
    ],
    paraphrase: [
      "If you pay before midday, your order is dispatched the same working day.",
      "International shipments can take as long as ten days.",
    ],
    merge: ["Delivery takes two to four working days inside the country, and shipping is free above 50 dollars."],
    number: ["Delivery takes two to six working days inside the country.", "Shipping is free above 75 dollars."],
    name: ["Furniture is delivered by the carrier Southwind, who agrees on a date with the customer."],
    negation: [
      "Orders that are paid before noon do not leave the warehouse on the same working day.",
      "Orders that are paid after noon leave the warehouse on the same working day.",
    ],
    relation: ["The customer delivers the furniture to Northwind."],
    outside: ["Parcels can be picked up at any post office on Saturdays.", "The drivers carry the furniture to the third floor."],
    partial: ["Shipping is free above 50 dollars, and express delivery by drone is offered in large cities."],
  },
  {
    language: "en",
    passage:
      "The espresso machine needs descaling after every 200 cups, or every two months with hard water. Fill the tank with one litre of water and one sachet of descaler. Rinse the tank twice with clear water afterwards. Vinegar damages the seals and voids the warranty.",
    verbatim: ["Vinegar damages the seals and voids the warranty."],
    edit: ["Descale the espresso machine after every 200 cups.", "With hard water the machine needs descaling every two months."],
    paraphrase: [
      "Do not use vinegar, since it harms the seals and ends the guarantee.",
      "Afterwards the tank has to be rinsed two times with clear water.",
    ],
    merge: ["Fill the tank with one litre of water and one sachet of descaler, and rinse the tank twice afterwards."],
    number: [
      "The espresso machine needs descaling after every 300 cups.",
      "Fill the tank with three litres of water and one sachet of descaler.",
    ],
    name: ["Fill the tank with one litre of water and one sachet of Calgon."],
    negation: ["Vinegar does not damage the seals.", "The espresso machine never needs descaling with hard water."],
    relation: ["The seals damage the vinegar."],
    outside: ["The machine grinds beans in eleven steps.", "Milk froth becomes firmer with cold milk."],
    partial: ["Vinegar damages the seals and discolours the steel of the housing."],
  },
  {
    language: "en",
    passage:
      "Machines and kettles have a warranty of two years from delivery. The warranty covers broken parts and labour. It does not cover damage by lime, by vinegar or by dropping the machine. For a warranty claim the customer needs the number of the order and a photo of the damage.",
    verbatim: ["The warranty covers broken parts and labour."],
    edit: ["Kettles have a two year warranty from delivery.", "Damage by lime is not covered by the warranty."],
    paraphrase: [
      "For 24 months after delivery the guarantee on kettles holds.",
      "To claim the warranty, send us the order number and a picture of the damage.",
    ],
    merge: ["Machines have a warranty of two years, which covers broken parts and labour."],
    number: ["Machines and kettles have a warranty of three years from delivery.", "Kettles have a warranty of 18 months from delivery."],
    name: ["For a warranty claim at Bosch the customer needs the number of the order and a photo of the damage."],
    negation: ["The warranty covers damage by lime.", "The warranty does not cover labour."],
    relation: ["Broken parts cover the warranty."],
    outside: ["A technician visits the customer at home.", "The battery can be changed without tools."],
    partial: ["The warranty covers broken parts and the cost of a hotel."],
  },
  {
    language: "en",
    passage:
      "Employees accrue 2 days of paid leave per month. Up to five unused days may be carried over to the next year; they expire on 31 March. Requests are approved by the team lead, not by human resources. Leave of more than three weeks needs the consent of Director Halvorsen.",
    verbatim: ["Employees accrue 2 days of paid leave per month."],
    edit: ["At most five unused days may be carried over to the next year.", "The team lead approves requests."],
    paraphrase: ["Each month staff earn two days of paid leave.", "Carried-over days are lost on 31 March."],
    merge: ["Employees accrue 2 days of paid leave per month, and up to five unused days may be carried over."],
    number: ["Employees accrue 3 days of paid leave per month.", "Up to ten unused days may be carried over to the next year."],
    name: ["Leave of more than three weeks needs the consent of Director Petrova."],
    negation: ["Unused days may not be carried over to the next year.", "Requests are approved by human resources."],
    relation: ["The team lead is approved by requests of human resources."],
    outside: ["The canteen serves vegetarian meals on Fridays.", "Overtime is paid at a higher rate."],
    partial: ["Employees accrue 2 days of paid leave per month and a bonus for perfect attendance."],
  },
  {
    language: "en",
    passage:
      "Adults take one tablet of Lorvane twice a day with food. Do not take it together with alcohol. The drug is not approved for children under 12 years. Store it below 25 degrees. Headache was reported by 4 percent of patients.",
    verbatim: ["Do not take it together with alcohol."],
    edit: ["Lorvane is not approved for children under 12 years.", "Adults take one tablet twice a day with food."],
    paraphrase: ["Kids younger than 12 must not be given the drug.", "4 % of the patients reported a headache."],
    merge: ["Adults take one tablet twice a day with food, and it must not be combined with alcohol."],
    number: ["Headache was reported by 14 percent of patients.", "Store it below 35 degrees."],
    name: ["Adults take one tablet of Zentrax twice a day with food."],
    negation: [
      "The drug is approved for children under 12 years.",
      "Adults do not take the tablet with food.",
      "Store it above 25 degrees.",
    ],
    relation: ["Patients were reported by headache."],
    outside: ["The tablets taste of lemon.", "Pregnant women should ask for the liquid form."],
    partial: ["Adults take one tablet twice a day with food and may drive a car."],
  },
  {
    language: "en",
    passage:
      "The Aldermoor bridge was opened in 1932 and is 410 metres long. It was designed by the engineer Ida Falk and built by the company Brandt. The bridge connects the harbour with the old town. Since 2011 it has been closed to cars; trams and bicycles still cross it.",
    verbatim: ["The bridge connects the harbour with the old town."],
    edit: ["The Aldermoor bridge is 410 metres long and was opened in 1932.", "Ida Falk designed the bridge."],
    paraphrase: ["Cars have not been allowed on it since 2011.", "Brandt built the bridge to a design of the engineer Ida Falk."],
    merge: ["It was designed by Ida Falk, and it connects the harbour with the old town."],
    number: ["The Aldermoor bridge was opened in 1923 and is 410 metres long.", "Since 2001 it has been closed to cars."],
    name: ["It was designed by the engineer Karl Weber and built by the company Brandt."],
    negation: ["Trams and bicycles do not cross it.", "Since 2011 it has been open to cars."],
    relation: ["Ida Falk was designed by the bridge."],
    outside: ["The towers are lit in blue at night.", "Ships pass under it at low tide only."],
    partial: ["The bridge was opened in 1932 and is painted green every ten years."],
  },
  {
    language: "en",
    passage:
      "Backups run every six hours and are kept for 35 days. Restores are started by an administrator in the console under Data. A restore does not delete newer records. Customers on the plan Basic have one restore per month; on the plan Scale restores are unlimited.",
    verbatim: ["A restore does not delete newer records."],
    edit: ["Backups are kept for 35 days.", "An administrator starts restores in the console under Data."],
    paraphrase: ["Every six hours a backup is made, and it is retained for five weeks.", "Newer records are not removed by a restore."],
    merge: ["Backups run every six hours, and a restore does not delete newer records."],
    number: ["Backups run every eight hours and are kept for 35 days.", "Backups are kept for 90 days."],
    name: ["Customers on the plan Enterprise have one restore per month."],
    negation: ["A restore deletes newer records.", "On the plan Scale restores are not unlimited."],
    relation: ["An administrator is started by restores in the console."],
    outside: ["Backups are encrypted with a key of the customer.", "The status page shows incidents of the last year."],
    partial: ["Backups are kept for 35 days and copied to a second continent."],
  },
  {
    language: "en",
    passage:
      "Passengers may bring one cabin bag of up to 8 kg and one personal item. Liquids are allowed in containers of at most 100 millilitres. Check-in closes 45 minutes before departure. Flights that are cancelled by the airline are rebooked free of charge or refunded. Skyhop flies from Riga to Bergen on Tuesdays.",
    verbatim: ["Check-in closes 45 minutes before departure."],
    edit: [
      "One cabin bag of up to 8 kg and one personal item may be brought.",
      "Liquids in containers of at most 100 millilitres are allowed.",
    ],
    paraphrase: [
      "If the airline cancels the flight, you are rebooked at no cost or get your money back.",
      "You have to be checked in 45 minutes before departure.",
    ],
    merge: ["Passengers may bring one cabin bag of up to 8 kg, and check-in closes 45 minutes before departure."],
    number: ["Check-in closes 30 minutes before departure.", "Passengers may bring one cabin bag of up to 12 kg."],
    name: ["Norwegian flies from Riga to Bergen on Tuesdays."],
    negation: ["Liquids are not allowed in containers of 100 millilitres.", "Check-in closes 45 minutes after departure."],
    relation: ["Skyhop flies from Bergen to Riga on Tuesdays."],
    outside: ["Meals are served on all flights.", "Pets travel in the hold."],
    partial: ["Check-in closes 45 minutes before departure, and boarding passes are printed for two euros."],
  },
  {
    language: "en",
    passage:
      "Invoices are open to business customers after their first three orders and are due within 14 days. A card is charged when the order leaves the warehouse, not before. Late payments cost a fee of 2 percent per month. The shop does not accept cheques.",
    verbatim: ["The shop does not accept cheques."],
    edit: ["Invoices are due within 14 days.", "Your card is charged when the order leaves the warehouse."],
    paraphrase: ["Bills have to be paid within two weeks.", "Firms may pay by invoice once they have placed three orders."],
    merge: ["Invoices are due within 14 days, and late payments cost a fee of 2 percent per month."],
    number: ["Invoices are due within 30 days.", "Late payments cost a fee of 5 percent per month."],
    name: ["Invoices of Klarna are due within 14 days."],
    negation: ["The shop accepts cheques.", "A card is not charged when the order leaves the warehouse."],
    relation: ["The order leaves the warehouse before the first three invoices of business customers."],
    outside: ["Gift cards never expire.", "Students get a discount in September."],
    partial: ["The shop does not accept cheques, but it takes gold coins."],
  },
  {
    language: "en",
    passage:
      "Desks and chairs of oak are oiled, not varnished. Wipe them with a damp cloth and dry them at once. Oil the wood again after one year of use. Oak is harder than ash. The desk carries 60 kg, the chair 110 kg.",
    verbatim: ["Wipe them with a damp cloth and dry them at once."],
    edit: ["Oil the wood again after one year.", "The chair carries 110 kg."],
    paraphrase: ["After a year of use the wood wants oiling again.", "Ash is not as hard as oak."],
    merge: ["The desk carries 60 kg, and oak is harder than ash."],
    number: ["The desk carries 110 kg.", "Oil the wood again after three years of use."],
    name: ["Desks and chairs of Maple are oiled, not varnished."],
    negation: ["Desks and chairs of oak are varnished.", "Do not wipe them with a damp cloth."],
    relation: ["Ash is harder than oak."],
    outside: ["The drawers close by themselves.", "Light stains vanish in the sun."],
    partial: ["Oak desks are oiled, and their legs are made of steel."],
  },
  {
    language: "en",
    passage:
      "A membership costs 12 euros per month and can be cancelled at the end of each month. Members borrow up to six books at a time for four weeks. Books may be renewed twice unless another member has reserved them. The library in Tarnow is closed on Mondays.",
    verbatim: ["The library in Tarnow is closed on Mondays."],
    edit: ["Members may borrow up to six books for four weeks.", "The membership can be cancelled at the end of each month."],
    paraphrase: ["You can have six books at most, for 28 days.", "Renewing a book two times is possible if nobody else has reserved it."],
    merge: ["A membership costs 12 euros per month, and members borrow up to six books at a time."],
    number: ["A membership costs 15 euros per month.", "Members borrow up to six books at a time for six weeks."],
    name: ["The library in Gdansk is closed on Mondays."],
    negation: ["The library in Tarnow is open on Mondays.", "A membership cannot be cancelled at the end of each month."],
    relation: ["Books borrow up to six members at a time."],
    outside: ["Concerts take place in the reading room.", "Lost cards are replaced at the desk."],
    partial: ["Members borrow up to six books for four weeks and get free coffee."],
  },
  {
    language: "de",
    passage:
      "Unbenutzte Artikel können innerhalb von 30 Tagen nach der Lieferung zurückgegeben werden. Die Erstattung erfolgt auf die belastete Karte innerhalb von fünf Werktagen. Gutscheine werden nicht erstattet. Möbel liefert die Spedition Nordwind.",
    verbatim: ["Gutscheine werden nicht erstattet."],
    edit: ["Sie können unbenutzte Artikel innerhalb von 30 Tagen zurückgeben.", "Die Spedition Nordwind liefert Möbel."],
    paraphrase: ["Ungetragene Ware nehmen wir 30 Tage nach der Lieferung zurück.", "Das Geld wird in 5 Werktagen auf die Karte erstattet."],
    merge: ["Unbenutzte Artikel können innerhalb von 30 Tagen zurückgegeben werden, und Gutscheine werden nicht erstattet."],
    number: [
      "Unbenutzte Artikel können innerhalb von 60 Tagen zurückgegeben werden.",
      "Die Erstattung erfolgt innerhalb von acht Werktagen.",
    ],
    name: ["Möbel liefert die Spedition Südwind."],
    negation: ["Gutscheine werden erstattet.", "Unbenutzte Artikel können nicht zurückgegeben werden."],
    relation: ["Die Lieferung erfolgt nach der Erstattung auf die belastete Karte."],
    outside: ["Der Kundendienst spricht auch Polnisch.", "Geschenkpapier liegt jeder Sendung bei."],
    partial: ["Gutscheine werden nicht erstattet, aber Geburtstagskinder bekommen einen Kuchen."],
  },
  {
    language: "de",
    passage:
      "Die Heizung wird einmal im Jahr von der Firma Kaltenbach gewartet. Mieter müssen den Termin zwei Wochen vorher bestätigen. Die Kosten von 85 Euro trägt der Vermieter, nicht der Mieter. Das Treppenhaus ist von 22 Uhr an geschlossen.",
    verbatim: ["Mieter müssen den Termin zwei Wochen vorher bestätigen."],
    edit: ["Die Firma Kaltenbach wartet die Heizung einmal im Jahr.", "Der Vermieter trägt die Kosten von 85 Euro."],
    paraphrase: ["14 Tage vorher ist der Termin von den Mietern zu bestätigen.", "85 € für die Wartung der Heizung trägt der Vermieter."],
    merge: ["Die Heizung wird einmal im Jahr gewartet, und die Kosten von 85 Euro trägt der Vermieter."],
    number: ["Die Kosten von 120 Euro trägt der Vermieter.", "Mieter müssen den Termin drei Wochen vorher bestätigen."],
    name: ["Die Heizung wird einmal im Jahr von der Firma Brunner gewartet."],
    negation: [
      "Die Kosten von 85 Euro trägt der Mieter.",
      "Mieter müssen den Termin nicht bestätigen.",
      "Das Treppenhaus ist von 22 Uhr an geöffnet.",
    ],
    relation: ["Die Heizung wartet einmal im Jahr die Firma Kaltenbach ab."],
    outside: ["Fahrräder gehören in den Keller.", "Der Hausmeister streut im Winter Salz."],
    partial: ["Die Kosten von 85 Euro trägt der Vermieter, ebenso die Reinigung der Fenster."],
  },
  {
    language: "de",
    passage:
      "Daten von Kunden werden 90 Tage gespeichert und danach gelöscht. Eine Auskunft ist kostenlos und wird innerhalb eines Monats erteilt. Die Daten liegen in Frankfurt und verlassen die EU nicht. Anfragen beantwortet Frau Özdemir.",
    verbatim: ["Daten von Kunden werden 90 Tage gespeichert und danach gelöscht."],
    edit: ["Die Auskunft ist kostenlos.", "Frau Özdemir beantwortet Anfragen."],
    paraphrase: ["Nach 90 Tagen löschen wir Daten von Kunden.", "Auskünfte kosten nichts."],
    merge: ["Die Daten liegen in Frankfurt, und eine Auskunft ist kostenlos."],
    number: ["Daten von Kunden werden 180 Tage gespeichert.", "Eine Auskunft wird innerhalb von drei Monaten erteilt."],
    name: ["Die Daten liegen in Dublin und verlassen die EU nicht."],
    negation: ["Die Daten verlassen die EU.", "Eine Auskunft ist kostenpflichtig."],
    relation: ["Kunden werden von Daten gelöscht und danach gespeichert."],
    outside: ["Das Büro hat am Samstag geöffnet.", "Neue Passwörter kommen per Brief."],
    partial: ["Die Daten liegen in Frankfurt und werden täglich an die Polizei gemeldet."],
  },
  {
    language: "de",
    passage:
      "Die Fähre fährt von Mai bis September täglich um 9 Uhr von Kiel nach Oslo. Hunde dürfen nur mit Maulkorb an Bord. Kabinen kosten ab 79 Euro. Wer später als 60 Minuten vor der Abfahrt kommt, wird nicht mitgenommen.",
    verbatim: ["Hunde dürfen nur mit Maulkorb an Bord."],
    edit: ["Kabinen gibt es ab 79 Euro.", "Von Mai bis September fährt die Fähre täglich um 9 Uhr."],
    paraphrase: [
      "Man muss 60 Minuten vor der Abfahrt da sein, sonst wird man nicht mitgenommen.",
      "Täglich um 9 Uhr geht von Mai bis September eine Fähre von Kiel nach Oslo.",
    ],
    merge: ["Die Fähre fährt täglich um 9 Uhr, und Kabinen kosten ab 79 Euro."],
    number: ["Kabinen kosten ab 49 Euro.", "Die Fähre fährt täglich um 11 Uhr von Kiel nach Oslo."],
    name: ["Die Fähre fährt täglich um 9 Uhr von Kiel nach Göteborg."],
    negation: ["Hunde dürfen nicht an Bord.", "Hunde dürfen ohne Maulkorb an Bord."],
    relation: ["Die Fähre fährt täglich um 9 Uhr von Oslo nach Kiel."],
    outside: ["An Bord gibt es ein Kino.", "Fahrräder reisen umsonst."],
    partial: ["Kabinen kosten ab 79 Euro und haben einen Balkon."],
  },
  {
    language: "fr",
    passage:
      "Les articles inutilisés peuvent être retournés dans les 30 jours après la livraison. Le remboursement est effectué sur la carte en cinq jours ouvrés. Les bons d'achat ne sont pas remboursés. Les meubles sont livrés par le transporteur Vaurien.",
    verbatim: ["Les bons d'achat ne sont pas remboursés."],
    edit: ["Vous pouvez retourner les articles inutilisés dans les 30 jours.", "Le transporteur Vaurien livre les meubles."],
    paraphrase: [
      "Un produit neuf peut être renvoyé jusqu'à 30 jours après sa livraison.",
      "Vous êtes remboursé sur la carte en 5 jours ouvrés.",
    ],
    merge: ["Les articles inutilisés peuvent être retournés dans les 30 jours, et les bons d'achat ne sont pas remboursés."],
    number: ["Les articles inutilisés peuvent être retournés dans les 60 jours.", "Le remboursement est effectué en dix jours ouvrés."],
    name: ["Les meubles sont livrés par le transporteur Chronopost."],
    negation: ["Les bons d'achat sont remboursés.", "Les articles inutilisés ne peuvent pas être retournés."],
    relation: ["La livraison est effectuée après le remboursement des articles sur la carte."],
    outside: ["Un technicien passe à domicile le samedi.", "Les emballages sont recyclables."],
    partial: ["Les bons d'achat ne sont pas remboursés, mais un cadeau est offert à Noël."],
  },
  {
    language: "fr",
    passage:
      "Le musée est ouvert de 10 à 18 heures et fermé le mardi. L'entrée coûte 12 euros ; elle est gratuite pour les enfants de moins de 8 ans. Les photos sans flash sont autorisées. La salle Berthier expose les dessins de Camille Roy.",
    verbatim: ["Les photos sans flash sont autorisées."],
    edit: ["Le musée est fermé le mardi.", "L'entrée coûte 12 €."],
    paraphrase: ["Les enfants de moins de 8 ans entrent gratuitement.", "On peut voir les dessins de Camille Roy dans la salle Berthier."],
    merge: ["L'entrée coûte 12 euros, et le musée est fermé le mardi."],
    number: ["L'entrée coûte 15 euros.", "Elle est gratuite pour les enfants de moins de 12 ans."],
    name: ["La salle Berthier expose les dessins de Louise Martin."],
    negation: ["Le musée est ouvert le mardi.", "Les photos sans flash ne sont pas autorisées."],
    relation: ["Camille Roy expose la salle Berthier dans les dessins."],
    outside: ["Le restaurant sert des plats régionaux.", "Les chiens restent au vestiaire."],
    partial: ["Le musée est fermé le mardi et organise des concerts le soir."],
  },
  {
    language: "es",
    passage:
      "Los artículos sin usar se pueden devolver en un plazo de 30 días después de la entrega. El reembolso se hace a la tarjeta en cinco días hábiles. Los vales no se reembolsan. Los muebles los entrega la empresa Ventosa.",
    verbatim: ["Los vales no se reembolsan."],
    edit: ["Puede devolver los artículos sin usar en un plazo de 30 días.", "La empresa Ventosa entrega los muebles."],
    paraphrase: [
      "Hasta 30 días después de la entrega se aceptan devoluciones de artículos sin usar.",
      "El dinero se reembolsa a la tarjeta en 5 días hábiles.",
    ],
    merge: ["Los artículos sin usar se pueden devolver en 30 días, y los vales no se reembolsan."],
    number: ["Los artículos sin usar se pueden devolver en un plazo de 60 días.", "El reembolso se hace en ocho días hábiles."],
    name: ["Los muebles los entrega la empresa Correos."],
    negation: ["Los vales se reembolsan.", "Los artículos sin usar no se pueden devolver."],
    relation: ["La entrega se hace después del reembolso a la tarjeta."],
    outside: ["La tienda organiza talleres de cerámica.", "El aparcamiento es vigilado de noche."],
    partial: ["Los vales no se reembolsan, pero se regala un café."],
  },
  {
    language: "es",
    passage:
      "La piscina abre de junio a septiembre, de 11 a 20 horas. La entrada cuesta 6 euros y es gratuita para menores de 5 años. No se permite comer en el césped. Las clases las imparte Lucía Ferrer.",
    verbatim: ["No se permite comer en el césped."],
    edit: ["La entrada cuesta 6 €.", "Lucía Ferrer imparte las clases."],
    paraphrase: ["Los menores de 5 años entran gratis.", "Está prohibido comer en el césped."],
    merge: ["La entrada cuesta 6 euros, y la piscina abre de junio a septiembre."],
    number: ["La entrada cuesta 9 euros.", "La entrada es gratuita para menores de 7 años."],
    name: ["Las clases las imparte Marta Soler."],
    negation: ["Se permite comer en el césped.", "La piscina no abre de junio a septiembre."],
    relation: ["La piscina abre de septiembre a junio."],
    outside: ["El agua se calienta con paneles solares.", "Hay taquillas con llave electrónica."],
    partial: ["La entrada cuesta 6 euros e incluye una toalla."],
  },
];

const FRESH: readonly PairSet[] = [
  {
    language: "en",
    passage:
      "Tenants pay the rent by the third working day of the month. A deposit of three monthly rents is kept on a separate account and returned within six weeks after the tenant has moved out. Subletting needs the written consent of the owner. Ms Okafor manages the building in Linden Street. Small repairs up to 80 euros are paid by the tenant.",
    verbatim: ["Subletting needs the written consent of the owner."],
    edit: ["The deposit is returned within six weeks after the tenant has moved out.", "The tenant pays small repairs up to 80 euros."],
    paraphrase: ["To sublet, you need the owner's consent in writing.", "The security, three months' rent, lies on an account of its own."],
    merge: ["Rent is paid by the third working day of the month, and subletting needs the written consent of the owner."],
    number: [
      "The deposit is returned within eight weeks after the tenant has moved out.",
      "Small repairs up to 120 euros are paid by the tenant.",
    ],
    name: ["Mr Lindqvist manages the building in Linden Street."],
    negation: ["Subletting does not need the written consent of the owner.", "The deposit is not kept on a separate account."],
    relation: ["The owner needs the written consent of the tenant for subletting."],
    outside: ["Pets are welcome in the garden.", "The lift is inspected every spring."],
    partial: ["The deposit is returned within six weeks, together with interest of the bank."],
  },
  {
    language: "en",
    passage:
      "The telescope Corvus was launched on 4 March 2019 from Kourou. It orbits the Sun at a distance of 1.5 million kilometres from the Earth. Its mirror is 6 metres wide and made of beryllium. In 2021 it found water vapour on the planet K2-18b, but no methane. The mission is led by the agency Esro and paid for by eleven countries.",
    verbatim: ["Its mirror is 6 metres wide and made of beryllium."],
    edit: ["Corvus was launched from Kourou on 4 March 2019.", "The agency Esro leads the mission."],
    paraphrase: ["Eleven nations finance the mission.", "On K2-18b water vapour was discovered in 2021."],
    merge: ["The mirror is made of beryllium, and the mission is led by the agency Esro."],
    number: ["Its mirror is 8 metres wide and made of beryllium.", "The telescope Corvus was launched on 4 March 2017."],
    name: ["The telescope Corvus was launched on 4 March 2019 from Baikonur."],
    negation: ["In 2021 it found methane on the planet K2-18b.", "Its mirror is not made of beryllium."],
    relation: ["Water vapour found the telescope on the planet."],
    outside: ["Engineers sleep in shifts.", "The images are sold as posters."],
    partial: ["Its mirror is made of beryllium and is cleaned by robots."],
  },
  {
    language: "en",
    passage:
      "Refunds of train tickets are possible until one day before departure for a fee of 19 euros. On the day of departure a ticket can no longer be refunded. If the train is more than 60 minutes late, passengers get 25 percent of the fare back, from 120 minutes on 50 percent. Seat reservations are never refunded. Children under 6 years travel without a ticket.",
    verbatim: ["Seat reservations are never refunded."],
    edit: ["Children under 6 years do not need a ticket.", "On the day of departure a ticket cannot be refunded any more."],
    paraphrase: [
      "A delay of over an hour gives you a quarter, 25 percent, of the fare back.",
      "You can return a ticket for 19 euros up to the day before you leave.",
    ],
    merge: ["Seat reservations are never refunded, and children under 6 years travel without a ticket."],
    number: [
      "If the train is more than 60 minutes late, passengers get 40 percent of the fare back.",
      "Refunds of train tickets cost a fee of 9 euros.",
    ],
    name: ["Refunds of Interrail tickets are possible until one day before departure."],
    negation: [
      "Seat reservations are refunded.",
      "On the day of departure a ticket can be refunded.",
      "Children under 6 years do not travel without a ticket.",
    ],
    relation: ["Departure is possible until one day before the refund of the ticket."],
    outside: ["Bicycles are carried in the last car.", "Sandwiches are sold on board."],
    partial: ["Seat reservations are never refunded, but they can be given to a friend."],
  },
  {
    language: "en",
    passage:
      "Only owners of a workspace can delete it. Deleted workspaces can be restored within 14 days by writing to support. Admins invite members; members cannot invite others. A guest sees the channels to which an admin has added them. Exports are offered as CSV, not as PDF. The plan Team holds 50 members, the plan Pro 500.",
    verbatim: ["Exports are offered as CSV, not as PDF."],
    edit: ["Deleted workspaces can be restored within 14 days.", "The plan Pro holds 500 members."],
    paraphrase: ["Write to support within two weeks to get a deleted workspace back.", "Members are not able to invite anyone."],
    merge: ["Only owners can delete a workspace, and exports are offered as CSV."],
    number: ["Deleted workspaces can be restored within 30 days.", "The plan Team holds 500 members."],
    name: ["Exports are offered as Parquet."],
    negation: ["Members can invite others.", "Exports are offered as PDF.", "Deleted workspaces cannot be restored."],
    relation: ["Members invite admins.", "A guest has added the admin to the channels."],
    outside: ["The mobile app works without a network.", "Emoji can be uploaded by everybody."],
    partial: ["Deleted workspaces can be restored within 14 days, and their calls are transcribed."],
  },
  {
    language: "de",
    passage:
      "Der Ausweis kostet 37 Euro und ist zehn Jahre gültig. Anträge nimmt das Bürgeramt nur mit Termin an. Ein Foto ist mitzubringen; es darf nicht älter als sechs Monate sein. Für Kinder unter 12 Jahren stellt Herr Brandl den Ausweis aus. Nach vier Wochen liegt der Ausweis zur Abholung bereit.",
    verbatim: ["Der Ausweis kostet 37 Euro und ist zehn Jahre gültig."],
    edit: ["Das Bürgeramt nimmt Anträge nur mit Termin an.", "Das Foto darf nicht älter als sechs Monate sein."],
    paraphrase: ["Zehn Jahre gilt der Ausweis.", "Abholen kann man den Ausweis nach 4 Wochen."],
    merge: ["Der Ausweis kostet 37 Euro, und Anträge nimmt das Bürgeramt nur mit Termin an."],
    number: ["Der Ausweis kostet 28 Euro und ist zehn Jahre gültig.", "Nach sechs Wochen liegt der Ausweis zur Abholung bereit."],
    name: ["Für Kinder unter 12 Jahren stellt Frau Seidel den Ausweis aus."],
    negation: ["Das Bürgeramt nimmt Anträge ohne Termin an.", "Der Ausweis ist zehn Jahre ungültig."],
    relation: ["Der Termin nimmt das Bürgeramt nur mit Anträgen an."],
    outside: ["Vor dem Amt gibt es Parkplätze.", "Die Wartezeit wird per SMS gemeldet."],
    partial: ["Der Ausweis kostet 37 Euro und enthält einen Fingerabdruck."],
  },
  {
    language: "de",
    passage:
      "Rasenmähen ist werktags von 8 bis 20 Uhr erlaubt, an Sonntagen verboten. Hunde müssen angeleint sein. Die Müllabfuhr kommt am Dienstag. Wer den Garten nutzt, zahlt 15 Euro im Monat an den Verein Grünblick. Feuerwerk ist nicht gestattet.",
    verbatim: ["Feuerwerk ist nicht gestattet."],
    edit: ["An Sonntagen ist Rasenmähen verboten.", "Die Müllabfuhr kommt dienstags am Dienstag."],
    paraphrase: ["Feuerwerk ist verboten.", "Für den Garten zahlt man monatlich 15 Euro an den Verein Grünblick."],
    merge: ["Hunde müssen angeleint sein, und Feuerwerk ist nicht gestattet."],
    number: ["Wer den Garten nutzt, zahlt 25 Euro im Monat an den Verein.", "Rasenmähen ist werktags von 8 bis 22 Uhr erlaubt."],
    name: ["Die Müllabfuhr kommt am Freitag."],
    negation: ["Feuerwerk ist gestattet.", "Rasenmähen ist an Sonntagen erlaubt.", "Hunde müssen nicht angeleint sein."],
    relation: ["Der Verein Grünblick zahlt 15 Euro im Monat an den, der den Garten nutzt."],
    outside: ["Im Schuppen stehen Leihräder.", "Der Brunnen friert im Winter zu."],
    partial: ["Hunde müssen angeleint sein und einen Chip tragen."],
  },
  {
    language: "fr",
    passage:
      "L'abonnement coûte 29 euros par mois et peut être résilié à tout moment. La piscine est ouverte de 7 à 21 heures. Les casiers ne sont pas surveillés. Les mineurs doivent être accompagnés d'un adulte. Les cours de yoga sont donnés par Nadia Benali.",
    verbatim: ["Les casiers ne sont pas surveillés."],
    edit: ["Vous pouvez résilier l'abonnement à tout moment.", "Nadia Benali donne les cours de yoga."],
    paraphrase: ["Un adulte doit accompagner les mineurs.", "On paie 29 € chaque mois pour l'abonnement."],
    merge: ["L'abonnement coûte 29 euros par mois, et les casiers ne sont pas surveillés."],
    number: ["L'abonnement coûte 39 euros par mois.", "La piscine est ouverte de 7 à 23 heures."],
    name: ["Les cours de yoga sont donnés par Julie Moreau."],
    negation: ["Les casiers sont surveillés.", "L'abonnement ne peut pas être résilié."],
    relation: ["Un adulte doit être accompagné d'un mineur pour les cours donnés à Nadia Benali."],
    outside: ["Le parking est éclairé la nuit.", "Une serviette est prêtée à l'accueil."],
    partial: ["L'abonnement coûte 29 euros par mois et comprend une séance de massage."],
  },
  {
    language: "es",
    passage:
      "El curso dura doce semanas y cuesta 340 euros. Las clases son los martes de 18 a 20 horas. No se admiten alumnos sin inscripción. El examen lo corrige la profesora Iglesias. Quien falta más de tres veces pierde el certificado.",
    verbatim: ["No se admiten alumnos sin inscripción."],
    edit: ["El curso cuesta 340 euros y dura 12 semanas.", "La profesora Iglesias corrige el examen."],
    paraphrase: ["Los martes hay clases de 18 a 20 horas.", "Si se falta más de 3 veces, se pierde el certificado."],
    merge: ["El curso dura doce semanas, y las clases son los martes."],
    number: ["El curso dura diez semanas y cuesta 340 euros.", "Quien falta más de cinco veces pierde el certificado."],
    name: ["El examen lo corrige la profesora Domingo."],
    negation: ["Se admiten alumnos sin inscripción.", "Las clases no son los martes."],
    relation: ["El examen corrige a la profesora Iglesias."],
    outside: ["El edificio tiene aire acondicionado.", "Se reparten caramelos al final."],
    partial: ["El curso cuesta 340 euros e incluye los libros."],
  },
];

/** One sentence with its passage. `isFresh`: the scorer was not tuned on it. */
export type Pair = {
  readonly language: string;
  readonly kind: Kind;
  readonly isSupported: boolean;
  readonly passage: string;
  readonly sentence: string;
  readonly isFresh: boolean;
};

const flat = (sets: readonly PairSet[], isFresh: boolean): readonly Pair[] =>
  sets.flatMap((set) =>
    [...SUPPORTED, ...UNSUPPORTED].flatMap((kind) => {
      const isSupported = SUPPORTED.some((one) => one === kind);
      return (set[kind] ?? []).map((sentence) => ({ language: set.language, kind, isSupported, passage: set.passage, sentence, isFresh }));
    }),
  );

/** All sentences. */
export const GROUNDED_PAIRS: readonly Pair[] = [...flat(SEEN, false), ...flat(FRESH, true)];
