import { headerText } from '@millrace/messaging';
import type { ServicesEvidence } from '../judging/services-evidence.ts';

/** With the changes of address, two thirds as many more requests. */
export const registrationsPerSecond = 15;

/** What is worth telling of a run with the services beside the counts. */
export function servicesFigures(evidence: ServicesEvidence): readonly string[] {
  const { load, apis } = evidence;
  const changes = load.registered.reduce((sum, each) => sum + each.changes, 0);
  const replays = apis.reduce((sum, each) => sum + each.replays, 0);
  return [
    `${load.registered.length} registrations`,
    `${changes} changes`,
    `${load.failedAttempts} attempts failed`,
    `${replays} calls made again, ${callsOfRepeats(evidence)} of them for records that are there twice`,
  ];
}

/** A record beyond the first of its event is a call more at each API that hears of it; the API knows its key. */
function callsOfRepeats({ appended, records, apis }: ServicesEvidence): number {
  const types = new Map(appended.map(({ eventId, type }) => [eventId, type]));
  const seen = new Set<string>();
  const repeats = records.map(({ headers }) => headerText(headers, 'ce_id') ?? '').filter((id) => !isNew(id, seen));
  return repeats.reduce((sum, id) => sum + apis.filter(({ hears }) => hears.includes(types.get(id) ?? '')).length, 0);
}

function isNew(id: string, seen: Set<string>): boolean {
  const before = seen.size;
  return seen.add(id).size > before;
}
