/**
 * The frame of every page: where one is, where one can go, and whether the server is there.
 */
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { later } from '../parts/later.tsx'
import { dialog } from '../state/dialog.ts'
import { readHome } from '../state/home.ts'
import { idle } from '../state/idle.ts'
import { followLinks } from '../state/location.ts'
import { followHome } from '../state/live.ts'
import { showsNavigation } from '../state/preferences.ts'
import { toast, toastAction } from '../state/toast.ts'
import { connection, connectNow, epoch } from '../wire/socket.ts'
import { Header } from './header.tsx'
import { Navigation } from './navigation.tsx'
import { StatusLine } from './status-line.tsx'

const Help = later(async () => (await import('./help.tsx')).Help, null)
const Palette = later(async () => (await import('./palette.tsx')).Palette, null)

const Banner = () =>
  connection.value === 'lost' ? (
    <div class="banner" role="status">
      The server is away; trying again.{' '}
      <button type="button" onClick={connectNow}>
        Try now
      </button>
    </div>
  ) : null

/** What is known of the home stays true while somebody looks. What the page itself shows comes first. */
const useHome = (): void =>
  useEffect(() => {
    void idle(300).then(readHome)
    return followHome(() => void readHome())
  }, [epoch.value])

const Dialogs = () => {
  if (dialog.value === 'help') return <Help />
  return dialog.value === 'palette' ? <Palette /> : null
}

export const Frame = ({ children }: { readonly children: ComponentChildren }) => {
  useHome()
  return (
    <div class={`frame ${showsNavigation.value ? '' : 'without-navigation'}`} onClick={followLinks}>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Header />
      <Banner />
      <div class="frame-body">
        {connection.value === 'locked' ? null : <Navigation />}
        {children}
      </div>
      <StatusLine />
      <Dialogs />
      <div class="toast" role="status" aria-live="polite">
        {toast.value === null ? null : <span>{toast.value}</span>}
        {toastAction.value === null ? null : (
          <button type="button" onClick={toastAction.value.run}>
            {toastAction.value.label}
          </button>
        )}
      </div>
    </div>
  )
}
