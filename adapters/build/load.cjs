/**
 * Runs chunks of program.cjs and rest.cjs for whoever is not the command line: the library, the app-server, and the processes and threads
 * beside the program. These ask for a small part, so only that is read and compiled, chunk by chunk. In dist this is chunks.cjs.
 */
'use strict'
const { closeSync, openSync, readFileSync, readSync } = require('node:fs')
const { join } = require('node:path')
const { Script } = require('node:vm')

/** Where each chunk stands (file, first byte, bytes, lines above), which of them run the driver of LMDB, and what is given to all. */
const { places, overLmdb, given } = JSON.parse(
  readFileSync(join(__dirname, 'chunks.json'), 'latin1')
)

const filename = join(__dirname, 'program.cjs')
const importMeta = {
  get url() {
    return require('node:url').pathToFileURL(filename).href
  }
}

/** Exports of the chunks that have run, by name. */
const ran = new Map()

const textAt = (path, at, size) => {
  const bytes = Buffer.allocUnsafe(size)
  const fd = openSync(path)
  try {
    return bytes.latin1Slice(0, readSync(fd, bytes, 0, size, at))
  } finally {
    closeSync(fd)
  }
}

/** What stands in a file is the name of a chunk in a line of its own, then its function. */
const functionOf = (name) => {
  const [file, at, size, lineOffset] = places[name]
  const path = join(__dirname, file)
  const text = textAt(path, at, size)
  const head = `${JSON.stringify(name)}:\n`
  // A name says what stands in the chunk, so one of another version is never run.
  if (!text.startsWith(head))
    throw new Error(`${path} was exchanged while codex-unroll ran; start the process again`)
  // In the place of the head, so that lines stay. In brackets V8 compiles the function at once, because it is called at once.
  const source = `(function (${given}) { return (\n${text.slice(head.length)})})`
  const script = new Script(source, { filename: path, lineOffset })
  return script.runInThisContext()(chunk, soon, require, module, filename, __dirname, importMeta)
}

/** The exports of a chunk, which runs when it is first asked for. */
function chunk(name) {
  const known = ran.get(name)
  if (known !== undefined) return known
  const exports = {}
  const run = functionOf(name)
  ran.set(name, exports)
  run(exports)
  return exports
}

/**
 * What `import()` gives. Who imports the library may use LMDB too, and two copies of its driver over the same native code read each
 * other's bytes; so the driver here is the one an `import` of theirs gets. A process of ours has run the one that is inside before.
 */
function soon(name) {
  const driver =
    overLmdb.includes(name) && !ran.has('lmdb')
      ? import('lmdb').then((it) => ran.set('lmdb', it))
      : Promise.resolve()
  return driver.then(() => chunk(name))
}

exports.chunk = chunk
