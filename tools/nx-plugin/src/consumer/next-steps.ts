import type { ConsumerPlan } from './plan-consumer.ts';

/** What the generator prints last. */
export function nextSteps({ api, app, folder, prefix, events }: ConsumerPlan): string {
  const types = events.map(({ type }) => type).join(' and ');
  const files = events.map(({ file }) => `${folder}/src/${file}.ts`).join(', ');
  return `
${app} works as it is: it tells the ${api} API, for which stub-apis stands in, of ${types}. Three things to do next:

1. Write the call: ${files}
   and its test: ${folder}/src/consumer.test.ts
     npx vitest run ${folder}
2. Say where the API is and what it knows you by: ${prefix}_API_URL and ${prefix}_API_TOKEN.
   docker-compose.yml has the URL, and takes the token from your environment or from .env; to get out of its internal
   network, ${app} needs \`networks: [outside]\` there.
3. Run it, and in another terminal see what the API was told:
     npm start
     curl localhost:8090/effects/${api}
`;
}
