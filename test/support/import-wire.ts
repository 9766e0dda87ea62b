/**
 * Answers and notifications about imports, as they can be compared: ids are numbered as they appear, paths and times named.
 */
import type { ImportUser } from './import-home.ts'

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** Makes texts of one run comparable. */
export const importNames = ({ root }: Pick<ImportUser, 'root'>): ((text: string) => string) => {
  const ids = new Map<string, string>()
  return (text) =>
    text
      .replaceAll(root, '{{ROOT}}')
      .replaceAll(root.slice(1).replaceAll('/', '-'), '{{ENCODED}}')
      .replace(UUID, (id) => {
        if (!ids.has(id)) ids.set(id, `{{ID ${ids.size + 1}}}`)
        return ids.get(id) ?? ''
      })
      .replace(
        /("(?:completedAtMs|emittedAtMs|imported_at|source_modified_at|completed_at_ms)":\s*)\d+/g,
        '$1{{TIME}}'
      )
      .replace(/"content_sha256": "[0-9a-f]{64}"/g, '"content_sha256": "{{SHA}}"')
      .replace(/,"emittedAtMs":\{\{TIME\}\}/g, '')
}
