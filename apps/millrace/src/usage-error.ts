/** What is wrong with a command line, and what to do. */
export class UsageError extends Error {}
