/**
 * Every page in its frame, and the keys that work on all of them.
 */
import { useEffect } from 'preact/hooks'
import { Frame } from './frame/frame.tsx'
import { PageOf } from './pages/page-of.tsx'
import { LockedPage } from './pages/locked.tsx'
import { dialog } from './state/dialog.ts'
import { keys } from './state/keys.ts'
import { navigate } from './state/location.ts'
import { toggleEverything } from './state/folds.ts'
import { connection } from './wire/socket.ts'

export const App = () => {
  useEffect(
    () =>
      keys({
        '/': () => navigate('/search'),
        O: toggleEverything,
        '?': () => {
          dialog.value = 'help'
        },
        'mod+k': () => {
          dialog.value = 'palette'
        }
      }),
    []
  )
  return <Frame>{connection.value === 'locked' ? <LockedPage /> : <PageOf />}</Frame>
}
