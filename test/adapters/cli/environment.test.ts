// That `unroll help environment` names exactly the variables that the program reads. The method: every access to the environment
// in the sources, found by its spelling; those that belong to npm and Windows are named here.
import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ENVIRONMENT } from '../../../adapters/cli/table/environment.ts'

const ADAPTERS = join(import.meta.dirname, '..', '..', '..', 'adapters')

/** Read for `npm start`, on Windows, or as what a system always has. */
const OF_SYSTEMS = new Set(['npm_lifecycle_event', 'INIT_CWD', 'PATHEXT', 'HOME', 'USERPROFILE'])
/** Read by Node for every clock. */
const OF_NODE = ['TZ']

const sources = readdirSync(ADAPTERS, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !/^build[\\/]/.test(path))
  .map((path) => readFileSync(join(ADAPTERS, path), 'utf8'))

const READS = [
  /\benv\w*\[['"](\w+)['"]\]/g,
  /\{ (\w+) \}: NodeJS\.ProcessEnv/g,
  /\bset\('(OTEL_\w+)'\)/g,
  /\bCAPTURE_VARIABLE = '(\w+)'/g
]

/** Behind the prefix of an exporter, which a variable of metrics goes before. */
const exporterVariables = (source: string): ReadonlyArray<string> =>
  [...source.matchAll(/\$\{PREFIX\}(\w+)`|\bofMetrics\('(\w+)'\)/g)].flatMap(([, own, both]) =>
    both === undefined ? [own ?? ''] : [both, `METRICS_${both}`]
  )

describe('command line: environment', () => {
  const read = new Set([
    ...OF_NODE,
    ...sources.flatMap((source) =>
      READS.flatMap((form) => [...source.matchAll(form)].map((m) => m[1] ?? ''))
    ),
    ...sources.flatMap(exporterVariables).map((name) => `OTEL_EXPORTER_OTLP_${name}`)
  ])
  const named = new Set(
    ENVIRONMENT.flatMap(([name, text]) => [
      name,
      ...[...text.matchAll(/\bOTEL_\w+/g)].map(([variable]) => variable)
    ])
  )

  it('reads nothing that the help does not name', () => {
    expect([...read].filter((name) => !named.has(name) && !OF_SYSTEMS.has(name))).to.deep.equal([])
    expect(read.size).to.be.greaterThan(15)
  })

  it('names nothing in the help that is not read', () => {
    expect([...named].filter((name) => !read.has(name))).to.deep.equal([])
  })
})
