/**
 * `--turns` and what goes with it: which Codex runs turns, and how.
 */
import * as E from 'fp-ts/lib/Either.js'
import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { PROFILES, type ProfileName } from '../../../../domain/log/profile.ts'
import type { CodexTurns, RouteFamily } from '../../../rpc/app-server.ts'
import { eraOf } from '../../../rpc/turns/era.ts'
import { FAMILIES } from '../../../rpc/turns/routes.ts'
import { listOf, numberOf, textOf, type Input } from '../../args.ts'
import type { Io } from '../../io.ts'

/** Options that mean something with `--turns` only. */
const NEEDS_TURNS = ['preload', 'turns-idle', 'turns-without']

const IDLE_SECONDS = 600
const VERSION_MS_MAX = 20_000

const isFamily = (word: string): word is RouteFamily => Object.hasOwn(FAMILIES, word)

const familiesIn = (input: Input): E.Either<string, ReadonlySet<RouteFamily>> => {
  const words = (textOf(input, 'turns-without') ?? '').split(',').filter((word) => word !== '')
  const unknown = words.find((word) => !isFamily(word))
  return unknown === undefined
    ? E.right(new Set(words.filter(isFamily)))
    : E.left(
        `--turns-without: unknown family "${unknown}"; expected ${Object.keys(FAMILIES).join(', ')}`
      )
}

/** The program that `--turns` names: `codex` is looked for as a shell does. */
const programIn = (text: string, io: Io): E.Either<string, string> => {
  if (text === 'codex') return E.right('codex')
  const path = text.startsWith('codex=') ? text.slice('codex='.length) : ''
  return path === ''
    ? E.left(`--turns takes \`codex\` or \`codex=PATH\`, not "${text}"`)
    : E.right(resolve(io.cwd, path))
}

/** Options of `codex app-server` that go to Codex as they stand. */
const passedOn = (input: Input): ReadonlyArray<string> => [
  ...listOf(input, 'config').flatMap((value) => ['-c', value]),
  ...(['enable', 'disable'] as const).flatMap((name) =>
    listOf(input, name).flatMap((value) => [`--${name}`, value])
  )
]

/** True for an option, as it was written, that goes to Codex. */
export const isPassedOn = (written: string): boolean => /^(?:-c|--enable|--disable) /.test(written)

/** What the options say; null without `--turns`. */
export const turnsOptions = (input: Input, io: Io): E.Either<string, CodexTurns | null> => {
  const text = textOf(input, 'turns')
  if (text === undefined) {
    const given = NEEDS_TURNS.find((name) => textOf(input, name) !== undefined)
    return given === undefined ? E.right(null) : E.left(`--${given} needs --turns`)
  }
  if (process.platform === 'win32')
    return E.left('--turns needs a system with socket files; it does not work on Windows')
  const path = programIn(text, io)
  if (E.isLeft(path)) return path
  const without = familiesIn(input)
  if (E.isLeft(without)) return without
  return E.right({
    path: path.right,
    args: passedOn(input),
    preload: (textOf(input, 'preload') ?? 'auto') as CodexTurns['preload'],
    idleMs: (numberOf(input, 'turns-idle') ?? IDLE_SECONDS) * 1000,
    without: without.right
  })
}

/** What a program says its version is; `Left` says why it cannot be asked. */
const versionOf = (path: string): Promise<E.Either<string, string>> =>
  new Promise((resolve) => {
    execFile(path, ['--version'], { timeout: VERSION_MS_MAX }, (failure, stdout) =>
      resolve(
        failure === null
          ? E.right(stdout.trim())
          : E.left(failure.message.split('\n')[0] ?? failure.message)
      )
    )
  })

/** The profile of a server whose turns a Codex runs, and what people should know. */
export interface TurnsProfile {
  readonly profile: ProfileName
  readonly note: string | null
}

/**
 * The era of the program decides. One that is unknown or another than the one asked for is refused; one that cannot be started may be
 * there later, and reading goes on without it.
 */
export const turnsProfile = async (
  { path }: CodexTurns,
  asked: string | undefined,
  usual: ProfileName
): Promise<E.Either<string, TurnsProfile>> => {
  const version = await versionOf(path)
  if (E.isLeft(version))
    return E.right({
      profile: usual,
      note: `${path} cannot be started (${version.left}); reading works, and messages fail until it can`
    })
  const era = eraOf(version.right)
  if (era === null)
    return E.left(
      `--turns: ${path} is ${version.right}; known versions are ${Object.keys(PROFILES).join(', ')}`
    )
  return asked === undefined || asked === era
    ? E.right({ profile: era, note: null })
    : E.left(`--turns: ${path} is ${version.right}, not ${asked}; leave --profile out`)
}
