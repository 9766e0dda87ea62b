/**
 * Lets recorded homes go through a store: push, verify, pull; and asks a real Codex about the home that came out what it says
 * about the one that went in. Both must be told alike.
 *
 *   npm run oracle:store -- <path of codex> [home] [--details]
 *
 * `home` is a regular expression. Homes of a later version than that Codex are left out, and those of 0.169 are read by 0.169
 * only. The store is the stand-in, or the server that `EVENTSTORE_URL` names.
 */
import * as E from 'fp-ts/lib/Either.js'
import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { connectWire } from '../../adapters/log/eventstore/connection/connect.ts'
import { homeFiles } from '../../adapters/log/eventstore/sync/home.ts'
import { pull } from '../../adapters/log/eventstore/sync/pull.ts'
import { push } from '../../adapters/log/eventstore/sync/push.ts'
import { isFine, verify } from '../../adapters/log/eventstore/sync/verify.ts'
import type { Wire } from '../../adapters/log/eventstore/wire.ts'
import type { Question } from '../support/agreement.ts'
import { right } from '../support/engines.ts'
import { startEventStore } from '../support/eventstore-server/server.ts'
import { homeNames, removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import { differences } from '../support/normalise.ts'
import { answersAbout } from './answers.ts'
import { freshHome, versionOf } from './codex.ts'
import { threadsOf } from './segments.ts'

/** What is no part of a store: configuration belongs to a machine. */
const OF_THE_MACHINE = ['config.toml', 'AGENTS.md']

const signal = new AbortController().signal
const quiet = { signal, onProgress: () => undefined }

/** The same threads in another folder, by way of a store. */
const throughStore = async (wire: Wire, home: string): Promise<string> => {
  const target = temporaryFolder()
  const here = homeFiles(home).threads()
  const threads = here.map(({ thread }) => thread)
  const pushed = await right(() => push({ home, wire, words: [], dryRun: false, ...quiet }))
  const files = new Map(here.map((one) => [one.thread, one.files] as const))
  let isWhole = pushed.problems.length === 0
  await right(() =>
    verify({
      ...{ wire, threads, files, ...quiet },
      onThread: async (found) => {
        isWhole &&= isFine(found)
      }
    })
  )
  const pulled = await right(() => pull({ home: target, wire, threads, isAll: false, ...quiet }))
  if (!isWhole || pulled.problems.length > 0)
    throw new Error(`not the same: ${JSON.stringify([pushed.problems, pulled.problems])}`)
  for (const name of OF_THE_MACHINE)
    if (existsSync(join(home, name))) copyFileSync(join(home, name), join(target, name))
  return target
}

interface Answer extends Question {
  readonly result?: { readonly thread?: { readonly turns?: ReadonlyArray<unknown> } }
  readonly error?: unknown
}

/** Turns that a whole thread was told with. */
const turnsIn = (answer: unknown): number => (answer as Answer).result?.thread?.turns?.length ?? 0

const eraOfHome = (name: string): string => `0.${name.slice(-3)}`

const isRead = (name: string, version: string): boolean =>
  eraOfHome(name) <= version.slice(0, 5) &&
  (eraOfHome(name) !== '0.169' || version.startsWith('0.169'))

const details = process.argv.includes('--details')
const [binary = process.env['CODEX'] ?? '', homes = '.'] = process.argv
  .slice(2)
  .filter((word) => !word.startsWith('--'))
if (binary === '') {
  process.stderr.write('usage: npm run oracle:store -- <path of codex> [home] [--details]\n')
  process.exit(2)
}
const version = versionOf(binary)
const sums = { homes: 0, threads: 0, turns: 0, answers: 0, errors: 0, different: 0 }
for (const name of homeNames().filter(
  (one) => new RegExp(homes).test(one) && isRead(one, version)
)) {
  const named = process.env['EVENTSTORE_URL']
  const server = named === undefined ? await startEventStore() : null
  const wire = await connectWire(named ?? server?.url ?? '')
  if (E.isLeft(wire)) throw new Error(JSON.stringify(wire.left))
  const home = freshHome(name)
  const target = await throughStore(wire.right, home)
  const is169 = version.startsWith('0.169')
  const before = await answersAbout(binary, home, is169)
  const after = await answersAbout(binary, target, is169)
  const different = before.flatMap((answer, i) => {
    const paths = [...new Set(differences(answer, after[i]))]
    return paths.length === 0 ? [] : [{ answer, other: after[i], paths }]
  })
  sums.homes += 1
  sums.threads += new Set(threadsOf(home)).size
  sums.answers += before.length
  sums.different += different.length
  sums.turns += before.reduce((sum: number, answer) => sum + turnsIn(answer), 0)
  sums.errors += before.filter((answer) => (answer as Answer).error !== undefined).length
  process.stdout.write(
    `${name}: ${before.length - different.length} of ${before.length} answers equal\n`
  )
  for (const { answer, other, paths } of different) {
    process.stdout.write(`  ${JSON.stringify((answer as Question).method)} ${paths.join(' ')}\n`)
    if (details)
      process.stdout.write(
        `  ${JSON.stringify(answer).slice(0, 2000)}\n  ${JSON.stringify(other).slice(0, 2000)}\n`
      )
  }
  for (const folder of [home, target]) removeFolder(folder)
  await wire.right.dispose()
  await server?.stop()
}
process.stdout.write(
  `${version}: ${sums.homes} homes, ${sums.threads} threads, ${sums.turns} turns, ${sums.answers} answers ` +
    `(${sums.errors} of them errors), ${sums.different} different\n`
)
process.exit(sums.different === 0 ? 0 : 1)
