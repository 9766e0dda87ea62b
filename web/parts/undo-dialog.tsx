/**
 * Shows what taking back an operation would do, and does it when asked.
 */
import { useEffect, useState } from 'preact/hooks'
import { say } from '../state/toast.ts'
import { undo, type UndoneAnswer } from '../state/undo.ts'
import type { RpcAnswer } from '../wire/socket.ts'
import { visible } from './ansi.ts'
import { Failure } from './answered.tsx'
import { Dialog } from './dialog.tsx'
import { JsonTree } from './json-tree.tsx'

interface UndoDialogProps {
  readonly operationId: string
  /** What was done, in words. */
  readonly what: string
  readonly close: () => void
  readonly done: () => void
}

const words = (operation: string): string => visible(operation.replaceAll('_', ' '))

export const UndoDialog = ({ operationId, what, close, done }: UndoDialogProps) => {
  const [tried, setTried] = useState<RpcAnswer<UndoneAnswer> | null>(null)
  const [isBusy, setBusy] = useState(false)
  useEffect(() => {
    void undo(operationId, true).then(setTried)
  }, [operationId])
  const go = async (): Promise<void> => {
    setBusy(true)
    const answer = await undo(operationId, false)
    setBusy(false)
    if (!answer.ok) return setTried(answer)
    say('Undone')
    done()
  }
  return (
    <Dialog title={`Undo ${what}`} close={close}>
      <h2>Undo {what}?</h2>
      {tried === null ? (
        <p class="dim" aria-busy="true">
          Looking at what it would do…
        </p>
      ) : tried.ok ? (
        <>
          <p>
            This would be done: <strong>{words(tried.value.by.operation)}</strong>. Nothing has
            changed yet.
          </p>
          <JsonTree name={`undo ${operationId}`} value={tried.value.by.arguments} />
        </>
      ) : (
        <Failure message={tried.failure.message} />
      )}
      <p class="dialog-buttons">
        {tried?.ok === true ? (
          <button type="button" disabled={isBusy} onClick={() => void go()}>
            {isBusy ? 'Undoing…' : 'Undo it'}
          </button>
        ) : null}
        <button type="button" onClick={close}>
          {tried?.ok === true ? 'Leave it' : 'Close'}
        </button>
      </p>
    </Dialog>
  )
}
