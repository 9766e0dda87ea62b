/**
 * The keys of the page.
 */
import { Dialog } from '../parts/dialog.tsx'
import { closeDialog } from '../state/dialog.ts'

const KEYS: ReadonlyArray<readonly [keys: string, does: string]> = [
  ['/', 'search'],
  ['O', 'open everything, shut everything, as before'],
  ['e', 'export the thread'],
  ['?', 'these keys']
]

export const Help = () => (
  <Dialog title="Keys" close={closeDialog}>
    <h2>Keys</h2>
    <dl class="key-list">
      {KEYS.map(([name, does]) => (
        <div>
          <dt>
            <kbd>{name}</kbd>
          </dt>
          <dd>{does}</dd>
        </div>
      ))}
    </dl>
  </Dialog>
)
