/**
 * One field that leads anywhere.
 */
import { Dialog } from '../parts/dialog.tsx'
import { closeDialog } from '../state/dialog.ts'
import { navigate } from '../state/location.ts'
import { hrefOf } from '../routes.ts'

export const Palette = () => (
  <Dialog title="Search or jump" close={closeDialog} class="palette">
    <form
      onSubmit={(event) => {
        event.preventDefault()
        const text = new FormData(event.currentTarget).get('q')
        closeDialog()
        if (typeof text === 'string') navigate(hrefOf('/search', { q: text }))
      }}
    >
      <input type="search" name="q" aria-label="Search or jump" autofocus />
    </form>
  </Dialog>
)
