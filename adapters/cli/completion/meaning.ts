/**
 * What a person is typing: the value that comes next, and the thread and home that were named before it.
 */
import { commandOf, formsOf, GLOBAL_OPTIONS, rowOptionsOf, wordOf } from '../table/commands.ts'
import type { CommandForm } from '../table/commands.ts'
import { isRepeated, VALUED, valueOf, type ValueKind } from './words.ts'

export interface Typing {
  readonly kind: ValueKind
  /** What stands of it so far. */
  readonly text: string
  /** The thread that is named on the line. */
  readonly thread: string | null
  /** Values of options by long name. */
  readonly values: ReadonlyMap<string, string>
}

const formFor = (
  words: ReadonlyArray<string>
): { readonly form: CommandForm; readonly taken: number } | null => {
  const [name = '', second = ''] = words
  const command = commandOf(name)
  if (command === undefined) return null
  const word = wordOf(command, second)
  const forms = formsOf(command)
  const wanted =
    word ?? (command.withoutWord === 'itself' ? null : wordOf(command, command.withoutWord ?? ''))
  const form = forms.find((each) => each.word === (wanted ?? null)) ?? forms[0]
  return form === undefined ? null : { form, taken: word === undefined ? 1 : 2 }
}

/** Reads the words after the program's name; the last one is being typed. */
export const typingOf = (typed: ReadonlyArray<string>): Typing | null => {
  const words = typed.filter((word) => word !== '=')
  const text = typed.at(-1) === '=' ? '' : (typed.at(-1) ?? '')
  const before = typed.at(-1) === '=' ? words : words.slice(0, -1)
  const values = new Map<string, string>()
  const plain: Array<string> = []
  let waiting: string | null = null
  for (const word of before) {
    const [, name, value] = /^(--[^=]+)=(.*)$/.exec(word) ?? []
    if (waiting !== null) {
      values.set(waiting, word)
      waiting = null
    } else if (name !== undefined) values.set(name, value ?? '')
    else if (VALUED.includes(word)) waiting = word
    else if (!word.startsWith('-')) plain.push(word)
  }
  const found = formFor(plain)
  if (found === null) return null
  const { form, taken } = found
  const args = plain.slice(taken)
  const kinds = form.args.map(valueOf)
  const thread = args[kinds.indexOf('thread')] ?? values.get('--thread') ?? null
  const option = [...form.options, ...rowOptionsOf(form.command), ...GLOBAL_OPTIONS].find(
    ({ name, short }) => waiting === `--${name}` || waiting === `-${short}`
  )
  if (waiting !== null) {
    const kind = option?.value === undefined ? 'any' : valueOf(option.value)
    return { kind, text, thread, values }
  }
  const at = isRepeated(form.args.at(-1)) ? Math.min(args.length, kinds.length - 1) : args.length
  return { kind: kinds[at] ?? 'any', text, thread, values }
}
