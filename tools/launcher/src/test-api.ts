import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { countedRun, type RunPorts } from './checks/counted-run.ts';
import { type Counts, describeCounts, total } from './checks/counts.ts';
import { freePort } from './free-port.ts';
import { obtainBroker } from './kafka/obtain-broker.ts';
import { LaunchError } from './launch-error.ts';
import { obtainSchemathesis } from './schemathesis/obtain-schemathesis.ts';
import { testService } from './schemathesis/test-service.ts';
import { startSystem, type System } from './system.ts';

// npm run test:api: starts the system and has schemathesis hold each service to its document in docs/openapi.
const services = ['gateway', 'user-service', 'stub-apis'];

const folder = await mkdtemp(join(tmpdir(), 'millrace-api-'));
try {
  process.exitCode = await countedRun(testAll);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function testAll({ signal, onProgress, print }: RunPorts): Promise<Counts> {
  const { seed, maxExamples } = readArguments();
  const python = await obtainSchemathesis({ env: process.env, onProgress, signal });
  const counts = await withSystem({ signal, onProgress }, async (system) => {
    const all = [];
    for (const name of services)
      all.push(await testService({ python, name, url: system.url(name), seed, maxExamples, folder, signal }));
    return total(all);
  });
  signal.throwIfAborted();
  print(`seed ${seed}, up to ${maxExamples} examples; other ones: npm run test:api -- --seed 2 --max-examples 500`);
  print(describeCounts(counts));
  return counts;
}

function readArguments() {
  const options = {
    seed: { type: 'string', default: '1' },
    'max-examples': { type: 'string', default: '30' },
  } as const;
  const { seed, 'max-examples': maxExamples } = parse(options);
  const numbers = { seed: Number(seed), maxExamples: Number(maxExamples) };
  if (Object.values(numbers).every((number) => Number.isSafeInteger(number) && number > 0)) return numbers;
  throw new LaunchError('--seed and --max-examples are whole numbers from 1 on.');
}

function parse<Options extends NonNullable<ParseArgsConfig['options']>>(options: Options) {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new LaunchError(`npm run test:api: ${(error as Error).message}`, { cause: error });
  }
}

async function withSystem<Result>(
  { signal, onProgress }: Pick<RunPorts, 'signal' | 'onProgress'>,
  work: (system: System) => Promise<Result>,
): Promise<Result> {
  const dataDir = join(folder, 'kafka');
  const broker = await obtainBroker({ dataDir, port: await freePort(), data: 'temporary', onProgress, signal });
  try {
    const system = await startSystem({ dataDir: folder, ports: 'free', broker, onProgress, signal });
    try {
      return await work(system);
    } finally {
      await system.stop();
    }
  } finally {
    await broker.close();
  }
}
