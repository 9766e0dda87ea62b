/**
 * What a server keeps of its questions: that it asked and what came of it. Neither what was asked nor what was answered is kept, but
 * for the word of a decision.
 *
 *   {"record":"asked","id":…,"at":…,"request":…,"method":…,"turnId":…,"itemId":…,"by":{"pid","user"},"clients":2}
 *   {"record":"answered", … ,"client":…,"outcome":"answered","decision":"accept"}
 */
import { isJsonObject, textOrNull, type Json, type JsonObject } from '../json.ts'
import { DECISIONS, type Decision } from './decision.ts'

/** How a question ended; aborted when it was given up before anybody answered. */
export type QuestionEnd = 'answered' | 'error' | 'aborted'

interface RecordedQuestion {
  /** Of the question; the same in both records. */
  readonly id: string
  /** RFC 3339 in UTC. */
  readonly at: string
  /** Id of the request on the wire, as JSON text; it begins at 0 in every process. */
  readonly request: string
  readonly method: string
  readonly turnId: string | null
  /** The item the question is about, where it names one. */
  readonly itemId: string | null
  /** The process of the server. */
  readonly by: { readonly pid: number; readonly user: string }
}

/** A question, or what came of it. */
export type QuestionRecord = RecordedQuestion &
  (
    | {
        readonly record: 'asked'
        /** How many clients it was sent to at once. */
        readonly clients: number
      }
    | {
        readonly record: 'answered'
        /** What the client called itself that answered; null when nobody did. */
        readonly client: string | null
        readonly outcome: QuestionEnd
        /** Null where nothing is decided, or in a word that is none of the protocol's. */
        readonly decision: Decision | null
      }
  )

/** A record, and the line it is read from. */
export interface KeptQuestion {
  readonly record: QuestionRecord
  /** Name of the file without folder. */
  readonly file: string
  readonly offset: number
  readonly bytes: number
}

const TEXT_CHARACTERS_MAX = 128

/** A text of a client or a host, cut to what a record may hold; null for anything else. */
export const boundedText = (value: Json | undefined): string | null =>
  textOrNull(value)?.slice(0, TEXT_CHARACTERS_MAX) ?? null

const OUTCOMES: ReadonlyArray<QuestionEnd> = ['answered', 'error', 'aborted']

const processIn = (by: Json | undefined): RecordedQuestion['by'] => {
  const { pid = null, user } = isJsonObject(by) ? by : {}
  return { pid: Number.isSafeInteger(pid) ? (pid as number) : 0, user: boundedText(user) ?? '' }
}

/** Reads a line; null for what is no record. Anybody may have written it. */
export const readQuestion = (line: JsonObject): QuestionRecord | null => {
  const [id, at, method] = [line['id'], line['at'], line['method']].map(boundedText)
  if (id == null || method == null || at == null || Number.isNaN(Date.parse(at))) return null
  const common: RecordedQuestion = {
    ...{ id, at, method },
    request: boundedText(line['request']) ?? '',
    turnId: boundedText(line['turnId']),
    itemId: boundedText(line['itemId']),
    by: processIn(line['by'])
  }
  const { clients = 0 } = line
  if (line['record'] === 'asked')
    return Number.isSafeInteger(clients)
      ? { record: 'asked', ...common, clients: clients as number }
      : null
  const outcome = OUTCOMES.find((one) => one === line['outcome'])
  if (line['record'] !== 'answered' || outcome === undefined) return null
  const decision = DECISIONS.find((word) => word === line['decision']) ?? null
  return { record: 'answered', ...common, client: boundedText(line['client']), outcome, decision }
}
