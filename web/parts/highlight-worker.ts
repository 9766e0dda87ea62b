/**
 * Colours code, apart from the page.
 */
import hljs from 'highlight.js/lib/core'
import bash from 'highlight.js/lib/languages/bash'
import c from 'highlight.js/lib/languages/c'
import cpp from 'highlight.js/lib/languages/cpp'
import css from 'highlight.js/lib/languages/css'
import diff from 'highlight.js/lib/languages/diff'
import go from 'highlight.js/lib/languages/go'
import java from 'highlight.js/lib/languages/java'
import javascript from 'highlight.js/lib/languages/javascript'
import json from 'highlight.js/lib/languages/json'
import markdown from 'highlight.js/lib/languages/markdown'
import python from 'highlight.js/lib/languages/python'
import ruby from 'highlight.js/lib/languages/ruby'
import rust from 'highlight.js/lib/languages/rust'
import sql from 'highlight.js/lib/languages/sql'
import typescript from 'highlight.js/lib/languages/typescript'
import xml from 'highlight.js/lib/languages/xml'
import yaml from 'highlight.js/lib/languages/yaml'
import type { HighlightResult, HighlightTask } from './highlight.ts'

const LANGUAGES = {
  ...{ bash, c, cpp, css, diff, go, java, javascript, json, markdown },
  ...{ python, ruby, rust, sql, typescript, xml, yaml }
}
for (const [name, language] of Object.entries(LANGUAGES)) hljs.registerLanguage(name, language)

type HighlightNode =
  | string
  | { readonly scope?: string; readonly children: ReadonlyArray<HighlightNode> }

/** Pieces of text with the outermost scope of each as a class. */
const piecesOf = (node: HighlightNode, name = ''): Array<readonly [string, string]> => {
  if (typeof node === 'string') return [[node, name]]
  const scope = node.scope?.split('.')[0]
  const own = name !== '' || scope === undefined ? name : `code-${scope}`
  return node.children.flatMap((child) => piecesOf(child, own))
}

/** Members of highlight.js that its types leave out. */
interface Tree {
  readonly _emitter: { readonly rootNode: HighlightNode }
}

const highlighted = ({ text, language }: HighlightTask): HighlightResult['pieces'] => {
  if (hljs.getLanguage(language) === undefined) return [[text, '']]
  const result = hljs.highlight(text, { language, ignoreIllegals: true })
  return piecesOf((result as unknown as Tree)._emitter.rootNode)
}

self.onmessage = ({ data }: MessageEvent<HighlightTask>) =>
  postMessage({ id: data.id, pieces: highlighted(data) } satisfies HighlightResult)
