import type { ServicesEvidence } from '../judging/services-evidence.ts';

/** Of scenarios with the services, one at a time: all of them use the topic `user-events`. */
export const theirTopic = 'user-events';

/** With the changes of address, two thirds as many more requests. */
export const registrationsPerSecond = 15;

/** What is worth telling of a run with the services beside the counts. */
export function servicesFigures({ load, apis }: ServicesEvidence): readonly string[] {
  const changes = load.registered.reduce((sum, each) => sum + each.changes, 0);
  const replays = apis.reduce((sum, each) => sum + each.replays, 0);
  return [
    `${load.registered.length} registrations`,
    `${changes} changes`,
    `${load.failedAttempts} attempts failed`,
    `${replays} calls made again`,
  ];
}
