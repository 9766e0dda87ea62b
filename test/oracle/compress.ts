/**
 * Compresses every rollout of recorded homes and asks a real Codex about each home before and after. It must say the same.
 *
 *   npm run oracle:compress -- <path of codex> [home] [--details]
 *
 * `home` is a regular expression. Homes of a later version than that Codex are left out, and those of 0.169 are read by 0.169
 * only. 0.142 or later: older ones do not read compressed rollouts. 0.169 makes a file plain as soon as its thread is loaded, with the
 * time of that moment; answers that differ in nothing but such times are counted apart.
 */
import { cpSync } from 'node:fs'
import { compressRollouts } from '../../adapters/upkeep/storage/change.ts'
import { rolloutsOf } from '../../adapters/upkeep/storage/files.ts'
import { right } from '../support/engines.ts'
import { homeNames, removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import { differences } from '../support/normalise.ts'
import { answersAbout } from './answers.ts'
import { freshHome, versionOf } from './codex.ts'

const eraOf = (name: string): string => `0.${name.slice(-3)}`

const isRead = (name: string, version: string): boolean =>
  eraOf(name) <= version.slice(0, 5) &&
  (eraOf(name) !== '0.169' || version.startsWith('0.169')) &&
  // Codex itself cannot read its plain files.
  !name.startsWith('damaged')

/** Times that follow the file. */
const TIME = /\.(updatedAt|recencyAt)$/

const details = process.argv.includes('--details')
const [binary = process.env['CODEX'] ?? '', homes = '.'] = process.argv
  .slice(2)
  .filter((word) => !word.startsWith('--'))
if (binary === '') {
  process.stderr.write('usage: npm run oracle:compress -- <path of codex> [home] [--details]\n')
  process.exit(2)
}

const version = versionOf(binary)
const is169 = version.startsWith('0.169')
const sums = {
  homes: 0,
  files: 0,
  plainBytes: 0,
  compressedBytes: 0,
  answers: 0,
  times: 0,
  different: 0
}

for (const name of homeNames().filter((one) => new RegExp(homes).test(one))) {
  if (!isRead(name, version)) continue
  const home = freshHome(name)
  const packed = temporaryFolder()
  cpSync(home, packed, { recursive: true, preserveTimestamps: true })
  const threads = [...new Set(rolloutsOf(packed).map(({ threadId }) => threadId))]
  const done = await right(() => compressRollouts({ home: packed, threads }))
  const left = done.filter(({ outcome }) => outcome === 'left')
  if (left.length > 0) process.stdout.write(`${name}: left ${JSON.stringify(left)}\n`)
  const before = await answersAbout(binary, home, is169)
  const after = await answersAbout(binary, packed, is169)
  const found = before.flatMap((answer, i) => {
    const paths = [...new Set(differences(answer, after[i]))]
    return paths.length === 0 ? [] : [{ answer, other: after[i], paths }]
  })
  const different = found.filter(({ paths }) => !paths.every((path) => TIME.test(path)))
  sums.times += found.length - different.length
  sums.homes += 1
  sums.files += done.length - left.length
  sums.plainBytes += done.reduce((sum, { plainBytes }) => sum + plainBytes, 0)
  sums.compressedBytes += done.reduce((sum, { compressedBytes }) => sum + compressedBytes, 0)
  sums.answers += before.length
  sums.different += different.length
  process.stdout.write(
    `${name}: ${before.length - different.length} of ${before.length} answers equal\n`
  )
  for (const { answer, other, paths } of details ? different : [])
    process.stdout.write(
      `${JSON.stringify(paths)}\n${JSON.stringify(answer)}\n${JSON.stringify(other)}\n`
    )
  removeFolder(home)
  removeFolder(packed)
}
process.stdout.write(`${JSON.stringify({ codex: version, ...sums })}\n`)
process.exit(sums.different === 0 ? 0 : 1)
