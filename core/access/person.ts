/**
 * Which person stands behind a credential. Somebody who makes a key for another name still holds that key, so the key remembers the
 * person at the root of its making, and two credentials that lead to one person are never two people. Pure.
 */

/** The user of the platform admin's key. No key can be made for this name. */
export const PLATFORM_ADMIN_USER = "platform-admin";

/**
 * Names that stand for nobody in what the platform shows and records: who set the KV flag by hand, and whoever was erased. Nobody may have them,
 * or they would be taken for it.
 */
const RESERVED_USERS: ReadonlySet<string> = new Set(["dashboard", "erased"]);
/** True for a name that no user and no subject can have. */
export const isReservedUser = (user: string): boolean => RESERVED_USERS.has(user.toLowerCase());

/** A credential, as far as it says who holds it. PERSISTED: in a run's birth, in cases and in requests for recovery. */
export type Holder = {
  readonly user: string;
  /**
   * The person at the root of the key's making: a user, or `ORG/USER` of another org. `platform-admin`: the platform's own key made it.
   * `login …`: no key at all, but somebody at an identity provider. null: nothing made it, or nobody knows.
   */
  readonly root: string | null;
};

/** The root of a key that this holder makes. The platform's own key hands out sign-ins: whoever got one from it is a root. */
export const rootOfNewKey = (maker: Holder): string => {
  if (maker.user === PLATFORM_ADMIN_USER) return PLATFORM_ADMIN_USER;
  return isOwnSignIn(maker) ? maker.user : (maker.root ?? maker.user);
};

/** True when the credential is the user's own sign-in: the user or the platform made it, and nobody else holds it. */
export const isOwnSignIn = ({ user, root }: Holder): boolean =>
  root === null || root === PLATFORM_ADMIN_USER || root === user || isLogin(root);

/** A credential that says something, and whether it was made `for_others`. Absent: it was not, or nobody noted it. PERSISTED: in births and memories. */
export type Speaker = Holder & { readonly forOthers?: boolean };

/** The speaker behind a credential, as it is stored. */
export const speakerOf = ({ user, root, forOthers }: Speaker): Speaker => ({ user, root, ...(forOthers === true ? { forOthers } : {}) });

/** True when what the credential says counts as its user's own word: their own sign-in, or a key made `for_others`, whose making is on record. */
export const speaksForUser = (speaker: Speaker): boolean => isOwnSignIn(speaker) || speaker.forOthers === true;

/** True when what the credential says counts as this person's own word: it speaks for its user, and that is the person or it was made `for_others`. */
export const speaksFor = (speaker: Speaker, subject: string): boolean =>
  speaker.forOthers === true || (speaker.user === subject && isOwnSignIn(speaker));

/** The person whose word it is: who made the key, where the credential is not its user's own. */
export const authorOf = (speaker: Speaker): string => (speaksForUser(speaker) ? speaker.user : (speaker.root ?? speaker.user));

/**
 * True when one person may hold both: they have the same user, one is at the root of the other, or the same person is at the root of
 * both. The platform's own key is at the root of every key.
 */
export function isOnePerson(one: Holder, other: Holder): boolean {
  if (isPlatforms(one) || isPlatforms(other)) return [one, other].every((holder) => isPlatforms(holder) || isMade(holder));
  const people = peopleOf(one);
  return peopleOf(other).some((person) => people.includes(person));
}

/** The holder as another org sees them: a person with the same name there is somebody else. */
export function abroad<H extends Holder>(holder: H, home: string): H {
  if (isPlatforms(holder) || holder.root?.includes("/")) return holder;
  return { ...holder, root: `${home}/${rootOfNewKey(holder)}` };
}

/** How the root of a login begins; no user's name has a blank. */
export const LOGIN_ROOT = "login ";
const isLogin = (root: string): boolean => root.startsWith(LOGIN_ROOT);
/** True when some key made this credential. */
const isMade = ({ root }: Holder): boolean => root !== null && !isLogin(root);

const isPlatforms = ({ user }: Holder): boolean => user === PLATFORM_ADMIN_USER;

/** A root of another org counts with and without it: two people with one name are rather taken for one than one for two. */
function peopleOf({ user, root }: Holder): string[] {
  if (root === null || root === PLATFORM_ADMIN_USER) return [user];
  return [user, root, root.slice(root.indexOf("/") + 1)];
}
