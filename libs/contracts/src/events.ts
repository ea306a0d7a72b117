import type { EventContract } from '@millrace/messaging';
import { userEmailChanged } from './user-email-changed.ts';
import { userRegistered } from './user-registered.ts';

/** Every event of this repository: what docs/asyncapi.yaml publishes. */
export const events: readonly EventContract[] = [userRegistered, userEmailChanged];
