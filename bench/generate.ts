/**
 * Writes a Codex home to measure with:
 *
 *     npx tsx bench/generate.ts --profile XS|S|M|L [--out bench/data/<profile>] [--seed 1]
 *
 * The homes are valid for Codex itself. The same profile and seed give the same bytes; the digest on the last line
 * says so.
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { PROFILES, writeHome, type ProfileName } from './home/home.ts'

const isProfile = (name: string): name is ProfileName => Object.hasOwn(PROFILES, name)

const main = (): number => {
  const options = { profile: { type: 'string' }, out: { type: 'string' }, seed: { type: 'string' } }
  const { values } = parseArgs({ options: options as Record<string, { type: 'string' }> })
  const { profile = '', seed = '1' } = values
  if (!isProfile(profile)) {
    process.stderr.write(`--profile must be one of ${Object.keys(PROFILES).join(', ')}\n`)
    return 2
  }
  const out = resolve(values['out'] ?? join(import.meta.dirname, 'data', profile))
  if (existsSync(join(out, 'sessions'))) {
    process.stderr.write(`${out} already holds a home; delete it or choose another --out\n`)
    return 2
  }
  const { manifest, digest } = writeHome(out, profile, seed)
  const sum = (of: 'bytes' | 'turns' | 'lines'): number =>
    manifest.threads.reduce((total, thread) => total + thread[of], 0)
  const counts = `${manifest.threads.length} threads, ${sum('turns')} turns, ${sum('lines')} lines`
  process.stdout.write(`${out}: ${counts}, ${sum('bytes')} bytes\nsha256 ${digest}\n`)
  return 0
}

process.exitCode = main()
