import { describe, expect, it } from 'vitest';
import { judgeServices } from './judge-services.ts';
import { ServicesStory } from './services-story.test-support.ts';

const judged = (story: ServicesStory) => judgeServices(story.evidence);
const names = (story: ServicesStory) => judged(story).breaches.map(({ name }) => name);
const texts = (story: ServicesStory) => judged(story).breaches.map(({ text }) => text);

/** Ada has changed her address twice. */
const good = () => new ServicesStory().user('ada', 2).user('ben');

describe('a run', () => {
  it('in which all is as it should be breaks nothing', () => {
    const { breaches, count } = judged(good());
    expect(breaches).toEqual([]);
    expect(count).toMatchObject({ events: 4, writtenTwice: 0, calls: 6, lost: [], doubleEffects: 0, outOfOrder: [] });
  });

  it('in which an event is published again under its id breaks nothing, and that is counted', () => {
    const { breaches, count } = judged(good().published('ada.0', 'ada.1'));
    expect(breaches).toEqual([]);
    expect(count.writtenTwice).toBe(2);
  });

  it('in which a process ended by itself is told', () => {
    expect(texts(good().also({ ended: ['gateway ended with exit code 1'] }))).toEqual([
      'no process ends by itself: broken once\n  gateway ended with exit code 1',
    ]);
  });
});

describe('a registration answered 201', () => {
  it('has its user in the database', () => {
    expect(texts(good().answered('eve').appended('eve.0').published('eve.0').acted('analytics', 'eve.0'))).toContain(
      'a 201 has its user: broken once\n  eve, answered as eve, is not in the database',
    );
  });

  it('is of that user', () => {
    const other = good().stored('eve', 'another id').answered('eve').appended('eve.0').published('eve.0');
    expect(names(other)).toContain('a 201 has its user');
  });

  it('has its event in the outbox', () => {
    const story = good().stored('eve').answered('eve');
    expect(texts(story)).toEqual([
      'every event is published: broken once\n  an event of user eve, answered and in no row',
    ]);
  });

  it('has no more events than answers', () => {
    const story = good().appended('ben.1').published('ben.1').acted('analytics', 'ben.1');
    expect(texts(story)).toEqual(['a change has one event: broken once\n  ben, 1 answers, 2 events']);
    expect(names(story.clients({ unanswered: 1 }))).toEqual(['every request is answered']);
  });
});

describe('a key', () => {
  it('answers each time with the same user', () => {
    expect(names(good().clients({ answeredOtherwise: ['ada: registered as ada, and as eve'] }))).toEqual([
      'a key registers one user',
    ]);
  });

  it('stores one user', () => {
    expect(texts(good().stored('ada', 'another id'))).toEqual([
      'a key registers one user: broken once\n  ada is there more than once',
    ]);
  });

  it('stores a user of somebody', () => {
    expect(texts(good().stored('eve'))).toEqual(['a key registers one user: broken once\n  nobody has registered eve']);
  });

  it('is not refused', () => {
    expect(names(good().clients({ refused: ['POST /register answered 409'] }))).toEqual([
      'no sound request is refused',
    ]);
  });
});

describe('an event of the outbox', () => {
  const stored = () => good().stored('eve').answered('eve', 1);

  it('is lost where it is not in Kafka, and where an API has not heard of it', () => {
    const story = stored().appended('eve.0', 'eve.1').published('eve.0').acted('notification', 'eve.0');
    expect(names(story)).toEqual(['every event is published', 'analytics: every event has its effect']);
    expect(judged(story).count.lost).toEqual(['eve.1', 'eve.0']);
  });

  it('is published in order', () => {
    const story = stored().appended('eve.0', 'eve.1').published('eve.1', 'eve.0').acted('notification', 'eve.0');
    expect(names(story.acted('analytics', 'eve.0', 'eve.1'))).toEqual(["a user's events are published in order"]);
    expect(judged(story).count.outOfOrder).toEqual(['eve']);
  });

  it('has no other id', () => {
    expect(names(good().published('ben.9'))).toEqual(['an event is published under one id']);
  });

  it('that a frozen relay had in hand is there once', () => {
    expect(names(good().also({ inZombiesHand: ['ada.0', 'ben.0'] }))).toEqual([]);
    const twice = good()
      .published('ada.0')
      .also({ inZombiesHand: ['ada.0', 'ben.0', 'eve.0'] });
    expect(texts(twice)).toEqual([
      'what a frozen relay had in hand is published once: broken 2 times\n  ada.0 is there 2 times\n  eve.0 is there 0 times',
    ]);
  });
});

describe('an effect', () => {
  it('is there once', () => {
    const story = good().acted('notification', 'ada.0');
    expect(names(story)).toEqual(['notification: one effect per event']);
    expect(judged(story).count.doubleEffects).toBe(1);
  });

  it('has an event that the API is to hear of', () => {
    expect(names(good().acted('notification', 'ada.1'))).toEqual(['notification: no effect without an event']);
  });

  it('comes in the order of its user', () => {
    const story = good().stored('eve').answered('eve', 1).appended('eve.0', 'eve.1').published('eve.0', 'eve.1');
    story.acted('notification', 'eve.0').acted('analytics', 'eve.1', 'eve.0');
    expect(names(story)).toEqual(["analytics: a user's effects are in order"]);
  });

  it('does not come while a call of the same user is at work', () => {
    const { apis } = good().evidence;
    const overlapping = good().also({ apis: apis.map((each) => ({ ...each, overlaps: 1 })) });
    expect(names(overlapping)).toEqual([
      'notification: no two calls of a user at once',
      'analytics: no two calls of a user at once',
    ]);
  });
});
