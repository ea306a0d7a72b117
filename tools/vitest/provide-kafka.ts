import { inject } from 'vitest';

process.env['KAFKA_BROKERS'] = inject('kafkaBrokers');
