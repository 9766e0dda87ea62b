/**
 * JSON as a tree that folds; texts are shown as texts.
 */
import type { Json } from '../../domain/json.ts'
import { counted } from '../text/times.ts'
import { visible } from './ansi.ts'
import { Fold } from './fold.tsx'

const TEXT_SHOWN = 4000
const MEMBERS_SHOWN = 200

const Leaf = ({ value }: { readonly value: Json }) => {
  if (typeof value !== 'string') return <span class="json-atom">{JSON.stringify(value)}</span>
  const text = value.length > TEXT_SHOWN ? `${value.slice(0, TEXT_SHOWN)}…` : value
  return (
    <span class="json-text" dir="auto">
      {visible(text)}
    </span>
  )
}

const isBranch = (value: Json): value is { readonly [key: string]: Json } | ReadonlyArray<Json> =>
  typeof value === 'object' && value !== null

interface JsonTreeProps {
  readonly name: string
  readonly value: Json
  readonly depth?: number
}

export const JsonTree = ({ name, value, depth = 0 }: JsonTreeProps) => {
  if (!isBranch(value)) return <Leaf value={value} />
  const members = Object.entries(value)
  if (members.length === 0)
    return <span class="json-atom">{Array.isArray(value) ? '[]' : '{}'}</span>
  return (
    <ul class="json">
      {members.slice(0, MEMBERS_SHOWN).map(([key, member]) => (
        <li class="json-member" key={key}>
          {isBranch(member) && Object.keys(member).length > 0 ? (
            <Fold
              name={`${name}.${key}`}
              opened={depth < 1}
              summary={
                <>
                  <span class="json-key">{visible(key)}</span>{' '}
                  <span class="dim">{counted(Object.keys(member).length, 'member')}</span>
                </>
              }
            >
              {() => <JsonTree name={`${name}.${key}`} value={member} depth={depth + 1} />}
            </Fold>
          ) : (
            <>
              <span class="json-key">{visible(key)}</span>
              <span>
                <Leaf value={member} />
              </span>
            </>
          )}
        </li>
      ))}
      {members.length > MEMBERS_SHOWN ? (
        <li class="dim">{counted(members.length - MEMBERS_SHOWN, 'more member')}</li>
      ) : null}
    </ul>
  )
}
