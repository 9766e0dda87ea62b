/**
 * The types of the library and of the app-server, each in one file with all it needs and nothing else: `library.d.ts` and
 * `app-server.d.ts`. The compiler writes a file for each source; those stay out of the package.
 *
 * usage: node declarations.mjs [folder, by default `dist`]
 */
import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rollup } from 'rollup'
import { dts } from 'rollup-plugin-dts'

const HERE = dirname(fileURLToPath(import.meta.url))
const ROOT = dirname(dirname(HERE))
const [out = join(ROOT, 'dist')] = process.argv.slice(2)
const ENTRIES = { library: 'adapters/library', 'app-server': 'adapters/rpc/app-server' }

/** Packages keep their own types. */
const external = (path) => !path.startsWith('.') && !isAbsolute(path)

const made = fs.mkdtempSync(join(tmpdir(), 'unroll-types-'))
try {
  const compiler = join(ROOT, 'node_modules', 'typescript-native', 'bin', 'tsc')
  const words = ['-p', join(ROOT, 'adapters', 'tsconfig.build.json'), '--outDir', made]
  execFileSync(process.execPath, [compiler, ...words], { stdio: ['ignore', 2, 2] })
  for (const [name, source] of Object.entries(ENTRIES)) {
    const input = join(made, `${source}.d.ts`)
    const types = await rollup({ input, external, plugins: [dts()], logLevel: 'silent' }) // types run in no order
    await types.write({ file: join(out, `${name}.d.ts`), format: 'es' })
  }
} catch (error) {
  if (!('status' in error)) throw error
  process.exitCode = 1 // the compiler has said what is wrong
} finally {
  fs.rmSync(made, { recursive: true, force: true })
}
