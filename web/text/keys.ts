/**
 * Every key of the page and what it does: the help shows these, and what is bound must stand here.
 */

export interface KeyGroup {
  readonly title: string
  readonly keys: ReadonlyArray<readonly [keys: ReadonlyArray<string>, does: string]>
}

export const KEY_GROUPS = [
  {
    title: 'Everywhere',
    keys: [
      [['mod+k'], 'jump to a thread, a page, a turn, or search'],
      [['/'], 'search; in a thread find'],
      [['O'], 'open everything, shut everything, as before'],
      [['?'], 'these keys'],
      [['Escape'], 'close, back']
    ]
  },
  {
    title: 'In the list of threads',
    keys: [
      [['j', 'k'], 'next, previous thread'],
      [['Enter'], 'open it'],
      [['x', 'X'], 'pick it, pick all up to it'],
      [['g g', 'G'], 'first, last thread']
    ]
  },
  {
    title: 'In a thread',
    keys: [
      [['j', 'k'], 'next, previous item'],
      [['J', 'K'], 'next, previous prompt'],
      [[']', '['], 'next, previous turn'],
      [['g g', 'G'], 'first, last turn'],
      [['o', 'Enter'], 'open or shut the item'],
      [['d'], 'only changes of files'],
      [['t'], 'only tools'],
      [['m'], 'only messages'],
      [['r'], 'turns that were taken back'],
      [['s'], 'changes side by side'],
      [['n', 'N'], 'next, previous place that was found'],
      [['i'], 'details of the item'],
      [['c'], 'copy the text of the item'],
      [['y'], 'copy a link to it'],
      [['e'], 'export the thread as a file'],
      [
        ['ArrowLeft', 'ArrowRight'],
        'with the slider open: a turn back, a turn on; with Shift an event'
      ],
      [['l'], 'the newest turn']
    ]
  }
] as const satisfies ReadonlyArray<KeyGroup>

const LABELS: Readonly<Record<string, string>> = {
  Escape: 'Esc',
  ArrowLeft: '←',
  ArrowRight: '→'
}

/** How a key is written on it. */
export const keyLabel = (key: string, isMac: boolean): string =>
  LABELS[key] ??
  key.replace(/^mod\+(.)$/, (_, one: string) =>
    isMac ? `⌘${one.toUpperCase()}` : `Ctrl+${one.toUpperCase()}`
  )
