import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { addComposeService } from './add-compose-service.ts';

const plan = { api: 'price-list', app: 'price-list-consumer', prefix: 'PRICE_LIST' };

const anchors = `# at the top
x-build: &build
  context: .
x-consumer: &consumer
  restart: unless-stopped
x-consumer-environment: &consumer-environment
  LOG_LEVEL: info
`;
const entry = `  price-list-consumer:
    <<: *consumer
    build: { <<: *build, args: { APP: price-list-consumer } }
    environment:
      <<: *consumer-environment
      PRICE_LIST_API_URL: http://stub-apis:8090/apis/price-list
      PRICE_LIST_API_TOKEN: \${PRICE_LIST_API_TOKEN:-}
`;
const before = `${anchors}
services:
  # the first
  crm-consumer:
    restart: always # for ever
    environment:
      A: 1 # not 2
`;
const after = `
  # not a consumer
  gateway: {}

volumes:
  data:
`;

it('adds the service after the last consumer and leaves everything else as it is, comments, too', () => {
  expect(addComposeService(before + after, plan)).toBe(`${before}\n${entry}${after}`);
});

it('adds it where no consumer is, and at the end of a file', () => {
  const gateway = `${anchors}\nservices:\n  gateway: {}\n`;
  expect(addComposeService(gateway, plan)).toBe(`${gateway}\n${entry}`);
  expect(addComposeService(before.trimEnd(), plan)).toBe(`${before}\n${entry}`);
});

it('makes a service that has what the anchors say, and its own variables beside theirs', () => {
  const { services } = parse(addComposeService(before + after, plan), { merge: true }) as { services: object };
  expect(services).toHaveProperty('price-list-consumer', {
    restart: 'unless-stopped',
    build: { context: '.', args: { APP: 'price-list-consumer' } },
    environment: {
      LOG_LEVEL: 'info',
      PRICE_LIST_API_URL: 'http://stub-apis:8090/apis/price-list',
      PRICE_LIST_API_TOKEN: '${PRICE_LIST_API_TOKEN:-}',
    },
  });
});

it.each([
  ['a file without services', 'volumes: {}\n', 'docker-compose.yml has no services to add the app to.'],
  ['an anchor that is gone', before.replace('&build', ''), 'docker-compose.yml cannot take the service'],
  ['a service that is there', before + entry, 'docker-compose.yml has a service price-list-consumer.'],
])('says what is in the way: %s', (_, text, message) => {
  expect(() => addComposeService(text, plan)).toThrow(message);
});
