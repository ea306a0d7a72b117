/** A user as everybody may see them. */
export interface User {
  /** A UUID. */
  readonly userId: string;
  /** As typed; unique whatever its case. */
  readonly username: string;
  /** In lower case; unique. */
  readonly email: string;
  /** ISO 8601, UTC. */
  readonly registeredAt: string;
}

/** A user about to be stored. */
export interface NewUser extends User {
  /** A PHC string, see hash-password.ts. */
  readonly passwordHash: string;
}
