import { setTimeout as delay } from 'node:timers/promises';

/** No news for so long means that there will be none: twice the longest pause between two attempts of a delivery. */
const stallLimitMs = 60_000;
const intervalMs = 100;
const reportEveryMs = 5_000;

/**
 * Waits until `done` says yes to what `read` gives, and resolves with that. Rejects when nothing has changed for a minute,
 * however long the whole takes. A read that fails counts as no news: what is asked may be just down.
 */
export async function until<Value>(
  what: string,
  read: () => Promise<Value> | Value,
  done: (value: Value) => boolean,
): Promise<Value> {
  let last = '';
  let changedAt = performance.now();
  let reportedAt = changedAt;
  for (;;) {
    const news = await attempt(read);
    if ('value' in news && done(news.value)) return news.value;
    const now = performance.now();
    const seen = 'value' in news ? (JSON.stringify(news.value) ?? 'undefined') : last;
    if (seen !== last) changedAt = now;
    last = seen;
    if (now - changedAt > stallLimitMs) throw stalled(what, last, news);
    if (now - reportedAt > reportEveryMs) {
      console.log(`waiting for ${what}: ${shortened(last)}`);
      reportedAt = now;
    }
    await delay(intervalMs);
  }
}

type News<Value> = { readonly value: Value } | { readonly error: unknown };

async function attempt<Value>(read: () => Promise<Value> | Value): Promise<News<Value>> {
  try {
    return { value: await read() };
  } catch (error) {
    return { error };
  }
}

function stalled(what: string, last: string, news: News<unknown>): Error {
  const message = `gave up waiting for ${what}: nothing new for ${stallLimitMs / 1000} s; last seen: ${shortened(last)}`;
  return 'error' in news ? new Error(message, { cause: news.error }) : new Error(message);
}

function shortened(text: string): string {
  return text.length > 500 ? `${text.slice(0, 500)}…` : text;
}
