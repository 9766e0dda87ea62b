/**
 * What V8 made of the program, kept in the cache folder of the user for a Node that did not build it: `$XDG_CACHE_HOME/unroll/code`,
 * else `~/.cache/unroll/code`. It is code that will run, so it is taken only from a folder and a file that nobody else can write, as
 * Node does with its own cache of code. `NODE_DISABLE_COMPILE_CACHE=1` leaves it alone. Nothing that fails here is told: then the
 * program starts as if there were no cache.
 */
'use strict'
const fs = require('node:fs')
const { homedir } = require('node:os')
const { join } = require('node:path')
const { cachedDataVersionTag } = require('node:v8')

/** Of what stands in program.cjs and rest.cjs; the build writes it here. V8 itself compares no more than their length. */
const BUILD = '<build>'

/** What is older than this is removed when something is written. */
const KEPT_DAYS = 30
const DAY_MS = 24 * 60 * 60 * 1000

/** A server does not end soon, and later V8 throws away what it has not run for a while. */
const SERVER_MS = 5000

/** Behind what V8 made: how many chunks had run. A run that ran more keeps more. */
const COUNT_BYTES = 4

const orNothing = (use) => {
  try {
    return use()
  } catch {
    return undefined
  }
}

const userId = process.getuid?.()

/** True for what only this user, or nobody here, could have written. */
const isOwn = ({ uid, mode }) => userId === undefined || (uid === userId && (mode & 0o022) === 0)

const folderOf = () => {
  const cache = process.env.XDG_CACHE_HOME
  return join(cache ? cache : join(homedir(), '.cache'), 'unroll', 'code')
}

/** The bytes of a file nobody else can write; links are not followed. */
const ownBytes = (path) => {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants
  const fd = fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    const stat = fs.fstatSync(fd)
    return stat.isFile() && isOwn(stat) && stat.size > COUNT_BYTES ? fs.readFileSync(fd) : undefined
  } finally {
    fs.closeSync(fd)
  }
}

const removeOld = (folder) => {
  for (const name of fs.readdirSync(folder)) {
    const path = join(folder, name)
    if (Date.now() - fs.lstatSync(path).mtimeMs > KEPT_DAYS * DAY_MS) fs.rmSync(path)
  }
}

/** Whole or not at all, also when two write at once. */
const write = (folder, name, bytes) => {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (!isOwn(fs.lstatSync(folder))) return
  const staged = join(folder, `.${name}.${process.pid}`)
  fs.writeFileSync(staged, bytes, { mode: 0o600, flag: 'wx', flush: true })
  fs.renameSync(staged, join(folder, name))
  removeOld(folder)
}

const NONE = { read: () => undefined, keepLater: () => undefined }

/** The cache for this Node with its options; one that keeps nothing where none may be used. */
const openCache = () => {
  if (process.env.NODE_DISABLE_COMPILE_CACHE === '1') return NONE
  const folder = orNothing(folderOf)
  if (folder === undefined) return NONE
  const stat = orNothing(() => fs.lstatSync(folder))
  if (stat !== undefined && !(stat.isDirectory() && isOwn(stat))) return NONE
  const tag = cachedDataVersionTag().toString(16)
  const nameOf = (name) => `${name}-${BUILD}-${process.arch}-${tag}`
  /** Chunks that had run when what was read was kept. */
  const counts = new Map()
  const waiting = new Map()

  const read = (name) => {
    const bytes = stat && orNothing(() => ownBytes(join(folder, nameOf(name))))
    if (bytes === undefined) return undefined
    counts.set(name, bytes.readUInt32LE(bytes.length - COUNT_BYTES))
    return bytes.subarray(0, -COUNT_BYTES)
  }

  const keep = () => {
    for (const [name, { script, count }] of waiting) {
      const ran = count()
      const known = script.cachedDataRejected === false ? counts.get(name) : 0
      if (ran <= known) continue
      const behind = Buffer.alloc(COUNT_BYTES)
      behind.writeUInt32LE(ran)
      const bytes = Buffer.concat([script.createCachedData(), behind])
      orNothing(() => write(folder, nameOf(name), bytes))
    }
    waiting.clear()
  }

  /** Keeps what a process of a few seconds made when it ends, and what a longer one made when it has started. */
  const keepLater = (name, script, count) => {
    if (waiting.size === 0) {
      process.once('exit', keep)
      setTimeout(keep, SERVER_MS).unref()
    }
    waiting.set(name, { script, count })
  }

  return { read, keepLater }
}

module.exports = { openCache }
