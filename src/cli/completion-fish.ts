// SPDX-License-Identifier: Apache-2.0
import type { TableEntry, TableWord } from './command-table.ts';

/** The completion script for fish. */
export function fish(table: readonly TableEntry[]): string {
  const list = (kind: 'words' | 'options'): string =>
    table.map((entry) => caseOf(entry.chain, entry[kind])).join('\n');
  const valued = table
    .flatMap(({ chain, valued: words }) => words.map((word) => quoted(`${chain} ${word}`)))
    .join(' ');
  return `# fish completion for wheelproof, written by \`wheelproof completion fish\`
function __wheelproof_words
  switch "$argv[1]"
${list('words')}
    case '*'
      return 1
  end
end
function __wheelproof_options
  switch "$argv[1]"
${list('options')}
    case '*'
      return 1
  end
end
function __wheelproof_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  set -l chain ''
  set -l at 2
  while test $at -le (count $words)
    set -l word $words[$at]
    if string match -q -- '-*' $word
      if contains -- "$chain $word" ${valued}
        set at (math $at + 1)
      end
    else
      set -l next (string trim -- "$chain $word")
      if __wheelproof_words "$next" >/dev/null
        set chain $next
      else if test -z "$chain"
        complete -C (string join ' ' -- (string escape -- $words[$at..-1]) $current)
        return
      end
    end
    set at (math $at + 1)
  end
  set -l found
  if test $at -gt (math (count $words) + 1)
    # The value of an option: a file.
  else if string match -q -- '-*' $current
    set found (__wheelproof_options "$chain")
  else
    set found (__wheelproof_words "$chain")
  end
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path $current
  end
end
complete -c wheelproof -f -a '(__wheelproof_complete)'
`;
}

function caseOf(chain: string, words: readonly TableWord[]): string {
  const lines = words.map(({ word, about }) => quoted(`${word}\t${about}`)).join(' ');
  const print = lines === '' ? 'true' : `printf '%s\\n' ${lines}`;
  return `    case ${quoted(chain)}\n      ${print}`;
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/gu, String.raw`\$&`)}'`;
}
