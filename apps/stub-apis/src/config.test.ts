import { loadConfig } from '@millrace/service';
import { describe, expect, it } from 'vitest';
import { config } from './config.ts';

describe('the configuration of stub-apis', () => {
  it('has the ports of the worked example where nothing is said', () => {
    expect(loadConfig(config, {})).toEqual({
      PORT: 8090,
      API_PORTS: { notification: 8091, analytics: 8092 },
      DATABASE_URL: '.millrace/stub-apis.db',
    });
  });

  it('takes any APIs, and any file', () => {
    const environment = { API_PORTS: 'crm=9001, billing=0', DATABASE_URL: 'file:/tmp/stub.db' };
    expect(loadConfig(config, environment)).toMatchObject({
      API_PORTS: { crm: 9001, billing: 0 },
      DATABASE_URL: '/tmp/stub.db',
    });
  });

  it.each(['crm', 'crm=', 'crm=abc', 'crm=1=2', '=8091', 'crm=70000', 'crm=1,'])('refuses API_PORTS %s', (value) => {
    expect(() => loadConfig(config, { API_PORTS: value })).toThrow('API_PORTS');
  });

  it('refuses a database that is no SQLite file', () => {
    expect(() => loadConfig(config, { DATABASE_URL: 'postgres://db/stub' })).toThrow('DATABASE_URL: is file:<path>');
  });
});
