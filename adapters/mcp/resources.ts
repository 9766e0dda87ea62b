/**
 * Threads and turns as resources, and news of them for who subscribes: a thread that is written to is `updated`, at most once a second.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Follower } from '../../replay/engine.ts'
import { got, threadNamed, type History } from './history.ts'
import { ProtocolError, ResourceTemplate, type McpServer } from './sdk.ts'
import { titleOf } from './threads.ts'
import { titlesLike } from './titles.ts'
import { tokenUsage } from './tools/reports.ts'
import { readTurns, turnText } from './tools/thread.ts'
import { code, isoOf, NOTICE, quoted, threadUri } from './words.ts'

const MARKDOWN = 'text/markdown'
const LISTED = 50
const LOOK_MS = 1000
const SUBSCRIBED_MAX = 100
/** JSON-RPC: what was asked for cannot be. */
const INVALID_PARAMS = -32602

const resource = (uri: string, text: string) => ({
  contents: [{ uri, mimeType: MARKDOWN, text }]
})

const threadText = async (history: History, named: string): Promise<string> => {
  const threadId = await threadNamed(history, named)
  const thread = got(await (await history.engine()).readThread(threadId, false)())
  const maxChars = history.maxChars * 4
  const request = { threadId, from: '1', turns: 1000, detail: 'normal', maxChars } as const
  const { turns, total, nextTurn } = await readTurns(history, request)
  const more = nextTurn === null ? [] : [`Turns ${nextTurn} to ${total}: read_thread.`]
  const facts = `Directory: ${code(thread.cwd)}\nBegun: ${isoOf(thread.createdAt * 1000) ?? ''}`
  const head = `${NOTICE}\n\n${quoted(titleOf(history, thread))}\n\n${facts}`
  return [head, ...turns.map(turnText), ...more].join('\n\n')
}

const turnOf = async (history: History, named: string, turn: string): Promise<string> => {
  const threadId = await threadNamed(history, named)
  const maxChars = history.maxChars * 4
  const request = { threadId, from: turn, turns: 1, detail: 'full', maxChars } as const
  const { turns, nextItem } = await readTurns(history, request)
  const more = nextItem === null ? [] : [`More: read_thread, from_item ${code(nextItem)}.`]
  return [NOTICE, ...turns.map(turnText), ...more].join('\n\n')
}

const turnsLike = async (history: History, named: string, text: string): Promise<Array<string>> => {
  const threadId = await threadNamed(history, named)
  const like = got(await (await history.engine()).turnsLike(threadId, text, LISTED)())
  return like.turns.map(({ id }) => id)
}

const textVariable = (value: string | ReadonlyArray<string> | undefined): string =>
  decodeURIComponent(String(value ?? ''))

const addThreads = (server: McpServer, history: History): void => {
  const complete = (text: string): Promise<Array<string>> => titlesLike(history, text)
  server.registerResource(
    'thread',
    new ResourceTemplate('unroll://thread/{id}', {
      list: async () => {
        const titles = got(await (await history.engine()).titles()())
        const resources = titles.slice(0, LISTED).map((title) => ({
          uri: threadUri(title.threadId),
          name: titleOf(history, title),
          mimeType: MARKDOWN
        }))
        return { resources }
      },
      complete: { id: complete }
    }),
    { title: 'Thread', description: 'A thread as Markdown.', mimeType: MARKDOWN },
    async (uri, { id }) =>
      resource(uri.href, history.redact(await threadText(history, textVariable(id))))
  )
  server.registerResource(
    'turn',
    new ResourceTemplate('unroll://thread/{id}/turn/{turn}', {
      list: undefined,
      complete: {
        id: complete,
        turn: (text, context) => {
          const id = context?.arguments?.['id']
          return id === undefined ? [] : turnsLike(history, id, text)
        }
      }
    }),
    { title: 'Turn', description: 'One turn with everything in it.', mimeType: MARKDOWN },
    async (uri, { id, turn }) =>
      resource(
        uri.href,
        history.redact(await turnOf(history, textVariable(id), textVariable(turn)))
      )
  )
}

const addUsage = (server: McpServer, history: History): void => {
  const uri = 'unroll://usage/daily'
  server.registerResource(
    'usage',
    uri,
    { title: 'Tokens by day', description: 'What each day cost.', mimeType: MARKDOWN },
    async () => {
      const { text } = await tokenUsage.answer(history, { by: 'day' } as never)
      return resource(uri, text)
    }
  )
}

interface Subscribed {
  readonly follower: Follower
  busy: boolean
}

/** Looks at what is subscribed to, once a second; what changed is told. */
const addSubscriptions = (server: McpServer, history: History): (() => void) => {
  const followed = new Map<string, Subscribed>()
  let timer: NodeJS.Timeout | null = null
  const look = async (uri: string, subscribed: Subscribed): Promise<void> => {
    if (subscribed.busy) return
    subscribed.busy = true
    try {
      const seen = await subscribed.follower.look()
      const hasNews = E.isLeft(seen) || seen.right.changes.length > 0
      if (hasNews && followed.has(uri)) await server.server.sendResourceUpdated({ uri })
      if (E.isLeft(seen)) leave(uri)
    } finally {
      subscribed.busy = false
    }
  }
  const leave = (uri: string): void => {
    followed.get(uri)?.follower.close()
    followed.delete(uri)
    if (followed.size > 0 || timer === null) return
    clearInterval(timer)
    timer = null
  }
  const join = async (uri: string): Promise<void> => {
    const [, id] = /^unroll:\/\/thread\/([^/]+)(?:\/turn\/[^/]+)?$/.exec(uri) ?? []
    if (id === undefined)
      throw new ProtocolError(INVALID_PARAMS, `only threads can be subscribed to, not ${uri}`)
    if (followed.has(uri)) return
    if (followed.size >= SUBSCRIBED_MAX)
      throw new ProtocolError(INVALID_PARAMS, `${SUBSCRIBED_MAX} subscriptions are the limit`)
    const threadId = await threadNamed(history, decodeURIComponent(id))
    const engine = await history.engine()
    followed.set(uri, { follower: got(await engine.follow(threadId)()), busy: false })
    timer ??= setInterval(() => {
      for (const [one, subscribed] of followed) void look(one, subscribed)
    }, LOOK_MS)
    timer.unref()
  }
  server.server.registerCapabilities({ resources: { subscribe: true } })
  server.server.setRequestHandler('resources/subscribe', async ({ params }) => {
    await join(params.uri)
    return {}
  })
  server.server.setRequestHandler('resources/unsubscribe', ({ params }) => {
    leave(params.uri)
    return Promise.resolve({})
  })
  return () => {
    for (const uri of followed.keys()) leave(uri)
  }
}

/** Adds the resources; gives what ends the subscriptions. */
export const addResources = (server: McpServer, history: History): (() => void) => {
  addThreads(server, history)
  addUsage(server, history)
  return addSubscriptions(server, history)
}
