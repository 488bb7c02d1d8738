import { expect, test } from 'vitest';
import type { Line, Message } from '../../model/contract';
import { message, time, user } from '../../model/test/make';
import { comingsAndGoings } from '../message/comings';
import { Entries } from './entries';

type Kind = NonNullable<Message['system']>['kind'];

const line = (of: Message): Line => ({ key: of.id, message: of, sending: null, failure: null });
const said = (seq: number) => line(message(seq));
const happened = (seq: number, kind: Kind, actor: string, subject: string | null = null, at = seq) =>
  line(message(seq, { type: 'system', sender: user(actor), created_at: time(at), system: { kind, actor: user(actor), subject: subject === null ? null : user(subject), text: null } }));
/** The keys of each entry's lines. */
const shape = (entries: ReturnType<Entries['of']>) => entries.map((entry) => (entry.folded ?? [entry.line]).map((one) => one.key).join(' '));
const drawn = (lines: Line[], unreadAfter: number | null = null) => shape(new Entries().of(lines, 0, lines.length, unreadAfter));

test('comings and goings in a row are one entry, and nothing else is', () => {
  const lines = [said(1), happened(2, 'joined', 'ada'), happened(3, 'left', 'alan'), happened(4, 'added', 'bob', 'eve'), said(5), happened(6, 'joined', 'zoe')];
  expect(drawn(lines)).toEqual(['m1', 'm2 m3 m4', 'm5', 'm6']);
  expect(drawn([happened(1, 'joined', 'ada'), happened(2, 'renamed', 'bob'), happened(3, 'joined', 'eve')])).toEqual(['m1', 'm2', 'm3']);
  // Who was thrown out is told by itself.
  expect(drawn([happened(1, 'left', 'ada'), happened(2, 'removed', 'bob', 'eve'), happened(3, 'left', 'zoe')])).toEqual(['m1', 'm2', 'm3']);
});

test('a new day and the unread line begin another entry', () => {
  const day = 86_400;
  expect(drawn([happened(1, 'joined', 'ada'), happened(2, 'joined', 'bob'), happened(3, 'joined', 'eve', null, 3 + day)])).toEqual(['m1 m2', 'm3']);
  expect(drawn([happened(1, 'joined', 'ada'), happened(2, 'joined', 'bob'), happened(3, 'joined', 'eve')], 1)).toEqual(['m1', 'm2 m3']);
});

test('what has not changed is the same entry; one more makes it another', () => {
  const entries = new Entries();
  const lines = [said(1), happened(2, 'joined', 'ada'), happened(3, 'joined', 'bob')];
  const before = entries.of(lines, 0, 3, null);
  const after = entries.of([...lines, happened(4, 'joined', 'eve')], 0, 4, null);
  expect(entries.of(lines, 0, 3, null)[0]).toBe(before[0]);
  expect(after[0]).toBe(before[0]);
  expect(after[1]).not.toBe(before[1]);
  expect(after[1]?.line).toBe(before[1]?.line);
});

test('they are told in one sentence, everybody once in each part', () => {
  const say = (...lines: Line[]) => comingsAndGoings(lines, (one) => one.display_name);
  const joined = ['ada', 'bob', 'eve', 'zoe', 'kim'].map((name, at) => happened(at + 1, 'joined', name));
  expect(say(...joined.slice(0, 2))).toBe('ADA and BOB joined');
  expect(say(...joined.slice(0, 3))).toBe('ADA, BOB and EVE joined');
  expect(say(...joined)).toBe('ADA, BOB and 3 others joined');
  expect(say(...joined.slice(0, 2), happened(7, 'left', 'ada'), happened(8, 'joined', 'ada'))).toBe('ADA and BOB joined · ADA left');
  expect(say(happened(1, 'added', 'bob', 'eve'), happened(2, 'removed', 'zoe', 'zoe'))).toBe('EVE was added · ZOE left');
});
