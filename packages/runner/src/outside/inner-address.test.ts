import { expect, it } from 'vitest';
import { isInnerAddress } from './inner-address.ts';

it.each([
  '127.0.0.1',
  '127.9.9.9',
  '0.0.0.0',
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::1',
  '::',
  'fe80::1',
  'fd00::1',
  'ff02::1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '::ffff:a9fe:a9fe',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  '::127.0.0.1',
  'not an address',
  '',
])('%s is no address of the internet', (address) => expect(isInnerAddress(address)).toBe(true));

it.each([
  '1.1.1.1',
  '172.32.0.1',
  '93.184.216.34',
  '203.0.113.80',
  '223.255.255.255',
  '2606:4700::1111',
  '::ffff:1.1.1.1',
])('%s is one', (address) => expect(isInnerAddress(address)).toBe(false));
