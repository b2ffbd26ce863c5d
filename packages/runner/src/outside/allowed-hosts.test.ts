import { describe, expect, it } from 'vitest';
import { allowedHosts } from './allowed-hosts.ts';

const list = allowedHosts([
  'registry.npmjs.org',
  '*.example.com:8443',
  'localhost:5432',
  '10.1.2.3:8080',
  '127.0.0.1:5432',
  'localhost:99999',
]);

describe('a list of hosts', () => {
  it.each([
    ['registry.npmjs.org', 443],
    ['Registry.NPMJS.org.', 443],
    ['a.example.com', 8443],
    ['a.b.example.com', 8443],
    ['localhost', 5432],
    ['10.1.2.3', 8080],
  ])('admits %s:%i', (host, port) => expect(list.admits(host, port)).toBe(true));

  it.each([
    ['registry.npmjs.org', 80],
    ['registry.npmjs.org.evil.example', 443],
    ['evil-registry.npmjs.org', 443],
    ['npmjs.org', 443],
    ['example.com', 8443],
    ['evilexample.com', 8443],
    ['a.example.com', 443],
    ['127.0.0.1', 5433],
    ['10.1.2.3', 443],
    ['', 443],
  ])('does not admit %s:%i', (host, port) => expect(list.admits(host, port)).toBe(false));

  it('names addresses only where it does so itself, and this machine by its name', () => {
    expect(list.namesAddress('10.1.2.3', 8080)).toBe(true);
    expect(list.namesAddress('127.0.0.1', 5432)).toBe(true);
    expect(list.namesAddress('::1', 5432)).toBe(true);
    expect(list.namesAddress('127.0.0.1', 8443)).toBe(false);
    expect(list.namesAddress('10.1.2.4', 8080)).toBe(false);
    expect(list.loopbackPorts).toEqual([5432]);
  });
});
