import { randomUUID } from 'node:crypto';
import { newEmail, newUser } from './new-user.ts';
import type { RawRequest } from './request.ts';
import { secretMark } from './secret-mark.ts';

/** A request that the gateway refuses. */
export interface MalformedRequest {
  readonly what: string;
  readonly request: RawRequest;
  readonly status: number;
  /** The fields that the problem names, where it is about fields. */
  readonly fields?: readonly string[];
}

export const json = { 'content-type': 'application/json' };
export const everyField = ['email', 'password', 'username'];
export const someId = randomUUID();

/** `POST /register` with this as the body, text and bytes as they stand, anything else as JSON. */
export function register(body: unknown, headers: RawRequest['headers'] = json): RawRequest {
  const bytes = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return { method: 'POST', path: '/register', headers, body: bytes };
}

export function patch(
  id: string,
  body: unknown = { email: newEmail() },
  headers: RawRequest['headers'] = json,
): RawRequest {
  return { method: 'PATCH', path: `/users/${id}`, headers, body: JSON.stringify(body) };
}

/** A registration that is right but for some fields. */
export function but(fields: Readonly<Record<string, unknown>>): object {
  return { ...newUser(), ...fields };
}

/** A registration as JSON text in which `"HERE"` stands for something that JSON.stringify would not write. */
export function textBut(field: string, raw: string): string {
  return JSON.stringify(but({ [field]: 'HERE' })).replace('"HERE"', raw);
}

export const nested = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth);
export const withKey = (key: string | string[]) => register(newUser(), { ...json, 'idempotency-key': key });
export const valid = () => JSON.stringify(newUser());
export const bytesBut = (field: string, bytes: readonly number[]) => {
  const [before = '', after = ''] = JSON.stringify(but({ [field]: 'HERE' })).split('HERE');
  return Buffer.concat([Buffer.from(before), Buffer.from(`${secretMark} `), Buffer.from(bytes), Buffer.from(after)]);
};
