/**
 * The command table in words, as wide as the terminal.
 */
import {
  COMMANDS,
  GROUPS,
  optionHead,
  optionText,
  rowOptionsOf,
  synopsis,
  synopsisOf,
  type CommandForm
} from '../../table/commands.ts'
import { TOPICS, type TopicSpec } from '../../table/topics.ts'
import type { Paint } from '../../text/style.ts'
import { wrap } from '../../text/text.ts'

/** How a page of help is drawn. */
export interface HelpPage {
  readonly columns: number
  readonly paint: Paint
}

/** Longer lines are hard to read. */
const COLUMNS_MAX = 100
/** Of a first column; what is longer gets a line of its own. */
const HEAD_MAX = 24

/** Commands that most people need, in the order of the overview. */
export const EVERYDAY_NAMES = [
  'threads',
  'search',
  'show',
  'tail',
  'resume',
  'tools',
  'blame',
  'diff',
  'usage',
  'fork',
  'rollback',
  'undo',
  'check'
] as const

const EXAMPLE_INDENT = 6

const plain = (text: string): string => text.replace(/`/g, '')

const widthOf = ({ columns }: HelpPage): number => Math.min(columns, COLUMNS_MAX)

const paragraph = (text: string, page: HelpPage): string =>
  `${wrap(plain(text), 0, widthOf(page))}\n`

type HelpRows = ReadonlyArray<readonly [head: string, text: string]>

/** Two columns: a head, and a text that is wrapped beside it. */
const rows = (all: HelpRows, page: HelpPage): string => {
  const headMax = Math.min(HEAD_MAX, Math.floor(page.columns / 3))
  const heads = all.map(([head]) => head.length).filter((length) => length <= headMax)
  const indent = Math.max(0, ...heads) + 4
  return all
    .map(([head, text]) => {
      const wrapped = wrap(plain(text), indent, widthOf(page))
      return head.length <= indent - 4
        ? `  ${head.padEnd(indent - 2)}${wrapped}\n`
        : `  ${head}\n${' '.repeat(indent)}${wrapped}\n`
    })
    .join('')
}

const section = (title: string, text: string, { paint }: HelpPage): string =>
  `${paint('bold', title)}\n${text}`

const summaries = (names: ReadonlyArray<string>): HelpRows =>
  names.flatMap((name) => {
    const command = COMMANDS.find((known) => known.name === name)
    return command === undefined ? [] : [[name, command.summary] as const]
  })

const namesIn = (group: string): ReadonlyArray<string> =>
  COMMANDS.filter((command) => command.group === group).map(({ name }) => name)

/** `unroll help`: what most people need, and the names of the rest. */
export const overviewText = (page: HelpPage): string =>
  [
    paragraph(
      'Browse, search, repair and analyse Codex threads, straight from their rollout files.',
      page
    ),
    'usage: unroll <command> [options]\n',
    section('Every day', rows(summaries(EVERYDAY_NAMES), page), page),
    section(
      'All commands',
      rows(
        GROUPS.map((group) => [group, namesIn(group).join(', ')]),
        page
      ),
      page
    ),
    `${wrap(`Type "unroll help COMMAND" for one of them, "unroll help commands" for a line about each. Topics: ${TOPICS.map(({ name }) => name).join(', ')}.`, 0, widthOf(page))}\n`
  ].join('\n')

/** `unroll help commands`: every command in a line, by group. */
export const commandsText = (page: HelpPage): string => {
  const longest = Math.max(...COMMANDS.map(({ name }) => name.length))
  return GROUPS.map((group) =>
    section(
      group,
      rows(
        summaries(namesIn(group)).map(([name, text]) => [name.padEnd(longest), text] as const),
        page
      ),
      page
    )
  ).join('\n')
}

export const topicText = ({ name, summary, about, rows: all }: TopicSpec, page: HelpPage): string =>
  [
    `unroll help ${name}\n\n${summary}\n`,
    ...about.map((text) => paragraph(text, page)),
    ...(all.length === 0 ? [] : [rows(all, page)])
  ].join('\n')

/** The words of a command, a line each. */
const wordSection = ({ command, word }: CommandForm, page: HelpPage): ReadonlyArray<string> => {
  if (word !== null || command.words === undefined) return []
  const all = command.words.map(({ name, args, summary }) => {
    const mark = name === command.withoutWord ? ' The default.' : ''
    return [[name, ...args].join(' '), `${summary}${mark}`] as const
  })
  const more = `Type "unroll help ${command.name} WORD" for the options of a word.`
  return [section('Words', `${rows(all, page)}\n${paragraph(more, page)}`, page)]
}

/** `unroll help COMMAND`, or that of one of its words. */
export const formText = (form: CommandForm, page: HelpPage): string => {
  const { command, word, summary, about, options, examples } = form
  const aliases = (word ?? command).aliases ?? []
  const known: HelpRows = options.map((option) => [optionHead(option), optionText(option)])
  const typed = examples
    .map(([line, what]) => `  ${line}\n      ${wrap(what, EXAMPLE_INDENT, widthOf(page))}\n`)
    .join('')
  return [
    `${word === null ? synopsis(command) : synopsisOf(form)}\n`,
    `${summary}${aliases.length === 0 ? '' : ` Also: ${aliases.join(', ')}.`}\n`,
    ...wordSection(form, page),
    ...about.map((text) => paragraph(text, page)),
    ...(known.length === 0 ? [] : [section('Options', rows(known, page), page)]),
    ...(typed === '' ? [] : [section('Examples', typed, page)]),
    paragraph(
      `Exit codes: ${command.exits.join(', ')}; see "unroll help exit-codes". Options of every command: see "unroll help options".` +
        (rowOptionsOf(command).length === 0
          ? ''
          : ' Fields, CSV, templates and files: see "unroll help output".'),
      page
    )
  ].join('\n')
}
