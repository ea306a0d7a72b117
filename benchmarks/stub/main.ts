// The stub's process: writes its control port as a line, and lives until SIGTERM.
import type { AddressInfo } from 'node:net';
import { createControl } from './control.ts';

const control = createControl();
control.listen(0, '127.0.0.1', () => console.log((control.address() as AddressInfo).port));
process.once('SIGTERM', () => process.exit());
