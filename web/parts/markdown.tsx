/**
 * Markdown of a transcript. The one place of the page that sets HTML: marked makes it, DOMPurify lets through what GitHub's Markdown has
 * and nothing that loads, runs, styles or posts. Code is coloured afterwards, by the worker.
 */
import createDOMPurify from 'dompurify'
import { marked } from 'marked'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { visible } from './ansi.ts'
import { highlight } from './highlight.ts'
import { lru } from './lru.ts'

const TAGS =
  'a p br hr strong em del code pre blockquote ul ol li h1 h2 h3 h4 h5 h6 table thead tbody tr th td input'

const purify = createDOMPurify(window)

/** Text of Markdown beyond this many characters is shown as it is. */
const LENGTH_MAX = 256 * 1024
const CACHE_MAX = 500

const SAFE_LINK = /^(?:https?:|mailto:)/i

purify.addHook('afterSanitizeAttributes', (node) => {
  if (node.tagName === 'A') {
    const href = node.getAttribute('href') ?? ''
    if (!SAFE_LINK.test(href)) node.removeAttribute('href')
    else {
      node.setAttribute('rel', 'noopener noreferrer nofollow')
      node.setAttribute('target', '_blank')
      node.setAttribute('title', href)
    }
  }
  if (node.tagName === 'INPUT') {
    if (node.getAttribute('type') !== 'checkbox') node.remove()
    else {
      node.setAttribute('disabled', '')
      node.setAttribute('aria-label', node.hasAttribute('checked') ? 'done' : 'not done')
    }
  }
})

/** A language of a fence is a class name; everything else that could be one is taken away. */
const LANGUAGE = /^language-[\w+#-]{1,30}$/
purify.addHook('uponSanitizeAttribute', (node, data) => {
  if (data.attrName === 'class')
    data.keepAttr = node.tagName === 'CODE' && LANGUAGE.test(data.attrValue)
})

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`)

marked.use({
  gfm: true,
  renderer: {
    // An image of a transcript would be fetched from elsewhere, so its address is shown.
    image: ({ href, text }) => `<code>![${escaped(text)}](${escaped(href)})</code>`,
    // HTML of a transcript is text.
    html: ({ text }) => escaped(text)
  }
})

const cached = lru<TrustedHTML>(CACHE_MAX)

const parsed = (text: string): TrustedHTML => {
  const html = marked.parse(visible(text), { async: false })
  return purify.sanitize(html, {
    ALLOWED_TAGS: TAGS.split(' '),
    ALLOWED_ATTR: ['href', 'class', 'type', 'checked', 'align', 'start'],
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_TRUSTED_TYPE: true
  })
}

const rendered = (text: string): TrustedHTML => cached(text, () => parsed(text))

export const Markdown = ({ text }: { readonly text: string }) => {
  const box = useRef<HTMLDivElement>(null)
  const isLong = text.length > LENGTH_MAX
  useLayoutEffect(() => {
    if (box.current === null || isLong) return
    box.current.innerHTML = rendered(text) as unknown as string
    for (const code of box.current.querySelectorAll<HTMLElement>('pre > code'))
      highlight(code, /language-(\S+)/.exec(code.className)?.[1] ?? '')
  }, [text, isLong])
  if (isLong) return <pre class="plain">{visible(text)}</pre>
  return <div ref={box} class="markdown" dir="auto" />
}
