import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 20;
const limitMs = 180_000;

/** Resolves with the first answer that will do; rejects after three minutes, naming `what` was waited for. */
export async function until<Answer>(
  what: string,
  ask: () => Promise<Answer>,
  willDo: (answer: Answer) => boolean,
): Promise<Answer> {
  for (const giveUpAt = performance.now() + limitMs; ; await delay(pollMs)) {
    const answer = await ask();
    if (willDo(answer)) return answer;
    if (performance.now() > giveUpAt) throw new Error(`waited ${limitMs / 1_000} s for ${what}`);
  }
}
