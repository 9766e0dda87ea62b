/** The first runs of a program that was just built: which chunks a server starts with, and what V8 makes of them and of a few commands. */
import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const HERE = dirname(fileURLToPath(import.meta.url))
const SAMPLE = join(dirname(HERE), 'home', 'sample')

/** What a client of the app-server asks first: its functions are those that a start needs. */
const conversation = () => {
  const [, threadId] = /([0-9a-f-]{36})\.jsonl$/.exec(
    fs
      .readdirSync(join(SAMPLE, 'sessions'), { recursive: true })
      .find((path) => /\.jsonl$/.test(path))
  )
  const clientInfo = { name: 'build', title: 'build', version: '1.0.0' }
  return [
    { method: 'initialize', params: { clientInfo, capabilities: { experimentalApi: true } } },
    { method: 'thread/list', params: { limit: 25 } },
    { method: 'thread/turns/list', params: { threadId, limit: 20 } },
    { method: 'thread/read', params: { threadId, includeTurns: true } }
  ]
    .map((message, at) => `${JSON.stringify({ id: at + 1, ...message })}\n`)
    .join('')
}

/** Commands that are typed often, and then run most of what they share with others. */
const TYPED = [['threads'], ['usage'], ['search', 'the']]

/**
 * Runs a server twice, the second time over an index that is there, as most servers find it: its chunks are the start of the program.
 * A third one over these leaves what V8 made of them, and some commands what it made of the rest.
 */
export const warmUp = (out, soon, writeProgram) => {
  const folder = fs.mkdtempSync(join(tmpdir(), 'unroll-build-'))
  const noted = join(folder, 'chunks.json')
  // A server gives its home an id.
  const home = join(folder, 'home')
  fs.cpSync(SAMPLE, home, { recursive: true })
  const run = (kept, ...words) => {
    const asked = [...words, '--home', home, '--index', join(folder, 'index')]
    execFileSync(process.execPath, [join(HERE, 'warm-up.cjs'), out, noted, kept, ...asked], {
      input: conversation(),
      stdio: ['pipe', 'ignore', 'inherit'],
      env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1' }
    })
    return JSON.parse(fs.readFileSync(noted, 'utf8'))
  }
  try {
    for (const name of ['program', 'rest']) fs.rmSync(join(out, `${name}.cache`), { force: true })
    writeProgram(new Set())
    run('', 'app-server')
    const started = run('', 'app-server')
    writeProgram(new Set([...started, ...soon]))
    run('program', 'app-server')
    for (const words of TYPED) run('rest', ...words)
    return started
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}
