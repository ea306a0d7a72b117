import type { GuideStep } from './parse-guide.ts';

/** The step as it reads where every port of the system is another: `localhost:<port>` names the one it is moved to. */
export function movePorts(step: GuideStep, moved: ReadonlyMap<number, number>): GuideStep {
  if (step.kind === 'write') return step;
  const move = (text: string) =>
    text.replaceAll(/\blocalhost:(\d+)/g, (_, port) => `localhost:${movedTo(Number(port))}`);
  const movedTo = (port: number) => {
    const to = moved.get(port);
    if (to === undefined) throw new Error(`line ${step.line}: nothing of the system listens on port ${port}`);
    return to;
  };
  return { ...step, commands: move(step.commands), shows: step.shows.map(move) };
}
