import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLintWorkspace, type Finding, type LintWorkspace } from './lint-workspace.ts';

// taken together these imports close no circle but the one that is meant to
const refused = {
  'a library that imports from a higher layer': {
    'libs/telemetry/src/upward.ts': `export * from '@millrace/outbox';`,
    says: /tagged with "layer:0" can only depend on libs tagged with "layer:0"/,
  },
  'a library that imports only a type from a higher layer': {
    'libs/contracts/src/upward-type.ts': `export type { here } from '@millrace/service';`,
    says: /tagged with "layer:2" can only depend on/,
  },
  'a library that imports from a higher layer later': {
    'libs/outbox/src/upward-later.ts': `export const later = () => import('@millrace/service');`,
    says: /tagged with "layer:2" can only depend on/,
  },
  'a library that imports from its own layer': {
    'libs/outbox/src/sideways.ts': `export * from '@millrace/contracts';`,
    says: /tagged with "layer:2" can only depend on/,
  },
  'a library that uses the test suites outside its tests': {
    'libs/kafka/src/uses-suites.ts': `export * from '@millrace/testing';`,
    says: /tagged with "layer:2" can only depend on/,
  },
  'two libraries that import each other': {
    'libs/messaging/src/knows-http.ts': `export * from '@millrace/http-client';`,
    'libs/http-client/src/knows-messaging.ts': `export * from '@millrace/messaging';`,
    says: /Circular dependency between/,
  },
  'two files that import each other': {
    'libs/outbox/src/one.ts': `import { two } from './two.ts';\nexport const one = () => two;`,
    'libs/outbox/src/two.ts': `import { one } from './one.ts';\nexport const two = () => one;`,
    says: /Dependency cycle detected/,
  },
  'a path into another library': {
    'libs/service/src/by-path.ts': `export * from '../../messaging/src/index.ts';`,
    says: /cannot be imported by a relative or absolute path/,
  },
  'a path into another app': {
    'apps/gateway/src/by-path.ts': `export * from '../../user-service/src/index.ts';`,
    says: /cannot be imported by a relative or absolute path/,
  },
  'an app that imports an app': {
    'apps/gateway/src/by-name.ts': `export * from '@millrace/user-service';`,
    says: /Only packages defined in the "package.json" can be imported|Imports of apps are forbidden/,
  },
  'a library that imports an app': {
    'libs/service/src/by-name.ts': `export * from '@millrace/gateway';`,
    says: /Only packages defined in the "package.json" can be imported|Imports of apps are forbidden/,
  },
  'an end-to-end test that imports an app': {
    'e2e/src/by-name.e2e.test.ts': `export * from '@millrace/gateway';`,
    says: /Only packages defined in the "package.json" can be imported|Imports of apps are forbidden/,
  },
  'a library that imports a tool': {
    'libs/kafka/src/uses-tool.ts': `export * from '@millrace/launcher';`,
    says: /tagged with "layer:2" can only depend on/,
  },
  'a test without a broker that imports a tool': {
    'libs/testing/src/uses-tool.test.ts': `export * from '@millrace/launcher';`,
    says: /tagged with "layer:2" can only depend on/,
  },
  'a tool that imports a library': {
    'tools/launcher/src/uses-library.ts': `export * from '@millrace/telemetry';`,
    says: /tagged with "layer:tool" can only depend on libs tagged with "layer:tool"/,
  },
  'kafkajs outside libs/kafka': {
    'libs/outbox/src/knows-kafkajs.ts': `export * from 'kafkajs';`,
    says: /kafkajs' import is restricted/,
  },
  'kafkajs in an end-to-end test': {
    'e2e/src/knows-kafkajs.e2e.test.ts': `export * from 'kafkajs';`,
    says: /kafkajs' import is restricted/,
  },
  'undici outside libs/http-client': {
    'apps/gateway/src/knows-undici.ts': `export * from 'undici';`,
    says: /undici' import is restricted/,
  },
  'a third-party package that package.json does not name': {
    'libs/telemetry/src/undeclared.ts': `export * from 'fastify';`,
    says: /Only packages defined in the "package.json" can be imported/,
  },
  'a promise that nobody awaits': {
    'libs/contracts/src/floating.ts': `export function start(work: () => Promise<void>): void {\n  work();\n}`,
    says: /Promises must be awaited/,
  },
};

const allowed = {
  'libs/http-client/src/ports.ts': `export * from '@millrace/messaging';`,
  'libs/kafka/src/down.ts': `export * from '@millrace/messaging';\nexport * as telemetry from '@millrace/telemetry';`,
  'libs/kafka/src/suites.test.ts': `export * from '@millrace/testing';`,
  'libs/kafka/src/own-broker.int.test.ts': `export * from '@millrace/launcher';`,
  'libs/kafka/src/knows-kafkajs.ts': `export * from 'kafkajs';`,
  'libs/http-client/src/knows-undici.ts': `export * from 'undici';`,
  'libs/service/src/down.ts': `export * from '@millrace/kafka';`,
  'apps/stub-apis/src/down.ts': `export * from '@millrace/testing';`,
  'e2e/src/down.e2e.test.ts': `export * from '@millrace/launcher';\nexport * as messaging from '@millrace/messaging';`,
};

describe('the layers, as the linter sees them', () => {
  const limitMs = 120_000;
  let workspace: LintWorkspace;
  let findings: readonly Finding[];

  beforeAll(async () => {
    workspace = await createLintWorkspace();
    const offences = Object.values(refused).flatMap(({ says: _, ...files }) => Object.entries(files));
    findings = await workspace.lint(Object.fromEntries(offences));
  }, limitMs);
  afterAll(() => workspace.remove());

  it.each(Object.entries(refused))('refuse %s', (_, { says, ...files }) => {
    for (const file of Object.keys(files)) expect(messagesFor(file), file).toContainEqual(expect.stringMatching(says));
  });

  it(
    'allow what points down, ports, suites in tests, brokers in tests on Kafka, and each third party in its own library',
    async () => {
      expect(await workspace.lint(allowed)).toEqual([]);
    },
    limitMs,
  );

  const messagesFor = (file: string) =>
    findings.filter((finding) => finding.file === file).map(({ message }) => message);
});
