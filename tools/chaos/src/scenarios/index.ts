import type { Scenario } from '../scenario.ts';
import { apiOutage } from './api-outage.ts';
import { brokerRestart } from './broker-restart.ts';
import { coordinatorMoved } from './coordinator-moved.ts';
import { databaseKilled } from './database-killed.ts';
import { killAtPoints } from './kill-at-points.ts';
import { killAtRandom } from './kill-at-random.ts';
import { leaderKilled } from './leader-killed.ts';
import { network } from './network.ts';
import { planted } from './planted.ts';
import { relayFrozen } from './relay-frozen.ts';
import { rollingRestart } from './rolling-restart.ts';
import { scale } from './scale.ts';
import { servicesKilled } from './services-killed.ts';
import { zombie } from './zombie.ts';

/** All of them; those that share a broker first, the longest of these before the others. */
export const scenarios: readonly Scenario[] = [
  ...killAtPoints,
  ...killAtRandom,
  servicesKilled,
  relayFrozen,
  databaseKilled,
  network,
  zombie,
  scale,
  apiOutage,
  ...planted,
  ...rollingRestart,
  brokerRestart,
  leaderKilled,
  coordinatorMoved,
];
