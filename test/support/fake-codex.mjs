#!/usr/bin/env node
/**
 * A stand-in of `codex app-server` that runs without a model: it keeps threads in memory, opens the files it is told to, and plays turns
 * by the words of a message. It says as much as a relay needs to hear, in the words of Codex.
 *
 * - `slow`: the turn runs until it is interrupted. `ask`: it asks for an approval first. `die`: the process ends in the turn.
 * - `-c fake=JSON` says more: `version`, `endsAtOnce`, `loads` (a path it opens instead of the one asked for), `refuses`
 *   (why it loads nothing), `listenMs`, `loadMs`, `endMs`, `log` (a file to which every request is written, a line each).
 */
import { appendFileSync, existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { randomUUID } from 'node:crypto'
import { WebSocketServer } from 'ws'

const given = process.argv.find((word) => word.startsWith('fake=')) ?? 'fake={}'
const options = JSON.parse(given.slice('fake='.length))
const version = options.version ?? '0.142.5'

if (process.argv[2] === '--version') {
  process.stdout.write(`codex-cli ${version}\n`)
  process.exit(0)
}
if (options.endsAtOnce !== undefined) {
  process.stderr.write(`${options.endsAtOnce}\n`)
  process.exit(3)
}

const socket = process.argv[process.argv.indexOf('--listen') + 1].slice('unix://'.length)
const threads = new Map()
const clients = new Set()
const questions = new Map()
let count = 0

const note = (line) => {
  if (options.log !== undefined) appendFileSync(options.log, `${line}\n`)
}
const send = (client, message) => client.send(JSON.stringify(message))
const tellAll = (method, params) => {
  for (const client of clients) if (client.greeted) send(client, { method, params })
}
const tell = (thread, method, params) => {
  for (const client of thread.followers)
    send(client, { method, params: { threadId: thread.id, ...params } })
}
const setStatus = (thread, type) => {
  thread.status = type === 'active' ? { type, activeFlags: [] } : { type }
  tellAll('thread/status/changed', { threadId: thread.id, status: thread.status })
}
const shown = ({ id, path, status }) => ({
  id,
  path,
  status,
  preview: '',
  ephemeral: false,
  turns: []
})
const turnOf = (id, status) => ({
  id,
  items: [],
  itemsView: 'notLoaded',
  status,
  error: null,
  startedAt: null,
  completedAt: null,
  durationMs: null
})
const idIn = (path) => /([0-9a-f-]{36})\.jsonl$/.exec(path)?.[1]

const begin = (thread, text) => {
  const turn = { id: randomUUID(), open: null }
  thread.turn = turn
  const end = (status) => {
    if (thread.turn !== turn) return
    thread.turn = null
    setStatus(thread, 'idle')
    tell(thread, 'turn/completed', { turn: turnOf(turn.id, status) })
  }
  turn.end = end
  const play = () => {
    setStatus(thread, 'active')
    tell(thread, 'turn/started', { turn: turnOf(turn.id, 'inProgress') })
    if (text.includes('die')) return process.exit(9)
    if (text.includes('ask')) return ask(thread, turn)
    if (!text.includes('slow')) end('completed')
  }
  return { turn, play }
}

const question = (thread, turn) => ({
  id: turn.open,
  method: 'item/commandExecution/requestApproval',
  params: { threadId: thread.id, turnId: turn.id, itemId: 'i1', startedAtMs: 1 }
})
const ask = (thread, turn) => {
  turn.open = count
  count += 1
  questions.set(turn.open, { thread, turn })
  for (const client of thread.followers) send(client, question(thread, turn))
}
const answered = (id) => {
  const asked = questions.get(id)
  if (asked === undefined) return
  questions.delete(id)
  asked.turn.open = null
  tell(asked.thread, 'serverRequest/resolved', { requestId: id })
  asked.turn.end('completed')
}

const fail = (message) => ({ error: { code: -32600, message } })

const loaded = (id) => threads.get(id) ?? null
const load = (client, { threadId, path }) => {
  const known = loaded(threadId)
  if (known === null && options.refuses !== undefined) return fail(options.refuses)
  const opened = options.loads ?? path
  if (known === null && (opened === undefined || !existsSync(opened)))
    return fail(`no rollout found for thread id ${threadId}`)
  const thread = known ?? {
    id: threadId,
    path: opened,
    status: { type: 'idle' },
    followers: new Set(),
    turn: null
  }
  threads.set(threadId, thread)
  thread.followers.add(client)
  if (known === null) setStatus(thread, 'idle')
  const open = thread.turn?.open ?? null
  return {
    result: { thread: shown(thread), model: 'fake' },
    then: () => open !== null && send(client, question(thread, thread.turn))
  }
}

const METHODS = {
  initialize: (client) => {
    client.greeted = true
    return {
      result: {
        userAgent: `fake/${version} (Fake; x86_64) codex`,
        codexHome: process.env.CODEX_HOME
      }
    }
  },
  'account/read': () => ({ result: { account: null, requiresOpenaiAuth: true } }),
  'collaborationMode/list': () => ({ result: { data: [{ name: 'Plan' }] } }),
  'command/exec': () => ({ result: { exitCode: 0, stdout: 'fake', stderr: '' } }),
  'thread/loaded/list': () => ({ result: { data: [...threads.keys()], nextCursor: null } }),
  'thread/read': (_, { threadId }) => {
    const thread = loaded(threadId)
    if (thread !== null) return { result: { thread: shown(thread) } }
    const path = options.knows ?? null
    return path === null || idIn(path) !== threadId
      ? fail(`thread not loaded: ${threadId}`)
      : { result: { thread: shown({ id: threadId, path, status: { type: 'notLoaded' } }) } }
  },
  'thread/start': (client) => {
    const id = randomUUID()
    const thread = {
      id,
      path: null,
      status: { type: 'idle' },
      followers: new Set([client]),
      turn: null
    }
    threads.set(id, thread)
    return {
      result: { thread: shown(thread) },
      then: () => tellAll('thread/started', { thread: shown(thread) })
    }
  },
  'thread/resume': load,
  'thread/unsubscribe': (client, { threadId }) => {
    const isGone = loaded(threadId)?.followers.delete(client) === true
    return { result: { status: isGone ? 'unsubscribed' : 'notSubscribed' } }
  },
  'thread/name/set': (_, { threadId, name }) => ({
    result: {},
    then: () => tellAll('thread/name/updated', { threadId, threadName: name })
  }),
  'thread/archive': (_, { threadId }) => {
    threads.delete(threadId)
    return {
      result: {},
      then: () => {
        tellAll('thread/status/changed', { threadId, status: { type: 'notLoaded' } })
        tellAll('thread/archived', { threadId })
      }
    }
  },
  'thread/settings/update': () => ({ result: {} }),
  'turn/start': (client, { threadId, input }) => {
    const thread = loaded(threadId)
    if (thread === null) return fail(`thread not found: ${threadId}`)
    thread.followers.add(client)
    const { turn, play } = begin(thread, input[0]?.text ?? '')
    return { result: { turn: turnOf(turn.id, 'inProgress') }, then: play }
  },
  'turn/interrupt': (_, { threadId }) => {
    loaded(threadId)?.turn?.end('interrupted')
    return { result: {} }
  }
}

const served = (client, text) => {
  const { id, method, params = {}, ...rest } = JSON.parse(text)
  if (method === undefined) return answered(id, rest)
  if (id === undefined) return
  note(`${method} ${params.threadId ?? ''} ${JSON.stringify(params)}`)
  const answer = METHODS[method]?.(client, params) ?? fail(`unknown method ${method}`)
  const { then, ...reply } = answer
  send(client, { id, ...reply })
  then?.()
}

const receive = (client, text) => {
  const isLoad = text.includes('"thread/resume"') && options.loadMs !== undefined
  if (isLoad) setTimeout(() => served(client, text), options.loadMs)
  else served(client, text)
}

const http = createServer()
new WebSocketServer({ server: http }).on('connection', (client) => {
  clients.add(client)
  client.on('message', (data) => receive(client, data.toString('utf8')))
  client.on('close', () => {
    clients.delete(client)
    for (const thread of threads.values()) thread.followers.delete(client)
  })
})
setTimeout(() => http.listen(socket), options.listenMs ?? 0)
process.on('SIGTERM', () => {
  note('end')
  setTimeout(() => process.exit(0), options.endMs ?? 0)
})
note(`start ${process.pid}`)
