/**
 * What many threads cost, from what one costs: the tables of docs/SCALE.md are made here, so that none of their numbers is
 * anything but a measured or cited cost times a number of threads.
 */

/** A cost, and where it comes from. */
export interface Cost {
  readonly value: number
  readonly unit: string
  readonly what: string
  readonly source: string
}

/** Documentation of the server, by the name it has in docs/SCALE.md. */
const INDEXES = '[indexes]'

/** What was measured or is documented; every other number follows. */
export const COSTS = {
  rollout: {
    value: 221_900,
    unit: 'bytes',
    what: 'rollout of a thread',
    source: 'home M: 444 MB, 2,000 threads'
  },
  events: {
    value: 117.4,
    unit: 'events',
    what: 'events of a thread, facts included',
    source: '`bench:stores`, home M'
  },
  log: {
    value: 268_800,
    unit: 'bytes',
    what: 'log of the server for a thread: lines, metadata (240 an event), facts and record headers',
    source: '`bench:stores`, home M'
  },
  serverIndex: {
    value: 24,
    unit: 'bytes',
    what: "the server's index for an event",
    source: INDEXES
  },
  filter: {
    value: 1,
    unit: 'byte',
    what: "the server's stream existence filter for a stream, in memory",
    source: INDEXES
  },
  directoryRow: {
    value: 1_075,
    unit: 'bytes',
    what: 'directory of a thread on a node, on disk',
    source: '`bench:scale`, each thread more'
  },
  directoryMemory: {
    value: 2_300,
    unit: 'bytes',
    what: 'the same in memory, parsed',
    source: '`bench:scale`, each thread more'
  },
  nodeIndex: {
    value: 33_400,
    unit: 'bytes',
    what: 'rows of lists and turns for a thread on a node',
    source: 'index of home M: 66.8 MB'
  },
  catchUp: {
    value: 17_800,
    unit: 'events/s',
    what: 'a node that follows the whole log from its beginning: 56 µs of its processor time an event',
    source: '`bench:scale`'
  },
  fold: {
    value: 6900,
    unit: 'events/s',
    what: 'a node that folds threads into rows, with the reading of their streams: 144 µs of its processor time an event',
    source: '`bench:stores`, home S'
  },
  push: {
    value: 2_700,
    unit: 'events/s',
    what: 'one `store push`: 371 µs of its processor time an event',
    source: '`bench:stores`, home S'
  }
} as const satisfies Record<string, Cost>

/** Numbers of threads that are looked at. */
export const THREADS = [10_000, 1_000_000, 100_000_000]

const SIZES = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** Bytes for people: two digits are as much as a cost is known to. */
export const sizeText = (bytes: number): string => {
  const step = Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  return `${Number((bytes / 1000 ** step).toPrecision(2))} ${SIZES[step]}`
}

/** Counts for people. */
export const countText = (count: number): string => {
  if (count >= 1e9) return `${Number((count / 1e9).toPrecision(2))} G`
  if (count >= 1e6) return `${Number((count / 1e6).toPrecision(2))} M`
  return `${Number((count / 1e3).toPrecision(2))} k`
}

/** Durations for people. */
export const timeText = (seconds: number): string => {
  const [value, unit] =
    seconds < 120
      ? [seconds, 's']
      : seconds < 7200
        ? [seconds / 60, 'min']
        : seconds < 172_800
          ? [seconds / 3600, 'h']
          : [seconds / 86_400, 'days']
  return `${Number(value.toPrecision(2))} ${unit}`
}

const C = COSTS

/** Rows of the capacity table: what, how it follows, and its text for a number of threads. */
const ROWS: ReadonlyArray<readonly [string, string, (threads: number) => string]> = [
  ['streams', 'threads', (n) => countText(n)],
  ['events', 'threads × events', (n) => countText(n * C.events.value)],
  ['rollouts', 'threads × rollout', (n) => sizeText(n * C.rollout.value)],
  ['log of a server', 'threads × log', (n) => sizeText(n * C.log.value)],
  [
    'index of a server',
    'events × index',
    (n) => sizeText(n * C.events.value * C.serverIndex.value)
  ],
  ['existence filter of a server, memory', 'threads × filter', (n) => sizeText(n * C.filter.value)],
  ['directory on a node, disk', 'threads × row', (n) => sizeText(n * C.directoryRow.value)],
  ['directory on a node, memory', 'threads × memory', (n) => sizeText(n * C.directoryMemory.value)],
  ['index on a node', 'threads × rows', (n) => sizeText(n * C.nodeIndex.value)],
  [
    'a node follows all from nothing',
    'events ÷ catch-up',
    (n) => timeText((n * C.events.value) / C.catchUp.value)
  ],
  [
    'a node folds all from nothing',
    'events ÷ fold',
    (n) => timeText((n * C.events.value) / C.fold.value)
  ],
  ['one process pushes all', 'events ÷ push', (n) => timeText((n * C.events.value) / C.push.value)]
]

const line = (cells: ReadonlyArray<string>): string => `| ${cells.join(' | ')} |\n`

/** The table of costs. */
export const costTable = (): string =>
  line(['cost', 'of what', 'from']) +
  line(['---', '---', '---']) +
  Object.values(COSTS)
    .map(({ value, unit, what, source }) =>
      line([`${value.toLocaleString('en')} ${unit}`, what, source])
    )
    .join('')

/** The table of what follows from the costs. */
export const capacityTable = (): string =>
  line(['', 'how', ...THREADS.map((n) => `${n.toLocaleString('en')} threads`)]) +
  line(['---', '---', ...THREADS.map(() => '---')]) +
  ROWS.map(([what, how, text]) => line([what, how, ...THREADS.map(text)])).join('')
