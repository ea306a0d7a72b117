import type { ConsumerOptions } from '@millrace/messaging';
import type { ConsumerPlan } from './scenario.ts';

/** The consumer's option. */
export function orderOf(plan: ConsumerPlan['order']): NonNullable<ConsumerOptions['order']> {
  return plan === 'function' ? ({ key }) => firstLetters(key?.toString() ?? null) : plan;
}

/** What keeps the order of a record with that key: equal for records of a partition that must not overlap. */
export function orderKeyOf(plan: ConsumerPlan['order'], key: string | null): string | null {
  if (plan === 'partition') return 'all';
  if (plan === 'unordered') return null;
  return plan === 'function' ? firstLetters(key) : key;
}

/** Some keys are one, and some records that have a key have no order. */
function firstLetters(key: string | null): string | null {
  return key === null || key.endsWith('7') ? null : key.slice(0, 2);
}
