const warningName = 'TimeoutNegativeWarning';
const silenced = Symbol.for('millrace.kafka.negativeTimeoutWarning');

type EmitWarning = (warning: string | Error, ...rest: unknown[]) => void;

/**
 * Keeps Node 24 from printing a warning that nobody can act upon: kafkajs 2.2.4 asks for a timer of negative length after
 * each response (src/network/requestQueue/index.js, scheduleCheckPendingRequests), which Node rounds up to 1 ms. Only
 * that warning, and only where kafkajs causes it, is dropped. Repeating the call changes nothing.
 */
export function silenceNegativeTimeoutWarning(target: { emitWarning: unknown; [silenced]?: true } = process): void {
  if (target[silenced]) return;
  const emitWarning = target.emitWarning as EmitWarning;
  target[silenced] = true;
  target.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    if (rest[0] === warningName && new Error().stack?.includes('kafkajs')) return;
    emitWarning.call(target, warning, ...rest);
  };
}
