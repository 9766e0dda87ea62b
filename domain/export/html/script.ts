/**
 * The script of an exported page; the page is whole without it. It folds, filters, jumps and copies an address, and makes no HTML.
 */
export const SCRIPT = `
(() => {
  const root = document.documentElement
  root.classList.add('js')
  const all = (selector) => [...document.querySelectorAll(selector)]
  const open = (state) => { for (const one of all('details')) one.open = state }
  const jump = (step) => {
    const turns = all('.turn')
    const line = 64
    const tops = turns.map((turn) => turn.getBoundingClientRect().top)
    const at = step > 0 ? tops.findIndex((top) => top > line + 1) : tops.findLastIndex((top) => top < line - 1)
    if (turns[at]) turns[at].scrollIntoView()
  }
  const theme = () => {
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
    root.dataset.theme = dark ? 'light' : 'dark'
  }
  const actions = { open: () => open(true), shut: () => open(false), next: () => jump(1), before: () => jump(-1), theme }
  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('button') : null
    if (!button) return
    const { action, filter, copy } = button.dataset
    if (action) actions[action]()
    if (filter) {
      const shown = button.getAttribute('aria-pressed') === 'false'
      button.setAttribute('aria-pressed', String(shown))
      root.classList.toggle('hide-' + filter, !shown)
    }
    if (copy) {
      const address = location.href.replace(/#.*$/, '') + '#' + copy
      history.replaceState(null, '', '#' + copy)
      if (navigator.clipboard) navigator.clipboard.writeText(address).catch(() => undefined)
    }
  })
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'j') jump(1)
    if (event.key === 'k') jump(-1)
    if (event.key === 'o') open(!all('details').every((one) => one.open))
  })
  addEventListener('beforeprint', () => open(true))
})()
`.trim()
