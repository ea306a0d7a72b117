/** Environment variables by name; one that is undefined is not set. */
export type Environment = Readonly<Record<string, string | undefined>>;
