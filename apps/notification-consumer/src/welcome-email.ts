import type { userRegistered } from '@millrace/contracts';
import type { HttpTarget } from '@millrace/http-client';
import type { HandlerOf } from '@millrace/messaging';

/** Has the notification API send a welcome e-mail to a new user. */
export const welcomeEmail =
  (api: Pick<HttpTarget, 'post'>): HandlerOf<typeof userRegistered> =>
  async ({ data: { email, username } }, context) => {
    await api.post('/emails/send', { to: email, template: 'welcome', username }, context);
  };
