/**
 * Completion for bash, 3.2 and later, without the package bash-completion.
 */
import {
  COMPLETED_COMMANDS,
  COMPLETED_FORMS,
  COMPLETED_GLOBALS,
  COMPLETED_WORDS,
  VALUED,
  writtenValue,
  type CompletedOption
} from './words.ts'

const names = (options: ReadonlyArray<CompletedOption>): string =>
  options.flatMap((option) => option.names).join(' ')

const values = (options: ReadonlyArray<CompletedOption>): string =>
  options
    .flatMap(({ names: each, value }) =>
      value === null ? [] : each.map((name) => `${name}:${writtenValue(value)}`)
    )
    .join(' ')

const wordsOf = (described: ReadonlyArray<readonly [string, string]>): string =>
  described.map(([word]) => word).join(' ')

const forms = (): string =>
  COMPLETED_FORMS.map(({ titles, options, args, many }) => {
    const kinds = [...args.map((kind) => `@${kind}`), ...(many ? ['...'] : [])].join(' ')
    const title = titles.map((each) => `'${each}'`).join('|')
    return `    ${title}) opts='${names(options)}' vals='${values(options)}' args='${kinds}' ;;`
  }).join('\n')

const words = (): string =>
  COMPLETED_WORDS.map(([command, each]) => `    ${command}) words='${wordsOf(each)}' ;;`).join('\n')

/** What is asked for while somebody types, and how it is listed. */
const ASKING = `# Asks for threads, turns or plugins: lines of a value, a tab and what it is called.
_unroll_ask() {
  local line value width=0 rows=() program=\${COMP_WORDS[0]/#\\~/$HOME}
  while IFS= read -r line; do rows+=("$line"); done < <("$program" __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [[ \${#rows[@]} -eq 1 ]]; then
    COMPREPLY=("\${rows[0]%%$'\\t'*}")
    return
  fi
  for line in "\${rows[@]}"; do
    value=\${line%%$'\\t'*}
    [[ \${#value} -gt $width ]] && width=\${#value}
  done
  # Values differ before names begin, so bash puts no name on the line.
  for line in "\${rows[@]}"; do
    COMPREPLY+=("$(printf '%-*s  %s' "$width" "\${line%%$'\\t'*}" "\${line#*$'\\t'}")")
  done
}

`

/** Reads the words before the cursor: the command, its word, how many arguments, an option that waits for its value. */
const READING = `  COMPREPLY=()
  [[ $cur == '=' ]] && cur=''
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    [[ $word == '=' ]] && continue
    if [[ -n $prev ]]; then prev=''; continue; fi
    if [[ $word == -* ]]; then
      [[ $valued == *" $word "* ]] && prev=$word
    elif [[ -z $command ]]; then
      command=$word form=$word
      _unroll_words "$command"
    elif [[ $form == "$command" && $place -eq 0 && " $words " == *" $word "* ]]; then
      form="$command $word"
    else
      place=$((place + 1))
    fi
  done
`

/** Offers what may come next. */
const OFFERING = `  _unroll_form "$form"
  if [[ -n $prev ]]; then
    for entry in $vals $global_values; do
      if [[ $entry == "$prev:"* ]]; then spec=\${entry#*:}; break; fi
    done
  elif [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$opts $globals" -- "$cur"))
    return
  elif [[ -z $command ]]; then
    COMPREPLY=($(compgen -W "$commands" -- "$cur"))
    return
  else
    if [[ $form == "$command" && $place -eq 0 && -n $words ]]; then
      COMPREPLY=($(compgen -W "$words" -- "$cur"))
      [[ \${#COMPREPLY[@]} -gt 0 ]] && return
    fi
    i=0
    for entry in $args; do
      [[ $entry == '...' ]] && break
      spec=$entry
      [[ $i -eq $place ]] && break
      i=$((i + 1)) spec=''
    done
    if [[ -z $spec && $args == *' ...' ]]; then spec=\${args% ...} spec=\${spec##* }; fi
  fi
  case $spec in
    @thread|@turn|@plugin) _unroll_ask ;;
    @file)
      type compopt >/dev/null 2>&1 && compopt -o filenames
      while IFS= read -r entry; do COMPREPLY+=("$entry"); done < <(compgen -f -- "$cur")
      ;;
    @dir)
      type compopt >/dev/null 2>&1 && compopt -o filenames
      while IFS= read -r entry; do COMPREPLY+=("$entry"); done < <(compgen -d -- "$cur")
      ;;
    @command) COMPREPLY=($(compgen -W "$commands" -- "$cur")) ;;
    @*|'') ;;
    *) COMPREPLY=($(compgen -W "\${spec//|/ }" -- "$cur")) ;;
  esac
}

complete -F _unroll unroll
`

export const bashScript =
  (): string => `# bash completion for unroll; made by "unroll completion bash"
_unroll_form() {
  opts='' vals='' args=''
  case $1 in
${forms()}
  esac
}

_unroll_words() {
  words=''
  case $1 in
${words()}
  esac
}

${ASKING}_unroll() {
  local commands='${wordsOf(COMPLETED_COMMANDS)}'
  local globals='${names(COMPLETED_GLOBALS)}'
  local global_values='${values(COMPLETED_GLOBALS)}'
  local valued=' ${VALUED.join(' ')} '
  local cur=\${COMP_WORDS[COMP_CWORD]} i word command='' form='' prev='' place=0 opts vals args words spec='' entry
${READING}${OFFERING}`
