export type { TestApiOptions } from './consumer-harness/engine-run.ts';
export type { HearOptions } from './consumer-harness/event-of.ts';
export type { Heard, HeardDeadLetter } from './consumer-harness/heard.ts';
export type { FullAnswer, ReceivedCall, TestAnswer, TestAnswers, TestCall } from './consumer-harness/test-answer.ts';
export { type EventToHear, type TestConsumer, testConsumer, testConsumerOn } from './consumer-harness/test-consumer.ts';
