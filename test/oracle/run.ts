/**
 * Asks a real Codex and this server the same, on equal copies of recorded homes, and prints where they differ.
 *
 *   npm run oracle -- <path of codex> [home] [script]
 *
 * `home` and `script` are regular expressions; only homes are taken that the version of that Codex wrote. The binary is
 * never a dependency: it is whatever the path names. No model is asked, recorded scripts end where one would be needed.
 */
import type { ProfileName } from '../../domain/log/profile.ts'
import {
  changesSince,
  compareFiles,
  compareMessages,
  runNow,
  runThen,
  translated,
  type Compared
} from '../support/compare-runs.ts'
import { homeNames, removeFolder } from '../support/fixture-home.ts'
import { knownBefore } from '../support/mutation-replay.ts'
import { filesOf } from '../support/normalise.ts'
import { recordedMutations, stepsOf, type Script } from '../support/recorded-mutations.ts'
import { clientOf, serverOf, shaken } from '../support/rpc-client.ts'
import { freshHome, startCodex, versionOf } from './codex.ts'

const compareLive = async (
  codex: string,
  name: string,
  script: Script
): Promise<ReadonlyArray<Compared>> => {
  const before = knownBefore(name)
  const homes = [freshHome(name), freshHome(name)] as const
  const profile = script.reader.slice(0, 5) as ProfileName
  const server = serverOf(homes[0], { profile, strict: true, version: script.reader })
  const client = await shaken(clientOf(server), { experimentalApi: true }, 'lab')
  const real = await startCodex(codex, homes[1])
  const files = homes.map(filesOf)
  const [ours, theirs, recorded] = [
    runNow(before, homes[0]),
    runNow(before, homes[1]),
    runThen(before)
  ]
  const id = { home: name, script: script.name }
  const compared: Array<Compared> = []
  try {
    for (const [at, { request, messages }] of stepsOf(script).entries()) {
      const mine = translated(request, ours, recorded, homes[0])
      const other = translated(request, theirs, recorded, homes[1])
      const line = JSON.stringify({ id: 100 + at, method: mine.method, params: mine.params })
      const received = await client.send(line)
      const answered = await real.ask(other.method, other.params)
      recorded.normal(messages)
      compared.push(
        ...compareMessages({ ...id, method: mine.method }, [ours, received], [theirs, answered])
      )
    }
    await real.stop()
    const changes = homes.map((home, at) => changesSince(files[at] ?? new Map(), home))
    const [mine, other] = changes.map((all) =>
      Object.fromEntries(Object.entries(all).filter(([path]) => /\.jsonl$/.test(path)))
    )
    compared.push(compareFiles(id, [ours, mine ?? {}], [theirs, other ?? {}]))
    return compared
  } finally {
    await client.close()
    homes.forEach(removeFolder)
  }
}

const [codex = process.env['CODEX'] ?? '', homes = '.', scripts = '.'] = process.argv.slice(2)
if (codex === '') {
  process.stderr.write('usage: npm run oracle -- <path of codex> [home] [script]\n')
  process.exit(2)
}
const version = versionOf(codex)
let different = 0
for (const name of homeNames().filter((one) => new RegExp(homes).test(one))) {
  for (const script of recordedMutations(name)) {
    if (script.reader !== version || !new RegExp(scripts).test(script.name)) continue
    const compared = await compareLive(codex, name, script)
    const unequal = compared.filter(({ equal }) => !equal)
    different += unequal.length
    const count = `${compared.length - unequal.length} equal, ${unequal.length} different`
    process.stdout.write(`${name} ${script.name}: ${count}\n`)
    for (const { method, what, paths, ours, theirs } of unequal) {
      const detail = what === 'order' ? JSON.stringify([ours, theirs]) : paths.join(' ')
      process.stdout.write(`  ${method} ${what}: ${detail}\n`)
    }
  }
}
process.exitCode = different === 0 ? 0 : 1
