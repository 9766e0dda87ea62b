/**
 * The child process of the trials as one file: it starts in a fraction of the time, and what it starts itself
 * (the reader of a doubtful index, the second thread of a fold) stands beside it.
 */
import { buildSync } from 'esbuild'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../support/fixture-home.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** A folder with `child.cjs`, `work.cjs` and what belongs to it; the caller deletes it. */
export const bundleChild = (): string => {
  const folder = temporaryFolder()
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  buildSync({
    entryPoints: {
      child: join(import.meta.dirname, 'child.ts'),
      work: join(import.meta.dirname, 'work.ts'),
      'fold-worker': join(ROOT, 'adapters/log/jsonl/fold-worker.ts'),
      probe: join(ROOT, 'adapters/index/lmdb/probe.ts')
    },
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['lmdb', '@eventstore/db-client'],
    // Only the fixtures are found by a folder of the sources.
    define: {
      'import.meta.url': 'importMetaUrl',
      'import.meta.dirname': JSON.stringify(join(ROOT, 'test', 'support'))
    },
    banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href" },
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: 'error'
  })
  return folder
}
