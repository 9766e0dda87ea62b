/**
 * Trials in which a real server, or a node of it, is killed: while processes append to a thread, and while a home is pushed by two
 * processes at once. What it answered must be there once, and each line of the home too.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { v7 } from 'uuid'
import { random } from '../random.ts'
import { messageOf } from '../crash.ts'
import { removeFolder, temporaryFolder } from '../fixture-home.ts'
import { linesOf, metaLine, rolloutPath, userLine } from '../rollouts.ts'
import { rolloutFiles, storeProblems } from './held.ts'
import { begins, openNode } from './node.ts'
import type { Program, Ran } from './program.ts'
import { eventsHeld } from './real-log.ts'
import type { RealServer } from './real-server.ts'
import { threadsIn } from './renamed-home.ts'
import { writersTo } from './writers.ts'

/** What trials came to. */
export interface RealReport {
  readonly name: string
  /** SIGKILLs of a server or a node of it while something was under way. */
  readonly serverKills: number
  /** Of these: of the leader of several nodes. */
  readonly leaderKills: number
  /** SIGKILLs of processes that append or push. */
  readonly writerKills: number
  /** Events, or lines, that were written. */
  readonly written: number
  readonly problems: ReadonlyArray<string>
}

/** The exit code of a push that could not reach the server. */
const GAVE_UP = 8

/** How often a command is begun anew: on a busy machine a server that was just started answers nothing for long. */
const RUNS_MAX = 5

/** Runs until it could reach the server. */
const insisted = async (program: Program, words: ReadonlyArray<string>): Promise<Ran> => {
  let ran = await program.start(words).ended
  for (let runs = 1; runs < RUNS_MAX && ran.code === GAVE_UP; runs++)
    ran = await program.start(words).ended
  return ran
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

const streamOf = (thread: string): string => `thread-${thread}`

/** SIGKILLs of a server, or of its nodes: of the leader mostly. */
const killer = (server: RealServer, next: () => number) => {
  const counted = { serverKills: 0, leaderKills: 0 }
  /** Counts only while something is under way; false when nothing was. */
  const restart = async (isUnderWay: () => boolean): Promise<boolean> => {
    const leader = await server.leader()
    const node = next() < 0.8 ? leader : Math.floor(next() * server.nodes)
    if (!isUnderWay()) return false
    await server.kill(node)
    counted.serverKills += 1
    if (server.nodes > 1 && node === leader) counted.leaderKills += 1
    await pause(next() * 500)
    await server.start(node)
    return true
  }
  return { counted, restart }
}

/** The server is killed so often while two processes append to one thread; in every fourth round one of them dies too. */
export const appendTrial = async (
  server: RealServer,
  seed: number,
  kills: number
): Promise<RealReport> => {
  const next = random(seed)
  const problems: Array<string> = []
  const thread = v7()
  const first = await openNode(server.url)
  await first.append(thread, 'no_stream', [begins(thread)])
  await first.close()
  const writers = writersTo(server.url, thread)
  const { counted, restart } = killer(server, next)
  let writerKills = 0
  writers.start('any')
  writers.start('revision')
  for (let at = 0; at < kills; at++) {
    await writers.progress()
    await pause(next() * 700)
    const isWriterKilled = next() < 0.25
    if (isWriterKilled) {
      await writers.killOne()
      writerKills += 1
    }
    if (!(await restart(() => writers.running().length > 0))) break
    while (writers.running().length < 2) writers.start(next() < 0.5 ? 'any' : 'revision')
  }
  await writers.progress()
  await writers.end()
  const node = await openNode(server.url)
  const said = (await node.lines(thread)).slice(1).map(messageOf)
  await node.close()
  problems.push(...writers.problems(said))
  const held = await eventsHeld(server.url, [streamOf(thread)])
  const lines = held.filter(({ type }) => type.startsWith('event_msg'))
  if (lines.length !== said.length)
    problems.push(`${lines.length} events in the stream, ${said.length} lines in the thread`)
  return {
    ...{ name: `appends, seed ${seed}`, ...counted, writerKills },
    ...{ written: writers.answered(), problems }
  }
}

/** A home of threads of many sizes; one line is longer than a call. */
const madeHome = (next: () => number, threads: number): string => {
  const home = temporaryFolder()
  for (let thread = 0; thread < threads; thread++) {
    const id = v7()
    const path = rolloutPath(home, id)
    const length = (): number => Math.floor(next() ** 4 * 20_000)
    const lines = Array.from({ length: 1 + Math.floor(next() * 80) }, (_, at) =>
      userLine(`${at} ${'ä"\\ '.repeat(length() / 4)}`)
    )
    if (thread === 0) lines.push(userLine('x'.repeat(3_000_000)))
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, linesOf([metaLine(id), ...lines]))
  }
  return home
}

/** What is wrong with a complete copy of a home. */
const copyProblems = async (
  server: RealServer,
  program: Program,
  home: string
): Promise<ReadonlyArray<string>> => {
  const threads = threadsIn(home)
  const streams = threads.map(streamOf)
  const held = await eventsHeld(server.url, streams)
  const problems = [...storeProblems(held, home)]
  const at = ['--store', server.url, '--home']
  const run = async (...words: ReadonlyArray<string>): Promise<void> => {
    const { code, err, out } = await insisted(program, ['store', ...words])
    if (code !== 0) problems.push(`${words[0]} ended with ${code}: ${err}${out}`)
  }
  await run('push', ...at, home)
  const again = await eventsHeld(server.url, streams)
  if (again.length !== held.length)
    problems.push(`another push wrote ${again.length - held.length} events`)
  await run('verify', ...threads, ...at, home)
  const target = temporaryFolder()
  await run('pull', ...threads, ...at, target)
  const [files, pulled] = [rolloutFiles(home), rolloutFiles(target)]
  for (const [id, content] of files)
    if (pulled.get(id)?.equals(content) !== true) problems.push(`${id} comes back otherwise`)
  if (pulled.size !== files.size) problems.push(`${pulled.size} files instead of ${files.size}`)
  removeFolder(target)
  return problems
}

const linesIn = (home: string): number =>
  [...rolloutFiles(home).values()].reduce(
    (sum, content) => sum + content.toString('latin1').split('\n').length - 1,
    0
  )

/**
 * Two equal pushes at once, and the server is killed while they run. In every second trial one push is killed as well, and begun
 * anew.
 */
export const pushTrial = async (
  server: RealServer,
  program: Program,
  seed: number,
  kills: number
): Promise<RealReport> => {
  const next = random(seed)
  const home = madeHome(next, 60)
  const words = ['store', 'push', '--store', server.url, '--home', home]
  const problems: Array<string> = []
  const { counted, restart } = killer(server, next)
  let writerKills = 0
  const pushes = [program.start(words), program.start(words)]
  for (let at = 0; at < kills; at++) {
    await pause(300 + next() * 700)
    const [first] = pushes
    if (at === 0 && next() < 0.5 && first?.isRunning() === true) {
      first.kill('SIGKILL')
      writerKills += 1
    }
    if (!(await restart(() => pushes.some((one) => one.isRunning())))) break
  }
  for (const one of pushes) {
    const first = await one.ended
    // Whoever was killed, or gave up because the server was away for half a minute, pushes again.
    const ran = first.killed || first.code === GAVE_UP ? await insisted(program, words) : first
    if (ran.code !== 0) problems.push(`a push ended with ${ran.code}: ${ran.err}${ran.out}`)
  }
  problems.push(...(await copyProblems(server, program, home)))
  const written = linesIn(home)
  removeFolder(home)
  return { name: `pushes, seed ${seed}`, ...counted, writerKills, written, problems }
}
