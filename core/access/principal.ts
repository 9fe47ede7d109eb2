/** Who asks: resolved once at the edge, then carried as data. */
export const ROLES = ["caller", "developer", "reviewer", "operator", "auditor", "admin"] as const;
/** A role of a caller; docs/contract.md says what each may do. */
export type Role = (typeof ROLES)[number];

/** A caller: org, user and roles. */
export type Principal = {
  readonly org: string;
  readonly user: string;
  readonly roles: readonly Role[];
  /** The id of the API key (`key_…`), `admin` for the platform admin's key. */
  readonly credential: string;
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

/** The rights that are in both lists; an admin has those of every role. */
export const rightsInBoth = (a: readonly Role[], b: readonly Role[]): Role[] => {
  const has = (roles: readonly Role[], role: Role): boolean => roles.includes(role) || roles.includes("admin");
  return ROLES.filter((role) => has(a, role) && has(b, role));
};

/** Everybody but a mere `caller` sees every run of the org. */
export const seesAllRuns = (principal: Principal): boolean => principal.roles.some((role) => role !== "caller");
