/**
 * The page in a browser, against its targets:
 *
 *     npm run build && npm run bench:web -- [--rows 3,4] [--home-m DIR] [--home-l DIR] [--runs 5] [--seconds 60] [--json]
 *
 * Homes M and L are made in bench/data when they are not there. Needs Chromium (CHROMIUM=PATH). A missed target is reported and fails
 * nothing. See README.md.
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { openBrowser } from '../test/support/browser.ts'
import { writeHome } from './home/home.ts'
import { percentile } from './measure/percentile.ts'
import { short, tableOf } from './measure/report.ts'
import { seeHome, type SeenHome } from './measure/web/open.ts'
import { WEB_ROWS, type WebBench, type WebFigure, type WebRow } from './measure/web/rows.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string' },
    'home-m': { type: 'string' },
    'home-l': { type: 'string' },
    runs: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '60' },
    json: { type: 'boolean', default: false }
  }
})

const homeOf = (profile: 'M' | 'L', named: string | undefined): string => {
  const home = resolve(named ?? join(import.meta.dirname, 'data', profile))
  if (!existsSync(join(home, 'manifest.json'))) {
    if (named !== undefined) throw new Error(`${home} is no home that bench/generate.ts made`)
    process.stderr.write(`bench: making ${home}\n`)
    writeHome(home, profile, '1')
  }
  return home
}

const numbersIn = (text: string): ReadonlyArray<number> =>
  text.split(',').map((part) => Number(part.trim()))

const wanted = (): ReadonlyArray<WebRow> => {
  if (values.rows === undefined) return WEB_ROWS
  const chosen = numbersIn(values.rows)
  const unknown = chosen.find((n) => !WEB_ROWS.some((row) => row.n === n))
  if (unknown !== undefined)
    throw new Error(`--rows takes numbers from 1 to ${WEB_ROWS.length}, by commas`)
  return WEB_ROWS.filter(({ n }) => chosen.includes(n))
}

/** A figure of a row: the median of its runs. */
interface MeasuredFigure extends WebFigure {
  readonly row: number
  readonly about: string
  readonly samples: ReadonlyArray<number>
  readonly outcome: 'met' | 'missed'
}

const measured = async (
  { n, about, measure, repeats }: WebRow,
  bench: WebBench,
  runs: number
): Promise<ReadonlyArray<MeasuredFigure>> => {
  const samples: Array<ReadonlyArray<WebFigure>> = []
  // The first run makes everything ready that is made once.
  if (repeats) await measure(bench)
  for (let run = 0; run < (repeats ? runs : 1); run += 1) samples.push(await measure(bench))
  const [first = []] = samples
  return first.map((figure, at) => {
    const all = samples.flatMap((figures) => figures[at]?.value ?? [])
    const value = percentile(all, 0.5)
    return {
      ...{ row: n, about, ...figure, value, samples: all },
      outcome: value <= figure.most ? 'met' : 'missed'
    }
  })
}

const tell = (figures: ReadonlyArray<MeasuredFigure>): string =>
  tableOf([
    ['row', 'figure', 'target', '', ''],
    ...figures.map(({ row, about, what, value, most, unit, outcome }) => [
      `${row} ${about}: ${what}`,
      short(value),
      `<= ${most}`,
      unit,
      outcome
    ])
  ])

const main = async (): Promise<void> => {
  const rows = wanted()
  const runs = Math.max(1, Number(values.runs) || 1)
  const seconds = Math.max(1, Number(values.seconds) || 1)
  const served = new Map<string, Promise<SeenHome>>()
  const homes = {
    get M() {
      return homeOf('M', values['home-m'])
    },
    get L() {
      return homeOf('L', values['home-l'])
    }
  }
  const browser = await openBrowser()
  const seen: WebBench['seen'] = (profile) => {
    const known = served.get(profile) ?? seeHome(browser, homes[profile])
    served.set(profile, known)
    return known
  }
  const bench = { browser, homes, seen, scrollSeconds: seconds, idleSeconds: Math.min(30, seconds) }
  const all: Array<MeasuredFigure> = []
  try {
    for (const row of rows) {
      process.stderr.write(`bench: row ${row.n}, ${row.about}\n`)
      all.push(...(await measured(row, bench, runs)))
    }
  } finally {
    for (const home of served.values()) await (await home).close()
    await browser.close()
  }
  process.stdout.write(values.json ? `${JSON.stringify(all, null, 1)}\n` : tell(all))
}

await main()
