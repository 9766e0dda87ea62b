/**
 * Commands that sentences name, as they are typed: by the name this program is started by, for the home this command line is about.
 */
import type { Io } from '../io.ts'
import { commandOf } from '../table/commands.ts'
import { shellWord } from './text.ts'

/** Where commands are typed. */
type Typed = Pick<Io, 'program' | 'place'>

/** Commands that read no home, or find one in their own way. */
const HOMELESS: ReadonlySet<string> = new Set(['help', 'version', 'explain', 'completion', 'start'])

/** A command in quotes; what is in single quotes may hold double ones. */
const QUOTED = /"unroll ([a-z-]+)((?:'[^']*'|[^"'])*)"/g

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'

/** A command in a sentence without quotes: its name, a word of it, an id, a flag, a text in single quotes. */
const BARE = new RegExp(
  String.raw`(?<=^|[ :])unroll ([a-z-]+)((?: ${UUID}| [a-z]+(?![\w-]))?(?: ${UUID})?(?: --raw)?(?: '(?:[^']|'\\'')*')?)`,
  'g'
)

const started = (name: string, rest: string, { program, place = [] }: Typed): string => {
  const typed = place.filter(([option = '']) => !rest.includes(` ${option}`))
  const options = HOMELESS.has(name) ? [] : typed.flat().map(shellWord)
  return [`${program} ${name}${rest}`, ...options].join(' ')
}

/** A sentence with its commands in quotes as they are typed. */
export const quotedAsTyped = (text: string, io: Typed): string =>
  text.replace(QUOTED, (_, name: string, rest: string) => `"${started(name, rest, io)}"`)

/** A sentence with its commands without quotes as they are typed. */
export const bareAsTyped = (text: string, io: Typed): string =>
  text.replace(BARE, (whole, name: string, rest: string) =>
    commandOf(name) === undefined ? whole : started(name, rest, io)
  )
