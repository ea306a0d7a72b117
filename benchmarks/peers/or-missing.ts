import { LaunchError } from '@millrace/launcher';
import { PeerMissing } from './peer.ts';

/** What `obtain` resolves with; what keeps the launcher from obtaining it becomes the reason why the peer is missing. */
export async function orMissing<Result>(obtain: () => Promise<Result>): Promise<Result> {
  try {
    return await obtain();
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    throw new PeerMissing(error.message, { cause: error });
  }
}
