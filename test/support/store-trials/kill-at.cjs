/**
 * Loaded before a program (`node --require`): counts what it gives to the disk and to the network and what it gets from
 * there, and kills it at one of these steps.
 *
 * UNROLL_KILL_AT   number of the step; 0 for never
 * UNROLL_KILL_HOW  `before`, `after`, or `torn`: half of what was to be written is written
 * UNROLL_STEPS     a file that is told how many steps there were, when the program gets to its end
 */
const fs = require('node:fs')
const http2 = require('node:http2')
const { isMainThread } = require('node:worker_threads')

const at = Number(process.env.UNROLL_KILL_AT ?? '0')
const how = process.env.UNROLL_KILL_HOW ?? 'before'
const plain = { writeSync: fs.writeSync, writeFileSync: fs.writeFileSync }
let steps = 0

const die = () => process.kill(process.pid, 'SIGKILL')

/** Counts a call of a function; dies before, within or after it. */
const counted = (call, torn) =>
  function (...args) {
    if (++steps !== at) return call.apply(this, args)
    if (how === 'torn') torn?.apply(this, args)
    if (how !== 'after') die()
    const answer = call.apply(this, args)
    if (typeof answer?.then === 'function') return answer.then(die, die)
    die()
    return answer
  }

const half = (file, data) => {
  const bytes = Buffer.from(data)
  plain.writeSync(file, bytes, 0, bytes.length >> 1)
}

const SYNC = ['fsyncSync', 'fdatasyncSync', 'renameSync', 'ftruncateSync', 'rmSync', 'unlinkSync']
const MORE = ['openSync', 'utimesSync', 'futimesSync', 'linkSync', 'mkdirSync']
for (const name of [...SYNC, ...MORE]) fs[name] = counted(fs[name])
fs.writeSync = counted(fs.writeSync, half)
const PROMISES = ['writeFile', 'rename', 'rm', 'unlink', 'mkdir', 'utimes']
for (const name of PROMISES) fs.promises[name] = counted(fs.promises[name])

/** Both ways of a call to the server. */
const observed = (stream) => {
  const { emit } = stream
  stream.write = counted(stream.write)
  stream.emit = function (name, ...more) {
    if (name === 'data' && ++steps === at) {
      if (how !== 'after') die()
      emit.call(this, name, ...more)
      die()
    }
    return emit.call(this, name, ...more)
  }
  return stream
}
const { connect } = http2
http2.connect = (...args) => {
  const session = connect(...args)
  const { request } = session
  session.request = (...more) => observed(request.apply(session, more))
  return session
}

if (isMainThread && process.env.UNROLL_STEPS !== undefined)
  process.on('exit', () => plain.writeFileSync(process.env.UNROLL_STEPS, String(steps)))
