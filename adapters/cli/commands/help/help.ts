/**
 * unroll help: the overview, a command, a word of it, or a topic.
 */
import * as E from 'fp-ts/lib/Either.js'
import { flagOf, type Input } from '../../args.ts'
import type { Io } from '../../io.ts'
import { didYouMean } from '../../naming/nearest.ts'
import { withPager } from '../../terminal/pager.ts'
import type { CommandEnd, FreeCommand } from '../../session.ts'
import { alone, COMMANDS, commandOf, withWord, wordOf } from '../../table/commands.ts'
import { insteadOf } from '../../table/peers.ts'
import { TOPICS, topicOf } from '../../table/topics.ts'
import { commandsText, formText, overviewText, topicText, type HelpPage } from './text.ts'
import { usage, type CommandFailure } from '../../text/report.ts'
import { painter } from '../../text/style.ts'

const unknown = (name: string): E.Either<CommandFailure, never> => {
  const names = [...COMMANDS.map((known) => known.name), ...TOPICS.map((known) => known.name)]
  const next = insteadOf(name) ?? 'list the commands with "unroll help commands"'
  return E.left(usage(`there is no command or topic "${name}"${didYouMean(name, names, '')}`, next))
}

/** The page that is asked for. */
const pageOf = (
  [name, typed]: ReadonlyArray<string>,
  page: HelpPage
): E.Either<CommandFailure, string> => {
  if (name === undefined) return E.right(overviewText(page))
  const command = commandOf(name)
  const topic = topicOf(name)
  if (typed === undefined) {
    if (name === 'commands') return E.right(commandsText(page))
    if (topic !== undefined) return E.right(topicText(topic, page))
  }
  if (command === undefined) return unknown(name)
  if (typed === undefined) return E.right(formText(alone(command), page))
  const word = wordOf(command, typed)
  if (word !== undefined) return E.right(formText(withWord(command, word), page))
  const names = (command.words ?? []).map((known) => known.name)
  const next = names.length === 0 ? `see "unroll help ${name}"` : `words: ${names.join(', ')}`
  return E.left(usage(`${name} has no word "${typed}"${didYouMean(typed, names, '')}`, next))
}

/** Prints a schema of `--json`, or names those there are. */
const printSchema = async (input: Input, io: Io): Promise<CommandEnd> => {
  const [name] = input.args
  const { schemaNames, schemaText } = await import('../../schema/files.ts')
  const names = schemaNames()
  if (name === undefined) {
    await io.out(names.map((one) => `${one}\n`).join(''))
    return 0
  }
  const command = commandOf(name)
  if (command === undefined) return unknown(name)
  if (!names.includes(command.name))
    return E.left(
      usage(`${command.name} has no --json`, 'list the schemas: "unroll help --schema"')
    )
  return withPager(input, io, async (paged) => {
    await paged.out(schemaText(command.name))
    return 0
  })
}

export const helpCommand: FreeCommand = async (input, io) => {
  if (flagOf(input, 'why')) return (await import('./why.ts')).whyCommand(input, io)
  if (flagOf(input, 'schema')) return printSchema(input, io)
  const { args } = input
  const about = args[0] === undefined ? undefined : commandOf(args[0])
  if (flagOf(input, 'man') && (args[0] === undefined || about !== undefined)) {
    const { commandPage, programPage } = await import('../../man/pages.ts')
    await io.out(about === undefined ? programPage(io.version) : commandPage(about, io.version))
    return 0
  }
  const page = pageOf(input.args, { columns: io.columns, paint: painter(input, io) })
  if (E.isLeft(page)) return page
  return withPager(input, io, async (paged) => {
    await paged.out(page.right)
    return 0
  })
}
