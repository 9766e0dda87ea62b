/**
 * Completion for zsh.
 */
import {
  COMPLETED_COMMANDS,
  COMPLETED_FORMS,
  COMPLETED_GLOBALS,
  COMPLETED_WORDS,
  VALUED,
  writtenValue,
  type CompletedOption,
  type Described
} from './words.ts'

const quoted = (text: string): string => `'${text.replace(/'/g, `'\\''`)}'`

/** `word:what it is for`, as _describe takes it. */
const described = (word: string, text: string): string =>
  quoted(`${word.replace(/:/g, '\\:')}:${text}`)

const listed = (words: Described): string =>
  words.map(([word, text]) => described(word, text)).join(' ')

const options = (all: ReadonlyArray<CompletedOption>): string =>
  all.flatMap(({ names, text }) => names.map((name) => described(name, text))).join(' ')

const values = (all: ReadonlyArray<CompletedOption>): string =>
  all
    .flatMap(({ names, value }) =>
      value === null ? [] : names.map((name) => quoted(`${name}:${writtenValue(value)}`))
    )
    .join(' ')

const forms = (): string =>
  COMPLETED_FORMS.map(({ titles, options: own, args, many }) => {
    const title = titles.map(quoted).join('|')
    const kinds = [...args.map((kind) => `@${kind}`), ...(many ? ['...'] : [])].join(' ')
    return `    ${title}) opts=(${options(own)}) vals=(${values(own)}) args=(${kinds}) ;;`
  }).join('\n')

const words = (): string =>
  COMPLETED_WORDS.map(([command, each]) => `    ${command}) subs=(${listed(each)}) ;;`).join('\n')

/** What is asked for while somebody types, and how it is listed. */
const ASKING = `# Asks for threads, turns or plugins: lines of a value, a tab and what it is called.
_unroll_ask() {
  local -a found shown
  local line
  for line in \${(f)"$($words[1] __complete \${(@)words[2,CURRENT]} 2>/dev/null)"}; do
    found+=("\${line%%$'\\t'*}")
    shown+=("\${line/$'\\t'/  }")
  done
  (( $#found )) && compadd -U -V unroll -l -d shown -a found
}

`

/** Reads the words before the cursor: the command, its word, how many arguments, an option that waits for its value. */
const READING = `  local word command='' form='' prev='' spec='' entry
  integer i place=0
  for ((i = 2; i < CURRENT; i++)); do
    word=$words[i]
    if [[ -n $prev ]]; then
      prev=''
    elif [[ $word == -* ]]; then
      (( $valued[(Ie)$word] )) && prev=$word
    elif [[ -z $command ]]; then
      command=$word form=$word
      _unroll_words $command
    elif [[ $form == $command && $place -eq 0 && -n \${(M)subs:#$word:*} ]]; then
      form="$command $word"
    else
      (( place += 1 ))
    fi
  done
`

/** Offers what may come next. */
const OFFERING = `  _unroll_form $form
  if [[ -n $prev || $PREFIX == --*=* ]]; then
    if [[ -z $prev ]]; then
      prev=\${PREFIX%%=*}
      compset -P '*='
    fi
    for entry in $vals $global_values; do
      if [[ $entry == $prev:* ]]; then spec=\${entry#*:}; break; fi
    done
  elif [[ $PREFIX == -* ]]; then
    opts+=($globals)
    _describe -o option opts
    return
  elif [[ -z $command ]]; then
    _describe command commands
    return
  else
    if [[ $form == $command && $place -eq 0 ]] && (( $#subs )); then
      _describe word subs && return
    fi
    if (( place < $#args )) && [[ $args[place+1] != '...' ]]; then
      spec=$args[place+1]
    elif [[ $args[-1] == '...' ]]; then
      spec=$args[-2]
    fi
  fi
  case $spec in
    @thread|@turn|@plugin) _unroll_ask ;;
    @file) _files ;;
    @dir) _files -/ ;;
    @command) _describe command commands ;;
    @*|'') _message 'no suggestions' ;;
    *) compadd -- \${(s:|:)spec} ;;
  esac
}

if [[ $funcstack[1] == _unroll ]]; then _unroll "$@"; else compdef _unroll unroll; fi
`

export const zshScript = (): string => `#compdef unroll
# zsh completion for unroll; made by "unroll completion zsh"
_unroll_form() {
  opts=() vals=() args=()
  case $1 in
${forms()}
  esac
}

_unroll_words() {
  subs=()
  case $1 in
${words()}
  esac
}

${ASKING}_unroll() {
  local -a commands globals global_values valued opts vals args subs
  commands=(${listed(COMPLETED_COMMANDS)})
  globals=(${options(COMPLETED_GLOBALS)})
  global_values=(${values(COMPLETED_GLOBALS)})
  valued=(${VALUED.join(' ')})
${READING}${OFFERING}`
