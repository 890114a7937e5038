// SPDX-License-Identifier: Apache-2.0

/**
 * Words as Python's `shlex.split(text)` makes them (POSIX, no comments); `null` where a quotation or
 * escape does not end.
 */
export function splitShellWords(text: string): readonly string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quote === '' && /[ \t\r\n]/u.test(character)) {
      if (word !== null) words.push(word);
      word = null;
      continue;
    }
    word ??= '';
    if (character === quote) {
      quote = '';
    } else if (quote === '' && (character === '"' || character === "'")) {
      quote = character;
    } else if (character === '\\' && quote !== "'") {
      at += 1;
      if (at >= text.length) return null;
      const escaped = text.charAt(at);
      // Inside double quotes a backslash escapes only itself and the quote.
      word += quote === '"' && escaped !== '"' && escaped !== '\\' ? `\\${escaped}` : escaped;
    } else {
      word += character;
    }
  }
  if (quote !== '') return null;
  if (word !== null) words.push(word);
  return words;
}
