/**
 * unroll usage --prices-template: a file of prices to fill in. No prices are shipped: they age, and a wrong price is worse than
 * none.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../../domain/errors.ts'
import type { Engine } from '../../../../replay/engine.ts'
import type { UsageRequest } from '../../../../replay/ledgers/usage.ts'
import { safeJson } from '../../text/text.ts'

/** The models that a request meets, each once with prices to fill in. */
export const pricesTemplate = async (
  engine: Engine,
  request: UsageRequest,
  nowMs: number
): Promise<E.Either<StoreError, string>> => {
  const report = await engine.usage({ ...request, by: 'model' })()
  if (E.isLeft(report)) return report
  const names = report.right.total.byModel.flatMap(({ model }) => model ?? [])
  const models = [...new Set(names)].toSorted().map((model) => {
    const price = { model, input: null, cachedInput: null, output: null }
    return `    ${JSON.stringify(price)
      .replace(/([{,:])(?=["n])/g, '$1 ')
      .replace('}', ' }')}`
  })
  const date = new Date(nowMs).toISOString().slice(0, 10)
  return E.right(
    safeJson(
      `{\n  "currency": "USD",\n  "date": "${date}",\n  "models": [\n${models.join(',\n')}\n  ]\n}\n`
    )
  )
}
