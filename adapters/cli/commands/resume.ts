/**
 * unroll resume: Codex in the directory of a thread, in place of this command.
 */
import * as E from 'fp-ts/lib/Either.js'
import { spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { StoreError } from '../../../domain/errors.ts'
import { defaultHome, isFolder } from '../../home/places.ts'
import { flagOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { threadNamed } from '../naming/thread-name.ts'
import { withEngine, type CommandEnd, type CommandPlace, type HomeCommand } from '../session.ts'
import { shellWord } from '../text/text.ts'
import { pickThread } from './pick.ts'

const CANCELLED = 130
const CANNOT_RUN = 5

const PROGRAM = 'codex'

/** Where the path has a program; null where it does not. */
export const programIn = (name: string, env: NodeJS.ProcessEnv): string | null => {
  const isWindows = process.platform === 'win32'
  const endings = isWindows ? (env['PATHEXT'] ?? '.EXE;.CMD').split(';') : ['']
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    for (const ending of endings) {
      const path = join(folder === '' ? '.' : folder, name + ending)
      try {
        accessSync(path, isWindows ? constants.F_OK : constants.X_OK)
        if (statSync(path).isFile()) return path
      } catch {
        // Not here.
      }
    }
  }
  return null
}

interface Resumed {
  readonly threadId: string
  readonly directory: string
}

const refused = (reason: string, next: string): E.Either<StoreError, never> =>
  E.left({ _tag: 'NotPossible', reason, next })

/** What to resume, or why it cannot be. */
const resumable = async (
  input: Input,
  io: Io,
  place: CommandPlace,
  open: Parameters<HomeCommand>[3]
): Promise<E.Either<CommandEnd, Resumed>> => {
  let resumed: Resumed | null = null
  const ended = await withEngine(input, io, open, place, async (engine, quiet) => {
    const [word] = input.args
    const named: E.Either<unknown, string | null> =
      word === undefined ? await pickThread(engine, input, quiet) : await threadNamed(engine, word)
    if (E.isLeft(named)) return named as E.Left<StoreError>
    const threadId = named.right
    if (threadId === null) return CANCELLED
    const located = await engine.locate(threadId)()
    if (E.isLeft(located)) return located
    if (located.right.archived)
      return refused(
        `thread ${threadId} is archived, and Codex resumes no archived thread`,
        `type "unroll unarchive ${threadId}", then resume it`
      )
    const thread = await engine.readThread(threadId, false)()
    if (E.isLeft(thread)) return thread
    const directory = thread.right.cwd
    if (!isFolder(directory)) {
      const where = directory === '' ? 'the directory is unknown' : `${directory} does not exist`
      const next = `change to another directory and type "${PROGRAM} resume ${threadId}"`
      return refused(`thread ${threadId} cannot be resumed in its directory: ${where}`, next)
    }
    resumed = { threadId, directory }
    return 0
  })
  return resumed === null ? E.left(ended) : E.right(resumed)
}

/** Runs a program in place of this one: where the system can, else until it ends. */
const become = (
  program: string,
  words: ReadonlyArray<string>,
  directory: string,
  env: NodeJS.ProcessEnv
): Promise<number> => {
  const { execve } = process as unknown as {
    readonly execve?: (file: string, args: ReadonlyArray<string>, env: object) => never
  }
  process.chdir(directory)
  if (execve !== undefined && process.platform !== 'win32')
    execve(program, [PROGRAM, ...words], { ...env, PWD: directory })
  // Ctrl-C is for the program; ending this one would leave it without its terminal.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.removeAllListeners(signal)
  process.on('SIGINT', () => undefined)
  return new Promise((resolve) => {
    const child = spawn(program, words, {
      stdio: 'inherit',
      env: { ...env, PWD: directory },
      shell: process.platform === 'win32'
    })
    for (const signal of ['SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => void child.kill(signal))
    child.on('error', () => resolve(CANNOT_RUN))
    child.on('close', (code) => resolve(code ?? CANCELLED))
  })
}

export const resumeCommand: HomeCommand = async (input, io, place, open) => {
  if (place.store !== undefined)
    return refused(
      'Codex resumes threads of a home, and a store holds the threads',
      'copy the thread to a home with "unroll store pull", then resume it there'
    )
  const found = await resumable(input, io, place, open)
  if (E.isLeft(found)) return found.left
  const { threadId, directory } = found.right
  const words = ['resume', threadId]
  const isDefault = place.home === defaultHome({})
  if (flagOf(input, 'print')) {
    const home = isDefault ? '' : `CODEX_HOME=${shellWord(place.home)} `
    const command = `cd ${shellWord(directory)} && ${home}${PROGRAM} ${words.join(' ')}`
    await io.out(`${command}\n`)
    return 0
  }
  const program = programIn(PROGRAM, io.env)
  if (program === null)
    return refused(
      'Codex is not in $PATH',
      'install it with "npm install -g @openai/codex", or see the command with --print'
    )
  return become(program, words, directory, { ...io.env, CODEX_HOME: place.home })
}
