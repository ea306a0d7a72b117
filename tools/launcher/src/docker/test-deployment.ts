import { randomBytes } from 'node:crypto';
import { freePort } from '../free-port.ts';
import { Compose } from './compose.ts';

/** The environment of one deployment for tests: its project, and where the machine reaches it. */
export type TestDeployment = Readonly<Record<'COMPOSE_PROJECT_NAME' | 'GATEWAY_PORT' | 'JAEGER_PORT', string>>;

/** A name and ports that nobody else has. */
export async function newDeployment(): Promise<TestDeployment> {
  return {
    COMPOSE_PROJECT_NAME: `millrace-test-${randomBytes(4).toString('hex')}`,
    GATEWAY_PORT: `${await freePort()}`,
    JAEGER_PORT: `${await freePort()}`,
  };
}

/** Removes what there is of it: containers, networks, volumes, and the images built for it. The cache of builds stays. */
export async function removeDeployment(deployment: TestDeployment): Promise<void> {
  const compose = new Compose({ project: deployment.COMPOSE_PROJECT_NAME, env: { ...process.env, ...deployment } });
  await compose.must(['down', '--volumes', '--rmi', 'local', '--remove-orphans', '--timeout', '5']);
}
