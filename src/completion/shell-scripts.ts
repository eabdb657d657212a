/** Shells that have a completion of ours, which asks the program at each TAB. */
export type CompletedShell = "bash" | "zsh" | "fish";

/** Words of docker-machine's own commands come from it; where it says that something else is meant, @oclif/plugin-autocomplete's function completes, else the shell. */
const BASH = `_docker_machine_complete() {
  local found each
  COMPREPLY=()
  if found=$(docker-machine complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null); then
    compopt +o default 2>/dev/null
    while IFS= read -r each; do
      [[ -n $each ]] && COMPREPLY+=("$each")
    done <<<"$found"
    [[ \${COMPREPLY[*]} == *: ]] && compopt -o nospace 2>/dev/null
  elif declare -F _docker-machine_autocomplete >/dev/null; then
    _docker-machine_autocomplete
  fi
  return 0
}
complete -o default -F _docker_machine_complete docker-machine
`;

const ZSH = `_docker_machine_complete() {
  local found
  if found=$(docker-machine complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null); then
    local -a all=("\${(@f)found}")
    all=("\${(@)all:#}")
    if [[ $found == *: ]]; then compadd -S '' -a all; else compadd -a all; fi
  elif (( $+functions[_docker-machine] )); then
    _docker-machine
  else
    _files
  fi
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
compdef _docker_machine_complete docker-machine
`;

const FISH = `function __docker_machine_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  docker-machine complete -- $words[2..-1] "$current" 2>/dev/null
  or __fish_complete_path "$current"
end
complete -c docker-machine -f -a '(__docker_machine_complete)'
`;

/** What a shell evaluates once, to complete docker-machine from then on. */
export const shellScripts: Readonly<Record<CompletedShell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
