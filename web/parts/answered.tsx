/**
 * What a question was answered with, or why not, or that it is under way.
 */
import type { ComponentChildren } from 'preact'
import type { AskedAnswer } from '../state/answer.ts'
import { visible } from './ansi.ts'

export const Failure = ({ message }: { readonly message: string }) => (
  <div class="failure" role="alert">
    {visible(message)}
  </div>
)

/** Says that there is nothing, and what would make it otherwise. */
export const Empty = ({ children }: { readonly children: ComponentChildren }) => (
  <div class="empty">{children}</div>
)

interface AnsweredProps<A> {
  readonly asked: AskedAnswer<A>
  readonly children: (value: A) => ComponentChildren
}

export const Answered = <A,>({ asked, children }: AnsweredProps<A>) => (
  <>
    {asked.failure === null ? null : <Failure message={asked.failure} />}
    {asked.value === null ? (
      asked.failure === null ? (
        <p class="waiting dim" aria-busy="true">
          Reading…
        </p>
      ) : null
    ) : (
      children(asked.value)
    )}
  </>
)
