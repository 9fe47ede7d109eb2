/** A text that comes in pieces, as Unicode: servers cut it between the halves of a surrogate pair, or send half a pair alone. Pure. */

/** What has come; a half that stands alone becomes U+FFFD. */
export type WholeText = {
  /** The piece, with the half that the last one ended in, without the half that it ends in itself. */
  push(piece: string): string;
  /** What is left. */
  end(): string;
};

/** Begins a text. */
export function openWholeText(): WholeText {
  let half = "";
  return {
    push(piece) {
      const text = half + piece;
      const last = text.charCodeAt(text.length - 1);
      half = last >= 0xd800 && last <= 0xdbff ? text.slice(-1) : "";
      return text.slice(0, text.length - half.length).toWellFormed();
    },
    end() {
      const rest = half.toWellFormed();
      half = "";
      return rest;
    },
  };
}
