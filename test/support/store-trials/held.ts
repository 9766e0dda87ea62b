/**
 * What a store holds, found without any code of the adapter: from the events of the stand-in to the bytes of each file,
 * and what is wrong with them beside the files of a home.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { StoredEvent } from '../eventstore-server/records.ts'

interface Metadata {
  readonly segment?: string
  readonly offset?: number
  readonly bytes?: number
  readonly part?: number
  readonly parts?: number
  readonly group?: number
  readonly until?: number
}

/** An event of a stream, as far as these checks look. */
type Event = Pick<StoredEvent, 'stream' | 'revision' | 'type' | 'data' | 'metadata'>

const metadataOf = ({ metadata }: Event): Metadata => JSON.parse(metadata.toString()) as Metadata

/** Events by stream, those of groups without an end left out: they never counted. */
export const counted = (log: ReadonlyArray<Event>): ReadonlyMap<string, ReadonlyArray<Event>> => {
  const streams = new Map<string, Array<Event>>()
  for (const event of log) {
    const stream = streams.get(event.stream) ?? []
    stream.push(event)
    streams.set(event.stream, stream)
  }
  for (const [name, events] of streams) {
    const isWhole = (event: Event): boolean => {
      const { group, until } = metadataOf(event)
      if (until === undefined) return true
      const last = events[until]
      return last !== undefined && metadataOf(last).group === group
    }
    streams.set(name, events.filter(isWhole))
  }
  return streams
}

const FACT = /^unroll-(placed|archived|unarchived|deleted|restored|named|imported)$/

/** The bytes of every segment of a stream, and what stands twice or leaves a hole. */
const segmentsOf = (events: ReadonlyArray<Event>) => {
  const problems: Array<string> = []
  const segments = new Map<string, { bytes: Buffer[]; end: number; isTail: boolean }>()
  for (const event of events) {
    if (FACT.test(event.type)) continue
    const { segment = '', offset = -1, part = 0, parts = 1 } = metadataOf(event)
    const known = segments.get(segment) ?? { bytes: [], end: 0, isTail: false }
    segments.set(segment, known)
    if (known.isTail && offset < known.end && part === 0) {
      // What follows takes the place of an unfinished line.
      known.bytes.pop()
      known.end = offset
    }
    if (part === 0 && offset !== known.end)
      problems.push(`${segment}: an event at ${offset}, after ${known.end} bytes`)
    known.isTail = event.type === 'unroll-tail'
    const isLine = !known.isTail && event.type !== 'unroll-blank' && part === parts - 1
    const bytes = isLine ? Buffer.concat([event.data, Buffer.from('\n')]) : event.data
    known.bytes.push(bytes)
    known.end += bytes.length
  }
  return { problems, segments }
}

/** Plain rollouts of a home, by the id at the end of their name. */
export const rolloutFiles = (home: string): ReadonlyMap<string, Buffer> =>
  new Map(
    (existsSync(home) ? readdirSync(home, { recursive: true, withFileTypes: true }) : [])
      .filter((entry) => entry.isFile() && /^rollout-.*\.jsonl$/.test(entry.name))
      .filter(({ parentPath }) => !parentPath.startsWith(join(home, '.unroll')))
      .map(({ parentPath, name }) => [
        basename(name, '.jsonl').slice(-36),
        readFileSync(join(parentPath, name))
      ])
  )

/** Where a store does not hold every byte of every rollout of a home exactly once. */
export const storeProblems = (log: ReadonlyArray<Event>, home: string): ReadonlyArray<string> => {
  const problems: Array<string> = []
  const held = new Map<string, Buffer>()
  for (const [stream, events] of counted(log)) {
    if (!stream.startsWith('thread-')) continue
    const { problems: found, segments } = segmentsOf(events)
    problems.push(...found.map((text) => `${stream}: ${text}`))
    for (const [segment, { bytes }] of segments) held.set(segment, Buffer.concat(bytes))
  }
  const files = rolloutFiles(home)
  for (const [segment, content] of files) {
    const stored = held.get(segment)
    if (stored === undefined) problems.push(`${segment} is not in the store`)
    else if (!stored.equals(content))
      problems.push(`${segment}: ${stored.length} bytes instead of ${content.length}, or others`)
  }
  for (const segment of held.keys())
    if (!files.has(segment)) problems.push(`${segment} is only in the store`)
  return problems
}

/** How often each name was written, as facts of the store say. */
export const namesHeld = (log: ReadonlyArray<Event>): ReadonlyArray<string> =>
  [...counted(log).values()]
    .flat()
    .filter(({ type }) => type === 'unroll-named')
    .map(({ stream, data }) => {
      const { name } = JSON.parse(data.toString()) as { readonly name: string }
      return `${stream.slice('thread-'.length)} ${name}`
    })
    .toSorted()

/** The same of the file of a home. */
export const namesOf = (home: string): ReadonlyArray<string> => {
  try {
    return readFileSync(join(home, 'session_index.jsonl'), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { readonly id: string; readonly thread_name: string })
      .map(({ id, thread_name }) => `${id} ${thread_name}`)
      .toSorted()
  } catch {
    return []
  }
}
