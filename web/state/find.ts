/**
 * Where a text stands in the messages of a thread, and which of the places is looked at.
 */
import { useEffect, useState } from 'preact/hooks'
import { printPoint, type PointInAddress } from '../routes.ts'
import type { FoundPlace } from '../wire/answers.ts'
import { epoch, request, type RpcAnswer } from '../wire/socket.ts'

const PAGE = 200
const PLACES_MAX = 2000

interface OccurrencesAnswer {
  readonly data: ReadonlyArray<FoundPlace>
  readonly nextCursor: string | null
}

export interface FoundInThread {
  readonly places: ReadonlyArray<FoundPlace>
  /** False while more are being read. */
  readonly isWhole: boolean
  /** There are more than are ever read. */
  readonly isCut: boolean
  readonly failure: string | null
}

const NOTHING: FoundInThread = { places: [], isWhole: true, isCut: false, failure: null }

export const useFound = (
  threadId: string,
  at: PointInAddress | null,
  term: string
): FoundInThread => {
  const [found, setFound] = useState<FoundInThread>(NOTHING)
  useEffect(() => {
    let isWanted = true
    setFound({ ...NOTHING, isWhole: term === '' })
    const read = async (): Promise<void> => {
      const places: Array<FoundPlace> = []
      let cursor: string | null = null
      do {
        const answer: RpcAnswer<OccurrencesAnswer> = await request('thread/searchOccurrences', {
          ...{ threadId, searchTerm: term, limit: PAGE, cursor },
          ...(at === null ? {} : { at })
        })
        if (!isWanted) return
        if (!answer.ok) return setFound({ ...NOTHING, failure: answer.failure.message })
        places.push(...answer.value.data)
        cursor = answer.value.nextCursor
        const isCut = cursor !== null && places.length >= PLACES_MAX
        setFound({ places: [...places], isWhole: cursor === null || isCut, isCut, failure: null })
      } while (cursor !== null && places.length < PLACES_MAX)
    }
    if (term !== '') void read()
    return () => {
      isWanted = false
    }
  }, [threadId, at === null ? '' : printPoint(at), term, epoch.value])
  return found
}
