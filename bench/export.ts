/**
 * Exports of one large thread: time, and the most memory the process ever held. It must not grow with the thread.
 *
 *     npm run build && npm run bench:export -- --out DIR [--mb 30] [--mb 300] [--to html]
 *
 * The threads are made in DIR when they are not there. The first line of each size is the index alone.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { writeHomeOf } from './home/home.ts'
import { runOnce } from './measure/run-once.ts'
import { unrollCommand } from './measure/servers.ts'

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    unroll: { type: 'string', default: 'dist/unroll.cjs' },
    mb: { type: 'string', multiple: true, default: ['30', '300'] },
    to: { type: 'string', multiple: true, default: ['html', 'md', 'jsonl'] }
  }
})
if (values.out === undefined) throw new Error('--out DIR is missing')
const out = resolve(values.out)

const MB = 1e6
const BYTES_PER_TURN = 60_000
/** What the generator adds to the bytes that it is asked for. */
const SHARE = 0.75

const rolloutMb = (home: string): number =>
  readdirSync(home, { recursive: true, withFileTypes: true })
    .filter(({ name }) => name.startsWith('rollout-'))
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size / MB, 0)

const made = (mb: number): string => {
  const home = join(out, `thread-${mb}`)
  if (existsSync(join(home, 'manifest.json'))) return home
  rmSync(home, { recursive: true, force: true })
  const bytes = mb * MB * SHARE
  const turns = Math.ceil(bytes / BYTES_PER_TURN)
  writeHomeOf(
    home,
    `thread-${mb}`,
    { long: [{ turns, bytes, short: false, imageEvery: 160 }] },
    '1'
  )
  return home
}

mkdirSync(out, { recursive: true })
for (const mb of values.mb.map(Number)) {
  const home = made(mb)
  const run = async (what: string, args: ReadonlyArray<string>): Promise<void> => {
    const program = { main: values.unroll, home, index: `${home}-index`, profile: '' }
    const { ms, peakMb } = await runOnce(unrollCommand(program, ...args))
    const cells = [`${Math.round(rolloutMb(home))} MB`, what, `${(ms / 1000).toFixed(1)} s`]
    process.stdout.write(`| ${[...cells, `${Math.round(peakMb)} MB`].join(' | ')} |\n`)
  }
  await run('index', ['threads', '--quiet'])
  for (const to of values.to) {
    const path = join(out, `thread-${mb}.${to}`)
    rmSync(path, { force: true })
    await run(to, ['export', '@1', '--to', to, '--out', path, '--quiet'])
    process.stdout.write(`  ${Math.round(statSync(path).size / MB)} MB written\n`)
  }
}
