const width = 24;

/** `[████████░░░░░░░░░░░░░░░░] 33 %`, with the time left once there is something to judge by. */
export function progressBar(done: number, of: number, elapsedMs: number): string {
  const share = of === 0 ? 1 : Math.min(1, done / of);
  const filled = Math.round(share * width);
  const bar = `[${'█'.repeat(filled)}${'░'.repeat(width - filled)}] ${Math.floor(share * 100)} %`;
  if (done === 0 || share === 1) return bar;
  const leftMs = (elapsedMs / share) * (1 - share);
  return `${bar}, about ${describeMs(leftMs)} left`;
}

function describeMs(ms: number): string {
  return ms < 60_000 ? `${Math.ceil(ms / 1_000)} s` : `${Math.ceil(ms / 60_000)} min`;
}
