/** Who asks: resolved once at the edge, then carried as data. */
/** Every role a caller may have; docs/contract.md, "Who calls", says what each may do. */
export const ROLES = ["caller", "developer", "reviewer", "operator", "monitor", "auditor", "admin"] as const;
/** A role of a caller; docs/contract.md says what each may do. */
export type Role = (typeof ROLES)[number];

/** A caller: org, user and roles. */
export type Principal = {
  readonly org: string;
  readonly user: string;
  readonly roles: readonly Role[];
  /** The id of the API key (`key_…`), `login_…` for somebody that an identity provider vouches for, `admin` for the platform admin's key. */
  readonly credential: string;
  /** The first of the API keys that rotated themselves into this one: they share their limits. Absent: the credential itself. */
  readonly chain?: string;
  /** When the credential ends; null: nobody here knows. */
  readonly credentialExpiresAt: number | null;
  /** When the credential was made and by whom: recovery from a kill asks for one that is older than the kill. */
  readonly credentialCreatedAt: number;
  readonly credentialCreatedBy: string | null;
  /** The person at the root of the credential's making (person.ts). */
  readonly root: string | null;
  /** May start runs about other people (`subject`). */
  readonly forOthers: boolean;
  /** Holder of `ADMIN_API_KEY`, or an admin of org `default`. */
  readonly platformAdmin: boolean;
};

/** The org whose admins are admins of the platform (docs/contract.md, "Who calls"). */
export const PLATFORM_ORG = "default";

/** True for an admin of the platform's own org. */
export const isPlatformAdmin = (org: string, roles: readonly Role[]): boolean => org === PLATFORM_ORG && roles.includes("admin");

/** The rights that are in both lists; an admin has those of every role. */
export const rightsInBoth = (a: readonly Role[], b: readonly Role[]): Role[] => {
  const has = (roles: readonly Role[], role: Role): boolean => roles.includes(role) || roles.includes("admin");
  return ROLES.filter((role) => has(a, role) && has(b, role));
};

/**
 * What a run may still do of what it began with: a role that its user has lost since does not count, and one gained since gives nothing. `today`
 * null: no key or login of the org was ever this user's (the platform's own key, an admin of org `default`), so nothing can have been taken away.
 */
export function rolesLeft(began: readonly Role[], today: readonly Role[] | null): readonly Role[] {
  if (today === null || today.includes("admin") || began.every((role) => today.includes(role))) return began;
  return rightsInBoth(began, today);
}

/** Every role but `caller` (its own runs) and `monitor` (no run) sees every run of the org. */
export const seesAllRuns = (principal: Principal): boolean => principal.roles.some((role) => role !== "caller" && role !== "monitor");
