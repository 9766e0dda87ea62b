/**
 * A patch: one line per file, each opens to its change.
 */
import { useMemo } from 'preact/hooks'
import type { FileUpdate } from '../../domain/protocol.ts'
import { Fold } from '../parts/fold.tsx'
import { parseFileDiff } from '../parts/hunks.ts'
import { later } from '../parts/later.tsx'
import { visible } from '../parts/ansi.ts'
import { hrefOf, printPoint, threadHref } from '../routes.ts'
import { splitDiffs } from '../state/preferences.ts'
import { shown } from '../state/selection.ts'
import { itemKey, problemOf, type ItemPlace, type ItemProps } from './context.ts'

const Diff = later(async () => (await import('../parts/diff.tsx')).Diff, null)

const SIGN = { add: 'new', delete: 'deleted', update: '' } as const

const relative = (path: string, { cwd }: ItemPlace): string =>
  cwd !== '' && path.startsWith(`${cwd}/`) ? path.slice(cwd.length + 1) : path

const File = ({
  change,
  name,
  place
}: {
  readonly change: FileUpdate
  readonly name: string
  readonly place: ItemPlace
}) => {
  const diff = useMemo(() => parseFileDiff(change), [change])
  const sign = SIGN[change.kind.type]
  return (
    <Fold
      name={name}
      opened={shown.value.has('diffs')}
      summary={
        <>
          <span class="added-count">+{diff.added}</span>{' '}
          <span class="removed-count">−{diff.removed}</span>{' '}
          <span class="path">{visible(relative(change.path, place))}</span>
          {diff.movedTo === null ? null : (
            <span class="path"> → {visible(relative(diff.movedTo, place))}</span>
          )}
          {sign === '' ? null : <span class="badge">{sign}</span>}
        </>
      }
    >
      {() => (
        <>
          <p class="diff-links">
            <a
              href={hrefOf(threadHref(place.threadId, { view: 'files' }), {
                at: place.at === null ? null : printPoint(place.at),
                path: change.path
              })}
            >
              blame
            </a>
            <button
              type="button"
              class="small"
              aria-pressed={splitDiffs.value}
              onClick={() => {
                splitDiffs.value = !splitDiffs.value
              }}
            >
              side by side
            </button>
          </p>
          <Diff diff={diff} />
        </>
      )}
    </Fold>
  )
}

export const FileChange = ({ item, place }: ItemProps<'fileChange'>) => {
  const problem = problemOf(item.status)
  return (
    <div class="files">
      {item.changes.map((change, at) => (
        <File change={change} name={`${itemKey(place, item.id)}/${at}`} place={place} />
      ))}
      {problem === '' ? null : (
        <div class={`badge ${problem === 'running' ? '' : 'bad'}`}>change {problem}</div>
      )}
    </div>
  )
}
