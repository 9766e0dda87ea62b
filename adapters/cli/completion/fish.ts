/**
 * Completion for fish, 3.0 and later.
 */
import {
  COMPLETED_COMMANDS,
  COMPLETED_FORMS,
  COMPLETED_GLOBALS,
  COMPLETED_WORDS,
  VALUED,
  type CompletedOption,
  type ValueSpec
} from './words.ts'

const quoted = (text: string): string => `'${text.replace(/\\/g, '\\\\').replace(/'/g, `\\'`)}'`

/** How fish gets values: files are its own, what is static stands here, the rest is asked for. */
const valueWords = (value: ValueSpec): string => {
  if (typeof value !== 'string') return `-x -a ${quoted(value.join(' '))}`
  if (value === 'file') return '-r -F'
  if (value === 'dir') return `-x -a '(__fish_complete_directories)'`
  if (value === 'thread' || value === 'turn' || value === 'plugin')
    return `-x -k -a '(__unroll_ask)'`
  return '-x'
}

const optionLine = (
  condition: string,
  { names: [long = '', short], text, value }: CompletedOption
): string =>
  [
    `complete -c unroll${condition} -l ${long.slice(2)}`,
    ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
    ...(value === null ? [] : [valueWords(value)]),
    `-d ${quoted(text)}`
  ].join(' ')

const forms = (): ReadonlyArray<string> =>
  COMPLETED_FORMS.flatMap(({ titles, options, args }) => {
    const condition = ` -n ${quoted(`__unroll_is ${titles.map((title) => `"${title}"`).join(' ')}`)}`
    const asked = args.filter((kind) => ['thread', 'turn', 'plugin'].includes(kind))
    return [
      ...options.map((option) => optionLine(condition, option)),
      ...(asked.length === 0 ? [] : [`complete -c unroll${condition} -k -a '(__unroll_ask)'`]),
      ...(args.includes('file') ? [`complete -c unroll${condition} -F`] : []),
      ...(args.includes('dir')
        ? [`complete -c unroll${condition} -a '(__fish_complete_directories)'`]
        : []),
      ...(args.includes('command')
        ? [
            `complete -c unroll${condition} -a ${quoted(COMPLETED_COMMANDS.map(([name]) => name).join(' '))}`
          ]
        : [])
    ]
  })

export const fishScript =
  (): string => `# fish completion for unroll; made by "unroll completion fish"
# The command that is typed, with its word where it has words: "audit seal".
function __unroll_form
    set -l valued ${VALUED.join(' ')}
    set -l form
    set -l prev
    for word in (commandline -opc)[2..-1]
        if test -n "$prev"
            set prev
        else if string match -q -- '-*' $word
            contains -- $word $valued; and set prev $word
        else if test (count $form) -eq 0
            set form $word
        else if test (count $form) -eq 1; and contains -- $word (__unroll_words $form)
            set -a form $word
        else
            break
        end
    end
    echo "$form"
end

function __unroll_words
    switch $argv[1]
${COMPLETED_WORDS.map(([command, words]) => `        case ${command}\n            string split ' ' ${quoted(words.map(([word]) => word).join(' '))}`).join('\n')}
    end
end

function __unroll_is
    contains -- (__unroll_form) $argv
end

# Asks for threads, turns or plugins: lines of a value, a tab and what it is called.
function __unroll_ask
    set -l words (commandline -opc)
    $words[1] __complete $words[2..-1] (commandline -ct) 2>/dev/null
end

complete -c unroll -f
${[
  ...COMPLETED_COMMANDS.map(
    ([name, text]) => `complete -c unroll -n '__unroll_is ""' -a ${name} -d ${quoted(text)}`
  ),
  ...COMPLETED_WORDS.flatMap(([command, words]) =>
    words.map(
      ([word, text]) =>
        `complete -c unroll -n '__unroll_is ${command}' -a ${word} -d ${quoted(text)}`
    )
  ),
  ...COMPLETED_GLOBALS.map((option) => optionLine('', option)),
  ...forms()
].join('\n')}
`
