/** Ms by a clock that all processes of the machine share and nobody sets: Node's own `performance.now()` begins with each process. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
