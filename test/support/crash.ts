/**
 * Processes that die while they append, and what must be true of the files they leave.
 *
 * A trial is one thread that a killed process was appending to. One process works on several threads, so that one
 * kill makes several trials. The entry is bundled once: starting it then takes a fraction of the time.
 */
import { buildSync } from 'esbuild'
import { EVERY_LINE } from '../../domain/log/needs.ts'
import * as E from 'fp-ts/lib/Either.js'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { jsonlStore } from '../../adapters/log/jsonl/store.ts'
import type { DamagedLine, RecordedEvent } from '../../domain/log/event.ts'
import { streamId } from '../../domain/ids.ts'
import { DEFAULT_PROFILE } from '../../domain/log/profile.ts'
import { findStream, isDamaged, START, type EventStore } from '../../replay/ports.ts'
import { removeFolder, temporaryFolder } from './fixture-home.ts'
import { emptyHome, idOf, linesOf, metaLine, rolloutPath, writeRollout } from './rollouts.ts'

/** Bundles the child entry into a folder; answers its path. */
export const bundleEntry = (folder: string): string => {
  const outfile = join(folder, 'append-entry.cjs')
  const entry = join(import.meta.dirname, 'append-entry.ts')
  buildSync({ entryPoints: [entry], bundle: true, platform: 'node', format: 'cjs', outfile })
  return outfile
}

/** A child process of the entry, and what it printed. */
export const child = (entry: string, args: ReadonlyArray<string>) => {
  const process_ = spawn(process.execPath, [entry, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const text = { out: '', err: '' }
  process_.stdout.on('data', (chunk: Buffer) => (text.out += chunk.toString()))
  process_.stderr.on('data', (chunk: Buffer) => (text.err += chunk.toString()))
  return { process: process_, text, ended: once(process_, 'close').then(() => text) }
}

interface Acknowledged {
  readonly thread: string
  readonly revision: number
  readonly message: string
}

const LINE = /^(\S+) (\d+) (.*)$/

/** Whole lines only: the process may have died while it printed. */
const acknowledgedIn = (out: string): ReadonlyArray<Acknowledged> =>
  out
    .split('\n')
    .slice(0, -1)
    .flatMap((text) => {
      const [, thread = '', revision, message = ''] = LINE.exec(text) ?? []
      return [{ thread, revision: Number(revision), message }]
    })

/** Every line of a thread. */
export const everyLine = async (
  store: EventStore,
  id: string
): Promise<ReadonlyArray<RecordedEvent | DamagedLine>> => {
  const found = findStream(store, streamId(id))
  if (E.isLeft(found)) throw new Error(`thread ${id} is not there`)
  const lines: Array<RecordedEvent | DamagedLine> = []
  for await (const batch of store.read(found.right, START, EVERY_LINE)) lines.push(...batch.lines)
  return lines
}

/** The text of a message line; of a damaged line the reason. */
export const messageOf = (line: RecordedEvent | DamagedLine | undefined): string | undefined => {
  if (line === undefined || isDamaged(line)) return line?.reason
  return (line.line.payload as { readonly message?: string }).message
}

/** What a batch of trials found. */
export interface CrashReport {
  readonly kills: number
  readonly trials: number
  readonly acknowledged: number
  /** Acknowledged events that are not where they were acknowledged. */
  readonly lost: ReadonlyArray<string>
  /** Threads with more damaged lines than kills could leave, or that could not be appended to afterwards. */
  readonly broken: ReadonlyArray<string>
  readonly tornTails: number
  readonly locksLeft: number
}

/** Appends to a thread after a kill, and counts its damaged lines. */
const heal = async (store: EventStore, path: string, id: string) => {
  const torn = !readFileSync(path, 'utf8').endsWith('\n')
  const healed = await store.append(streamId(id), 'any', [
    {
      timestamp: '2026-05-01T10:00:00.000Z',
      type: 'event_msg',
      payload: { type: 'user_message', message: 'healed' }
    }
  ])()
  const lines = await everyLine(store, id)
  const isHealed = E.isRight(healed) && messageOf(lines[healed.right.from.revision]) === 'healed'
  return { torn, isHealed, lines, damaged: lines.filter(isDamaged).length }
}

/** A home is replaced after this many kills, so that checking it stays quick. */
const KILLS_PER_HOME = 8

interface Findings {
  acknowledged: number
  tornTails: number
  locksLeft: number
  readonly lost: Array<string>
  readonly broken: Array<string>
}

/** Kills processes over one home, by seed, and adds what was found after each. */
const crashHome = async (
  entry: string,
  seeds: ReadonlyArray<number>,
  threads: number,
  found: Findings
): Promise<void> => {
  const home = emptyHome()
  const ids = Array.from({ length: threads }, (_, i) => idOf(i + 1))
  for (const id of ids) writeRollout(rolloutPath(home, id), linesOf([metaLine(id)]))
  const kept: Array<Acknowledged> = []
  const tears = new Map<string, number>()
  for (const seed of seeds) {
    const one = child(entry, ['fault', home, `seed${seed}`, String(seed), ...ids])
    const answers = (seed * 37) % 400
    if (seed % 2 === 1)
      one.process.stdout.on('data', () => {
        if (one.text.out.split('\n').length > answers) one.process.kill('SIGKILL')
      })
    const { out, err } = await one.ended
    if (err !== '') found.broken.push(`seed ${seed}: ${err}`)
    kept.push(...acknowledgedIn(out))
    found.locksLeft += readdirSync(join(home, '.unroll', 'locks')).length
    const store = jsonlStore({ home, profile: DEFAULT_PROFILE, strict: false })
    for (const id of ids) {
      const { torn, isHealed, lines, damaged } = await heal(store, rolloutPath(home, id), id)
      tears.set(id, (tears.get(id) ?? 0) + (torn ? 1 : 0))
      found.tornTails += torn ? 1 : 0
      if (!isHealed || damaged > (tears.get(id) ?? 0))
        found.broken.push(`seed ${seed}, thread ${id}: ${damaged} damaged lines`)
      for (const { thread, revision, message } of kept)
        if (thread === id && messageOf(lines[revision]) !== message)
          found.lost.push(`seed ${seed}, thread ${id}: revision ${revision}`)
    }
  }
  found.acknowledged += kept.length
  removeFolder(home)
}

/**
 * Kills so many processes, each while it appends to several threads of one home: one half at a point of a write that the
 * seed decides, the other half from outside after a number of answers. After each the threads are checked and healed.
 */
export const crashes = async (
  kills: number,
  threads: number,
  seed: number
): Promise<CrashReport> => {
  const folder = temporaryFolder()
  const entry = bundleEntry(folder)
  const found: Findings = { acknowledged: 0, tornTails: 0, locksLeft: 0, lost: [], broken: [] }
  const seeds = Array.from({ length: kills }, (_, i) => seed + i)
  for (let at = 0; at < kills; at += KILLS_PER_HOME)
    await crashHome(entry, seeds.slice(at, at + KILLS_PER_HOME), threads, found)
  removeFolder(folder)
  return { kills, trials: kills * threads, ...found }
}

/** What a sweep found; `kills` is 0 where strace is not installed. */
export interface SweepReport {
  readonly kills: number
  readonly lost: ReadonlyArray<string>
  readonly broken: ReadonlyArray<string>
}

/**
 * Kills one append at each of its system calls on the rollout and on the folder of locks, one after the other, until it
 * survives. Wants strace.
 */
export const sweep = async (): Promise<SweepReport> => {
  const folder = temporaryFolder()
  const entry = bundleEntry(folder)
  const [lost, broken]: [Array<string>, Array<string>] = [[], []]
  let kills = 0
  for (const torn of ['', '{"torn'])
    for (let call = 1, isDone = false; !isDone; call++) {
      const home = emptyHome()
      const id = idOf(1)
      const path = rolloutPath(home, id)
      writeRollout(path, linesOf([metaLine(id)]) + torn)
      const locks = join(home, '.unroll', 'locks')
      mkdirSync(locks, { recursive: true })
      const fault = `inject=%file,%desc:signal=SIGKILL:when=${call}`
      const args = ['-f', '-qq', '-o', '/dev/null', '-P', path, '-P', locks, '-e', fault]
      const command = [process.execPath, entry, 'once', home, id]
      const { status, stdout, error } = spawnSync('strace', [...args, ...command])
      const isAcknowledged = String(stdout).includes('"_tag":"Right"')
      isDone = status === 0 || error !== undefined
      kills += isDone ? 0 : 1
      const store = jsonlStore({ home, profile: DEFAULT_PROFILE, strict: false })
      const { isHealed, lines, damaged } = await heal(store, path, id)
      const count = lines.filter((line) => messageOf(line) === 'once').length
      if (isAcknowledged && count !== 1) lost.push(`call ${call}${torn}`)
      if (!isHealed || count > 1 || damaged > 1) broken.push(`call ${call}${torn}`)
      removeFolder(home)
    }
  removeFolder(folder)
  return { kills, lost, broken }
}
