/**
 * Starts the page.
 */
import { render } from 'preact'
import { App } from './app.tsx'
import { readAddress } from './state/location.ts'
import { measureGutter } from './state/screen.ts'
import { startSession } from './wire/session.ts'
import { connect, connectNow } from './wire/socket.ts'
import './style/main.css'

const start = async (): Promise<void> => {
  await startSession()
  readAddress()
  connect()
  addEventListener('online', connectNow)
  addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') connectNow()
  })
  const box = document.getElementById('app')
  measureGutter()
  if (box === null) return
  // The document shows the first line of the frame until then.
  box.replaceChildren()
  render(<App />, box)
}

void start()
