import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createStubApisClient, type FaultInput } from '@millrace/testing/stub-apis';

/** The one API that members call. */
export const apiName = 'rows';

export interface StubAddress {
  readonly controlUrl: string;
  readonly apiUrl: string;
}

/** The API's process, and what it can be told. */
export interface StubProcess {
  readonly apiUrl: string;
  /** Behaves so from now on; what is not said is as usual. */
  behave(fault: FaultInput): Promise<void>;
  end(): Promise<void>;
}

const program = fileURLToPath(new URL('./stub-main.ts', import.meta.url));

export async function startStub(journal: string): Promise<StubProcess> {
  const child = fork(program, [journal], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  const first = await Promise.race([once(child, 'message'), ended]);
  const [address] = first as [StubAddress | number | null];
  if (address === null || typeof address === 'number') throw new Error('the stub API did not start');
  const client = createStubApisClient(address.controlUrl);
  return {
    apiUrl: address.apiUrl,
    behave: async (fault) => void (await client.setFault(apiName, fault)),
    end: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
