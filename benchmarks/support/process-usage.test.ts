import { expect, it } from 'vitest';
import { cpuMsOf, peakRssBytesOf } from './process-usage.ts';

it('reads the processor time of a process, whatever it is called', () => {
  const fields = ['S', ...Array.from({ length: 10 }, () => '7'), '120', '34', '9', '9'];
  expect(cpuMsOf(`4321 (a) b (c) ${fields.join(' ')}`)).toBe(1_540);
});

it('reads the most memory that it ever had', () => {
  expect(peakRssBytesOf('Name:\tnode\nVmPeak:\t  999 kB\nVmHWM:\t     12 kB\nVmRSS:\t 7 kB\n')).toBe(12_288);
});
