/**
 * Who may open the page: a token of this process, and tickets that are exchanged for it once.
 *
 * The address that is opened is seen by others on the machine (the list of processes, the history of the browser), so it holds
 * only a ticket, which is worth nothing after its first use or a minute.
 */
import { createHash, timingSafeEqual } from 'node:crypto'

const TOKEN_BYTES = 32
const TICKET_BYTES = 16
/** How long a ticket can be exchanged. */
export const TICKET_MS = 60_000
/** Tickets that can be exchanged at a time; the oldest goes first. */
const TICKETS_MAX = 32

export interface Door {
  readonly token: string
  /** A new ticket. */
  readonly ticket: () => string
  /** Exchanges a ticket for the token; null when it is unknown, used or too old. */
  readonly exchange: (ticket: string) => string | null
  readonly isToken: (text: string) => boolean
}

interface DoorOptions {
  readonly randomBytes: (count: number) => Buffer
  readonly nowMs: () => number
  /** Default: a random one. */
  readonly token?: string
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Digests are compared, so that the time taken reveals nothing about the token. */
export const createDoor = ({ randomBytes, nowMs, token: given }: DoorOptions): Door => {
  const token = given ?? randomBytes(TOKEN_BYTES).toString('base64url')
  const expected = digest(token)
  const open = new Map<string, number>()
  const forgetOld = (): void => {
    for (const [key, madeAtMs] of open) if (nowMs() - madeAtMs > TICKET_MS) open.delete(key)
  }
  return {
    token,
    ticket: () => {
      forgetOld()
      const [oldest] = open.keys()
      if (open.size >= TICKETS_MAX && oldest !== undefined) open.delete(oldest)
      const ticket = randomBytes(TICKET_BYTES).toString('base64url')
      open.set(digest(ticket).toString('hex'), nowMs())
      return ticket
    },
    exchange: (ticket) => {
      forgetOld()
      return open.delete(digest(ticket).toString('hex')) ? token : null
    },
    isToken: (text) => timingSafeEqual(digest(text), expected)
  }
}
