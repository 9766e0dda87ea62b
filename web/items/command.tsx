/**
 * A command with its output.
 */
import { Fold } from '../parts/fold.tsx'
import { Output } from '../parts/output.tsx'
import { visible } from '../parts/ansi.ts'
import { duration } from '../text/times.ts'
import { itemKey, problemOf, type ItemProps } from './context.ts'

/** Shells that run one text are left out: `bash -lc 'ls'` is `ls`. */
const shown = (command: string): string => {
  const [, quoted] =
    /^(?:\S*\/)?(?:ba|z|da)?sh -l?c (['"])([\s\S]*)\1$/.exec(command)?.slice(1) ?? []
  return quoted ?? command
}

/** An exit code says more than the word `failed`. */
const Ending = ({ item }: Pick<ItemProps<'commandExecution'>, 'item'>) => {
  const { exitCode, status } = item
  if (exitCode !== null && exitCode !== 0) return <span class="badge bad">exit {exitCode}</span>
  const problem = problemOf(status)
  return problem === '' ? null : (
    <span class={`badge ${problem === 'running' ? '' : 'bad'}`}>{problem}</span>
  )
}

export const Command = ({ item, place }: ItemProps<'commandExecution'>) => {
  const text = visible(shown(item.command))
  const failed = (item.exitCode ?? 0) !== 0 || item.status === 'failed'
  return (
    <Fold
      name={itemKey(place, item.id)}
      opened={failed}
      summary={
        <>
          <code class="command">
            <span class="dim">$ </span>
            {text.split('\n', 1)[0]}
            {text.includes('\n') ? ' …' : ''}
          </code>
          <Ending item={item} />
          {item.durationMs === null ? null : (
            <span class="dim aside">{duration(item.durationMs)}</span>
          )}
          {item.cwd === place.cwd || item.cwd === '' ? null : (
            <span class="dim aside">in {item.cwd}</span>
          )}
        </>
      }
    >
      {() => (
        <>
          {text.includes('\n') ? <pre class="plain">{text}</pre> : null}
          {(item.aggregatedOutput ?? '') === '' ? (
            <div class="dim">No output.</div>
          ) : (
            <Output text={item.aggregatedOutput ?? ''} />
          )}
        </>
      )}
    </Fold>
  )
}
