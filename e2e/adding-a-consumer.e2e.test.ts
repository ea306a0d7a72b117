import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, type PortSpec, standardPorts } from '@millrace/launcher';
import { createStubApisClient } from '@millrace/testing/stub-apis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFreshClone, type FreshClone } from './support/guide/fresh-clone.ts';
import { GuideRun } from './support/guide/guide-run.ts';
import { movePorts } from './support/guide/move-ports.ts';
import { type GuideStep, parseGuide, typedLines } from './support/guide/parse-guide.ts';
import { pathTo, readTrace } from './support/jaeger-trace.ts';
import { readMetric } from './support/metrics.ts';
import { until } from './support/until.ts';

const { JAEGER_ABSENT } = process.env;
const guide = 'docs/adding-a-consumer.md';
const minuteMs = 60_000;

/** The port that the new app is given, by the guide and by the generator. */
const crmPort: PortSpec = { variable: 'CRM_CONSUMER_PORT', standard: 8085, purpose: 'crm-consumer' };
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

describe(`${guide}, followed to the letter in a fresh clone`, () => {
  const ports = new Map<number, number>();
  const at = (standard: number) => `http://127.0.0.1:${ports.get(standard)}`;
  let clone: FreshClone | undefined;
  let run: GuideRun | undefined;
  let steps: readonly GuideStep[] = [];

  beforeAll(async () => {
    clone = await createFreshClone();
    const env = { ...clone.env };
    for (const { standard, variable } of [...standardPorts, crmPort]) {
      const port = await freePort();
      ports.set(standard, port);
      env[variable] = String(port);
    }
    steps = parseGuide(await readFile(join(clone.folder, guide), 'utf8'));
    const startedMs = performance.now();
    const elapsed = () => `${((performance.now() - startedMs) / 1000).toFixed(0)} s`;
    const onStep = (step: GuideStep) => console.log(`${elapsed().padStart(6)}  ${describeStep(step)}`);
    run = new GuideRun({ folder: clone.folder, env, onStep });
    await run.follow(steps.filter(canBeTaken).map((step) => movePorts(step, ports)));
    console.log(`${guide}: ${elapsed()} of machine time, ${typedLines(steps)} lines written by hand`);
  }, 15 * minuteMs);
  afterAll(async () => {
    await run?.stop();
    await clone?.remove();
  }, 2 * minuteMs);

  it('takes fewer than 40 lines written by hand', () => {
    expect(typedLines(steps)).toBeGreaterThan(0);
    expect(typedLines(steps)).toBeLessThan(40);
  });

  it('ends with the new API called, once for each user', async () => {
    const effects = await createStubApisClient(at(8090)).effects('crm');
    const [ada, ...others] = effects.filter(({ body }) => (body as { name: string }).name === 'ada');
    expect(ada).toMatchObject({ path: '/contacts', idempotencyKey: expect.stringMatching(/^crm-/) as string });
    expect(others).toEqual([]);
  });

  it("ends with the new consumer's span in the trace of the request", async ({ skip }) => {
    skip(JAEGER_ABSENT !== undefined, JAEGER_ABSENT);
    const isCall = ({ service, kind }: { service: string; kind: string }) =>
      service === 'crm-consumer' && kind === 'client';
    const spans = await until(
      'the call in the trace',
      () => readTrace(at(16_686), traceId),
      (all) => all.some(isCall),
    );
    const [call] = spans.filter(isCall);
    expect(pathTo(call!, spans)).toEqual([
      'gateway: POST /register (server)',
      'gateway: POST user-service (client)',
      'user-service: POST /users (server)',
      'user-service: append UserRegistered (internal)',
      'user-service: publish user-events (producer)',
      'crm-consumer: process user-events (consumer)',
      'crm-consumer: POST crm (client)',
    ]);
  });

  it('ends with the metrics of the new consumer to be seen', async () => {
    expect(await readMetric(at(crmPort.standard), 'millrace_consumer_outcomes_total')).toBeGreaterThan(20);
  });
});

/** Where no Jaeger can be had, a reader leaves out what asks it. */
function canBeTaken(step: GuideStep): boolean {
  return JAEGER_ABSENT === undefined || step.kind === 'write' || !step.commands.includes('localhost:16686');
}

function describeStep(step: GuideStep): string {
  return step.kind === 'write' ? `(writes ${step.file})` : step.commands.replaceAll('\n', '\n        ');
}
