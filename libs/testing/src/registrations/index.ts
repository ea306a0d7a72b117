export {
  type Appended,
  judgeOutbox,
  type OutboxVerdict,
  type OutboxVerdictInput,
  usersOutOfOrder,
} from './outbox-verdict.ts';
export {
  type AttemptAnswer,
  type Attempt,
  type Load,
  type LoadOptions,
  type Registered,
  registerSteadily,
} from './register-steadily.ts';
