/**
 * A thread as a file: which format, how much, with or without secrets. The server writes it; the browser keeps it.
 */
import { useEffect, useState } from 'preact/hooks'
import { hrefOf, printPoint, type PointInAddress } from '../routes.ts'
import { keys } from '../state/keys.ts'
import { say } from '../state/toast.ts'
import { token } from '../wire/session.ts'
import { visible } from './ansi.ts'
import { Dialog } from './dialog.tsx'

interface ExportProps {
  readonly threadId: string
  readonly at: PointInAddress | null
}

const FORMATS = [
  ['html', 'HTML, one file'],
  ['md', 'Markdown'],
  ['json', 'JSON'],
  ['jsonl', 'JSON Lines']
] as const

const DETAILS = [
  ['normal', 'Messages and tools, outputs shortened'],
  ['chat', 'Messages only'],
  ['full', 'Everything']
] as const

const RELATED = [
  ['agents', 'Agents'],
  ['reviews', 'Reviews'],
  ['forks', 'Forks']
] as const

/** Keeps an answer of the server as a file; what went wrong, or null. */
const download = async (path: string): Promise<string | null> => {
  try {
    const headers = { authorization: `Bearer ${token.value ?? ''}` }
    const answer = await fetch(path, { headers })
    if (!answer.ok) return (await answer.text()) || `the server answered ${answer.status}`
    const named = answer.headers.get('content-disposition') ?? ''
    const link = document.createElement('a')
    link.href = URL.createObjectURL(await answer.blob())
    link.download = /filename="([\w.-]+)"/.exec(named)?.[1] ?? 'thread'
    link.click()
    URL.revokeObjectURL(link.href)
    return null
  } catch {
    return 'the file did not arrive whole'
  }
}

const Options = ({ options }: { readonly options: ReadonlyArray<readonly [string, string]> }) =>
  options.map(([value, text]) => <option value={value}>{text}</option>)

const pathOf = (threadId: string, at: PointInAddress | null, form: FormData): string => {
  const chosen = (name: string): string =>
    form
      .getAll(name)
      .filter((one) => typeof one === 'string')
      .join(',')
  return hrefOf(`/export/${encodeURIComponent(threadId)}`, {
    ...{ to: chosen('to'), detail: chosen('detail'), with: chosen('with') },
    redact: form.has('redact') ? '1' : '0',
    at: at === null ? null : printPoint(at)
  })
}

const Related = () => (
  <fieldset>
    <legend>With the threads that came of it</legend>
    {RELATED.map(([value, text]) => (
      <label class="check">
        <input type="checkbox" name="with" value={value} /> {text}
      </label>
    ))}
  </fieldset>
)

const ExportDialog = ({ threadId, at, close }: ExportProps & { readonly close: () => void }) => {
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const [hides, setHides] = useState(true)
  const submit = async (form: FormData): Promise<void> => {
    const path = pathOf(threadId, at, form)
    setBusy(true)
    setFailure(null)
    const problem = await download(path)
    setBusy(false)
    setFailure(problem)
    if (problem !== null) return
    say('Exported the thread')
    close()
  }
  return (
    <Dialog title="Export this thread" close={close} class="export">
      <h2>Export this thread</h2>
      <form
        class="export-form"
        onSubmit={(event) => {
          event.preventDefault()
          void submit(new FormData(event.currentTarget))
        }}
      >
        <label>
          Format
          <select name="to" autofocus>
            <Options options={FORMATS} />
          </select>
        </label>
        <label>
          What
          <select name="detail">
            <Options options={DETAILS} />
          </select>
        </label>
        <Related />
        <label class="check">
          <input
            type="checkbox"
            name="redact"
            checked={hides}
            onChange={(event) => setHides(event.currentTarget.checked)}
          />{' '}
          Hide secrets
        </label>
        <p class="dim">
          {hides
            ? 'Keys, tokens and passwords are replaced. No search finds all of them: read the file before you share it.'
            : 'Keys, tokens and passwords stay in the file.'}
          {at === null ? '' : ' The thread is exported as it is shown, at an earlier point.'}
        </p>
        <p class="bad" role="alert">
          {failure === null ? '' : visible(failure)}
        </p>
        <p class="actions">
          <button type="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={isBusy}>
            {isBusy ? 'Exporting…' : 'Export'}
          </button>
        </p>
      </form>
    </Dialog>
  )
}

/** The button of a thread, which the key `e` presses too. */
export const ExportButton = (props: ExportProps) => {
  const [isOpen, setOpen] = useState(false)
  useEffect(() => keys({ e: () => setOpen(true) }), [])
  return (
    <>
      <button
        type="button"
        class="export-button"
        onClick={() => setOpen(true)}
        aria-keyshortcuts="e"
      >
        Export
      </button>
      {isOpen ? <ExportDialog {...props} close={() => setOpen(false)} /> : null}
    </>
  )
}
