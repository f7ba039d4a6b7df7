/**
 * What shells run to complete command lines of orch, and the answers they read. The scripts know
 * nothing of orch: at every press of the key they ask it (`lib/cli/command/machine/complete_impl.ts`).
 */
import type { Shell } from "../../core/base/choices.ts";
import type { Candidate } from "./completion.ts";
import { sanitizeLine } from "../text/sanitize.ts";

/**
 * Words that mean the same to every shell without quotes. Names of tags may hold anything, and what is
 * put on a command line may be run.
 */
const PLAIN_WORD = /^[\w.,@%+:/=-]+$/;

/** The answer to a shell: what it adds by itself, then a candidate per line, its meaning after a tab. */
export function candidatesText(part: string, candidates: readonly Candidate[]): string {
  const lines = candidates.filter(({ word }) => PLAIN_WORD.test(word)).map(({ word, brief }) =>
    brief === "" ? word : `${word}\t${sanitizeLine(brief)}`
  );
  return `${[part, ...lines].join("\n")}\n`;
}

/** The script for a shell, to be read by it at its start. */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}

const BASH = String.raw`# Completion of orch for bash. In ~/.bashrc: eval "$(orch completions bash)"
_orch() {
  local current=\${COMP_WORDS[COMP_CWORD]} part line
  [ "$current" = "=" ] && current=
  COMPREPLY=()
  {
    IFS= read -r part
    while IFS= read -r line; do COMPREPLY+=("\${line%%$'\t'*}"); done
  } < <(orch __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null </dev/null)
  case $part in
    files) compopt -o default 2>/dev/null ;;
    folders) compopt -o dirnames 2>/dev/null ;;
    workflows)
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(
        compgen -d -- "$current"
        for line in yaml yml json; do compgen -f -X "!*.$line" -- "$current"; done
      ) ;;
  esac
}
complete -o nosort -F _orch orch 2>/dev/null || complete -F _orch orch
`;

const ZSH = String.raw`#compdef orch
# Completion of orch for zsh. In ~/.zshrc, after compinit: eval "$(orch completions zsh)"
# If orch is an alias, say setopt complete_aliases too. It is read here: in a widget aliases are off.
__orch_ask() {
  orch __complete -- "$@" 2>/dev/null </dev/null
}
_orch() {
  local part line word brief
  local -a answer candidates
  answer=("\${(@f)$(__orch_ask "\${(@)words[2,CURRENT]}")}")
  part=$answer[1]
  for line in "\${(@)answer[2,-1]}"; do
    [[ -n $line ]] || continue
    word=\${line%%$'\t'*} brief=
    [[ $line == *$'\t'* ]] && brief=\${line#*$'\t'}
    candidates+=("\${word//:/\\:}\${brief:+:$brief}")
  done
  (( $#candidates )) && _describe -V 'orch' candidates
  case $part in
    files) _files ;;
    folders) _files -/ ;;
    workflows) _files -g '*.(yaml|yml|json)(-.)' ;;
  esac
}
if [ "$funcstack[1]" = _orch ]; then _orch "$@"; else compdef _orch orch; fi
`;

const FISH = String
  .raw`# Completion of orch for fish. Once: orch completions fish > ~/.config/fish/completions/orch.fish
function __orch_complete
    set -l current (commandline -ct)
    set -l answer (orch __complete -- (commandline -opc)[2..-1] "$current" 2>/dev/null </dev/null)
    string join \n -- $answer[2..-1]
    switch "$answer[1]"
        case files
            __fish_complete_path $current
        case folders
            __fish_complete_directories $current
        case workflows
            __fish_complete_path $current | string match -r '^[^\t]*(?:/|\.ya?ml|\.json)(?:\t.*)?$'
    end
end
complete -c orch -f -k -a '(__orch_complete)'
`;

/** In these texts a dollar before a brace is written with a backslash, for TypeScript. */
const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: BASH.replaceAll("\\${", "${"),
  zsh: ZSH.replaceAll("\\${", "${"),
  fish: FISH,
};
