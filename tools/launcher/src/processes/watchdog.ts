import { spawn, type ChildProcess } from 'node:child_process';

// Reads which process groups are alive from a pipe. The pipe ends when the launcher does, in whatever way; the groups
// that are still alive then are asked to stop, and killed ten seconds later.
const script = `
trap '' INT TERM HUP
groups=' '
while read -r verb group; do
  case $verb in
    add) groups="$groups$group " ;;
    end) groups="\${groups%% $group *} \${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -TERM "-$group"; kill -CONT "-$group"; done
tries=100
while [ $tries -gt 0 ]; do
  alive=
  for group in $groups; do kill -0 "-$group" && alive=yes; done
  [ -z "$alive" ] && exit
  sleep 0.1
  tries=$((tries - 1))
done
for group in $groups; do kill -KILL "-$group"; done
`;

let watchdog: ChildProcess | undefined;

/**
 * Has the process group led by `child` ended when this process ends, even by SIGKILL. The group's life ends with its leader's:
 * from then on its number may be somebody else's.
 */
export function guard(child: ChildProcess): void {
  watchdog ??= startWatchdog();
  tell(`add ${child.pid}`);
  child.once('exit', () => tell(`end ${child.pid}`));
}

function startWatchdog(): ChildProcess {
  const started = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  // Neither may keep this process alive, nor break it when something kills the watchdog.
  started.unref();
  started.on('error', () => undefined);
  started.stdin?.on('error', () => undefined);
  (started.stdin as { unref?: () => void } | null)?.unref?.();
  return started;
}

function tell(line: string): void {
  watchdog?.stdin?.write(`${line}\n`);
}
