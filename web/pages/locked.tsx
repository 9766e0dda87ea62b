/**
 * Shown to a browser that has no token: what to type, and a place for the address that was printed.
 */
import { enter } from '../wire/session.ts'
import { connect } from '../wire/socket.ts'
import { useState } from 'preact/hooks'

export const LockedPage = () => {
  const [failed, setFailed] = useState(false)
  const submit = async (text: string): Promise<void> => {
    setFailed(!(await enter(text)))
    connect()
  }
  return (
    <main class="locked" id="main">
      <h1>This page needs a new address</h1>
      <p>
        An address of unroll opens once. In the terminal where <code>unroll web</code> runs, press{' '}
        <kbd>o</kbd>; or press <kbd>u</kbd> and paste what it prints here.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          const text = new FormData(event.currentTarget).get('address')
          if (typeof text === 'string' && text !== '') void submit(text)
        }}
      >
        <input
          name="address"
          aria-label="Address or token"
          placeholder="http://127.0.0.1:7411/#ticket=…"
          autocomplete="off"
          spellcheck={false}
        />
        <button type="submit">Open</button>
      </form>
      {failed ? (
        <p class="failure" role="alert">
          That address was used before, or is older than a minute.
        </p>
      ) : null}
    </main>
  )
}
