/**
 * Records runs of a real Codex whose spend of tokens is known, with the analytics it sends meanwhile.
 *
 *   npx tsx test/oracle/ledger/record.ts <path of codex> [scenario] [folder] [path of an earlier codex]
 *
 * `scenario` is a regular expression; without it everything is played but the random walks. Scenarios about two versions are
 * played only when the earlier one is given. Writes `test/fixtures/ledger/<scenario>-<era>`. The binary works in a namespace
 * of its own: no network but this machine, and an empty file system at /srv.
 */
import { spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { join } from 'node:path'
import { FIXTURES } from '../../support/fixture-home.ts'
import { versionOf } from '../codex.ts'
import { ROOT, write } from './home.ts'
import { keep, keepAsked } from './keep.ts'
import { openRun } from './run.ts'
import { SCENARIOS } from './scenarios.ts'

const INSIDE = 'UNROLL_RECORDS_LEDGER'

/** Mounts and a loopback that nobody else sees, then this program again. */
const goInside = (): never => {
  const script = [
    'ip link set lo up',
    `mount -t tmpfs tmpfs ${ROOT}`,
    `echo 'nameserver 127.0.0.1' > ${ROOT}/resolv.conf`,
    `mount --bind ${ROOT}/resolv.conf /etc/resolv.conf`,
    'exec "$@"'
  ].join(' && ')
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  const { status } = spawnSync('unshare', ['-r', '-m', '-n', 'bash', '-c', script, '_', ...again], {
    stdio: 'inherit',
    env: { ...process.env, [INSIDE]: '1' }
  })
  process.exit(status ?? 1)
}

/** Without an answer to its questions for names, the binary takes seconds to end. */
const answerNoNames = (): void => {
  const socket = createSocket('udp4')
  socket.on('message', (question, { port, address }) => {
    const answer = Buffer.from(question)
    answer.set([0x81, 0x83], 2)
    socket.send(answer, port, address)
  })
  socket.bind(53, '127.0.0.1', () => socket.unref())
}

const [
  codex = '',
  wanted = '^(?!walk|lineage-|totals-\\d|killed)',
  folder = join(FIXTURES, 'ledger'),
  earlier = null
] = process.argv.slice(2)
if (codex === '') {
  process.stderr.write(
    'usage: npx tsx test/oracle/ledger/record.ts <path of codex> [scenario] [folder]\n'
  )
  process.exit(2)
}
if (process.env[INSIDE] === undefined) goInside()
answerNoNames()
const version = versionOf(codex)
const eraOf = (one: string): number => Number(one.split('.')[1])
const era = eraOf(version)
const before = earlier === null ? null : versionOf(earlier)
for (const [name, { settings = {}, eras, hasEarlier = false, asked, play }] of Object.entries(
  SCENARIOS
)) {
  if (!new RegExp(wanted).test(name) || eras?.includes(era) === false) continue
  if (hasEarlier !== (before !== null)) continue
  const run = await openRun({ codex, earlier, era }, settings)
  try {
    await play(run)
  } catch (error) {
    run.notes.push(`FAILED ${String(error)}`)
  }
  await run.close()
  const full = before === null ? `${name}-${era}` : `${name}-from-${eraOf(before)}-${era}`
  if (asked === undefined)
    keep(join(folder, full), { run: full, codex: version, earlier: before }, run)
  else keepAsked(join(folder, full), asked, run)
  if (process.env['LEDGER_RAW'] !== undefined)
    write(
      join(process.env['LEDGER_RAW'], `${full}.json`),
      JSON.stringify({ log: run.log, asked: run.model.asked, others: run.model.others }, null, 1)
    )
  process.stdout.write(
    `${full}: ${run.model.calls.length} calls ${run.notes.map((note) => `\n  ${note}`).join('')}\n`
  )
}
