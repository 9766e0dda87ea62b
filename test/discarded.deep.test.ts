// A use case is a function that somebody must call: `engine.archive(id)` alone does nothing, and no type is wrong. The goal: no such
// expression stands as a statement. The method: ask the compiler for the type of each statement.
import { expect } from 'chai'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import ts from 'typescript'

const ROOT = join(import.meta.dirname, '..')

/** True for what waits to be called without arguments, and promises something then. */
const isTask = (checker: ts.TypeChecker, type: ts.Type): boolean =>
  type
    .getCallSignatures()
    .some(
      (signature) =>
        signature.getParameters().length === 0 &&
        checker.getReturnTypeOfSignature(signature).getSymbol()?.getName() === 'Promise'
    )

/** The expression of a statement whose value nobody takes; null for other nodes, assignments among them. */
const dropped = (node: ts.Node): ts.Expression | null => {
  if (!ts.isExpressionStatement(node)) return null
  const { expression } = node
  if (ts.isVoidExpression(expression)) return expression.expression
  return ts.isBinaryExpression(expression) ? null : expression
}

const discardedIn = (checker: ts.TypeChecker, file: ts.SourceFile): ReadonlyArray<string> => {
  const found: Array<string> = []
  const visit = (node: ts.Node): void => {
    const expression = dropped(node)
    if (expression !== null && isTask(checker, checker.getTypeAtLocation(expression))) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart())
      found.push(`${relative(ROOT, file.fileName)}:${line + 1} ${node.getText().slice(0, 80)}`)
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

const discarded = (names: ReadonlyArray<string>, options: ts.CompilerOptions) => {
  const program = ts.createProgram([...names], options)
  const checker = program.getTypeChecker()
  return program
    .getSourceFiles()
    .filter((file) => !file.isDeclarationFile)
    .flatMap((file) => discardedIn(checker, file))
}

const configured = (): ts.ParsedCommandLine => {
  const path = join(ROOT, 'tsconfig.json')
  const read = ts.readConfigFile(path, (name) => ts.sys.readFile(name)) as { config: unknown }
  return ts.parseJsonConfigFileContent(read.config, ts.sys, ROOT)
}

describe('tasks that nobody runs', () => {
  it('are found', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'unroll-test-')), 'a.ts')
    writeFileSync(
      path,
      `declare const task: (id: string) => () => Promise<number>
      declare const plain: () => number
      task('a')
      void task('b')
      void task('c')()
      plain()
      const kept = task('d')
      export const run = (): Promise<number> => kept()`
    )
    const found = discarded([path], { strict: true, target: ts.ScriptTarget.ES2022 })
    expect(found.map((one) => one.replace(/^.*\.ts:/, ''))).to.deep.equal([
      "3 task('a')",
      "4 void task('b')"
    ])
  })

  it('are nowhere', () => {
    const { fileNames, options } = configured()
    expect(discarded(fileNames, options)).to.deep.equal([])
  })
})
