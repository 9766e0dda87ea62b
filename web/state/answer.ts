/**
 * One question to the server, for as long as somebody looks at its answer.
 */
import { useLayoutEffect, useState } from 'preact/hooks'
import { epoch, request, type RpcAnswer } from '../wire/socket.ts'

export interface AskedAnswer<A> {
  /** The newest answer; null before there is one. It stays while the next one is under way, and when that fails. */
  readonly value: A | null
  /** Why the last question failed, in words. */
  readonly failure: string | null
  readonly isLoading: boolean
  /** Asks again. */
  readonly again: () => void
}

/** Asks when the page is drawn, when the params change, and after the connection was lost; params that are null ask nothing. */
export const useAnswer = <A>(method: string, params: object | null): AskedAnswer<A> => {
  const [state, setState] = useState<Omit<AskedAnswer<A>, 'again'>>({
    value: null,
    failure: null,
    isLoading: params !== null
  })
  const [times, setTimes] = useState(0)
  const question = params === null ? null : JSON.stringify(params)
  // Not behind the next frame, which may be long in coming.
  useLayoutEffect(() => {
    if (question === null) return undefined
    const unwanted = new AbortController()
    setState((before) => ({ ...before, isLoading: true }))
    const asked = JSON.parse(question) as object
    void request<A>(method, asked, unwanted.signal).then((answer: RpcAnswer<A>) => {
      if (unwanted.signal.aborted) return
      setState((before) =>
        answer.ok
          ? { value: answer.value, failure: null, isLoading: false }
          : { ...before, failure: answer.failure.message, isLoading: false }
      )
    })
    return () => unwanted.abort()
  }, [method, question, times, epoch.value])
  return { ...state, again: () => setTimes((n) => n + 1) }
}
