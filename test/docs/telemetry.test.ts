// The table of metrics is the catalogue. UPDATE_DOCS=1 writes it again.
import { expect } from 'chai'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { METRICS, type Metric } from '../../replay/metrics.ts'

const PATH = join(import.meta.dirname, '..', '..', 'docs', 'TELEMETRY.md')
const TABLE = /(?<=<!-- metrics -->\n)[^]*(?=<!-- \/metrics -->)/

const labelsOf = ({ labels }: Metric): string =>
  Object.entries(labels)
    .map(([label, values]) =>
      values === null ? `\`${label}\`` : `\`${label}\`: ${values.map((v) => `\`${v}\``).join(', ')}`
    )
    .join('; ')

const rendered = (): string => {
  const rows = Object.entries<Metric>(METRICS).map(
    ([name, metric]) => `| \`${name}\` | ${metric.kind} | ${metric.help} | ${labelsOf(metric)} |`
  )
  return ['| name | kind | what | labels |', '|---|---|---|---|', ...rows, ''].join('\n')
}

describe('docs/TELEMETRY.md', () => {
  it('lists every metric with its kind, its meaning and its labels', () => {
    const text = readFileSync(PATH, 'utf8')
    if (process.env['UPDATE_DOCS'] !== undefined)
      writeFileSync(
        PATH,
        text.replace(TABLE, () => rendered())
      )
    expect(TABLE.exec(readFileSync(PATH, 'utf8'))?.[0]).to.equal(rendered())
  })

  it('has a sentence for every metric that says what it counts', () => {
    for (const { help } of Object.values<Metric>(METRICS)) expect(help).to.match(/^[A-Z].*[.?]$/)
  })
})
