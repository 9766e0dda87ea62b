/**
 * The keys of the page.
 */
import { Dialog } from '../parts/dialog.tsx'
import { closeDialog } from '../state/dialog.ts'

const KEYS: ReadonlyArray<readonly [keys: string, does: string]> = [
  ['/', 'search'],
  ['j k', 'next, previous thread of a list'],
  ['x X', 'pick a thread, pick all up to it'],
  ['O', 'open everything, shut everything, as before'],
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
