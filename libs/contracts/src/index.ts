export { events } from './events.ts';
export { idempotencyKey } from './idempotency-key.ts';
export { type Topic, topics, userEvents } from './topics.ts';
export { userEmailChanged } from './user-email-changed.ts';
export { userFields } from './user-fields.ts';
export { userRegistered } from './user-registered.ts';
