import { apiToken, apiUrl, consumerConfig, port } from '@millrace/service';

export const config = {
  PORT: port(8083),
  ...consumerConfig,
  NOTIFICATION_API_URL: apiUrl('notification'),
  NOTIFICATION_API_TOKEN: apiToken('notification'),
};
