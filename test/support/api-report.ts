/**
 * What users of a declaration file can name, as text to compare: every exported declaration without its comments, in order of names, and
 * of what these need besides a digest each, so that no change of a type goes by.
 */
import { createHash } from 'node:crypto'
import ts from 'typescript'

const DIGEST_LENGTH = 12

const digestOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, DIGEST_LENGTH)

/** Names under which something is exported, by its name in the file. */
const exportsOf = (source: ts.SourceFile): ReadonlyMap<string, ReadonlyArray<string>> => {
  const names = new Map<string, Array<string>>()
  for (const statement of source.statements) {
    if (!ts.isExportDeclaration(statement)) continue
    const { exportClause } = statement
    if (exportClause === undefined || !ts.isNamedExports(exportClause)) continue
    for (const { name, propertyName } of exportClause.elements) {
      const local = (propertyName ?? name).text
      names.set(local, [...(names.get(local) ?? []), name.text])
    }
  }
  return names
}

const namesOf = (statement: ts.Statement): ReadonlyArray<string> => {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText())
  const { name } = statement as ts.Statement & { readonly name?: ts.Identifier }
  return name === undefined ? [] : [name.text]
}

/** The values among the exports of a declaration file: what is there when it runs. */
export const exportedValues = (text: string): ReadonlyArray<string> => {
  const source = ts.createSourceFile('types.d.ts', text, ts.ScriptTarget.ES2022, true)
  const values = source.statements.filter(
    (one) =>
      ts.isVariableStatement(one) || ts.isFunctionDeclaration(one) || ts.isClassDeclaration(one)
  )
  const names = exportsOf(source)
  return values.flatMap((one) => namesOf(one).flatMap((name) => names.get(name) ?? [])).sort()
}

/** The report of a declaration file. */
export const apiReport = (title: string, text: string): string => {
  const source = ts.createSourceFile('types.d.ts', text, ts.ScriptTarget.ES2022, true)
  const printer = ts.createPrinter({ removeComments: true })
  const exported = exportsOf(source)
  const shown: Array<readonly [string, string]> = []
  const besides: Array<readonly [string, string]> = []
  for (const statement of source.statements) {
    const printed = printer.printNode(ts.EmitHint.Unspecified, statement, source)
    for (const name of namesOf(statement)) {
      const outside = exported.get(name)
      if (outside === undefined) besides.push([name, printed])
      for (const one of outside ?? [])
        shown.push([one, one === name ? printed : `${printed} // as ${one}`])
    }
  }
  const byName = (a: readonly [string, string], b: readonly [string, string]): number =>
    a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0
  const digests = new Map<string, Array<readonly [string, string]>>()
  for (const one of besides) digests.set(one[0], [...(digests.get(one[0]) ?? []), one])
  return (
    [
      `# ${title}`,
      'Every name that is exported, and digests of the types these need besides. Written with `UPDATE_DOCS=1`, after `npm run build`.',
      `\`\`\`ts\n${shown
        .toSorted(byName)
        .map(([, printed]) => printed)
        .join('\n\n')}\n\`\`\``,
      `\`\`\`text\n${[...digests]
        .map(([name, all]): readonly [string, string] => [
          name,
          digestOf(all.map(([, one]) => one).join('\n'))
        ])
        .toSorted(byName)
        .map(([name, digest]) => `${digest}  ${name}`)
        .join('\n')}\n\`\`\``
    ].join('\n\n') + '\n'
  )
}
