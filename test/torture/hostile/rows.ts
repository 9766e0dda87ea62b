/**
 * The long form of the trials with flips, cuts, hostile content and damaged indexes (of servers that run, too), a row of the table each.
 */
import { randomFrom } from '../../../bench/home/random.ts'
import { liveServer } from '../../support/live-index.ts'
import { contentCost } from './content-trials.ts'
import { flipTrials } from './flips.ts'
import { indexTrials } from './index-trials.ts'
import { HOSTILE_KINDS } from './kinds.ts'
import { liveTrials } from './live-index.ts'
import type { Report, Tally } from './tally.ts'
import { everyTruncation, TEN_RECORDS } from './truncations.ts'

/** A row of the table of a long run. */
export interface HostileRow {
  readonly kind: 'flips' | 'cuts' | 'content' | 'indexes' | 'live'
  readonly name: string
  readonly run: () => Promise<{
    readonly trials: number
    readonly figures: Readonly<Record<string, unknown>>
    readonly findings: ReadonlyArray<{
      readonly trial: string
      readonly problems: ReadonlyArray<string>
    }>
  }>
}

const told = ({ trials, counts, problems }: Tally) => ({
  trials,
  figures: counts,
  findings: problems.map((problem) => ({ trial: problem.split(':')[0] ?? '', problems: [problem] }))
})

const MIB = 1024 * 1024

/** Every row; `trials` is how many flips, and how many times each damage of an index. */
export const hostileRows = (
  seed: number,
  trials: { readonly flips: number; readonly indexes: number },
  report: Report
): ReadonlyArray<HostileRow> => [
  {
    kind: 'flips',
    name: 'recorded rollouts',
    run: async () => told(await flipTrials(seed, trials.flips, report))
  },
  ...Object.entries(TEN_RECORDS).map(([name, text]): HostileRow => ({
    kind: 'cuts',
    name: `ten records ${name}`,
    run: async () => told(await everyTruncation(text, report))
  })),
  ...HOSTILE_KINDS.map((kind): HostileRow => ({
    kind: 'content',
    name: kind.name,
    run: () => {
      const { fileBytes, overBaseBytes, stallsMs, problems } = contentCost(kind, 1)
      const [slowest, stallMs] = Object.entries(stallsMs).reduce<readonly [string, number]>(
        (worst, one) => (one[1] > worst[1] ? one : worst),
        ['', 0]
      )
      const figures = {
        fileMiB: Math.round(fileBytes / MIB),
        memoryMiB: Math.round(overBaseBytes / MIB),
        stallMs,
        slowest
      }
      const findings = problems.length === 0 ? [] : [{ trial: kind.name, problems }]
      return Promise.resolve({ trials: 1, figures, findings })
    }
  })),
  {
    kind: 'indexes',
    name: 'damaged',
    run: () => Promise.resolve(told(indexTrials(seed, trials.indexes, report)))
  },
  ...(['stdio', 'websocket', 'unix'] as const).map((transport): HostileRow => ({
    kind: 'live',
    name: transport,
    run: async () => {
      const random = randomFrom(`live ${seed} ${transport}`)
      return told(await liveTrials(() => liveServer(transport), random, trials.indexes))
    }
  }))
]
