/**
 * The keys of the page.
 */
import { Dialog } from '../parts/dialog.tsx'
import { closeDialog } from '../state/dialog.ts'
import { isMac } from '../state/screen.ts'
import { KEY_GROUPS, keyLabel } from '../text/keys.ts'

export const Help = () => (
  <Dialog title="Keys" close={closeDialog}>
    <div class="help" tabIndex={-1}>
      {KEY_GROUPS.map(({ title, keys }) => (
        <section>
          <h2>{title}</h2>
          <dl class="key-list">
            {keys.map(([names, does]) => (
              <div>
                <dt>
                  {names.map((name) => (
                    <kbd>{keyLabel(name, isMac)}</kbd>
                  ))}
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  </Dialog>
)
