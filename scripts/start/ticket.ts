/** A support ticket as customers write them: with their mail address, their card number and an order over a hundred dollars in it. */

/** The addresses are of a reserved domain (RFC 2606), the card number is one that card networks publish for tests. */
export const TICKET = `Hello, my espresso machine (order A-1002) arrived broken and I would like my money back.
I paid with card 4111 1111 1111 1111. Please write to me at mara.lindqvist@example.org, not by phone.
Kind regards, Mara`;

/** Whose data it is: the shop's own number for her, which says nothing about her. */
export const SUBJECT = "customer-C-78";
