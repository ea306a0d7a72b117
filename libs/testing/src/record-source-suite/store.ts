import type { SourceWorld, WorldMember } from './source-world.ts';

/** Has a member commit, again for as long as Kafka does not confirm it, as consumers do. */
export async function store(
  world: SourceWorld,
  member: WorldMember,
  partition: number,
  commit: { readonly offset: number; readonly metadata?: string },
): Promise<void> {
  const wish = { action: 'commit', partition, metadata: '', ...commit } as const;
  let outcome = '';
  await world.until(async () => {
    outcome = await member.perform(wish);
    return outcome !== 'BROKER_UNAVAILABLE';
  });
  if (outcome !== 'done')
    throw new Error(`${member.name} could not commit ${commit.offset} of ${partition}: ${outcome}`);
}
