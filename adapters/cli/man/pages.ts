/**
 * Man pages from the command table: one of the program and one of each command.
 */
import { ENVIRONMENT } from '../table/environment.ts'
import {
  COMMANDS,
  EXIT_CODES,
  formsOf,
  GLOBAL_OPTIONS,
  GROUPS,
  optionHead,
  optionText,
  rowOptionsOf,
  synopsisOf,
  type CommandForm,
  type CommandSpec,
  type OptionSpec
} from '../table/commands.ts'
import { TOPICS, topicOf } from '../table/topics.ts'
import {
  bold,
  examples,
  items,
  paragraphs,
  prose,
  section,
  subsection,
  title,
  typed
} from './roff.ts'
import { withRows } from './rows.ts'

export const PROGRAM_PAGE = 'unroll'

/** The name of a command's page. */
export const pageName = ({ name }: CommandSpec): string => `unroll-${name}`

const options = (all: ReadonlyArray<OptionSpec>): string =>
  items(all.map((option) => [bold(optionHead(option)), optionText(option)]))

/** Variables that only the app-server reads. */
const isOfServer = (name: string): boolean => /^(OTEL_|CODEX_ANALYTICS)/.test(name)

const environment = (forServer: boolean): string =>
  items(
    ENVIRONMENT.filter(([name]) => forServer || !isOfServer(name)).map(([name, text]) => [
      bold(name),
      text
    ])
  )

const FILES = items([
  [
    bold('~/.codex'),
    'The Codex home: rollouts in `sessions` and `archived_sessions`, and `.unroll` for what unroll records.'
  ],
  [bold('~/.cache/unroll'), 'Indexes. They can be deleted and are built again.'],
  [bold('~/.config/unroll/config.toml'), 'Settings; see `unroll help settings`.']
])

const exits = (codes: ReadonlyArray<number>): string =>
  items(
    EXIT_CODES.filter(([code]) => codes.includes(code)).map(([code, text]) => [
      bold(String(code)),
      text
    ])
  )

/** What describes the JSON of a command for programs. */
const schemaOf = (name: string): string => ` Its JSON Schema: "unroll help --schema ${name}".`

const output = ({ name, output: { human, tsv, json } }: CommandSpec): string =>
  items([
    [prose('On a terminal'), withRows(human, 'heads')],
    ...(tsv === undefined
      ? []
      : [[prose('In a pipe, tab-separated'), withRows(tsv, 'fields')] as const]),
    ...(json === undefined ? [] : [[bold('--json'), `${json}${schemaOf(name)}`] as const])
  ])

const wordSection = (form: CommandForm): string =>
  form.word === null
    ? ''
    : subsection(
        [form.title, ...form.args].join(' '),
        paragraphs([form.summary, ...form.about]) + options(form.word.options)
      )

const seeAlso = (names: ReadonlyArray<string>): string =>
  names.length === 0 ? '' : `${names.map((name) => `${bold(name)}(1)`).join(', ')}\n`

export const commandPage = (command: CommandSpec, version: string): string => {
  const { name, aliases = [], summary, about } = command
  const forms = formsOf(command)
  const beside = COMMANDS.filter(
    ({ group }) => group === command.group && command.name !== 'version'
  )
  const also =
    aliases.length === 0 ? [] : [`Also: ${aliases.map((each) => `\`${each}\``).join(', ')}.`]
  return [
    title(pageName(command), version),
    section('NAME', `${prose(`unroll-${name}`)} \\- ${prose(summary.replace(/\.$/, ''))}\n`),
    section('SYNOPSIS', forms.map((form) => `${typed(synopsisOf(form))}\n`).join('.br\n')),
    section(
      'DESCRIPTION',
      paragraphs([...about, ...also, ...(about.length + also.length === 0 ? [summary] : [])]) +
        forms.map(wordSection).join('')
    ),
    section(
      'OPTIONS',
      options([...command.options, ...rowOptionsOf(command)]) +
        paragraphs(['Options of every command are described in `unroll`(1).'])
    ),
    section('OUTPUT', output(command)),
    section('EXIT STATUS', exits(command.exits)),
    section('ENVIRONMENT', environment(name === 'app-server')),
    section('FILES', FILES),
    section('EXAMPLES', examples(command.examples)),
    section(
      'SEE ALSO',
      seeAlso([PROGRAM_PAGE, ...beside.filter((each) => each !== command).map(pageName)])
    )
  ].join('')
}

export const programPage = (version: string): string =>
  [
    title(PROGRAM_PAGE, version),
    section('NAME', 'unroll \\- browse, search, repair and analyse Codex threads\n'),
    section('SYNOPSIS', `${typed('unroll <command> [options]')}\n`),
    section(
      'DESCRIPTION',
      paragraphs([
        'Works straight from the rollout files of Codex. Commands that read never change a file in the home.'
      ]) +
        GROUPS.map((group) =>
          subsection(
            group,
            items(
              COMMANDS.filter((each) => each.group === group).map((each) => [
                bold(each.name),
                each.summary
              ])
            )
          )
        ).join('')
    ),
    section('OPTIONS', options(GLOBAL_OPTIONS)),
    section('OUTPUT', paragraphs(topicOf('output')?.about ?? [])),
    section('EXIT STATUS', exits(EXIT_CODES.map(([code]) => code))),
    section('ENVIRONMENT', environment(true)),
    section('FILES', FILES),
    section(
      'SEE ALSO',
      `${paragraphs([`Topics of \`unroll help\`: ${TOPICS.map(({ name }) => name).join(', ')}.`])}.PP\n${seeAlso(COMMANDS.map(pageName))}`
    )
  ].join('')

/** Every page by the name of its file. */
export const manPages = (version: string): ReadonlyMap<string, string> =>
  new Map([
    [`${PROGRAM_PAGE}.1`, programPage(version)],
    ...COMMANDS.map((command) => [`${pageName(command)}.1`, commandPage(command, version)] as const)
  ])
