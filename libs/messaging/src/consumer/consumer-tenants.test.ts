import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { orderRecord, runningConsumer, settle } from './consumer.test-support.ts';
import { headerText } from '../ports/record.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('tenants take turns, over all partitions, whatever each has to do', async () => {
  const { api, source } = await runningConsumer({
    concurrency: 1,
    tenant: ({ headers }) => headerText(headers, 'tenant') ?? '',
  });
  source.grant(1);
  api.answer = (call) => setTimeout(() => call.done(), 1);
  const of = (tenant: string, customer: string) => orderRecord(customer, 1, { tenant });
  source.append(0, of('big', 'b1'), of('big', 'b2'), of('big', 'b3'), of('big', 'b4'), of('small', 's1'));
  source.append(1, of('big', 'b5'), of('big', 'b6'), of('small', 's2'), of('tiny', 't1'));
  await vi.advanceTimersByTimeAsync(100);
  expect(api.ids).toHaveLength(9);
  const first = new Set(api.ids.slice(1, 7));
  expect(['s1-1', 's2-1', 't1-1'].filter((id) => first.has(id))).toEqual(['s1-1', 's2-1', 't1-1']);
  await settle();
});
