/**
 * Lets a real Codex import made sessions, and compares the threads it makes with those that unroll makes of the same files.
 *
 *   npm run oracle:imports -- CODEX [COUNT] [SEED] [--details] [--record]
 *
 * `--record` writes titles and digests of the threads to `test/fixtures/imports`, and one session whole with every case once, for
 * `test/golden/imports.test.ts`.
 */
import * as E from 'fp-ts/lib/Either.js'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { detectSessions } from '../../adapters/imports/detect.ts'
import { textIn, type JsonObject } from '../../domain/json.ts'
import { sha256Hex } from '../../domain/digest.ts'
import { CLAUDE } from '../../domain/imports/claude.ts'
import { FIXTURES, removeFolder } from '../support/fixture-home.ts'
import { everyCase, madeSession } from '../support/made-sessions.ts'
import { comparable, importedLines } from '../support/imported-lines.ts'
import { askedCodex, startCodex } from './codex.ts'

const { codex, version, era, rest, values } = askedCodex(
  'npm run oracle:imports -- CODEX [COUNT] [SEED] [--details] [--record]'
)
const [count = '300', seed = '1'] = rest
const root = mkdtempSync(join(tmpdir(), 'imports-'))
const [userHome, home, cwd] = ['user', 'codex', 'work'].map((name) => join(root, name)) as [
  string,
  string,
  string
]
for (const folder of [join(userHome, '.claude/projects/p'), home, cwd])
  mkdirSync(folder, { recursive: true })
const untilMs = Date.now() - 3600_000
const paths = Array.from({ length: Number(count) }, (_, i) => {
  const path = join(userHome, '.claude/projects/p', `s${String(i).padStart(4, '0')}.jsonl`)
  writeFileSync(path, `${madeSession(Number(seed) + i, cwd, untilMs).join('\n')}\n`)
  return path
})
const every = join(userHome, '.claude/projects/p', 'every-case.jsonl')
writeFileSync(every, `${everyCase(cwd, untilMs).join('\n')}\n`)
paths.push(every)

interface LedgerRow {
  readonly source_path: string
  readonly imported_thread_id: string
}

const ledger = (): ReadonlyArray<LedgerRow> => {
  try {
    const text = readFileSync(join(home, 'external_agent_session_imports.json'), 'utf8')
    return (JSON.parse(text) as { records: ReadonlyArray<LedgerRow> }).records
  } catch {
    return []
  }
}

/** Imports until nothing new is found. */
const importAll = async (): Promise<ReadonlyMap<string, string | null>> => {
  const titles = new Map<string, string | null>()
  const real = await startCodex(codex, home, { experimentalApi: true }, { HOME: userHome })
  const completed = new Set<unknown>()
  for (let before = -1; before !== titles.size;) {
    before = titles.size
    const found = await real.answer('externalAgentConfig/detect', { includeHome: true })
    const items = (found['result'] as { items: ReadonlyArray<JsonObject> }).items
    const sessions = items.filter(({ itemType }) => itemType === 'SESSIONS')
    for (const { details } of sessions)
      for (const one of (details as JsonObject)['sessions'] as ReadonlyArray<JsonObject>)
        titles.set(textIn(one['path']), one['title'] as string | null)
    if (sessions.length === 0) break
    const wanted = completed.size + 1
    await real.answer('externalAgentConfig/import', { migrationItems: sessions })
    await real.seen((message) => {
      if (message['method'] === 'externalAgentConfig/import/completed') completed.add(message)
      return completed.size === wanted
    })
  }
  await real.stop()
  return titles
}

/** The files that unroll takes for sessions, asked of a home that has imported none. */
const detectedHere = async (): Promise<ReadonlySet<string>> => {
  const none = join(root, 'none')
  mkdirSync(none)
  const folder = join(userHome, '.claude/projects')
  const found = await detectSessions({
    ...{ home: none, folder, source: CLAUDE, era },
    ...{ max: paths.length, days: null, nowMs: Date.now() }
  })
  return new Set(E.isRight(found) ? found.right.sessions.map(({ path }) => path) : [])
}

const titles = await importAll()
const found = await detectedHere()
const made = new Map(ledger().map((row) => [row.source_path, row.imported_thread_id]))
const rollouts = new Map(
  (readdirSync(join(home, 'sessions'), { recursive: true }) as Array<string>)
    .filter((path) => path.endsWith('.jsonl'))
    .map((path) => [path.slice(-42, -6), join(home, 'sessions', path)])
)
const recorded: Array<readonly [string | null, string]> = []
let everyLine: ReadonlyArray<string> = []
let different = 0
let imported = 0
for (const path of paths) {
  const id = made.get(path)
  const rollout = rollouts.get(id ?? '')
  const theirs = rollout === undefined ? [] : comparable(readFileSync(rollout, 'utf8'))
  const { lines, title } = importedLines(readFileSync(path, 'utf8'), CLAUDE, era)
  const ours = found.has(path) ? lines : []
  if (rollout !== undefined) imported += 1
  if (path === every) everyLine = theirs
  else recorded.push([titles.get(path) ?? null, sha256Hex(theirs.join('\n')).slice(0, 24)])
  const at = Math.max(ours.length, theirs.length)
  const first = Array.from({ length: at }).findIndex((_, i) => ours[i] !== theirs[i])
  const isTitle = !titles.has(path) || titles.get(path) === title
  if (first === -1 && isTitle) continue
  different += 1
  if (values.details !== true) continue
  process.stdout.write(`${path}\n`)
  if (first !== -1)
    process.stdout.write(
      `  line ${first}\n  codex  ${theirs[first] ?? '-'}\n  unroll ${ours[first] ?? '-'}\n`
    )
  if (!isTitle)
    process.stdout.write(
      `  title\n  codex  ${JSON.stringify(titles.get(path))}\n  unroll ${JSON.stringify(title)}\n`
    )
}
process.stdout.write(
  `${version}: ${paths.length} sessions, ${titles.size} detected, ${imported} imported, ${different} differ\n`
)
removeFolder(root)
if (values.record === true) {
  const folder = join(FIXTURES, 'imports', version)
  mkdirSync(folder, { recursive: true })
  const rows = recorded.map((row) => JSON.stringify(row)).join(',\n')
  writeFileSync(
    join(folder, 'sessions.json'),
    `{"seed":${seed},"untilMs":${untilMs},"title":${JSON.stringify(titles.get(every))},"sessions":[\n${rows}\n]}\n`
  )
  writeFileSync(join(folder, 'every-case.jsonl.br'), brotliCompressSync(everyLine.join('\n')))
}
process.exitCode = different === 0 ? 0 : 1
