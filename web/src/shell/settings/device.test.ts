import { expect, it } from 'vitest';
import { deviceOf } from './device';

it.each([
  ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36', 'Chrome', 'Linux', false],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140 Safari/537.36 Edg/140', 'Edge', 'Windows', false],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1', 'Safari', 'iPhone', true],
  ['Mozilla/5.0 (Android 16; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0', 'Firefox', 'Android', true],
])('%s', (agent, browser, system, phone) => {
  const { name, phone: found } = deviceOf(agent);
  expect(name).toContain(browser);
  expect(name).toContain(system);
  expect(found).toBe(phone);
});

it('calls what is no browser by its own name', () => {
  expect(deviceOf('parlance-bot/1.2').name).toBe('parlance-bot');
  expect(deviceOf(null).name).not.toBe('');
});
