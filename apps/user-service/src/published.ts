import { userEmailChanged, userRegistered } from '@millrace/contracts';

/** What this service publishes, and as whom; its outbox takes nothing else. */
export const published = { source: '/user-service', events: [userRegistered, userEmailChanged] } as const;
