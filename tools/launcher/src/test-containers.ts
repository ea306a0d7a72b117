import { describeCounts, reportCounts } from './checks/counts.ts';
import { runTests } from './checks/run-tests.ts';
import { whyNoDocker } from './docker/docker-engine.ts';
import { newDeployment, removeDeployment } from './docker/test-deployment.ts';
import { interruptible, type Interruption } from './interruptible.ts';

// npm run test:containers: builds every image and tests docker-compose.yml on the Docker engine there is, under a project and
// on ports of its own. Whatever happens, nothing of it is left. Its arguments are vitest's.
const signal = interruptible();
signal.addEventListener('abort', () => (process.exitCode = (signal.reason as Interruption).exitCode));
const without = await whyNoDocker(process.env, signal);
if (without === undefined) {
  await test();
} else {
  console.error(
    `The container tests cannot run: ${without}. Install Docker with its compose plugin ` +
      '(https://docs.docker.com/engine/install/), start it, and see that `docker compose version` and `docker version` work.',
  );
  process.exitCode = 1;
}

async function test(): Promise<void> {
  const deployment = await newDeployment();
  try {
    const args = ['--config', 'vitest.containers.config.ts', ...process.argv.slice(2)];
    const counts = await runTests(args, { signal, output: 'terminal', env: deployment });
    await reportCounts(counts);
    console.log(describeCounts(counts));
    process.exitCode ||= counts.failed > 0 ? 1 : 0;
  } finally {
    await removeDeployment(deployment);
  }
}
