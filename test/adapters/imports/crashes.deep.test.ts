// A process that imports sessions may be killed before any step. The method: kill it before every step, kill the one that finishes its
// work too, let a third one come, and compare the home with that of an import that nobody killed.
import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync
} from 'node:fs'
import { dirname, join } from 'node:path'
import { homeNames } from '../../../adapters/home/names.ts'
import { bundleChild } from '../../support/crashes.ts'
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { importedRollouts } from '../../support/imported-lines.ts'
import { madeSession } from '../../support/made-sessions.ts'

const SESSIONS = 5
const MORE = [
  { type: 'assistant', message: { content: 'a late answer' } },
  { type: 'user', message: { content: 'and a question' }, timestamp: '2026-11-20T10:00:00Z' }
]

interface LedgerText {
  readonly records: ReadonlyArray<{
    readonly source_path: string
    readonly imported_thread_id: string
  }>
}

/** What an import must leave whatever happened: threads by source, what they say, names. */
const stateOf = (home: string) => {
  const { records } = JSON.parse(
    readFileSync(join(home, 'external_agent_session_imports.json'), 'utf8')
  ) as LedgerText
  const ids = records.map(({ imported_thread_id: id }) => id)
  const rollouts = (
    readdirSync(join(home, 'sessions'), { recursive: true }) as Array<string>
  ).filter((path) => path.endsWith('.jsonl'))
  const orphans = rollouts.filter((path) => !ids.some((id) => path.includes(id)))
  const names = homeNames(home).all()
  return {
    sources: records.map(({ source_path: path }) => path).toSorted(),
    threads: rollouts.length,
    orphans,
    said: importedRollouts(home),
    names: ids.map((id) => names.get(id) ?? null).toSorted()
  }
}

/** Locks of threads are taken over by whoever writes to the thread next. */
const litterOf = (home: string): ReadonlyArray<string> =>
  (readdirSync(home, { recursive: true }) as Array<string>).filter((path) =>
    /^(?!\.unroll\/locks\/).*(?:\.tmp$|\.lock)/.test(path)
  )

const unfinished = (home: string): ReadonlyArray<string> => {
  const lines = readFileSync(join(home, '.unroll/operations.jsonl'), 'utf8').trimEnd().split('\n')
  const records = lines.map(
    (line) => JSON.parse(line) as { record: string; id: string; operation?: string }
  )
  const ended = new Set(records.filter(({ record }) => record === 'ended').map(({ id }) => id))
  return records
    .filter(({ operation, id }) => operation === 'import' && !ended.has(id))
    .map(({ id }) => id)
}

describe('imports after a kill', () => {
  const script = bundleChild('import-crash-entry')
  const root = temporaryFolder()
  const folder = join(root, 'projects')
  after(() => {
    removeFolder(dirname(script))
    removeFolder(root)
  })

  const run = (home: string, step: number) =>
    spawnSync(process.execPath, [script, home, folder, String(step)], { encoding: 'utf8' })

  const stepsOf = (home: string): number => {
    const { stdout, stderr } = run(home, 0)
    expect(stdout, stderr).not.to.equal('')
    return (JSON.parse(stdout) as { readonly steps: number }).steps
  }

  /** Kills before every step of an import into copies of a home; answers how many kills there were. */
  const killed = (original: string): number => {
    const twin = temporaryFolder()
    cpSync(original, twin, { recursive: true })
    const steps = stepsOf(twin)
    const end = stateOf(twin)
    let kills = 0
    for (let step = 1; step <= steps; step++) {
      const home = temporaryFolder()
      cpSync(original, home, { recursive: true })
      expect(run(home, step).signal, `step ${step}`).to.equal('SIGKILL')
      const second = run(home, 1 + ((step * 7) % steps))
      kills += second.signal === 'SIGKILL' ? 2 : 1
      stepsOf(home)
      expect({ step, ...stateOf(home) }).to.deep.equal({ step, ...end })
      expect([step, litterOf(home), unfinished(home)]).to.deep.equal([step, [], []])
      removeFolder(home)
    }
    removeFolder(twin)
    return kills
  }

  it('make one thread of each session, and lose none', () => {
    mkdirSync(join(folder, 'p'), { recursive: true })
    for (let i = 0; i < SESSIONS; i++) {
      const lines = madeSession(20_000 + i, root, Date.parse('2026-11-20T00:00:00Z'))
      const title = JSON.stringify({ type: 'custom-title', customTitle: `Session ${i}` })
      writeFileSync(join(folder, 'p', `s${i}.jsonl`), `${[...lines, title].join('\n')}\n`)
    }
    const home = temporaryFolder()
    const kills = killed(home)
    expect(kills).to.be.greaterThan(120)
    stepsOf(home)
    expect(stateOf(home).threads).to.equal(SESSIONS)
    // What a session says since is appended once.
    for (let i = 0; i < SESSIONS; i++)
      appendFileSync(
        join(folder, 'p', `s${i}.jsonl`),
        MORE.map((line) => `${JSON.stringify(line)}\n`).join('')
      )
    expect(killed(home)).to.be.greaterThan(60)
    stepsOf(home)
    expect(stateOf(home).threads).to.equal(SESSIONS)
    removeFolder(home)
  }).timeout(1_800_000)
})
