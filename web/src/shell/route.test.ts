import { describe, expect, it } from 'vitest';
import { doorHref, wanted, wantedInvite } from './account/door';
import { parse } from './route';

describe('parse', () => {
  it.each([
    ['', 'start', {}],
    ['#/', 'start', {}],
    ['#/r/a1', 'room', { roomId: 'a1' }],
    ['#/r/a1/m/a1-7', 'room', { roomId: 'a1', messageId: 'a1-7' }],
    ['#/r/a1/t/a1-7?panel=info', 'room', { roomId: 'a1', threadId: 'a1-7' }],
    ['#/r/a%2Fb', 'room', { roomId: 'a/b' }],
    ['#/r/', 'start', {}],
    ['#/settings', 'settings', {}],
    ['#/settings/privacy', 'settings', { page: 'privacy' }],
    ['#/invite/Ab3', 'invite', { code: 'Ab3' }],
    ['#/invite', 'start', {}],
    ['#/search?q=a', 'search', {}],
    ['#/nowhere', 'unknown', {}],
    ['#/r/%E0%A4%A', 'room', { roomId: '%E0%A4%A' }],
  ])('%s', (hash, name, params) => {
    expect(parse(hash)).toMatchObject({ name, params });
  });

  it('keeps a question mark of the query', () => {
    expect(parse('#/search?q=what?&from=me').query.get('q')).toBe('what?');
  });
});

describe('the door', () => {
  it('remembers where one wanted to go, from one door to the other', () => {
    const invited = parse('#/invite/Ab3');
    expect(wantedInvite(invited)).toBe(true);
    const register = parse(doorHref('register', invited));
    expect(register.name).toBe('register');
    expect(wanted(register)).toBe('/invite/Ab3');
    expect(wanted(parse(doorHref('sign-in', register)))).toBe('/invite/Ab3');
  });

  it('leads to paths of this app only', () => {
    expect(wanted(parse('#/sign-in?next=https%3A%2F%2Felsewhere.example'))).toBe('/');
    expect(wanted(parse('#/sign-in'))).toBe('/');
    expect(doorHref('register', parse('#/'))).toBe('#/register');
  });
});
