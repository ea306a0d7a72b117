import { composeProject } from '../docker/compose-project.ts';
import { ComposeService } from '../docker/compose-service.ts';
import { otlpPort, queryPort } from './jaeger-address.ts';
import type { JaegerSource, SourceOptions } from './jaeger-source.ts';

/** The tag in docker-compose.yml. */
export const jaegerImage = 'jaegertracing/jaeger:2.13.0';

/** Jaeger as the container of docker-compose.yml. */
export interface ContainerSource extends JaegerSource {
  readonly container: ComposeService;
  /** Whether it is up already, at the same address. */
  isUp(): Promise<boolean>;
}

/** A container under the project that belongs to the data directory. */
export function containerSource({ address, dataDir, logFile, env }: SourceOptions): ContainerSource {
  const project = composeProject('jaeger', dataDir);
  const ports = { [queryPort.variable]: `${address.queryPort}`, [otlpPort.variable]: `${address.otlpPort}` };
  const container = new ComposeService({ service: 'jaeger', image: jaegerImage, project, env: { ...env, ...ports } });
  return {
    container,
    isUp: () => container.isUp(queryPort.standard, address.queryPort),
    run: () => container.run(logFile),
    clear: () => container.removeProject(),
  };
}
