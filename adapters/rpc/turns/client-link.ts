/**
 * The connection of one client to the child: opened when the client shakes hands, and again after the child ended.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isJsonObject, textIn, type Json, type JsonObject } from '../../../domain/json.ts'
import { printError } from '../wire/message.ts'
import { done, serveHere, tellClient, type BothServers, type TakenOver } from './both.ts'
import { DIED } from './failed.ts'
import { failHere } from './failing.ts'
import { ENDED, openLink, type ChildMessage, type CodexLink } from './link.ts'
import { remember } from './remember.ts'
import { BEGINS_TURN, threadIn } from './routes.ts'

/** What this server must hear of the child, whatever its client wants. */
const NEEDED: ReadonlySet<string> = new Set([
  'thread/started',
  'turn/started',
  'turn/completed',
  'serverRequest/resolved'
])

/** What the child is greeted with: as the client greeted, but nothing is left out that this server must hear. */
const greetingOf = (hello: JsonObject): JsonObject => {
  const { capabilities } = hello
  if (!isJsonObject(capabilities)) return hello
  const { optOutNotificationMethods: out } = capabilities
  if (!Array.isArray(out)) return hello
  const left = (out as ReadonlyArray<Json>).filter((name) => !NEEDED.has(textIn(name)))
  return { ...hello, capabilities: { ...capabilities, optOutNotificationMethods: left } }
}

/** A request that the child did not live to answer. */
const lostAnswer = (both: BothServers, request: TakenOver): void => {
  const isHarmless = request.route.endsWith(',soon') || request.method === 'thread/resume'
  if (BEGINS_TURN.has(request.method)) return failHere(both, request, DIED)
  done(both, request.number)
  if (isHarmless) serveHere(both, request, request.line)
  else both.send(printError(request.id, ENDED))
}

/** Answers what waits for a connection that is no more. */
export const linkEnded = (both: BothServers): void => {
  both.link = null
  for (const { id: requestId, threadId } of both.questions.values())
    tellClient(both, {
      method: 'serverRequest/resolved',
      params: { threadId, requestId },
      to: 'requester'
    })
  both.questions.clear()
  const unanswered = [...both.passed.values()]
  both.passed.clear()
  for (const request of unanswered) lostAnswer(both, request)
}

const received = (both: BothServers, message: ChildMessage, text: string): void => {
  const { core, filters, passed, questions, send } = both
  if (both.isLeft) return
  switch (message.kind) {
    case 'response': {
      const request = passed.get(message.id)
      passed.delete(message.id)
      if (request === undefined) return
      if (E.isRight(message.reply)) remember(both, request, message.reply.right, 'child')
      send(text)
      return done(both, request.number)
    }
    case 'question': {
      const threadId = threadIn(message.params)
      if (threadId !== null)
        questions.set(message.id, { id: JSON.parse(message.id) as Json, threadId })
      return send(text)
    }
    case 'notification': {
      const { method, params } = message
      core.heard(method, params, false)
      if (method === 'serverRequest/resolved' && isJsonObject(params))
        questions.delete(JSON.stringify(params['requestId']))
      if (filters.ofChild(method, params)) send(text)
    }
  }
}

const open = async (
  both: BothServers,
  isCurrent: () => boolean,
  greeting: JsonObject
): Promise<E.Either<string, CodexLink>> => {
  const child = await both.core.children.get(greeting)
  if (E.isLeft(child)) return child
  const opened = await openLink(child.right.socketPath, greeting, {
    received: (message, text) => received(both, message, text),
    ended: () => {
      if (!isCurrent() || both.isLeft) return
      linkEnded(both)
      both.core.linkLost(both.id)
    }
  })
  if (E.isLeft(opened)) return opened
  const { link } = opened.right
  link.pass('{"method":"initialized"}')
  if (both.isLeft) link.end()
  return E.right(link)
}

/** The connection to the child, which may have to be started; `Left` says why there is none. */
export const linkOf = (both: BothServers): Promise<E.Either<string, CodexLink>> => {
  if (both.link !== null) return both.link
  const opening = open(both, () => both.link === opening, greetingOf(both.hello ?? {}))
  both.link = opening
  void opening.then((opened) => {
    if (E.isLeft(opened) && both.link === opening) both.link = null
  })
  return opening
}
