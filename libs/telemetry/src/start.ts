/** What records and sends telemetry: half a second of loading, which programs that do neither are spared. */
export { startTelemetry, type Telemetry, type TelemetryOptions } from './start-telemetry.ts';
