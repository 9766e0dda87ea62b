/**
 * Answers that come a page at a time: the rows so far, and the next ones when somebody asks for them.
 */
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { epoch, request } from '../wire/socket.ts'

interface PageAnswer<A> {
  readonly data: ReadonlyArray<A>
  readonly nextCursor: string | null
}

interface PagesState<A> {
  /** Null before the first answer; those of the last question stay until then. */
  readonly rows: ReadonlyArray<A> | null
  /** Null: the end was reached. */
  readonly nextCursor: string | null
  readonly failure: string | null
  readonly isLoading: boolean
}

export interface Pages<A> extends PagesState<A> {
  /** Asks for the next page, where there is one and none is under way. */
  readonly more: () => void
}

/** Asks for the first page when the params change and after the connection was lost; params that are null ask nothing. */
export const usePages = <A>(method: string, params: object | null): Pages<A> => {
  const question = params === null ? null : JSON.stringify(params)
  const none = { rows: null, nextCursor: null, failure: null, isLoading: question !== null }
  const [state, setState] = useState<PagesState<A>>(none)
  /** Counts questions, so that the answer to an earlier one is dropped. */
  const asked = useRef(0)
  const load = async (before: ReadonlyArray<A>, cursor: string | null): Promise<void> => {
    if (question === null) return
    const mine = (asked.current += 1)
    setState((now) => ({ ...now, isLoading: true, failure: null }))
    const whole = { ...(JSON.parse(question) as object), cursor }
    const answer = await request<PageAnswer<A>>(method, whole)
    if (mine !== asked.current) return
    if (answer.ok) {
      const { data, nextCursor } = answer.value
      setState({ rows: [...before, ...data], nextCursor, failure: null, isLoading: false })
    } else setState((now) => ({ ...now, failure: answer.failure.message, isLoading: false }))
  }
  useLayoutEffect(() => {
    void load([], null)
    return () => {
      asked.current += 1
    }
  }, [method, question, epoch.value])
  const { rows, nextCursor, isLoading, failure } = state
  return {
    ...state,
    more: () => {
      if (nextCursor !== null && !isLoading && failure === null) void load(rows ?? [], nextCursor)
    }
  }
}
