export { meanPerSecond, mostInASecond } from './sliding-second.ts';
