/** What `DATABASE_URL` says. */
export type DatabaseAddress =
  | { readonly kind: 'sqlite'; readonly file: string }
  /** With a password, perhaps: not to be logged. */
  | { readonly kind: 'postgres'; readonly url: string };

/** Of `file:<path>` or `postgres://…`. */
export function databaseAddress(url: string): DatabaseAddress {
  return url.startsWith('file:') ? { kind: 'sqlite', file: url.slice('file:'.length) } : { kind: 'postgres', url };
}
