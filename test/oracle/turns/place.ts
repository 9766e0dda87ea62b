/**
 * Where turns of a real Codex are tried: a recorded home whose model is a stand-in, the directory its threads work in, a home of
 * its own for a terminal interface, and the servers that may stand before it.
 */
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProfileName } from '../../../domain/log/profile.ts'
import { removeFolder } from '../../support/fixture-home.ts'
import { freshHome } from '../codex.ts'
import { clientHome, codexServer, unrollServer, type Starter } from '../listening.ts'

export interface TurnsPlace {
  readonly home: string
  /** Where the threads of the home work. */
  readonly directory: string
  /** `CODEX_HOME` and `HOME` of an interface. */
  readonly own: string
  readonly remove: () => void
}

/** The rollouts of a home, by the time they were begun. */
export const rolloutsIn = (home: string): ReadonlyArray<string> =>
  (readdirSync(home, { recursive: true }) as Array<string>)
    .filter((path) => /rollout-.*\.jsonl$/.test(path))
    .sort((one, other) =>
      (one.split('/').at(-1) ?? '').localeCompare(other.split('/').at(-1) ?? '')
    )
    .map((path) => join(home, path))

/** Changes a file that keeps its time. */
const rewrite = (path: string, change: (text: string) => string): void => {
  const { mtimeMs } = statSync(path)
  writeFileSync(path, change(readFileSync(path, 'utf8')))
  utimesSync(path, mtimeMs / 1000, mtimeMs / 1000)
}

/** Policies under which the next thread asks: about every command, or in 0.169 about those that leave the sandbox. */
const policyOf = (era: ProfileName): readonly [approval: string, sandbox: string] =>
  era === '0.169' ? ['on-request', 'workspace-write'] : ['untrusted', 'danger-full-access']

/** Copies a recorded home for turns whose model listens at that port. */
export const turnsPlace = (
  era: ProfileName,
  port: number,
  name = `basic-${era.slice(2)}`
): TurnsPlace => {
  const home = freshHome(name)
  const directory = mkdtempSync(join(tmpdir(), 'unroll-work-'))
  for (const path of rolloutsIn(home))
    rewrite(path, (text) => text.replace(/\/workspace\/(?:demo|repo)\b/g, directory))
  const config = join(home, 'config.toml')
  const [approval, sandbox] = policyOf(era)
  rewrite(config, (text) =>
    text
      .replace('19427', String(port))
      .replace('approval_policy = "never"', `approval_policy = "${approval}"`)
      .replace('danger-full-access', sandbox)
  )
  const own = clientHome(home, directory)
  rewrite(config, (text) => `${text}\n[projects."${directory}"]\ntrust_level = "trusted"\n`)
  return { home, directory, own, remove: () => [home, directory, own].forEach(removeFolder) }
}

/** Login shells of root read much that takes long; a folder without it is their home. */
const quietEnvironment = ({ own }: TurnsPlace, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...env,
  HOME: own,
  MOCK_KEY: 'none',
  RUST_LOG: 'off'
})

const within = (place: TurnsPlace, { name, command }: Starter): Starter => ({
  name,
  command: (home) => {
    const [program, args, env] = command(home)
    return [program, args, quietEnvironment(place, env)]
  }
})

/** The real server alone. */
export const realServer = (place: TurnsPlace, codex: string): Starter =>
  within(place, codexServer(codex))

/** This server, whose turns that Codex runs. */
export const relayServer = (
  place: TurnsPlace,
  era: ProfileName,
  codex: string,
  options: ReadonlyArray<string> = []
): Starter => within(place, unrollServer(era, ['--turns', `codex=${codex}`, ...options]))
