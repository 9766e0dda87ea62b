/**
 * From words to an exit code. Every command is a module of its own and is loaded only when it runs, because the
 * time to start is part of every command.
 */
import * as E from 'fp-ts/lib/Either.js'
import { resolve } from 'node:path'
import {
  flagOf,
  parseCommandLine,
  placeWords,
  textOf,
  type Input,
  type ParsedCommandLine
} from './args.ts'
import { HELP } from '../hint.ts'
import type { Io } from './io.ts'
import { readSettings, withSettings } from './settings.ts'
import { rowOptionsOf } from './table/commands.ts'
import { zoneProblem } from './text/clock.ts'
import { failureOf, thrownFailure, usage } from './text/report.ts'
import { report } from './text/reported.ts'
import {
  openReal,
  withEngine,
  type CommandPlace,
  type CommandEnd,
  type EngineCommand,
  type FreeCommand,
  type HomeCommand,
  type OpenEngine
} from './session.ts'
import { pointedPlace } from './naming/thread-point.ts'

const ENGINE_COMMANDS: Readonly<Record<string, () => Promise<EngineCommand>>> = {
  threads: async () => (await import('./commands/threads/threads.ts')).threadsCommand,
  search: async () => (await import('./commands/search.ts')).searchCommand,
  show: async () => (await import('./commands/show/show.ts')).showCommand,
  turns: async () => (await import('./commands/turns.ts')).turnsCommand,
  items: async () => (await import('./commands/items.ts')).itemsCommand,
  events: async () => (await import('./commands/events.ts')).eventsCommand,
  context: async () => (await import('./commands/context.ts')).contextCommand,
  append: async () => (await import('./commands/append.ts')).appendCommand,
  fork: async () => (await import('./commands/branch.ts')).forkCommand,
  revert: async () => (await import('./commands/branch.ts')).revertCommand,
  rollback: async () => (await import('./commands/branch.ts')).rollbackCommand,
  unrollback: async () => (await import('./commands/branch.ts')).unrollbackCommand,
  review: async () => (await import('./commands/review.ts')).reviewCommand,
  archive: async () => (await import('./commands/lifecycle.ts')).archiveCommand,
  unarchive: async () => (await import('./commands/lifecycle.ts')).unarchiveCommand,
  rename: async () => (await import('./commands/lifecycle.ts')).renameCommand,
  delete: async () => (await import('./commands/lifecycle.ts')).deleteCommand,
  restore: async () => (await import('./commands/lifecycle.ts')).restoreCommand,
  undo: async () => (await import('./commands/lifecycle.ts')).undoCommand,
  log: async () => (await import('./commands/log.ts')).logCommand,
  agents: async () => (await import('./commands/agents.ts')).agentsCommand,
  usage: async () => (await import('./commands/usage/usage.ts')).usageCommand,
  tools: async () => (await import('./commands/tools.ts')).toolsCommand,
  blame: async () => (await import('./commands/blame.ts')).blameCommand,
  analytics: async () => (await import('./commands/analytics/analytics.ts')).analyticsCommand,
  export: async () => (await import('./commands/export/export.ts')).exportCommand,
  pick: async () => (await import('./commands/pick.ts')).pickCommand
}

const HOME_COMMANDS: Readonly<Record<string, () => Promise<HomeCommand>>> = {
  index: async () => (await import('./commands/index-command.ts')).indexCommand,
  'app-server': async () => (await import('./commands/app-server/app-server.ts')).appServerCommand,
  audit: async () => (await import('./commands/audit/audit.ts')).auditCommand,
  diff: async () => (await import('./commands/diff.ts')).diffCommand,
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand,
  check: async () => (await import('./commands/check.ts')).checkCommand,
  plugins: async () => (await import('./commands/plugins/plugins.ts')).pluginsCommand,
  skills: async () => (await import('./commands/skills/skills.ts')).skillsCommand,
  import: async () => (await import('./commands/import/sessions.ts')).importCommand,
  storage: async () => (await import('./commands/storage.ts')).storageCommand,
  repair: async () => (await import('./commands/repair.ts')).repairCommand,
  salvage: async () => (await import('./commands/salvage.ts')).salvageCommand,
  store: async () => (await import('./commands/store/store.ts')).storeCommand,
  tail: async () => (await import('./commands/tail/tail.ts')).tailCommand,
  resume: async () => (await import('./commands/resume.ts')).resumeCommand,
  web: async () => (await import('./commands/web/web.ts')).webCommand,
  mcp: async () => (await import('./commands/mcp/mcp.ts')).mcpCommand,
  start: async () => (await import('./commands/start.ts')).startCommand
}

const FREE_COMMANDS: Readonly<Record<string, () => Promise<FreeCommand>>> = {
  explain: async () => (await import('./commands/explain.ts')).explainCommand,
  completion: async () => (await import('./commands/completion.ts')).completionCommand,
  help: async () => (await import('./commands/help/help.ts')).helpCommand,
  version: async () => (await import('./commands/version.ts')).versionCommand
}

/** Commands that end on a signal by themselves, with an exit code of their own. */
const OWN_SIGNALS: ReadonlySet<string> = new Set(['app-server', 'web', 'mcp'])

const endingOf = async (input: Input, io: Io, open: OpenEngine): Promise<CommandEnd> => {
  const { name } = input.command
  const free = FREE_COMMANDS[name]
  if (free !== undefined) return (await free())(input, io, open)
  const pointed = await pointedPlace(input, io, open)
  if (E.isLeft(pointed)) return pointed.left
  return placedEnding(pointed.right.input, io, pointed.right.place, open)
}

const placedEnding = async (
  input: Input,
  io: Io,
  place: CommandPlace,
  open: OpenEngine
): Promise<CommandEnd> => {
  const { name } = input.command
  const ofHome = HOME_COMMANDS[name]
  if (ofHome !== undefined) return (await ofHome())(input, io, place, open)
  const load = ENGINE_COMMANDS[name]
  if (load === undefined) throw new Error(`no code for the command ${name}`)
  const command = await load()
  return withEngine(input, io, open, place, (engine, quiet) => command(input, quiet, engine))
}

/** Codes of a command that came to its end: done, or with findings. */
const isWhole = (ending: CommandEnd): boolean => {
  const code = typeof ending === 'number' ? ending : E.isRight(ending) ? ending.right : null
  return code === 0 || code === 1
}

/** Runs a command whose rows go to a file. */
const intoFile = async (
  input: Input,
  io: Io,
  path: string,
  open: OpenEngine
): Promise<CommandEnd> => {
  const { openOutput } = await import('./output-file.ts')
  const opened = openOutput(path, flagOf(input, 'force'), io)
  if (E.isLeft(opened)) return opened
  const file = opened.right
  let ending: CommandEnd | null = null
  try {
    ending = await endingOf(input, file.io, open)
  } finally {
    if (ending === null) file.close(false)
  }
  const closed = file.close(isWhole(ending) && !io.stop.aborted)
  return E.isLeft(closed) ? closed : ending
}

const runInput = async (input: Input, io: Io, open: OpenEngine): Promise<number> => {
  // Some words have an option of that name that means another file.
  const isOfRows = rowOptionsOf(input.command).length > 0
  const hasOwn = input.form.options.some(({ name }) => name === 'out')
  const path = isOfRows && !hasOwn ? textOf(input, 'out') : undefined
  const ending = await (path === undefined
    ? endingOf(input, io, open)
    : intoFile(input, io, resolve(io.cwd, path), open))
  if (typeof ending === 'number') return ending
  if (E.isRight(ending)) return ending.right
  const failure = failureOf(ending.left)
  // What was typed to a command is explained by the help of that command.
  const instead = failure.hint === HELP ? `see "unroll help ${input.command.name}"` : failure.hint
  return report({ ...failure, hint: instead }, input.json, io)
}

/** Options that ask for something else than JSON. */
const OTHER_FORMS = [
  'csv',
  'tsv',
  'table',
  'format',
  'raw',
  'watch',
  'detail',
  'exec',
  'rolled-back'
]

/** UNROLL_JSON stands for `--json` wherever a command has it and no other form is asked for. */
const withJson = (input: Input, { env }: Io): Input => {
  const isSet = !['', '0', undefined].includes(env['UNROLL_JSON'])
  const hasOther = OTHER_FORMS.some((name) => flagOf(input, name))
  return isSet && !hasOther && input.command.output.json !== undefined
    ? { ...input, json: true }
    : input
}

/** What completion scripts ask, and what the build does: no commands, so that they are in no list. */
const HIDDEN: Readonly<Record<string, () => Promise<HiddenCommand>>> = {
  __complete: async () => (await import('./completion/complete.ts')).complete,
  __man: async () => (await import('./man/write.ts')).writePages
}

type HiddenCommand = (words: ReadonlyArray<string>, io: Io) => Promise<number>

/** Commands that work whatever is wrong in a person's settings. */
const WITHOUT_SETTINGS: ReadonlySet<string> = new Set(['version', 'help'])

interface Prepared {
  readonly parsed: ParsedCommandLine
  readonly io: Io
}

/** Reads a command line in which the first word may be an alias, and the settings it is run with. */
const prepared = async (argv: ReadonlyArray<string>, io: Io): Promise<Prepared> => {
  const [first = ''] = argv
  const asTyped = parseCommandLine(argv)
  if (asTyped.ok && WITHOUT_SETTINGS.has(asTyped.input.command.name)) return { parsed: asTyped, io }
  const settings = await readSettings(io.env).catch((thrown: unknown) =>
    E.left(thrownFailure(thrown))
  )
  if (E.isLeft(settings))
    return { parsed: { ok: false, failure: settings.left, json: argv.includes('--json') }, io }
  const words = settings.right.aliases.get(first)
  return {
    parsed: words === undefined ? asTyped : parseCommandLine([...words, ...argv.slice(1)]),
    io: { ...io, env: withSettings(io.env, settings.right) }
  }
}

/** Runs a command line; the answer is the exit code. */
export const run = async (
  argv: ReadonlyArray<string>,
  given: Io,
  open: OpenEngine = openReal
): Promise<number> => {
  const hidden = HIDDEN[argv[0] ?? '']
  if (hidden !== undefined) return (await hidden())(argv.slice(1), given)
  const { parsed, io: settled } = await prepared(argv, given)
  if (!parsed.ok) return report(parsed.failure, parsed.json, settled)
  const input = withJson(parsed.input, settled)
  const io = { ...settled, place: placeWords(input) }
  const zone = zoneProblem(input)
  if (zone !== null)
    return report(usage(zone, 'write one such as Europe/Berlin, UTC, or local'), input.json, io)
  let code: number
  try {
    code = await runInput(input, io, open)
  } catch (thrown) {
    code = io.stop.aborted ? 0 : await report(thrownFailure(thrown), input.json, io)
  }
  return io.stop.aborted && !OWN_SIGNALS.has(input.command.name) ? (io.stop.reason as number) : code
}
