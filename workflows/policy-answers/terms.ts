/** The shop's terms, as its customers read them: the documents that `policy-answers` answers from. Whoever runs the workflow puts them into the collection. */

/** The collection that the workflow searches. */
export const TERMS_COLLECTION = "shop-terms";

/** A document as `POST /v1/knowledge/{collection}/documents` takes it. */
type Terms = { readonly id: string; readonly title: string; readonly text: string; readonly source: string };

const source = (page: string): string => `https://shop.example/terms/${page}`;

/** The settings of the collection: its documents are public, and come from the shop's own site. */
export const TERMS_SETTINGS = {
  description: "The shop's terms: returns, delivery, warranty, payment, vouchers, personal data",
  sensitivity: "public",
  sources: ["shop.example"],
} as const;

/** The documents. */
export const TERMS: readonly Terms[] = [
  {
    id: "returns",
    title: "Returns and refunds",
    source: source("returns"),
    text: `# Returns and refunds

## How long

Unused articles can be returned within 30 days of delivery. Articles that were bought between 15 November and 24 December can be returned until 31 January.

## How

Announce the return in your account and print the label. Return shipping is free for broken articles and costs 5 dollars otherwise. Furniture is picked up by the carrier on a date that you agree on.

## When the money comes

A refund is paid to the card that was charged within five working days after the parcel has arrived in the warehouse. Refunds above 100 dollars are approved by a person. Vouchers are never refunded in money.

## What cannot be returned

Opened packets of coffee and tea cannot be returned. Desks that were cut to size cannot be returned either.
`,
  },
  {
    id: "delivery",
    title: "Delivery and shipping costs",
    source: source("delivery"),
    text: `# Delivery and shipping costs

Orders that are paid before noon leave the warehouse on the same working day. Delivery takes two to four working days inside the country. Delivery abroad takes up to ten working days.

Shipping is free above 50 dollars and costs 4.90 dollars below. Shipping abroad costs 12 dollars, whatever the order is worth.

Furniture is delivered by a carrier who agrees on a date with you. The carrier brings it to the first door behind the kerb, not to an upper floor.
`,
  },
  {
    id: "warranty",
    title: "Warranty",
    source: source("warranty"),
    text: `# Warranty

Machines and kettles have a warranty of two years from delivery. Furniture has a warranty of five years. The warranty covers broken parts and labour.

The warranty does not cover damage by lime, by vinegar or by dropping the machine. Vinegar damages the seals of an espresso machine.

For a warranty claim we need the number of the order and a photo of the damage. We answer a claim within three working days.
`,
  },
  {
    id: "payment",
    title: "Payment",
    source: source("payment"),
    text: `# Payment

We take cards and invoices. A card is charged when the order leaves the warehouse, not before. We do not accept cheques or cash.

Invoices are open to business customers after their first three orders. An invoice is due within 14 days.
`,
  },
  {
    id: "vouchers",
    title: "Gift vouchers",
    source: source("vouchers"),
    text: `# Gift vouchers

A gift voucher is valid for three years from the day it was bought. It can be used for several orders until it is used up. Lost vouchers are not replaced.
`,
  },
  {
    id: "personal-data",
    title: "Your personal data",
    source: source("personal-data"),
    text: `# Your personal data

Orders are kept for ten years, as tax law asks for. Everything else about you is deleted 24 months after your last order. You can ask for a copy of your data at any time, and we send it within 30 days.

We do not sell personal data. The carrier gets your name, address and phone number to deliver an order.
`,
  },
];
