/**
 * Marks a text wherever it is shown in a box, without a change of the document: by ranges that the browser paints.
 */

const ALL = 'found'
const CURRENT = 'found-current'
/** A screen does not show more. */
const RANGES_MAX = 2000

/** Ranges of a text below an element, whatever its letter case. */
const rangesOf = (root: Node, term: string): ReadonlyArray<Range> => {
  const wanted = term.toLowerCase()
  const ranges: Array<Range> = []
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const text = (node.nodeValue ?? '').toLowerCase()
    if (text.length !== (node.nodeValue ?? '').length) continue
    for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + wanted.length)) {
      const range = new Range()
      range.setStart(node, at)
      range.setEnd(node, at + wanted.length)
      ranges.push(range)
      if (ranges.length === RANGES_MAX) return ranges
    }
  }
  return ranges
}

/** The messages that are searched. */
const SEARCHED = '.userMessage, .agentMessage, .plan'

/**
 * Keeps a text marked in a box until the returned function is called. `current` gives the element with the place that is looked at, and
 * which of the places in it that is.
 */
export const keepMarked = (
  box: HTMLElement,
  term: string,
  current: () => { readonly element: Element; readonly nth: number } | null
): { readonly again: () => void; readonly stop: () => void } => {
  const paints = (CSS as { highlights?: HighlightRegistry }).highlights
  if (paints === undefined) return { again: () => undefined, stop: () => undefined }
  let frame = 0
  const mark = (): void => {
    const here = current()
    const ranges = [...box.querySelectorAll(SEARCHED)].flatMap((one) => rangesOf(one, term))
    const own =
      here === null ? [] : ranges.filter((range) => here.element.contains(range.startContainer))
    const one = here === null ? undefined : (own[here.nth] ?? own[0])
    paints.set(ALL, new Highlight(...ranges.filter((range) => range !== one)))
    paints.set(CURRENT, new Highlight(...(one === undefined ? [] : [one])))
  }
  const again = (): void => {
    cancelAnimationFrame(frame)
    frame = requestAnimationFrame(mark)
  }
  const watch = new MutationObserver(again)
  watch.observe(box, { childList: true, subtree: true, characterData: true })
  again()
  return {
    again,
    stop: () => {
      watch.disconnect()
      cancelAnimationFrame(frame)
      paints.delete(ALL)
      paints.delete(CURRENT)
    }
  }
}
