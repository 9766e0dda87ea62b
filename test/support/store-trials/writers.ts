/**
 * Processes that append to one thread until they are ended or killed, and whether the thread holds exactly what they were
 * answered.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const ENTRY = join(import.meta.dirname, 'append-entry.ts')

/** The exit code of a writer that could not reach the server for half a minute. */
const GAVE_UP = 8

/** How many appends a writer begins at most: more than it gets to. */
const MANY = '1000000'

interface Writer {
  readonly name: string
  readonly child: ChildProcess
  readonly text: { out: string; err: string }
  readonly closed: Promise<unknown>
  /** Killed by the trial. */
  wasKilled: boolean
}

const answersOf = ({ text }: Writer): ReadonlyArray<readonly [revision: number, message: string]> =>
  text.out
    .split('\n')
    .slice(0, -1)
    .filter((line) => /^\d+ /.test(line))
    .map((line) => [Number(line.split(' ')[0]), line.slice(line.indexOf(' ') + 1)])

/** Writers to a thread of a store. */
export const writersTo = (url: string, thread: string) => {
  const all: Array<Writer> = []
  const start = (how: 'any' | 'revision'): void => {
    const name = `w${all.length}`
    const words = ['--import', 'tsx', ENTRY, url, thread, name, MANY, how]
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] })
    const text = { out: '', err: '' }
    child.stdout.on('data', (chunk: Buffer) => (text.out += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (text.err += chunk.toString()))
    all.push({ name, child, text, closed: once(child, 'close'), wasKilled: false })
  }
  const isRunning = ({ child }: Writer): boolean =>
    child.exitCode === null && child.signalCode === null
  const running = (): ReadonlyArray<Writer> => all.filter(isRunning)
  /** Ended without knowing of the last append. */
  const isUntold = ({ wasKilled, child }: Writer): boolean =>
    wasKilled || child.exitCode === GAVE_UP
  const answered = (): number => all.reduce((sum, writer) => sum + answersOf(writer).length, 0)

  /** Kills the writer that has run longest. */
  const killOne = async (): Promise<void> => {
    const [writer] = running()
    if (writer === undefined) return
    writer.wasKilled = true
    writer.child.kill('SIGKILL')
    await writer.closed
  }

  /** Waits until every running writer was answered once more. */
  const progress = async (): Promise<void> => {
    const before = running().map((writer) => [writer, answersOf(writer).length] as const)
    const isBehind = () =>
      before.some(([writer, count]) => isRunning(writer) && answersOf(writer).length === count)
    while (isBehind()) await new Promise((done) => setTimeout(done, 20))
  }

  const end = async (): Promise<void> => {
    for (const { child } of running()) child.kill('SIGTERM')
    for (const { closed } of all) await closed
  }

  /** `said` has the messages of the thread behind its first line, by revision from 1 on. */
  const problems = (said: ReadonlyArray<string | undefined>): ReadonlyArray<string> => {
    const found: Array<string> = []
    const answers = new Map(all.flatMap(answersOf))
    const sum = answered()
    if (answers.size !== sum) found.push(`${sum - answers.size} revisions were given twice`)
    for (const [revision, message] of answers)
      if (said[revision - 1] !== message) found.push(`lost: ${message} is not at ${revision}`)
    const counts = new Map<string | undefined, number>()
    for (const message of said) counts.set(message, (counts.get(message) ?? 0) + 1)
    for (const [message, count] of counts)
      if (count > 1) found.push(`${message} stands there ${count} times`)
    // Of a writer that was killed or gave up one append may have got there that nobody was told of.
    const untold = new Set(
      all.filter(isUntold).map((one) => `${one.name}-${answersOf(one).length}`)
    )
    for (const [at, message] of said.entries())
      if (!answers.has(at + 1) && !untold.has(message ?? ''))
        found.push(`nobody was told of ${message}`)
    for (const writer of all)
      if (writer.child.exitCode !== 0 && !isUntold(writer))
        found.push(`${writer.name} ended: ${writer.text.err}`)
    return found
  }
  return { start, running, answered, killOne, progress, end, problems }
}
