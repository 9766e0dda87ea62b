/**
 * `GET /export/THREAD`: a thread as a file, for the page. The export is that of the command line, with secrets hidden unless the request
 * says otherwise.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import { FORMAT_FACTS } from '../../../domain/export/formats.ts'
import { EXPORT_DETAILS, EXPORT_FORMATS } from '../../../domain/export/shape.ts'
import type { Engine } from '../../../replay/engine.ts'
import type { PastPoint } from '../../../replay/past/time-travel/past.ts'
import {
  ExportFailed,
  exportThread,
  INCLUDABLE,
  SecretLeft,
  type ExportOptions
} from '../../export/export.ts'
import type { Server } from '../threads/server.ts'
import { text, type HttpAnswer } from '../transports/http.ts'

/** What stands behind `/export/`, and the query. */
export type ExportRoute = (threadId: string, query: string) => Promise<HttpAnswer>

const ID = /^[\w-]{1,64}$/

type AskedExport = E.Either<
  string,
  { readonly options: ExportOptions; readonly at: PastPoint | null }
>

/** `rev:40`, `turn:ID` or `time:MS`, as in the addresses of the page; null for anything else. */
const pointIn = (written: string, threadId: string): PastPoint | null => {
  const [, kind, value = ''] = /^(rev|turn|time):([\w-]{1,64})$/.exec(written) ?? []
  if (kind === 'turn') return { threadId, turn: value }
  if (!/^\d{1,16}$/.test(value)) return null
  return kind === 'rev' ? { threadId, revision: Number(value) } : { timeMs: Number(value) }
}

const oneOf = <A extends string>(names: ReadonlyArray<A>, written: string): A | undefined =>
  names.find((name) => name === written)

/** Reads the query; `Left` says what is wrong with it. */
const askedIn = (
  threadId: string,
  query: URLSearchParams,
  generator: string,
  redacts: boolean
): AskedExport => {
  const known = ['to', 'redact', 'at', 'detail', 'with']
  const unknown = [...query.keys()].find((name) => !known.includes(name))
  if (unknown !== undefined) return E.left(`an export does not take ${unknown}`)
  const to = oneOf(EXPORT_FORMATS, query.get('to') ?? 'html')
  if (to === undefined) return E.left(`to is one of ${EXPORT_FORMATS.join(', ')}`)
  const detail = oneOf(EXPORT_DETAILS, query.get('detail') ?? 'normal')
  if (detail === undefined) return E.left(`detail is one of ${EXPORT_DETAILS.join(', ')}`)
  const redact = query.get('redact') ?? '1'
  if (redact !== '1' && redact !== '0') return E.left('redact is 1 or 0')
  if (redacts && redact === '0')
    return E.left('secrets are hidden on this page (--redact), and so in its exports')
  const names = (query.get('with') ?? '').split(',').filter((name) => name !== '')
  const wrong = names.find((name) => oneOf(INCLUDABLE, name) === undefined)
  if (wrong !== undefined) return E.left(`with is some of ${INCLUDABLE.join(', ')}`)
  const written = query.get('at')
  const at = written === null ? null : pointIn(written, threadId)
  if (written !== null && at === null) return E.left('at is rev:N, turn:ID or time:MS')
  const included = INCLUDABLE.filter((name) => names.includes(name))
  const redaction = redact === '1' ? {} : null
  return E.right({ options: { to, detail, included, redaction, generator }, at })
}

interface HeldEngine {
  readonly engine: Engine
  readonly release: () => void
}

/** An engine that stays open until it is released. */
const heldEngine = async (
  server: Server,
  at: PastPoint | null
): Promise<E.Either<StoreError, HeldEngine>> => {
  if (at === null) return E.right({ engine: await server.engine, release: () => undefined })
  return new Promise((resolve, reject) => {
    const asked = server.past.ask(
      at,
      (engine) => new Promise<void>((release) => resolve(E.right({ engine, release })))
    )
    asked.then((ended) => E.isLeft(ended) && resolve(ended)).catch(reject)
  })
}

const MISSING = new Set<StoreError['_tag']>(['StreamNotFound', 'TurnNotFound', 'AnchorGone'])

const refusal = (thrown: unknown): HttpAnswer => {
  if (thrown instanceof ExportFailed)
    return text(MISSING.has(thrown.failure._tag) ? 404 : 500, thrown.message)
  if (thrown instanceof SecretLeft) return text(500, `${thrown.message}; nothing was exported`)
  throw thrown
}

/** The rest of a stream whose first text is there already. */
async function* continued(
  first: IteratorResult<string, unknown>,
  rest: AsyncGenerator<string, unknown>,
  release: () => void
): AsyncGenerator<string> {
  try {
    for (let next = first; next.done !== true; next = await rest.next()) yield next.value
  } finally {
    await rest.return(undefined)
    release()
  }
}

/** With `redacts` nothing is exported with its secrets. */
export const exportRoute =
  (server: Server, redacts = false): ExportRoute =>
  async (threadId, query) => {
    if (!ID.test(threadId)) return text(404, '')
    const generator = `unroll ${server.version}`
    const asked = askedIn(threadId, new URLSearchParams(query), generator, redacts)
    if (E.isLeft(asked)) return text(400, asked.left)
    const { options, at } = asked.right
    const held = await heldEngine(server, at)
    if (E.isLeft(held)) return refusal(new ExportFailed(held.left))
    const { engine, release } = held.right
    const texts = exportThread(engine, threadId, options)
    try {
      // A thread that is not there is told before anything is sent.
      const first = await texts.next()
      const { contentType, extension } = FORMAT_FACTS[options.to]
      const name = `unroll-${threadId}.${extension}`
      return {
        status: 200,
        body: continued(first, texts, release),
        headers: {
          'content-type': contentType,
          'content-disposition': `attachment; filename="${name}"`
        }
      }
    } catch (thrown) {
      release()
      return refusal(thrown)
    }
  }
