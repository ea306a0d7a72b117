import { inject } from 'vitest';

process.env['POSTGRES_URL'] = inject('postgresUrl');
