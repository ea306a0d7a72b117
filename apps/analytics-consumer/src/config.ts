import { apiToken, apiUrl, batchConfig, consumerConfig, port } from '@millrace/service';

export const config = {
  PORT: port(8084),
  ...consumerConfig,
  ...batchConfig,
  ANALYTICS_API_URL: apiUrl('analytics'),
  ANALYTICS_API_TOKEN: apiToken('analytics'),
};
