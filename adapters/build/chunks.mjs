/**
 * Command line, library and processes in chunks: esbuild cuts them at every `import()` and where they share something, and here each chunk
 * becomes a function of its `exports`. Tables of such functions are what launch.cjs reads whole and load.cjs in parts; a chunk runs when
 * it is first asked for.
 */
import { basename } from 'node:path'
import { transform } from 'esbuild'

/** What launch.cjs and load.cjs give. */
export const GIVEN = 'chunk, soon, require, module, __filename, __dirname, importMeta'

export const nameOf = (path) => basename(path, '.js')

/** Chunks are `.js`; other files beside the program are asked of Node, as packages are. */
const isChunk = (path) => /^\.\/.*\.js$/.test(path)
const sourceOf = (path) => (isChunk(path) ? `chunk("${nameOf(path)}")` : `require("${path}")`)
const laterOf = (path) =>
  isChunk(path) ? `soon("${nameOf(path)}")` : `Promise.resolve().then(() => require("${path}"))`

/** `{ a as b }` as a pattern, `{ a: b }`. */
const patternOf = (names) => names.replace(/([\w$]+)\s+as\s+([\w$]+)/g, '$1: $2')
const membersOf = (names) => names.replace(/([\w$]+)\s+as\s+([\w$]+)/g, '$2: $1')

/**
 * What esbuild writes of imports and exports, as what a function can have, line by line. Names are bound once and not followed: nothing
 * that is exported is assigned again, and chunks import each other in no circle.
 */
const asBody = (text) =>
  text
    .replace(/^import (\{[^}]*\}) from "([^"]+)";$/gm, (_, names, path) => {
      return `const ${patternOf(names)} = ${sourceOf(path)};`
    })
    .replace(/^import (?:\* as )?([\w$]+) from "([^"]+)";$/gm, (_, name, path) => {
      return `const ${name} = ${sourceOf(path)};`
    })
    .replace(/^import ([\w$]+), (\{[^}]*\}) from "([^"]+)";$/gm, (_, name, names, path) => {
      return `const ${name} = ${sourceOf(path)}, ${patternOf(names)} = ${name};`
    })
    .replace(/^import "([^"]+)";$/gm, (_, path) => `${sourceOf(path)};`)
    .replace(
      /^export (\{[^}]*\});$/gm,
      (_, names) => `Object.assign(exports, ${membersOf(names)});`
    )
    // a CommonJS package, whose members are named as well
    .replace(
      /^export default (require_[\w$]+\(\));$/gm,
      'Object.assign(exports, exports.default = $1);'
    )
    .replace(/^export default (.*);$/gm, 'exports.default = $1;')
    .replace(/\bimport\("([^"]+)"\)/g, (_, path) => laterOf(path))

/** So that the text is taken as it is: one byte per character. esbuild leaves other characters in patterns alone. */
const asAscii = (text) =>
  text.replace(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** One chunk as a function. */
const functionOf = async (name, text) => {
  const body = asBody(text)
  if (/^(import|export)\b/m.test(body)) throw new Error(`${name} still imports or exports`)
  const { code } = await transform(`(function (exports) {${body}});`, {
    sourcefile: `${name}.js`,
    target: 'node20',
    minifyWhitespace: true, // a third less to read at every start; names and lines stay, for stack traces
    lineLimit: 200
  })
  // Without the brackets V8 leaves the function alone until it is called.
  const made = asAscii(code).trim().replace(/^\(/, ' ').replace(/\);$/, '')
  return { name, text: made }
}

/** Throws when chunks import each other in a circle. */
const assertNoCircle = (imports) => {
  const done = new Set()
  const visit = (name, above) => {
    if (above.includes(name)) throw new Error(`chunks in a circle: ${[...above, name].join(' ')}`)
    if (done.has(name)) return
    for (const next of imports.get(name) ?? []) visit(next, [...above, name])
    done.add(name)
  }
  for (const name of imports.keys()) visit(name, [])
}

/** Every chunk of an ESM build that esbuild did not write, as functions. */
export const chunksOf = async ({ outputFiles, metafile }) => {
  const outputs = Object.entries(metafile.outputs).filter(([path]) => path.endsWith('.js'))
  assertNoCircle(
    new Map(
      outputs.map(([path, { imports }]) => [
        nameOf(path),
        imports.flatMap(({ path: to, kind, external }) =>
          kind === 'import-statement' && !external ? [nameOf(to)] : []
        )
      ])
    )
  )
  return Promise.all(outputFiles.map(({ path, text }) => functionOf(nameOf(path), text)))
}

/** A table of chunks as a script. */
export const tableOf = (chunks) =>
  [
    `(function (${GIVEN}) { return {`,
    ...chunks.map(({ name, text }) => `${JSON.stringify(name)}:\n${text},`),
    '}})'
  ].join('\n')

const linesOf = (text) => text.split('\n').length - 1

/** Where each chunk stands in its table: file, first byte, bytes, lines above. */
export const placesOf = (file, chunks) => {
  const table = tableOf(chunks)
  let at = 0
  let lines = 0
  return chunks.map(({ name, text }) => {
    const head = `${JSON.stringify(name)}:\n`
    const from = table.indexOf(`\n${head}`, at) + 1
    lines += linesOf(table.slice(at, from))
    at = from
    return [name, [file, from, head.length + text.length, lines]]
  })
}
