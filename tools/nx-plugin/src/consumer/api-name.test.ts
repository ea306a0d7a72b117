import { expect, it } from 'vitest';
import { checkApiName } from './api-name.ts';

it.each(['crm', 'a', 'crm2', 'price-list', 'a'.repeat(54)])('%s is the name of an API', (name) => {
  expect(checkApiName(name)).toBe(name);
});

it.each([
  ['crm-consumer', 'nx g consumer crm'],
  ['Crm', 'nx g consumer crm'],
  ['priceList', 'nx g consumer price-list'],
  ['price_list', 'nx g consumer price-list'],
  ['price--list', 'nx g consumer price-list'],
  ['-crm-', 'nx g consumer crm'],
  ['2crm', 'nx g consumer crm'],
  ['../crm', 'nx g consumer crm'],
  ['crm;rm', 'nx g consumer crm-rm'],
  ['日本', 'Choose another name.'],
  ['-consumer', 'Choose another name.'],
  ['crm-consumer-consumer', 'Choose another name.'],
  ['a'.repeat(55), 'it has 55 characters; 54 fit. Choose another name.'],
])('%s is not, and the error says what to type instead', (name, instead) => {
  expect(() => checkApiName(name)).toThrow(`"${name}" cannot be the name of an API: `);
  expect(() => checkApiName(name)).toThrow(instead);
});

it.each([undefined, ''])('none (%o) is asked for, with an example', (name) => {
  expect(() => checkApiName(name)).toThrow('What is the API called? npx nx g consumer crm --event UserRegistered');
});
