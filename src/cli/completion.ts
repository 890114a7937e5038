// SPDX-License-Identifier: Apache-2.0
import type { TableEntry, TableWord } from './command-table.ts';
import { fish } from './completion-fish.ts';

export type Shell = 'bash' | 'zsh' | 'fish';

/*
 * A script for each shell, without calls back into wheelproof, so that completing costs no start of
 * ours. All three walk the words before the cursor in the same way: options of ours and their
 * values, then commands as far as the table knows them. A first word that is no command is an
 * installer, whose own completion takes over.
 */

/** The completion script. */
export function completionScript(shell: Shell, table: readonly TableEntry[]): string {
  return { bash, zsh, fish }[shell](table);
}

/** For sh and its kin. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function valuedCases(table: readonly TableEntry[]): readonly string[] {
  return table.flatMap(({ chain, valued }) =>
    valued.length === 0
      ? []
      : [`    ${valued.map((word) => quoted(`${chain} ${word}`)).join(' | ')}) return 0 ;;`],
  );
}

type Kind = 'words' | 'options';

function bash(table: readonly TableEntry[]): string {
  const list = (kind: Kind): string =>
    table
      .map((entry) => {
        const words = entry[kind].map(({ word }) => word).join(' ');
        return `    ${quoted(entry.chain)}) printf '%s' ${quoted(words)} ;;`;
      })
      .join('\n');
  return `# bash completion for wheelproof, written by \`wheelproof completion bash\`
${tableFunctions(table, list)}_wheelproof() {
  local chain='' word next at=1 current=\${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  while ((at < COMP_CWORD)); do
    word=\${COMP_WORDS[at]}
    if [[ $word == -* ]]; then
      if _wheelproof_valued "$chain" "$word"; then at=$((at + 1)); fi
    else
      next=\${chain:+$chain }$word
      if _wheelproof_words "$next" >/dev/null; then
        chain=$next
      elif [[ -z $chain ]]; then
        if declare -F _comp_command_offset >/dev/null; then
          _comp_command_offset "$at"
        elif declare -F _command_offset >/dev/null; then
          _command_offset "$at"
        fi
        return
      fi
    fi
    at=$((at + 1))
  done
  # The value of an option: a file.
  if ((at > COMP_CWORD)); then return; fi
  if [[ $current == -* ]]; then
    next=$(_wheelproof_options "$chain")
  else
    next=$(_wheelproof_words "$chain")
  fi
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$next" -- "$current")
}
complete -o default -o bashdefault -F _wheelproof wheelproof
`;
}

/** What bash and zsh look words, options and options with values up by. */
function tableFunctions(table: readonly TableEntry[], list: (kind: Kind) => string): string {
  return `_wheelproof_words() {
  case $1 in
${list('words')}
    *) return 1 ;;
  esac
}
_wheelproof_options() {
  case $1 in
${list('options')}
    *) return 1 ;;
  esac
}
_wheelproof_valued() {
  case "$1 $2" in
${valuedCases(table).join('\n')}
  esac
  return 1
}
`;
}

function zsh(table: readonly TableEntry[]): string {
  const described = ({ word, about }: TableWord): string =>
    quoted(about === '' ? word : `${word}:${about}`);
  const list = (kind: Kind): string =>
    table
      .map(
        (entry) => `    ${quoted(entry.chain)}) reply=(${entry[kind].map(described).join(' ')}) ;;`,
      )
      .join('\n');
  return `#compdef wheelproof
# zsh completion for wheelproof, written by \`wheelproof completion zsh\`
${tableFunctions(table, list)}_wheelproof() {
  local chain='' word next
  local -a reply
  integer at=2
  while (( at < CURRENT )); do
    word=$words[at]
    if [[ $word == -* ]]; then
      if _wheelproof_valued "$chain" "$word"; then (( at += 1 )); fi
    else
      next=\${chain:+$chain }$word
      if _wheelproof_words "$next"; then
        chain=$next
      elif [[ -z $chain ]]; then
        words=("\${(@)words[at,-1]}")
        (( CURRENT -= at - 1 ))
        _normal
        return
      fi
    fi
    (( at += 1 ))
  done
  if (( at > CURRENT )); then
    _files
  elif [[ $words[CURRENT] == -* ]]; then
    _wheelproof_options "$chain" && _describe option reply
  else
    _wheelproof_words "$chain"
    if (( $#reply )); then _describe command reply; else _files; fi
  fi
}
if [[ $funcstack[1] == _wheelproof ]]; then _wheelproof "$@"; else compdef _wheelproof wheelproof; fi
`;
}
