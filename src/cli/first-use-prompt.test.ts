// SPDX-License-Identifier: Apache-2.0
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { directArtifact } from '../verify/artifact-of.ts';
import { firstUsePrompt } from './first-use-prompt.ts';

const artifact = directArtifact('https://files.test/good-1.0-py3-none-any.whl?sig=secret');
const SHA256 = 'a'.repeat(64);

function open() {
  const input = new PassThrough();
  const output = new PassThrough();
  return { input, output, ask: firstUsePrompt({ input, output }) };
}

test.each([
  ['y\n', true],
  ['YES\n', true],
  ['\n', false],
  ['yes please\n', false],
])('%j is %s', async (typed, allowed) => {
  const { input, output, ask } = open();
  const answer = ask(artifact, SHA256);
  input.write(typed);
  expect(await answer).toBe(allowed);
  const said = String(output.read());
  expect(said).toContain('good-1.0-py3-none-any.whl');
  expect(said).not.toContain('secret');
});

test('the end of input is a no, to this question and to those that wait', async () => {
  const { input, ask } = open();
  const answers = Promise.all([ask(artifact, SHA256), ask(artifact, SHA256)]);
  input.end();
  expect(await answers).toEqual([false, false]);
});
