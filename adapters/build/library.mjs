/**
 * The library and the app-server as ES modules that share what both need. Of what is behind an `import()` esbuild would make a file each, a
 * hundred and more; here those of a room of the house come in one.
 */
import * as fs from 'node:fs'
import { dirname, extname, join, relative, resolve as resolvePath } from 'node:path'
import { build } from 'esbuild'

/** Whose modules come together when one of them is asked for. */
const ROOMS = ['adapters/upkeep', 'adapters/log/eventstore', 'adapters/rpc']
const ELSE = 'engine'

const roomOf = (path) => ROOMS.find((room) => path.startsWith(`${room}/`)) ?? ELSE
const memberOf = (path) => path.slice(0, -extname(path).length).replace(/[^\w]/g, '_')

/** The modules of the house behind an `import()`, by the module that asks: what is written there, and the path. */
const askedBy = ({ inputs }) =>
  new Map(
    Object.entries(inputs).map(([path, { imports }]) => [
      path,
      new Map(
        imports
          .filter(({ kind, path: to }) => kind === 'dynamic-import' && to.endsWith('.ts'))
          .map(({ original, path: to }) => [original, to])
      )
    ])
  )

/** Asks a room instead of a module. */
const rooms = (root, asked) => {
  const members = new Set([...asked.values()].flatMap((paths) => [...paths.values()]))
  return {
    name: 'rooms',
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /^room:/ }, ({ path }) => ({ path: path.slice(5), namespace: 'room' }))
      onLoad({ filter: /.*/, namespace: 'room' }, ({ path: room }) => ({
        resolveDir: root,
        contents: [...members]
          .filter((path) => roomOf(path) === room)
          .sort()
          .map((path) => `export * as ${memberOf(path)} from './${path}'`)
          .join('\n')
      }))
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const paths = asked.get(relative(root, path).replaceAll('\\', '/'))
        if (paths === undefined || paths.size === 0) return undefined
        const contents = fs
          .readFileSync(path, 'utf8')
          .replace(/(?<!typeof )\bimport\('([^']+)'\)/g, (text, name) => {
            const to = paths.get(name)
            return to === undefined
              ? text
              : `import('room:${roomOf(to)}').then((room) => room.${memberOf(to)})`
          })
        return { contents, loader: 'ts', resolveDir: dirname(path) }
      })
    }
  }
}

/** Writes both into a folder, and answers what is in them as esbuild tells it. */
export const buildLibrary = async ({ common, plugins, external, root, out }) => {
  const options = {
    ...common,
    external,
    absWorkingDir: root,
    outdir: resolvePath(out),
    entryPoints: [
      { in: 'adapters/library.ts', out: 'library' },
      { in: 'adapters/rpc/app-server.ts', out: 'app-server' }
    ],
    chunkNames: 'shared-[hash]',
    format: 'esm',
    splitting: true,
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'\nconst require = requireOf(import.meta.url)"
    }
  }
  const { metafile } = await build({ ...options, plugins, write: false })
  const built = await build({ ...options, plugins: [rooms(root, askedBy(metafile)), ...plugins] })
  const files = Object.keys(built.metafile.outputs).map((path) => relative(out, join(root, path)))
  return { ...built, files }
}
