/** Names that people would take for the same are the same: `Ada`, `ADA`, and `ada` in full-width letters. */
export const usernameKey = (username: string): string => username.normalize('NFKC').toLowerCase().normalize('NFKC');
