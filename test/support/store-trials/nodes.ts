/**
 * Processes that append to one thread of a store at the same time, and what is wrong with the thread afterwards.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { v7 } from 'uuid'
import { messageOf } from '../crash.ts'
import { begins, openNode } from './node.ts'

/** How nodes append; see append-entry.ts. */
const HOWS = ['revision', 'any', 'same'] as const

export interface NodesReport {
  readonly appended: number
  readonly refusals: number
  readonly problems: ReadonlyArray<string>
}

const child = async (words: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const entry = join(import.meta.dirname, 'append-entry.ts')
  const process_ = spawn(process.execPath, ['--import', 'tsx', entry, ...words], {
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const text = { out: '', err: '' }
  process_.stdout.on('data', (chunk: Buffer) => (text.out += chunk.toString()))
  process_.stderr.on('data', (chunk: Buffer) => (text.err += chunk.toString()))
  await once(process_, 'close')
  if (process_.exitCode !== 0)
    throw new Error(`a node ended with ${process_.exitCode}: ${text.err}`)
  return text.out.split('\n').filter(Boolean)
}

const problemsOf = (
  how: (typeof HOWS)[number],
  all: ReadonlyArray<string | undefined>,
  said: ReadonlyArray<ReadonlyArray<string>>,
  count: number
): ReadonlyArray<string> => {
  const wanted = how === 'same' ? count : count * said.length
  const problems: Array<string> = []
  if (all.length - 1 !== wanted)
    problems.push(`${how}: ${all.length - 1} lines instead of ${wanted}`)
  if (new Set(all).size !== all.length) problems.push(`${how}: a line is there twice`)
  if (how === 'same') {
    const won = said.flat().filter((line) => line.endsWith(' won'))
    const revisions = new Set(won)
    if (won.length !== count || revisions.size !== count)
      problems.push(`${won.length} wins of ${revisions.size} revisions instead of ${count}`)
    return problems
  }
  for (const line of said.flat()) {
    const [revision = '', message] = line.split(' ')
    if (all[Number(revision)] !== message) problems.push(`${how}: ${message} is not at ${revision}`)
  }
  return problems
}

/** Lets so many processes append so many events each, in each of three ways, to a new thread each time. */
export const nodesReport = async (
  url: string,
  processes: number,
  count: number
): Promise<NodesReport> => {
  const node = await openNode(url)
  const problems: Array<string> = []
  let [appended, refusals] = [0, 0]
  try {
    for (const how of HOWS) {
      const thread = v7()
      await node.append(thread, 'no_stream', [begins(thread)])
      const told = await Promise.all(
        Array.from({ length: processes }, (_, i) =>
          child([url, thread, String.fromCharCode(97 + i), String(count), how])
        )
      )
      for (const lines of told) refusals += Number(lines.at(-1)?.replace('refusals ', ''))
      const said = told.map((lines) => lines.slice(0, -1))
      const all = (await node.lines(thread)).map((line, i) => (i === 0 ? '' : messageOf(line)))
      appended += all.length - 1
      problems.push(...problemsOf(how, all, said, count))
    }
  } finally {
    await node.close()
  }
  return { appended, refusals, problems }
}
