/**
 * The formats by their names. HTML brings a reader of Markdown with it, which is loaded when it is asked for.
 */
import { jsonFormat, jsonLinesFormat } from './json.ts'
import { markdownFormat } from './markdown.ts'
import type { ExportFormat, ExportFormatName, ExportView } from './shape.ts'

/** What is known of a format before anything is exported. */
export const FORMAT_FACTS = {
  md: { extension: 'md', contentType: 'text/markdown; charset=utf-8', isForPeople: true },
  html: { extension: 'html', contentType: 'text/html; charset=utf-8', isForPeople: true },
  json: { extension: 'json', contentType: 'application/json', isForPeople: false },
  jsonl: { extension: 'jsonl', contentType: 'application/x-ndjson', isForPeople: false }
} as const satisfies Readonly<Record<ExportFormatName, object>>

/** A format for one export. */
export const formatNamed = async (
  name: ExportFormatName,
  view: ExportView
): Promise<ExportFormat> => {
  switch (name) {
    case 'md':
      return markdownFormat(view)
    case 'html':
      return (await import('./html/html.ts')).htmlFormat(view)
    case 'json':
      return jsonFormat()
    case 'jsonl':
      return jsonLinesFormat()
  }
}
