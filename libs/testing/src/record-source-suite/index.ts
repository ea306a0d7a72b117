export { breaches } from './breaches.ts';
export { describeRecordSource } from './describe-record-source.ts';
export * from './heard.ts';
export type { MakeWorld, MemberOptions, SourceState, SourceWorld, WorldMember, WorldTimes } from './source-world.ts';
export { store } from './store.ts';
export type { SinkPlan, Wish } from './telling-sink.ts';
export { firstTold, lastTold, type Told, toldOf, type ToldOf } from './told.ts';
