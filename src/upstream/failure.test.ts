// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { answerRefusal, bodyRefusal, connectRefusal } from './failure.ts';

const url = new URL('https://index.example/simple/x/?token=canary');
const server = { hostname: 'index.example', port: 443, role: 'server' } as const;
const failed = (code: string, message = 'low-level words') =>
  Object.assign(new Error(message), { code });

describe('a failure to connect', () => {
  it.each([
    ['ECONNREFUSED', 'refused the connection'],
    ['ENOTFOUND', 'is not known (DNS)'],
    ['EAI_AGAIN', 'could not be looked up'],
    ['ECONNRESET', 'reset the connection'],
    ['ETIMEDOUT', 'did not answer in time'],
    ['EHOSTUNREACH', 'no route'],
  ])('%s is unreachable: %s', (code, words) => {
    const refusal = connectRefusal(failed(code), server);
    expect(refusal.code).toBe('WP-UPSTREAM-UNREACHABLE');
    expect(refusal.message).toContain(`index.example:443`);
    expect(refusal.message).toContain(words);
  });

  it('that is for want of open files of our own names their limit', () => {
    expect(connectRefusal(failed('EMFILE'), server)).toMatchObject({
      code: 'WP-UPSTREAM-UNREACHABLE',
      message: expect.stringContaining('too many files are open here'),
      hint: expect.stringContaining('ulimit -n'),
    });
  });

  it.each([
    ['CERT_HAS_EXPIRED', 'has expired'],
    ['CERT_NOT_YET_VALID', 'not yet valid'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'nobody here trusts'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'nobody here trusts'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'wanted index.example'],
    ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'no TLS version'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'no TLS version'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'does not speak TLS'],
    ['SOMETHING_NEW', 'low-level words'],
  ])('%s is a TLS failure: %s', (code, words) => {
    const refusal = connectRefusal(failed(code), server);
    expect(refusal.code).toBe('WP-TLS');
    expect(refusal.message).toContain(words);
  });

  it('takes the first of several addresses, and a fault of ours for what it is', () => {
    const several = new AggregateError([failed('ECONNREFUSED')]);
    expect(connectRefusal(several, server).code).toBe('WP-UPSTREAM-UNREACHABLE');
    expect(connectRefusal(new TypeError('x'), server).code).toBe('WP-INTERNAL');
    expect(connectRefusal(failed('ECONNREFUSED'), { ...server, role: 'proxy' }).message).toContain(
      'proxy index.example:443',
    );
  });
});

describe('a failure before the answer', () => {
  it.each([
    ['UND_ERR_SOCKET', 'WP-UPSTREAM-UNREACHABLE'],
    ['HPE_INVALID_CONSTANT', 'WP-UPSTREAM-UNREACHABLE'],
    ['UND_ERR_HEADERS_OVERFLOW', 'WP-LIMIT-SIZE'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'WP-TLS'],
  ])('%s is %s, and the query stays untold', (code, expected) => {
    const refusal = answerRefusal(failed(code), url);
    expect(refusal).toMatchObject({ code: expected });
    expect(String(refusal)).not.toContain('canary');
  });

  it('that is none of the network stays what it is', () => {
    const fault = new TypeError('x');
    expect(answerRefusal(fault, url)).toBe(fault);
    const misuse = failed('UND_ERR_INVALID_ARG');
    expect(answerRefusal(misuse, url)).toBe(misuse);
  });
});

describe('a failure within the body', () => {
  it.each([
    'UND_ERR_SOCKET',
    'WP_RESET',
    'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
    'HPE_INVALID_EOF_STATE',
  ])('%s is a truncation that tells the counts', (code) => {
    const refusal = bodyRefusal(failed(code), url, 7, 10);
    expect(refusal).toMatchObject({ code: 'WP-UPSTREAM-TRUNCATED' });
    expect(String(refusal)).toContain('expected 10 bytes, found 7');
    expect(String(refusal)).not.toContain('canary');
  });
});
