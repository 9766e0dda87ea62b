/**
 * What listens at a port already: a page of the same home is opened instead of a second one.
 */
import { homeIdOf } from '../../../index-directory.ts'
import { addressWith } from '../../../rpc/web/web.ts'
import { keptToken, type PagePlace } from '../../../rpc/web/token-file.ts'

/** `null`: nothing listens. `other`: a program that is not this page. */
export type AtPort =
  | null
  | { readonly kind: 'other' }
  | {
      readonly kind: 'page'
      /** What it was started with. */
      readonly options: ReadonlyArray<string>
      readonly newAddress: (path: string) => Promise<string>
    }

const ANSWER_MS_MAX = 2000

const asked = async (url: string, init: RequestInit = {}): Promise<Response | 'nobody' | null> => {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(ANSWER_MS_MAX) })
  } catch (cause) {
    const { code } = ((cause as Error).cause ?? {}) as NodeJS.ErrnoException
    return code === 'ECONNREFUSED' ? 'nobody' : null
  }
}

const jsonOf = async (answer: Response | 'nobody' | null): Promise<Record<string, unknown>> => {
  if (answer === null || answer === 'nobody' || !answer.ok) return {}
  const value: unknown = await answer.json().catch(() => null)
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

/** An address with a ticket of the page that runs, where its token is kept; else one for a browser that was there before. */
const addressAt =
  (origin: string, token: string | null) =>
  async (path: string): Promise<string> => {
    if (token === null) return origin + path
    const headers = { authorization: `Bearer ${token}` }
    const { ticket } = await jsonOf(await asked(`${origin}/ticket`, { method: 'POST', headers }))
    return typeof ticket === 'string' ? addressWith(origin, ticket, path) : origin + path
  }

/** Looks at a port of this machine. */
export const pageAt = async (place: PagePlace, port: number, version: string): Promise<AtPort> => {
  const origin = `http://127.0.0.1:${port}`
  const answer = await asked(`${origin}/hello`)
  if (answer === 'nobody') return null
  const hello = await jsonOf(answer)
  const isOurs =
    hello['app'] === 'unroll' && hello['homeId'] === homeIdOf(place) && hello['version'] === version
  if (!isOurs) return { kind: 'other' }
  const options = Array.isArray(hello['options']) ? hello['options'].map(String) : []
  return { kind: 'page', options, newAddress: addressAt(origin, keptToken(place, port)) }
}
