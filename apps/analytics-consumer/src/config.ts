import { apiToken, apiUrl, consumerConfig, port } from '@millrace/service';

export const config = {
  PORT: port(8084),
  ...consumerConfig,
  ANALYTICS_API_URL: apiUrl('analytics'),
  ANALYTICS_API_TOKEN: apiToken('analytics'),
};
