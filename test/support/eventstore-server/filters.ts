/** The filter of a subscription to `$all`. */
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js'
import type { StoredEvent } from './records.ts'

const DEFAULT_WINDOW = 32

/** Which events are shown, and after how many looked at there is a checkpoint; none without a filter. */
export interface Filter {
  readonly shows: (event: StoredEvent) => boolean
  readonly window: number
  readonly checkpointInterval: number
}

const everything = (): boolean => true

const matcher = (
  expression: ReadReq.Options.FilterOptions.Expression | undefined
): ((text: string) => boolean) => {
  const regex = expression?.getRegex() ?? ''
  if (regex !== '') {
    const compiled = new RegExp(regex)
    return (text) => compiled.test(text)
  }
  const prefixes = expression?.getPrefixList() ?? []
  return (text) => prefixes.some((prefix) => text.startsWith(prefix))
}

/** The filter a request asks for. */
export const filterOf = (options: ReadReq.Options): Filter => {
  const asked = options.getFilter()
  if (asked === undefined) {
    return { shows: everything, window: DEFAULT_WINDOW, checkpointInterval: Infinity }
  }
  const window = asked.hasMax() ? asked.getMax() : DEFAULT_WINDOW
  const checkpointInterval = window * asked.getCheckpointintervalmultiplier()
  if (asked.hasEventType()) {
    const matches = matcher(asked.getEventType())
    return { shows: (event) => matches(event.type), window, checkpointInterval }
  }
  const matches = matcher(asked.getStreamIdentifier())
  return { shows: (event) => matches(event.stream), window, checkpointInterval }
}
