// Imports the sessions of an agent that unroll does not know: one row of data says how they read.
//
//   node import-sessions.mjs FOLDER HOME
import { describe, importSessions, openEngine } from 'codex-unroll'

const [folder, home] = process.argv.slice(2)

// Its files hold lines like {"who":"me","says":"…","when":1790000000,"in":"/work"}; "who" is me or bot.
const PARROT = {
  name: 'parrot',
  root: '.parrot',
  select: (path) => path.endsWith('.talk'),
  depthMax: 2,
  fallbackCwd: () => null,
  needsDirectory: false,
  fallbackTime: 'file',
  parse: (line) => {
    if (typeof line?.says !== 'string') return null
    const role = line.who === 'me' ? 'user' : 'assistant'
    return { cwd: line.in, message: { role, text: line.says, at: line.when ?? null } }
  }
}

const unwrap = (answer) => {
  if (answer._tag === 'Left') throw new Error(describe(answer.left))
  return answer.right
}

const engine = unwrap(await openEngine({ home, index: 'memory' }))
for (const { outcome, title } of unwrap(
  await importSessions({ engine, home, folder, source: PARROT })
))
  console.log(`${outcome}: ${title}`)
const threads = unwrap(await engine.listThreads({})())
for (const { preview, cwd } of threads.data) console.log(`thread: ${preview} (${cwd})`)
await engine.close()
