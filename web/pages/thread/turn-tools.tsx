/**
 * What of a thread is shown, and what stands beside it.
 */
import { SHOWN_KINDS, type ShownKind } from '../../items/turn-parts.ts'
import { setQuery } from '../../state/location.ts'
import { showsInspector } from '../../state/preferences.ts'
import { isWide } from '../../state/screen.ts'
import { shown } from '../../state/selection.ts'
import { showsOutline } from '../../state/outline.ts'
import type { ThreadRoute } from './view.ts'

const NAMES: Readonly<Record<ShownKind, string>> = {
  messages: 'Messages',
  tools: 'Tools',
  diffs: 'Changes'
}

/** Only this kind; everything again where it was that already. */
export const toggleShown = (kind: ShownKind): void => {
  const isOnly = shown.value.size === 1 && shown.value.has(kind)
  setQuery({ show: isOnly ? null : kind })
}

export const toggleRolledBack = (route: ThreadRoute): void =>
  setQuery({ rb: route.query['rb'] === undefined ? '1' : null })

interface ToggleProps {
  readonly isOn: boolean
  readonly toggle: () => void
  readonly title: string
  readonly children: string
}

const Toggle = ({ isOn, toggle, title, children }: ToggleProps) => (
  <button type="button" class="tool-toggle" aria-pressed={isOn} title={title} onClick={toggle}>
    {children}
  </button>
)

export const TurnTools = ({
  route,
  find
}: {
  readonly route: ThreadRoute
  readonly find: () => void
}) => (
  <div class="turn-tools" role="group" aria-label="what is shown">
    {isWide.value ? null : (
      <Toggle
        isOn={showsOutline.value}
        title="all turns in a line each"
        toggle={() => {
          showsOutline.value = !showsOutline.value
        }}
      >
        Outline
      </Toggle>
    )}
    <Toggle
      isOn={shown.value.size === 0}
      title="everything"
      toggle={() => setQuery({ show: null })}
    >
      All
    </Toggle>
    {SHOWN_KINDS.map((kind) => (
      <Toggle
        isOn={shown.value.has(kind)}
        title={`only ${NAMES[kind].toLowerCase()}`}
        toggle={() => toggleShown(kind)}
      >
        {NAMES[kind]}
      </Toggle>
    ))}
    <Toggle
      isOn={route.query['rb'] !== undefined}
      title="also turns that were taken back (r)"
      toggle={() => toggleRolledBack(route)}
    >
      Taken back
    </Toggle>
    <span class="space" />
    <Toggle isOn={route.query['find'] !== undefined} title="find in the messages (/)" toggle={find}>
      Find
    </Toggle>
    <Toggle
      isOn={showsInspector.value}
      title="details of the item (i)"
      toggle={() => {
        showsInspector.value = !showsInspector.value
      }}
    >
      Details
    </Toggle>
  </div>
)
