import { describe, expect, it } from 'vitest';
import { corporateProxy, proxyAuthorization } from './corporate-proxy.ts';

const env = {
  HTTP_PROXY: 'http://upper:1',
  http_proxy: 'http://lower:1',
  HTTPS_PROXY: 'proxy.corp:3128',
  NO_PROXY: 'corp.example, .inner.example *.deep.example,other.example:8443',
};

describe('the proxy of a company', () => {
  it.each([
    ['http', 'a.example', 80, 'http://lower:1/'],
    ['https', 'a.example', 443, 'http://proxy.corp:3128/'],
    ['https', 'notcorp.example', 443, 'http://proxy.corp:3128/'],
    ['https', 'other.example', 443, 'http://proxy.corp:3128/'],
  ] as const)('is asked for %s://%s:%i', (scheme, host, port, proxy) =>
    expect(corporateProxy(env)(scheme, host, port)?.href).toBe(proxy),
  );

  it.each([
    ['corp.example', 443],
    ['a.corp.example', 443],
    ['inner.example', 443],
    ['a.inner.example', 443],
    ['a.deep.example', 443],
    ['other.example', 8443],
    ['localhost', 443],
    ['127.0.0.1', 443],
    ['::1', 443],
  ])('is not asked for %s:%i', (host, port) => expect(corporateProxy(env)('https', host, port)).toBeUndefined());

  it('is asked for nothing where the environment names none, or everything is direct', () => {
    expect(corporateProxy({})('https', 'a.example', 443)).toBeUndefined();
    expect(corporateProxy({ ...env, no_proxy: '*' })('https', 'a.example', 443)).toBeUndefined();
  });

  it('that has no address is told by the name of its variable, and its password is not', () => {
    expect(() => corporateProxy({ HTTPS_PROXY: 'socks5://u:hunter22@h' })).toThrow(
      expect.objectContaining({ code: 'usage', message: 'HTTPS_PROXY does not hold the address of an HTTP proxy' }),
    );
  });

  it('is told the name and password that its address holds', () => {
    const sent = proxyAuthorization(new URL('http://us%40er:pa%3Ass@proxy'));
    expect(sent).toEqual({ 'proxy-authorization': `Basic ${Buffer.from('us@er:pa:ss').toString('base64')}` });
    expect(proxyAuthorization(new URL('http://proxy'))).toEqual({});
  });
});
