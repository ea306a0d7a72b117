import type { CommandName } from './arguments.ts';

const common = `
  --topic <name>     only dead letters of this topic; the topic itself, not that of its dead letters
  --group <name>     only those of this consumer group
  --brokers <list>   host:port, separated by commas; without it KAFKA_BROKERS, or 127.0.0.1:9092
  --json             one JSON value on standard output, for scripts
  -h, --help         this text`;

const selecting = `
  <id>…              only these: <topic>.<group>.dlq/<partition>/<offset>
  --code <code>      only those given up on with this code of docs/errors.md; may be repeated
  --type <type>      only events of this type; may be repeated
  --key <text>       only records of this key
  --since <time>     only those given up on at or after it, e.g. 2026-11-21T12:00:00Z
  --until <time>     only those given up on before it`;

const deciding = `
  --by <name>        who decides, for the record; without it the name of the system's user
  --dry-run          says what would be done, and does nothing`;

const exits = `
Exit codes: 0 done, 1 failed (repeat it), 2 wrong usage, 3 something was refused.`;

const all = `millrace dlq <command>: what to do about records that consumers have given up on

  list      dead letters that nobody has decided about, and how many of each code
  show      one dead letter in full
  replay    sends dead letters to the group that gave up on them, once more
  discard   declares that nothing is to be done about dead letters, and why
  history   who has decided what

millrace dlq <command> --help tells the options of each; docs/dead-letters.md the rest.
${exits}`;

const texts: Readonly<Record<CommandName, string>> = {
  list: `millrace dlq list [<id>…] [options]
${selecting}
  --all              also those that were replayed or discarded
  --limit <n>        show so many, the oldest; all are counted. Without it 20
${common}`,
  show: `millrace dlq show <topic>.<group>.dlq/<partition>/<offset> [options]

  --value            shows what is in the record, too, which may be personal data
${common}`,
  replay: `millrace dlq replay [<id>…] [options]

Sends dead letters to <topic>.<group>.replay, which only that group reads; in order per key. Those that were decided about are
left out, so that it may be repeated. Refused, for safety: those whose idempotency key the API no longer knows
(expired-key), those after which a newer record of the same key was done (superseded), those that came back after an earlier
replay (replayed-before), and those whose record was too large for the topic of dead letters (abridged).
${selecting}${deciding}
  --now <time>       with --dry-run: as if it were this time
  --rate <n>         so many per second at most
  --force            replays what is expired-key or superseded, too
  --again            replays what is replayed-before, too
${common}`,
  discard: `millrace dlq discard --reason <text> [<id>…] [options]

  --reason <text>    why; it is kept
  --all              all of them, where nothing else says which
${selecting}${deciding}
${common}`,
  history: `millrace dlq history [<id>…] [options]

Every decision, oldest first. --since and --until are about when it was made.
${selecting}
${common}`,
};

export function helpText(name: CommandName | undefined): string {
  return name ? `${texts[name]}\n${exits}\n` : `${all}\n`;
}
