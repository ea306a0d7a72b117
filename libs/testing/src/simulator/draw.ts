/**
 * A number from 0 to 1 that belongs to `what` in the run of `seed`: the same however much else happens, so that a run does not
 * change everywhere when one thing is taken out of it.
 */
export function draw(seed: number, what: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let index = 0; index < what.length; index++) hash = Math.imul(hash ^ what.charCodeAt(index), 0x01000193);
  return mix(hash) / 2 ** 32;
}

/** The last steps of MurmurHash3, https://github.com/aappleby/smhasher/wiki/MurmurHash3: each bit decides about all. */
function mix(hash: number): number {
  let bits = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
